/**
 * The values of an element as they lie in JSON: one or many, of one of several types, with their `_name` siblings.
 * @see https://hl7.org/fhir/R4/json.html#primitive
 */
import { choiceName } from '../definitions/element-schema.ts';
import { DecimalLiteral } from '../fhir/json.ts';
import type { JsonObject } from '../fhir/types.ts';
import type { ItemRule } from './element-rule.ts';
import type { ProfileElement } from './profile-schema.ts';
import type { Report } from './report.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof DecimalLiteral);

/** One value of an element as it lies in JSON. */
export interface Item {
  value: unknown;
  sibling: JsonObject | undefined;
  readonly type: string;
  /** Place in an array; -1 for a single value. */
  index: number;
  readonly segment: string;
}

/** A JSON property that an element can be. */
export interface Slot {
  readonly name: string;
  /** `_name`; undefined where the type has no such sibling. */
  readonly under: string | undefined;
  readonly type: string;
  /** The element as it stands in FHIRPath: `value.ofType(Quantity)`. */
  readonly segment: string;
  /** True for a type of the choice that the profile does not allow. */
  readonly wrong: boolean;
}

const primitives: ReadonlySet<string> = new Set([
  ...['base64Binary', 'boolean', 'canonical', 'code', 'date', 'dateTime', 'decimal', 'id', 'instant', 'integer'],
  ...['markdown', 'oid', 'positiveInt', 'string', 'time', 'unsignedInt', 'uri', 'url', 'uuid', 'xhtml'],
]);

const underOf = (name: string, type: string): string | undefined => (primitives.has(type) ? `_${name}` : undefined);

/** The properties of an element: one, or one per type of a choice. */
export function slotsOf({ name, choice, types }: ProfileElement): readonly Slot[] {
  if (!choice) {
    const type = types[0]?.code ?? 'Element';
    return [{ name, under: underOf(name, type), type, segment: name, wrong: false }];
  }
  return types.map(({ code }) => {
    const property = choiceName(name, code);
    const segment = `${name}.ofType(${code})`;
    return { name: property, under: underOf(property, code), type: code, segment, wrong: false };
  });
}

const isUpper = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return code >= 65 && code <= 90;
};

/** A property of a choice with a type that is none of the element's. */
export function otherChoice(name: string, parent: JsonObject): Slot | undefined {
  for (const key in parent) {
    const property = key.charCodeAt(0) === 95 ? key.slice(1) : key;
    if (!property.startsWith(name) || !isUpper(property, name.length)) continue;
    const rest = property.slice(name.length);
    const lower = rest.charAt(0).toLowerCase() + rest.slice(1);
    const type = primitives.has(lower) ? lower : rest;
    return { name: property, under: `_${property}`, type, segment: `${name}.ofType(${type})`, wrong: true };
  }
  return undefined;
}

/** The `_name` beside a property. */
export const beside = ({ under }: Slot, parent: JsonObject, { siblings }: Report): unknown =>
  siblings && under !== undefined ? parent[under] : undefined;

/** Number of values: of the array, the longer of both, or one. */
export function countOf(value: unknown, sibling: unknown): number {
  const own = Array.isArray(value) ? value.length : -1;
  const other = Array.isArray(sibling) ? sibling.length : -1;
  const most = own > other ? own : other;
  return most < 0 ? 1 : most;
}

/**
 * Hands each value of an element to a function, for what has to tell them apart. It is one item all the time, which says of
 * itself which value it is: whoever wants to keep it must copy it.
 */
export function eachItem<T>(
  { type, segment }: Slot,
  value: unknown,
  sibling: unknown,
  run: (item: Item, given: T) => void,
  given: T,
): void {
  const item: Item = { value, sibling: isObject(sibling) ? sibling : undefined, type, index: -1, segment };
  if (!Array.isArray(value) && !Array.isArray(sibling)) {
    run(item, given);
    return;
  }
  const count = countOf(value, sibling);
  for (let index = 0; index < count; index++) {
    const own: unknown = Array.isArray(value) ? value[index] : undefined;
    const under: unknown = Array.isArray(sibling) ? sibling[index] : undefined;
    item.value = own ?? undefined;
    item.sibling = isObject(under) ? under : undefined;
    item.index = index;
    run(item, given);
  }
}

/** Runs rules on every value of an element, each at its place. */
export function runValues(
  { type, segment }: Slot,
  value: unknown,
  sibling: unknown,
  rules: readonly ItemRule[],
  parent: JsonObject,
  report: Report,
): void {
  const { segments, depth } = report;
  segments[depth] = segment;
  if (!Array.isArray(value) && !Array.isArray(sibling)) {
    report.depth = depth + 1;
    const own = isObject(sibling) ? sibling : undefined;
    for (let i = 0; i < rules.length; i++) rules[i]!(value, report, type, parent, own);
  } else {
    report.depth = depth + 2;
    const count = countOf(value, sibling);
    for (let index = 0; index < count; index++) {
      segments[depth + 1] = index;
      const one: unknown = Array.isArray(value) ? value[index] : undefined;
      const under: unknown = Array.isArray(sibling) ? sibling[index] : undefined;
      const own = isObject(under) ? under : undefined;
      for (let i = 0; i < rules.length; i++) rules[i]!(one ?? undefined, report, type, parent, own);
    }
  }
  report.depth = depth;
}

/** Runs rules on one item, at its place. */
export function runItem(item: Item, rules: readonly ItemRule[], parent: JsonObject, report: Report): void {
  const depth = report.depth;
  report.segments[report.depth++] = item.segment;
  if (item.index >= 0) report.segments[report.depth++] = item.index;
  for (const rule of rules) rule(item.value, report, item.type, parent, item.sibling);
  report.depth = depth;
}
