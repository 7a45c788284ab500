/**
 * $expand: the codes of a value set as a page of an expansion. What was enumerated once is kept as long as nothing it
 * was made from changes, so that the next page, or the same again, costs little.
 * @see https://hl7.org/fhir/R4/valueset-operation-expand.html
 */
import type { JsonObject } from '../fhir/types.ts';
import { matchesVersion, splitCanonical } from './canonical.ts';
import { inForce, isAbstract, isInactive } from './concept.ts';
import { type Entry, enumerate, newUsed, type Used } from './enumerate.ts';
import { writeExpansion } from './expansion.ts';
import { filterWords, foldText } from './folding.ts';
import { type Languages, parseLanguages } from './languages.ts';
import { finding, TerminologyError } from './problems.ts';
import type { Scope } from './scope.ts';
import type { Concept } from './shapes.ts';
import type { ValueSetPlan } from './value-set.ts';

/** What a client asks of an expansion. */
export interface ExpandOptions {
  readonly filter?: string;
  readonly count?: number;
  readonly offset?: number;
  readonly activeOnly?: boolean;
  readonly includeDesignations?: boolean;
  readonly designations: readonly string[];
  readonly includeDefinition?: boolean;
  readonly excludeNested?: boolean;
  /** displayLanguage; wins over Accept-Language, which wins over what the value set says. */
  readonly displayLanguage?: string;
  readonly acceptLanguage?: string;
  readonly properties: readonly string[];
  readonly versionsMatch?: boolean;
  /** Code systems, or versions of them, whose codes are left out. */
  readonly excludeSystems: readonly string[];
  /** True leaves out codes that are there for grouping only. */
  readonly excludeNotForUI?: boolean;
  /** Most codes of an answer that asks for no page. */
  readonly limit: number;
}

/** The codes found, and what they were made from. */
interface Found {
  readonly entries: readonly Entry[];
  readonly used: Used;
  /** All codes there are; undefined when that was not counted. */
  readonly total: number | undefined;
  /** Index of the first entry. */
  readonly first: number;
}

const texts = new WeakMap<Concept, string>();

function searchText(concept: Concept): string {
  let text = texts.get(concept);
  if (text === undefined) {
    const names = [concept.code, concept.display ?? '', ...(concept.designation ?? []).map(one => one.value)];
    text = foldText(names.join('\n'));
    texts.set(concept, text);
  }
  return text;
}

/** True when a canonical names the code system of an entry, in its version if it names one. */
function names(scope: Scope, canonical: string, { url, system }: Entry): boolean {
  const { url: named, version } = splitCanonical(canonical);
  return scope.same(named, url) && (version === undefined || matchesVersion(version, system?.head.version));
}

function keep(scope: Scope, { words, activeOnly, selectableOnly, excluded }: Wish): (entry: Entry) => boolean {
  const { day } = scope.options;
  return entry => {
    const { system, concept } = entry;
    if (excluded.some(canonical => names(scope, canonical, entry))) return false;
    if (selectableOnly && system && isAbstract(system, concept)) return false;
    if (activeOnly && system && (isInactive(system, concept) || inForce(system, concept, day) !== 'yes')) return false;
    if (words.length === 0) return true;
    const text = searchText(concept);
    return words.every(word => text.includes(word));
  };
}

interface Wish {
  readonly words: readonly string[];
  readonly activeOnly: boolean;
  readonly selectableOnly: boolean;
  readonly excluded: readonly string[];
  readonly merge: boolean;
  /** Stop with an error beyond this many; absent = all are wanted, a page will be cut. */
  readonly limit?: number;
}

function collect(scope: Scope, plan: ValueSetPlan, wish: Wish): Found {
  const { words, merge, limit } = wish;
  const used = newUsed();
  const wanted = keep(scope, wish);
  const entries: Entry[] = [];
  for (const entry of enumerate(scope, plan, { used, merge, narrowing: words.length > 0 ? { words } : undefined })) {
    if (!wanted(entry)) continue;
    if (limit !== undefined && entries.length >= limit) throw tooCostly(plan, limit);
    entries.push(entry);
  }
  return { entries, used, total: entries.length, first: 0 };
}

function tooCostly(plan: ValueSetPlan, limit: number): TerminologyError {
  return new TerminologyError(finding('too-costly', { valueSet: plan.name, limit: String(limit) }));
}

/** Most codes kept of earlier expansions in one scope. */
const mostKept = 300_000;

/** Earlier expansions of one scope, and how many codes they have. */
interface Expansions {
  kept: number;
  readonly lists: Map<ValueSetPlan, Map<string, Found>>;
}

/** The codes of a value set, from an earlier expansion if it asked for the same. */
function remembered(scope: Scope, plan: ValueSetPlan, wish: Wish): Found {
  const memory = scope.remembered<Expansions>('expansions', () => ({ kept: 0, lists: new Map() }));
  const key = JSON.stringify([wish.words, wish.activeOnly, wish.selectableOnly, wish.excluded, wish.merge]);
  const known = memory.lists.get(plan)?.get(key);
  if (known) {
    if (wish.limit !== undefined && known.entries.length > wish.limit) throw tooCostly(plan, wish.limit);
    return known;
  }
  const found = collect(scope, plan, wish);
  memory.kept += found.entries.length + 1;
  if (memory.kept > mostKept) {
    memory.lists.clear();
    memory.kept = found.entries.length + 1;
  }
  const ofPlan = memory.lists.get(plan) ?? new Map<string, Found>();
  ofPlan.set(key, found);
  memory.lists.set(plan, ofPlan);
  return found;
}

/** A value set that is one whole code system, which can hand out pages itself. */
function paged(scope: Scope, plan: ValueSetPlan, wish: Wish, offset: number, count: number): Found | undefined {
  const [part] = plan.includes;
  if (plan.includes.length !== 1 || plan.excludes.length > 0 || plan.supplements.length > 0 || plan.inactive === false)
    return undefined;
  if (wish.excluded.length > 0 || wish.selectableOnly) return undefined;
  if (part?.system === undefined || part.concepts || part.filters.length > 0 || part.valueSets.length > 0)
    return undefined;
  const wanted = scope.wanted(part.system, part.version);
  const system = scope.system(part.system, wanted.version);
  if (!system?.page || scope.demandedInstead(part.system, system.head.version) !== undefined) return undefined;
  const { day, dayGiven } = scope.options;
  const page = system.page({
    words: wish.words,
    offset,
    count,
    activeOnly: wish.activeOnly,
    day,
    onlyInForce: dayGiven,
  });
  if (!page) return undefined;
  const used = newUsed();
  used.systems.add(system);
  if (wanted.rule && wanted.version !== undefined)
    used.rules.set(part.system, { rule: wanted.rule, version: wanted.version });
  const entries = page.concepts.map(concept => ({ url: part.system!, system, concept, from: plan }));
  return { entries, used, total: page.total, first: offset };
}

/** The languages of the displays: the client's wish, else what the value set says. */
export function languagesFor(
  plan: ValueSetPlan | undefined,
  displayLanguage: string | undefined,
  acceptLanguage: string | undefined,
): Languages | undefined {
  const own = plan?.parameters.get('displayLanguage');
  return (
    parseLanguages(displayLanguage) ??
    parseLanguages(acceptLanguage) ??
    parseLanguages(typeof own === 'string' ? own : undefined) ??
    parseLanguages(plan?.language)
  );
}

/** A page of an expansion and what there is to say about it. */
export interface Page {
  readonly entries: readonly Entry[];
  readonly used: Used;
  readonly total: number | undefined;
  readonly languages: Languages | undefined;
  /** True when the codes are to be shown in their hierarchy. */
  readonly nested: boolean;
  readonly versionsMatch: boolean;
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

/** True when an expansion shows the hierarchy: one part, all of it, on one page, and nothing that speaks against it. */
function isNested(plan: ValueSetPlan, options: ExpandOptions, found: Found): boolean {
  const [part] = plan.includes;
  if (options.excludeNested === true || options.filter !== undefined || plan.excludes.length > 0) return false;
  if (plan.includes.length !== 1 || part!.concepts || found.first > 0 || found.entries.length !== found.total)
    return false;
  return !(options.offset !== undefined && options.offset > 0) && (options.count ?? Infinity) >= found.entries.length;
}

/**
 * Expands a value set.
 * @returns a ValueSet resource
 * @throws TerminologyError when it cannot be done: too many codes, unknown systems, filters that cannot be used
 */
export function expand(
  scope: Scope,
  plan: ValueSetPlan,
  options: ExpandOptions,
  now: number,
  newId: () => string,
): JsonObject {
  const here = scope.within(plan);
  here.checkSupplements();
  const versionsMatch = options.versionsMatch ?? plan.versionsMatch;
  const activeOnly = options.activeOnly ?? isTrue(plan.parameters.get('activeOnly'));
  const unpaged = options.count === undefined;
  const words = options.filter === undefined ? [] : filterWords(options.filter);
  const wish: Wish = {
    words,
    activeOnly,
    selectableOnly: options.excludeNotForUI === true,
    excluded: options.excludeSystems,
    merge: versionsMatch,
    ...(unpaged && { limit: options.limit }),
  };
  const offset = options.offset ?? 0;
  const count = unpaged ? options.limit : Math.min(options.count!, options.limit);
  const found = (unpaged ? undefined : paged(here, plan, wish, offset, count)) ?? remembered(here, plan, wish);
  const page: Page = {
    entries: found.entries.slice(offset - found.first, offset - found.first + count),
    used: found.used,
    total: found.total,
    languages: languagesFor(plan, options.displayLanguage, options.acceptLanguage),
    nested: isNested(plan, options, found),
    versionsMatch,
  };
  return writeExpansion(here, plan, options, page, now, newId);
}
