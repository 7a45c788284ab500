/**
 * quantity-sort: sorting by a quantity. Comparable units lie side by side in the index, each in the order of its values: they are
 * walked together. Quantities in units that are only written go by their number among them; they are few and kept in memory.
 */
import { list, raw, type Sql, sql } from '../store/sql.ts';
import type { Store } from '../store/store.ts';
import { drive } from './compile.ts';
import { type Followed, follow, nextPart, nothingYet } from './follow.ts';
import { type Begun, inOrder, type RunSettings, type TypeSearch, withoutValue } from './match.ts';
import { wholeOnly } from './sort.ts';
import { unitsOf } from './types/quantity.ts';

/** Most units that are walked together, and most resources without a comparable unit. */
const mostUnits = 60;
const mostWritten = 500;

interface Written extends Followed {
  /** Versions that have no comparable unit; undefined when they are too many. */
  seqs: number[] | undefined;
}

const all = new WeakMap<Store, Map<number, Written>>();

/** The versions that have quantities in written units only. */
async function writtenOnly(param: number, settings: RunSettings): Promise<readonly number[] | undefined> {
  const ofStore = all.get(settings.store) ?? new Map<number, Written>();
  all.set(settings.store, ofStore);
  const written = ofStore.get(param) ?? { ...nothingYet(), seqs: [] };
  ofStore.set(param, written);
  await follow(written, settings, async (after, last, { store, budgetMs }) => {
    if (!written.seqs) return last;
    const upTo = nextPart(after, last);
    const query = sql`SELECT x.seq AS seq FROM index_quantity x WHERE x.seq > ${after} AND x.seq <= ${upTo} AND +x.param = ${param}
      GROUP BY x.seq HAVING max(x.unit & 1) = 0 LIMIT ${raw(String(mostWritten + 1))}`;
    written.seqs.push(...(await store.select(query, { budgetMs })).map(row => Number(row['seq'])));
    if (written.seqs.length > mostWritten) written.seqs = undefined;
    return upTo;
  });
  return written.seqs;
}

/**
 * Begins with all values of the quantity that is sorted by first.
 * @returns undefined when it is not the only one of its kind, or has too many units
 */
export async function beginByQuantity(
  search: TypeSearch,
  settings: RunSettings,
): Promise<readonly Begun[] | undefined> {
  const [sort] = search.sort;
  if (sort?.by !== 'column' || sort.param.type !== 'quantity' || sort.param.sources.length !== 1) return undefined;
  const { param } = sort.param.sources[0]!;
  const query = unitsOf(param, 1, mostUnits + 1);
  const units = (await settings.store.select(query, { budgetMs: settings.budgetMs })).map(row => Number(row['unit']));
  const written = units.length > mostUnits ? undefined : await writtenOnly(param, settings);
  if (!written) return undefined;
  const values = (which: Sql, comparable: Sql): Sql =>
    sql`(SELECT x.seq, x.moment, x.lo AS value FROM index_quantity x WHERE ${which} AND NOT EXISTS (SELECT 1 FROM index_quantity y
      WHERE +y.param = ${param} AND y.seq = x.seq${comparable} AND +y.lo ${raw(sort.descending ? '>' : '<')} x.lo)) d`;
  const branches = units.map(unit =>
    values(sql`x.param = ${param} AND x.unit = ${unit}`, raw(' AND (y.unit & 1) = 1')),
  );
  if (written.length > 0) branches.push(values(sql`x.seq IN ${list(written)} AND +x.param = ${param}`, raw('')));
  const begin = drive(search.parts, undefined, search.scope, settings);
  const rows = { ...begin, branches, kind: 'rows', hasMoment: true, walk: ['lo'], repeats: true } as const;
  const walk = { table: 'index_quantity', column: 'lo', param, which: wholeOnly(sort.param.type) };
  const last = withoutValue(begin, walk, search);
  if (branches.length === 0) return [last];
  const first = inOrder(rows, { value: raw('d.value'), descending: sort.descending }, search);
  walks.set(search, { ...first, from: walk.table });
  return [first, last];
}

const walks = new WeakMap<TypeSearch, Begun>();

/** How a search has walked the values of a quantity; undefined when it has not. */
export const quantityWalk = (search: TypeSearch): Begun | undefined => walks.get(search);
