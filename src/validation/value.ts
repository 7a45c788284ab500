/**
 * Values a profile asks for: fixed, pattern, bounds.
 * @see https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.fixed_x_
 */
import { DecimalLiteral } from '../fhir/json.ts';
import type { JsonObject } from '../fhir/types.ts';
import { convertUnit } from '../fhirpath/units.ts';

const ucum = 'http://unitsofmeasure.org';

const plain = (value: unknown): unknown => (value instanceof DecimalLiteral ? Number(value.text) : value);

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Exactly the same, numbers by value. Deep, but no deeper than the definition's value. */
export function equalsFixed(found: unknown, fixed: unknown): boolean {
  const [a, b] = [plain(found), plain(fixed)];
  if (Array.isArray(b))
    return Array.isArray(a) && a.length === b.length && b.every((item, i) => equalsFixed(a[i], item));
  if (!isObject(b)) return a === b;
  if (!isObject(a)) return false;
  const names = Object.keys(b);
  return names.length === Object.keys(a).length && names.every(name => equalsFixed(a[name], b[name]));
}

/** Everything the pattern has is there; each item of an array of the pattern is met by some item. */
export function matchesPattern(found: unknown, pattern: unknown): boolean {
  const [a, b] = [plain(found), plain(pattern)];
  if (Array.isArray(b)) return Array.isArray(a) && b.every(item => a.some(one => matchesPattern(one, item)));
  if (!isObject(b)) return a === b;
  return isObject(a) && Object.keys(b).every(name => matchesPattern(a[name], b[name]));
}

/** Whether a value holds what is asked; made once for what is asked. */
export type ValueTest = (found: unknown) => boolean;

/** {@link equalsFixed} for one fixed value. */
export function fixedTest(fixed: unknown): ValueTest {
  return typeof fixed === 'string' || typeof fixed === 'boolean'
    ? found => found === fixed
    : found => equalsFixed(found, fixed);
}

/** {@link matchesPattern} for one pattern. */
export function patternTest(pattern: unknown): ValueTest {
  if (typeof pattern === 'string' || typeof pattern === 'boolean') return found => found === pattern;
  if (Array.isArray(pattern)) {
    const items = pattern.map(patternTest);
    return found => Array.isArray(found) && items.every(item => found.some(item));
  }
  if (!isObject(pattern) || pattern instanceof DecimalLiteral) return found => matchesPattern(found, pattern);
  const parts = Object.keys(pattern).map(name => ({ name, test: patternTest(pattern[name]) }));
  return found => {
    if (!isObject(found)) return false;
    for (const { name, test } of parts) if (!test(found[name])) return false;
    return true;
  };
}

const dateLike = /^\d{4}(?:-\d\d(?:-\d\d)?)?(?:T|$)/;

/** Milliseconds a duration such as 100 a comes to, from now; only units of the calendar and clock. */
function durationMs(quantity: JsonObject): number | undefined {
  const units: Record<string, number> = {
    a: 365.25 * 864e5,
    mo: 30.4375 * 864e5,
    wk: 7 * 864e5,
    d: 864e5,
    h: 36e5,
    min: 6e4,
    s: 1e3,
    ms: 1,
  };
  const unit = units[String(quantity['code'] ?? quantity['unit'])];
  const value = Number(plain(quantity['value']));
  return unit === undefined || !Number.isFinite(value) ? undefined : unit * value;
}

/**
 * Below zero when the value is less than the bound, above when more; undefined when they cannot be compared
 * (other units, other types).
 * @param kind whether the bound is the lowest (a duration then reaches back from now) or the highest value
 */
export function compareBound(found: unknown, bound: unknown, kind: 'min' | 'max', nowMs: number): number | undefined {
  const [a, b] = [plain(found), plain(bound)];
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') {
    if (!dateLike.test(a) || !dateLike.test(b)) return a < b ? -1 : a > b ? 1 : 0;
    const length = Math.min(a.length, b.length);
    const [x, y] = [a.slice(0, length), b.slice(0, length)];
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (typeof a === 'string' && isObject(b)) {
    const duration = durationMs(b);
    const date = Date.parse(a);
    if (duration === undefined || Number.isNaN(date)) return undefined;
    return date - (kind === 'min' ? nowMs - duration : nowMs + duration);
  }
  if (!isObject(a) || !isObject(b)) return undefined;
  const [x, y] = [plain(a['value']), plain(b['value'])];
  if (typeof x !== 'number' || typeof y !== 'number' || (a['system'] ?? '') !== (b['system'] ?? '')) return undefined;
  if ((a['code'] ?? a['unit']) === (b['code'] ?? b['unit'])) return x - y;
  if (a['system'] !== ucum) return undefined;
  const converted = convertUnit(x, String(a['code']), String(b['code']));
  return converted === undefined ? undefined : converted - y;
}

/** A short JSON of a value, for messages. */
export function shown(value: unknown): string {
  const text = JSON.stringify(plain(value)) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
