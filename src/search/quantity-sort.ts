/**
 * quantity-sort: sorting by a quantity. Comparable units lie side by side in the index, each in the order of its values: they are
 * walked together. Quantities in units that are only written go by their number among them; they are few and kept in memory.
 */
import { list, raw, type Sql, sql } from '../store/sql.ts';
import type { Store } from '../store/store.ts';
import { drive } from './compile.ts';
import { type Followed, follow, nextPart, nothingYet } from './follow.ts';
import { type Begun, inOrder, type RunSettings, type TypeSearch, withoutValue } from './match.ts';
import { supersededBy } from './readable.ts';
import { type SortKey, type SortWalk, walkedValue } from './sort.ts';
import { unitsOf } from './types/quantity.ts';
import { type Extent, unitsAmong } from './unit-catalogue.ts';

/** Most units that are walked together, and most resources without a comparable unit. */
const mostUnits = 60;
const mostWritten = 500;
/** Most versions of these that are kept: with the superseded ones that page links still show. */
const mostVersions = 10_000;

interface Written extends Followed {
  /** Versions that have no comparable unit; undefined when too many resources or versions have none. */
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
      GROUP BY x.seq HAVING max(x.unit & 1) = 0 LIMIT ${raw(String(mostVersions + 1))}`;
    const rows = await store.select(query, { budgetMs });
    // Another search may have put a shorter list in its place meanwhile.
    written.seqs?.push(...rows.map(row => Number(row['seq'])));
    return upTo;
  });
  return written.seqs && written.seqs.length > mostWritten ? shownOf(written, param, settings) : written.seqs;
}

/** Those of many versions that a search shows; those without rows, which nobody can see any more, are dropped. */
async function shownOf(
  written: Written,
  param: number,
  { store, sight, budgetMs }: RunSettings,
): Promise<readonly number[] | undefined> {
  const known = written.seqs!;
  const [upTo, count] = [written.upTo, known.length];
  if (known.length > mostVersions) {
    written.seqs = undefined;
    return undefined;
  }
  const superseded = (by: number): Sql => sql`max(CASE WHEN x.seq IN (${supersededBy(by)}) THEN 1 ELSE 0 END)`;
  const query = sql`SELECT x.seq AS seq, ${superseded(upTo)} AS now, ${superseded(sight.asOf!)} AS asked
    FROM index_quantity x WHERE x.seq IN ${list(known)} AND +x.param = ${param} GROUP BY x.seq`;
  const rows = await store.select(query, { budgetMs });
  const isRefused = rows.filter(row => Number(row['now']) === 0).length > mostWritten;
  // Unless another search has read on meanwhile: what it has read is in the list before the position says so.
  if (written.seqs === known && written.upTo === upTo && known.length === count)
    written.seqs = isRefused ? undefined : rows.map(row => Number(row['seq']));
  const shown = rows.filter(row => Number(row['asked']) === 0 && Number(row['seq']) <= sight.asOf!);
  return isRefused ? undefined : shown.map(row => Number(row['seq']));
}

/** A FROM item that yields `d.seq` and, in its order, `d.value`; where what is asked for has values of an extent only, that. */
export interface Branch {
  readonly rows: Sql;
  readonly extent?: Pick<Extent, 'least' | 'greatest'>;
}

/** The values of a quantity, and how each version's best is told. */
interface QuantityRows {
  readonly branches: readonly Branch[];
  readonly value: Sql;
  readonly walk: SortWalk;
}

/**
 * All values of the quantity that is sorted by first.
 * @param only condition over a row `x` and those `y` of its version: which of them count
 * @returns undefined when it is not the only one of its kind, or has too many units
 */
export async function quantityRows(
  search: TypeSearch,
  settings: RunSettings,
  only: (comparable: Sql) => Sql = () => raw(''),
): Promise<QuantityRows | undefined> {
  const [sort] = search.sort;
  if (!sortsByQuantity(sort)) return undefined;
  const { param } = sort.param.sources[0]!;
  const query = unitsOf(param, 1, mostUnits + 1);
  const units = (await settings.store.select(query, { budgetMs: settings.budgetMs })).map(row => Number(row['unit']));
  const written = units.length > mostUnits ? undefined : await writtenOnly(param, settings);
  if (!written) return undefined;
  const whole = units.map(unit => ({ unit, least: Number.NEGATIVE_INFINITY, greatest: Number.POSITIVE_INFINITY }));
  const own = await unitsAmong(whole, search.parts, param, settings);
  const values = (which: Sql, comparable: Sql): Sql =>
    sql`(SELECT x.seq, x.moment, x.lo AS value FROM index_quantity x WHERE ${which}${only(comparable)}) d`;
  const branches = own.map(
    (one): Branch => ({
      rows: values(sql`x.param = ${param} AND x.unit = ${one.unit}`, raw(' AND (y.unit & 1) = 1')),
      extent: one,
    }),
  );
  if (written.length > 0)
    branches.push({ rows: values(sql`x.seq IN ${list(written)} AND +x.param = ${param}`, raw('')) });
  const walk = { table: 'index_quantity', column: 'lo', param, which: raw('') };
  if (branches.length > 0) walks.set(search, { walked: true, from: walk.table });
  return { branches, value: walkedValue(walk, sort.descending), walk };
}

/** True when all values of a quantity can be walked, unless it has too many units. */
export const sortsByQuantity = (sort: SortKey | undefined): sort is SortKey & { by: 'column' } =>
  sort?.by === 'column' && sort.param.type === 'quantity' && sort.param.sources.length === 1;

/**
 * Begins with all values of the quantity that is sorted by first.
 * @returns undefined when it is not the only one of its kind, or has too many units
 */
export async function beginByQuantity(
  search: TypeSearch,
  settings: RunSettings,
): Promise<readonly Begun[] | undefined> {
  const [sort] = search.sort;
  const sign = raw(sort?.descending ? '>' : '<');
  const rows = await quantityRows(
    search,
    settings,
    comparable => sql` AND NOT EXISTS (SELECT 1 FROM index_quantity y
      WHERE +y.param = x.param AND y.seq = x.seq${comparable} AND +y.lo ${sign} x.lo)`,
  );
  if (!sort || !rows) return undefined;
  const { branches, walk } = rows;
  const begin = drive(search.parts, undefined, search.scope, settings);
  const all = {
    ...begin,
    branches: branches.map(one => one.rows),
    kind: 'rows',
    hasMoment: true,
    walk: ['lo'],
    repeats: true,
  } as const;
  const last = withoutValue(begin, walk, search);
  if (branches.length === 0) return [last];
  const first = inOrder(all, { value: raw('d.value'), descending: sort.descending }, search);
  return [{ ...first, from: walk.table }, last];
}

const walks = new WeakMap<TypeSearch, Pick<Begun, 'walked' | 'from'>>();

/** How a search has walked the values of a quantity; undefined when it has not. */
export const quantityWalk = (search: TypeSearch): Pick<Begun, 'walked' | 'from'> | undefined => walks.get(search);
