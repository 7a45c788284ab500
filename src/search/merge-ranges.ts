/** Many alternatives that differ in one hash as one range: a database takes 500 selects at most, and a list faster than selects. */

import type { SqlValue } from '../store/sql.ts';
import { anyOf, list, type Sql } from '../store/sql.ts';
import type { Condition } from './condition.ts';

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
