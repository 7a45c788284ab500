/**
 * The day the codes of a resource are held against: a claim of last year is right by the masters of last year.
 */
import type { JsonObject } from '../fhir/types.ts';

/** A day such as `2026-04-01`. */
export interface AsOf {
  readonly day: string;
}

/** Types whose codes are billed: what was in force when the service was given counts. */
const billed: ReadonlySet<string> = new Set(['Claim', 'ExplanationOfBenefit']);

/** True for a resource whose codes must be in force on its day, whatever is known of them. */
export const isBilled = ({ resourceType }: JsonObject): boolean => billed.has(resourceType as string);

/** Where resources say when what they tell of was; the first that is there counts. */
const places: readonly (readonly [element: string, inside?: string])[] = [
  ['billablePeriod', 'start'],
  ['effectiveDateTime'],
  ['effectivePeriod', 'start'],
  ['effectiveInstant'],
  ['performedDateTime'],
  ['performedPeriod', 'start'],
  ['occurrenceDateTime'],
  ['occurrencePeriod', 'start'],
  ['whenHandedOver'],
  ['authoredOn'],
  ['authored'],
  ['recordedDate'],
  ['onsetDateTime'],
  ['period', 'start'],
  ['date'],
  ['issued'],
  ['created'],
];

/** Japanese days are nine hours ahead of UTC. */
const offset = 9 * 3_600_000;

function dayOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^\d{4}/.test(value)) return undefined;
  if (!value.includes('T')) return value.padEnd(7, '-01').padEnd(10, '-01').slice(0, 10);
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : new Date(time + offset).toISOString().slice(0, 10);
}

const known = new WeakMap<JsonObject, AsOf | null>();

function find(resource: JsonObject): AsOf | null {
  for (const [element, inside] of places) {
    const value = resource[element];
    const day = dayOf(inside === undefined ? value : (value as JsonObject | undefined)?.[inside]);
    if (day !== undefined) return { day };
  }
  return null;
}

/** The day of a resource; undefined when it tells none. */
export function asOfResource(resource: JsonObject): AsOf | undefined {
  let found = known.get(resource);
  if (found === undefined) {
    found = find(resource);
    known.set(resource, found);
  }
  return found ?? undefined;
}
