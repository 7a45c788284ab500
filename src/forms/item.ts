/**
 * Questionnaires as the form operations see them: items as plain data, and what extensions say of them.
 * @see https://hl7.org/fhir/R4/questionnaire.html and https://hl7.org/fhir/uv/sdc/STU3/
 */
import type { JsonObject } from '../fhir/types.ts';

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const objects = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Where Structured Data Capture keeps its extensions. */
const sdcRoot = 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-';
const coreRoot = 'http://hl7.org/fhir/StructureDefinition/';

/** An item of a Questionnaire. */
export interface FormItem {
  readonly linkId: string;
  readonly type: string;
  readonly repeats: boolean;
  readonly json: JsonObject;
  readonly items: readonly FormItem[];
}

function readItem(json: JsonObject): FormItem {
  return {
    linkId: String(json['linkId']),
    type: String(json['type']),
    repeats: json['repeats'] === true,
    json,
    items: objects(json['item']).map(readItem),
  };
}

/** The items of a Questionnaire. */
export const itemsOf = (questionnaire: JsonObject): readonly FormItem[] => objects(questionnaire['item']).map(readItem);

/** The value of a `name[x]` property with the type in its name: `valueCoding` → Coding. */
export function choiceIn(
  object: JsonObject,
  name: string,
): { readonly type: string; readonly value: unknown } | undefined {
  for (const property in object)
    if (property.startsWith(name) && /^[A-Z]/.test(property.slice(name.length)))
      return { type: property.slice(name.length), value: object[property] };
  return undefined;
}

/** The extensions of an element by the name they have in Structured Data Capture, or in FHIR R4 itself. */
export function extensionsOf(element: JsonObject, name: string): readonly JsonObject[] {
  const urls = [`${sdcRoot}${name}`, `${coreRoot}${name}`, `${coreRoot}questionnaire-${name}`];
  return objects(element['extension']).filter(one => urls.includes(String(one['url'])));
}

/** The value of an element's first extension of a name. */
export function extensionValue(element: JsonObject, name: string): unknown {
  const [first] = extensionsOf(element, name);
  return first && choiceIn(first, 'value')?.value;
}
