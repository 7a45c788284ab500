/**
 * sift-line: what is walked to find resources in the order of a sort's first key: rows of an index that lie in this order, read in
 * blocks, by their values, as positions of versions.
 */
import { join, raw, type Sql, sql } from '../store/sql.ts';
import { type RunSettings, type TypeSearch, valueRows, valuesInOrder } from './match.ts';
import { after } from './order.ts';
import { numbersOf } from './positions.ts';
import { quantityRows } from './quantity-sort.ts';
import { inTime, versionsOfType } from './readable.ts';
import { type SortWalk, walkedValue } from './sort.ts';

/** Rows in the order of a value, of which a version can have several. */
export interface Line {
  /** FROM items that yield `d.seq` and `d.value`, each in the order of the value. */
  readonly branches: readonly Sql[];
  /** The value of the version `v` (`d.seq`) that it is sorted by. */
  readonly value: Sql;
  readonly descending: boolean;
  /** What lies on the line: what does not comes after it; absent where all resources do. */
  readonly walk?: SortWalk;
}

/** The line of a search's first key; undefined where there is none. */
export async function lineOf(search: TypeSearch, settings: RunSettings): Promise<Line | undefined> {
  const [sort] = search.sort;
  if (!sort || search.contained) return undefined;
  const { descending } = sort;
  if (sort.by === 'lastUpdated') {
    const rows = sql`(SELECT r.seq, r.last_updated AS value FROM index_resource r WHERE r.type = ${search.scope.type}) d`;
    return { branches: [rows], value: raw('v.last_updated'), descending };
  }
  const walk = valuesInOrder(search);
  if (walk) return { branches: [valueRows(walk)], value: walkedValue(walk, descending), descending, walk };
  const quantities = await quantityRows(search, settings);
  return quantities && { ...quantities, descending };
}

/** All resources of a type by their position alone: for those that have no value to sort by. */
export const lineOfType = (search: TypeSearch, descending: boolean): Line => ({
  branches: [sql`(SELECT t.seq, t.seq AS value FROM (${versionsOfType(search.scope.type)}) t) d`],
  value: raw('v.seq'),
  descending,
});

/** Where a walk goes on: at a value, behind it, or behind a position within it. */
export interface Place {
  readonly value: string | number;
  readonly seq?: number;
  readonly isAt: boolean;
}

/** The versions of some values, and where the next block begins; without that there is none. */
export interface Block {
  readonly seqs: readonly number[];
  /** They share one value. */
  readonly isTie: boolean;
  readonly end?: Place;
}

/** The rows of a branch from a place on. */
function rowsFrom(branch: Sql, { descending }: Line, from: Place | undefined): Sql {
  const rows = sql`FROM ${branch} WHERE ${inTime('d')}`;
  if (!from) return rows;
  if (from.isAt) return sql`${rows} AND d.value ${raw(descending ? '<=' : '>=')} ${from.value}`;
  const keys = [raw('d.value'), raw('d.seq')].map(value => ({ value, descending }));
  const position = from.seq === undefined ? [from.value] : [from.value, from.seq];
  return sql`${rows} AND ${after(keys.slice(0, position.length), position)}`;
}

/** The value before which a line has about as many rows as asked for from a place on; undefined when it has not so many. */
async function boundOf(line: Line, from: Place | undefined, size: number, { store, budgetMs }: RunSettings) {
  const { branches, descending } = line;
  const end = raw(`ORDER BY d.value${descending ? ' DESC' : ''} LIMIT 1 OFFSET ${Math.floor(size / branches.length)}`);
  const columns = branches.map(
    (branch, i) => sql`(SELECT d.value ${rowsFrom(branch, line, from)} ${end}) AS ${raw(`b${i}`)}`,
  );
  const [row] = await store.select(sql`SELECT ${join(columns, ', ')}`, { budgetMs });
  const bounds = branches.flatMap((_, i) => (row![`b${i}`] ?? []) as string | number);
  return bounds.reduce<string | number | undefined>(
    (best, one) => (best === undefined || one < best !== descending ? one : best),
    undefined,
  );
}

/** The next versions of a line, about as many as asked for; but all that share a value, where they are more. */
export async function nextBlock(
  line: Line,
  from: Place | undefined,
  size: number,
  settings: RunSettings,
): Promise<Block> {
  const { branches, descending } = line;
  if (branches.length === 0) return { seqs: [], isTie: true };
  const read = async (which: Sql) => {
    const rows = branches.map(branch => sql`SELECT d.seq AS seq ${rowsFrom(branch, line, from)}${which}`);
    const query = sql`SELECT group_concat(q.seq, ',') AS positions FROM (${join(rows, ' UNION ALL ')}) q`;
    const [row] = await settings.store.select(query, { budgetMs: settings.budgetMs });
    return numbersOf(String(row?.['positions'] ?? ''));
  };
  const bound = await boundOf(line, from, size, settings);
  if (bound === undefined) return { seqs: await read(raw('')), isTie: false };
  const before = await read(sql` AND d.value ${raw(descending ? '>' : '<')} ${bound}`);
  if (before.length > 0) return { seqs: before, isTie: false, end: { value: bound, isAt: true } };
  return { seqs: await read(sql` AND d.value = ${bound}`), isTie: true, end: { value: bound, isAt: false } };
}
