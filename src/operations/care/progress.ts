/**
 * Task/[id]/$progress: how far an application for certification is, for the care manager and the person.
 * Definition: profiles/engawa-kaigo/OperationDefinition-kaigo-progress.json.
 */

import { master } from '../../care/masters.ts';
import { codeIn, object, text } from '../../care/names.ts';
import { isApplication, kindOf, nextSteps, orderFor, stepsOf } from '../../care/steps.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Resource } from '../../fhir/types.ts';
import type { FhirRequest, FhirResponse, Operation, Services } from '../../interactions/interaction.ts';
import { gone, notFound } from '../../interactions/read.ts';
import { japaneseDay } from '../../terminology/terminology.ts';
import { answer, codingOf, group, type Part, refuseUnknown } from './parameters.ts';

async function readApplication(services: Services, request: FhirRequest): Promise<Resource> {
  const id = request.params['id']!;
  const version = await services.store.read('Task', id, services.access.condition(request.caller));
  if (!version) throw notFound('Task', id);
  if (version.deleted) throw gone(version);
  const task = JSON.parse(version.text) as Resource;
  if (isApplication(task)) return task;
  throw new FhirError('not-supported', {
    en: `Task/${id} is no application for certification; expected the code certification-application of the code system care-task`,
    ja: `Task/${id} は要介護認定の申請ではありません（code が care-task の certification-application のものに使えます）`,
  });
}

const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);

/** Days from the application to its end, or to today. */
function daysPart(task: Resource, today: string, end: string | undefined): Part | undefined {
  const applied = text(task['authoredOn'])?.slice(0, 10);
  if (applied?.length !== 10) return undefined;
  const last = end === undefined ? today : japaneseDay(Date.parse(end));
  return { name: 'days', valueInteger: daysBetween(applied, last) };
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  refuseUnknown(request, 'progress', []);
  const task = await readApplication(services, request);
  const order = orderFor(task, services.terminology.library);
  const steps = stepsOf(task);
  const next = nextSteps(
    steps.map(one => one.code),
    order,
  );
  const step = (code: string) => codingOf('certification-step', order.steps.get(code), code, request.language);
  const kinds = master(services.terminology.library, 'certification-application-kind');
  const kind = kindOf(task);
  const present = codeIn(task['businessStatus'], 'certification-step');
  const person = object(task['for']);
  return answer([
    { name: 'application', valueReference: { reference: `Task/${task.id}` } },
    person && { name: 'person', valueReference: person },
    kind === undefined
      ? undefined
      : {
          name: 'kind',
          valueCoding: codingOf('certification-application-kind', kinds.get(kind), kind, request.language),
        },
    present === undefined ? undefined : { name: 'present', valueCoding: step(present) },
    { name: 'finished', valueBoolean: next.length === 0 },
    daysPart(task, japaneseDay(services.now()), next.length === 0 ? steps.at(-1)?.at : undefined),
    ...steps.map(one =>
      group('step', [
        { name: 'step', valueCoding: step(one.code) },
        { name: 'at', valueDateTime: one.at },
        one.by && { name: 'by', valueReference: one.by },
      ]),
    ),
    ...next.map(one => ({ name: 'next', valueCoding: step(one.code) })),
  ]);
}

/** Task/[id]/$progress. */
export const progress: Operation = {
  name: 'progress',
  levels: ['instance'],
  types: ['Task'],
  definition: 'https://w3id.org/engawa/fhir/OperationDefinition/kaigo-progress',
  readOnly: true,
  handle,
};
