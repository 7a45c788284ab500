/**
 * Compartments as conditions: what belongs to a patient, an encounter, a practitioner, a device or a related person.
 * @see https://hl7.org/fhir/R4/compartmentdefinition.html
 */
import type { Compartments } from './access-facts.ts';
import { hashOf } from './compile.ts';
import { anyOf, type Condition } from './condition.ts';
import type { Registry } from './registry.ts';
import { referenceCondition } from './types/reference.ts';

/** What a resource of a type has to fulfil to be in a compartment; undefined when the type never is. */
export function compartmentCondition(compartment: string, id: string, type: string, compartments: Compartments, registry: Registry): Condition | undefined {
  const codes = compartments(compartment, type) ?? [];
  const hash = hashOf(compartment, id);
  const parts: Condition[] = codes.includes('{def}') ? [{ op: 'ids', hashes: [hash] }] : [];
  for (const code of codes) {
    const param = registry(type).byCode.get(code);
    if (param?.type === 'reference') parts.push(referenceCondition(param.sources, [hash]));
  }
  return parts.length > 0 ? anyOf(parts) : undefined;
}
