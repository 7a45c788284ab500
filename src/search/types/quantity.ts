/**
 * quantity: `5.4`, `5.4|system|code`, `5.4||unit`. UCUM units are brought to their base units, so that mg finds g.
 * @see https://hl7.org/fhir/R4/search.html#quantity
 */
import type { TypeInfo } from '../../fhirpath/compile.ts';
import { hash47 } from '../../store/hash.ts';
import { type Sql, sql } from '../../store/sql.ts';
import { anyOf, type Condition } from '../condition.ts';
import { refuseValue } from '../refuse.ts';
import type { Rows } from '../rows.ts';
import type { Source } from '../search-param.ts';
import { quantityTable } from '../tables.ts';
import { toBaseUnits, ucumSystem } from '../ucum.ts';
import { compareNumbers, type NumberValue, parseNumberValue } from './number.ts';
import { extensionValue, isObject, type SearchType, splitEscaped, unescapeValue } from './search-type.ts';

/** A unit as it was written: even hashes. Units as they are compared with their system: odd ones. */
const writtenUnit = (unit: string): number => Math.floor(hash47(`unit ${unit}`) / 2) * 2;
const comparedUnit = (unit: string): number => Math.floor(hash47(`compared ${unit}`) / 2) * 2 + 1;

interface Unit {
  readonly system: string;
  readonly code: string;
  readonly text: string;
}

function addInterval(rows: Rows, low: number, high: number, unit: Unit): void {
  if (!(low <= high)) return;
  const written = unit.code || unit.text;
  rows.add(quantityTable, [rows.param, writtenUnit(written), low, high, rows.moment]);
  if (unit.text !== '' && unit.text !== written) rows.add(quantityTable, [rows.param, writtenUnit(unit.text), low, high, rows.moment]);
  if (unit.code === '') return;
  const base = unit.system === ucumSystem ? toBaseUnits(unit.code) : undefined;
  if (base) rows.add(quantityTable, [rows.param, comparedUnit(base.unit), base.scale(low), base.scale(high), rows.moment]);
  else rows.add(quantityTable, [rows.param, comparedUnit(`${unit.system}|${unit.code}`), low, high, rows.moment]);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const unitOf = (value: Record<string, unknown>): Unit => ({ system: text(value['system']), code: text(value['code']), text: text(value['unit']) });

function addQuantity(rows: Rows, value: Record<string, unknown>): void {
  const number = value['value'];
  if (typeof number !== 'number') return;
  const comparator = text(value['comparator']);
  const low = comparator.startsWith('<') ? Number.NEGATIVE_INFINITY : number;
  const high = comparator.startsWith('>') ? Number.POSITIVE_INFINITY : number;
  addInterval(rows, low, high, unitOf(value));
}

function addRange(rows: Rows, { low, high }: Record<string, unknown>): void {
  const sides = [low, high].filter(isObject);
  if (sides.length === 0) return;
  const end = (side: unknown, open: number) => (isObject(side) && typeof side['value'] === 'number' ? side['value'] : open);
  addInterval(rows, end(low, Number.NEGATIVE_INFINITY), end(high, Number.POSITIVE_INFINITY), unitOf(sides[0]!));
}

/** SampledData: from its lowest to its highest sample. */
function addSamples(rows: Rows, { origin, data, factor }: Record<string, unknown>): void {
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
  addInterval(rows, low, high, unitOf(origin));
}

function entries(value: unknown, type: TypeInfo, rows: Rows): void {
  if (!isObject(value)) return;
  if (type.code === 'Range') addRange(rows, value);
  else if (type.code === 'SampledData') addSamples(rows, value);
  else if (type.code === 'Money') addMoney(rows, value);
  else if (type.code === 'Extension') {
    const inner = extensionValue(value);
    if (inner) entries(inner[0], inner[1], rows);
  } else addQuantity(rows, value);
}

function addMoney(rows: Rows, { value, currency }: Record<string, unknown>): void {
  if (typeof value === 'number') addInterval(rows, value, value, { system: 'urn:iso:std:iso:4217', code: text(currency), text: '' });
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
  if (parts.length === 2 || parts.length > 3)
    throw refuseValue(name, value, { en: '[number], [number]|[system]|[code] or [number]||[unit]', ja: ' [数]、[数]|[system]|[コード]、[数]||[単位] のどれか' }, '5.4|http://unitsofmeasure.org|mg');
  const number = parseNumberValue(name, parts[0]!, '5.4|http://unitsofmeasure.org|mg');
  const [, system = '', code = ''] = parts;
  return { number, ...(code !== '' && { unit: { system, code } }) };
}

/** Rows of a unit whose value fulfils the prefix; any unit when there is none. */
export function quantityWhere({ number, unit }: QuantityValue): Sql {
  if (!unit) return sql`(x.unit & 1) = 0 AND ${compareNumbers(number)}`;
  if (unit.system === '') return sql`x.unit = ${writtenUnit(unit.code)} AND ${compareNumbers(number)}`;
  const base = unit.system === ucumSystem ? toBaseUnits(unit.code) : undefined;
  if (base) return sql`x.unit = ${comparedUnit(base.unit)} AND ${compareNumbers(number, base.scale)}`;
  return sql`x.unit = ${comparedUnit(`${unit.system}|${unit.code}`)} AND ${compareNumbers(number)}`;
}

function sourceCondition(source: Source, value: QuantityValue): Condition {
  const where = sql`x.param = ${source.param} AND ${quantityWhere(value)}`;
  return { op: 'range', range: { table: quantityTable, where, walk: value.unit ? ['lo', 'hi'] : [], probe: 'seq', repeats: !source.single || !value.unit, rank: 65 } };
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
