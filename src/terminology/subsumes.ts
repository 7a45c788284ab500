/**
 * $subsumes: how two codes of one code system stand to each other.
 * @see https://hl7.org/fhir/R4/codesystem-operation-subsumes.html
 */
import { isBelow } from './hierarchy.ts';
import type { CodeSystem } from './shapes.ts';

/** http://hl7.org/fhir/concept-subsumption-outcome; both codes are codes of the system. */
export function subsumption(
  system: CodeSystem,
  a: string,
  b: string,
): 'equivalent' | 'subsumes' | 'subsumed-by' | 'not-subsumed' {
  if (a === b) return 'equivalent';
  if (isBelow(system, b, a)) return 'subsumes';
  return isBelow(system, a, b) ? 'subsumed-by' : 'not-subsumed';
}
