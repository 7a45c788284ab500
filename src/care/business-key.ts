/**
 * Business keys: the identifier by which a resource that the rules look at is the same one, whatever its id is.
 */
import type { Resource } from '../fhir/types.ts';
import { certificateSystems, identifierSystem, objects, text } from './names.ts';

const systemsOf: Readonly<Record<string, readonly string[]>> = {
  Coverage: [...certificateSystems.values()],
  CarePlan: ['kaigo-care-plan', 'kaigo-preventive-plan', 'kaigo-monthly-plan', 'kaigo-services-given'].map(
    identifierSystem,
  ),
  ExplanationOfBenefit: ['kaigo-claim', 'kaigo-home-modification', 'kaigo-equipment-purchase'].map(identifierSystem),
  Invoice: [identifierSystem('kaigo-claim-bill')],
  Task: ['kaigo-certification-application', 'kaigo-care-manager-notification'].map(identifierSystem),
};

/** System and value of the business key of a resource; undefined when it has none, or when no rule asks for it. */
export function businessKey(resource: Resource): { readonly system: string; readonly value: string } | undefined {
  const systems = systemsOf[String(resource.resourceType)] ?? [];
  for (const one of objects(resource['identifier'])) {
    const [system, value] = [text(one['system']), text(one['value'])];
    if (system !== undefined && value && systems.includes(system)) return { system, value };
  }
  return undefined;
}
