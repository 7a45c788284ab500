/**
 * among: where to look for what is not there. What has no value for a parameter is among few shapes; what does not have a code has
 * another code of the parameter, or none: these are named before the query, which then walks them instead of testing all versions.
 */
import { list, type Sql, sql } from '../store/sql.ts';
import type { Scope } from './compile.ts';
import { anyOf, type Codes, type Condition, never, type Range } from './condition.ts';
import type { RunSettings } from './match.ts';
import { atMost } from './order.ts';
import { hasOtherSystem, lacksCodes, ofShapes } from './shapes.ts';
import { tokenTable } from './tables.ts';

/** Most shapes that are named in the query. */
const fewShapes = 500;
/** Most excluded codes between which ranges of the key are named. */
const fewExcluded = 4;

/** Fewer different codes beside those excluded are walked one by one. */
const fewOthers = 8;

interface Shaped {
  readonly shape: string;
  readonly params: string;
}

/** The shapes of a type that fulfil a condition, ` AND …` over `index_shape y`; undefined when they are many. */
async function shapesOf(facts: number, which: Sql, { store, budgetMs }: RunSettings) {
  const query = sql`SELECT y.shape, y.params FROM index_shape y WHERE y.param = ${facts}${which} ORDER BY y.shape ${atMost(fewShapes + 1)}`;
  const rows = await store.select(query, { budgetMs });
  if (rows.length > fewShapes) return undefined;
  return rows.map((row): Shaped => ({ shape: String(row['shape']), params: String(row['params']) }));
}

/** A condition on shapes as ranges of their versions, when they are few. */
export async function measureShapes(range: Range, settings: RunSettings): Promise<Condition> {
  const { facts, which } = range.shapes!;
  const shapes = await shapesOf(facts, sql` AND ${which}`, settings);
  if (!shapes) return { op: 'range', range };
  return shapes.length === 0 ? never : ofShapes(shapes.map(one => one.shape));
}

/** The codes that a condition is about, where it is about nothing else: those of its first source, where it has several. */
function codesOf(part: Condition): readonly Codes[] {
  if (part.op === 'range') return part.range.codes ? [part.range.codes] : [];
  if (part.op !== 'or') return [];
  const all = part.parts.map(codesOf);
  return all.some(codes => codes.length === 0) ? [] : all.flat().filter(one => one.param === all[0]![0]!.param);
}

/** Where the values lie that do not fulfil a condition, or one of several alternatives. */
function besideOf(part: Condition): Range['beside'] {
  if (part.op === 'range') return part.range.beside;
  return part.op === 'or' ? part.parts.map(besideOf).find(Boolean) : undefined;
}

/** The negation with what fulfils it can be found among, where that can be told. */
export async function measureNot(
  part: Condition & { op: 'not' },
  { facts }: Scope,
  settings: RunSettings,
): Promise<Condition> {
  const codes = codesOf(part.part);
  const beside = besideOf(part.part);
  const param = codes[0]?.param ?? beside?.param;
  if (param === undefined || facts === undefined) return part;
  const shapes = await shapesOf(facts, sql``, settings);
  if (!shapes) return part;
  const without = shapes.filter(one => lacksCodes(one.params, param));
  const excluded = [...new Set(codes.flatMap(one => one.hashes))];
  const parts = [
    ...(codes.length > 0 ? await otherCodes(param, excluded, settings) : [beside!.found]),
    ...(without.length > 0
      ? [
          ofShapes(
            without.map(one => one.shape),
            [],
          ),
        ]
      : []),
    ...codes.flatMap(one => otherSystems(one, shapes)),
  ];
  return parts.length === 0 ? never : { ...part, among: anyOf(parts) };
}

/** The rows that have one of the codes of another system, where there are any: nothing leads to them, they are read through last. */
function otherSystems({ param, hashes, systems, few }: Codes, shapes: readonly Shaped[]): readonly Condition[] {
  if (!systems || (few && !shapes.some(one => hasOtherSystem(one.params, param, systems)))) return [];
  const rows = sql`x.param = ${param} AND x.code IN ${list(hashes)} AND x.system NOT IN ${list(systems)}`;
  return [tokens(rows, [], few)];
}

/** The rows of a source that have other codes: one range each while there are few codes, else what lies between those excluded. */
async function otherCodes(
  param: number,
  hashes: readonly bigint[],
  { store, budgetMs }: RunSettings,
): Promise<readonly Condition[]> {
  const most = fewOthers + hashes.length;
  const next = (after: Sql) => sql`(SELECT min(x.code) FROM index_token x WHERE x.param = ${param}${after})`;
  // Hops from one code to the next.
  const query = sql`WITH RECURSIVE c(code, n) AS (SELECT ${next(sql``)}, 1
    UNION ALL SELECT ${next(sql` AND x.code > c.code`)}, c.n + 1 FROM c WHERE c.code IS NOT NULL AND c.n < ${most})
    SELECT CAST(code AS TEXT) AS code FROM c WHERE code IS NOT NULL`;
  const found = await store.select(query, { budgetMs });
  const codes = found.map(row => BigInt(String(row['code'])));
  const others = codes.filter(code => !hashes.includes(code));
  if (codes.length < most) return others.map(code => tokens(sql`x.param = ${param} AND x.code = ${code}`, ['moment']));
  const ends = hashes.toSorted((a, b) => (a < b ? -1 : 1));
  if (ends.length > fewExcluded) return [tokens(sql`x.param = ${param} AND x.code NOT IN ${list(ends)}`, [], true)];
  const bounds = [undefined, ...ends, undefined];
  return bounds.slice(1).map((to, i) => {
    const from = bounds[i];
    const above = from === undefined ? sql`` : sql` AND x.code > ${from}`;
    const below = to === undefined ? sql`` : sql` AND x.code < ${to}`;
    return tokens(sql`x.param = ${param}${above}${below}`, []);
  });
}

const tokens = (where: Sql, walk: readonly string[], scan = false): Condition => ({
  op: 'range',
  range: { table: tokenTable, where, walk, probe: 'moment', repeats: true, rank: 97, ...(scan && { scan }) },
});
