/**
 * Questionnaire/$populate: a form filled in with what the server knows. Nothing is stored.
 * @see https://hl7.org/fhir/uv/sdc/STU3/OperationDefinition-Questionnaire-populate.html
 */
import { stringifyJson } from '../../fhir/json.ts';
import { FhirError, operationOutcome } from '../../fhir/outcome.ts';
import type { JsonObject } from '../../fhir/types.ts';
import { isObject, objects, text } from '../../forms/item.ts';
import { populate as populateForm } from '../../forms/populate.ts';
import type { FhirRequest, FhirResponse, Operation, Services } from '../../interactions/interaction.ts';
import { dereference, FormInput, findQuestionnaire, formContext, readStored } from './context.ts';

async function questionnaireOf(services: Services, request: FhirRequest, input: FormInput): Promise<JsonObject> {
  const { id } = request.params;
  if (id !== undefined) return readStored(services, request, 'Questionnaire', id);
  const sent =
    input.resource('questionnaire') ?? (input.bare?.['resourceType'] === 'Questionnaire' ? input.bare : undefined);
  if (sent) return sent;
  const reference = input.reference('questionnaireRef');
  if (reference) return dereference(services, request, reference);
  const canonical = input.text('canonical');
  if (canonical !== undefined) return findQuestionnaire(services, canonical);
  throw new FhirError('required', {
    en: 'Which form? Expected canonical, questionnaire or questionnaireRef, or the id in the path',
    ja: 'どの様式か指定してください（canonical・questionnaire・questionnaireRef、またはパスの ID）',
  });
}

/** Launch contexts: parts `name` and `content`, whose references are followed. */
async function contextsOf(services: Services, request: FhirRequest, input: FormInput, subject: JsonObject | undefined) {
  const contexts = new Map<string, unknown>();
  for (const one of input.parameters('context')) {
    const parts = objects(one['part']);
    const name = parts
      .map(part => (part['name'] === 'name' ? (part['valueString'] ?? part['valueCode']) : undefined))
      .find(Boolean);
    for (const content of parts.filter(part => part['name'] === 'content')) {
      const reference = content['valueReference'];
      const value = isObject(reference) ? await dereference(services, request, reference) : content['resource'];
      if (text(name) !== undefined && value !== undefined) contexts.set(String(name), value);
    }
  }
  if (subject && text(subject['reference'])?.includes('Patient/') && !contexts.has('patient'))
    contexts.set('patient', await dereference(services, request, subject));
  return contexts;
}

function subjectOf(input: FormInput): JsonObject | undefined {
  const given = input.reference('subject');
  if (given) return given;
  const patient = input
    .parameters('context')
    .flatMap(one => objects(one['part']))
    .find(part => isObject(part['valueReference']) && text(part['valueReference']['reference'])?.includes('Patient/'));
  return patient?.['valueReference'] as JsonObject | undefined;
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  await Promise.all([services.storedDefinitions.refresh(), services.terminology.refresh()]);
  const input = new FormInput(request);
  const questionnaire = await questionnaireOf(services, request, input);
  const subject = subjectOf(input);
  const contexts = await contextsOf(services, request, input, subject);
  const { response, issues } = await populateForm({ questionnaire, subject, contexts }, formContext(services, request));
  const parameters = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'response', resource: response },
      ...(issues.length > 0 ? [{ name: 'issues', resource: operationOutcome(issues, request.language) }] : []),
    ],
  };
  return { status: 200, headers: {}, body: { kind: 'text', text: stringifyJson(parameters) } };
}

/** Questionnaire/$populate, Questionnaire/[id]/$populate. */
export const populate: Operation = {
  name: 'populate',
  levels: ['type', 'instance'],
  types: ['Questionnaire'],
  definition: 'http://hl7.org/fhir/uv/sdc/OperationDefinition/Questionnaire-populate',
  readOnly: true,
  handle,
};
