/**
 * sift-line: what is walked to find resources in the order of a sort's first key: rows of an index that lie in this order, read in
 * blocks, by their values, as positions of versions.
 */
import { join, raw, type Sql, sql } from '../store/sql.ts';
import { type RunSettings, type TypeSearch, valueRows, valuesInOrder } from './match.ts';
import { after } from './order.ts';
import { numbersOf } from './positions.ts';
import { type Branch, quantityRows } from './quantity-sort.ts';
import { inTime, versionsOfType } from './readable.ts';
import { type SortWalk, walkedValue } from './sort.ts';

/** Rows in the order of a value, of which a version can have several. */
export interface Line {
  readonly branches: readonly Branch[];
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
    return { branches: [{ rows }], value: raw('v.last_updated'), descending };
  }
  const walk = valuesInOrder(search);
  if (walk) return { branches: [{ rows: valueRows(walk) }], value: walkedValue(walk, descending), descending, walk };
  const quantities = await quantityRows(search, settings);
  return quantities && { ...quantities, descending };
}

/** All resources of a type by their position alone: for those that have no value to sort by. */
export const lineOfType = (search: TypeSearch, descending: boolean): Line => ({
  branches: [{ rows: sql`(SELECT t.seq, t.seq AS value FROM (${versionsOfType(search.scope.type)}) t) d` }],
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
function rowsFrom({ rows: branch, extent }: Branch, { descending }: Line, from: Place | undefined): Sql {
  const rows = sql`FROM ${branch} WHERE ${inTime('d')}`;
  const first = descending ? extent?.greatest : extent?.least;
  const isAhead = first !== undefined && Number.isFinite(first) && (!from || first < Number(from.value) === descending);
  const start = isAhead && first !== from?.value ? { value: first, isAt: true } : from;
  if (!start) return rows;
  if (start.isAt) return sql`${rows} AND d.value ${raw(descending ? '<=' : '>=')} ${start.value}`;
  const keys = [raw('d.value'), raw('d.seq')].map(value => ({ value, descending }));
  const position = 'seq' in start && start.seq !== undefined ? [start.value, start.seq] : [start.value];
  return sql`${rows} AND ${after(keys.slice(0, position.length), position)}`;
}

/** True when a branch has nothing that is asked for from a place on. */
function isOver({ extent }: Branch, { descending }: Line, from: Place | undefined): boolean {
  if (!extent || !from) return false;
  return descending ? Number(from.value) < extent.least : Number(from.value) > extent.greatest;
}

/** The branches of a line that have rows from a place on, the one that begins first before the others. */
async function branchesFrom(line: Line, from: Place | undefined, { store, budgetMs }: RunSettings) {
  const { descending } = line;
  const branches = line.branches.filter(branch => !isOver(branch, line, from));
  if (branches.length < 2) return branches;
  const first = raw(`ORDER BY d.value${descending ? ' DESC' : ''} LIMIT 1`);
  const columns = branches.map(
    (branch, i) => sql`(SELECT d.value ${rowsFrom(branch, line, from)} ${first}) AS ${raw(`b${i}`)}`,
  );
  const [row] = await store.select(sql`SELECT ${join(columns, ', ')}`, { budgetMs });
  const value = (i: number) => row![`b${i}`] as string | number | null;
  const some = branches.map((_, i) => i).filter(i => value(i) !== null);
  return some.sort((a, b) => (value(a)! < value(b)! === descending ? 1 : -1)).map(i => branches[i]!);
}

const isBefore = ({ descending }: Line, bound: string | number): Sql =>
  sql` AND d.value ${raw(descending ? '>' : '<')} ${bound}`;

/** The value before which no branch has more rows than asked for from a place on; undefined when they all have no more. */
async function boundOf(
  line: Line,
  branches: readonly Branch[],
  from: Place | undefined,
  size: number,
  run: RunSettings,
) {
  const last = raw(`ORDER BY d.value${line.descending ? ' DESC' : ''} LIMIT 1 OFFSET ${size}`);
  let bound: string | number | undefined;
  for (const branch of branches) {
    const before = bound === undefined ? raw('') : isBefore(line, bound);
    const query = sql`SELECT d.value AS value ${rowsFrom(branch, line, from)}${before} ${last}`;
    const [row] = await run.store.select(query, { budgetMs: run.budgetMs });
    if (row) bound = row['value'] as string | number;
  }
  return bound;
}

/** The next versions of a line, about as many as asked for; but all that share a value, where they are more. */
export async function nextBlock(
  line: Line,
  from: Place | undefined,
  size: number,
  settings: RunSettings,
): Promise<Block> {
  const branches = await branchesFrom(line, from, settings);
  const read = async (which: Sql) => {
    if (branches.length === 0) return [];
    const rows = branches.map(branch => sql`SELECT d.seq AS seq ${rowsFrom(branch, line, from)}${which}`);
    const query = sql`SELECT group_concat(q.seq, ',') AS positions FROM (${join(rows, ' UNION ALL ')}) q`;
    const [row] = await settings.store.select(query, { budgetMs: settings.budgetMs });
    return numbersOf(String(row?.['positions'] ?? ''));
  };
  const bound = await boundOf(line, branches, from, size, settings);
  if (bound === undefined) return { seqs: await read(raw('')), isTie: false };
  const before = await read(isBefore(line, bound));
  if (before.length > 0) return { seqs: before, isTie: false, end: { value: bound, isAt: true } };
  return { seqs: await read(sql` AND d.value = ${bound}`), isTie: true, end: { value: bound, isAt: false } };
}
