/**
 * Is a code in a value set: in, out, or not to be told, because a code system is not known here or held in part only.
 * @see https://hl7.org/fhir/R4/valueset.html#compositions
 */
import type { JsonObject } from '../fhir/types.ts';
import { matchesVersion } from './canonical.ts';
import { inForce, isInactive } from './concept.ts';
import { type Filter, makeFilters } from './filter.ts';
import type { Scope } from './scope.ts';
import type { CodeSystem, Coding, Concept } from './shapes.ts';
import { checkCircle, type Part, severalVersions, takenIn, type ValueSetPlan } from './value-set.ts';

/** The answer: a code outside what is known is not wrong. */
export type Membership = 'in' | 'out' | 'unknown';

const filters = new WeakMap<Part, WeakMap<CodeSystem, Filter>>();

/** The filters of a part made for a code system, once; undefined when it has none. */
export function filterOf(part: Part, system: CodeSystem): Filter | undefined {
  if (part.filters.length === 0) return undefined;
  let made = filters.get(part);
  if (!made) {
    made = new WeakMap();
    filters.set(part, made);
  }
  let filter = made.get(system);
  if (!filter) {
    filter = makeFilters(system, part.filters, part.at)!;
    made.set(system, filter);
  }
  return filter;
}

/** What a part lists of a concept, when it lists concepts. */
export function listed(part: Part, concept: { readonly code: string }): JsonObject | undefined {
  return part.concepts?.get(concept.code);
}

/** True for a code system of which some codes may be missing here. */
export function isPartial(system: CodeSystem): boolean {
  return system.head.content === 'fragment' || system.head.content === 'example';
}

/** True when a part leaves a concept out only because it is inactive or not in force on the day named. */
export function isLeftOut(scope: Scope, plan: ValueSetPlan, system: CodeSystem, concept: Concept): boolean {
  if (plan.inactive === false && isInactive(system, concept)) return true;
  return scope.options.dayGiven && inForce(system, concept, scope.options.day) !== 'yes';
}

function inSystem(scope: Scope, plan: ValueSetPlan, part: Part, coding: Coding): Membership {
  const version = scope.wanted(part.system!, part.version).version;
  if (version !== undefined && coding.version !== undefined && !matchesVersion(version, coding.version)) return 'out';
  if (part.omitted !== undefined) return 'unknown';
  const system = scope.system(part.system!, version ?? coding.version);
  const concept = system?.find(coding.code);
  if (part.concepts) {
    if (!part.concepts.has(concept?.code ?? coding.code)) return 'out';
    return system && concept && isLeftOut(scope, plan, system, concept) ? 'out' : 'in';
  }
  if (!system) return 'unknown';
  if (!concept) return isPartial(system) ? 'unknown' : 'out';
  if (isLeftOut(scope, plan, system, concept)) return 'out';
  return filterOf(part, system)?.test(concept) === false ? 'out' : 'in';
}

/** Whether a part has a code: its system and filters, and every value set it takes in. */
export function partHas(
  scope: Scope,
  plan: ValueSetPlan,
  part: Part,
  coding: Coding,
  path: readonly ValueSetPlan[],
): Membership {
  let answer: Membership = 'in';
  if (part.system !== undefined) {
    if (coding.system === undefined || !scope.same(part.system, coding.system)) return 'out';
    answer = inSystem(scope, plan, part, coding);
  } else if (part.valueSets.length === 0) return 'out';
  for (const canonical of part.valueSets) {
    if (answer === 'out') break;
    const other = memberOf(scope, takenIn(scope, plan, canonical), coding, path);
    if (other !== 'in') answer = other;
  }
  return answer;
}

/** A code as exclusions see it: where a value set takes several versions that differ, they count for their own version only. */
export function asExcluded(plan: ValueSetPlan, coding: Coding, system: CodeSystem | undefined): Coding {
  const version = system?.head.version;
  const differs = version !== undefined && !plan.versionsMatch && severalVersions(plan, system!.head.url);
  return differs ? { ...coding, version } : coding;
}

/** Whether the excluded parts of a value set have a code that one of its parts has. */
function excludedFrom(
  scope: Scope,
  plan: ValueSetPlan,
  part: Part,
  coding: Coding,
  path: readonly ValueSetPlan[],
): Membership {
  if (plan.excludes.length === 0) return 'out';
  const version =
    part.system === undefined ? undefined : (scope.wanted(part.system, part.version).version ?? coding.version);
  const exact = asExcluded(plan, coding, part.system === undefined ? undefined : scope.system(part.system, version));
  let answer: Membership = 'out';
  for (const excluded of plan.excludes) {
    const has = partHas(scope, plan, excluded, exact, path);
    if (has === 'in') return 'in';
    if (has === 'unknown') answer = 'unknown';
  }
  return answer;
}

/**
 * Whether a value set has a code.
 * @param path value sets this one is taken into
 * @throws TerminologyError when a value set takes in one that is not known, or itself; for filters that cannot be used
 */
export function memberOf(
  scope: Scope,
  plan: ValueSetPlan,
  coding: Coding,
  path: readonly ValueSetPlan[] = [],
): Membership {
  checkCircle(path, plan);
  const inner = [...path, plan];
  const here = scope.within(plan);
  let answer: Membership = 'out';
  for (const part of plan.includes) {
    const has = partHas(here, plan, part, coding, inner);
    if (has === 'out') continue;
    const excluded = excludedFrom(here, plan, part, coding, inner);
    if (excluded === 'in') continue;
    if (has === 'in' && excluded === 'out') return 'in';
    answer = 'unknown';
  }
  return answer;
}

/** The code systems a value set takes codes from, at any depth. */
function systemsOf(scope: Scope, plan: ValueSetPlan, path: readonly ValueSetPlan[] = []): ReadonlySet<string> {
  checkCircle(path, plan);
  const inner = [...path, plan];
  const found = new Set<string>();
  for (const part of plan.includes) {
    if (part.system !== undefined) found.add(part.system);
    else
      for (const canonical of part.valueSets)
        for (const system of systemsOf(scope, takenIn(scope, plan, canonical), inner)) found.add(system);
  }
  return found;
}

/** Whether a value set has a code that stands without its system, as elements of type code have it. */
export function memberWithoutSystem(scope: Scope, plan: ValueSetPlan, code: string): Membership {
  let answer: Membership = 'out';
  for (const system of systemsOf(scope, plan)) {
    const has = memberOf(scope, plan, { system, code });
    if (has === 'in') return 'in';
    if (has === 'unknown') answer = 'unknown';
  }
  return answer;
}
