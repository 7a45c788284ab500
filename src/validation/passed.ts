/**
 * What was found out of codes before, so that a binding is asked once for each code it has met.
 */
import type { JsonObject } from '../fhir/types.ts';
import type { Code, CodeChecker } from './codes.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Codes that a binding remembers. */
const mostPassed = 2000;

/** What was found out of codes, forgotten when code systems or value sets change. */
export function newMemory<T extends Map<unknown, unknown>>(codes: CodeChecker): () => T {
  const known = new Map() as T;
  let epoch = -1;
  return () => {
    const now = codes.epoch;
    if (epoch !== now) {
      known.clear();
      epoch = now;
    }
    return known;
  };
}

/** Codes that are known to be in a value set, by their system. */
export type Passed = Map<string | undefined, Set<string>>;

const isPassed = (passed: Passed, system: unknown, code: unknown): boolean =>
  passed.get(system as string | undefined)?.has(code as string) ?? false;

export function remember(passed: Passed, { system, code }: Code): void {
  const known = passed.get(system);
  if (known === undefined) passed.set(system, new Set([code]));
  else if (known.size < mostPassed) known.add(code);
}

/** Whether a value, or one of its codings, is known to be in the value set. */
export function hasPassed(value: unknown, passed: Passed): boolean {
  if (passed.size === 0) return false;
  if (typeof value === 'string') return isPassed(passed, undefined, value);
  if (!isObject(value)) return false;
  const { coding } = value;
  if (coding === undefined) return isPassed(passed, value['system'], value['code']);
  if (!Array.isArray(coding)) return false;
  for (const one of coding) if (isObject(one) && isPassed(passed, one['system'], one['code'])) return true;
  return false;
}

/** What was found out of codes, true or false, by their system. */
export type Verdicts = Map<string | undefined, Map<string, boolean>>;

export function rememberVerdict(known: Verdicts, system: string | undefined, code: string, verdict: boolean): void {
  const ofSystem = known.get(system);
  if (ofSystem === undefined) {
    if (known.size < mostPassed) known.set(system, new Map([[code, verdict]]));
  } else if (ofSystem.size < mostPassed) ofSystem.set(code, verdict);
}
