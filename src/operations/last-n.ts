/**
 * Observation/$lastn: the last observations of each code. Observations that share a coding count as one code.
 * @see https://hl7.org/fhir/R4/observation-operation-lastn.html
 */
import { FhirError } from '../fhir/outcome.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import type { FhirRequest, FhirResponse, Operation, Services } from '../interactions/interaction.ts';
import { askedIn } from '../interactions/parameters.ts';
import { writeStream } from '../interactions/search.ts';
import type { FindInput, Match, Page } from '../search/search.ts';

/** Observations looked at at a time. */
const chunk = 200;

function refuse(name: string, en: string, ja: string): FhirError {
  return new FhirError(
    'search-parameter',
    { en: `$lastn, ${name}: ${en}`, ja: `$lastn の ${name}: ${ja}` },
    { location: name },
  );
}

function readMax(request: FhirRequest): number {
  const text = askedIn(request).find(([name]) => name === 'max')?.[1] ?? '1';
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw refuse(
      'max',
      'expected a whole number from 1 to 9999, for example max=3',
      '1〜9999 の整数を指定してください（例: max=3）',
    );
  return Number(text);
}

function toInput(services: Services, request: FhirRequest): FindInput {
  const query = askedIn(request);
  const names = query.map(([name]) => name.split(/[:.]/)[0]);
  if (!names.includes('patient') && !names.includes('subject'))
    throw refuse(
      'patient',
      'expected whose observations are asked for, for example patient=Patient/1',
      '誰の検査値かを指定してください（例: patient=Patient/1）',
    );
  const criteria = query.filter(
    ([name]) => name !== 'max' && name !== '_format' && name !== '_pretty' && name !== '_count',
  );
  return {
    types: ['Observation'],
    path: request.path.join('/'),
    query: [...criteria, ['_sort', '-date']],
    lenient: (request.prefer.handling ?? services.config.handling) === 'lenient',
    access: services.access.condition(request.caller),
    base: request.base,
    limit: chunk,
    ...(request.asOf !== undefined && { asOf: request.asOf }),
  };
}

/** What makes two observations the same: any coding in common, else the text. */
function codesOf(resource: Resource): readonly string[] {
  const code = resource['code'] as JsonObject | undefined;
  const codings = (Array.isArray(code?.['coding']) ? code['coding'] : []) as JsonObject[];
  const found = codings.map(coding => `${String(coding['system'] ?? '')}|${String(coding['code'] ?? '')}`);
  return found.length > 0 ? found : [String(code?.['text'] ?? '')];
}

async function findLast(services: Services, input: FindInput, max: number): Promise<Page> {
  const groupOf = new Map<string, number>();
  const kept = new Map<number, Match[]>();
  let page = await services.search.find(input, services.store);
  for (;;) {
    let at = 0;
    for await (const texts of services.search.texts(page.matches, services.store)) {
      for (const text of texts) {
        const codes = codesOf(JSON.parse(text) as Resource);
        const group = codes.map(code => groupOf.get(code)).find(one => one !== undefined) ?? kept.size;
        for (const code of codes) if (!groupOf.has(code)) groupOf.set(code, group);
        const matches = kept.get(group) ?? [];
        const match = page.matches[at++]!;
        if (matches.length < max) kept.set(group, [...matches, match]);
      }
    }
    if (page.next === undefined) break;
    page = await services.search.find({ ...input, query: [['_page', page.next]] }, services.store);
  }
  const matches = [...kept.values()].flat();
  const { next: _next, here: _here, ...rest } = page;
  return { ...rest, matches, total: matches.length };
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const max = readMax(request);
  const input = toInput(services, request);
  const pages = async function* () {
    yield await findLast(services, input, max);
  };
  return writeStream(services, request, pages(), false);
}

/** Observation/$lastn. */
export const lastN: Operation = {
  name: 'lastn',
  levels: ['type'],
  types: ['Observation'],
  definition: 'http://hl7.org/fhir/OperationDefinition/Observation-lastn',
  readOnly: true,
  handle,
};
