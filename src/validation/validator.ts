/**
 * The validator: resource → findings. Synchronous and pure.
 * Each type is compiled to closures when a resource first needs it; after that no definition is looked at.
 */
import type { Definitions } from '../definitions/definitions.ts';
import { type ElementSchema, elementAt, type Field, fieldsOf, type TypeSchema } from '../definitions/element-schema.ts';
import type { Issue } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import { checkExtension } from './extension.ts';
import { compileShape, inOrder, lazily, type Shape, type ShapeKind } from './object.ts';
import { newReport } from './report.ts';
import { checkContained, checkResource } from './resource.ts';
import type { Check, ObjectCheck } from './rule.ts';
import { rules } from './rules/all.ts';
import { checkSibling } from './sibling.ts';

/** Compiled checks of all types and profiles. */
export interface Validator {
  /** True when a profile of this canonical is installed. */
  knowsProfile(canonical: string): boolean;
  /** Findings of a resource against its type (and later its profiles), in document order; empty when there is none. */
  validateResource(resource: Resource, profiles?: readonly string[]): readonly Issue[];
}

/** A function whose results are made once per argument. */
function memo<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return key => {
    let value = made.get(key);
    if (value === undefined) {
      value = make(key);
      made.set(key, value);
    }
    return value;
  };
}

/** The check of any resource, with everything below it compiled at first use. */
function compileTypes(definitions: Definitions): ObjectCheck {
  const schemaOf = (name: string): TypeSchema => {
    const schema = definitions.typeSchema(name);
    if (!schema) throw new Error(`No definition of the type ${name}`);
    return schema;
  };
  const shapeOf = (root: TypeSchema, elements: readonly ElementSchema[], kind: ShapeKind): Shape =>
    compileShape(fieldsOf(elements), kind, field => fieldCheck(root, field), siblingCheck);
  const objectCheck = memo((type: string): ObjectCheck => {
    const schema = schemaOf(type);
    const check = lazily(() => shapeOf(schema, schema.children, schema.kind === 'resource' ? 'resource' : 'element'));
    return type === 'Extension' ? checkExtension(check) : check;
  });
  const childrenCheck = memo((root: TypeSchema) =>
    memo((element: ElementSchema): ObjectCheck => {
      const target = element.contentReference ? elementAt(root, element.contentReference) : element;
      return lazily(() => shapeOf(root, target?.children ?? [], 'element'));
    }),
  );
  const element = schemaOf('Element');
  const sibling = lazily(() => shapeOf(element, element.children, 'sibling'));
  const anyResource = checkResource(definitions, objectCheck);
  const contained = checkContained(anyResource);
  function fieldCheck(root: TypeSchema, { name, element, type }: Field): Check {
    const resourceCheck = name === 'contained' ? contained : anyResource;
    const context = {
      definitions,
      property: name,
      type,
      root,
      objectCheck,
      childrenCheck: childrenCheck(root),
      resourceCheck,
    };
    return inOrder(rules.map(rule => rule(element, context)).filter(check => check !== undefined));
  }
  function siblingCheck(field: Field): Check | undefined {
    if (field.element.xmlAttribute || field.type === 'xhtml') return undefined;
    const primitive = definitions.typeSchema(field.type)?.kind === 'primitive-type';
    return primitive ? checkSibling(field, sibling) : undefined;
  }
  return anyResource;
}

const typeProfile = /^http:\/\/hl7\.org\/fhir\/StructureDefinition\/(\w+)(?:\|4\.0(?:\.1)?)?$/;

/**
 * Builds the validator of the R4 types.
 * @param definitions type schemas are taken from; types are compiled at first use
 */
export function createValidator(definitions: Definitions): Validator {
  const check = compileTypes(definitions);
  return {
    knowsProfile: canonical => definitions.isResourceType(typeProfile.exec(canonical)?.[1] ?? ''),
    validateResource(resource) {
      const report = newReport();
      const name: unknown = resource.resourceType;
      report.segments[0] = typeof name === 'string' && definitions.isResourceType(name) ? name : 'Resource';
      report.depth = 1;
      check(resource, report);
      return report.issues;
    },
  };
}
