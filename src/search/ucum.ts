/**
 * UCUM: units brought to base units, so that quantities of one kind can be compared. The library is loaded with the first unit.
 * @see https://ucum.org/ucum
 */
import { createRequire } from 'node:module';

/** Canonical of UCUM. */
export const ucumSystem = 'http://unitsofmeasure.org';

interface LhcUnit {
  readonly dim_: { readonly dimVec_: readonly number[] | null } | null;
  readonly magnitude_: number;
  readonly cnv_: string | null;
  readonly isArbitrary_: boolean;
  readonly moleExp_: number;
  convertFrom(value: number, from: LhcUnit): number;
}
interface Lhc {
  readonly UcumLhcUtils: {
    getInstance(): { getSpecifiedUnit(code: string, mode: 'validate'): { unit: LhcUnit | null } };
  };
}

/** A unit by its base units: the name stands for the dimension, `scale` turns a value into it. */
export interface BaseUnits {
  readonly unit: string;
  scale(value: number): number;
}

const require = createRequire(import.meta.url);
let library: ReturnType<Lhc['UcumLhcUtils']['getInstance']> | undefined;
const known = new Map<string, BaseUnits | undefined>();

/** A UCUM code in base units; undefined when it is no valid unit or one that cannot be converted (arbitrary units). */
export function toBaseUnits(code: string): BaseUnits | undefined {
  if (known.has(code)) return known.get(code);
  const found = compute(code);
  if (known.size < 5000) known.set(code, found);
  return found;
}

function compute(code: string): BaseUnits | undefined {
  library ??= (require('@lhncbc/ucum-lhc') as Lhc).UcumLhcUtils.getInstance();
  try {
    const unit = library.getSpecifiedUnit(code, 'validate').unit;
    if (!unit || unit.isArbitrary_ || unit.cnv_ !== null) return special(code);
    const vector = unit.dim_?.dimVec_ ?? [0, 0, 0, 0, 0, 0, 0];
    const magnitude = unit.magnitude_;
    if (!Number.isFinite(magnitude) || magnitude === 0) return undefined;
    // An amount of substance is not a bare number, though the library counts it as one.
    return { unit: `base ${vector.join(' ')} ${unit.moleExp_}`, scale: value => round(value * magnitude) };
  } catch {
    return undefined;
  }
}

const kelvin = 'base 0 0 0 0 1 0 0 0';

/** Temperatures have an offset; other special units (pH, dB …) are compared only among themselves. */
function special(code: string): BaseUnits | undefined {
  if (code === 'Cel') return { unit: kelvin, scale: value => round(value + 273.15) };
  if (code === '[degF]') return { unit: kelvin, scale: value => round(((value + 459.67) * 5) / 9) };
  return undefined;
}

/** Twelve significant digits: what conversion adds beyond is noise. */
function round(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(12)) : value;
}
