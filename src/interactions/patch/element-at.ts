/**
 * What the definitions say about a place in a resource: its element, its type and the elements it may have.
 * @see https://hl7.org/fhir/R4/elementdefinition.html
 */
import type { Definitions } from '../../definitions/definitions.ts';
import { type ElementSchema, elementAt, type Field, fieldsOf } from '../../definitions/element-schema.ts';
import type { Resource } from '../../fhir/types.ts';
import type { Location } from './locate.ts';
import { isObject } from './result.ts';
import { valueAt } from './slots.ts';

/** A place: its element (none for the resource itself), and the elements it may have. */
export interface Place {
  readonly field?: Field;
  readonly primitive: boolean;
  readonly children: readonly ElementSchema[];
}

/** True for types whose values are JSON strings, numbers and booleans. */
export function isPrimitive(definitions: Definitions, type: string): boolean {
  return definitions.typeSchema(type)?.kind === 'primitive-type';
}

/** True for elements that hold a whole resource, such as `contained`. */
export function isResourceType(definitions: Definitions, type: string): boolean {
  return definitions.typeSchema(type)?.kind === 'resource';
}

/** The place a location names; undefined when the definitions do not know it. */
export function placeAt(definitions: Definitions, resource: Resource, location: Location): Place | undefined {
  let place: Place = { primitive: false, children: definitions.typeSchema(resource.resourceType)?.children ?? [] };
  for (const [i, { name }] of location.entries()) {
    const field = fieldsOf(place.children).get(name.replace(/^_/, ''));
    if (!field) return undefined;
    const children = childrenOf(definitions, field, valueAt(resource, location.slice(0, i + 1)));
    place = { field, primitive: isPrimitive(definitions, field.type), children };
  }
  return place;
}

/**
 * The elements an element may have: its own, or those of its type.
 * @param value decides which resource type it is, for elements that hold resources
 */
export function childrenOf(
  definitions: Definitions,
  { element, type }: Pick<Field, 'element' | 'type'>,
  value?: unknown,
): readonly ElementSchema[] {
  const { contentReference = '', children } = element;
  const root = definitions.typeSchema(contentReference.split('.')[0] ?? '');
  const own = (root ? elementAt(root, contentReference)?.children : children) ?? [];
  const held = isObject(value) && typeof value.resourceType === 'string' ? value.resourceType : type;
  return own.length > 0 ? own : (definitions.typeSchema(held)?.children ?? []);
}
