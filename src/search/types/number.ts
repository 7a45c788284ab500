/**
 * number: `eq` takes the precision of the value as written into account, the other prefixes take it as exact.
 * @see https://hl7.org/fhir/R4/search.html#number
 */
import type { TypeInfo } from '../../fhirpath/compile.ts';
import { raw, type Sql, sql } from '../../store/sql.ts';
import type { IndexTable } from '../../store/store.ts';
import { anyOf, type Condition, type Range } from '../condition.ts';
import { refuseValue } from '../refuse.ts';
import type { Rows } from '../rows.ts';
import { numberTable } from '../tables.ts';
import { extensionValue, isObject, type Prefix, type SearchType, takePrefix } from './search-type.ts';

const form = /^[+-]?(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/** A number as written: its value and half of its last digit; undefined when it is none. */
export function parseDecimal(text: string): { readonly value: number; readonly half: number } | undefined {
  const match = form.exec(text);
  if (!match || text.length > 60) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  const digits = (match[2]?.length ?? 0) - Number(match[3] ?? 0);
  return { value, half: 0.5 * 10 ** -digits };
}

/** A search value of a number: prefix, value, half of the last digit. */
export interface NumberValue {
  readonly prefix: Prefix;
  readonly value: number;
  readonly half: number;
}

/** Reads a search value of type number. */
export function parseNumberValue(name: string, text: string, example: string): NumberValue {
  const [prefix, rest] = takePrefix(text);
  const parsed = parseDecimal(rest);
  if (!parsed)
    throw refuseValue(
      name,
      text,
      {
        en: 'a prefix (eq ne gt lt ge le sa eb ap) if any, and a number',
        ja: '（eq ne gt lt ge le sa eb ap のあとに）数',
      },
      example,
    );
  return { prefix, ...parsed };
}

/**
 * The condition of a prefix on a closed interval [lo, hi] of the resource, scaled into the index's unit.
 * @param scale turns a number as written into the number in the index
 */
export function compareNumbers(
  { prefix, value, half }: NumberValue,
  scale: (value: number) => number = same,
  lo: Sql = raw('x.lo'),
  hi: Sql = raw('x.hi'),
): Sql {
  const exact = scale(value);
  const [from, to] = [scale(value - half), scale(value + half)];
  switch (prefix) {
    case 'eq':
      return sql`${lo} >= ${from} AND ${lo} < ${to} AND ${hi} < ${to}`;
    case 'ne':
      return sql`(${lo} < ${from} OR ${hi} >= ${to})`;
    case 'gt':
      return sql`${hi} > ${exact}`;
    case 'lt':
      return sql`${lo} < ${exact}`;
    case 'ge':
      return sql`${hi} >= ${exact}`;
    case 'le':
      return sql`${lo} <= ${exact}`;
    case 'sa':
      return sql`${lo} > ${exact}`;
    case 'eb':
      return sql`${lo} < ${exact} AND ${hi} < ${exact}`;
    case 'ap': {
      const slack = Math.max(Math.abs(value) * 0.1, half);
      return sql`${lo} <= ${scale(value + slack)} AND ${hi} >= ${scale(value - slack)}`;
    }
  }
}

/**
 * Where the rows lie that do not fulfil a prefix, as conditions that the key finds, and one over the few rows that are more than a
 * point; together they may be more than these rows.
 */
export function besideNumbers(
  { prefix, value, half }: NumberValue,
  scale: (value: number) => number = same,
): readonly Sql[] {
  const exact = scale(value);
  const [from, to] = [scale(value - half), scale(value + half)];
  switch (prefix) {
    case 'eq':
      return [sql`x.lo < ${from}`, sql`x.lo >= ${to}`, sql`x.hi > x.lo AND x.hi >= ${to}`];
    case 'ne':
      return [sql`x.lo >= ${from} AND x.lo < ${to}`];
    case 'gt':
    case 'sa':
      return [sql`x.lo <= ${exact}`];
    case 'ge':
      return [sql`x.lo < ${exact}`];
    case 'lt':
      return [sql`x.lo >= ${exact}`];
    case 'le':
      return [sql`x.lo > ${exact}`];
    case 'eb':
      return [sql`x.lo >= ${exact}`, sql`x.hi > x.lo AND x.hi >= ${exact}`];
    case 'ap': {
      const slack = Math.max(Math.abs(value) * 0.1, half);
      return [sql`x.lo > ${scale(value + slack)}`, sql`x.lo < ${scale(value - slack)}`];
    }
  }
}

/** Some conditions on rows as alternatives that are gathered. */
export const gatheredAmong = (table: IndexTable, rows: Sql, some: readonly Sql[]): Condition =>
  anyOf(
    some.map((one): Condition => {
      const where = sql`${rows} AND ${one}`;
      return { op: 'range', range: { table, where, walk: [], probe: 'seq', repeats: true, rank: 97 } };
    }),
  );

const same = (value: number): number => value;

/** How a comparison is found: by the key, which begins with the lower end, or by reading through the rows. */
export type Found = Pick<Range, 'scan' | 'estimate' | 'unless' | 'among' | 'walk'>;

/**
 * How a comparison is found. One with the upper end is one with the lower end where there are but points.
 * @param rows the rows it is about, without the comparison
 */
export function findNumbers(
  table: IndexTable,
  rows: Sql,
  number: NumberValue,
  scale: (value: number) => number = same,
): Found {
  const walk = ['lo', 'hi'];
  if (number.prefix === 'ne')
    return {
      walk: [],
      scan: true,
      among: gatheredAmong(table, rows, besideNumbers({ ...number, prefix: 'eq' }, scale)),
    };
  if (number.prefix !== 'gt' && number.prefix !== 'ge' && number.prefix !== 'ap') return { walk };
  return {
    walk,
    scan: true,
    estimate: sql`${rows} AND ${compareNumbers(number, scale, raw('x.lo'), raw('x.lo'))}`,
    unless: sql`${rows} AND x.hi > x.lo AND ${compareNumbers(number, scale)}`,
  };
}

function entries(value: unknown, type: TypeInfo, rows: Rows): void {
  if (typeof value === 'number') rows.add(numberTable, [rows.param, value, value, rows.moment]);
  else if (type.code === 'Extension') {
    const inner = extensionValue(value);
    if (inner) entries(inner[0], inner[1], rows);
  } else if (isObject(value)) {
    const end = (side: unknown, open: number) =>
      isObject(side) && typeof side['value'] === 'number' ? side['value'] : open;
    const [low, high] = [end(value['low'], Number.NEGATIVE_INFINITY), end(value['high'], Number.POSITIVE_INFINITY)];
    if (low <= high) rows.add(numberTable, [rows.param, low, high, rows.moment]);
  }
}

/** Numbers. */
export const numberType: SearchType = {
  type: 'number',
  modifiers: [],
  tables: [numberTable],
  entries,
  condition({ param, name, value }) {
    const number = parseNumberValue(name, value, '0.8');
    return anyOf(
      param.sources.map((source): Condition => {
        const rows = sql`x.param = ${source.param}`;
        return {
          op: 'range',
          range: {
            table: numberTable,
            where: sql`${rows} AND ${compareNumbers(number)}`,
            probe: 'seq',
            repeats: !source.single,
            ...(source.single && number.prefix !== 'ne' && { orders: source.param }),
            rank: 70,
            ...findNumbers(numberTable, rows, number),
            beside: { param: source.param, found: gatheredAmong(numberTable, rows, besideNumbers(number)) },
          },
        };
      }),
    );
  },
};
