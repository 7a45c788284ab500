/**
 * find: a query → one page. Parses, plans for each type, runs, follows includes, counts, and seals the link to the next page.
 */
import type { Message } from '../fhir/types.ts';
import { QueryTimeoutError, type Store, type StoreState } from '../store/store.ts';
import { chooseDriver, gathersBy, measure } from './choose.ts';
import { countRows } from './count.ts';
import { type Cursor, checkFresh, openCursor, sealCursor } from './cursor.ts';
import { estimateRows } from './estimate.ts';
import { explain } from './explain.ts';
import { findById, sortsById } from './id-sort.ts';
import { findIncluded } from './include.ts';
import { beginSearch, findRows, type Match, type RunSettings, type TypeSearch } from './match.ts';
import { compareRows } from './order.ts';
import { cursorParameter, type SearchRequest } from './parse.ts';
import { type FindInput, type FindSettings, inSequence, type Plan, planQuery } from './plan-query.ts';
import { beginByQuantity, sortsByQuantity } from './quantity-sort.ts';
import { typesOfHashes, typesWithResources } from './readable.ts';
import { refuse } from './refuse.ts';
import type { QueryParameter } from './search.ts';
import { inSharedOrder } from './shared-order.ts';
import { findSifted } from './sift.ts';
import type { SortKey } from './sort.ts';
import { findByText, needsBodies } from './text-sort.ts';

/** A page. */
export interface Page {
  readonly request: SearchRequest;
  readonly matches: readonly Match[];
  readonly included: readonly Match[];
  /** Change feed position that this and all further pages show. */
  readonly asOf: number;
  /** The keys of `_sort` that the matches are in the order of. */
  readonly order: readonly SortKey[];
  /** Number of all matches, when it was asked for or is known. */
  readonly total?: number;
  /** Token of the next page. */
  readonly next?: string;
  /** Token of this page, when it is not the first. */
  readonly here?: string;
  /** The parameters that were used, for the self link. */
  readonly used: readonly QueryParameter[];
  /** The plan of a slow search in words, without values, for the log. */
  readonly plan?: string;
  /** What was ignored or cut short, in words. */
  readonly notes: readonly Message[];
}

/** A search looked up and ready to run. */
interface Begun {
  readonly input: FindInput;
  readonly cursor: Cursor | undefined;
  readonly token: string | undefined;
  readonly secret: Uint8Array;
  readonly plan: Plan;
  readonly run: RunSettings;
  readonly limit: number;
  readonly onlyCount: boolean;
}

/** What a page's queries gave. */
interface Found {
  readonly drivers: readonly number[];
  readonly matches: readonly Match[];
  readonly more: boolean;
  readonly total: number | undefined;
  readonly included: readonly Match[];
  readonly cut: boolean;
}

/** Answers a search. @throws FhirError for what cannot be searched */
export async function findPage(
  input: FindInput,
  store: Store,
  state: StoreState,
  settings: FindSettings,
): Promise<Page> {
  const started = performance.now();
  const begun = await begin(input, store, state, settings);
  const { plan, run, cursor, token, secret } = begun;
  const { request } = plan;
  const drivers: number[] = [];
  const found = await runPage(begun, drivers, settings).catch(async error => {
    const ms = performance.now() - started;
    if (error instanceof QueryTimeoutError)
      error.plan ??= (await explain(plan.searches, drivers, { rows: 0, ms }, run, false)).en;
    throw error;
  });
  const { matches, total } = found;
  const notes = [...plan.notes, ...(found.cut ? [cutNote(settings.maxIncludes)] : [])];
  const ms = performance.now() - started;
  const asked = request.explain && settings.explain;
  const words =
    asked || ms > settings.slowMs
      ? await explain(plan.searches, drivers, { rows: matches.length, ms }, run, true)
      : undefined;
  if (words && asked) notes.push(words);
  const [search, ...others] = inSequence(input, request) ? [] : plan.searches;
  return {
    request,
    matches: search && others.length === 0 ? inSharedOrder(matches, search, drivers[0]!) : matches,
    included: found.included,
    asOf: run.sight.asOf!,
    order: search?.sort ?? [],
    used: plan.used,
    notes,
    ...(words && ms > settings.slowMs && { plan: words.en }),
    ...(total !== undefined && { total }),
    ...(found.more && { next: sealCursor(nextCursor(begun, found, settings), secret) }),
    ...(cursor && token !== undefined && { here: token }),
  };
}

/** Opens the page link if there is one, looks the query up and sets the moment that is shown. */
async function begin(input: FindInput, store: Store, state: StoreState, settings: FindSettings): Promise<Begun> {
  const secret = await secretOf(store);
  const token = input.query.find(([name]) => name === cursorParameter)?.[1];
  const cursor = token === undefined ? undefined : openCursor(token, input.path, secret);
  if (cursor) checkFresh(cursor, settings.plan.now, settings.pageLifetimeMs);
  const asOf = cursor?.asOf ?? input.asOf ?? state.position;
  const run: RunSettings = {
    ...settings.run,
    bodiesLater: true,
    store,
    sight: { access: input.access, asOf, stale: state.stale },
  };
  const asked = cursor ? { ...input, query: cursor.query, lenient: cursor.lenient } : input;
  const looked = planQuery({ ...asked, types: await existing(input.types, run) }, settings);
  await refuseAmbiguous(looked, run);
  const plan = { ...looked, searches: await Promise.all(looked.searches.map(search => measure(search, run))) };
  const limit = input.limit ?? Math.min(plan.request.count ?? settings.pageSize, settings.maxPageSize);
  const onlyCount = plan.request.summary === 'count' || limit === 0;
  return { input, cursor, token, secret, plan, run, limit, onlyCount };
}

/** Runs the queries of a page; `drivers` takes what drives each type, known also when the time is used up. */
async function runPage(begun: Begun, drivers: number[], settings: FindSettings): Promise<Found> {
  const { input, cursor, plan, run, limit, onlyCount } = begun;
  const chosen = cursor
    ? unpackDrivers(cursor, plan.searches)
    : await Promise.all(plan.searches.map(search => chooseDriver(search, run)));
  drivers.push(...chosen);
  const pages = inSequence(input, plan.request) ? oneByOne : pageRows;
  const rows = onlyCount ? [] : await pages(plan.searches, drivers, cursor, limit + 1, run);
  const matches = rows.slice(0, limit);
  const total = cursor
    ? cursor.total
    : await totalOf(plan, drivers, onlyCount, rows.length <= limit && !onlyCount ? rows.length : undefined, run);
  const { matches: included, cut } = await findIncluded(matches, plan.includes, settings.maxIncludes, run);
  return { drivers, matches, more: rows.length > limit && matches.length > 0, total, included, cut };
}

/** Where the next page begins. */
function nextCursor({ input, cursor, plan, run }: Begun, found: Found, settings: FindSettings): Cursor {
  const last = found.matches.at(-1)!;
  return {
    query: plan.used,
    path: input.path,
    asOf: run.sight.asOf!,
    position: last.position,
    type: last.search ?? last.type,
    drivers: packDrivers(found.drivers, plan.searches),
    lenient: cursor?.lenient ?? input.lenient,
    since: cursor?.since ?? settings.plan.now,
    ...(found.total !== undefined && { total: found.total }),
  };
}

/** The secret of page links, read once from each store. */
function secretOf(store: Store): Promise<Uint8Array> {
  const known = secrets.get(store) ?? store.secret('page');
  secrets.set(store, known);
  return known;
}
const secrets = new WeakMap<Store, Promise<Uint8Array>>();

/** Refuses a reference by an id that resources of several types have: it is not clear which is meant. */
async function refuseAmbiguous({ bareIds }: Plan, { store, sight, budgetMs }: RunSettings): Promise<void> {
  for (const { name, value, hashes } of bareIds) {
    const types = (await store.select(typesOfHashes(hashes, sight), { budgetMs })).map(row => String(row['type']));
    if (types.length > 1)
      throw refuse(
        name,
        `"${value}" is the id of several resources (${types.join(', ')}); say which, for example ${name}=${types[0]}/${value}`,
        `「${value}」という id は複数の型（${types.join('、')}）にあります。${name}=${types[0]}/${value} のように型を付けてください`,
      );
  }
}

/** Of several types only those that have resources are searched. */
async function existing(types: readonly string[], { store, budgetMs }: RunSettings): Promise<readonly string[]> {
  if (types.length < 4) return types;
  const known = new Set((await store.select(typesWithResources, { budgetMs })).map(row => String(row['type'])));
  const found = types.filter(type => known.has(type));
  return found.length > 0 ? found : types.slice(0, 1);
}

/** Name of a search among those of a query. */
const keyOf = (search: TypeSearch): string => `${search.scope.type}${search.contained ? '#' : ''}`;

const packDrivers = (drivers: readonly number[], searches: readonly TypeSearch[]): Cursor['drivers'] =>
  Object.fromEntries(drivers.map((driver, i) => [keyOf(searches[i]!), driver]));

/** A type that came into being after the first page has nothing to show. */
const unpackDrivers = (cursor: Cursor, searches: readonly TypeSearch[]): readonly number[] =>
  searches.map(search => cursor.drivers[keyOf(search)] ?? -1);

const cutNote = (limit: number): Message => ({
  en: `More than ${limit} resources are included; the rest was left out. Ask smaller pages with _count`,
  ja: `含めるリソースが ${limit} 件を超えたため残りを省きました。_count でページを小さくしてください`,
});

/** The rows of all types in one order. */
async function pageRows(
  searches: readonly TypeSearch[],
  drivers: readonly number[],
  from: Pick<Cursor, 'position'> | undefined,
  limit: number,
  run: RunSettings,
): Promise<Match[]> {
  if (searches.length === 0) return [];
  const position = from?.position;
  const begun = searches.map((search, i) => beginSearch(search, drivers[i]!, run));
  const find = async (search: TypeSearch, i: number): Promise<readonly Match[]> => {
    if (needsBodies(search)) return findByText(search, drivers[i]!, position, limit, run);
    if (drivers[i]! >= 0) return findRows(search, begun[i]!, position, limit, run);
    if (sortsById(search)) return findById(search, position, limit, run);
    const sifted = await findSifted(search, position, limit, run);
    if (sifted) return sifted;
    if (!sortsByQuantity(search.sort[0])) return findRows(search, begun[i]!, position, limit, run);
    const byQuantity = await beginByQuantity(search, run);
    return findRows(search, byQuantity ?? beginSearch(search, gathersBy(search), run), position, limit, run);
  };
  if (searches.length === 1) return [...(await find(searches[0]!, 0))];
  let rows: Match[] = [];
  for (const [i, search] of searches.entries()) {
    rows = [...rows, ...(await find(search, i))];
    rows = rows.sort((a, b) => compareRows(begun[0]![0]!.keys, a.position, b.position)).slice(0, limit);
  }
  return rows;
}

/** The rows of one type after the other. */
async function oneByOne(
  searches: readonly TypeSearch[],
  drivers: readonly number[],
  from: Pick<Cursor, 'position' | 'type'> | undefined,
  limit: number,
  run: RunSettings,
): Promise<Match[]> {
  const found: Match[] = [];
  let waiting = from !== undefined && searches.some(search => keyOf(search) === from.type);
  for (const [i, search] of searches.entries()) {
    const isHere = keyOf(search) === from?.type;
    if (waiting && !isHere) continue;
    waiting = false;
    const rows = await findRows(
      search,
      beginSearch(search, drivers[i]!, run),
      isHere ? from?.position : undefined,
      limit - found.length,
      run,
    );
    found.push(
      ...rows.map(row => ({
        ...row,
        search: keyOf(search),
        ...(search.contained === 'contained' && { contained: Number(row.position[1]) }),
      })),
    );
    if (found.length >= limit) break;
  }
  return found;
}

async function totalOf(
  { request, searches }: Plan,
  drivers: readonly number[],
  onlyCount: boolean,
  known: number | undefined,
  run: RunSettings,
): Promise<number | undefined> {
  if (known !== undefined) return known;
  if (!onlyCount && request.total === 'none') return undefined;
  const estimate = request.total === 'estimate' && !onlyCount;
  let total = 0;
  for (const [i, search] of searches.entries())
    total += await (estimate ? estimateRows(search, drivers[i]!, run) : countRows(search, drivers[i]!, run));
  return total;
}
