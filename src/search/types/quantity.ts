/**
 * quantity: `5.4`, `5.4|system|code`, `5.4||unit`. UCUM units are brought to their base units, so that mg finds g.
 * @see https://hl7.org/fhir/R4/search.html#quantity
 */

import { remember } from '../../fhir/remember.ts';
import type { TypeInfo } from '../../fhirpath/compile.ts';
import { hash47 } from '../../store/hash.ts';
import { type Sql, sql } from '../../store/sql.ts';
import { anyOf, type Condition } from '../condition.ts';
import { atMost } from '../order.ts';
import { refuseValue } from '../refuse.ts';
import type { Rows } from '../rows.ts';
import type { Source } from '../search-param.ts';
import { quantityTable } from '../tables.ts';
import { toBaseUnits, ucumSystem } from '../ucum.ts';
import {
  besideNumbers,
  compareNumbers,
  findNumbers,
  gatheredAmong,
  type NumberValue,
  parseNumberValue,
} from './number.ts';
import { extensionValue, isObject, type SearchType, splitEscaped, unescapeValue } from './search-type.ts';

/** A unit as it was written: even hashes. */
const writtenUnit = remember(unit => Math.floor(hash47(`unit ${unit}`) / 2) * 2);
/** Units that are compared with their system: odd hashes, the units of a system side by side. */
const unitsOfSystem = 2 ** 33;
const firstUnit = remember(system => (hash47(`system ${system}`) % 2 ** 14) * unitsOfSystem);
const unitInSystem = remember(unit => (hash47(`compared ${unit}`) % 2 ** 32) * 2 + 1);
const comparedUnit = (system: string, unit: string): number => firstUnit(system) + unitInSystem(unit);

interface Unit {
  readonly system: string;
  readonly code: string;
  readonly text: string;
}

/** Receives each form under which a quantity is found: hash of the unit, least and greatest value in it. */
export type AddQuantity = (unit: number, low: number, high: number) => void;

function addInterval(add: AddQuantity, low: number, high: number, unit: Unit): void {
  if (!(low <= high)) return;
  const written = unit.code || unit.text;
  add(writtenUnit(written), low, high);
  if (unit.text !== '' && unit.text !== written) add(writtenUnit(unit.text), low, high);
  if (unit.code === '') return;
  const base = unit.system === ucumSystem ? toBaseUnits(unit.code) : undefined;
  if (base) add(comparedUnit(ucumSystem, base.unit), base.scale(low), base.scale(high));
  else add(comparedUnit(unit.system, unit.code), low, high);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const unitOf = (value: Record<string, unknown>): Unit => ({
  system: text(value['system']),
  code: text(value['code']),
  text: text(value['unit']),
});

function addQuantity(add: AddQuantity, value: Record<string, unknown>): void {
  const number = value['value'];
  if (typeof number !== 'number') return;
  const comparator = text(value['comparator']);
  const low = comparator.startsWith('<') ? Number.NEGATIVE_INFINITY : number;
  const high = comparator.startsWith('>') ? Number.POSITIVE_INFINITY : number;
  addInterval(add, low, high, unitOf(value));
}

function addRange(add: AddQuantity, { low, high }: Record<string, unknown>): void {
  const sides = [low, high].filter(isObject);
  if (sides.length === 0) return;
  const end = (side: unknown, open: number) =>
    isObject(side) && typeof side['value'] === 'number' ? side['value'] : open;
  addInterval(add, end(low, Number.NEGATIVE_INFINITY), end(high, Number.POSITIVE_INFINITY), unitOf(sides[0]!));
}

/** SampledData: from its lowest to its highest sample. */
function addSamples(add: AddQuantity, { origin, data, factor }: Record<string, unknown>): void {
  if (!isObject(origin) || typeof data !== 'string') return;
  const zero = typeof origin['value'] === 'number' ? origin['value'] : 0;
  const times = typeof factor === 'number' ? factor : 1;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const sample of data.split(/\s+/)) {
    const number = sample === '' ? Number.NaN : Number(sample) * times + zero;
    if (Number.isNaN(number)) continue;
    low = Math.min(low, number);
    high = Math.max(high, number);
  }
  addInterval(add, low, high, unitOf(origin));
}

/** All forms under which a value of any quantity type is found. */
export function quantityForms(value: unknown, type: TypeInfo, add: AddQuantity): void {
  if (!isObject(value)) return;
  if (type.code === 'Range') addRange(add, value);
  else if (type.code === 'SampledData') addSamples(add, value);
  else if (type.code === 'Money') addMoney(add, value);
  else if (type.code === 'Extension') {
    const inner = extensionValue(value);
    if (inner) quantityForms(inner[0], inner[1], add);
  } else addQuantity(add, value);
}

function entries(value: unknown, type: TypeInfo, rows: Rows): void {
  quantityForms(value, type, (unit, low, high) => rows.add(quantityTable, [rows.param, unit, low, high, rows.moment]));
}

function addMoney(add: AddQuantity, { value, currency }: Record<string, unknown>): void {
  if (typeof value === 'number')
    addInterval(add, value, value, { system: 'urn:iso:std:iso:4217', code: text(currency), text: '' });
}

/** A search value taken apart. */
export interface QuantityValue {
  readonly number: NumberValue;
  /** undefined = any unit. */
  readonly unit?: { readonly system: string; readonly code: string };
}

/** Reads a search value of type quantity. */
export function parseQuantityValue(name: string, value: string): QuantityValue {
  const parts = splitEscaped(value, '|').map(unescapeValue);
  if (parts.length > 3)
    throw refuseValue(
      name,
      value,
      {
        en: '[number], [number]|[system]|[code], [number]|[system] or [number]||[unit]',
        ja: ' [数]、[数]|[system]|[コード]、[数]|[system]、[数]||[単位] のどれか',
      },
      '5.4|http://unitsofmeasure.org|mg',
    );
  const number = parseNumberValue(name, parts[0]!, '5.4|http://unitsofmeasure.org|mg');
  const [, system = '', code = ''] = parts;
  return { number, ...((code !== '' || system !== '') && { unit: { system, code } }) };
}

/** What a value's unit asks: its hash in the index, none for any unit as written, and the scale of that form. */
function askedUnit(unit: QuantityValue['unit']): {
  readonly hash?: number;
  readonly scale?: (value: number) => number;
} {
  if (!unit || unit.code === '') return {};
  if (unit.system === '') return { hash: writtenUnit(unit.code) };
  const base = unit.system === ucumSystem ? toBaseUnits(unit.code) : undefined;
  if (base) return { hash: comparedUnit(ucumSystem, base.unit), scale: base.scale };
  return { hash: comparedUnit(unit.system, unit.code) };
}

/** Rows of a unit whose value fulfils the prefix; any unit when there is none. `column` holds the hash of the unit. */
export function quantityWhere({ number, unit }: QuantityValue, column: Sql): Sql {
  const { hash, scale } = askedUnit(unit);
  const ofUnit = hash === undefined ? sql`(${column} & 1) = 0` : sql`${column} = ${hash}`;
  return sql`${ofUnit} AND ${compareNumbers(number, scale)}`;
}

/** The units of a parameter, comparable (1) or as written (0), hopped to from one to the next: there are few, however many values. */
export function unitsOf(param: number, comparable: 0 | 1, limit?: number): Sql {
  const some = limit === undefined ? sql`` : sql` ${atMost(limit)}`;
  return sql`WITH RECURSIVE u(unit) AS (
    SELECT min(q.unit) FROM index_quantity q WHERE q.param = ${param}
    UNION ALL SELECT (SELECT min(q.unit) FROM index_quantity q WHERE q.param = ${param} AND q.unit > u.unit) FROM u WHERE u.unit IS NOT NULL)
    SELECT unit FROM u WHERE (unit & 1) = ${comparable}${some}`;
}

/** The version at hand has a quantity in a unit of the system. */
function inSystem(param: number, system: string): Sql {
  const first = firstUnit(system);
  return sql` AND EXISTS (SELECT 1 FROM index_quantity y WHERE y.param = ${param} AND y.seq = x.seq AND (y.unit & 1) = 1 AND +y.unit >= ${first} AND +y.unit < ${first + unitsOfSystem})`;
}

function sourceCondition({ param, single }: Source, { number, unit }: QuantityValue): Condition {
  const { hash, scale } = askedUnit(unit);
  const oneUnit = hash !== undefined;
  const rows = oneUnit
    ? sql`x.param = ${param} AND x.unit = ${hash}`
    : sql`x.param = ${param} AND x.unit IN (${unitsOf(param, 0)})`;
  const ofSystem = unit && !oneUnit ? inSystem(param, unit.system) : undefined;
  const { unless, walk, ...found } = findNumbers(quantityTable, rows, number, scale);
  return {
    op: 'range',
    range: {
      table: quantityTable,
      where: sql`${rows} AND ${compareNumbers(number, scale)}${ofSystem ?? sql``}`,
      walk: oneUnit ? walk : [],
      probe: 'seq',
      repeats: !single || !oneUnit,
      ...found,
      // The system is not part of the estimate, which therefore never is the whole condition.
      ...(unless && !ofSystem && { unless }),
      rank: 65,
      // What has none of one unit may have another: shapes do not tell.
      ...(!oneUnit && { beside: { param, found: gatheredAmong(quantityTable, rows, besideNumbers(number)) } }),
    },
  };
}

/** Quantities. */
export const quantityType: SearchType = {
  type: 'quantity',
  modifiers: [],
  tables: [quantityTable],
  entries,
  condition(asked) {
    const value = parseQuantityValue(asked.name, asked.value);
    return anyOf(asked.param.sources.map(source => sourceCondition(source, value)));
  },
};
