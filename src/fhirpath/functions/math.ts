/** Math, and the aggregates of numbers. @see https://hl7.org/fhirpath/N1/#math */
import { charge, type State } from '../code.ts';
import { Decimal } from '../decimal.ts';
import { compareItems, toDecimal, toQuantity } from '../equality.ts';
import { fault, type Place } from '../fault.ts';
import { type Collection, type Item, none, systemName, systemOf } from '../item.ts';
import { arithmetic } from '../operators.ts';
import { aligned, Quantity } from '../quantity.ts';
import { boundary, comparableKinds, precisionDigits, Temporal } from '../temporal.ts';
import { type FunctionEntry, integerOf, itemCode, ofCollections, ofValue, type Values } from './define.ts';

function numberOf(value: Item, place: Place): Decimal {
  const number = toDecimal(value);
  if (!number)
    throw fault(
      place,
      `found ${systemName(value) ?? 'an element'}, expected a number`,
      `${systemName(value) ?? '要素'} ではなく数値が必要です`,
    );
  return number;
}

const integer = (value: Decimal): Item | undefined =>
  Math.abs(value.number) <= 2_147_483_648 ? Number(value.units / 10n ** BigInt(value.scale)) : undefined;

/** Rounding to whole numbers; quantities keep their unit. */
function rounding(round: (value: Decimal) => Decimal): FunctionEntry {
  return ofValue(0, 0, (value, _, __, place) =>
    value instanceof Quantity
      ? new Quantity(round(value.value), value.unit, value.kind)
      : integer(round(numberOf(value, place))),
  );
}

const one = Decimal.of(1n, 0);
function floor(value: Decimal): Decimal {
  const cut = value.truncate();
  return cut.compare(value) > 0 ? cut.minus(one) : cut;
}

/** A function of doubles; what is no number is empty. */
const ofDouble = (compute: (x: number) => number): FunctionEntry =>
  ofValue(0, 0, (value, _, __, place) => Decimal.from(compute(numberOf(value, place).number)));

function abs(value: Item, place: Place): Item | undefined {
  if (typeof value === 'number') return Math.abs(value);
  if (typeof value === 'bigint') return value < 0n ? -value : value;
  if (value instanceof Quantity)
    return value.value.number < 0 ? new Quantity(value.value.negated(), value.unit, value.kind) : value;
  const number = numberOf(value, place);
  return number.number < 0 ? number.negated() : number;
}

function power(base: Item, exponent: Item, place: Place): Item | undefined {
  const [x, y] = [numberOf(base, place).number, numberOf(exponent, place).number];
  const result = x ** y;
  if (typeof base === 'number' && typeof exponent === 'number' && exponent >= 0)
    return Number.isInteger(result) && Math.abs(result) <= 2_147_483_647 ? result : undefined;
  return Decimal.from(result);
}

function round(value: Item, [digits]: Values, place: Place): Item | undefined {
  const count = digits === undefined ? 0 : integerOf(digits, place);
  if (count < 0 || count > 100)
    throw fault(place, 'round(): the precision must be 0 to 100', 'round() の桁数は 0〜100 です');
  return value instanceof Quantity
    ? new Quantity(value.value.round(count), value.unit, value.kind)
    : numberOf(value, place).round(count);
}

/**
 * The least or greatest number that rounds to the value as written, cut or rounded to a number of digits.
 * @see https://hl7.org/fhirpath/#lowboundaryprecision-integer-decimal--date--datetime--time
 */
function decimalBoundary(value: Decimal, digits: number, high: boolean): Decimal | undefined {
  if (digits < 0 || digits > 31) return undefined;
  const half = Decimal.of(5n, value.scale + 1);
  const exact = high ? value.plus(half) : value.minus(half);
  return (high === exact.number >= 0 ? exact.round(digits) : exact.truncate(digits)).padded(digits);
}

function boundaryOf(value: Item, [digits]: Values, high: boolean, place: Place): Item | undefined {
  if (digits !== undefined) integerOf(digits, place);
  const count = digits as number | undefined;
  if (value instanceof Temporal) return boundary(value, count ?? { Date: 8, DateTime: 17, Time: 9 }[value.kind], high);
  if (!(value instanceof Quantity)) return decimalBoundary(numberOf(value, place), count ?? 8, high);
  const found = decimalBoundary(value.value, count ?? 8, high);
  return found && new Quantity(found, value.unit, value.kind);
}

function comparable(value: Item, [other]: Values): Item | undefined {
  if (other === undefined) return undefined;
  if (value instanceof Temporal) return other instanceof Temporal && comparableKinds(value, other);
  const [x, y] = [toQuantity(value), toQuantity(other)];
  return x !== undefined && y !== undefined && aligned(x, y) !== undefined;
}

/** The System values of a collection; undefined when there are none or one has no value. */
function valuesOf(input: Collection): Item[] | undefined {
  const values = input.map(systemOf);
  return values.length === 0 || values.includes(undefined) ? undefined : (values as Item[]);
}

function sum(values: readonly Item[], state: State, place: Place): Item | undefined {
  charge(state, values.length, place);
  return values.reduce<Item | undefined>(
    (total, value, i) =>
      i === 0 ? value : total === undefined ? undefined : arithmetic('+', total, value, state, place),
    undefined,
  );
}

function extreme(sign: number): FunctionEntry {
  return aggregated((values, _, place) =>
    values.reduce((best, value) => {
      const found = compareItems(value, best);
      if (!found) throw fault(place, 'values of types that have no common order', '比べられない型の値があります');
      return (found.order ?? 0) * sign < 0 ? value : best;
    }),
  );
}

function aggregated(compute: (values: readonly Item[], state: State, place: Place) => Item | undefined): FunctionEntry {
  return ofCollections(0, 0, (input, _, state, place) => {
    const values = valuesOf(input);
    const result = values && compute(values, state, place);
    return result === undefined ? none : [result];
  });
}

/** aggregate(): $total carries the result from item to item. @see https://hl7.org/fhirpath/N1/#aggregates */
const aggregate: FunctionEntry = {
  arity: [1, 2],
  build(call) {
    const { input, place } = call;
    const step = itemCode(call);
    const start = call.args[1] && call.compile(call.args[1], call.scope);
    return {
      run(self, state) {
        const items = input.run(self, state);
        const first = start ? start.run(self, state) : none;
        const { index, total } = state;
        state.total = first;
        items.forEach((item, i) => {
          state.index = i;
          const result = step.run(item, state);
          charge(state, result.length + 1, place);
          state.total = result;
        });
        const result = state.total;
        state.index = index;
        state.total = total;
        return result;
      },
      type: {},
    };
  },
};

/** The functions of this file by name. */
export const math: readonly (readonly [string, FunctionEntry])[] = [
  ['abs', ofValue(0, 0, (value, _, __, place) => abs(value, place))],
  ['ceiling', rounding(value => floor(value.negated()).negated())],
  ['floor', rounding(floor)],
  ['truncate', rounding(value => value.truncate())],
  ['exp', ofDouble(Math.exp)],
  ['ln', ofDouble(Math.log)],
  ['sqrt', ofDouble(Math.sqrt)],
  [
    'log',
    ofValue(1, 1, (value, [base], _, place) =>
      base === undefined
        ? undefined
        : Decimal.from(Math.log(numberOf(value, place).number) / Math.log(numberOf(base, place).number)),
    ),
  ],
  [
    'power',
    ofValue(1, 1, (value, [exponent], _, place) =>
      exponent === undefined ? undefined : power(value, exponent, place),
    ),
  ],
  ['round', ofValue(0, 1, (value, args, _, place) => round(value, args, place))],
  ['lowBoundary', ofValue(0, 1, (value, args, _, place) => boundaryOf(value, args, false, place))],
  ['highBoundary', ofValue(0, 1, (value, args, _, place) => boundaryOf(value, args, true, place))],
  [
    'precision',
    ofValue(0, 0, (value, _, __, place) =>
      value instanceof Temporal ? precisionDigits(value) : numberOf(value, place).scale,
    ),
  ],
  ['comparable', ofValue(1, 1, (value, args) => comparable(value, args))],
  ['aggregate', aggregate],
  ['sum', aggregated(sum)],
  ['min', extreme(1)],
  ['max', extreme(-1)],
  [
    'avg',
    aggregated((values, state, place) => {
      const total = sum(values, state, place);
      return total === undefined
        ? undefined
        : arithmetic('/', total, Decimal.of(BigInt(values.length), 0), state, place);
    }),
  ],
];
