/**
 * Puts an answer at the place a definition names (`…/Patient#Patient.name.family`) in a resource that is being made.
 * @see https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.definition
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { ElementSchema } from '../definitions/element-schema.ts';
import { DecimalLiteral } from '../fhir/json.ts';
import type { JsonObject } from '../fhir/types.ts';
import { isObject, text } from './item.ts';

/** Where children of a definition's path go. */
export interface Place {
  readonly holder: JsonObject;
  /** Segments of the holder's path: `['Patient', 'name']`. */
  readonly path: readonly string[];
}

/** A definition taken apart: `http://hl7.org/fhir/StructureDefinition/Patient#Patient.name:official.family`. */
export function splitDefinition(definition: string): { readonly profile: string; readonly path: readonly string[] } {
  const [profile = '', element = ''] = definition.split('#');
  return { profile, path: element.split('.').map(one => one.split(':')[0]!) };
}

const startsWith = (path: readonly string[], head: readonly string[]): boolean =>
  head.every((one, i) => path[i] === one);

function childrenOf(definitions: Definitions, element: ElementSchema): readonly ElementSchema[] {
  if (element.children) return element.children;
  if (element.contentReference) return elementAt(definitions, element.contentReference.split('.'))?.children ?? [];
  return element.types[0] ? (definitions.typeSchema(element.types[0].code)?.children ?? []) : [];
}

const isNamed = (element: ElementSchema, name: string): boolean =>
  element.name === name || (element.choice === true && (name === `${element.name}[x]` || isTyped(element, name)));

const isTyped = (element: ElementSchema, name: string): boolean =>
  element.types.some(({ code }) => name.toLowerCase() === element.name.toLowerCase() + code.toLowerCase());

function elementAt(definitions: Definitions, path: readonly string[]): ElementSchema | undefined {
  const [type = '', ...rest] = path;
  let children = definitions.typeSchema(type)?.children ?? [];
  let found: ElementSchema | undefined;
  for (const name of rest) {
    found = children.find(one => isNamed(one, name));
    if (!found) return undefined;
    children = childrenOf(definitions, found);
  }
  return found;
}

const lower = (type: string): string => type.charAt(0).toLowerCase() + type.slice(1);
const upper = (type: string): string => type.charAt(0).toUpperCase() + type.slice(1);

const texts = new Set(['string', 'code', 'uri', 'url', 'canonical', 'id', 'markdown', 'oid', 'uuid']);
const quantities = new Set(['Quantity', 'Age', 'Duration', 'SimpleQuantity', 'Count', 'Distance']);

/** A Coding as another type. */
function fromCoding(coding: JsonObject, target: string): unknown {
  if (target === 'CodeableConcept') return { coding: [coding] };
  if (target === 'code' || target === 'id' || target === 'uri') return coding['code'];
  return target === 'string' ? (coding['display'] ?? coding['code']) : undefined;
}

function fromText(value: string, target: string): unknown {
  if (texts.has(target)) return value;
  if (target === 'CodeableConcept' || target === 'HumanName' || target === 'Address' || target === 'Annotation')
    return { text: value };
  return target === 'Reference' ? { display: value } : undefined;
}

function fromNumber(value: unknown, target: string): unknown {
  if (quantities.has(target)) return { value };
  const number = value instanceof DecimalLiteral ? Number(value.text) : value;
  if (target === 'positiveInt') return Number(number) > 0 ? number : undefined;
  if (target === 'unsignedInt') return Number(number) >= 0 ? number : undefined;
  if (target === 'decimal') return value;
  return target === 'string' ? String(number) : undefined;
}

/** A value of one type as another; undefined when there is no way. */
function convert(value: unknown, from: string, target: string): unknown {
  if (lower(from) === lower(target)) return value;
  if (from === 'Coding' && isObject(value)) return fromCoding(value, target);
  if (from === 'Quantity' && quantities.has(target)) return value;
  if (from === 'Integer' || from === 'Decimal' || value instanceof DecimalLiteral) return fromNumber(value, target);
  const shown = text(value);
  if (from === 'DateTime' || from === 'Date') {
    if (target === 'dateTime' || target === 'string') return value;
    if (target === 'instant') return shown?.includes('T') ? value : undefined;
    return target === 'date' ? shown?.split('T')[0] : undefined;
  }
  return shown === undefined ? undefined : fromText(shown, target);
}

/** Name and value of the JSON property for an element. */
function property(
  element: ElementSchema,
  name: string,
  value: unknown,
  from: string,
): readonly [string, unknown] | undefined {
  const named = element.types.filter(
    ({ code }) => element.choice && name.toLowerCase() === element.name.toLowerCase() + code.toLowerCase(),
  );
  const types = named.length > 0 ? named : element.types;
  const exact = types.filter(({ code }) => lower(code) === lower(from));
  for (const { code } of [...exact, ...types]) {
    const converted = convert(value, from, code);
    if (converted !== undefined) return [element.choice ? element.name + upper(code) : element.name, converted];
  }
  return undefined;
}

/** One step down; arrays get one element, or a new one. */
function stepInto(holder: JsonObject, { name, array }: ElementSchema, fresh: boolean): JsonObject {
  if (!array) {
    const present = holder[name];
    if (isObject(present)) return present;
    const made: JsonObject = {};
    holder[name] = made;
    return made;
  }
  const list = (Array.isArray(holder[name]) ? holder[name] : []) as JsonObject[];
  if (fresh || list.length === 0) list.push({});
  holder[name] = list;
  return list.at(fresh ? -1 : 0)!;
}

/** The place a group's definition names, below the place around it; its last step makes a new element of an array. */
export function placeGroup(definitions: Definitions, around: Place, path: readonly string[]): Place | undefined {
  if (!startsWith(path, around.path)) return undefined;
  let { holder } = around;
  for (let i = around.path.length; i < path.length; i++) {
    const element = elementAt(definitions, path.slice(0, i + 1));
    if (!element || element.choice) return undefined;
    holder = stepInto(holder, element, i === path.length - 1);
  }
  return { holder, path };
}

/**
 * Puts a value at a path below a place.
 * @param from type of the value: `Coding`, `String`, `Date` …
 * @returns false when the path does not exist or cannot hold such a value
 */
export function placeValue(
  definitions: Definitions,
  around: Place,
  path: readonly string[],
  value: unknown,
  from: string,
): boolean {
  if (path.length <= around.path.length || !startsWith(path, around.path)) return false;
  const element = elementAt(definitions, path);
  const entry = element && property(element, path.at(-1)!, value, from);
  if (!element || !entry) return false;
  const target = path.length - around.path.length > 1 ? intoParent(definitions, around, path) : around.holder;
  if (!target) return false;
  const [name, converted] = entry;
  if (element.array) target[name] = [...(Array.isArray(target[name]) ? (target[name] as unknown[]) : []), converted];
  else target[name] = converted;
  return true;
}

function intoParent(definitions: Definitions, around: Place, path: readonly string[]): JsonObject | undefined {
  let { holder } = around;
  for (let i = around.path.length; i < path.length - 1; i++) {
    const element = elementAt(definitions, path.slice(0, i + 1));
    if (!element || element.choice) return undefined;
    holder = stepInto(holder, element, false);
  }
  return holder;
}
