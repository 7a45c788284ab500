/**
 * Parameters answered without index rows of their own: `_id`, `_lastUpdated`; and `:missing`.
 * @see https://hl7.org/fhir/R4/search.html#all
 */
import type { Interval } from '../fhir/datetime.ts';
import { resourceTable } from '../store/resource-table.ts';
import { join, type Sql, sql } from '../store/sql.ts';
import { type At, anyOf, type Condition, hashOf, never, not } from './condition.ts';
import type { PlanSettings } from './plan.ts';
import { refuseModifier, refuseValue } from './refuse.ts';
import type { SearchParam, Source } from './search-param.ts';
import { hasParam, shapeRange } from './shapes.ts';
import { compareDates, parseDateValue } from './types/date.ts';
import type { Prefix } from './types/search-type.ts';

/** `_id`, one or several. */
export function planId(type: string, name: string, modifier: string | undefined, values: readonly string[]): Condition {
  if (modifier === 'missing') return planAlways(!isAskedMissing(name, values));
  if (modifier !== undefined && modifier !== 'not') throw refuseModifier(name, modifier, 'token', ['missing', 'not']);
  const hashes = values.map(value => {
    const id = value.startsWith(`${type}/`) ? value.slice(type.length + 1) : value;
    if (!/^[A-Za-z0-9\-.]{1,64}$/.test(id))
      throw refuseValue(
        name,
        value,
        { en: 'an id: letters, digits, "-" and ".", at most 64', ja: ' id（英数字と - と . で64文字まで）' },
        'example-1',
      );
    return hashOf(type, id);
  });
  const ids: Condition = { op: 'ids', hashes };
  return modifier === 'not' ? not(ids) : ids;
}

/** The condition of a prefix on an instant against [from, to): one bound wherever the prefix has one. */
function compareInstant(prefix: Prefix, [from, to]: Interval, at: Sql, now: number): Sql {
  switch (prefix) {
    case 'eq':
      return sql`${at} >= ${from} AND ${at} < ${to}`;
    case 'ge':
      return sql`${at} >= ${from}`;
    case 'gt':
    case 'sa':
      return sql`${at} >= ${to}`;
    case 'le':
      return sql`${at} < ${to}`;
    case 'lt':
    case 'eb':
      return sql`${at} < ${from}`;
    default:
      return compareDates(prefix, [from, to], at, sql`(${at} + 1)`, now);
  }
}

/** `_lastUpdated`. */
export function planLastUpdated(
  type: string,
  name: string,
  modifier: string | undefined,
  values: readonly string[],
  settings: PlanSettings,
): Condition {
  if (modifier === 'missing') return planAlways(!isAskedMissing(name, values));
  if (modifier !== undefined) throw refuseModifier(name, modifier, 'date', ['missing']);
  return anyOf(
    values.map((value): Condition => {
      const [prefix, interval] = parseDateValue(name, value, settings.zone);
      const compare = (at: Sql) => compareInstant(prefix, interval, at, settings.now);
      const atVersion = (at: At) => compare(at.lastUpdated);
      // What lies inside another resource was changed when that one was, whatever its type.
      if (settings.registry !== settings.stored) return { op: 'test', test: atVersion };
      const where = sql`x.type = ${type} AND ${compare(sql`x.last_updated`)}`;
      const walk = prefix === 'ne' ? [] : ['last_updated'];
      return {
        op: 'range',
        range: { table: resourceTable, where, walk, probe: 'seq', repeats: false, rank: 75, atVersion },
      };
    }),
  );
}

/** The value of `:missing`. */
function isAskedMissing(name: string, values: readonly string[]): boolean {
  const value = values[0];
  if (values.length !== 1 || (value !== 'true' && value !== 'false'))
    throw refuseValue(name, values.join(','), { en: 'true or false', ja: ' true か false ' }, 'true');
  return value === 'true';
}

const planAlways = (holds: boolean): Condition => (holds ? { op: 'and', parts: [] } : never);

/** The resource has a value for a source, as a condition over `index_shape y`. @param only of references, the one type they may lead to */
function hasValue(source: Source, only?: string): Sql {
  if (source.whole) {
    const whole = sql`(${join(
      source.whole.map(part => hasValue(part)),
      ' AND ',
    )})`;
    return source.expressions.length === 1 ? whole : sql`(${whole} OR ${hasParam(source.param)})`;
  }
  return hasParam(source.param, only);
}

/** `:missing=true|false`. @param facts of the resources that are searched, see TypeParams */
export function planMissing(param: SearchParam, name: string, values: readonly string[], facts: number): Condition {
  const any = join(
    param.sources.map(source => hasValue(source, param.onlyTarget)),
    ' OR ',
  );
  return { op: 'range', range: shapeRange(facts, isAskedMissing(name, values) ? sql`NOT (${any})` : sql`(${any})`) };
}
