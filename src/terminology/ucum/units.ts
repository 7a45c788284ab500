/**
 * The units of UCUM: atoms and prefixes, each atom with its exact worth in base units. The table comes from the library
 * @lhncbc/ucum-lhc, loaded with the first unit; factors are read from its texts, so that no digit is lost.
 * @see https://ucum.org/ucum
 */
import { createRequire } from 'node:module';
import { parseUnit } from './parse.ts';
import { one, parseDecimal, power, type Rational, rational, times } from './rational.ts';

/** A unit of the table. `special` names the function of a unit that is not a multiple (degrees Celsius, pH, decibel). */
export interface Atom {
  readonly code: string;
  readonly name: string;
  readonly metric: boolean;
  readonly base: boolean;
  readonly arbitrary: boolean;
  readonly special: string | undefined;
  /** Its definition: so many of these units. */
  readonly factor: string;
  readonly unit: string;
}

/** A prefix such as `m`: milli, 10^-3. */
export interface Prefix {
  readonly code: string;
  readonly name: string;
  readonly factor: Rational;
}

interface LhcUnit {
  readonly csCode_: string;
  readonly name_: string;
  readonly isBase_: boolean;
  readonly isMetric_: boolean;
  readonly isSpecial_: boolean;
  readonly isArbitrary_: boolean;
  readonly cnv_: string | null;
  readonly source_: string | null;
  readonly csUnitString_: string | null;
  readonly baseFactorStr_: string | null;
}
interface Lhc {
  readonly UcumLhcUtils: { getInstance(): unknown };
  readonly UnitTables: { getInstance(): { allUnitsByDef(): readonly LhcUnit[] } };
}

const prefixTable =
  'Y yotta 24;Z zetta 21;E exa 18;P peta 15;T tera 12;G giga 9;M mega 6;k kilo 3;h hecto 2;da deka 1;d deci -1;c centi -2;m milli -3;u micro -6;n nano -9;p pico -12;f femto -15;a atto -18;z zepto -21;y yocto -24';
const binaryTable = 'Ki kibi 1;Mi mebi 2;Gi gibi 3;Ti tebi 4';

function readPrefixes(): Map<string, Prefix> {
  const rows = (table: string, base: bigint) =>
    table.split(';').map(row => {
      const [code, name, exponent] = row.split(' ') as [string, string, string];
      return [code, { code, name, factor: power(rational(base), Number(exponent)) }] as const;
    });
  return new Map([...rows(prefixTable, 10n), ...rows(binaryTable, 1024n)]);
}

/** Prefixes by code. */
export const prefixes: ReadonlyMap<string, Prefix> = readPrefixes();

/** UCUM's names where the library's table has its own. */
const names: ReadonlyMap<string, string> = new Map([
  ['K', 'kelvin'],
  ['A', 'ampère'],
  ['l', 'liter'],
  ['L', 'liter'],
  ['%', 'percent'],
  ["'", 'minute'],
  ["''", 'second'],
]);

let table: ReadonlyMap<string, Atom> | undefined;

function readAtoms(): Map<string, Atom> {
  const library = createRequire(import.meta.url)('@lhncbc/ucum-lhc') as Lhc;
  library.UcumLhcUtils.getInstance();
  const atoms = new Map<string, Atom>();
  for (const unit of library.UnitTables.getInstance().allUnitsByDef()) {
    // What the library has from elsewhere are combinations of units, not units.
    if (unit.source_ !== 'UCUM') continue;
    atoms.set(unit.csCode_, {
      code: unit.csCode_,
      name: names.get(unit.csCode_) ?? (unit.name_.split(' - ')[0]!.trim() || unit.csCode_),
      metric: unit.isMetric_ || unit.isBase_,
      base: unit.isBase_,
      arbitrary: unit.isArbitrary_,
      special: unit.isSpecial_ || unit.cnv_ ? (unit.cnv_ ?? 'special') : undefined,
      factor: unit.baseFactorStr_ ?? '1',
      unit: unit.csUnitString_ ?? '1',
    });
  }
  return atoms;
}

/** Atoms by code. */
export function atoms(): ReadonlyMap<string, Atom> {
  table ??= readAtoms();
  return table;
}

/** A unit as a factor times powers of base units. Arbitrary units and the mole are bases of their own: they convert to nothing else. */
export interface Worth {
  readonly factor: Rational;
  readonly bases: ReadonlyMap<string, number>;
}

const worths = new Map<string, Worth>();

/** The worth of an atom; of a special unit, of what its function gives. */
export function worthOf(atom: Atom): Worth {
  let worth = worths.get(atom.code);
  if (!worth) {
    const factor = parseDecimal(atom.factor) ?? one;
    if (atom.base || (atom.arbitrary && atom.unit === '1')) worth = { factor: one, bases: new Map([[atom.code, 1]]) };
    else if (atom.code === 'mol') worth = { factor: one, bases: new Map([['mol', 1]]) };
    else {
      const parsed = parseUnit(atom.unit);
      worth =
        'problem' in parsed
          ? { factor, bases: new Map() }
          : { factor: times(factor, parsed.worth.factor), bases: parsed.worth.bases };
    }
    worths.set(atom.code, worth);
  }
  return worth;
}
