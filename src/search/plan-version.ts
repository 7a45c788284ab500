/**
 * Parameters answered without index rows of their own: `_id`, `_lastUpdated`; and `:missing`.
 * @see https://hl7.org/fhir/R4/search.html#all
 */
import type { Interval } from '../fhir/datetime.ts';
import { resourceTable } from '../store/resource-table.ts';
import { type Sql, sql } from '../store/sql.ts';
import { type At, allOf, anyOf, type Condition, hashOf, never, not, type Range } from './condition.ts';
import { hasLink, holdsType, toInside } from './contained.ts';
import type { PlanSettings } from './plan.ts';
import { refuseModifier, refuseValue } from './refuse.ts';
import { presence } from './rows.ts';
import type { SearchParam, Source } from './search-param.ts';
import {
  compositeTable,
  dateTable,
  factsTable,
  numberTable,
  positionTable,
  quantityTable,
  referenceTable,
  stringTable,
} from './tables.ts';
import { compareDates, parseDateValue } from './types/date.ts';
import { kindHash } from './types/reference.ts';
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

const tableOf = new Map([
  ['date', dateTable],
  ['string', stringTable],
  ['number', numberTable],
  ['quantity', quantityTable],
  ['reference', referenceTable],
  ['composite', compositeTable],
  ['special', positionTable],
]);

/** The resource has any value for a source. @param only of references, the one type they may lead to */
function hasValue(source: Source, only?: string): Condition {
  const range = (table: Range['table'], extra = sql``): Condition => ({
    op: 'range',
    range: { table, where: sql`x.param = ${source.param}${extra}`, walk: [], probe: 'seq', repeats: true, rank: 95 },
  });
  const table = tableOf.get(source.kind);
  if (!table) return present(source);
  if (source.whole) {
    const whole = allOf(source.whole.map(part => hasValue(part)));
    return source.expressions.length === 1 ? whole : anyOf([whole, range(table)]);
  }
  if (source.kind !== 'reference') return range(table);
  if (only !== undefined)
    return anyOf([range(table, sql` AND x.kind = ${kindHash(only)}`), toInside([source.param], only, holdsType(only))]);
  return anyOf([range(table), present(source), hasLink(source.param)]);
}

/** The resource has a value, as its row of facts says: tested, never walked, since the row is looked up by the version. */
function present(source: Source): Condition {
  const where = sql`instr(x.params, ${presence(source.param)}) > 0`;
  return {
    op: 'range',
    range: { table: factsTable, where, walk: [], probe: 'seq', repeats: true, rank: 99, testOnly: true },
  };
}

/** `:missing=true|false`. */
export function planMissing(param: SearchParam, name: string, values: readonly string[]): Condition {
  const any = anyOf(param.sources.map(source => hasValue(source, param.onlyTarget)));
  return isAskedMissing(name, values) ? not(any) : any;
}
