/**
 * plan-query: a query looked up: for each type the conditions and the order, the includes, and what had to be ignored.
 */
import type { Message } from '../fhir/types.ts';
import type { Readable } from '../store/store.ts';
import type { Everything } from './compartment.ts';
import { type Condition, named } from './condition.ts';
import { containedRegistry, holdsType } from './contained.ts';
import { type Followed, planInclude } from './include.ts';
import type { RunSettings, TypeSearch } from './match.ts';
import { type Criterion, cursorParameter, parseSearch, type SearchRequest } from './parse.ts';
import { type PlanSettings, planCriterion } from './plan.ts';
import { conjuncts } from './rank.ts';
import { refuse, refuseType, shorten } from './refuse.ts';
import type { QueryParameter } from './search.ts';
import { planSort, type SortKey } from './sort.ts';
import type { BareId } from './types/search-type.ts';
import { UnknownParameter } from './unknown.ts';

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

/** What find depends on. */
export interface FindSettings {
  readonly plan: PlanSettings;
  readonly run: Omit<RunSettings, 'sight' | 'store'>;
  readonly compartment: (compartment: string, id: string, type: string) => Condition | undefined;
  readonly everything: (all: Everything, type: string, types: readonly string[]) => Condition | undefined;
  /** Whether `_explain` is answered. */
  readonly explain: boolean;
  /** A search that takes longer tells its plan to the log. */
  readonly slowMs: number;
  readonly pageSize: number;
  readonly maxPageSize: number;
  readonly maxIncludes: number;
  readonly pageLifetimeMs: number;
}

/** A query, looked up. */
export interface Plan {
  readonly request: SearchRequest;
  readonly searches: readonly TypeSearch[];
  readonly includes: readonly Followed[];
  readonly used: readonly QueryParameter[];
  readonly notes: readonly Message[];
  /** References by an id alone, which may be of several types. */
  readonly bareIds: readonly BareId[];
}

/** Most criteria of one search. */
const maxCriteria = 100;

/** Refuses a query with too many criteria. @throws FhirError 'search-parameter' */
export function checkCriteria({ length }: readonly unknown[]): void {
  if (length > maxCriteria)
    throw refuse(
      '?',
      `found ${length} criteria, at most ${maxCriteria} are allowed`,
      `検索条件が ${length} 個あります（上限 ${maxCriteria}）`,
    );
}

/** Looks a query up. @throws FhirError for what cannot be searched */
export function planQuery(input: FindInput, settings: FindSettings): Plan {
  const request = parseSearch(input.query);
  checkCriteria(request.criteria);
  refuseMixes(request);
  const types = chooseTypes(input, request, settings);
  const bareIds: BareId[] = [];
  const plan: PlanSettings = { ...settings.plan, base: input.base, bareIds };
  const unknown = new Set<string>();
  const notes: Message[] = request.empty.map(name => ({
    en: `Ignored: "${shorten(name)}" has no value`,
    ja: `無視しました: 「${shorten(name)}」に値がありません`,
  }));
  const ignore = (error: UnknownParameter, name: string) => {
    if (!input.lenient || error.other) throw error.refusal;
    unknown.add(name);
    notes.push({
      en: `Ignored: ${error.refusal.issues[0]!.message.en}`,
      ja: `無視しました: ${error.refusal.issues[0]!.message.ja}`,
    });
  };
  const planned = request.criteria.map(criterion => ({
    criterion,
    byType: planForTypes(types, criterion, plan, ignore),
  }));
  const sort = planSorts(types, request, plan, ignore);
  const usual = types.flatMap((type): TypeSearch[] => {
    const parts: Condition[] = [];
    for (const { criterion, byType } of planned) {
      const condition = byType.get(type);
      if (condition) parts.push(...conjuncts(condition).map(part => named(part, criterion.name)));
      else if (!unknown.has(criterion.name)) return [];
    }
    if (input.compartment) {
      const inside = settings.compartment(input.compartment.type, input.compartment.id, type);
      if (!inside) return [];
      parts.push(named(inside, 'compartment'));
    }
    if (input.everything) {
      const part = settings.everything(input.everything, type, input.types);
      if (!part) return [];
      parts.push(...conjuncts(part));
    }
    const keys = sort.get(type);
    const moment = types.length === 1 ? plan.registry(type).moment : undefined;
    return keys
      ? [{ scope: settings.run.scopeOf(type), parts, sort: keys, ...(moment && { momentParam: moment.param }) }]
      : [];
  });
  const searches = [
    ...(request.contained === 'true' ? [] : usual),
    ...(request.contained === 'false' ? [] : containedSearches(input, request, settings)),
  ];
  const includes = request.includes.map(include => planInclude(include, types, plan));
  const used = input.query
    .map(([name, value]) => [name, name === '_sort' ? knownKeys(value, unknown) : value] as const)
    .filter(([name, value]) => !unknown.has(name) && name !== cursorParameter && value !== '');
  return {
    request,
    searches: searches.length > 1 && !inSequence(input, request) ? searches.map(mixedOrder) : searches,
    includes,
    used,
    notes,
    bareIds,
  };
}

/** A `_sort` without the keys that were ignored: a further page has the order of the first. */
const knownKeys = (value: string, ignored: ReadonlySet<string>): string =>
  value
    .split(',')
    .filter(key => !ignored.has(`_sort=${key.replace(/^-/, '').trim()}`))
    .join(',');

/** What the specification says must not be answered, whatever the handling. */
function refuseMixes(request: SearchRequest): void {
  if (request.criteria.some(one => one.name === '_query'))
    throw refuse(
      '_query',
      'there are no named queries here; leave it out',
      '名前付きクエリはありません。省いてください',
    );
  if (request.summary === 'text' && request.includes.length > 0)
    throw refuse(
      '_summary',
      '_summary=text cannot be used with _include or _revinclude; use _summary=true or leave one out',
      '_summary=text は _include・_revinclude と一緒に使えません。_summary=true にするか、どちらかを省いてください',
    );
}

/** True when types follow one another instead of being merged. */
export const inSequence = (input: FindInput, request: SearchRequest): boolean =>
  input.everything !== undefined || request.contained !== 'false';

/** The search for contained resources of each type; parameters nobody knows were dealt with before. */
function containedSearches(input: FindInput, request: SearchRequest, settings: FindSettings): TypeSearch[] {
  const plan: PlanSettings = {
    ...settings.plan,
    base: input.base,
    registry: containedRegistry(settings.plan.registry),
  };
  return chooseTypes(input, request, settings).flatMap((type): TypeSearch[] => {
    const parts = [holdsType(type)];
    for (const criterion of request.criteria) {
      const condition = planForTypes([type], criterion, plan, () => {}).get(type);
      if (condition) parts.push(...conjuncts(condition));
    }
    return [{ scope: { type, hasMoment: false }, parts, sort: [], contained: request.containedType }];
  });
}

/** Several types have one order only by what all versions have. */
function mixedOrder(search: TypeSearch): TypeSearch {
  return search.sort.length > 0
    ? search
    : { ...search, sort: [{ code: '_lastUpdated', by: 'lastUpdated', descending: false }] };
}

function chooseTypes(input: FindInput, request: SearchRequest, { plan }: FindSettings): readonly string[] {
  if (!request.types) return input.types;
  const wanted = [...new Set(request.types.filter(Boolean))];
  const wrong = wanted.find(type => !plan.isResourceType(type));
  if (wrong !== undefined) throw refuseType('_type', wrong, plan.resourceTypes);
  return input.types.filter(type => wanted.includes(type));
}

/** The condition of a criterion for each type that knows it; a parameter that no type knows is ignored or refused. */
function planForTypes(
  types: readonly string[],
  criterion: Criterion,
  settings: PlanSettings,
  ignore: (error: UnknownParameter, name: string) => void,
): Map<string, Condition> {
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

function planSorts(
  types: readonly string[],
  { sort }: SearchRequest,
  settings: PlanSettings,
  ignore: (error: UnknownParameter, name: string) => void,
): Map<string, readonly SortKey[]> {
  for (const type of types)
    for (const { code } of sort) {
      const param = settings.registry(type).byCode.get(code);
      if (param) settings.assertIndexed(param);
    }
  const found = new Map(
    types.map(type => [type, planSort(sort, settings.registry(type), types.length === 1)] as const),
  );
  const known = sort.filter((key, i) => {
    if ([...found.values()].some(keys => keys[i]) || types.length === 0) return true;
    ignore(
      new UnknownParameter('_sort', key.code, types[0]!, [
        '_id',
        '_lastUpdated',
        ...settings.registry(types[0]!).byCode.keys(),
      ]),
      `_sort=${key.code}`,
    );
    return false;
  });
  const keys = new Map<string, readonly SortKey[]>();
  for (const [type, own] of found) {
    const kept = own.filter((_, i) => known.includes(sort[i]!));
    if (kept.every(key => key !== undefined)) keys.set(type, kept as readonly SortKey[]);
  }
  return keys;
}
