/**
 * Organization/$as-of: which care management office was in charge of a person on a day, by the notification to the insurer (届出) and by
 * the certificate. Definition: profiles/engawa-kaigo/OperationDefinition-kaigo-office-as-of.json.
 */
import { holdingOn } from '../../care/as-of.ts';
import type { Certificate } from '../../care/certificate.ts';
import { master } from '../../care/masters.ts';
import { codeIn, extensionsOf, object, partOf, text } from '../../care/names.ts';
import { type Dated, heldOn, mayBeSame, readNotification } from '../../care/plan.ts';
import type { Issue } from '../../fhir/outcome.ts';
import type { JsonObject, Resource } from '../../fhir/types.ts';
import type { FhirRequest, FhirResponse, Operation, Services } from '../../interactions/interaction.ts';
import { japaneseDay } from '../../terminology/terminology.ts';
import { answer, asOfInputs, codingOf, dayOf, group, type Part, refuseUnknown } from './parameters.ts';
import { askedPatient, certificatesOf, findAbout, recordsOf } from './person.ts';
import { doubtPart, plansOf, twoInsurers } from './plan-as-of.ts';

const notificationCode = 'https://w3id.org/engawa/fhir/CodeSystem/care-task|care-manager-notification';

/** An office as one source names it. */
interface Named {
  readonly office: JsonObject | undefined;
  readonly system: string;
  readonly kind: string | undefined;
  /** 届出年月日. */
  readonly notified: string;
  readonly since: string | undefined;
  readonly source: string;
}

const byNotification = ({ office, kind, days, rank, resource }: Dated): Named => ({
  office,
  system: 'care-notification-variant',
  kind,
  notified: rank.split(' ')[1] ?? '',
  since: days.start,
  source: `Task/${resource.id}`,
});

/** The office a certificate names for a day: the one notified last. */
function byCertificate(certificate: Certificate | undefined, day: string): Named | undefined {
  const named = extensionsOf(certificate?.resource, 'kaigo-care-management-office')
    .map((one): Named => {
      const notified = text(partOf(one, 'notified'));
      return {
        office: object(partOf(one, 'office')),
        system: 'claim-plan-author',
        kind: codeIn(partOf(one, 'kind'), 'claim-plan-author'),
        notified: notified ?? '',
        since: notified,
        source: `Coverage/${certificate!.resource.id}`,
      };
    })
    .filter(one => one.notified <= day);
  return named.sort((a, b) => (a.notified < b.notified ? 1 : -1))[0];
}

const differs = (rule: string, one: string, other: string): Issue => ({
  severity: 'warning',
  code: 'business-rule',
  rule,
  message: {
    en: `${one} and ${other} name different offices for this day; expected one. The newer notification is taken: bring the other up to date`,
    ja: `この日の事業所が ${one} と ${other} で異なります。新しい届出を採りました。もう一方を確かめてください`,
  },
});

/** The newer of two sources; a notification wins over a certificate of the same day, being its reason. */
function choose(first: Named | undefined, second: Named | undefined): Named | undefined {
  if (!first || !second) return first ?? second;
  return second.notified > first.notified ? second : first;
}

/** What the sources say about a day. */
async function sourcesOn(services: Services, request: FhirRequest, patient: Resource, day: string) {
  const records = await recordsOf(services, request, patient);
  const tasks = await findAbout(services, request, 'Task', ['patient', records], [['code', notificationCode]]);
  const told = heldOn(
    tasks.map(readNotification).filter(one => one !== undefined),
    day,
  );
  const { held } = holdingOn(await certificatesOf(services, request, records), day);
  const plans = (await plansOf(services, request, records)).filter(one => one.family === 'plan');
  return {
    told,
    notification: told.held && byNotification(told.held),
    certificate: byCertificate(
      held.find(one => one.kind === 'hihokensha'),
      day,
    ),
    plan: heldOn(plans, day).held,
  };
}

type Sources = Awaited<ReturnType<typeof sourcesOn>>;

function doubtsOf({ told, notification, certificate, plan }: Sources, chosen: Named | undefined): readonly Issue[] {
  const isOther = notification && certificate && !mayBeSame(notification.office, certificate.office);
  const planDiffers = chosen && plan?.office && !mayBeSame(chosen.office, plan.office);
  return [
    ...twoInsurers(told),
    ...(isOther ? [differs('office-differs', notification.source, certificate.source)] : []),
    ...(planDiffers ? [differs('plan-office-differs', chosen.source, `CarePlan/${plan.resource.id}`)] : []),
  ];
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  refuseUnknown(request, 'as-of', asOfInputs);
  const day = dayOf(request, 'as-of', japaneseDay(services.now()));
  const patient: Resource = await askedPatient(services, request, 'as-of');
  const sources = await sourcesOn(services, request, patient, day);
  const chosen = choose(sources.notification, sources.certificate);
  const { library } = services.terminology;
  const code = (system: string, value: string) =>
    codingOf(system, master(library, system).get(value), value, request.language);
  const part = (name: string, { office, system, kind, since, notified, source }: Named): Part =>
    group(name, [
      office && { name: 'reference', valueReference: office },
      kind ? { name: 'kind', valueCoding: code(system, kind) } : undefined,
      since === undefined ? undefined : { name: 'since', valueDate: since },
      notified === '' ? undefined : { name: 'notified', valueDate: notified },
      { name: 'source', valueReference: { reference: source } },
    ]);
  return answer([
    { name: 'date', valueDate: day },
    { name: 'patient', valueReference: { reference: `Patient/${patient.id}` } },
    chosen && part('office', chosen),
    ...sources.told.superseded.map(one => part('superseded', byNotification(one))),
    doubtPart(doubtsOf(sources, chosen), request),
  ]);
}

/** Organization/$as-of?patient=…&date=…. */
export const officeAsOf: Operation = {
  name: 'as-of',
  levels: ['type'],
  types: ['Organization'],
  definition: 'https://w3id.org/engawa/fhir/OperationDefinition/kaigo-office-as-of',
  readOnly: true,
  handle,
};
