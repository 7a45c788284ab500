/**
 * A search of one type over what is stored and what comes with the program, in one order and under one total: without `_sort` what is
 * stored comes first. A page link holds where the next page begins in both.
 */
import { systemCaller } from '../../access/caller.ts';
import { checkFresh, openCursor, sealCursor } from '../../search/cursor.ts';
import { compareRows } from '../../search/order.ts';
import { cursorParameter, parseSearch } from '../../search/parse.ts';
import type { FindInput, Page } from '../../search/search.ts';
import type { Services } from '../interaction.ts';
import type { Bundled } from './shelf.ts';

/** A page, and what it shows of what comes with the program. */
export interface ShownPage extends Page {
  readonly bundled?: readonly Placed[];
}

/** A resource of the shelf, and how many of the stored ones of the page come before it. */
export interface Placed extends Bundled {
  readonly after: number;
}

/** One that no stored resource covers, and its place among all that the shelf finds. */
interface Standing extends Bundled {
  readonly place: number;
}

/** Where a page begins. */
interface Place {
  /**
   * Place among all that the shelf finds, covered ones too: these are the same at every page, while what is covered is told by the
   * moment that all pages show.
   */
  readonly at: number;
  /** Page link into what is stored; `start`, or `end` when all of it was shown. */
  readonly stored: string;
  readonly total?: number;
  /** The token that said so. */
  readonly here?: string;
}

/** Begins the token of a page that may show what comes with the program; no other token has a dot. */
const mark = 'bundled.';
const pathOf = ({ path }: FindInput): string => `${path} bundled`;

/** What all pages of one search have alike. */
type Asked = FindInput & { readonly asOf: number };

async function seal(services: Services, input: Asked, place: Place): Promise<string> {
  const { at, stored, total } = place;
  const cursor = {
    query: input.query,
    path: pathOf(input),
    asOf: input.asOf,
    position: [at],
    drivers: {},
    lenient: input.lenient,
    since: services.now(),
    ...(total !== undefined && { total }),
  };
  return `${mark}${sealCursor(cursor, await services.store.secret('page'))}.${stored}`;
}

/** The query and the place that a token stands for. @throws FhirError for one that this server did not make */
async function open(services: Services, input: FindInput, token: string): Promise<[Asked, Place]> {
  const [sealed = '', stored = ''] = token.slice(mark.length).split('.');
  const cursor = openCursor(sealed, pathOf(input), await services.store.secret('page'));
  checkFresh(cursor, services.now(), services.config.pageLifetime);
  const { query, lenient, asOf, total } = cursor;
  const place = { at: Number(cursor.position[0]), stored, here: token, ...(total !== undefined && { total }) };
  return [{ ...input, query, lenient, asOf }, place];
}

/** Of some ids those that a stored resource has, at the moment shown and where the caller may read it, as with a read. */
async function storedOf(services: Services, type: string, input: Asked, ids: readonly string[]) {
  const { access, base, asOf } = input;
  const most = Math.max(1, services.config.maxParameterValues);
  const parts = Array.from({ length: Math.ceil(ids.length / most) }, (_, i) => ids.slice(i * most, (i + 1) * most));
  const pages = await Promise.all(
    parts.map(part => {
      const query = [['_id', part.join(',')]] as const;
      const asked = { types: [type], path: type, query, lenient: false, access, base, asOf, limit: part.length };
      return services.search.find(asked, services.store);
    }),
  );
  return new Set(pages.flatMap(page => page.matches.map(({ id }) => id)));
}

/** Those of the shelf that no stored resource covers: one of the same id does until it is deleted. */
async function uncovered(services: Services, type: string, input: Asked, { order, used }: Page) {
  const access = services.access.condition(systemCaller);
  const found = await services.shelf.find(type, { query: used, base: input.base, access }, order);
  const stored = await storedOf(
    services,
    type,
    input,
    found.map(({ id }) => id),
  );
  return found.map((one, place) => ({ ...one, place })).filter(({ id }) => !stored.has(id));
}

/** What is stored from a place on; with a limit when less than a page is wanted. */
function findStored(services: Services, input: FindInput, { stored }: Place, limit?: number): Promise<Page> {
  const query = stored === 'start' ? input.query : ([[cursorParameter, stored]] as const);
  return services.search.find({ ...input, query, ...(limit !== undefined && { limit }) }, services.store);
}

/** Of both the first of a page: how many stored ones, and those of the shelf with their places. */
function choose({ matches, next, order }: Page, shelf: readonly Standing[], limit: number) {
  const placed: (Placed & Standing)[] = [];
  let taken = 0;
  while (taken + placed.length < limit) {
    const [own, other] = [matches[taken], shelf[placed.length]];
    const isNext = other && (!own || (order.length > 0 && compareRows(order, other.position, own.position) < 0));
    if (!isNext && !own) break;
    if (isNext && !own && next !== undefined) break;
    if (isNext) placed.push({ ...other, after: taken });
    else taken++;
  }
  return { taken, placed };
}

/** The page at a place, of what is stored and of what is left of the shelf. */
async function together(
  services: Services,
  input: Asked,
  place: Place,
  { page, all }: { readonly page: Page; readonly all: readonly Standing[] },
): Promise<ShownPage> {
  const { config } = services;
  const { count, summary } = page.request;
  const limit = summary === 'count' ? 0 : Math.min(count ?? config.pageSize, config.maxPageSize);
  const total = place.total ?? (page.total === undefined ? undefined : page.total + all.length);
  const left = all.filter(one => one.place >= place.at);
  const { taken, placed } = choose(page, left, limit);
  let shown = page;
  let stored = page.next ?? 'end';
  if (taken < page.matches.length) {
    // The next page begins within this one: at its beginning, or after as many as are shown.
    shown = taken > 0 ? await findStored(services, input, place, taken) : { ...page, matches: [], included: [] };
    stored = taken > 0 ? (shown.next ?? 'end') : place.stored;
  }
  const last = placed.at(-1);
  const at = last ? last.place + 1 : place.at;
  const isMore = limit > 0 && (stored !== 'end' || placed.length < left.length);
  const next = isMore
    ? await seal(services, { ...input, query: page.used }, { at, stored, ...(total !== undefined && { total }) })
    : undefined;
  const { next: _next, here: _here, total: _total, ...rest } = shown;
  return {
    ...rest,
    used: page.used,
    bundled: placed,
    ...(total !== undefined && { total }),
    ...(next !== undefined && { next }),
    ...(place.here !== undefined && { here: place.here }),
  };
}

/** The stored ones of a page: none when all of them were shown. */
async function storedPage(services: Services, input: FindInput, place: Place): Promise<Page> {
  if (place.stored !== 'end') return findStored(services, input, place);
  const request = parseSearch(input.query);
  return { request, matches: [], included: [], asOf: input.asOf!, order: [], used: input.query, notes: [] };
}

/** One page of a search of a type. @throws FhirError for what cannot be searched */
export async function findWithShelf(services: Services, type: string, asked: FindInput): Promise<ShownPage> {
  const token = asked.query.find(([name]) => name === cursorParameter)?.[1];
  const isOurs = token?.startsWith(mark) ?? false;
  const [input, place] = isOurs ? await open(services, asked, token!) : [asked, { at: 0, stored: 'start' }];
  const page = await storedPage(services, input, place);
  // A link of another kind was made where the shelf had nothing to show.
  if (token !== undefined && !isOurs) return page;
  const { asOf } = page;
  const pinned = { ...input, asOf };
  const all = await uncovered(services, type, pinned, page);
  return all.length === 0 && !isOurs ? page : together(services, pinned, place, { page, all });
}
