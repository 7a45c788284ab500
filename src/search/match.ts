/**
 * match: the rows of one type for one page, in order. Chooses what drives by counting a little, then asks for the page.
 */
import { join, list, raw, type Sql, sql } from '../store/sql.ts';
import type { Row, Store } from '../store/store.ts';
import { canDrive, type CompileSettings, type Drive, drive, fromWhere, fromWhereIndex, momentOf, type Scope, usualDriver } from './compile.ts';
import type { Condition } from './condition.ts';
import { after, keyColumn, keyColumns, type OrderKey, orderBy, type Position } from './order.ts';
import { versionColumns } from './readable.ts';
import { orderKeys, type SortKey } from './sort.ts';

/** One resource found: what is needed to write its entry, without its text. */
export interface Match {
  readonly seq: number;
  readonly type: string;
  readonly id: string;
  readonly versionId: number;
  readonly position: Position;
}

/** A search within one type, ready to run. */
export interface TypeSearch {
  readonly scope: Scope;
  readonly parts: readonly Condition[];
  readonly sort: readonly SortKey[];
}

/** What running depends on. */
export interface RunSettings extends CompileSettings {
  readonly store: Store;
  readonly budgetMs: number;
}

/** Rows counted to compare conditions. */
const sampleSize = 1000;

/** How many rows each condition that can drive has, up to a limit; undefined where it is not counted. */
export async function sample(parts: readonly Condition[], search: TypeSearch, settings: RunSettings): Promise<readonly (number | undefined)[]> {
  const counted = parts.map(part => (isCheap(part) ? drive([part], part, search.scope, settings) : undefined));
  const asked = counted.filter(begin => begin !== undefined);
  if (asked.length === 0) return parts.map(() => undefined);
  const columns = asked.map((begin, i) => {
    const rows = begin.branches.map(branch => sql`SELECT 1 FROM ${branch}`);
    return sql`(SELECT count(*) FROM (SELECT * FROM (${join(rows, ' UNION ALL ')}) q LIMIT ${sampleSize}) s) AS n${raw(String(i))}`;
  });
  const [row] = await settings.store.select(sql`SELECT ${join(columns, ', ')}`, { budgetMs: settings.budgetMs });
  let next = 0;
  return counted.map(begin => (begin ? Number(row![`n${next++}`]) : undefined));
}

const isCheap = (part: Condition): boolean =>
  part.op === 'range' ? part.range.probe !== 'set' : part.op === 'ids' || (part.op === 'or' && part.parts.length > 0 && part.parts.length <= 20 && part.parts.every(isCheap));

/** The place of the condition that drives best, -1 for none. */
export async function chooseDriver(search: TypeSearch, settings: RunSettings): Promise<number> {
  const able = search.parts.filter(canDrive);
  if (able.length === 0) return -1;
  if (able.length === 1) return search.parts.indexOf(able[0]!);
  const counts = await sample(able, search, settings);
  let best = -1;
  counts.forEach((count, i) => {
    if (count !== undefined && count < sampleSize && (best < 0 || count < counts[best]!)) best = i;
  });
  if (best >= 0) return search.parts.indexOf(able[best]!);
  // All are large: one that is walked in the order asked for gives the first page without looking at the rest.
  const large = able.filter((_, i) => counts[i] !== undefined);
  const walked = large.find(part => part.op === 'range' && part.range.walk[0] === 'moment') ?? usualDriver(able);
  return search.parts.indexOf(walked!);
}

/** A query's beginning with its order. */
export interface Begun {
  readonly begin: Drive;
  readonly keys: readonly OrderKey[];
  readonly tests: Sql;
}

/** Begins with a condition; the order is the one asked for, else the one the rows lie in. */
export function beginSearch(search: TypeSearch, driver: number, settings: CompileSettings): Begun {
  const begin = drive(search.parts, driver < 0 ? undefined : search.parts[driver], search.scope, settings);
  const moment = momentOf(begin, search.scope);
  if (search.sort.length > 0) return { begin: gathered(begin, search, settings), keys: orderKeys(search.sort, moment), tests: raw('') };
  if (begin.walk.length === 0) return { begin, keys: orderKeys([], moment), tests: raw('') };
  const descending = ['moment', 'lo', 'last_updated'].includes(begin.walk[0]!);
  const keys = [...begin.walk, 'seq'].map(column => ({ value: raw(`d.${column}`), descending }));
  return { begin, keys, tests: firstRow(begin, descending) };
}

/** With an order of its own a version must come once: walks that can repeat it are gathered first, unless by moment. */
function gathered(begin: Drive, search: TypeSearch, settings: CompileSettings): Drive {
  if (!begin.repeats || begin.walk[0] === 'moment' || begin.kind !== 'rows') return begin;
  const by = begin.by!;
  return drive(search.parts, by.op === 'range' ? { op: 'or', parts: [{ ...by, range: { ...by.range, walk: [] } }] } : by, search.scope, settings);
}

/** Where a version can have several rows in the range, only the first of them counts. */
function firstRow({ by, walk }: Drive, descending: boolean): Sql {
  if (by?.op !== 'range' || !by.range.repeats || walk[0] === 'moment' || by.range.probe !== 'seq') return raw('');
  const columns = (alias: string) => raw(walk.map(column => `${alias}.${column}`).join(', '));
  const sign = raw(descending ? '>' : '<');
  return sql` AND NOT EXISTS (SELECT 1 FROM ${raw(by.range.table.name)} x WHERE ${by.range.where} AND x.seq = d.seq AND (${columns('x')}) ${sign} (${columns('d')}))`;
}

/** The rows after a position, at most `limit`, each version once. */
export async function findRows(search: TypeSearch, begun: Begun, position: Position | undefined, limit: number, settings: RunSettings): Promise<Match[]> {
  const found: Match[] = [];
  let from = position;
  for (;;) {
    const wanted = limit - found.length;
    const rows = await settings.store.select(pageSql(search, begun, from, wanted, settings), { budgetMs: settings.budgetMs });
    for (const row of rows) {
      const match = toMatch(row, begun.keys.length);
      if (found.at(-1)?.seq !== match.seq) found.push(match);
    }
    if (rows.length < wanted || found.length >= limit) return found;
    from = toMatch(rows.at(-1)!, begun.keys.length).position;
  }
}

function pageSql(search: TypeSearch, { begin, keys, tests }: Begun, position: Position | undefined, limit: number, settings: RunSettings): Sql {
  const from = position ? sql` AND ${after(keys, position)}` : sql``;
  const selects = begin.branches.map(
    branch => sql`SELECT ${versionColumns}, ${keyColumns(keys)} ${fromWhere(branch, begin, search.scope, settings)}${tests}${from}`,
  );
  return sql`${join(selects, ' UNION ALL ')} ${orderBy(keys)} LIMIT ${limit}`;
}

function toMatch(row: Row, keys: number): Match {
  return {
    seq: Number(row['seq']),
    type: String(row['type']),
    id: String(row['id']),
    versionId: Number(row['version_id']),
    position: Array.from({ length: keys }, (_, i) => row[keyColumn(i)] as string | number),
  };
}

/** Number of resources found, at most `limit` when given. */
export async function countRows(search: TypeSearch, driver: number, settings: RunSettings, limit?: number): Promise<number> {
  const begin = drive(search.parts, driver < 0 ? undefined : search.parts[driver], search.scope, settings);
  const once = begin.repeats ? sql`DISTINCT d.seq` : sql`1`;
  const byMoment = begin.repeats && begin.walk[0] === 'moment' && begin.branches.length === 1;
  const selects = begin.branches.map(branch => {
    const from = fromWhereIndex(branch, begin, search.scope, settings);
    return byMoment ? sql`SELECT 1 ${from} GROUP BY d.moment, d.seq` : sql`SELECT ${once} ${from}`;
  });
  const rows = join(selects, begin.repeats ? ' UNION ' : ' UNION ALL ');
  const limited = limit === undefined ? rows : sql`SELECT * FROM (${rows}) q LIMIT ${limit}`;
  const [row] = await settings.store.select(sql`SELECT count(*) AS n FROM (${limited}) c`, { budgetMs: settings.budgetMs });
  return Number(row!['n']);
}

/** A SELECT of the seqs of given versions only; for includes. */
export const seqList = (matches: readonly { readonly seq: number }[]): Sql => list(matches.map(match => match.seq));
