/**
 * A search of one type over what is stored and, after it, over what comes with the program: the pages of the first, then those of the
 * second, which are counted from its beginning, as nothing in it changes.
 */
import { systemCaller } from '../../access/caller.ts';
import { checkFresh, openCursor, sealCursor } from '../../search/cursor.ts';
import { cursorParameter, parseSearch, type SearchRequest } from '../../search/parse.ts';
import type { FindInput, Page } from '../../search/search.ts';
import type { Services } from '../interaction.ts';
import type { Bundled } from './shelf.ts';

/** A page, and what it shows of what comes with the program. */
export interface ShownPage extends Page {
  readonly bundled?: readonly Bundled[];
}

/** Begins the token of a page that shows only what comes with the program; no other token has a dot. */
const mark = 'bundled.';

const secretOf = ({ store }: Services): Promise<Uint8Array> => store.secret('page');
const pathOf = ({ path }: FindInput): string => `${path} bundled`;

function limitOf({ config }: Services, { count, summary }: SearchRequest): number {
  return summary === 'count' ? 0 : Math.min(count ?? config.pageSize, config.maxPageSize);
}

/** How many ids are asked for at a time. */
const idChunk = 50;

/** Those of the shelf whose id no stored resource has: a stored one covers it until it is deleted. */
async function uncovered(services: Services, type: string, input: FindInput): Promise<readonly Bundled[]> {
  const access = services.access.condition(systemCaller);
  const found = await services.shelf.find(type, {
    query: input.query,
    lenient: input.lenient,
    base: input.base,
    access,
  });
  const stored = new Set<string>();
  for (let i = 0; i < found.length; i += idChunk) {
    const ids = found.slice(i, i + idChunk).map(one => one.id);
    const query = [['_id', ids.join(',')]] as const;
    const asked = { types: [type], path: type, query, lenient: false, access, base: input.base, limit: idChunk };
    for (const { id } of (await services.search.find(asked, services.store)).matches) stored.add(id);
  }
  return found.filter(one => !stored.has(one.id));
}

/** The link to what of the shelf lies after a number of its resources. */
async function sealed(services: Services, input: FindInput, at: number, page: Page): Promise<string> {
  const cursor = {
    query: page.used,
    path: pathOf(input),
    asOf: 0,
    position: [at],
    drivers: {},
    lenient: input.lenient,
    since: services.now(),
    ...(page.total !== undefined && { total: page.total }),
  };
  return `${mark}${sealCursor(cursor, await secretOf(services))}`;
}

/** A page of the shelf alone. */
async function shelfPage(services: Services, type: string, input: FindInput, token: string): Promise<ShownPage> {
  const cursor = openCursor(token.slice(mark.length), pathOf(input), await secretOf(services));
  checkFresh(cursor, services.now(), services.config.pageLifetime);
  const { query, lenient, total } = cursor;
  const request = parseSearch(query);
  const page: Page = {
    request,
    matches: [],
    included: [],
    used: query,
    notes: [],
    ...(total !== undefined && { total }),
  };
  return withShelf(
    services,
    { ...input, query, lenient },
    await uncovered(services, type, { ...input, query, lenient }),
    {
      page: { ...page, here: token },
      at: Number(cursor.position[0]),
      limit: limitOf(services, request),
    },
  );
}

/** Fills a page up with what the shelf has from a place on, and links to the rest. */
async function withShelf(
  services: Services,
  input: FindInput,
  all: readonly Bundled[],
  { page, at, limit }: { readonly page: Page; readonly at: number; readonly limit: number },
): Promise<ShownPage> {
  const end = at + Math.max(limit - page.matches.length, 0);
  const next = limit > 0 && end < all.length ? await sealed(services, input, end, page) : undefined;
  return { ...page, bundled: all.slice(at, end), ...(next !== undefined && { next }) };
}

/** One page of a search of a type. @throws FhirError for what cannot be searched */
export async function findWithShelf(services: Services, type: string, input: FindInput): Promise<ShownPage> {
  const token = input.query.find(([name]) => name === cursorParameter)?.[1];
  if (token?.startsWith(mark)) return shelfPage(services, type, input, token);
  const found = await services.search.find(input, services.store);
  const all = await uncovered(services, type, { ...input, query: found.used });
  if (all.length === 0) return found;
  const page = { ...found, ...(found.total !== undefined && { total: found.total + all.length }) };
  if (page.next !== undefined) return page;
  return withShelf(services, input, all, { page, at: 0, limit: limitOf(services, page.request) });
}
