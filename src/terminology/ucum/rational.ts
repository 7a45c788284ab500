/**
 * Exact fractions, so that converting a value adds no digits and loses none.
 */

/** A fraction in lowest terms; the denominator is positive. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

function divisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** Makes a fraction. */
export function rational(n: bigint, d = 1n): Rational {
  const sign = d < 0n ? -1n : 1n;
  const common = divisor(n, d < 0n ? -d : d) || 1n;
  return { n: (sign * n) / common, d: (sign * d) / common };
}

/** One. */
export const one: Rational = { n: 1n, d: 1n };

/** Reads a decimal such as `6.30` or `6.67e-11`; undefined when it is none. */
export function parseDecimal(text: string): Rational | undefined {
  const found = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (!found) return undefined;
  const [, sign, whole = '', part = '', exponent = '0'] = found;
  const shift = Number(exponent) - part.length;
  const digits = BigInt(`${sign}${whole}${part}`);
  return shift >= 0 ? rational(digits * 10n ** BigInt(shift)) : rational(digits, 10n ** BigInt(-shift));
}

export const times = (a: Rational, b: Rational): Rational => rational(a.n * b.n, a.d * b.d);
export const over = (a: Rational, b: Rational): Rational => rational(a.n * b.d, a.d * b.n);
export const plus = (a: Rational, b: Rational): Rational => rational(a.n * b.d + b.n * a.d, a.d * b.d);
export const minus = (a: Rational, b: Rational): Rational => rational(a.n * b.d - b.n * a.d, a.d * b.d);

/** A whole power. */
export function power(a: Rational, exponent: number): Rational {
  if (exponent < 0) return over(one, power(a, -exponent));
  return { n: a.n ** BigInt(exponent), d: a.d ** BigInt(exponent) };
}

/** As a floating-point number. */
export function toNumber(a: Rational): number {
  return Number(toDecimal(a, 20));
}

/** As a decimal of at most so many significant digits, rounded half up; no exponent between 1e-30 and 1e30. */
export function toDecimal(a: Rational, significant = 24): string {
  if (a.n === 0n) return '0';
  const negative = a.n < 0n;
  const n = negative ? -a.n : a.n;
  // The exponent of the first digit, by the lengths of both numbers and put right by comparing.
  let exponent = n.toString().length - a.d.toString().length;
  const scaled = (power: number) => (power >= 0 ? n * 10n ** BigInt(power) : n / 10n ** BigInt(-power));
  if (
    scaled(-exponent) < (exponent > 0 ? a.d : a.d) &&
    n * 10n ** BigInt(Math.max(0, -exponent)) < a.d * 10n ** BigInt(Math.max(0, exponent))
  )
    exponent--;
  const shift = significant - 1 - exponent;
  const top = shift >= 0 ? n * 10n ** BigInt(shift) : n;
  const bottom = shift >= 0 ? a.d : a.d * 10n ** BigInt(-shift);
  let digits = ((2n * top + bottom) / (2n * bottom)).toString();
  if (digits.length > significant) exponent++;
  digits = digits.replace(/0+$/, '');
  return (negative ? '-' : '') + place(digits, exponent);
}

/** Digits with the first one worth 10^exponent. */
function place(digits: string, exponent: number): string {
  if (exponent < -30 || exponent > 30)
    return `${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}e${exponent}`;
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return digits.padEnd(exponent + 1, '0');
  return `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}
