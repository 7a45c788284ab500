/**
 * search: of a type, of the system, in a compartment; GET and POST. Writes the searchset Bundle from stored texts.
 * @see https://hl7.org/fhir/R4/http.html#search
 */
import { FhirError, operationOutcome } from '../fhir/outcome.ts';
import { containedText, idOf } from '../search/contained.ts';
import type { FindInput, Match, Page } from '../search/search.ts';
import { QueryTimeoutError } from '../store/store.ts';
import { findWithShelf, type ShownPage } from './bundled/pages.ts';
import type { FhirRequest, FhirResponse, Interaction, ResponseBody, Services } from './interaction.ts';
import { formatQuery } from './match.ts';
import { subsetText, toSubset } from './subset.ts';

/** Path of the search without `_search`, to which page links belong. */
function searchPath(request: FhirRequest): string[] {
  return request.path.filter(part => part !== '_search');
}

function searchedTypes({ definitions }: Services, { type, compartment }: FhirRequest['params']): readonly string[] {
  if (type !== undefined && type !== '*') {
    if (definitions.isResourceType(type)) return [type];
    throw new FhirError('not-found', {
      en: `${type} is not a resource type of FHIR R4`,
      ja: `${type} は FHIR R4 のリソース型ではありません`,
    });
  }
  return compartment === undefined
    ? definitions.resourceTypes
    : definitions.resourceTypes.filter(name => name !== 'Bundle');
}

/** Only some types have a compartment. @see https://hl7.org/fhir/R4/compartmentdefinition.html */
function checkCompartment({ definitions }: Services, { compartment }: FhirRequest['params']): void {
  if (compartment === undefined) return;
  const codes = definitions.all('CompartmentDefinition').map(one => String(one['code']));
  if (codes.includes(compartment)) return;
  const list = codes.sort().join(', ');
  throw new FhirError('not-found', {
    en: `${compartment} has no compartment; expected one of ${list}`,
    ja: `${compartment} のコンパートメントはありません（${list} にあります）`,
  });
}

async function handleSearch(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const { compartment, id, type } = request.params;
  const path = searchPath(request);
  checkCompartment(services, request.params);
  const input: FindInput = {
    types: searchedTypes(services, request.params),
    path: path.join('/'),
    query: request.query,
    lenient: (request.prefer.handling ?? services.config.handling) === 'lenient',
    access: services.access.condition(request.caller),
    base: request.base,
    ...(compartment !== undefined && id !== undefined && { compartment: { type: compartment, id } }),
    ...(request.asOf !== undefined && { asOf: request.asOf }),
  };
  const pages = async function* () {
    // What comes with the program belongs to no person and to no list of several types.
    const own = compartment === undefined && type !== undefined && type !== '*';
    yield own ? await findWithShelf(services, type, input) : await services.search.find(input, services.store);
  };
  return writeStream(services, request, pages(), true);
}

/**
 * A searchset Bundle of pages, as chunks of text: the first is made before the answer begins, so that a failing query gets
 * its status.
 * @param linked whether the next page is linked to (or all pages are in the one Bundle)
 */
export async function writeStream(
  services: Services,
  request: FhirRequest,
  pages: AsyncIterable<ShownPage>,
  linked: boolean,
): Promise<FhirResponse> {
  const plans: string[] = [];
  const noted = async function* () {
    for await (const page of pages) {
      if (page.plan !== undefined) plans.push(page.plan);
      yield page;
    }
  };
  const body = await withinBudget(services, () => started(writePages(services, request, noted(), linked)));
  return { status: 200, headers: {}, body, ...(plans[0] !== undefined && { plan: plans[0] }) };
}

async function withinBudget<T>({ config }: Services, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof QueryTimeoutError)) throw error;
    const seconds = config.searchBudget / 1000;
    const message = {
      en: `The search took longer than ${seconds} s and was stopped; add a criterion such as patient or date, or leave out _sort and _total`,
      ja: `検索が ${seconds} 秒を超えたため止めました。patient や date などの条件を足すか、_sort や _total を外してください`,
    };
    throw new FhirError('timeout', message, error.plan === undefined ? {} : { plan: error.plan });
  }
}

/** Up to this length an answer is made whole before it is sent: one write instead of many. */
const wholeLength = 250_000;

/** Makes the beginning of the answer, so that a failing query still gets its status; a short one is made whole. */
async function started(chunks: AsyncIterable<string>): Promise<ResponseBody> {
  const iterator = chunks[Symbol.asyncIterator]();
  let text = '';
  for (let next = await iterator.next(); ; next = await iterator.next()) {
    if (next.done) return { kind: 'text', text };
    text += next.value;
    if (text.length > wholeLength) break;
  }
  const rest = async function* () {
    yield text;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  };
  return { kind: 'chunks', chunks: rest() };
}

function links(request: FhirRequest, page: Page, linked: boolean): { relation: string; url: string }[] {
  const base = [request.base, ...searchPath(request)].join('/');
  const format = request.query.filter(([name]) => name === '_format' || name === '_pretty');
  const at = (query: Page['used']) => (query.length > 0 ? `${base}?${formatQuery(query)}` : base);
  // What came in a POST body stays out of links: the page token carries it sealed.
  const own = linked && request.path.at(-1)?.startsWith('$') !== true ? page.used : request.query;
  const self =
    page.here !== undefined && linked
      ? at([['_page', page.here], ...format])
      : at(request.method === 'POST' ? [] : own);
  const next =
    linked && page.next !== undefined ? [{ relation: 'next', url: at([['_page', page.next], ...format]) }] : [];
  return [{ relation: 'self', url: self }, ...next];
}

async function* writePages(
  services: Services,
  request: FhirRequest,
  pages: AsyncIterable<ShownPage>,
  linked: boolean,
): AsyncIterable<string> {
  let head = '';
  let separator = '';
  const open = () => {
    const before = separator === '' ? `${head.slice(0, -1)},"entry":[` : separator;
    separator = ',';
    return before;
  };
  for await (const page of pages) {
    if (head === '') {
      const total = linked || page.next === undefined ? page.total : undefined;
      head = JSON.stringify({
        resourceType: 'Bundle',
        type: 'searchset',
        ...(total !== undefined && { total }),
        link: links(request, page, linked),
      });
    }
    for await (const entries of writeEntries(services, request, page)) yield open() + entries;
    if (page.notes.length > 0) yield open() + notesEntry(request, page);
  }
  yield separator === '' ? head : ']}';
}

/** The entries of a page, as stored or cut down, some at a time. */
async function* writeEntries(services: Services, request: FhirRequest, page: ShownPage): AsyncIterable<string> {
  const subset = toSubset(page.request.summary, page.request.elements);
  const toEntry = (match: Pick<Match, 'type' | 'id' | 'contained'>, text: string, mode: 'match' | 'include') => {
    const own = match.contained === undefined ? text : containedText(text, match.contained);
    return entry(request.base, match, subset ? subsetText(own, subset, services.definitions) : own, mode);
  };
  for (const [mode, matches] of [
    ['match', page.matches],
    ['include', page.included],
  ] as const) {
    const bundled = mode === 'match' ? [...(page.bundled ?? [])] : [];
    const bundledBefore = (place: number) =>
      bundled
        .splice(0, bundled.filter(({ after }) => after <= place).length)
        .map(one => toEntry({ type: request.params['type']!, id: one.id }, one.text, mode));
    let at = 0;
    for await (const texts of services.search.texts(matches, services.store)) {
      yield texts.flatMap(text => [...bundledBefore(at), toEntry(matches[at++]!, text, mode)]).join(',');
    }
    const rest = bundledBefore(matches.length);
    if (rest.length > 0) yield rest.join(',');
  }
}

function entry(
  base: string,
  { type, id, contained }: Pick<Match, 'type' | 'id' | 'contained'>,
  text: string,
  mode: 'match' | 'include',
): string {
  const part = contained === undefined ? '' : `#${idOf(text)}`;
  return `{"fullUrl":${JSON.stringify(`${base}/${type}/${id}${part}`)},"resource":${text},"search":{"mode":"${mode}"}}`;
}

/** What was ignored, cut short or asked to be explained. */
function notesEntry(request: FhirRequest, page: Page): string {
  const issues = page.notes.map(message => ({ severity: 'information' as const, code: 'informational', message }));
  return JSON.stringify({ resource: operationOutcome(issues, request.language), search: { mode: 'outcome' } });
}

const search = (name: string, method: Interaction['method'], path: string): Interaction => ({
  name,
  method,
  path,
  handle: handleSearch,
});

/** All forms of search. */
export const searchInteractions: readonly Interaction[] = [
  search('search-type', 'GET', '[type]'),
  search('search-type', 'POST', '[type]/_search'),
  search('search-type', 'GET', '[type]/_search'),
  search('search-system', 'GET', ''),
  search('search-system', 'POST', '_search'),
  search('search-system', 'GET', '_search'),
  search('search-compartment', 'GET', '[compartment]/[id]/[type]'),
  search('search-compartment', 'POST', '[compartment]/[id]/[type]/_search'),
];
