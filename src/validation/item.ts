/**
 * The values of an element as they lie in JSON: one or many, of one of several types, with their `_name` siblings.
 * @see https://hl7.org/fhir/R4/json.html#primitive
 */
import { DecimalLiteral } from '../fhir/json.ts';
import type { JsonObject } from '../fhir/types.ts';
import type { ItemRule } from './element-rule.ts';
import type { ProfileElement } from './profile-schema.ts';
import type { Report } from './report.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof DecimalLiteral);

/** One value of an element as it lies in JSON. */
export interface Item {
  readonly value: unknown;
  readonly sibling: JsonObject | undefined;
  readonly type: string;
  /** Place in an array; -1 for a single value. */
  readonly index: number;
  readonly segment: string;
}

/** All types a choice has in R4, so that a wrong one is seen as such. */
function findChoice(
  element: ProfileElement,
  parent: JsonObject,
  properties: readonly { name: string; type: string }[],
): { property: string; type: string; wrong: boolean } | undefined {
  for (const { name, type } of properties)
    if (parent[name] !== undefined || parent[`_${name}`] !== undefined) return { property: name, type, wrong: false };
  for (const key in parent) {
    const property = key.startsWith('_') ? key.slice(1) : key;
    const rest = property.startsWith(element.name) ? property.slice(element.name.length) : '';
    if (/^[A-Z]/.test(rest)) return { property, type: choiceType(rest), wrong: true };
  }
  return undefined;
}

const choiceType = (rest: string): string => {
  const lower = rest.charAt(0).toLowerCase() + rest.slice(1);
  return primitives.has(lower) ? lower : rest;
};
const primitives: ReadonlySet<string> = new Set([
  'base64Binary',
  'boolean',
  'canonical',
  'code',
  'date',
  'dateTime',
  'decimal',
  'id',
  'instant',
  'integer',
  'markdown',
  'oid',
  'positiveInt',
  'string',
  'time',
  'unsignedInt',
  'uri',
  'url',
  'uuid',
]);

/** The values of an element in an object. */
export function itemsOf(
  element: ProfileElement,
  parent: JsonObject,
  properties: readonly { name: string; type: string }[],
): { items: Item[]; wrong?: string } {
  const found = element.choice
    ? findChoice(element, parent, properties)
    : { property: element.name, type: properties[0]!.type, wrong: false };
  if (!found) return { items: [] };
  const value = parent[found.property];
  const sibling = parent[`_${found.property}`];
  if (value === undefined && sibling === undefined) return { items: [] };
  const segment = element.choice ? `${element.name}.ofType(${found.type})` : element.name;
  const wrong = found.wrong ? { wrong: found.type } : {};
  if (!Array.isArray(value) && !Array.isArray(sibling))
    return {
      items: [{ value, sibling: isObject(sibling) ? sibling : undefined, type: found.type, index: -1, segment }],
      ...wrong,
    };
  const values = Array.isArray(value) ? value : [];
  const siblings = Array.isArray(sibling) ? sibling : [];
  const items: Item[] = [];
  for (let index = 0; index < Math.max(values.length, siblings.length); index++) {
    const own: unknown = siblings[index];
    items.push({
      value: values[index] ?? undefined,
      sibling: isObject(own) ? own : undefined,
      type: found.type,
      index,
      segment,
    });
  }
  return { items, ...wrong };
}

/** Runs rules on one item, at its place. */
export function runItem(item: Item, rules: readonly ItemRule[], parent: JsonObject, report: Report): void {
  const depth = report.depth;
  report.segments[report.depth++] = item.segment;
  if (item.index >= 0) report.segments[report.depth++] = item.index;
  const type = item.type === 'Resource' && isObject(item.value) ? 'Resource' : item.type;
  for (const rule of rules) rule(item.value, report, type, parent, item.sibling);
  report.depth = depth;
}
