/**
 * Patient/[id]/$care-summary: what a hospital needs to see at night, in one Bundle: the person, the certificates that hold today
 * with what they say, the plans and offices in force, allergies, problems and infections, medicines, proxies, and the last
 * answers and scores. Definition: profiles/engawa-kaigo/OperationDefinition-kaigo-care-summary.json.
 */
import { holdingOn } from '../../care/as-of.ts';
import { covers, daysOf } from '../../care/certificate.ts';
import { objects, text } from '../../care/names.ts';
import { heldOn, readPlan } from '../../care/plan.ts';
import { parseJson, stringifyJson } from '../../fhir/json.ts';
import type { JsonObject, Resource } from '../../fhir/types.ts';
import type { FhirRequest, FhirResponse, Operation, Services } from '../../interactions/interaction.ts';
import { japaneseDay } from '../../terminology/terminology.ts';
import { asOfParts } from './as-of.ts';
import { dayOf, refuseUnknown } from './parameters.ts';
import { certificatesOf, findAbout, readPatient, recordsOf } from './person.ts';

/** What is looked for beside the certificates: type, search parameters, what is kept of it. */
interface Wanted {
  readonly type: string;
  readonly person: string;
  readonly query: readonly (readonly [string, string])[];
  /** Kept on the day; absent = all. */
  readonly keep?: (resource: Resource, day: string) => boolean;
  /** The search parameter of its day: what was told after a day in the past is no part of it. */
  readonly told?: string;
  /** Only the newest of each code (or form). */
  readonly newestOf?: (resource: Resource) => string;
}

const duringPeriod = (resource: Resource, day: string): boolean => covers(daysOf(resource['period']), day);
const duringPlan = (plan: Resource, day: string): boolean =>
  covers(readPlan(plan)?.days ?? daysOf(plan['period']), day);
const codesOf = (resource: Resource): string =>
  objects((resource['code'] as JsonObject | undefined)?.['coding'])
    .map(one => `${String(one['system'] ?? '')}|${String(one['code'] ?? '')}`)
    .sort()
    .join(' ');

const wanted: readonly Wanted[] = [
  { type: 'CarePlan', person: 'patient', query: [['status', 'active']], keep: duringPlan },
  { type: 'CareTeam', person: 'patient', query: [['status', 'active']], keep: duringPeriod },
  { type: 'AllergyIntolerance', person: 'patient', query: [['clinical-status:not', 'resolved']] },
  { type: 'Condition', person: 'patient', query: [['clinical-status:not', 'resolved,inactive,remission']] },
  { type: 'MedicationStatement', person: 'patient', query: [['status', 'active,on-hold']] },
  { type: 'MedicationRequest', person: 'patient', query: [['status', 'active,on-hold']] },
  { type: 'RelatedPerson', person: 'patient', query: [], keep: duringPeriod },
  { type: 'Consent', person: 'patient', query: [['status', 'active']] },
  {
    type: 'Flag',
    person: 'patient',
    query: [],
    keep: (one, day) => one['status'] === 'active' && duringPeriod(one, day),
  },
  {
    type: 'Observation',
    person: 'patient',
    query: [
      ['status', 'final,amended,corrected'],
      ['_sort', '-date'],
    ],
    told: 'date',
    newestOf: codesOf,
  },
  {
    type: 'QuestionnaireResponse',
    person: 'patient',
    query: [
      ['status', 'completed,amended'],
      ['_sort', '-authored'],
    ],
    told: 'authored',
    newestOf: one => text(one['questionnaire'])?.split('|')[0] ?? '',
  },
];

/** Resources read of one kind at most; the newest come first where it matters. */
const most = 500;

/** Whom and when a summary is about. */
interface Asked {
  readonly records: readonly Resource[];
  readonly day: string;
  readonly isPast: boolean;
}

async function collect(services: Services, request: FhirRequest, one: Wanted, { records, day, isPast }: Asked) {
  const until = isPast && one.told !== undefined ? [[one.told, `le${day}`] as const] : [];
  const found = await findAbout(services, request, one.type, [one.person, records], [...one.query, ...until], most);
  const seen = new Set<string>();
  return found.filter(resource => {
    if (one.keep && !one.keep(resource, day)) return false;
    const key = one.newestOf?.(resource);
    if (key === undefined) return true;
    if (key === '' || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Plans without those that another supersedes on the day; each office's sheet of what it gave stays. */
function plansInForce(resources: readonly Resource[], day: string): readonly Resource[] {
  const plans = resources.map(readPlan).filter(one => one !== undefined);
  const superseded = new Set(
    (['plan', 'month'] as const).flatMap(family =>
      heldOn(
        plans.filter(one => one.family === family),
        day,
      ).superseded.map(one => one.resource),
    ),
  );
  return resources.filter(one => !superseded.has(one));
}

/** Organizations that the resources name by a reference of this server. */
async function organizationsOf(services: Services, request: FhirRequest, resources: readonly Resource[]) {
  const ids = new Set(
    [...stringifyJson(resources).matchAll(/"reference":"Organization\/([A-Za-z0-9\-.]{1,64})"/g)].map(one => one[1]!),
  );
  const access = services.access.condition(request.caller);
  const versions = await Promise.all([...ids].map(id => services.store.read('Organization', id, access)));
  return versions
    .filter(one => one !== undefined && !one.deleted)
    .map(one => parseJson(one!.text, { lossless: true }) as Resource);
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  refuseUnknown(request, 'care-summary', ['date']);
  const today = japaneseDay(services.now());
  const day = dayOf(request, 'care-summary', today);
  const patient = await readPatient(services, request, request.params['id']!);
  const records = await recordsOf(services, request, patient);
  const found = holdingOn(await certificatesOf(services, request, records), day);
  const asked = { records, day, isPast: day < today };
  const lists = await Promise.all(wanted.map(one => collect(services, request, one, asked)));
  const resources = [...records, ...found.held.map(one => one.resource), ...plansInForce(lists.flat(), day)];
  const organizations = await organizationsOf(services, request, resources);
  const parameters: Resource = {
    resourceType: 'Parameters',
    parameter: [{ name: 'date', valueDate: day }, ...asOfParts(services, request, found, day)].filter(
      one => one !== undefined && one.name !== 'certificate',
    ),
  };
  const entry = [...resources, ...organizations].map(resource => ({
    fullUrl: `${request.base}/${resource.resourceType}/${resource.id}`,
    resource,
  }));
  const bundle: Resource = {
    resourceType: 'Bundle',
    type: 'collection',
    timestamp: new Date(services.now()).toISOString(),
    entry: [entry[0], { fullUrl: `urn:uuid:${services.newId()}`, resource: parameters }, ...entry.slice(1)],
  };
  return { status: 200, headers: {}, body: { kind: 'text', text: stringifyJson(bundle) } };
}

/** Patient/[id]/$care-summary. */
export const careSummary: Operation = {
  name: 'care-summary',
  levels: ['instance'],
  types: ['Patient'],
  definition: 'https://w3id.org/engawa/fhir/OperationDefinition/kaigo-care-summary',
  readOnly: true,
  handle,
};
