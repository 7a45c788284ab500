/**
 * range-test: a range of index rows as a test on one version, looked up by its key or by the version.
 */
import { raw, type Sql, sql } from '../store/sql.ts';
import { leadsWithSeq } from '../store/tables.ts';
import type { At, Range } from './condition.ts';

/** The version has a row in the range; of contained resources the very one at hand. */
export function rangeTest(range: Range, at: At, contained: boolean): Sql {
  if (range.atVersion) return sql`(${range.atVersion(at)})`;
  if (contained) return containedTest(range, at);
  if (range.atMoment) return sql`(${range.atMoment(at)})`;
  const from = sql`FROM ${raw(range.table.name)} x WHERE ${range.where}`;
  if (range.probe === 'set') return sql`${at.seq} IN (SELECT x.seq ${from})`;
  if (range.probe === 'moment') return sql`EXISTS (SELECT 1 ${from} AND x.moment = ${at.moment} AND x.seq = ${at.seq})`;
  const where = range.table.bySeq || leadsWithSeq(range.table) ? notByKey(range.where) : range.where;
  return sql`EXISTS (SELECT 1 FROM ${raw(range.table.name)} x WHERE ${where} AND x.seq = ${at.seq})`;
}

/** The same contained resource, not another one of the container. */
function containedTest(range: Range, at: At): Sql {
  const place = placeColumn(range);
  const moment = place === undefined ? sql`` : sql` AND x.${raw(place)} = ${at.moment}`;
  return sql`EXISTS (SELECT 1 FROM ${raw(range.table.name)} x WHERE ${range.where}${moment} AND x.seq = ${at.seq})`;
}

/** The column that says which contained resource a row is of. */
function placeColumn({ table }: Range): 'inside' | 'moment' | undefined {
  const has = (name: string) => table.columns.some(column => column.name === name);
  return has('inside') ? 'inside' : has('moment') ? 'moment' : undefined;
}

/**
 * Written so that the row is looked up by its version (the second index) and not by walking the range of the key. The second
 * index does not have `kind`: for its sake the planner would rather read all references of the parameter.
 */
export function notByKey({ text, values }: Sql): Sql {
  const keys = text.includes('x.kind') ? /\bx\.(param|target)\b/g : /\bx\.(unit|lo|hi|exact|target)\b/g;
  return { text: text.replace(keys, '+x.$1').replace(/\bx\.(text|params)\b/g, "(x.$1 || '')"), values };
}
