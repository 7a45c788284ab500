/**
 * unit-catalogue: the units and values that quantities have where a code is asked for. Measurements of one code usually have one unit:
 * the values of others, and those beyond its own, need not be walked. Looked up once for a criterion, and then learned from what was written since.
 */
import { join, raw, sql } from '../store/sql.ts';
import type { Row, Store } from '../store/store.ts';
import { testSql } from './compile.ts';
import type { At, Condition } from './condition.ts';
import { type Followed, follow, nextPart, nothingYet } from './follow.ts';
import type { RunSettings } from './match.ts';
import { listable, positionsOf } from './positions.ts';
import { inTime } from './readable.ts';

/** Most criteria that are kept, and characters of one. */
const mostCriteria = 200;
const mostCharacters = 1000;

/** Values of a unit, from the least to the greatest. */
export interface Extent {
  readonly unit: number;
  readonly least: number;
  readonly greatest: number;
}

interface Units extends Followed {
  readonly known: Map<number, Extent>;
}

const all = new WeakMap<Store, Map<string, Units>>();

/** What is asked of codes, references and texts, by the rows that fulfil it; undefined for all else. */
function keyOf(part: Condition, param: number): string | undefined {
  const ranges = listable(part);
  if (!ranges?.every(({ table: { name } }) => /_(token|reference|use)$/.test(name))) return undefined;
  const key = [param, ...ranges.flatMap(({ where }) => [where.text, ...where.values])].join('\n');
  return key.length > mostCharacters ? undefined : key;
}

/** Of all units those that a quantity has where some criteria are fulfilled, and their values, as far as these are known. */
export async function unitsAmong(
  units: readonly Extent[],
  parts: readonly Condition[],
  param: number,
  settings: RunSettings,
): Promise<readonly Extent[]> {
  let found = units;
  for (const part of parts) {
    const key = keyOf(part, param);
    const one = key === undefined ? undefined : all.get(settings.store)?.get(key);
    if (!one) continue;
    await follow(one, settings, (after, last, run) => learn(one, part, param, { after, last }, run));
    found = found.flatMap(({ unit, least, greatest }) => {
      const own = one.known.get(unit);
      if (!own || own.least > greatest || own.greatest < least) return [];
      return { unit, least: Math.max(least, own.least), greatest: Math.min(greatest, own.greatest) };
    });
  }
  return found;
}

/** Learns from versions of a part of the change feed what is not within the values known. */
async function learn(
  { known }: Units,
  part: Condition,
  param: number,
  { after, last }: { readonly after: number; readonly last: number },
  run: RunSettings,
): Promise<number> {
  const upTo = nextPart(after, last);
  const at: At = { seq: raw('d.seq'), moment: raw('d.moment'), h: raw('0'), lastUpdated: raw('0') };
  const within = [...known.values()].map(
    ({ unit, least, greatest }) => sql` AND NOT (+q.unit = ${unit} AND +q.lo >= ${least} AND +q.lo <= ${greatest})`,
  );
  const rows = sql`(SELECT q.seq, q.moment, q.unit, q.lo FROM index_quantity q
    WHERE q.seq > ${after} AND q.seq <= ${upTo} AND +q.param = ${param} AND (q.unit & 1) = 1${join(within, '')}) d`;
  const query = sql`SELECT ${extentColumns} FROM ${rows} WHERE ${inTime('d')} AND ${testSql(part, at, run)} GROUP BY d.unit`;
  for (const row of await run.store.select(query, { budgetMs: run.budgetMs })) {
    const { unit, least, greatest } = toExtent(row);
    const own = known.get(unit) ?? { least, greatest };
    known.set(unit, { unit, least: Math.min(least, own.least), greatest: Math.max(greatest, own.greatest) });
  }
  return upTo;
}

const extentColumns = raw('d.unit AS unit, min(d.lo) AS least, max(d.lo) AS greatest');
const toExtent = (row: Row): Extent => ({
  unit: Number(row['unit']),
  least: Number(row['least']),
  greatest: Number(row['greatest']),
});

/**
 * Looks up the units of a quantity, and their values, where a criterion is fulfilled, and keeps them.
 * @returns false where they are known already, or cannot be kept
 */
export async function findUnits(part: Condition, param: number, settings: RunSettings): Promise<boolean> {
  const { store, sight, budgetMs } = settings;
  const key = keyOf(part, param);
  const kept = all.get(store) ?? new Map<string, Units>();
  all.set(store, kept);
  if (key === undefined || kept.has(key) || sight.asOf === undefined) return false;
  const rows = join(listable(part)!.map(positionsOf), ' UNION ');
  // In the order of versions neighbours lie together.
  const values = sql`(SELECT q.seq, q.unit, q.lo FROM (SELECT * FROM (${rows}) r ORDER BY r.seq) v CROSS JOIN index_quantity q
    WHERE q.seq = v.seq AND q.seq <= ${sight.asOf} AND q.param = ${param} AND (q.unit & 1) = 1) d`;
  const query = sql`SELECT ${extentColumns} FROM ${values} GROUP BY d.unit`;
  const found = (await store.select(query, { budgetMs })).map(toExtent);
  kept.set(key, { ...nothingYet(), upTo: sight.asOf, known: new Map(found.map(one => [one.unit, one])) });
  for (const oldest of kept.keys()) if (kept.size > mostCriteria) kept.delete(oldest);
  return true;
}
