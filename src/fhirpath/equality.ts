/**
 * Equality, equivalence and order of values and collections.
 * @see https://hl7.org/fhirpath/N1/#equality
 */
import { DecimalLiteral } from '../fhir/json.ts';
import { Decimal } from './decimal.ts';
import { type Collection, type Item, isObject, Node, systemOf, TypeValue } from './item.ts';
import { aligned, compareQuantity, equivalentDecimal, equivalentQuantity, Quantity } from './quantity.ts';
import { comparableKinds, compareTemporal, Temporal } from './temporal.ts';

/** A number of any kind as a decimal. */
export function toDecimal(item: Item | undefined): Decimal | undefined {
  if (item instanceof Decimal) return item;
  if (typeof item === 'number') return new Decimal(item);
  return typeof item === 'bigint' ? Decimal.of(item, 0) : undefined;
}

/** A number or quantity as a quantity; plain numbers have the unit `1`. */
export function toQuantity(item: Item | undefined): Quantity | undefined {
  if (item instanceof Quantity) return item;
  const value = toDecimal(item);
  return value && new Quantity(value, '1');
}

/** `=` of two items; undefined when it cannot be told. */
export function equalItems(a: Item, b: Item): boolean | undefined {
  if (a === b) return true;
  const [x, y] = [systemOf(a), systemOf(b)];
  if (x === undefined || y === undefined)
    return x === y && a instanceof Node && b instanceof Node && equalJson(a.sibling, b.sibling);
  if (typeof x === 'string' || typeof x === 'boolean') return x === y;
  if (x instanceof Temporal) return y instanceof Temporal ? equalTemporals(x, y) : false;
  if (x instanceof Node) return y instanceof Node && equalJson(x.value, y.value);
  if (x instanceof TypeValue) return y instanceof TypeValue && x.name === y.name && x.namespace === y.namespace;
  if (x instanceof Quantity || y instanceof Quantity) return equalQuantities(toQuantity(x), toQuantity(y));
  if (typeof x === 'number' && typeof y === 'number') return x === y;
  const [p, q] = [toDecimal(x), toDecimal(y)];
  return p !== undefined && q !== undefined && p.compare(q) === 0;
}

function equalTemporals(a: Temporal, b: Temporal): boolean | undefined {
  if (!comparableKinds(a, b)) return false;
  const order = compareTemporal(a, b);
  return order === undefined ? undefined : order === 0;
}

/** Units that have nothing in common make quantities unequal; years and months against definite durations: not told. */
function equalQuantities(a: Quantity | undefined, b: Quantity | undefined): boolean | undefined {
  if (!a || !b) return false;
  const order = compareQuantity(a, b);
  if (order !== undefined) return order === 0;
  return (a.kind === 'calendar') === (b.kind === 'calendar') || !(a.kind === 'calendar' ? b : a).isDuration
    ? false
    : undefined;
}

/** Deep equality of JSON; numbers by value. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a instanceof DecimalLiteral || b instanceof DecimalLiteral)
    return isNumber(a) && isNumber(b) && Number(a) === Number(b);
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every(name => name in b && equalJson(a[name], b[name]));
}

const isNumber = (value: unknown): boolean => typeof value === 'number' || value instanceof DecimalLiteral;

/** `=` of two collections; undefined when either is empty or an item cannot be told. */
export function equalCollections(a: Collection, b: Collection): boolean | undefined {
  if (a.length === 0 || b.length === 0) return undefined;
  if (a.length !== b.length) return false;
  let result: boolean | undefined = true;
  for (let i = 0; i < a.length; i++) {
    const same = equalItems(a[i]!, b[i]!);
    if (same === false) return false;
    if (same === undefined) result = undefined;
  }
  return result;
}

/** Letters of one case, and every kind of space a blank. */
const folded = (text: string): string => text.toLowerCase().replace(/\s/g, ' ');

/** Takes steps from the budget of an evaluation. */
type Spend = (steps: number) => void;

function sameTexts(a: string, b: string, spend: Spend): boolean {
  spend((a.length + b.length) >> 6);
  return a === b || folded(a) === folded(b);
}

/** `~` of two items. @see https://hl7.org/fhirpath/N1/#equivalent */
function equivalentItems(a: Item, b: Item, spend: Spend): boolean {
  const [x, y] = [systemOf(a), systemOf(b)];
  if (x === undefined || y === undefined) return x === y;
  if (typeof x === 'string') return typeof y === 'string' && sameTexts(x, y, spend);
  if (x instanceof Temporal) return y instanceof Temporal && x.kind === y.kind && compareTemporal(x, y) === 0;
  if (x instanceof Node) return y instanceof Node && equivalentJson(x.value, y.value, spend);
  if (x instanceof Quantity || y instanceof Quantity) {
    const [p, q] = [toQuantity(x), toQuantity(y)];
    return p !== undefined && q !== undefined && equivalentQuantity(p, q);
  }
  const [p, q] = [toDecimal(x), toDecimal(y)];
  return p && q ? equivalentDecimal(p, q) : equalItems(x, y) === true;
}

function equivalentJson(a: unknown, b: unknown, spend: Spend): boolean {
  if (typeof a === 'string' && typeof b === 'string') return sameTexts(a, b, spend);
  if (Array.isArray(a) && Array.isArray(b)) return sameMembers(a, b, equivalentJson, spend);
  if (!isObject(a) || !isObject(b)) return equalJson(a, b);
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every(name => name in b && equivalentJson(a[name], b[name], spend));
}

type Same<T> = (x: T, y: T, spend: Spend) => boolean;

function sameMembers<T>(a: readonly T[], b: readonly T[], same: Same<T>, spend: Spend): boolean {
  if (a.length !== b.length) return false;
  const left = [...b];
  return a.every(x => {
    const at = left.findIndex(y => {
      spend(1);
      return same(x, y, spend);
    });
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

/** `~` of two collections: the same members in any order. */
export function equivalentCollections(a: Collection, b: Collection, spend: Spend): boolean {
  return sameMembers(a, b, equivalentItems, spend);
}

/** What two items that are compared turn out to be. */
export type Order = { readonly order: number | undefined } | undefined;

/** Order of two System values; undefined when their types have none. */
export function compareItems(x: Item, y: Item): Order {
  if (typeof x === 'number' && typeof y === 'number') return { order: x - y };
  if (typeof x === 'string') return typeof y === 'string' ? { order: x < y ? -1 : x > y ? 1 : 0 } : undefined;
  if (x instanceof Temporal)
    return y instanceof Temporal && comparableKinds(x, y) ? { order: compareTemporal(x, y) } : undefined;
  if (x instanceof Quantity || y instanceof Quantity) {
    const [p, q] = [toQuantity(x), toQuantity(y)];
    return p && q && { order: aligned(p, q) === undefined ? undefined : compareQuantity(p, q) };
  }
  const [p, q] = [toDecimal(x), toDecimal(y)];
  return p && q && { order: p.compare(q) };
}

/** A text that equal items share; undefined for those whose equality needs more (dates, quantities). */
function keyOf(item: Item): string | undefined {
  const value = systemOf(item);
  if (typeof value === 'string') return `s${value}`;
  if (typeof value === 'boolean') return `b${value}`;
  if (value instanceof Node) return `o${canonicalText(value.value)}`;
  const number = toDecimal(value);
  return number && `n${number.trimmed()}`;
}

/** JSON with its names in order: equal values have equal texts. */
function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  if (!isObject(value)) return JSON.stringify(value instanceof DecimalLiteral ? Number(value) : (value ?? null));
  return `{${Object.keys(value)
    .sort()
    .map(name => `${JSON.stringify(name)}:${canonicalText(value[name])}`)
    .join()}}`;
}

/** Remembers items to find equal ones. */
export class Seen {
  private readonly keys = new Set<string>();
  private readonly others: Item[] = [];

  has(item: Item, key = keyOf(item)): boolean {
    if (key !== undefined && this.keys.has(key)) return true;
    return this.others.some(other => equalItems(item, other) === true);
  }

  /** Number of comparisons a look-up may need. */
  get cost(): number {
    return 1 + this.others.length;
  }

  /** False when an equal item is there already. */
  add(item: Item): boolean {
    const key = keyOf(item);
    if (this.has(item, key)) return false;
    if (key === undefined) this.others.push(item);
    else this.keys.add(key);
    return true;
  }
}
