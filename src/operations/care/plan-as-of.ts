/**
 * CarePlan/$as-of: which care plan held for a person on a day, what it superseded, and the sheets of that month.
 * Definition: profiles/engawa-kaigo/OperationDefinition-kaigo-plan-as-of.json.
 */
import { master } from '../../care/masters.ts';
import { type Dated, heldOn, type OnDay, readPlan } from '../../care/plan.ts';
import { type Issue, operationOutcome } from '../../fhir/outcome.ts';
import type { JsonObject, Resource } from '../../fhir/types.ts';
import type { FhirRequest, FhirResponse, Operation, Services } from '../../interactions/interaction.ts';
import { japaneseDay } from '../../terminology/terminology.ts';
import { answer, asOfInputs, codingOf, dayOf, group, type Part, refuseUnknown } from './parameters.ts';
import { askedPatient, findAbout, recordsOf } from './person.ts';

/** The plans of a person the caller may see. */
export async function plansOf(
  services: Services,
  request: FhirRequest,
  records: readonly Resource[],
): Promise<readonly Dated[]> {
  const plans = await findAbout(services, request, 'CarePlan', ['patient', records]);
  return plans.map(readPlan).filter(one => one !== undefined);
}

/** What stands in doubt when two insurers' plans or notifications cover a day. */
export function twoInsurers({ twoInsurers: isSo, held, superseded }: OnDay): readonly Issue[] {
  if (!isSo || !held) return [];
  const names = [held, ...superseded].map(({ resource }) => `${resource.resourceType}/${resource.id}`).join(', ');
  return [
    {
      severity: 'warning',
      code: 'business-rule',
      rule: held.family === 'notification' ? 'notification-two-insurers' : 'plan-two-insurers',
      message: {
        en: `More than one insurer's cover this day: ${names}; the one that began last is taken. End the earlier one`,
        ja: `この日に有効なものが複数の保険者にあります: ${names}。始まりの遅いものを採りました。先のものの終わりを確かめてください`,
      },
    },
  ];
}

/** The outcome of an answer; none when nothing stands in doubt. */
export const doubtPart = (doubts: readonly Issue[], request: FhirRequest): Part | undefined =>
  doubts.length === 0 ? undefined : { name: 'outcome', resource: operationOutcome(doubts, request.language) };

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  refuseUnknown(request, 'as-of', asOfInputs);
  const day = dayOf(request, 'as-of', japaneseDay(services.now()));
  const patient = await askedPatient(services, request, 'as-of');
  const plans = await plansOf(services, request, await recordsOf(services, request, patient));
  const { library } = services.terminology;
  const kindOf = (code: string): JsonObject =>
    codingOf('kaigo-care-plan-kind', master(library, 'kaigo-care-plan-kind').get(code), code, request.language);
  const part = (name: string, one: Dated): Part =>
    group(name, [
      { name: 'kind', valueCoding: kindOf(one.kind) },
      { name: 'reference', valueReference: { reference: `CarePlan/${one.resource.id}` } },
      { name: 'period', valuePeriod: one.days },
      one.office && { name: 'office', valueReference: one.office },
      name === 'superseded' ? undefined : { name: 'resource', resource: one.resource },
    ]);
  const on = (family: Dated['family']) =>
    heldOn(
      plans.filter(one => one.family === family),
      day,
    );
  const [plan, month, given] = [on('plan'), on('month'), on('given')];
  return answer([
    { name: 'date', valueDate: day },
    { name: 'patient', valueReference: { reference: `Patient/${patient.id}` } },
    plan.held && part('plan', plan.held),
    ...plan.superseded.map(one => part('superseded', one)),
    month.held && part('month', month.held),
    // Each office gives its own.
    ...[given.held, ...given.superseded].flatMap(one => (one ? [part('given', one)] : [])),
    doubtPart([...twoInsurers(plan), ...twoInsurers(month)], request),
  ]);
}

/** CarePlan/$as-of?patient=…&date=…. */
export const planAsOf: Operation = {
  name: 'as-of',
  levels: ['type'],
  types: ['CarePlan'],
  definition: 'https://w3id.org/engawa/fhir/OperationDefinition/kaigo-plan-as-of',
  readOnly: true,
  handle,
};
