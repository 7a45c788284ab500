/**
 * merge-ranges: several ranges as one. Many alternatives that differ in one hash: a database takes 500 selects at most, and a list
 * faster than selects. Conditions on the one value of a version: the key finds both ends.
 */

import type { SqlValue } from '../store/sql.ts';
import { anyOf, list, type Sql, sql } from '../store/sql.ts';
import { type At, type Condition, named, nameOf, type Range } from './condition.ts';

/** Conditions that begin with both leading columns of a key. */
const leading = /^x\.param = \? AND x\.(code|target) = \?/;

/** The values, the last again and again until their number is a power of two: few texts of statements for any number of values. */
export function padded(values: readonly SqlValue[]): readonly SqlValue[] {
  const length = 2 ** Math.ceil(Math.log2(values.length));
  return [...values, ...Array<SqlValue>(length - values.length).fill(values.at(-1)!)];
}

/** The alternatives, those that differ in their code or target alone as one. */
export function mergeRanges(parts: readonly Condition[]): readonly Condition[] {
  const groups = new Map<string, { readonly first: Condition & { op: 'range' }; readonly hashes: SqlValue[] }>();
  const others: Condition[] = [];
  for (const part of parts) {
    if (part.op !== 'range' || !leading.test(part.range.where.text)) {
      others.push(part);
      continue;
    }
    const { table, where } = part.range;
    const [param, hash, ...rest] = where.values;
    const name = [table.name, where.text, param, ...rest].join(' ');
    const group = groups.get(name);
    if (group) group.hashes.push(hash!);
    else groups.set(name, { first: part, hashes: [hash!] });
  }
  const merged = [...groups.values()].map(({ first, hashes }): Condition => {
    if (hashes.length === 1) return first;
    return { op: 'range', range: { ...first.range, where: oneOf(first.range.where, padded(hashes)), walk: [] } };
  });
  return [...merged, ...others];
}

function oneOf({ text, values }: Sql, hashes: readonly SqlValue[]): Sql {
  const [param, , ...rest] = values;
  return {
    text: text.replace(leading, (_, column: string) => `x.param = ? AND x.${column} IN ${list(hashes).text}`),
    values: [param!, ...hashes, ...rest],
  };
}

/** Alternatives that are ranges of shapes as one: a version is looked up once for all of them. */
export function mergeShapes(parts: readonly Condition[]): readonly Condition[] {
  const shapes = parts.flatMap(part => (part.op === 'range' && part.range.ofShape ? [part.range] : []));
  if (shapes.length < 2) return parts;
  const where = anyOf(shapes.map(range => range.where));
  const others = parts.filter(part => part.op !== 'range' || !part.range.ofShape);
  return [...others, { op: 'range', range: { ...shapes[0]!, where, walk: [] } }];
}

/** Conditions of which all must hold, those on the same single value of a version as one. */
export function mergeSingles(parts: readonly Condition[]): readonly Condition[] {
  const merged: Condition[] = [];
  for (const part of parts) {
    const at = merged.findIndex(one => isSingle(one) && isSingle(part) && one.range.orders === part.range.orders);
    const other = merged[at];
    if (isSingle(part) && other && isSingle(other))
      merged[at] = named({ op: 'range', range: bothOf(other.range, part.range) }, nameOf(part));
    else merged.push(part);
  }
  return merged;
}

const isSingle = (part: Condition): part is Condition & { op: 'range' } =>
  part.op === 'range' && part.range.orders !== undefined;

function bothOf(a: Range, b: Range): Range {
  const { scan: _, unless: __, unlessOnly: ___, estimate: ____, atMoment: _____, ...rest } = a;
  const find = sql`${a.estimate ?? a.where} AND ${b.estimate ?? b.where}`;
  const [first, second] = [a.atMoment, b.atMoment];
  return {
    ...rest,
    where: sql`${a.where} AND ${b.where}`,
    ...((a.estimate || b.estimate) && { estimate: find }),
    ...(a.scan && b.scan && { scan: true }),
    ...(first && second && { atMoment: (at: At) => sql`${first(at)} AND ${second(at)}` }),
  };
}
