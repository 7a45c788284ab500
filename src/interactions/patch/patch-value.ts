/**
 * The value of a FHIRPath Patch operation: a data type (`value[x]`), an element without a named type given as parts, or
 * a whole resource; turned into the JSON of the element it is for. Its type must be right for that element.
 * @see https://hl7.org/fhir/R4/fhirpatch.html
 */
import type { Definitions } from '../../definitions/definitions.ts';
import { choiceName, type ElementSchema, fieldsOf } from '../../definitions/element-schema.ts';
import { DecimalLiteral } from '../../fhir/json.ts';
import type { JsonObject } from '../../fhir/types.ts';
import { childrenOf, isPrimitive, isResourceType } from './element-at.ts';
import { isObject, type Refuse } from './result.ts';
import { readSlots, type Slot, writeSlot, writeSlots } from './slots.ts';

/** An element to be written: its JSON name and both its sides. */
export interface NamedSlot extends Slot {
  readonly name: string;
}

/** What reading a value needs to know besides the value. */
export interface Reading {
  readonly definitions: Definitions;
  readonly refuse: Refuse;
}

/**
 * Types whose values are written like those of another type without being derived from it: a date is a dateTime without
 * a time, a whole number is a decimal. No Parameters can hold an xhtml.
 * @see https://hl7.org/fhir/R4/datatypes.html#primitive
 */
const alike: Readonly<Record<string, string>> = {
  date: 'dateTime',
  instant: 'dateTime',
  integer: 'decimal',
  string: 'xhtml',
};

/**
 * Finds the element a patch names: by its name (`deceased`), its name in the definition (`deceased[x]`) or in JSON
 * (`deceasedBoolean`, which settles the type).
 */
export function findNamed(
  children: readonly ElementSchema[],
  name: string,
): { element: ElementSchema; type?: string } | undefined {
  const choice = children.find(child => child.choice && (child.name === name || `${child.name}[x]` === name));
  return choice ? { element: choice } : fieldsOf(children).get(name);
}

/**
 * Reads a value part for an element.
 * @param part the part named `value`, or a part of an element given as parts
 * @param type set when the name given has the type of a choice element in it
 */
export function readValue(reading: Reading, part: JsonObject, element: ElementSchema, type?: string): NamedSlot {
  const members = Object.keys(part).filter(name => /^_?value[A-Z]/.test(name));
  const types = new Set(members.map(name => name.replace(/^_?value/, '')));
  const kinds = types.size + (part.part === undefined ? 0 : 1) + (part.resource === undefined ? 0 : 1);
  if (kinds !== 1)
    return reading.refuse({
      en: `found ${kinds} values for ${element.name}, expected exactly one of value[x], part and resource`,
      ja: `${element.name} の値が ${kinds} 個あります（value[x]・part・resource のどれか1つが必要です）`,
    });
  const [suffix] = types;
  if (suffix !== undefined) return readDataType(reading, part, suffix, element, type);
  if (part.part !== undefined) return readParts(reading, part.part, element, type);
  return readResource(reading, part.resource, element);
}

function readDataType(
  reading: Reading,
  part: JsonObject,
  suffix: string,
  element: ElementSchema,
  settled?: string,
): NamedSlot {
  const { definitions, refuse } = reading;
  const parameter = fieldsOf(definitions.typeSchema('Parameters')?.children ?? []).get('parameter');
  const given = fieldsOf(parameter?.element.children ?? []).get(`value${suffix}`)?.type ?? '';
  const possible = settled === undefined ? element.types.map(({ code }) => code) : [settled];
  const same = (code: string) => choiceName('value', code) === `value${suffix}`;
  const type = possible.find(same) ?? possible.find(code => fits(definitions, given, code));
  if (type === undefined)
    return refuse({
      en: `found value${suffix} for ${element.path}, expected ${expectation(definitions, possible)}`,
      ja: `${element.path} に value${suffix} は使えません（${expectation(definitions, possible)} が必要です）`,
    });
  const value = part[`value${suffix}`];
  const beside = part[`_value${suffix}`];
  if (
    (value !== undefined && isObject(value) === isPrimitive(definitions, type)) ||
    Array.isArray(value) ||
    value === null
  )
    return refuse({
      en: `value${suffix} does not have the form of its type`,
      ja: `value${suffix} の形が型に合いません`,
    });
  return { name: nameFor(element, type), value, beside };
}

/** True when every value of the given type is a value of the wanted one: derived from it, or written alike. */
function fits(definitions: Definitions, given: string, wanted: string): boolean {
  for (let type: string | undefined = given; type; type = definitions.typeSchema(type)?.base)
    if (type === wanted || alike[type] === wanted) return true;
  return false;
}

/** What a value must be given as, for messages. */
function expectation(definitions: Definitions, types: readonly string[]): string {
  const members = types.map(code => {
    if (isResourceType(definitions, code)) return 'resource';
    return code === 'BackboneElement' || code === 'Element' ? 'part' : choiceName('value', code);
  });
  return members.join(' / ') || 'part';
}

function nameFor(element: ElementSchema, type: string): string {
  return element.choice ? choiceName(element.name, type) : element.name;
}

function readParts(reading: Reading, parts: unknown, element: ElementSchema, settled?: string): NamedSlot {
  const { definitions, refuse } = reading;
  const type = settled ?? (element.choice ? undefined : (element.types[0]?.code ?? 'Element'));
  if (type === undefined)
    return refuse({
      en: `the parts do not tell the type of ${element.path}; expected value[x], or the name with its type such as ${nameFor(element, element.types[0]?.code ?? '')}`,
      ja: `part からは ${element.path} の型が分かりません（value[x] を使うか、${nameFor(element, element.types[0]?.code ?? '')} のように型を含む名前にしてください）`,
    });
  if (
    isPrimitive(definitions, type) ||
    isResourceType(definitions, type) ||
    !Array.isArray(parts) ||
    parts.length === 0
  )
    return refuse({
      en: `found part for ${element.path}, expected ${expectation(definitions, [type])} with content`,
      ja: `${element.path} の part が使えないか空です（中身のある ${expectation(definitions, [type])} が必要です）`,
    });
  const children = childrenOf(definitions, { element, type });
  const value: JsonObject = {};
  for (const part of parts) addPart(reading, value, part, children, element);
  return { name: nameFor(element, type), value };
}

function addPart(
  reading: Reading,
  holder: JsonObject,
  part: unknown,
  children: readonly ElementSchema[],
  parent: ElementSchema,
): void {
  const name = isObject(part) ? part.name : undefined;
  const found = typeof name === 'string' ? findNamed(children, name) : undefined;
  if (!isObject(part) || !found)
    reading.refuse({
      en: `element ${String(name)} not found at ${parent.path}; expected parts named like its elements`,
      ja: `${parent.path} に ${String(name)} という要素はありません`,
    });
  const slot = readValue(reading, part, found.element, found.type);
  if (!found.element.array && existingName(holder, found.element) !== undefined)
    reading.refuse({
      en: `${found.element.path} is given twice, expected once`,
      ja: `${found.element.path} が2回指定されています`,
    });
  writeElement(holder, found.element, slot);
}

/** Writes an element into an object: at the end of its list, or as the single one. */
export function writeElement(holder: JsonObject, element: ElementSchema, slot: NamedSlot): void {
  if (element.array) writeSlots(holder, slot.name, [...readSlots(holder, slot.name), slot]);
  else writeSlot(holder, slot.name, slot);
}

function readResource({ definitions, refuse }: Reading, value: unknown, element: ElementSchema): NamedSlot {
  const types = element.types.map(({ code }) => code);
  if (!types.some(type => isResourceType(definitions, type)) || !isObject(value))
    return refuse({
      en: `found resource for ${element.path}, expected ${expectation(definitions, types)}`,
      ja: `${element.path} に resource は使えません（${expectation(definitions, types)} が必要です）`,
    });
  return { name: element.name, value };
}

/** The JSON name under which an object has an element already, whatever its type. */
export function existingName(holder: JsonObject, element: ElementSchema): string | undefined {
  const names = element.choice ? element.types.map(({ code }) => nameFor(element, code)) : [element.name];
  return names.find(name => Object.hasOwn(holder, name) || Object.hasOwn(holder, `_${name}`));
}

/** The text of a part such as `path`; undefined when it has none. */
export function textOf(part: JsonObject | undefined): string | undefined {
  const member = Object.keys(part ?? {}).find(name => /^value[A-Z]/.test(name));
  const value = member === undefined ? undefined : part?.[member];
  return typeof value === 'string' ? value : undefined;
}

/** The whole number of a part such as `index`, 0 or more; undefined when it has none. */
export function indexOf(part: JsonObject | undefined): number | undefined {
  const value = part?.valueInteger ?? part?.valueUnsignedInt ?? part?.valuePositiveInt;
  if (value instanceof DecimalLiteral) return undefined;
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}
