/**
 * Operators on values: arithmetic, comparison, boolean logic with three values.
 * @see https://hl7.org/fhirpath/N1/#operations
 */
import { charge, type State } from './code.ts';
import { Decimal } from './decimal.ts';
import { compareItems, equalItems, Seen, toDecimal, toQuantity } from './equality.ts';
import { fault, type Place } from './fault.ts';
import { type Collection, type Item, systemName } from './item.ts';
import { plusQuantity, Quantity, timesQuantity } from './quantity.ts';
import { plusDuration, Temporal } from './temporal.ts';

type Truth = boolean | undefined;

const and = (a: Truth, b: Truth): Truth =>
  b === false ? false : a === undefined || b === undefined ? undefined : true;
const or = (a: Truth, b: Truth): Truth => (b === true ? true : a === undefined || b === undefined ? undefined : false);
const xor = (a: Truth, b: Truth): Truth => (a === undefined || b === undefined ? undefined : a !== b);
const implies = (a: Truth, b: Truth): Truth =>
  b === true ? true : a === undefined || b === undefined ? undefined : false;

/** An operator of three-valued logic. */
export interface Logic {
  readonly join: (left: Truth, right: Truth) => Truth;
  /** The left side that decides alone, so that the right one is not asked, and what is decided then. */
  readonly decides?: boolean;
  readonly decision?: boolean;
}

/** Three-valued logic. */
export const logic: ReadonlyMap<string, Logic> = new Map<string, Logic>([
  ['and', { join: and, decides: false, decision: false }],
  ['or', { join: or, decides: true, decision: true }],
  ['xor', { join: xor }],
  ['implies', { join: implies, decides: false, decision: true }],
]);

/** Longest text an operator or function may make. */
const maxText = 1_000_000;

/** A text that was made; counted against the budget. @throws FhirError when it is too long */
export function madeText(text: string, state: State, place: Place): string {
  charge(state, text.length >> 6, place);
  if (text.length > maxText)
    throw fault(place, `a text longer than ${maxText} characters`, `文字列が ${maxText} 文字を超えます`, 'too-costly');
  return text;
}

const describe = (item: Item): string => systemName(item) ?? 'an element';

function mismatch(operator: string, x: Item, y: Item, place: Place): Error {
  return fault(
    place,
    `"${operator}" cannot be used on ${describe(x)} and ${describe(y)}`,
    `「${operator}」は ${describe(x)} と ${describe(y)} には使えません`,
  );
}

/** `<`, `<=`, `>`, `>=` on System values. @throws FhirError for types that have no common order */
export function compare(operator: string, x: Item, y: Item, place: Place): Truth {
  const found = compareItems(x, y);
  if (!found) throw mismatch(operator, x, y, place);
  const { order } = found;
  if (order === undefined) return undefined;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

const longest = 2n ** 63n;

/** A whole number of the wider of both types; empty when it does not fit. */
function whole(value: bigint, long: boolean): Item | undefined {
  if (long) return value < longest && value >= -longest ? value : undefined;
  return value <= 2_147_483_647n && value >= -2_147_483_648n ? Number(value) : undefined;
}

const isWhole = (item: Item): item is number | bigint => typeof item === 'number' || typeof item === 'bigint';

/** `+ - * / div mod` on System values; undefined is empty. @throws FhirError for types it is not defined on */
export function arithmetic(operator: string, x: Item, y: Item, state: State, place: Place): Item | undefined {
  if (operator === '+' && typeof x === 'string' && typeof y === 'string') return madeText(x + y, state, place);
  if (x instanceof Temporal && y instanceof Quantity && (operator === '+' || operator === '-'))
    return plusPeriod(x, operator === '-' ? new Quantity(y.value.negated(), y.unit, y.kind) : y, place);
  if (x instanceof Quantity || y instanceof Quantity) {
    const [p, q] = [toQuantity(x), toQuantity(y)];
    if (p && q) return quantityArithmetic(operator, p, q, place);
  } else if (isWhole(x) && isWhole(y) && operator !== '/')
    return wholeArithmetic(operator, BigInt(x), BigInt(y), typeof x === 'bigint' || typeof y === 'bigint');
  else {
    const [p, q] = [toDecimal(x), toDecimal(y)];
    if (p && q) return decimalArithmetic(operator, p, q);
  }
  throw mismatch(operator, x, y, place);
}

function wholeArithmetic(operator: string, x: bigint, y: bigint, long: boolean): Item | undefined {
  switch (operator) {
    case '+':
      return whole(x + y, long);
    case '-':
      return whole(x - y, long);
    case '*':
      return whole(x * y, long);
    default:
      return y === 0n ? undefined : whole(operator === 'div' ? x / y : x % y, long);
  }
}

function decimalArithmetic(operator: string, x: Decimal, y: Decimal): Item | undefined {
  switch (operator) {
    case '+':
      return x.plus(y);
    case '-':
      return x.minus(y);
    case '*':
      return x.times(y);
    case '/':
      return x.over(y);
    case 'mod':
      return x.modulo(y);
    default: {
      const quotient = x.wholeOver(y);
      return quotient === undefined ? undefined : whole(quotient, false);
    }
  }
}

function quantityArithmetic(operator: string, x: Quantity, y: Quantity, place: Place): Item | undefined {
  if (operator === '+' || operator === '-') return plusQuantity(x, y, operator === '-');
  if (operator === '*' || operator === '/') return timesQuantity(x, y, operator === '/');
  if (x.unit !== y.unit || x.kind !== y.kind) throw mismatch(operator, x, y, place);
  const value = toDecimal(decimalArithmetic(operator, x.value, y.value));
  return value && new Quantity(value, operator === 'div' ? '1' : x.unit);
}

/**
 * A date or time moved by a duration. Decimals are cut but for seconds; years and months must be calendar durations.
 * @see https://hl7.org/fhirpath/N1/#datetime-arithmetic
 */
function plusPeriod(
  value: Temporal,
  { value: amount, unit, kind, calendar }: Quantity,
  place: Place,
): Item | undefined {
  const refused = value.kind === 'Time' && ['year', 'month', 'week', 'day'].includes(calendar ?? '');
  if (calendar === undefined || refused)
    throw fault(place, `'${unit}' cannot be added to a ${value.kind}`, `${value.kind} に '${unit}' は足せません`);
  const fraction = calendar === 'second' && (kind === 'calendar' || value.kind === 'Time');
  return plusDuration(value, fraction ? amount.number : Math.trunc(amount.number), calendar);
}

/** The items of both, each once. */
export function union(a: Collection, b: Collection, state: State, place: Place): Collection {
  return distinct(a.length === 0 ? b : [...a, ...b], state, place);
}

/** The items, each once. */
export function distinct(items: Collection, state: State, place: Place): Collection {
  if (items.length <= 1) return items;
  if (items.length <= 8)
    return items.filter((item, i) => !items.slice(0, i).some(other => equalItems(item, other) === true));
  const seen = new Seen();
  return items.filter(item => {
    charge(state, seen.cost, place);
    return seen.add(item);
  });
}

/** `-x`; undefined for an overflow. */
export function negate(item: Item, place: Place): Item | undefined {
  if (typeof item === 'number' || typeof item === 'bigint') return typeof item === 'number' ? 0 - item : -item;
  if (item instanceof Decimal) return item.negated();
  if (item instanceof Quantity) return new Quantity(item.value.negated(), item.unit, item.kind);
  throw fault(place, `"-" cannot be used on ${describe(item)}`, `「-」は ${describe(item)} には使えません`);
}
