/**
 * find: a query → one page. Parses, plans for each type, runs, follows includes, counts, and seals the link to the next page.
 */
import type { Message } from '../fhir/types.ts';
import type { Readable, Store } from '../store/store.ts';
import type { Everything } from './compartment.ts';
import { conjuncts } from './compile.ts';
import type { Condition } from './condition.ts';
import { checkFresh, type Cursor, openCursor, sealCursor } from './cursor.ts';
import { explain } from './explain.ts';
import { findIncluded, type Followed, planInclude } from './include.ts';
import { findByBody, needsBodies } from './body-sort.ts';
import { chooseDriver, measure } from './choose.ts';
import { beginSearch, countRows, findRows, type Match, type RunSettings, type TypeSearch } from './match.ts';
import { typesWithResources } from './readable.ts';
import { compareRows } from './order.ts';
import { type Criterion, cursorParameter, parseSearch, type SearchRequest } from './parse.ts';
import { planCriterion, type PlanSettings, UnknownParameter } from './plan.ts';
import type { QueryParameter } from './search.ts';
import { planSort, type SortKey } from './sort.ts';

/** A search as an interaction hands it over. */
export interface FindInput {
  /** Types to search; one for a type-level search. */
  readonly types: readonly string[];
  /** Path below the base, to which page links belong. */
  readonly path: string;
  readonly query: readonly QueryParameter[];
  /** Unknown parameters are ignored and named instead of refused. */
  readonly lenient: boolean;
  readonly access: Readable;
  /** Only resources in this compartment. */
  readonly compartment?: { readonly type: string; readonly id: string };
  /** All that belongs to a patient or encounter, type after type. */
  readonly everything?: Everything;
  /** Entries of the page; the query's `_count` when absent. */
  readonly limit?: number;
  /** See what was current at this position. */
  readonly asOf?: number;
  /** The base URL of the request: references below it are to this server. */
  readonly base: string;
}

/** A page. */
export interface Page {
  readonly request: SearchRequest;
  readonly matches: readonly Match[];
  readonly included: readonly Match[];
  /** Number of all matches, when it was asked for or is known. */
  readonly total?: number;
  /** Token of the next page. */
  readonly next?: string;
  /** Token of this page, when it is not the first. */
  readonly here?: string;
  /** The parameters that were used, for the self link. */
  readonly used: readonly QueryParameter[];
  /** What was ignored or cut short, in words. */
  readonly notes: readonly Message[];
}

/** What find depends on. */
export interface FindSettings {
  readonly plan: PlanSettings;
  readonly run: Omit<RunSettings, 'sight' | 'store'>;
  readonly resourceTypes: readonly string[];
  readonly compartment: (compartment: string, id: string, type: string) => Condition | undefined;
  readonly everything: (all: Everything, type: string, types: readonly string[]) => Condition | undefined;
  readonly pageSize: number;
  readonly maxPageSize: number;
  readonly maxIncludes: number;
  readonly pageLifetimeMs: number;
}

/** A query, looked up. */
interface Plan {
  readonly request: SearchRequest;
  readonly searches: readonly TypeSearch[];
  readonly includes: readonly Followed[];
  readonly used: readonly QueryParameter[];
  readonly notes: readonly Message[];
}

/** Answers a search. @throws FhirError for what cannot be searched */
export async function findPage(input: FindInput, store: Store, settings: FindSettings): Promise<Page> {
  const secret = await store.secret('page');
  const token = input.query.find(([name]) => name === cursorParameter)?.[1];
  const cursor = token === undefined ? undefined : openCursor(token, input.path, secret);
  if (cursor) checkFresh(cursor, settings.plan.now, settings.pageLifetimeMs);
  const state = await store.state();
  const asOf = cursor?.asOf ?? input.asOf ?? state.position;
  const run: RunSettings = { ...settings.run, bodiesLater: true, store, sight: { access: input.access, asOf, stale: state.stale } };
  const asked = cursor ? { ...input, query: cursor.query, lenient: cursor.lenient } : input;
  const looked = planQuery({ ...asked, types: await existing(input.types, run) }, settings);
  const plan = { ...looked, searches: await Promise.all(looked.searches.map(search => measure(search, run))) };
  const { request } = plan;
  const limit = input.limit ?? Math.min(request.count ?? settings.pageSize, settings.maxPageSize);
  const onlyCount = request.summary === 'count' || limit === 0;
  const drivers = (cursor && unpackDrivers(cursor, plan.searches)) ?? (await Promise.all(plan.searches.map(search => chooseDriver(search, run))));
  const pages = input.everything ? oneByOne : pageRows;
  const rows = onlyCount ? [] : await pages(plan.searches, drivers, cursor, limit + 1, run);
  const matches = rows.slice(0, limit);
  const total = cursor ? cursor.total : await totalOf(plan, drivers, onlyCount, rows.length <= limit && !onlyCount ? rows.length : undefined, run);
  const { matches: included, cut } = await findIncluded(matches, plan.includes, settings.maxIncludes, run);
  const more = rows.length > limit && matches.length > 0;
  const next: Cursor | undefined = more
    ? { query: plan.used, path: input.path, asOf, position: matches.at(-1)!.position, type: matches.at(-1)!.type, drivers: packDrivers(drivers, plan.searches), lenient: cursor?.lenient ?? input.lenient, since: cursor?.since ?? settings.plan.now, ...(total !== undefined && { total }) }
    : undefined;
  const notes = [...plan.notes, ...(cut ? [cutNote(settings.maxIncludes)] : [])];
  if (request.explain) notes.push(await explain(plan.searches, drivers, run));
  return {
    request,
    matches,
    included,
    used: plan.used,
    notes,
    ...(total !== undefined && { total }),
    ...(next && { next: sealCursor(next, secret) }),
    ...(token !== undefined && { here: token }),
  };
}

/** Of several types only those that have resources are searched. */
async function existing(types: readonly string[], { store, budgetMs }: RunSettings): Promise<readonly string[]> {
  if (types.length < 4) return types;
  const known = new Set((await store.select(typesWithResources, { budgetMs })).map(row => String(row['type'])));
  const found = types.filter(type => known.has(type));
  return found.length > 0 ? found : types.slice(0, 1);
}

const packDrivers = (drivers: readonly number[], searches: readonly TypeSearch[]): Cursor['drivers'] =>
  Object.fromEntries(drivers.map((driver, i) => [searches[i]!.scope.type, driver]));

/** A type that came into being after the first page has nothing to show. */
const unpackDrivers = (cursor: Cursor, searches: readonly TypeSearch[]): readonly number[] => searches.map(search => cursor.drivers[search.scope.type] ?? -1);

const cutNote = (limit: number): Message => ({
  en: `More than ${limit} resources are included; the rest was left out. Ask smaller pages with _count`,
  ja: `含めるリソースが ${limit} 件を超えたため残りを省きました。_count でページを小さくしてください`,
});

function planQuery(input: FindInput, settings: FindSettings): Plan {
  const request = parseSearch(input.query);
  const types = chooseTypes(input, request, settings);
  const plan: PlanSettings = { ...settings.plan, base: input.base };
  const unknown = new Set<string>();
  const notes: Message[] = [];
  const ignore = (error: UnknownParameter, name: string) => {
    if (!input.lenient) throw error.refusal;
    unknown.add(name);
    notes.push({ en: `Ignored: ${error.refusal.issues[0]!.message.en}`, ja: `無視しました: ${error.refusal.issues[0]!.message.ja}` });
  };
  const planned = request.criteria.map(criterion => ({ criterion, byType: planForTypes(types, criterion, plan, ignore) }));
  const sort = planSorts(types, request, plan, ignore);
  const searches = types.flatMap((type): TypeSearch[] => {
    const parts: Condition[] = [];
    for (const { criterion, byType } of planned) {
      const condition = byType.get(type);
      if (condition) parts.push(...(condition.op === 'and' ? condition.parts : [condition]));
      else if (!unknown.has(criterion.name)) return [];
    }
    if (input.compartment) {
      const inside = settings.compartment(input.compartment.type, input.compartment.id, type);
      if (!inside) return [];
      parts.push(inside);
    }
    if (input.everything) {
      const part = settings.everything(input.everything, type, input.types);
      if (!part) return [];
      parts.push(...conjuncts(part));
    }
    const keys = sort.get(type);
    const moment = types.length === 1 ? plan.registry(type).moment : undefined;
    return keys ? [{ scope: settings.run.scopeOf(type), parts, sort: keys, ...(moment && { momentParam: moment.param }) }] : [];
  });
  const includes = request.includes.map(include => planInclude(include, types, { registry: plan.registry, resourceTypes: settings.resourceTypes, isResourceType: plan.isResourceType }));
  const used = input.query.filter(([name]) => !unknown.has(name) && name !== cursorParameter);
  return { request, searches: searches.length > 1 && !input.everything ? searches.map(mixedOrder) : searches, includes, used, notes };
}

/** Several types have one order only by what all versions have. */
function mixedOrder(search: TypeSearch): TypeSearch {
  return search.sort.length > 0 ? search : { ...search, sort: [{ by: 'lastUpdated', descending: false }] };
}

function chooseTypes(input: FindInput, request: SearchRequest, { plan }: FindSettings): readonly string[] {
  if (!request.types) return input.types;
  const wanted = [...new Set(request.types.filter(Boolean))];
  const wrong = wanted.find(type => !plan.isResourceType(type));
  if (wrong !== undefined) throw new UnknownParameter('_type', wrong, '_type', input.types).refusal;
  return wanted.filter(type => input.types.includes(type));
}

/** The condition of a criterion for each type that knows it; a parameter that no type knows is ignored or refused. */
function planForTypes(types: readonly string[], criterion: Criterion, settings: PlanSettings, ignore: (error: UnknownParameter, name: string) => void): Map<string, Condition> {
  const byType = new Map<string, Condition>();
  let error: UnknownParameter | undefined;
  for (const type of types) {
    try {
      byType.set(type, planCriterion(type, criterion, settings));
    } catch (thrown) {
      if (!(thrown instanceof UnknownParameter)) throw thrown;
      error ??= thrown;
    }
  }
  if (byType.size === 0 && error) ignore(error, criterion.name);
  return byType;
}

function planSorts(types: readonly string[], { sort }: SearchRequest, settings: PlanSettings, ignore: (error: UnknownParameter, name: string) => void): Map<string, readonly SortKey[]> {
  const found = new Map(types.map(type => [type, planSort(sort, settings.registry(type))] as const));
  const known = sort.filter((key, i) => {
    if ([...found.values()].some(keys => keys[i]) || types.length === 0) return true;
    ignore(new UnknownParameter('_sort', key.code, types[0]!, ['_id', '_lastUpdated', ...settings.registry(types[0]!).byCode.keys()]), '_sort');
    return false;
  });
  const keys = new Map<string, readonly SortKey[]>();
  for (const [type, own] of found) {
    const kept = own.filter((_, i) => known.includes(sort[i]!));
    if (kept.every(key => key !== undefined)) keys.set(type, kept as readonly SortKey[]);
  }
  return keys;
}

/** The rows of all types in one order. */
async function pageRows(searches: readonly TypeSearch[], drivers: readonly number[], from: Pick<Cursor, 'position'> | undefined, limit: number, run: RunSettings): Promise<Match[]> {
  if (searches.length === 0) return [];
  const position = from?.position;
  const begun = searches.map((search, i) => beginSearch(search, drivers[i]!, run));
  const find = (search: TypeSearch, i: number) =>
    needsBodies(search) ? findByBody(search, begun[i]![0]!, position, limit, run) : findRows(search, begun[i]!, position, limit, run);
  if (searches.length === 1) return find(searches[0]!, 0);
  let rows: Match[] = [];
  for (const [i, search] of searches.entries()) {
    rows = [...rows, ...(await find(search, i))];
    rows = rows.sort((a, b) => compareRows(begun[0]![0]!.keys, a.position, b.position)).slice(0, limit);
  }
  return rows;
}

/** The rows of one type after the other. */
async function oneByOne(searches: readonly TypeSearch[], drivers: readonly number[], from: Pick<Cursor, 'position' | 'type'> | undefined, limit: number, run: RunSettings): Promise<Match[]> {
  const found: Match[] = [];
  let waiting = from !== undefined && searches.some(search => search.scope.type === from.type);
  for (const [i, search] of searches.entries()) {
    const isHere = search.scope.type === from?.type;
    if (waiting && !isHere) continue;
    waiting = false;
    found.push(...(await findRows(search, beginSearch(search, drivers[i]!, run), isHere ? from?.position : undefined, limit - found.length, run)));
    if (found.length >= limit) break;
  }
  return found;
}

/** Above this, an estimate is made instead of counting on. */
const estimateFrom = 10_000;

async function totalOf({ request, searches }: Plan, drivers: readonly number[], onlyCount: boolean, known: number | undefined, run: RunSettings): Promise<number | undefined> {
  if (known !== undefined) return known;
  if (!onlyCount && request.total === 'none') return undefined;
  const limit = request.total === 'estimate' && !onlyCount ? estimateFrom : undefined;
  let total = 0;
  for (const [i, search] of searches.entries()) total += await countRows(search, drivers[i]!, run, limit);
  return total;
}
