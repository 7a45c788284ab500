/**
 * All codes of a value set, one after the other, in the order of its parts and of the code systems.
 * @see https://hl7.org/fhir/R4/valueset.html#expansion
 */
import type { JsonObject } from '../fhir/types.ts';
import { compareVersions } from './canonical.ts';
import { text } from './json.ts';
import { filterOf, isLeftOut, isPartial, memberOf, partHas } from './membership.ts';
import { finding, TerminologyError } from './problems.ts';
import type { Scope } from './scope.ts';
import type { CodeSystem, Coding, Concept } from './shapes.ts';
import { checkCircle, findValueSet, type Part, severalVersions, takenIn, type ValueSetPlan } from './value-set.ts';

/** One code of a value set. */
export interface Entry {
  readonly url: string;
  readonly system: CodeSystem | undefined;
  readonly concept: Concept;
  /** What the value set says of it: ValueSet.compose.include.concept. */
  readonly listed?: JsonObject;
  readonly from: ValueSetPlan;
  /** Set when the value set takes several versions of the code system. */
  readonly version?: string;
}

/** What a value set was made of; collected on the way. */
export interface Used {
  readonly systems: Set<CodeSystem>;
  readonly valueSets: Set<ValueSetPlan>;
  /** URLs of rules that decided a version, by kind of rule. */
  readonly rules: Map<string, { rule: 'usual' | 'demanded' | 'forced'; version: string }>;
  /** Canonicals that the request pinned to a version. */
  readonly pinned: Set<string>;
  /** Grammars of which only the usual codes are listed, with the canonical of the value set that has them. */
  readonly unclosed: Map<string, string>;
}

/** Nothing used yet. */
export function newUsed(): Used {
  return { systems: new Set(), valueSets: new Set(), rules: new Map(), pinned: new Set(), unclosed: new Map() };
}

/** The words that narrow the codes down, and how they are looked up in a code system. */
export interface Narrowing {
  readonly words: readonly string[];
}

interface Walk {
  readonly used: Used;
  readonly narrowing: Narrowing | undefined;
  /** True when versions do not count: a code is the same in all. */
  readonly merge: boolean;
}

/** The code system a part takes; undefined when it is not known but the part lists its codes. @throws TerminologyError */
function systemOf(scope: Scope, part: Part, used: Used): CodeSystem | undefined {
  const url = part.system!;
  const wanted = scope.wanted(url, part.version);
  const system = scope.system(url, wanted.version);
  if (part.omitted !== undefined)
    throw new TerminologyError(finding('listed-codes-left-out', { system: url, count: String(part.omitted) }), 404);
  if (!system) {
    if (part.concepts && wanted.version === part.version) return undefined;
    const { version } = wanted;
    if (version === undefined) throw new TerminologyError(finding('unknown-system-in-value-set', { system: url }), 404);
    const versions = scope.versions(url).join(', ');
    const kind = versions === '' ? 'unknown-version-of-unknown-system-in-value-set' : 'unknown-version-in-value-set';
    throw new TerminologyError(finding(kind, { system: url, version, versions }), 404);
  }
  const demanded = scope.demandedInstead(url, system.head.version);
  if (demanded !== undefined)
    throw new TerminologyError(
      finding('version-not-allowed', { system: url, version: system.head.version ?? '', demanded }),
      422,
    );
  if (wanted.rule && wanted.version !== undefined) used.rules.set(url, { rule: wanted.rule, version: wanted.version });
  used.systems.add(system);
  return system;
}

function* listedConcepts(
  part: Part,
  system: CodeSystem | undefined,
): Generator<{ concept: Concept; listed: JsonObject }> {
  for (const [code, listed] of part.concepts!) {
    const known = system?.find(code);
    const display = text(listed['display']);
    if (known) yield { concept: known, listed };
    // Of a code system that is not known, or in part only, what the value set says has to do.
    else if (!system || isPartial(system))
      yield { concept: { code, ...(display !== undefined && { display }) }, listed };
  }
}

/** The usual codes of a grammar, in place of all. @throws TerminologyError when there is no list of them */
function* usualConcepts(scope: Scope, system: CodeSystem, used: Used): Generator<Concept> {
  const plan = system.usual === undefined ? undefined : findValueSet(scope, system.usual);
  if (!plan) throw new TerminologyError(finding('not-enumerable', { system: system.head.url }));
  used.unclosed.set(system.head.url, plan.name);
  for (const part of plan.includes) {
    for (const code of part.concepts?.keys() ?? []) {
      const concept = system.find(code);
      if (concept) yield concept;
    }
  }
}

function* conceptsOf(
  scope: Scope,
  part: Part,
  system: CodeSystem | undefined,
  { narrowing, used }: Walk,
): Generator<{ concept: Concept; listed?: JsonObject }> {
  if (part.concepts) {
    yield* listedConcepts(part, system);
    return;
  }
  if (!system) return;
  const filter = filterOf(part, system);
  if (system.size === undefined) {
    for (const concept of usualConcepts(scope, system, used)) if (!filter || filter.test(concept)) yield { concept };
    return;
  }
  const byText = narrowing && system.textCandidates?.(narrowing.words);
  const source = filter?.candidates && !byText ? filter.candidates() : (byText ?? system.concepts());
  for (const concept of source) if (!filter || filter.test(concept)) yield { concept };
}

function* fromPart(
  scope: Scope,
  plan: ValueSetPlan,
  part: Part,
  path: readonly ValueSetPlan[],
  walk: Walk,
): Generator<Entry> {
  if (part.system === undefined) {
    const [first, ...others] = part.valueSets.map(canonical => importInto(scope, plan, canonical, walk.used));
    if (!first) return;
    for (const entry of enumerate(scope, first, walk, path)) {
      if (others.every(other => memberOf(scope, other, codingOf(entry), path) === 'in')) yield entry;
    }
    return;
  }
  const system = systemOf(scope, part, walk.used);
  const imports = part.valueSets.map(canonical => importInto(scope, plan, canonical, walk.used));
  // Where there are several, each code needs its version.
  const version = severalVersions(plan, part.system) ? system?.head.version : undefined;
  for (const { concept, listed } of conceptsOf(scope, part, system, walk)) {
    if (system && isLeftOut(scope, plan, system, concept)) continue;
    const entry: Entry = {
      url: part.system,
      system,
      concept,
      from: plan,
      ...(listed && { listed }),
      ...(version !== undefined && { version }),
    };
    if (imports.every(other => memberOf(scope, other, codingOf(entry), path) === 'in')) yield entry;
  }
}

/** The value set a part takes in, noted as used (one inside the value set itself is not worth noting). */
function importInto(scope: Scope, plan: ValueSetPlan, canonical: string, used: Used): ValueSetPlan {
  const pinned = scope.pinned(canonical);
  const taken = takenIn(scope, plan, canonical);
  if (pinned.byRequest) used.pinned.add(pinned.canonical);
  if (!canonical.startsWith('#')) used.valueSets.add(taken);
  return taken;
}

/** An entry as a coding. */
export function codingOf(entry: Entry): Coding {
  return {
    system: entry.url,
    code: entry.concept.code,
    ...(entry.version !== undefined && { version: entry.version }),
  };
}

/** Notes what the excluded parts use, also when nothing of it turns up. */
function noteExcludes(scope: Scope, plan: ValueSetPlan, used: Used): void {
  for (const part of plan.excludes) {
    if (part.system !== undefined && part.omitted === undefined) {
      const system = scope.system(part.system, scope.wanted(part.system, part.version).version);
      if (system) used.systems.add(system);
    }
    for (const canonical of part.valueSets) importInto(scope, plan, canonical, used);
  }
}

/**
 * The codes of a value set, each once.
 * @param path value sets this one is taken into
 * @throws TerminologyError when a code system or value set is not known, or a filter cannot be used
 */
export function* enumerate(
  scope: Scope,
  plan: ValueSetPlan,
  walk: Walk,
  path: readonly ValueSetPlan[] = [],
): Generator<Entry> {
  checkCircle(path, plan);
  const inner = [...path, plan];
  const here = scope.within(plan);
  noteExcludes(here, plan, walk.used);
  const seen = new Map<string, Entry>();
  const single = plan.includes.length === 1;
  // What was asked for counts for the value set that was asked for; those it takes in say it themselves.
  const merge = walk.merge || (path.length > 0 && plan.versionsMatch);
  for (const part of plan.includes) {
    for (const entry of fromPart(here, plan, part, inner, walk)) {
      const coding = codingOf(entry);
      const excluded = merge ? { system: coding.system!, code: coding.code } : coding;
      if (plan.excludes.some(one => partHas(here, plan, one, excluded, inner) === 'in')) continue;
      if (!single && !isNew(seen, entry, walk.merge)) continue;
      if (single || !walk.merge) yield entry;
    }
  }
  if (!single && walk.merge) yield* seen.values();
}

/** Notes an entry; of several versions of a code, the latest stays. */
function isNew(seen: Map<string, Entry>, entry: Entry, merge: boolean): boolean {
  const key = `${entry.url}|${merge ? '' : (entry.version ?? '')}|${entry.concept.code}`;
  const before = seen.get(key);
  if (!before || (merge && compareVersions(before.version, entry.version) < 0)) seen.set(key, entry);
  return before === undefined;
}
