/**
 * Computing with quantities in UCUM units: converting, multiplying, dividing, base units, names. Exact but for the
 * functions of special units (pH, decibel …), which are floating-point.
 * @see https://ucum.org/ucum#section-Semantics
 */
import { type Component, parseUnit, type Unit } from './parse.ts';
import { minus, over, parseDecimal, plus, type Rational, rational, times, toDecimal, toNumber } from './rational.ts';
import type { Worth } from './units.ts';

/** Thrown for a value or unit that cannot be used, or units that cannot be converted; in both languages. */
export class QuantityError extends Error {
  readonly text: { readonly en: string; readonly ja: string };
  constructor(en: string, ja: string) {
    super(en);
    this.text = { en, ja };
  }
}

/** A value with its unit; the value is a decimal as text. */
export interface UcumQuantity {
  readonly value: string;
  readonly unit: string;
}

function readUnit(code: string): Unit {
  const unit = parseUnit(code);
  if ('problem' in unit) throw new QuantityError(`${code}: ${unit.problem.en}`, `${code}: ${unit.problem.ja}`);
  return unit;
}

function readValue(text: string): Rational {
  const value = parseDecimal(text);
  if (!value)
    throw new QuantityError(`"${text.slice(0, 40)}" is no decimal`, `「${text.slice(0, 40)}」は数ではありません`);
  return value;
}

/** The special unit a unit is, with what stands before its function. */
function specialOf(unit: Unit): { name: string; prefix: Rational } | undefined {
  const [term] = unit.terms;
  if (unit.terms.length !== 1 || !term || term.divide || !('kind' in term.of) || term.of.kind !== 'atom')
    return undefined;
  const { atom, prefix, exponent } = term.of;
  return atom.special !== undefined && exponent === 1
    ? { name: atom.special, prefix: prefix?.factor ?? rational(1n) }
    : undefined;
}

const zero = parseDecimal('273.15')!;
const fahrenheit = parseDecimal('459.67')!;
const fiveNinths = rational(5n, 9n);
const fiveFourths = rational(5n, 4n);

interface UnitFunction {
  toBase(value: Rational): Rational;
  fromBase(value: Rational): Rational;
}

const exactly = (value: number): Rational => parseDecimal(String(value)) ?? rational(0n);
const floating = (to: (x: number) => number, from: (x: number) => number): UnitFunction => ({
  toBase: value => exactly(to(toNumber(value))),
  fromBase: value => exactly(from(toNumber(value))),
});
const logarithm = (base: number, times: number): UnitFunction =>
  floating(
    x => base ** (x / times),
    x => (times * Math.log(x)) / Math.log(base),
  );

/** The functions of special units: from the unit to the units it is defined by, and back. */
const functions: ReadonlyMap<string, UnitFunction> = new Map([
  ['Cel', { toBase: value => plus(value, zero), fromBase: value => minus(value, zero) }],
  [
    'degF',
    {
      toBase: value => times(plus(value, fahrenheit), fiveNinths),
      fromBase: value => minus(over(value, fiveNinths), fahrenheit),
    },
  ],
  [
    'degRe',
    {
      toBase: value => plus(times(value, fiveFourths), zero),
      fromBase: value => over(minus(value, zero), fiveFourths),
    },
  ],
  [
    'pH',
    floating(
      x => 10 ** -x,
      x => -Math.log10(x),
    ),
  ],
  ['lg', logarithm(10, 1)],
  ['lgTimes2', logarithm(10, 2)],
  ['ln', logarithm(Math.E, 1)],
  ['ld', logarithm(2, 1)],
  ['sqrt', floating(x => x * x, Math.sqrt)],
  [
    'tanTimes100',
    floating(
      x => Math.atan(x / 100),
      x => 100 * Math.tan(x),
    ),
  ],
  [
    '100tan',
    floating(
      x => (Math.atan(x / 100) * 180) / Math.PI,
      x => 100 * Math.tan((x * Math.PI) / 180),
    ),
  ],
]);

function functionOf(name: string, code: string): UnitFunction {
  const found = functions.get(name);
  if (!found) throw new QuantityError(`${code} cannot be converted`, `${code} は換算できません`);
  return found;
}

const baseText = ({ bases }: Worth): string =>
  [...bases]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([base, exponent]) => (exponent === 1 ? base : `${base}${exponent}`))
    .join('.');

/** A value in base units. */
function toBase(value: Rational, code: string, unit: Unit): Rational {
  const special = specialOf(unit);
  if (!special) return times(value, unit.worth.factor);
  // The worth holds the prefix, which belongs inside the function.
  return times(
    functionOf(special.name, code).toBase(times(value, special.prefix)),
    over(unit.worth.factor, special.prefix),
  );
}

function fromBase(value: Rational, code: string, unit: Unit): Rational {
  const special = specialOf(unit);
  if (!special) return over(value, unit.worth.factor);
  return over(
    functionOf(special.name, code).fromBase(over(value, over(unit.worth.factor, special.prefix))),
    special.prefix,
  );
}

/**
 * Converts a value. @returns a decimal of at most 24 significant digits
 * @throws QuantityError for what is no unit, or units of different kinds
 */
export function convertQuantity(value: string, from: string, to: string): string {
  const [source, target] = [readUnit(from), readUnit(to)];
  const [a, b] = [baseText(source.worth), baseText(target.worth)];
  if (a !== b)
    throw new QuantityError(
      `${from} cannot be converted to ${to}: ${a || '1'} is not ${b || '1'}`,
      `${from} は ${to} に換算できません（${a || '1'} と ${b || '1'}）`,
    );
  return toDecimal(fromBase(toBase(readValue(value), from, source), to, target));
}

/** A quantity in base units, such as `g.m-1`. @throws QuantityError for what is no unit */
export function inBaseUnits({ value, unit }: UcumQuantity): UcumQuantity {
  const read = readUnit(unit);
  return { value: toDecimal(toBase(readValue(value), unit, read)), unit: baseText(read.worth) };
}

const grouped = (unit: string): string => (/[./]/.test(unit) ? `(${unit})` : unit);

/** The product of two quantities in base units. @throws QuantityError for what is no unit */
export function multiplyQuantities(a: UcumQuantity, b: UcumQuantity): UcumQuantity {
  const unit = [a.unit, b.unit]
    .filter(one => one !== '')
    .map(grouped)
    .join('.');
  return inBaseUnits({ value: toDecimal(times(readValue(a.value), readValue(b.value)), 60), unit });
}

/** The quotient of two quantities in base units. @throws QuantityError for what is no unit, and for a division by zero */
export function divideQuantities(a: UcumQuantity, b: UcumQuantity): UcumQuantity {
  const by = readValue(b.value);
  if (by.n === 0n) throw new QuantityError('a division by zero', '0 で割ることはできません');
  const unit = b.unit === '' ? a.unit : `${a.unit === '' ? '1' : grouped(a.unit)}/${grouped(b.unit)}`;
  return inBaseUnits({ value: toDecimal(over(readValue(a.value), by), 60), unit });
}

function componentName(component: Component): string {
  if (component.kind === 'number') return component.value;
  const name = `${component.prefix?.name ?? ''}${component.atom.name}`;
  return component.exponent === 1 ? `(${name})` : `(${name} ^ ${component.exponent})`;
}

function termsName(unit: Unit): string {
  return unit.terms
    .map(({ divide, of }, i) => {
      const own = 'kind' in of ? componentName(of) : `(${termsName(of)})`;
      if (i === 0) return divide ? `/ ${own}` : own;
      return `${divide ? '/' : '*'} ${own}`;
    })
    .join(' ');
}

/** A unit in words, such as `(milligram) / (deciliter)`. @throws QuantityError for what is no unit */
export function unitName(code: string): string {
  return code === '' ? '(unity)' : termsName(readUnit(code));
}
