/**
 * date: a value is the interval it names; prefixes compare intervals as the specification's table says.
 * @see https://hl7.org/fhir/R4/search.html#date and https://hl7.org/fhir/R4/search.html#prefix
 */

import { type Interval, parseInterval, periodInterval, timingInterval } from '../../fhir/datetime.ts';
import type { TypeInfo } from '../../fhirpath/compile.ts';
import { raw, type Sql, sql } from '../../store/sql.ts';
import { type At, anyOf, type Condition, type Range } from '../condition.ts';
import { refuseValue } from '../refuse.ts';
import { momentEpoch, momentWidths, noMoment, otherWidth, type Rows } from '../rows.ts';
import type { Source } from '../search-param.ts';
import { dateTable, dayLength } from '../tables.ts';
import { gatheredAmong } from './number.ts';
import { extensionValue, isObject, type Prefix, type SearchType, takePrefix } from './search-type.ts';

/** The interval of a value of any date type; undefined when it has none. */
export function dateInterval(value: unknown, type: TypeInfo, zone: number): Interval | undefined {
  if (typeof value === 'string') return parseInterval(value, zone);
  if (!isObject(value)) return undefined;
  if (type.code === 'Timing') return timingInterval(value, zone);
  if (type.code === 'Extension') {
    const inner = extensionValue(value);
    return inner && dateInterval(inner[0], inner[1], zone);
  }
  return periodInterval(value, zone);
}

function entries(value: unknown, type: TypeInfo, rows: Rows): void {
  const interval = dateInterval(value, type, rows.settings.zone);
  if (interval && interval[0] < interval[1]) rows.add(dateTable, [rows.param, interval[0], interval[1], rows.moment]);
}

/** The condition of a prefix on an interval [lo, hi) of the resource against [from, to) of the search. */
export function compareDates(prefix: Prefix, [from, to]: Interval, lo: Sql, hi: Sql, now: number): Sql {
  switch (prefix) {
    case 'eq':
      return sql`${lo} >= ${from} AND ${lo} < ${to} AND ${hi} <= ${to}`;
    case 'ne':
      return sql`(${lo} < ${from} OR ${hi} > ${to})`;
    case 'gt':
      return sql`${hi} > ${to}`;
    case 'lt':
      return sql`${lo} < ${from}`;
    case 'ge':
      return sql`(${lo} >= ${from} OR ${hi} > ${to})`;
    case 'le':
      return sql`${lo} < ${to} AND (${lo} < ${from} OR ${hi} <= ${to})`;
    case 'sa':
      return sql`${lo} >= ${to}`;
    case 'eb':
      return sql`${lo} < ${from} AND ${hi} <= ${from}`;
    case 'ap': {
      const slack = Math.abs(now - (from + to) / 2) * 0.1;
      return sql`${lo} < ${Math.floor(to + slack)} AND ${hi} > ${Math.floor(from - slack)}`;
    }
  }
}

/** A length that the moment tells by itself, as part of the program's text: databases with types know it is a number. */
const width = (index: number): Sql => raw(String(momentWidths[index]));

/** Where the intervals lie that do not fulfil a prefix, as conditions that the key finds, which may be more; undefined where it finds none. */
function besideDates(prefix: Prefix, [from, to]: Interval): readonly Sql[] | undefined {
  switch (prefix) {
    case 'eq':
      return [sql`x.lo < ${from}`, sql`x.lo >= ${to}`, sql`x.lo >= ${from} AND x.lo < ${to} AND x.hi > ${to}`];
    case 'ne':
      return [sql`x.lo >= ${from} AND x.lo < ${to}`];
    case 'gt':
    case 'sa':
      return [sql`x.lo < ${to}`];
    case 'ge':
      return [sql`x.lo < ${from}`];
    case 'lt':
    case 'le':
      return [sql`x.lo >= ${from}`];
    default:
      return undefined;
  }
}

/** The same told from a moment: its interval for the usual lengths, else the row among the dates. */
function compareMoment(prefix: Prefix, interval: Interval, param: number, now: number) {
  return ({ moment, seq }: At): Sql => {
    const lo = sql`((${moment} >> 3) + ${momentEpoch})`;
    const hi = sql`((${moment} >> 3) + ${momentEpoch} + CASE ${moment} & 7 WHEN 0 THEN ${width(0)} WHEN 1 THEN ${width(1)} WHEN 2 THEN ${width(2)} ELSE ${width(3)} END)`;
    const quick = compareDates(prefix, interval, lo, hi, now);
    const exact = sql`EXISTS (SELECT 1 FROM index_date x WHERE x.param = ${param} AND x.seq = ${seq} AND ${compareDates(prefix, interval, sql`x.lo`, sql`x.hi`, now)})`;
    const bounds = momentBounds(prefix, interval);
    const from = bounds[0] > momentEpoch ? (bounds[0] - momentEpoch) * 8 : noMoment + 1;
    const to = Math.max(bounds[1] - momentEpoch, 1) * 8;
    const outer =
      to === Number.POSITIVE_INFINITY ? sql`${moment} >= ${from}` : sql`${moment} >= ${from} AND ${moment} < ${to}`;
    const whole = sql`CASE WHEN (${moment} & 7) < ${otherWidth} THEN (${quick}) ELSE ${exact} END`;
    // What begins late enough needs no look at its end.
    const late = prefix === 'ge' ? interval[0] : prefix === 'gt' ? interval[1] : undefined;
    if (late !== undefined && late > momentEpoch) {
      // What begins more than the longest usual length before it does not reach it.
      const near = (late - momentEpoch - momentWidths.at(-1)!) * 8;
      const reaches = sql`((${moment} & 7) = ${otherWidth} OR ${moment} >= ${near})`;
      return sql`(${moment} >= ${(late - momentEpoch) * 8} OR (${reaches} AND ${outer} AND ${whole}))`;
    }
    return sql`${outer} AND ${whole}`;
  };
}

/** First milliseconds that can fulfil a prefix: the part of a walk by moment that has to be looked at. */
function momentBounds(prefix: Prefix, [from, to]: Interval): readonly [number, number] {
  const open = Number.POSITIVE_INFINITY;
  switch (prefix) {
    case 'eq':
      return [from, to];
    case 'lt':
    case 'eb':
      return [-open, from];
    case 'le':
      return [-open, to];
    case 'sa':
      return [to, open];
    default:
      return [-open, open];
  }
}

function sourceCondition(
  source: Source,
  isMoment: boolean,
  prefix: Prefix,
  interval: Interval,
  now: number,
): Condition {
  const where = sql`x.param = ${source.param} AND ${compareDates(prefix, interval, sql`x.lo`, sql`x.hi`, now)}`;
  const rows = sql`x.param = ${source.param}`;
  const beside = besideDates(prefix, interval);
  return {
    op: 'range',
    range: {
      table: dateTable,
      where,
      ...findLate(prefix, interval, where, source.param),
      ...((prefix === 'ne' || prefix === 'ap') && { scan: true }),
      ...(prefix === 'ne' && { among: gatheredAmong(dateTable, rows, besideDates('eq', interval)!) }),
      ...(beside && { beside: { param: source.param, found: gatheredAmong(dateTable, rows, beside) } }),
      walk: prefix === 'ne' ? [] : ['lo', 'hi'],
      probe: 'seq',
      repeats: !source.single,
      ...(source.single && prefix !== 'ne' && { orders: source.param }),
      rank: 70,
      ...(isMoment && { atMoment: compareMoment(prefix, interval, source.param, now) }),
    },
  };
}

/** What ends late is found by its beginning, where nothing that is longer than a day and began earlier reaches beyond the date. */
function findLate(prefix: Prefix, [from, to]: Interval, where: Sql, param: number): Partial<Range> {
  if (prefix !== 'ge' && prefix !== 'gt') return {};
  const earliest = (prefix === 'ge' ? from : to) - dayLength;
  return {
    scan: true,
    estimate: sql`x.lo >= ${earliest} AND ${where}`,
    unless: sql`x.param = ${param} AND x.hi - x.lo > ${raw(String(dayLength))} AND x.hi > ${to}`,
    unlessOnly: sql`x.lo < ${earliest}`,
  };
}

/** The value and the interval have some time in common (`po` of `_filter`). */
function overlapping(source: Source, [from, to]: Interval): Condition {
  const where = sql`x.param = ${source.param} AND x.lo < ${to} AND x.hi > ${from}`;
  return {
    op: 'range',
    range: { table: dateTable, where, walk: ['lo', 'hi'], probe: 'seq', repeats: !source.single, rank: 70 },
  };
}

/** Reads a search value of type date. */
export function parseDateValue(name: string, value: string, zone: number): readonly [Prefix, Interval] {
  const [prefix, text] = takePrefix(value);
  const interval = parseInterval(text, zone);
  if (!interval)
    throw refuseValue(
      name,
      value,
      {
        en: 'a prefix (eq ne gt lt ge le sa eb ap) if any, and a date: yyyy, yyyy-mm, yyyy-mm-dd or yyyy-mm-ddThh:mm:ss+09:00',
        ja: '（eq ne gt lt ge le sa eb ap のあとに）yyyy、yyyy-mm、yyyy-mm-dd、yyyy-mm-ddThh:mm:ss+09:00 のどれかの日付',
      },
      'ge2026-04-01',
    );
  return [prefix, interval];
}

/** Dates and times. */
export const dateType: SearchType = {
  type: 'date',
  modifiers: [],
  tables: [dateTable],
  entries,
  condition({ param, name, value, modifier }, settings) {
    const [prefix, interval] = parseDateValue(name, value, settings.zone);
    if (modifier === 'overlaps') return anyOf(param.sources.map(source => overlapping(source, interval)));
    return anyOf(param.sources.map(source => sourceCondition(source, param.isMoment, prefix, interval, settings.now)));
  },
};
