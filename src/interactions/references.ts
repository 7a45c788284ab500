/**
 * References in a resource, found by the types of its elements: replacing what a transaction resolves, and finding
 * conditional references. Strings that merely look like references are left alone.
 * @see https://hl7.org/fhir/R4/http.html#trules
 */
import type { Definitions } from '../definitions/definitions.ts';
import { type ElementSchema, elementAt, type Field, fieldsOf } from '../definitions/element-schema.ts';
import { parseJson, stringifyJson } from '../fhir/json.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';

/** What kind of value holds a reference: `Reference.reference`, an element of type uri, url, oid or uuid, or a link of a narrative. */
export type ReferenceKind = 'reference' | 'uri' | 'link';

/** New value for a reference, or undefined to leave it. */
export type Replacement = (reference: string, kind: ReferenceKind) => string | undefined;

const uriTypes = new Set(['uri', 'url', 'oid', 'uuid']);
const linkPattern = /((?:href|src)\s*=\s*)("[^"]*"|'[^']*')/g;

/** Fields of a type or of an element's own children, made once. */
const fieldsOfChildren = new WeakMap<readonly ElementSchema[], ReadonlyMap<string, Field>>();

function fieldsFor(children: readonly ElementSchema[]): ReadonlyMap<string, Field> {
  let fields = fieldsOfChildren.get(children);
  if (!fields) {
    fields = fieldsOf(children);
    fieldsOfChildren.set(children, fields);
  }
  return fields;
}

function childrenOf({ element, type }: Field, owner: string, definitions: Definitions): readonly ElementSchema[] {
  if (element.children) return element.children;
  const schema = element.contentReference === undefined ? undefined : definitions.typeSchema(owner);
  const shared = schema && elementAt(schema, element.contentReference!);
  return shared?.children ?? definitions.typeSchema(type)?.children ?? [];
}

function replaceLinks(div: string, replacement: Replacement): string {
  return div.replace(linkPattern, (whole, before: string, quoted: string) => {
    const target = replacement(quoted.slice(1, -1), 'link');
    return target === undefined ? whole : `${before}"${target}"`;
  });
}

/** Replaces inside one value of a field, in place; returns the new value. */
function replaceValue(
  value: unknown,
  field: Field,
  owner: string,
  definitions: Definitions,
  replacement: Replacement,
): unknown {
  if (Array.isArray(value)) return value.map(item => replaceValue(item, field, owner, definitions, replacement));
  if (typeof value === 'string') {
    if (field.type === 'xhtml') return replaceLinks(value, replacement);
    return uriTypes.has(field.type) ? (replacement(value, 'uri') ?? value) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (typeof (value as Resource).resourceType === 'string')
    replaceInObject(value as Resource, (value as Resource).resourceType, undefined, definitions, replacement);
  else if (field.type === 'Reference') replaceReference(value as JsonObject, definitions, replacement);
  else replaceInObject(value as JsonObject, owner, childrenOf(field, owner, definitions), definitions, replacement);
  return value;
}

function replaceReference(value: JsonObject, definitions: Definitions, replacement: Replacement): void {
  const { reference } = value;
  replaceInObject(value, 'Reference', undefined, definitions, replacement);
  if (typeof reference === 'string') value['reference'] = replacement(reference, 'reference') ?? reference;
}

function replaceInObject(
  object: JsonObject,
  owner: string,
  children: readonly ElementSchema[] | undefined,
  definitions: Definitions,
  replacement: Replacement,
): void {
  const fields = fieldsFor(children ?? definitions.typeSchema(owner)?.children ?? []);
  for (const [name, value] of Object.entries(object)) {
    const field = fields.get(name);
    if (field) object[name] = replaceValue(value, field, owner, definitions, replacement);
    else if (name.startsWith('_') && typeof value === 'object') replaceExtensions(value, definitions, replacement);
  }
}

/** Extensions of primitives: `_birthDate`, or a list of such. */
function replaceExtensions(value: unknown, definitions: Definitions, replacement: Replacement): void {
  if (Array.isArray(value)) for (const item of value) replaceExtensions(item, definitions, replacement);
  else if (typeof value === 'object' && value !== null)
    replaceInObject(value as JsonObject, 'Element', undefined, definitions, replacement);
}

/** The references of a resource, in no particular order, each with its kind. */
export function listReferences(
  resource: Resource,
  definitions: Definitions,
): readonly (readonly [string, ReferenceKind])[] {
  const found: [string, ReferenceKind][] = [];
  replaceInObject(resource, resource.resourceType, undefined, definitions, (reference, kind) => {
    found.push([reference, kind]);
    return undefined;
  });
  return found;
}

/**
 * A resource with references replaced. When none is, text and resource are those given; else the text is written anew,
 * decimals with the digits they came with.
 */
export function replaceReferences(
  content: { readonly text: string; readonly resource: Resource },
  definitions: Definitions,
  replacement: Replacement,
): { readonly text: string; readonly resource: Resource } {
  const references = listReferences(content.resource, definitions);
  if (!references.some(([reference, kind]) => replacement(reference, kind) !== undefined)) return content;
  const lossless = parseJson(content.text, { lossless: true, maxDepth: 1000 }) as Resource;
  replaceInObject(lossless, lossless.resourceType, undefined, definitions, replacement);
  const text = stringifyJson(lossless);
  return { text, resource: parseJson(text, { maxDepth: 1000 }) as Resource };
}
