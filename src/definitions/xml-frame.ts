/**
 * What the XML reader keeps of an element that is open.
 */
import type { JsonObject } from '../fhir/types.ts';
import type { XmlField, XmlFields } from './xml-model.ts';

/** Values of one property, in the order they came; `siblings` go with them one to one. */
export interface Values {
  readonly values: unknown[];
  readonly siblings: (JsonObject | null)[];
}

/** An open element: an object (resource, data type), a primitive, or a wrapper that holds one resource. */
export interface Frame {
  readonly name: string;
  /** The property this element is; none for a resource. */
  readonly field?: XmlField;
  /** Place among its like, for messages. */
  readonly index: number;
  readonly kind: 'object' | 'primitive' | 'resource' | 'xhtml';
  readonly fields: XmlFields;
  readonly properties: Map<string, Values & { field?: XmlField }>;
  /** The child element that came last. */
  last?: XmlField;
  /** A primitive's value, the resource in a wrapper, the source of a narrative. */
  value?: unknown;
}
