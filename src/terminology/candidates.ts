/**
 * Where a value set has a code: the parts that take its code system, each with the version it is checked against and
 * what it says of the code.
 */
import type { JsonObject } from '../fhir/types.ts';
import { compareVersions } from './canonical.ts';
import { asExcluded, filterOf, isPartial, type Membership, memberOf, partHas } from './membership.ts';
import type { Finding } from './problems.ts';
import type { Scope } from './scope.ts';
import type { CodeSystem, Coding, Concept } from './shapes.ts';
import { checkCircle, type Part, takenIn, type ValueSetPlan } from './value-set.ts';
import { decideVersion, type Place } from './versions.ts';

/** One part of a value set that takes the code system of a code. */
export interface Candidate {
  readonly has: Membership;
  readonly system: CodeSystem | undefined;
  readonly concept: Concept | undefined;
  readonly listed?: JsonObject;
  /** The value set the part is in, last of those on the way to it. */
  readonly path: readonly ValueSetPlan[];
  readonly findings: readonly Finding[];
  readonly missing?: string;
  /** False when the code system, or the version to be used, is not known. */
  readonly decided: boolean;
}

function inPart(
  scope: Scope,
  plan: ValueSetPlan,
  part: Part,
  coding: Coding,
  path: readonly ValueSetPlan[],
  place: Place,
): Candidate {
  const decision = decideVersion(scope, part.system!, part.version, coding.version, place);
  const { system, findings } = decision;
  const concept = system?.find(coding.code);
  const listed = part.concepts?.get(concept?.code ?? coding.code);
  let has: Membership;
  if (part.omitted !== undefined) has = 'unknown';
  else if (part.concepts) has = listed ? 'in' : 'out';
  else if (!decision.decided) has = 'unknown';
  else if (!concept) has = system && isPartial(system) ? 'unknown' : 'out';
  else has = filterOf(part, system!)?.test(concept) === false ? 'out' : 'in';
  const decided = decision.decided || (listed !== undefined && findings.length === 0);
  const candidate = {
    has,
    system,
    concept,
    path,
    findings,
    decided,
    ...(listed && { listed }),
    ...(decision.missing && { missing: decision.missing }),
  };
  let membership = has;
  for (const canonical of part.valueSets) {
    if (membership === 'out') break;
    const other = memberOf(scope, takenIn(scope, plan, canonical), coding, path);
    if (other !== 'in') membership = other;
  }
  return { ...candidate, has: membership };
}

/** A part that only takes in value sets: all of them have to have the code. */
function inImports(
  scope: Scope,
  plan: ValueSetPlan,
  part: Part,
  coding: Coding,
  path: readonly ValueSetPlan[],
  place: Place,
): readonly Candidate[] {
  const [first, ...others] = part.valueSets.map(canonical => takenIn(scope, plan, canonical));
  if (!first) return [];
  const found = candidatesIn(scope, first, coding, place, path);
  const rest = others.map(other => memberOf(scope, other, coding, path));
  if (rest.every(has => has === 'in')) return found;
  const has: Membership = rest.includes('out') ? 'out' : 'unknown';
  return found.map(one => ({ ...one, has: one.has === 'out' ? 'out' : has }));
}

function isExcluded(
  scope: Scope,
  plan: ValueSetPlan,
  coding: Coding,
  candidate: Candidate,
  path: readonly ValueSetPlan[],
): boolean {
  if (plan.excludes.length === 0) return false;
  const one: Coding = {
    code: candidate.concept?.code ?? coding.code,
    ...(coding.system !== undefined && { system: coding.system }),
  };
  const exact = asExcluded(plan, one, candidate.system);
  return plan.excludes.some(part => partHas(scope, plan, part, exact, path) === 'in');
}

/**
 * All parts that take the code system of a coding, in the order of the value set.
 * @throws TerminologyError when a value set that is taken in is not known, for circles and unusable filters
 */
export function candidatesIn(
  scope: Scope,
  plan: ValueSetPlan,
  coding: Coding,
  place: Place,
  path: readonly ValueSetPlan[] = [],
): readonly Candidate[] {
  checkCircle(path, plan);
  const here = scope.within(plan);
  const inner = [...path, plan];
  const found: Candidate[] = [];
  for (const part of plan.includes) {
    if (part.system === undefined) found.push(...inImports(here, plan, part, coding, inner, place));
    else if (coding.system !== undefined && here.same(part.system, coding.system))
      found.push(inPart(here, plan, part, coding, inner, place));
  }
  return found.map(one =>
    one.has !== 'out' && isExcluded(here, plan, coding, one, inner) ? { ...one, has: 'out' as const } : one,
  );
}

const weight: Record<Membership, number> = { in: 0, unknown: 1, out: 2 };

/** The candidate that speaks best for a code: in before not to be told before out, fewer findings, the right display, the later version. */
export function bestCandidate(
  candidates: readonly Candidate[],
  hasDisplay: (candidate: Candidate) => boolean,
): Candidate | undefined {
  const errors = (one: Candidate) => one.findings.filter(({ severity }) => severity === 'error').length;
  return [...candidates].sort(
    (a, b) =>
      weight[a.has] - weight[b.has] ||
      errors(a) - errors(b) ||
      Number(hasDisplay(b)) - Number(hasDisplay(a)) ||
      compareVersions(b.system?.head.version, a.system?.head.version),
  )[0];
}

/** The code systems in which a value set has a code: what its system can be. */
export function systemsWith(scope: Scope, plan: ValueSetPlan, code: string): string[] {
  const systems = new Set<string>();
  const collect = (one: ValueSetPlan, path: readonly ValueSetPlan[]) => {
    checkCircle(path, one);
    for (const part of one.includes) {
      if (part.system !== undefined) systems.add(part.system);
      for (const canonical of part.valueSets) collect(takenIn(scope, one, canonical), [...path, one]);
    }
  };
  collect(plan, []);
  return [...systems].filter(system => memberOf(scope, plan, { system, code }) === 'in');
}
