/**
 * UCUM units: which can be compared, by which factor, and the units of products. The library is loaded with the first unit
 * that needs it.
 * @see https://ucum.org/ucum
 */
import { createRequire } from 'node:module';

interface LhcUnit {
  readonly dim_: { readonly dimVec_: readonly number[] | null } | null;
  readonly magnitude_: number;
  readonly cnv_: string | null;
  readonly isArbitrary_: boolean;
  readonly moleExp_: number;
}
interface Lhc {
  readonly UcumLhcUtils: {
    getInstance(): {
      getSpecifiedUnit(code: string, mode: 'validate'): { unit: LhcUnit | null };
      convertUnitTo(from: string, value: number, to: string): { status: string; toVal: number | null };
    };
  };
}

const require = createRequire(import.meta.url);
let library: ReturnType<Lhc['UcumLhcUtils']['getInstance']> | undefined;
const known = new Map<string, LhcUnit | null>();

function find(code: string): LhcUnit | null {
  const found = known.get(code);
  if (found !== undefined) return found;
  library ??= (require('@lhncbc/ucum-lhc') as Lhc).UcumLhcUtils.getInstance();
  let unit: LhcUnit | null = null;
  try {
    unit = code.length > 200 ? null : library.getSpecifiedUnit(code, 'validate').unit;
  } catch {
    unit = null;
  }
  if (known.size < 5000) known.set(code, unit);
  return unit;
}

const dimension = (unit: LhcUnit): string => `${(unit.dim_?.dimVec_ ?? [0, 0, 0, 0, 0, 0, 0]).join()} ${unit.moleExp_}`;

/** True when values of one unit can be converted to the other. */
export function sameDimension(a: string, b: string): boolean {
  if (a === b) return true;
  const [x, y] = [find(a), find(b)];
  if (!x || !y || x.isArbitrary_ || y.isArbitrary_) return false;
  return dimension(x) === dimension(y);
}

/** A value in another unit; undefined when it cannot be converted. */
export function convertUnit(value: number, from: string, to: string): number | undefined {
  if (from === to) return value;
  if (!sameDimension(from, to)) return undefined;
  const [x, y] = [find(from)!, find(to)!];
  if (x.cnv_ === null && y.cnv_ === null) return clean((value * x.magnitude_) / y.magnitude_);
  const { status, toVal } = library!.convertUnitTo(from, value, to);
  return status === 'succeeded' && toVal !== null ? clean(toVal) : undefined;
}

/** Fourteen significant digits: what conversion adds beyond is noise. */
function clean(value: number): number {
  return Number(value.toPrecision(14));
}

/** Units whose products mean nothing: logarithms, degrees, arbitrary units; and what is no unit. */
export function isMultipliable(code: string): boolean {
  const unit = find(code);
  return unit !== null && unit.cnv_ === null && !unit.isArbitrary_;
}

/** True when the unit stands for less: milligram before gram. */
export function isFiner(a: string, b: string): boolean {
  return (find(a)?.magnitude_ ?? 1) < (find(b)?.magnitude_ ?? 1);
}

/** The unit of a product or quotient; `1` when nothing is left. */
export function combineUnits(a: string, b: string, divide: boolean): string {
  if (divide && (a === b || sameDimension(a, b))) return '1';
  if (b === '1') return a;
  if (a === '1') return divide ? `1/${wrap(b)}` : b;
  return divide ? `${wrap(a)}/${wrap(b)}` : `${wrap(a)}.${wrap(b)}`;
}

const wrap = (code: string): string => (/[./]/.test(code) ? `(${code})` : code);
