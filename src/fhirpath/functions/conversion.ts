/** Conversion. @see https://hl7.org/fhirpath/N1/#conversion */
import { booleanType, type Code, single, testCode, testOf } from '../code.ts';
import { Decimal } from '../decimal.ts';
import { toDecimal, toQuantity } from '../equality.ts';
import { fault, type Place, refuse } from '../fault.ts';
import { type Item, Node, none, systemOf, TypeValue } from '../item.ts';
import { convertQuantity, parseQuantity } from '../quantity.ts';
import { parseTemporal, parseTime, Temporal, withKind } from '../temporal.ts';
import { type Call, type FunctionEntry, ofValue, textOf } from './define.ts';

const truths: ReadonlySet<string> = new Set(['true', 't', 'yes', 'y', '1', '1.0']);
const falsehoods: ReadonlySet<string> = new Set(['false', 'f', 'no', 'n', '0', '0.0']);

type Convert = (value: Item, unit?: Item) => Item | undefined;

const toBoolean: Convert = value => {
  if (typeof value === 'boolean') return value;
  const number = toDecimal(value);
  if (number) return number.number === 1 ? true : number.number === 0 ? false : undefined;
  if (typeof value !== 'string') return undefined;
  const word = value.toLowerCase();
  return truths.has(word) ? true : falsehoods.has(word) ? false : undefined;
};

const inRange = (value: bigint, bits: bigint): boolean => value < 2n ** (bits - 1n) && value >= -(2n ** (bits - 1n));
const wholeText = /^[+-]?\d{1,30}$/;

function toWhole(value: Item): bigint | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number' || typeof value === 'bigint') return BigInt(value);
  return typeof value === 'string' && wholeText.test(value) ? BigInt(value.replace(/^\+/, '')) : undefined;
}

const toInteger: Convert = value => {
  const whole = toWhole(value);
  return whole !== undefined && inRange(whole, 32n) ? Number(whole) : undefined;
};
const toLong: Convert = value => {
  const whole = toWhole(value);
  return whole !== undefined && inRange(whole, 64n) ? whole : undefined;
};
const toDecimalValue: Convert = value => {
  if (typeof value === 'boolean') return Decimal.parse(value ? '1.0' : '0.0');
  if (typeof value === 'string')
    return /^[+-]?\d+(?:\.\d+)?$/.test(value) ? Decimal.parse(value.replace(/^\+/, '')) : undefined;
  return toDecimal(value);
};

const toDate: Convert = value => {
  const found = typeof value === 'string' ? parseTemporal(value) : value;
  if (!(found instanceof Temporal) || found.kind === 'Time') return undefined;
  return typeof value === 'string' && found.kind !== 'Date' ? undefined : withKind(found, 'Date');
};
const toDateTime: Convert = value => {
  const found = typeof value === 'string' ? parseTemporal(value) : value;
  return found instanceof Temporal && found.kind !== 'Time' ? withKind(found, 'DateTime') : undefined;
};
const toTime: Convert = value => {
  const found = typeof value === 'string' ? parseTime(value) : value;
  return found instanceof Temporal && found.kind === 'Time' ? found : undefined;
};

const toQuantityValue: Convert = (value, unit) => {
  const quantity =
    typeof value === 'boolean'
      ? toQuantity(toDecimalValue(value))
      : typeof value === 'string'
        ? parseQuantity(value)
        : toQuantity(value);
  if (quantity?.kind === 'other') return undefined;
  return quantity && (typeof unit === 'string' ? convertQuantity(quantity, unit) : quantity);
};

/** Text of a System value; undefined for FHIR elements that are no primitives. */
export const toText: Convert = value =>
  value instanceof Node || value instanceof TypeValue ? undefined : String(value);

const conversions: readonly (readonly [string, Convert, number])[] = [
  ['Boolean', toBoolean, 0],
  ['Integer', toInteger, 0],
  ['Long', toLong, 0],
  ['Decimal', toDecimalValue, 0],
  ['Date', toDate, 0],
  ['DateTime', toDateTime, 0],
  ['Time', toTime, 0],
  ['Quantity', toQuantityValue, 1],
  ['String', toText, 0],
];

function unitOf(unit: Item | undefined, place: Place): Item | undefined {
  return unit === undefined ? undefined : textOf(unit, place);
}

/**
 * A FHIR quantity that cannot be a System one (comparator, or a code of another system) is an error here.
 * @see https://hl7.org/fhir/R4/fhirpath.html#quantity
 */
function checkQuantity(value: Item, place: Place): void {
  if (
    value instanceof Node &&
    value.shape.isQuantity &&
    (value.value as { comparator?: unknown }).comparator !== undefined
  )
    throw fault(place, 'a quantity with a comparator is no value', 'comparator のある数量は値に変換できません');
}

/** The criterion decides which branch is evaluated. */
function iif(call: Call): Code {
  const { input, place, scope } = call;
  const inner = { ...scope, self: { ...input.type, single: true } };
  const criterion = call.compile(call.args[0]!, inner);
  const { system, shapes } = criterion.type;
  const isBoolean =
    system === undefined
      ? !shapes || shapes.every(shape => shape.open || shape.primitive === 'Boolean')
      : system === 'Boolean';
  if (scope.strict && !isBoolean)
    throw refuse(place, 'iif(): the criterion is no boolean', 'iif() の条件は真偽値でなければなりません');
  const test = testOf(criterion, place);
  const branches = call.args.slice(1).map(arg => call.compile(arg, inner));
  return {
    run(self, state) {
      const item = single(input.run(self, state), place, 'iif()');
      const branch = test(item, state) === true ? branches[0] : branches[1];
      return branch ? branch.run(item, state) : none;
    },
    type: branches.length === 1 ? branches[0]!.type : {},
  };
}

function convertible(convert: Convert): FunctionEntry {
  return {
    arity: [0, 1],
    build(call) {
      const { input, place, name } = call;
      const unit = call.args[0] && call.compile(call.args[0], call.scope);
      return testCode((self, state) => {
        const item = single(input.run(self, state), place, `${name}()`);
        const value = item === undefined ? undefined : systemOf(item);
        if (value === undefined) return undefined;
        return convert(value, unit && unitOf(single(unit.run(self, state), place, name), place)) !== undefined;
      });
    },
  };
}

/** The functions of this file by name. */
export const conversion: readonly (readonly [string, FunctionEntry])[] = [
  ['iif', { arity: [2, 3], build: iif }],
  ...conversions.flatMap(([name, convert, most]): (readonly [string, FunctionEntry])[] => [
    [
      `to${name}`,
      ofValue(
        0,
        most,
        (value, [unit], _, place) => {
          if (name === 'Quantity') checkQuantity(value, place);
          return convert(value, unitOf(unit, place));
        },
        name === 'Boolean' ? booleanType : { system: name, single: true },
      ),
    ],
    [`convertsTo${name}`, convertible(convert)],
  ]),
];
