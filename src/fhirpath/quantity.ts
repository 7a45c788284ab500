/**
 * System.Quantity: a decimal with a UCUM unit or a calendar duration; comparison and arithmetic.
 * @see https://hl7.org/fhirpath/N1/#quantity
 */
import { Decimal } from './decimal.ts';
import { combineUnits, convertUnit, isFiner, isMultipliable, sameDimension } from './units.ts';

/**
 * `calendar`: the unit is year … millisecond. `either`: a FHIR Quantity whose UCUM unit also stands for a calendar unit.
 * `other`: a unit that is not UCUM's, comparable with itself only.
 */
export type UnitKind = 'ucum' | 'calendar' | 'either' | 'other';

const calendarUnits = ['year', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond'];
const calendarWords: ReadonlyMap<string, string> = new Map(
  calendarUnits.flatMap(unit => [[unit, unit] as const, [`${unit}s`, unit] as const]),
);
const calendarOfUcum: ReadonlyMap<string, string> = new Map([
  ['a', 'year'],
  ['mo', 'month'],
  ['wk', 'week'],
  ['d', 'day'],
  ['h', 'hour'],
  ['min', 'minute'],
  ['s', 'second'],
  ['ms', 'millisecond'],
]);
const ucumOfCalendar: ReadonlyMap<string, string> = new Map(
  [...calendarOfUcum].map(([ucum, calendar]) => [calendar, ucum]),
);

/** `days` → `day`; undefined for what is no calendar word. */
export function calendarUnit(word: string): string | undefined {
  return calendarWords.get(word);
}

/** A value with a unit: a UCUM code, `1` for none, or a calendar unit in the singular. */
export class Quantity {
  readonly value: Decimal;
  readonly unit: string;
  readonly kind: UnitKind;
  constructor(value: Decimal, unit: string, kind: UnitKind = 'ucum') {
    this.value = value;
    this.unit = unit;
    this.kind = kind;
  }

  /** The calendar unit it stands for; undefined when it is no duration, or a definite one longer than a week. */
  get calendar(): string | undefined {
    if (this.kind === 'other') return undefined;
    if (this.kind === 'calendar') return this.unit;
    const word = calendarOfUcum.get(this.unit);
    return this.kind === 'either' || (word !== 'year' && word !== 'month') ? word : undefined;
  }

  /** True for calendar durations and UCUM's units of time that go by their names. */
  get isDuration(): boolean {
    return this.kind === 'calendar' || calendarOfUcum.has(this.unit);
  }

  toString(): string {
    if (this.kind !== 'calendar') return `${this.value} '${this.unit}'`;
    return `${this.value} ${this.unit}${this.value.number === 1 ? '' : 's'}`;
  }
}

/** The quantity of FHIR's value and UCUM code: years and months can also be meant as calendar durations. */
export function fhirQuantity(value: Decimal, code: string): Quantity {
  return new Quantity(value, code, calendarOfUcum.has(code) ? 'either' : 'ucum');
}

const daysOf: ReadonlyMap<string, number> = new Map([
  ['year', 365],
  ['month', 30],
]);
const secondsOf: ReadonlyMap<string, number> = new Map([
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
]);

/** Milliseconds of a calendar unit, for comparing durations. */
function lengthOf(unit: string): Decimal {
  const days = daysOf.get(unit);
  const seconds = days === undefined ? secondsOf.get(unit) : days * 86_400;
  return Decimal.of(BigInt(seconds === undefined ? 1 : seconds * 1000), 0);
}

/** `1 year` is 12 months, but any other way between calendar units is by their days. */
function calendarValue(value: Decimal, from: string, to: string): Decimal | undefined {
  if (from === to) return value;
  if (from === 'year' && to === 'month') return value.times(Decimal.of(12n, 0));
  if (from === 'month' && to === 'year') return value.over(Decimal.of(12n, 0));
  return value.times(lengthOf(from))?.over(lengthOf(to))?.trimmed(Math.min(value.scale, 1));
}

/** The value in another unit (UCUM code or calendar word); undefined when the two have nothing in common. */
export function convertQuantity(quantity: Quantity, word: string): Quantity | undefined {
  if (quantity.kind === 'other') return undefined;
  const to = calendarUnit(word);
  if (to !== undefined) {
    const from = quantity.calendar;
    const value = from === undefined ? undefined : calendarValue(quantity.value, from, to);
    return value && new Quantity(value, to, 'calendar');
  }
  if (quantity.kind === 'calendar') {
    const code = ucumOfCalendar.get(quantity.unit)!;
    return quantity.unit === 'year' || quantity.unit === 'month'
      ? undefined
      : convertQuantity(new Quantity(quantity.value, code), word);
  }
  if (quantity.unit === word) return new Quantity(quantity.value, word);
  const value = convertUnit(quantity.value.number, quantity.unit, word);
  const decimal = value === undefined ? undefined : Decimal.from(value);
  return decimal && new Quantity(decimal, word);
}

/** Both values in one unit, the finer of the two; undefined when they cannot be compared. */
export function aligned(
  a: Quantity,
  b: Quantity,
): { left: Decimal; right: Decimal; unit: string; kind: UnitKind } | undefined {
  if (a.unit === b.unit && (a.kind === b.kind || a.kind === 'either' || b.kind === 'either'))
    return { left: a.value, right: b.value, unit: a.unit, kind: a.kind };
  if (a.kind === 'other' || b.kind === 'other') return undefined;
  if (a.kind === 'calendar' || b.kind === 'calendar') return alignedCalendar(a, b);
  if (!sameDimension(a.unit, b.unit)) return undefined;
  const unit = isFiner(a.unit, b.unit) ? a.unit : b.unit;
  const [left, right] = [inUnit(a, unit), inUnit(b, unit)];
  return left && right && { left, right, unit, kind: 'ucum' };
}

/** Precision is kept where the factor is a power of ten: 4.0 'g' is 4000 'mg' with the precision of 100 'mg'. */
function inUnit(quantity: Quantity, unit: string): Decimal | undefined {
  if (quantity.unit === unit) return quantity.value;
  const value = convertUnit(quantity.value.number, quantity.unit, unit);
  return value === undefined ? undefined : Decimal.from(value);
}

function alignedCalendar(
  a: Quantity,
  b: Quantity,
): { left: Decimal; right: Decimal; unit: string; kind: UnitKind } | undefined {
  const [x, y] = [a.calendar, b.calendar];
  const isLong = (quantity: Quantity, other: Quantity) =>
    quantity.kind === 'calendar' && daysOf.has(quantity.unit) && other.kind === 'ucum';
  if (isLong(a, b) || isLong(b, a)) return undefined;
  if (x === undefined || y === undefined) return undefined;
  const unit = calendarUnits.indexOf(x) > calendarUnits.indexOf(y) ? x : y;
  const [left, right] = [calendarValue(a.value, x, unit), calendarValue(b.value, y, unit)];
  return left && right && { left, right, unit, kind: 'calendar' };
}

/** Negative, 0 or positive; undefined when the units cannot be compared. */
export function compareQuantity(a: Quantity, b: Quantity): number | undefined {
  const same = aligned(a, b);
  return same?.left.compare(same.right);
}

/** Definite durations are as long as UCUM says, calendar durations by their days; here `1 year ~ 1 'a'`. */
const definiteWord = (quantity: Quantity): Quantity => {
  const word = calendarOfUcum.get(quantity.unit);
  return word === undefined || quantity.kind === 'calendar' ? quantity : new Quantity(quantity.value, word, 'calendar');
};

/** Equal when rounded to the precision of the less precise. @see https://hl7.org/fhirpath/N1/#equivalent */
export function equivalentQuantity(a: Quantity, b: Quantity): boolean {
  if (a.kind === 'calendar' || b.kind === 'calendar') {
    const same = alignedCalendar(definiteWord(a), definiteWord(b));
    return same !== undefined && equivalentDecimal(same.left, same.right);
  }
  if (a.unit === b.unit && a.kind === b.kind) return equivalentDecimal(a.value, b.value);
  if (a.kind === 'other' || b.kind === 'other') return false;
  if (!sameDimension(a.unit, b.unit)) return false;
  // Precision is counted in the unit that stands for more.
  const unit = isFiner(a.unit, b.unit) ? b.unit : a.unit;
  const [left, right] = [inUnit(a, unit), inUnit(b, unit)];
  return left !== undefined && right !== undefined && equivalentDecimal(left, right);
}

/** Equal when rounded to the digits of the one that has fewer; zeros at the end do not count. */
export function equivalentDecimal(a: Decimal, b: Decimal): boolean {
  const digits = Math.min(a.significantScale, b.significantScale);
  return a.round(digits).compare(b.round(digits)) === 0;
}

/** Sum or difference in the finer unit; undefined when the units have nothing in common. */
export function plusQuantity(a: Quantity, b: Quantity, minus: boolean): Quantity | undefined {
  const same = aligned(a, b);
  if (!same) return undefined;
  return new Quantity(minus ? same.left.minus(same.right) : same.left.plus(same.right), same.unit, same.kind);
}

/** Product or quotient. Calendar durations can only be multiplied by plain numbers. */
export function timesQuantity(a: Quantity, b: Quantity, divide: boolean): Quantity | undefined {
  const pure = (quantity: Quantity) =>
    quantity.kind !== 'calendar' &&
    quantity.kind !== 'other' &&
    (quantity.unit === '1' || sameDimension(quantity.unit, '1'));
  const compute = (x: Decimal, y: Decimal) => (divide ? x.over(y) : x.times(y));
  if (a.kind !== 'ucum' || b.kind !== 'ucum') {
    const [scaled, factor] = pure(b) ? [a, b] : pure(a) && !divide ? [b, a] : [undefined, undefined];
    const by = factor && inUnit(factor, '1');
    const value = scaled && by && compute(scaled.value, by);
    if (value) return new Quantity(value, scaled.unit, scaled.kind);
    if (a.kind === 'calendar' || b.kind === 'calendar') return undefined;
  }
  if (a.kind === 'other' || b.kind === 'other') return undefined;
  if (!isMultipliable(a.unit) || !isMultipliable(b.unit)) return undefined;
  const same = divide ? aligned(a, b) : undefined;
  const value = same ? same.left.over(same.right) : compute(a.value, b.value);
  return value && new Quantity(value, combineUnits(a.unit, b.unit, divide));
}

const text = /^([+-]?\d+(?:\.\d+)?)(?:\s*(?:'([^']+)'|\s([a-z]+)))?$/;

/** `1 'wk'`, `4 days`, `1.5`: what toQuantity() reads; undefined for anything else. */
export function parseQuantity(written: string): Quantity | undefined {
  const match = written.length > 200 ? null : text.exec(written);
  const value = match && Decimal.parse(match[1]!.replace(/^\+/, ''));
  if (!value) return undefined;
  if (match[3] !== undefined) {
    const unit = calendarUnit(match[3]);
    return unit === undefined ? undefined : new Quantity(value, unit, 'calendar');
  }
  return new Quantity(value, match[2] ?? '1');
}
