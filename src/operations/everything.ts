/**
 * $everything of a patient or an encounter: its compartment, itself, and what those resources refer to. With `_count` in
 * pages, else in one Bundle that is streamed.
 * @see https://hl7.org/fhir/R4/patient-operation-everything.html
 */
import { type Interval, parseInterval, zoneMinutes } from '../fhir/datetime.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { FhirRequest, FhirResponse, Operation, Services } from '../interactions/interaction.ts';
import { askedIn } from '../interactions/parameters.ts';
import { gone, notFound } from '../interactions/read.ts';
import { writeStream } from '../interactions/search.ts';
import type { FindInput, Page } from '../search/search.ts';

const parameters = new Set(['start', 'end', '_since', '_type', '_count', '_page', '_format', '_pretty']);
/** Entries looked up at a time when everything is streamed. */
const chunk = 500;

function refuse(name: string, en: string, ja: string): FhirError {
  return new FhirError(
    'search-parameter',
    { en: `$everything, ${name}: ${en}`, ja: `$everything の ${name}: ${ja}` },
    { location: name },
  );
}

function dateOf(services: Services, query: ReturnType<typeof askedIn>, name: string): Interval | undefined {
  const value = query.find(([key]) => key === name)?.[1];
  if (value === undefined) return undefined;
  const interval = parseInterval(value, zoneMinutes(services.config.timezone) ?? 540);
  if (!interval) throw refuse(name, 'expected a date such as 2026-04-01', '2026-04-01 のような日付を指定してください');
  return interval;
}

function toInput(services: Services, request: FhirRequest): FindInput {
  const query = askedIn(request);
  const unknown = query.find(([name]) => !parameters.has(name));
  if (unknown)
    throw refuse(
      unknown[0],
      'not known; expected start, end, _since, _type or _count',
      'ありません（start・end・_since・_type・_count が使えます）',
    );
  const { type, id } = request.params;
  const [start, end] = [dateOf(services, query, 'start'), dateOf(services, query, 'end')];
  const since = query.find(([name]) => name === '_since')?.[1];
  const kept = query.filter(([name]) => name === '_type' || name === '_count' || name === '_page');
  return {
    types: [type!, ...services.definitions.resourceTypes.filter(name => name !== type)],
    path: request.path.join('/'),
    query: since === undefined ? kept : [...kept, ['_lastUpdated', `ge${since}`]],
    lenient: false,
    access: services.access.condition(request.caller),
    base: request.base,
    everything: { type: type!, ...(id !== undefined && { id }), ...(start && { start }), ...(end && { end }) },
    ...(request.asOf !== undefined && { asOf: request.asOf }),
  };
}

/** All pages, one after the other; each sees the same moment through the page token. */
async function* allPages(services: Services, input: FindInput): AsyncIterable<Page> {
  let page = await services.search.find(input, services.store);
  yield page;
  while (page.next !== undefined) {
    page = await services.search.find({ ...input, query: [['_page', page.next]] }, services.store);
    yield page;
  }
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const { type, id } = request.params;
  if (id !== undefined) {
    const version = await services.store.read(type!, id, services.access.condition(request.caller));
    if (!version) throw notFound(type!, id);
    if (version.deleted) throw gone(version);
  }
  const input = toInput(services, request);
  const paged = input.query.some(([name]) => name === '_count' || name === '_page');
  return writeStream(
    services,
    request,
    paged ? single(services, input) : allPages(services, { ...input, limit: chunk }),
    paged,
  );
}

async function* single(services: Services, input: FindInput): AsyncIterable<Page> {
  yield await services.search.find(input, services.store);
}

const definition = (type: string, levels: Operation['levels']): Operation => ({
  name: 'everything',
  levels,
  types: [type],
  definition: `http://hl7.org/fhir/OperationDefinition/${type}-everything`,
  readOnly: true,
  handle,
});

/** $everything of a Patient, or of all patients. */
export const patientEverything = definition('Patient', ['type', 'instance']);
/** $everything of an Encounter. */
export const encounterEverything = definition('Encounter', ['instance']);
