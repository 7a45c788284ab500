/**
 * QuestionnaireResponse/$extract: the resources an answered form stands for, as a transaction Bundle. Nothing is stored;
 * the client sends the Bundle when it agrees.
 * @see https://hl7.org/fhir/uv/sdc/STU3/OperationDefinition-QuestionnaireResponse-extract.html
 */
import { stringifyJson } from '../../fhir/json.ts';
import { FhirError, operationOutcome } from '../../fhir/outcome.ts';
import type { JsonObject } from '../../fhir/types.ts';
import { extract as extractForm } from '../../forms/extract.ts';
import { isObject, objects, text } from '../../forms/item.ts';
import type { FhirRequest, FhirResponse, Operation, Services } from '../../interactions/interaction.ts';
import { dereference, FormInput, findQuestionnaire, formContext, readStored } from './context.ts';

async function responseOf(services: Services, request: FhirRequest, input: FormInput): Promise<JsonObject> {
  const { id } = request.params;
  if (id !== undefined) return readStored(services, request, 'QuestionnaireResponse', id);
  const sent = input.resource('questionnaire-response') ?? input.bare;
  if (sent?.['resourceType'] === 'QuestionnaireResponse') return sent;
  throw new FhirError('required', {
    en: 'What is to be extracted? Expected a QuestionnaireResponse as the body or as the parameter questionnaire-response, or its id in the path',
    ja: '抽出元の QuestionnaireResponse を、本文かパラメータ questionnaire-response、またはパスの ID で指定してください',
  });
}

/** The form of a response: sent along, contained, or by its canonical. */
function questionnaireOf(services: Services, input: FormInput, response: JsonObject): JsonObject {
  const sent = input.resource('questionnaire');
  if (sent) return sent;
  const canonical = text(response['questionnaire']);
  if (canonical === undefined)
    throw new FhirError('required', {
      en: 'The QuestionnaireResponse names no questionnaire, so nothing says what is to be extracted',
      ja: 'QuestionnaireResponse に questionnaire がないため、何を抽出するか分かりません',
    });
  const inside = canonical.startsWith('#')
    ? objects(response['contained']).find(one => one['id'] === canonical.slice(1))
    : undefined;
  return inside ?? findQuestionnaire(services, canonical);
}

async function contextsOf(
  services: Services,
  request: FhirRequest,
  response: JsonObject,
): Promise<Map<string, unknown>> {
  const contexts = new Map<string, unknown>();
  const { subject } = response;
  if (!isObject(subject) || !/(?:^|\/)Patient\/[^/]+$/.test(text(subject['reference']) ?? '')) return contexts;
  try {
    const patient = await dereference(services, request, subject);
    contexts.set('patient', patient).set('subject', patient);
  } catch (error) {
    // A response about somebody who is kept elsewhere can be extracted too, without %patient.
    if (!(error instanceof FhirError)) throw error;
  }
  return contexts;
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  await Promise.all([services.storedDefinitions.refresh(), services.terminology.refresh()]);
  const input = new FormInput(request);
  const response = await responseOf(services, request, input);
  const questionnaire = questionnaireOf(services, input, response);
  const contexts = await contextsOf(services, request, response);
  const { bundle, issues } = await extractForm(
    { questionnaire, response, contexts, newId: services.newId },
    formContext(services, request),
  );
  const parameters = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'return', resource: bundle },
      ...(issues.length > 0 ? [{ name: 'issues', resource: operationOutcome(issues, request.language) }] : []),
    ],
  };
  return { status: 200, headers: {}, body: { kind: 'text', text: stringifyJson(parameters) } };
}

/** QuestionnaireResponse/$extract, QuestionnaireResponse/[id]/$extract. */
export const extract: Operation = {
  name: 'extract',
  levels: ['type', 'instance'],
  types: ['QuestionnaireResponse'],
  definition: 'http://hl7.org/fhir/uv/sdc/OperationDefinition/QuestionnaireResponse-extract',
  readOnly: true,
  handle,
};
