/**
 * match: the rows of one type for one page, in order.
 */
import { raw, type Sql, sql } from '../store/sql.ts';
import { QueryTimeoutError, type Row, type Store } from '../store/store.ts';
import { type CompileSettings, type Drive, drive, feedOfType, momentOf, type Scope } from './compile.ts';
import type { Condition } from './condition.ts';
import { constantKey, keyColumn, noBeginning, type OrderKey, type Position } from './order.ts';
import { pageSql } from './page-sql.ts';
import { passing } from './passing.ts';
import { notByKey } from './range-test.ts';
import { noMoment } from './rows.ts';
import { noValue, orderKeys, type SortKey, type SortWalk, sortWalk } from './sort.ts';

/** One resource found: what is needed to write its entry, without its text. */
export interface Match {
  readonly seq: number;
  readonly type: string;
  readonly id: string;
  readonly versionId: number;
  readonly position: Position;
  /** Which of several searches found it. */
  readonly search?: string;
  /** Place of the contained resource that was found, from 1. */
  readonly contained?: number;
}

/** A search within one type, ready to run. */
export interface TypeSearch {
  readonly scope: Scope;
  readonly parts: readonly Condition[];
  readonly sort: readonly SortKey[];
  /** Source of the moment, when the search is of this type alone and can be walked by it. */
  readonly momentParam?: number;
  /** Contained resources are searched; what is found is the container or the contained resource. */
  readonly contained?: 'container' | 'contained';
}

/** What running depends on. */
export interface RunSettings extends CompileSettings {
  readonly store: Store;
  readonly budgetMs: number;
  /** Service base URL that the index was made with. */
  readonly base: string;
}

/** A query's beginning with its order. */
export interface Begun {
  readonly begin: Drive;
  readonly keys: readonly OrderKey[];
  /** Further conditions of this beginning. */
  readonly tests: Sql;
  /** The rows lie in the order of the first key. */
  readonly walked?: boolean;
  /** The table whose rows are all walked. */
  readonly from?: string;
}

/**
 * Begins with a condition; the order is the one asked for, else the one the rows lie in.
 * Several beginnings follow one another: resources without a value to sort by come last.
 */
export function beginSearch(search: TypeSearch, driver: number, settings: CompileSettings): readonly Begun[] {
  const by = driver < 0 ? undefined : search.parts[driver];
  const [sort] = search.sort;
  if (search.contained) return [containedRows(search, by, settings)];
  const begin = drive(search.parts, by, search.scope, settings);
  const moment = momentOf(begin, search.scope);
  if (sort === undefined) {
    if (begin.walk.length > 0) return [walked(begin)];
    return [{ begin, keys: gatheredKeys(by, moment), tests: raw('') }];
  }
  const values = by ? undefined : valuesInOrder(search);
  if (values) return [sortedValues(begin, values, search), withoutValue(begin, values, search)];
  if (sort.by === 'moment' && begin.walk[0] === 'moment') return byMoment(begin, search);
  if ((sort.by === 'lastUpdated' && begin.walk[0] === 'last_updated') || liesSorted(by, search))
    return [inOrder(begin, { value: raw(`d.${begin.walk[0]}`), descending: sort.descending }, search)];
  return [{ begin: gathered(begin, search, settings), keys: orderKeys(search.sort, moment), tests: raw('') }];
}

/** The source whose values are sorted by first, where it has them in order and a resource has one at most. */
function sortedSource({ sort: [sort], momentParam }: TypeSearch): number | undefined {
  if (sort?.by === 'moment') return momentParam;
  return sort?.by === 'column' ? sortWalk(sort.param)?.param : undefined;
}

/** True when the rows of a condition are the values sorted by, and lie in their order. */
export function liesSorted(part: Condition | undefined, search: TypeSearch): boolean {
  return part?.op === 'range' && part.range.orders !== undefined && part.range.orders === sortedSource(search);
}

/** True when all resources of a type can be walked in the order asked for. */
export const walksAll = (search: TypeSearch): boolean =>
  search.sort[0]?.by === 'lastUpdated' || valuesInOrder(search) !== undefined;

/** All values that are sorted by first, in order. */
export function valuesInOrder({ sort: [sort], momentParam }: TypeSearch): SortWalk | undefined {
  if (sort?.by === 'column') return sortWalk(sort.param);
  if (sort?.by !== 'moment' || momentParam === undefined) return undefined;
  return { table: 'index_date', column: 'lo', param: momentParam, which: raw('') };
}

/** The rows in the order they lie in, which is that of the first key. */
export const inOrder = (begin: Drive, first: OrderKey, { sort, scope }: TypeSearch, tests = raw('')): Begun => ({
  begin,
  keys: [{ ...first, open: true }, ...orderKeys(sort, momentOf(begin, scope)).slice(1)],
  tests,
  walked: true,
});

/** Newest first, or oldest first: then those without a moment, which would be the first, come last. */
export function byMoment(begin: Drive, search: TypeSearch): readonly Begun[] {
  const { descending } = search.sort[0]!;
  const moment = { value: raw('d.moment'), descending };
  if (descending) return [inOrder(begin, moment, search)];
  const none = raw(String(noMoment));
  const last = constantKey(noValue(search.sort[0]!), descending);
  return [
    inOrder(begin, moment, search, sql` AND d.moment > ${none}`),
    inOrder(begin, last, search, sql` AND d.moment = ${none}`),
  ];
}

/**
 * The order of rows that are gathered. What is found beside codes, or among shapes, is walked while there are few of them, and
 * gathered when another page finds more: then it is in the same order.
 */
function gatheredKeys(by: Condition | undefined, moment: Sql): readonly OrderKey[] {
  if (by?.op === 'not') return ['moment', 'seq'].map(column => ({ value: raw(`d.${column}`), descending: true }));
  return isOfShapes(by) ? [{ value: raw('d.seq'), descending: false }] : orderKeys([], moment);
}

const isOfShapes = (by: Condition | undefined): boolean =>
  by?.op === 'or' ? by.parts.every(isOfShapes) : by?.op === 'range' && by.range.ofShape === true;

/** Contained resources, container after container. */
function containedRows(search: TypeSearch, by: Condition | undefined, settings: CompileSettings): Begun {
  const unordered: Condition | undefined = by?.op === 'range' ? { ...by, range: { ...by.range, walk: [] } } : by;
  const parts = search.parts.map(part => (part === by && unordered ? unordered : part));
  const begin = drive(parts, unordered, search.scope, { ...settings, contained: true });
  return { begin, keys: [raw('d.seq'), raw('d.moment')].map(value => ({ value, descending: false })), tests: raw('') };
}

/** The rows in the order they lie in: newest first by date, oldest first by change. */
function walked(begin: Drive): Begun {
  const descending = begin.walk[0] === 'moment' || begin.walk[0] === 'lo';
  const columns = begin.walk[0] === 'seq' ? ['seq'] : [...begin.walk, 'seq'];
  const keys = columns.map(column => ({ value: raw(`d.${column}`), descending, big: column === 'target' }));
  return { begin, keys, tests: firstRow(begin, descending) };
}

/** Where a version can have several rows in the range, only the first of them counts. */
function firstRow({ by, walk }: Drive, descending: boolean): Sql {
  if (by?.op !== 'range' || !by.range.repeats || walk[0] === 'moment' || walk[0] === 'seq') return raw('');
  const { table, where } = by.range;
  const same = table.bySeq ? notByKey(where) : where;
  const columns = (alias: string) => raw(walk.map(column => `${alias}.${column}`).join(', '));
  const sign = raw(descending ? '>' : '<');
  return sql` AND NOT EXISTS (SELECT 1 FROM ${raw(table.name)} x WHERE ${same} AND x.seq = d.seq AND (${columns('x')}) ${sign} (${columns('d')}))`;
}

/** The rows of all values, in order. */
export const valueRows = ({ table, column, param, which }: SortWalk): Sql =>
  sql`(SELECT x.seq, x.moment, x.${raw(column)} AS value FROM ${raw(table)} x WHERE x.param = ${param}${which}) d`;

/** All values of the parameter sorted by, each version at its first. */
function sortedValues(begin: Drive, walk: SortWalk, search: TypeSearch): Begun {
  const { table, column, param, which } = walk;
  const { descending } = search.sort[0]!;
  const sign = raw(descending ? '>' : '<');
  const tests = sql` AND NOT EXISTS (SELECT 1 FROM ${raw(table)} x WHERE x.seq = d.seq AND x.param = ${param} AND +x.${raw(column)} ${sign} d.value${which})`;
  const rows: Drive = {
    ...begin,
    branches: [valueRows(walk)],
    kind: 'rows',
    hasMoment: true,
    walk: [column],
    repeats: true,
  };
  return { ...inOrder(rows, { value: raw('d.value'), descending }, search, tests), from: table };
}

/** Condition that a version has no value to sort by. */
export const hasNoValue = ({ table, param }: SortWalk, seq: Sql): Sql =>
  sql`NOT EXISTS (SELECT 1 FROM ${raw(table)} x WHERE x.seq = ${seq} AND x.param = ${param})`;

/** The resources that have no value to sort by. */
export function withoutValue(begin: Drive, walk: SortWalk, search: TypeSearch): Begun {
  const tests = sql` AND ${hasNoValue(walk, raw('d.seq'))}`;
  const rows = { ...begin, branches: [feedOfType(search.scope)], hasMoment: false };
  const [sort] = search.sort as readonly [SortKey];
  return inOrder(rows, constantKey(noValue(sort), sort.descending), search, tests);
}

/** With an order of its own a version must come once: walks that can repeat it are gathered first, unless by moment. */
function gathered(begin: Drive, search: TypeSearch, settings: CompileSettings): Drive {
  if (!begin.repeats || begin.walk[0] === 'moment' || begin.walk[0] === 'seq' || begin.kind !== 'rows') return begin;
  const { by } = begin;
  if (by?.op !== 'range') return begin;
  const unordered: Condition = { ...by, range: { ...by.range, walk: [] } };
  return drive(
    search.parts.map(part => (part === by ? unordered : part)),
    unordered,
    search.scope,
    settings,
  );
}

/** Whole resources read at a time. */
const bodyChunk = 100;

/** What is left of the time of a search that asks several queries; throws when it is used up. */
export function timeLeft(budgetMs: number): () => number {
  const end = performance.now() + budgetMs;
  return () => {
    const left = end - performance.now();
    if (left <= 0) throw new QueryTimeoutError('the search used up its time');
    return left;
  };
}

/** The rows after a position, at most `limit`, each version once. */
export async function findRows(
  search: TypeSearch,
  begun: readonly Begun[],
  position: Position | undefined,
  limit: number,
  settings: RunSettings,
): Promise<Match[]> {
  const found: Match[] = [];
  const tests = search.parts.filter(part => part.op === 'body');
  const left = timeLeft(settings.budgetMs);
  for (const [i, one] of begun.entries()) {
    if (position && begun.slice(i + 1).some(next => isReached(next, position))) continue;
    let from = position;
    for (let [more, again] = [true, false]; more && found.length < limit; again = true) {
      const wanted = tests.length > 0 && again ? Math.max(limit - found.length, bodyChunk) : limit - found.length;
      const rows = await settings.store.select(pageSql(search, one, from, wanted, settings), { budgetMs: left() });
      const matches = rows.map(row => toMatch(row, one.keys));
      const same = (a: Match, b: Match | undefined) =>
        a.seq === b?.seq && (search.contained !== 'contained' || a.position[1] === b.position[1]);
      const once = matches.filter((match, i) => !same(match, matches[i - 1] ?? found.at(-1)));
      const passed = await passing(once, tests, { ...settings, budgetMs: left() });
      found.push(...passed.slice(0, limit - found.length));
      more = rows.length === wanted && rows.length > 0;
      from = more ? matches.at(-1)!.position : from;
    }
  }
  return found;
}

/** True when a position lies among those without a value: what has one is behind it, also where that has no beginning. */
export const isReached = ({ keys: [first] }: Begun, [value]: Position): boolean =>
  typeof value === 'number' && first?.constant === value;

/** A row as a Match. */
export function toMatch(row: Row, keys: readonly OrderKey[]): Match {
  return {
    seq: Number(row['seq']),
    type: String(row['type']),
    id: String(row['id']),
    versionId: Number(row['version_id']),
    position: keys.map(({ constant }, i) => {
      const value = constant ?? (row[keyColumn(i)] as string | number);
      return value === Number.NEGATIVE_INFINITY ? noBeginning : value;
    }),
  };
}
