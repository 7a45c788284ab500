/**
 * Form extraction: a QuestionnaireResponse → a transaction Bundle with what its form says is to be made of it.
 * @see https://hl7.org/fhir/uv/sdc/STU3/extraction.html
 */
import type { Issue } from '../fhir/outcome.ts';
import type { JsonObject } from '../fhir/types.ts';
import { declareVariables, type FormContext, Run } from './expression.ts';
import { DefinitionExtraction, type Extracted } from './extract-definition.ts';
import { extractedSystem, extractObservations } from './extract-observation.ts';
import { itemsOf, objects } from './item.ts';

/** What is extracted from. */
export interface ExtractInput {
  readonly questionnaire: JsonObject;
  readonly response: JsonObject;
  /** %subject, %patient … */
  readonly contexts: ReadonlyMap<string, unknown>;
  /** A new id, for fullUrls. */
  readonly newId: () => string;
}

/** An Observation is found again by response and question: a repeated extraction changes what it made before. */
function observationEntry(resource: JsonObject, newId: () => string): JsonObject {
  const [identifier] = objects(resource['identifier']);
  const request = identifier
    ? {
        method: 'PUT',
        url: `Observation?identifier=${encodeURIComponent(`${extractedSystem}|${String(identifier['value'])}`)}`,
      }
    : { method: 'POST', url: 'Observation' };
  return { fullUrl: `urn:uuid:${newId()}`, resource, request };
}

function resourceEntry({ resource, stored, ifNoneExist }: Extracted, newId: () => string): JsonObject {
  const type = String(resource['resourceType']);
  const request = stored
    ? { method: 'PUT', url: `${type}/${String(resource['id'])}` }
    : { method: 'POST', url: type, ...(ifNoneExist !== undefined && { ifNoneExist }) };
  return { fullUrl: `urn:uuid:${newId()}`, resource, request };
}

const isFilled = ({ resource }: Extracted): boolean =>
  Object.keys(resource).some(name => name !== 'resourceType' && name !== 'meta' && name !== 'id');

/**
 * Extracts.
 * @returns a Bundle of type transaction (without entries when there is nothing to extract), and what could not be done
 */
export async function extract(
  { questionnaire, response, contexts, newId }: ExtractInput,
  context: FormContext,
): Promise<{ readonly bundle: JsonObject; readonly issues: readonly Issue[] }> {
  const items = itemsOf(questionnaire);
  const run = new Run(context, 100);
  const variables = new Map<string, unknown>([...contexts, ['questionnaire', questionnaire]]);
  const scope = await declareVariables(run, questionnaire, response, { resource: response, variables });
  const observations = extractObservations(questionnaire, items, response);
  const definitions = new DefinitionExtraction(run, scope);
  const root = await definitions.open(questionnaire, response, undefined);
  await definitions.putValues(questionnaire, response, root);
  await definitions.visit(items, response, root);
  const entry = [
    ...definitions.made.filter(isFilled).map(one => resourceEntry(one, newId)),
    ...observations.map(one => observationEntry(one, newId)),
  ];
  const bundle = { resourceType: 'Bundle', type: 'transaction', ...(entry.length > 0 && { entry }) };
  return { bundle, issues: run.issues };
}
