/**
 * System.Decimal: a decimal number that keeps its digits. Exact for + - * and comparison; a quotient has 8 digits after
 * the point at least, like the specification's step size.
 * @see https://hl7.org/fhirpath/N1/#decimal
 */

const form = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** 10 to the n, n ≥ 0. */
export function tenTo(n: number): bigint {
  return 10n ** BigInt(n);
}

/** Digits a value may have before and after the point; arithmetic beyond is refused by giving nothing. */
const maxDigits = 1000;

/** units / 10^scale; the double is at hand for comparisons. */
export class Decimal {
  private exact: { units: bigint; scale: number } | undefined;
  private readonly text: string | undefined;
  readonly number: number;

  constructor(number: number, text?: string, exact?: { units: bigint; scale: number }) {
    this.number = number;
    this.text = text;
    this.exact = exact;
  }

  /** `1.50`, `-3`, `1e3`; undefined for anything else. */
  static parse(text: string): Decimal | undefined {
    const match = text.length > maxDigits ? null : form.exec(text);
    if (!match || Math.abs(Number(match[4] ?? 0)) > maxDigits) return undefined;
    const number = Number(text);
    return Number.isFinite(number) ? new Decimal(number, text) : undefined;
  }

  static of(units: bigint, scale: number): Decimal {
    const exact = scale < 0 ? { units: units * tenTo(-scale), scale: 0 } : { units, scale };
    return new Decimal(toNumber(exact.units, exact.scale), undefined, exact);
  }

  /** The nearest decimal of a double, with at most 15 significant digits. */
  static from(number: number): Decimal | undefined {
    if (!Number.isFinite(number)) return undefined;
    return new Decimal(number, String(Number(number.toPrecision(15))));
  }

  private get parts(): { units: bigint; scale: number } {
    this.exact ??= parseParts(this.text ?? String(this.number));
    return this.exact;
  }

  get units(): bigint {
    return this.parts.units;
  }

  /** Digits after the point, as written. */
  get scale(): number {
    return this.parts.scale;
  }

  /** Digits after the point without the zeros at the end. */
  get significantScale(): number {
    let { units, scale } = this.parts;
    while (scale > 0 && units % 10n === 0n) {
      units /= 10n;
      scale--;
    }
    return scale;
  }

  toString(): string {
    const { units, scale } = this.parts;
    const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
    const sign = units < 0n ? '-' : '';
    return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  }

  compare(other: Decimal): number {
    if (this.number !== other.number) return this.number < other.number ? -1 : 1;
    if (this.text !== undefined && this.text === other.text) return 0;
    const [a, b] = align(this, other);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  plus(other: Decimal): Decimal {
    const [a, b, scale] = align(this, other);
    return Decimal.of(a + b, scale);
  }

  minus(other: Decimal): Decimal {
    const [a, b, scale] = align(this, other);
    return Decimal.of(a - b, scale);
  }

  times(other: Decimal): Decimal | undefined {
    const scale = this.scale + other.scale;
    if (scale > maxDigits || !Number.isFinite(this.number * other.number)) return undefined;
    return Decimal.of(this.units * other.units, scale);
  }

  /** Undefined when dividing by zero. */
  over(other: Decimal): Decimal | undefined {
    const digits = Math.max(16, this.scale, other.scale);
    if (other.units === 0n || digits > maxDigits) return undefined;
    const raised = this.units * tenTo(digits + other.scale);
    return Decimal.of(divideRound(raised, other.units * tenTo(this.scale)), digits).trimmed();
  }

  /** Truncated quotient; undefined when dividing by zero. */
  wholeOver(other: Decimal): bigint | undefined {
    const [a, b] = align(this, other);
    return b === 0n ? undefined : a / b;
  }

  modulo(other: Decimal): Decimal | undefined {
    const [a, b, scale] = align(this, other);
    return b === 0n ? undefined : Decimal.of(a % b, scale);
  }

  negated(): Decimal {
    return Decimal.of(-this.units, this.scale);
  }

  /** Rounded half away from zero to a number of digits after the point. */
  round(digits: number): Decimal {
    if (digits >= this.scale) return this;
    return Decimal.of(divideRound(this.units, tenTo(this.scale - digits)), digits);
  }

  /** Cut toward zero. */
  truncate(digits = 0): Decimal {
    if (digits >= this.scale) return this;
    return Decimal.of(this.units / tenTo(this.scale - digits), digits);
  }

  /** The same value written with more zeros. */
  padded(digits: number): Decimal {
    return digits <= this.scale ? this : Decimal.of(this.units * tenTo(digits - this.scale), digits);
  }

  /** Without zeros at the end, keeping at least so many digits after the point. */
  trimmed(least = 0): Decimal {
    const scale = Math.max(least, this.significantScale);
    return scale >= this.scale ? this : Decimal.of(this.units / tenTo(this.scale - scale), scale);
  }
}

/** The double nearest to units / 10^scale. */
function toNumber(units: bigint, scale: number): number {
  if (scale === 0) return Number(units);
  return Number(`${units}e-${scale}`);
}

function parseParts(text: string): { units: bigint; scale: number } {
  const [, sign, whole = '0', fraction = '', exponent = '0'] = form.exec(text) ?? [];
  const units = BigInt((sign === '-' ? '-' : '') + whole + fraction);
  const scale = fraction.length - Number(exponent);
  return scale < 0 ? { units: units * tenTo(-scale), scale: 0 } : { units, scale };
}

function align(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale);
  return [a.units * tenTo(scale - a.scale), b.units * tenTo(scale - b.scale), scale];
}

/** Quotient rounded half away from zero. */
function divideRound(a: bigint, b: bigint): bigint {
  const negative = a < 0n !== b < 0n;
  const [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  const rounded = (2n * x + y) / (2n * y);
  return negative ? -rounded : rounded;
}
