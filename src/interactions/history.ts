/**
 * history of an instance, a type and the system, newest first, paged by position.
 * @see https://hl7.org/fhir/R4/http.html#history
 */
import { parseInterval, zoneMinutes } from '../fhir/datetime.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Message } from '../fhir/types.ts';
import type { HistoryScope, Version } from '../store/store.ts';
import { refuseVersions } from './bundled/refuse.ts';
import { bundleOf } from './entry-response.ts';
import { etag } from './headers.ts';
import { listedVersions } from './history-list.ts';
import type { FhirRequest, FhirResponse, Interaction, Services } from './interaction.ts';
import { formatQuery } from './match.ts';
import { notFound } from './read.ts';
import { parseSubset, subsetText } from './subset.ts';

const parameters = new Set([
  '_count',
  '_since',
  '_at',
  '_list',
  '_sort',
  '_before',
  '_after',
  '_summary',
  '_elements',
  '_total',
  '_format',
  '_pretty',
]);

function refuse(name: string, message: Message): FhirError {
  return new FhirError('search-parameter', message, { location: name });
}

/** The one value of a parameter; said twice is refused. */
function single(request: FhirRequest, name: string): string | undefined {
  const values = request.query.filter(([key]) => key === name).map(([, value]) => value);
  if (values.length > 1)
    throw refuse(name, {
      en: `${name} is there ${values.length} times; expected once`,
      ja: `${name} が${values.length}回あります（1回だけ指定できます）`,
    });
  return values[0];
}

function wholeNumber(request: FhirRequest, name: string): number | undefined {
  const value = single(request, name);
  if (value === undefined) return undefined;
  if (!/^\d{1,15}$/.test(value))
    throw refuse(name, {
      en: `${name}: expected a whole number, such as ${name}=20`,
      ja: `${name}: ${name}=20 のように整数を指定してください`,
    });
  return Number(value);
}

function instantRange(services: Services, request: FhirRequest, name: string): readonly [number, number] | undefined {
  const value = single(request, name);
  if (value === undefined) return undefined;
  const range = parseInterval(value, zoneMinutes(services.config.timezone) ?? 0);
  if (!range)
    throw refuse(name, {
      en: `${name}: expected a date or time such as 2026-04-01 or 2026-04-01T09:00:00+09:00`,
      ja: `${name}: 2026-04-01 や 2026-04-01T09:00:00+09:00 のような日時を指定してください`,
    });
  return range;
}

function checkNames(services: Services, request: FhirRequest): void {
  const strict = (request.prefer.handling ?? services.config.handling) === 'strict';
  const unknown = request.query.find(([name]) => !parameters.has(name));
  if (unknown && strict)
    throw refuse(unknown[0], {
      en: `history has no parameter ${unknown[0]}; expected _count, _since, _at, _list or _sort`,
      ja: `履歴に ${unknown[0]} というパラメータはありません（_count・_since・_at・_list・_sort が使えます）`,
    });
}

/** Oldest first when `_sort=_lastUpdated`; newest first is the specification's order. */
function isAscending(request: FhirRequest): boolean {
  const sort = single(request, '_sort');
  if (sort === undefined || sort === '-_lastUpdated' || sort === 'none') return false;
  if (sort === '_lastUpdated') return true;
  throw refuse('_sort', {
    en: 'history can be sorted by _lastUpdated (oldest first) or -_lastUpdated (newest first)',
    ja: '履歴の並べ替えは _lastUpdated（古い順）か -_lastUpdated（新しい順）だけです',
  });
}

/** The versions asked for, apart from where the page begins. */
async function readScope(services: Services, request: FhirRequest): Promise<Omit<HistoryScope, 'limit'>> {
  const { type, id } = request.params;
  const since = instantRange(services, request, '_since')?.[0];
  const at = instantRange(services, request, '_at');
  const list = single(request, '_list');
  return {
    ...(type !== undefined && { type }),
    ...(id !== undefined && { id }),
    ...(since !== undefined && { since }),
    ...(at && { at }),
    ...(list !== undefined && { listed: await listedVersions(services, request, list) }),
  };
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const { type, id } = request.params;
  checkNames(services, request);
  const access = services.access.condition(request.caller);
  const isCount = single(request, '_summary') === 'count';
  const asked = wholeNumber(request, '_count') ?? services.config.pageSize;
  const limit = isCount ? 0 : Math.min(asked, services.config.maxPageSize);
  const ascending = isAscending(request);
  const scope = await readScope(services, request);
  if (type !== undefined && id !== undefined && !(await services.store.read(type, id, access))) {
    await refuseVersions(services, request, type, id);
    throw notFound(type, id);
  }
  const beforeSeq = wholeNumber(request, '_before') ?? (request.asOf === undefined ? undefined : request.asOf + 1);
  const afterSeq = wholeNumber(request, '_after');
  const subset = isCount ? undefined : parseSubset(request.query);
  const versions = await services.store.history({ ...scope, limit, ascending, beforeSeq, afterSeq }, access);
  const counted = id !== undefined || limit === 0 || single(request, '_total') === 'accurate';
  const total = counted ? await services.store.historyCount(scope, access) : undefined;
  const page = takePage(versions, limit);
  const more = versions.length > page.length && limit > 0 ? (ascending ? '_after' : '_before') : undefined;
  const textOf = (text: string) => (subset ? subsetText(text, subset, services.definitions) : text);
  const entries = page.map(version => writeEntry(request.base, version, textOf));
  return { status: 200, headers: {}, body: bundleOf(headOf(request, page.at(-1), more, total), entries) };
}

/** A page has no more characters of resources than this, but at least one version. */
const mostCharacters = 20_000_000;

/**
 * The versions that belong on a page; what follows them is behind the link `next`.
 * @param most characters of all texts
 */
export function takePage(versions: readonly Version[], limit: number, most: number = mostCharacters): Version[] {
  const page: Version[] = [];
  let size = 0;
  for (const version of versions.slice(0, limit)) {
    size += version.text.length;
    if (page.length > 0 && size > most) break;
    page.push(version);
  }
  return page;
}

const statuses = { POST: '201 Created', PUT: '200 OK', PATCH: '200 OK', DELETE: '204 No Content' } as const;

function writeEntry(base: string, version: Version, textOf: (text: string) => string): string {
  const url = version.method === 'POST' ? version.type : `${version.type}/${version.id}`;
  const status = version.versionId === 1 && version.method !== 'DELETE' ? '201 Created' : statuses[version.method];
  const rest = JSON.stringify({
    request: { method: version.method, url },
    response: { status, etag: etag(version.versionId), lastModified: new Date(version.lastUpdated).toISOString() },
  });
  const resource = version.deleted ? '' : `"resource":${textOf(version.text)},`;
  return `{"fullUrl":${JSON.stringify(`${base}/${version.type}/${version.id}`)},${resource}${rest.slice(1)}`;
}

/** The Bundle without its entries. */
function headOf(
  request: FhirRequest,
  last: Version | undefined,
  /** The parameter by which the next page goes on, when there is one. */
  more: '_before' | '_after' | undefined,
  total: number | undefined,
): string {
  const url = [request.base, ...request.path].join('/');
  const link = (relation: string, query: readonly (readonly [string, string])[]) => ({
    relation,
    url: query.length > 0 ? `${url}?${formatQuery(query)}` : url,
  });
  const links = [link('self', request.query)];
  if (more && last)
    links.push(link('next', [...request.query.filter(([name]) => name !== more), [more, String(last.seq)]]));
  return JSON.stringify({
    resourceType: 'Bundle',
    type: 'history',
    ...(total !== undefined && { total }),
    link: links,
  });
}

/** GET [base]/[type]/[id]/_history. */
export const historyInstance: Interaction = {
  name: 'history-instance',
  method: 'GET',
  path: '[type]/[id]/_history',
  handle,
};
/** GET [base]/[type]/_history. */
export const historyType: Interaction = { name: 'history-type', method: 'GET', path: '[type]/_history', handle };
/** GET [base]/_history. */
export const historySystem: Interaction = { name: 'history-system', method: 'GET', path: '_history', handle };
