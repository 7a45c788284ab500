/**
 * What XML needs to know of a type: its properties in order, and how each is written.
 * Made from TypeSchema at first use.
 */
import type { Definitions } from './definitions.ts';
import { type ElementSchema, elementAt, type Field, fieldsOf, type TypeSchema } from './element-schema.ts';

export const fhirNamespace = 'http://hl7.org/fhir';

/** How the value of a property stands in XML: a `value` attribute, child elements, a resource in a wrapper, or XHTML. */
export type XmlKind = 'primitive' | 'object' | 'resource' | 'xhtml';

/** One property. */
export interface XmlField {
  readonly name: string;
  /** Element name as it stands in FHIRPath: `value` for `valueQuantity`. */
  readonly segment: string;
  readonly kind: XmlKind;
  readonly array: boolean;
  /** Written as an attribute: Element.id, Extension.url. */
  readonly attribute: boolean;
  /** Type of a primitive: `decimal`, `boolean`, `string`… */
  readonly type: string;
  readonly order: number;
  /** Properties of the value: of an object its elements, of a primitive id and extension. */
  readonly fields: () => XmlFields;
}

/** The properties of objects of one type. */
export type XmlFields = ReadonlyMap<string, XmlField>;

/** The properties of a resource type; undefined when there is no such type. */
export type XmlModel = (resourceType: string) => XmlFields | undefined;

function makeModel(definitions: Definitions): XmlModel {
  const types = new Map<string, XmlFields>();
  const elements = new Map<ElementSchema, XmlFields>();

  function toField(root: TypeSchema, { name, element, type, order }: Field): XmlField {
    const inner = element.children !== undefined || element.contentReference !== undefined;
    const primitive = definitions.typeSchema(type)?.kind === 'primitive-type';
    const kind = inner
      ? 'object'
      : type === 'Resource'
        ? 'resource'
        : type === 'xhtml'
          ? 'xhtml'
          : primitive
            ? 'primitive'
            : 'object';
    const fields = () => (inner ? childrenOf(root, element) : typeFields(primitive ? 'Element' : type));
    return {
      name,
      segment: element.name,
      kind,
      array: element.array,
      attribute: element.xmlAttribute === true,
      type,
      order,
      fields,
    };
  }
  function spread(root: TypeSchema, children: readonly ElementSchema[]): XmlFields {
    return new Map([...fieldsOf(children)].map(([name, field]) => [name, toField(root, field)]));
  }
  function childrenOf(root: TypeSchema, element: ElementSchema): XmlFields {
    const target = element.contentReference ? (elementAt(root, element.contentReference) ?? element) : element;
    const known = elements.get(target) ?? spread(root, target.children ?? []);
    elements.set(target, known);
    return known;
  }
  function typeFields(type: string): XmlFields {
    const schema = definitions.typeSchema(type);
    const known = types.get(type) ?? (schema ? spread(schema, schema.children) : new Map<string, XmlField>());
    types.set(type, known);
    return known;
  }
  return type => (definitions.isResourceType(type) ? typeFields(type) : undefined);
}

const models = new WeakMap<Definitions, XmlModel>();

/** The model of the definitions, made once for each. */
export function xmlModel(definitions: Definitions): XmlModel {
  const model = models.get(definitions) ?? makeModel(definitions);
  models.set(definitions, model);
  return model;
}
