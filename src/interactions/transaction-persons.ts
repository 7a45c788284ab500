/**
 * Whom the resources of a transaction are about, where a condition tells it (`Patient?identifier=…`): rules compare what it writes
 * before each reference is resolved in its turn.
 * @see https://hl7.org/fhir/R4/http.html#trules
 */
import { personIn } from './about-person.ts';
import { asEntryError } from './entry.ts';
import type { Services } from './interaction.ts';
import { contextOf, resourceOf, type Step } from './transaction-context.ts';
import { isConditional, resolveCondition } from './write.ts';

/**
 * Condition → `Type/id`, each searched once.
 * @param entries where references to entries lead
 * @throws FhirError naming the entry whose condition does not find exactly one
 */
export async function findPersons(
  services: Services,
  steps: readonly Step[],
  entries: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  const conditions = new Map<string, string>();
  const context = contextOf(steps, { entries, conditions });
  for (const step of steps) {
    const resource = resourceOf(step);
    const condition = resource && personIn(resource);
    if (condition === undefined || !isConditional(condition) || conditions.has(condition)) continue;
    try {
      const { reference } = await resolveCondition(services, step.request, condition, context);
      conditions.set(condition, reference);
    } catch (error) {
      throw asEntryError(error, step.entry);
    }
  }
  return conditions;
}
