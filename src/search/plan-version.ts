/**
 * Parameters answered without index rows of their own: `_id`, `_lastUpdated`; and `:missing`.
 * @see https://hl7.org/fhir/R4/search.html#all
 */
import { sql } from '../store/sql.ts';
import { anyOf, type Condition, hashOf, never, not, type Range } from './condition.ts';
import type { PlanSettings } from './plan.ts';
import { refuseModifier, refuseValue } from './refuse.ts';
import type { SearchParam, Source } from './search-param.ts';
import {
  compositeTable,
  dateTable,
  numberTable,
  positionTable,
  presentTable,
  quantityTable,
  referenceTable,
  stringTable,
  uriTable,
} from './tables.ts';
import { compareDates, parseDateValue } from './types/date.ts';
import { kindHash } from './types/reference.ts';

/** `_id`, one or several. */
export function planId(type: string, name: string, modifier: string | undefined, values: readonly string[]): Condition {
  if (modifier !== undefined && modifier !== 'not') throw refuseModifier(name, modifier, 'token', ['not']);
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

/** `_lastUpdated`. */
export function planLastUpdated(
  name: string,
  modifier: string | undefined,
  values: readonly string[],
  settings: PlanSettings,
): Condition {
  if (modifier === 'missing') return planAlways(values[0] !== 'true');
  if (modifier !== undefined) throw refuseModifier(name, modifier, 'date', ['missing']);
  return anyOf(
    values.map((value): Condition => {
      const [prefix, interval] = parseDateValue(name, value, settings.zone);
      return {
        op: 'test',
        test: at =>
          sql`(${compareDates(prefix, interval, at.lastUpdated, sql`(${at.lastUpdated} + 1)`, settings.now)})`,
      };
    }),
  );
}

const planAlways = (holds: boolean): Condition => (holds ? { op: 'and', parts: [] } : never);

const tableOf = new Map([
  ['date', dateTable],
  ['string', stringTable],
  ['number', numberTable],
  ['quantity', quantityTable],
  ['uri', uriTable],
  ['reference', referenceTable],
  ['composite', compositeTable],
  ['special', positionTable],
]);

/** The resource has any value for one of the sources. */
function hasAny(param: SearchParam): Condition {
  const range = (source: Source, table: Range['table'], extra = sql``): Condition => ({
    op: 'range',
    range: { table, where: sql`x.param = ${source.param}${extra}`, walk: [], probe: 'seq', repeats: true, rank: 95 },
  });
  return anyOf(
    param.sources.flatMap(source => {
      const table = tableOf.get(source.kind);
      if (!table) return [range(source, presentTable)];
      if (source.kind !== 'reference') return [range(source, table)];
      if (param.onlyTarget !== undefined)
        return [range(source, table, sql` AND x.kind = ${kindHash(param.onlyTarget)}`)];
      return [range(source, table), range(source, presentTable)];
    }),
  );
}

/** `:missing=true|false`. */
export function planMissing(param: SearchParam, name: string, values: readonly string[]): Condition {
  const value = values[0];
  if (values.length !== 1 || (value !== 'true' && value !== 'false'))
    throw refuseValue(name, values.join(','), { en: 'true or false', ja: ' true か false ' }, 'true');
  const any = hasAny(param);
  return value === 'true' ? not(any) : any;
}
