/**
 * createSearch: joins the stages of search into the door the rest of the server uses.
 */
import type { Config } from '../config.ts';
import type { Definitions } from '../definitions/definitions.ts';
import { zoneMinutes } from '../fhir/datetime.ts';
import type { Resource } from '../fhir/types.ts';
import { join, sql } from '../store/sql.ts';
import type { Store } from '../store/store.ts';
import { createCompartments, personsOf } from './access-facts.ts';
import { beginsOf } from './begins.ts';
import { capabilitiesOf } from './capabilities.ts';
import { type Codes, noCodes } from './codes.ts';
import { compartmentCondition, type Everything, everythingCondition } from './compartment.ts';
import { drive, fromWhere, type Scope } from './compile.ts';
import type { Condition } from './condition.ts';
import { extractRows } from './extract.ts';
import { findPage } from './find.ts';
import type { Match } from './match.ts';
import { parsePath, resultParameters } from './parse.ts';
import { type PlanSettings, planCriteria } from './plan.ts';
import { checkCriteria } from './plan-query.ts';
import { conjuncts, usualDriver } from './rank.ts';
import { textsOf } from './readable.ts';
import { BeingIndexed, refuse } from './refuse.ts';
import { createRegistry } from './registry.ts';
import { createReindex } from './reindex.ts';
import type { IndexSettings } from './rows.ts';
import type { QueryParameter, Search } from './search.ts';
import { indexTables } from './tables.ts';
import { UnknownParameter } from './unknown.ts';
import { loadVariants } from './variants.ts';

/** What search is made from. */
export interface SearchParts {
  readonly definitions: Definitions;
  readonly config: Config;
  /** The SearchParameters that are loaded; all of the definitions when absent. */
  readonly parameters?: readonly Resource[];
  /** The terminology, which is made after search. */
  readonly codes?: () => Codes;
  /** UTC milliseconds; the clock when absent. */
  readonly now?: () => number;
}

/** Compiles search over the loaded definitions; types are compiled when they are first used. */
export function createSearch(parts: SearchParts): Search {
  const { definitions, config, parameters, codes = () => noCodes, now = Date.now } = parts;
  const registryOf = createRegistry(definitions, parameters);
  const { registry } = registryOf;
  const compartments = createCompartments(definitions);
  const settings: IndexSettings = {
    zone: zoneMinutes(config.timezone) ?? 540,
    base: config.baseUrl,
    variants: loadVariants(),
  };
  const reindex = createReindex(registryOf, definitions.resourceTypes, settings);
  const lasting: PlanSettings = {
    ...settings,
    now: 0,
    codes: noCodes,
    registry,
    stored: registry,
    maxChain: config.maxChain,
    maxValues: config.maxParameterValues,
    resourceTypes: definitions.resourceTypes,
    isResourceType: definitions.isResourceType,
    assertIndexed: reindex.assertIndexed,
    inCodeSystem: (system, code) => isCodeOf(definitions, system, code),
  };
  const planSettings = (): PlanSettings => ({ ...lasting, now: now(), codes: codes() });
  const scopeOf = (type: string): Scope => {
    const { moment, facts } = registry(type);
    return { type, hasMoment: moment !== undefined, ...(reindex.knowsFacts(type) && { facts }) };
  };

  const assertCompartment = (compartment: string, type: string): void => {
    for (const code of compartments(compartment, type) ?? []) {
      const param = registry(type).byCode.get(code);
      if (param) reindex.assertIndexed(param);
    }
  };

  const findSettings = {
    run: { scopeOf, budgetMs: config.searchBudget, base: settings.base },
    compartment: (compartment: string, id: string, type: string) => {
      assertCompartment(compartment, type);
      return compartmentCondition(compartment, id, type, compartments, registry);
    },
    everything: (all: Everything, type: string, types: readonly string[]) => {
      for (const one of types) assertCompartment(all.type, one);
      return everythingCondition(all, type, types, compartments, registry);
    },
    explain: config.explain,
    slowMs: config.slowSearch,
    pageSize: config.pageSize,
    maxPageSize: config.maxPageSize,
    maxIncludes: config.maxIncludes,
    pageLifetimeMs: config.pageLifetime,
  };

  return {
    tables: indexTables,
    extract: resource => extractRows(resource, registry, settings),
    persons: (resource, id = resource.id) => personsOf(resource, id, registry, compartments, settings.base),
    matchQuery(type, query, access, _store, options = {}) {
      const condition = planMatch(type, query, planSettings());
      const compileSettings = { sight: { access, stale: true }, scopeOf };
      const scope = scopeOf(type);
      const parts = conjuncts(condition);
      const begin = drive(parts, usualDriver(parts), scope, compileSettings);
      const ids = join(
        begin.branches.map(branch => sql`SELECT v.id ${fromWhere(branch, begin, scope, compileSettings)}`),
        ' UNION ',
      );
      const begins = access.always ? beginsOf(type, condition) : undefined;
      const found = options.all
        ? sql`SELECT DISTINCT m.id FROM (${ids}) m`
        : sql`SELECT DISTINCT m.id FROM (${ids}) m LIMIT 2`;
      return { ...found, ...(begins && { begins }) };
    },
    async refresh(store) {
      await reindex.refresh(store);
    },
    asExtracted: () => reindex.asExtracted(),
    rebuild: (store, tell) => reindex.rebuild(store, tell),
    indexing: () => [...reindex.running.values()],
    async find(input, store) {
      const state = await reindex.refresh(store);
      if (input.query.some(([name]) => asksTerminology.test(name) || name === '_filter')) await codes().refresh();
      const find = () => findPage(input, store, state, { ...findSettings, plan: planSettings() });
      return find().catch(async error => {
        if (!(error instanceof BeingIndexed)) throw error;
        await reindex.settled(error.resourceType);
        return find();
      });
    },
    texts: readTexts,
    capabilities: type => capabilitiesOf(type, definitions, registry),
  };
}

/** Modifiers that are answered by terminology. */
const asksTerminology = /:(in|not-in|above|below)$/;

/** How many texts are read at a time. */
const textChunk = 50;

async function* readTexts(matches: readonly Match[], store: Store): AsyncIterable<readonly string[]> {
  for (let i = 0; i < matches.length; i += textChunk) {
    const seqs = matches.slice(i, i + textChunk).map(match => match.seq);
    // One statement text for all full chunks, whatever the page's size.
    const rows = await store.select(
      textsOf(
        seqs.length === textChunk ? seqs : [...seqs, ...Array<number>(nextSize(seqs.length) - seqs.length).fill(0)],
      ),
    );
    const texts = new Map(rows.map(row => [Number(row['seq']), String(row['text'])]));
    yield seqs.map(seq => texts.get(seq) ?? 'null');
  }
}

const nextSize = (length: number): number => [1, 5, 20].find(size => size >= length) ?? textChunk;

/** The condition of a conditional interaction: at least one criterion, none unknown, nothing about the answer. */
function planMatch(type: string, query: readonly QueryParameter[], settings: PlanSettings): Condition {
  for (const [name] of query) {
    if (resultParameters.has(name.split(':')[0]!) && name !== '_format' && name !== '_pretty')
      throw refuse(name, 'a conditional interaction takes only criteria', '条件付き操作では検索条件だけを指定できます');
  }
  const criteria = query
    .filter(([name]) => !resultParameters.has(name))
    .map(([name, value]) => ({ name, path: parsePath(name), value }));
  if (criteria.length === 0)
    throw refuse(
      '?',
      'a conditional interaction needs at least one criterion, for example identifier=http://example.org|123',
      '条件付き操作には検索条件が1つ以上必要です（例: identifier=http://example.org|123）',
    );
  checkCriteria(criteria);
  try {
    return planCriteria(type, criteria, settings);
  } catch (error) {
    throw error instanceof UnknownParameter ? error.refusal : error;
  }
}

interface Concept {
  code: string;
  concept?: Concept[];
}

/** True when a code system that is loaded has the code; the systems of FHIR's own codes are all loaded. */
function isCodeOf(definitions: Definitions, system: string, code: string): boolean {
  const codeSystem = definitions.byCanonical('CodeSystem', system);
  if (!codeSystem)
    return system === 'urn:ietf:bcp:47' || system === 'urn:ietf:bcp:13' || system === 'urn:iso:std:iso:3166';
  const has = (concepts: readonly Concept[] | undefined): boolean =>
    concepts?.some(concept => concept.code.toLowerCase() === code.toLowerCase() || has(concept.concept)) ?? false;
  return has(codeSystem['concept'] as Concept[] | undefined);
}
