/**
 * ElementSchema: one StructureDefinition as nested plain data, in the order of its elements.
 * Made once at build (base types) or at start (profiles); validation, XML and _summary are driven by it.
 * @see https://hl7.org/fhir/R4/elementdefinition.html
 */
import type { JsonObject, Resource } from '../fhir/types.ts';

/** A type an element may have. */
export interface ElementType {
  /** Type name, such as `string`, `HumanName`, `Reference`, `BackboneElement`. */
  readonly code: string;
  /** Canonicals of profiles for Reference and canonical targets. */
  readonly targetProfile?: readonly string[];
  /** Canonicals of profiles the value itself must follow. */
  readonly profile?: readonly string[];
}

/** One element. A choice element `value[x]` has the name `value` and `choice: true`. */
export interface ElementSchema {
  /** JSON name, without `[x]`. */
  readonly name: string;
  /** FHIRPath of the definition, such as `Patient.name` or `Observation.value[x]`. */
  readonly path: string;
  readonly min: number;
  /** Infinity for `*`. */
  readonly max: number;
  /** True when JSON holds an array (decided by the base definition, so max 1 of a profile keeps the array). */
  readonly array: boolean;
  readonly choice?: boolean;
  /** Written as an attribute in XML, and without `_name` sibling in JSON: Element.id, Extension.url. */
  readonly xmlAttribute?: boolean;
  readonly types: readonly ElementType[];
  /** Child elements of a BackboneElement or of an inline constrained type. */
  readonly children?: readonly ElementSchema[];
  /** Path of the element whose children this one reuses (`contentReference`), such as `Bundle.link`. */
  readonly contentReference?: string;
  readonly isSummary?: boolean;
  readonly isModifier?: boolean;
}

/** A resource type or data type. */
export interface TypeSchema {
  readonly name: string;
  readonly kind: 'resource' | 'complex-type' | 'primitive-type';
  readonly abstract: boolean;
  /** Name of the type this one specialises: `DomainResource`, `Quantity` for Age; none for Element and Resource. */
  readonly base?: string;
  readonly children: readonly ElementSchema[];
  /** Regular expression of a primitive's lexical form, from the specification. */
  readonly pattern?: string;
}

/** ElementDefinition as far as schemas are made from it. */
export interface ElementDefinition extends JsonObject {
  path: string;
  sliceName?: string;
  representation?: string[];
  min?: number;
  max?: string;
  base?: { path: string; min: number; max: string };
  contentReference?: string;
  type?: { code: string; extension?: TypeExtension[]; targetProfile?: string[]; profile?: string[] }[];
  isSummary?: boolean;
  isModifier?: boolean;
}

interface TypeExtension {
  url: string;
  valueUrl?: string;
  valueUri?: string;
  valueString?: string;
}

/** StructureDefinition with the snapshot schemas are made from. */
export interface StructureDefinition extends Resource {
  url: string;
  kind: string;
  abstract: boolean;
  type: string;
  baseDefinition?: string;
  derivation?: string;
  snapshot?: { element: ElementDefinition[] };
}

const extensionRoot = 'http://hl7.org/fhir/StructureDefinition/';
const systemTypeRoot = 'http://hl7.org/fhirpath/System.';

/** FHIR type behind a `System.String`: R4 says string for ids and uri for Extension.url in an extension. */
function typeName(element: ElementDefinition, code: string, extensions: readonly TypeExtension[] = []): string {
  if (!code.startsWith(systemTypeRoot)) return code;
  if (element.base?.path === 'Resource.id') return 'id';
  const named = extensions.find(extension => extension.url === `${extensionRoot}structuredefinition-fhir-type`);
  return named?.valueUrl ?? named?.valueUri ?? 'string';
}

type Draft = { -readonly [K in keyof ElementSchema]: ElementSchema[K] } & { children?: Draft[] };

function toElement(definition: ElementDefinition): Draft {
  const last = definition.path.slice(definition.path.lastIndexOf('.') + 1);
  const choice = last.endsWith('[x]');
  const max = definition.max === '*' ? Infinity : Number(definition.max ?? 1);
  const baseMax = definition.base?.max ?? definition.max ?? '1';
  return {
    name: choice ? last.slice(0, -3) : last,
    path: definition.path,
    min: definition.min ?? 0,
    max,
    array: baseMax !== '0' && baseMax !== '1',
    ...(choice && { choice }),
    ...(definition.representation?.includes('xmlAttr') && { xmlAttribute: true }),
    types: (definition.type ?? []).map(type => ({
      code: typeName(definition, type.code, type.extension),
      ...(type.targetProfile && { targetProfile: type.targetProfile }),
      ...(type.profile && { profile: type.profile }),
    })),
    ...(definition.contentReference && {
      contentReference: definition.contentReference.slice(definition.contentReference.indexOf('#') + 1),
    }),
    ...(definition.isSummary && { isSummary: true }),
    ...(definition.isModifier && { isModifier: true }),
  };
}

/** Nests elements by their paths. Slices are left out: they belong to profiles, not to the shape of a type. */
function nest(elements: readonly ElementDefinition[]): Draft[] {
  const top: Draft[] = [];
  const byPath = new Map<string, Draft>();
  for (const definition of elements) {
    const cut = definition.path.lastIndexOf('.');
    if (cut < 0 || definition.sliceName !== undefined || byPath.has(definition.path)) continue;
    const element = toElement(definition);
    byPath.set(definition.path, element);
    const parent = byPath.get(definition.path.slice(0, cut));
    if (parent) parent.children = [...(parent.children ?? []), element];
    else if (!definition.path.slice(0, cut).includes('.')) top.push(element);
  }
  return top;
}

function lexicalPattern(value: ElementDefinition | undefined): string | undefined {
  const extensions = value?.type?.[0]?.extension ?? [];
  return extensions.find(extension => extension.url === `${extensionRoot}regex`)?.valueString;
}

/**
 * The schema of a type from its StructureDefinition (with snapshot).
 * A primitive's `value` becomes the pattern, not a child.
 * @throws Error when there is no snapshot
 */
export function toTypeSchema(structureDefinition: StructureDefinition): TypeSchema {
  const { type, kind, abstract, baseDefinition, snapshot } = structureDefinition;
  if (!snapshot) throw new Error(`StructureDefinition ${structureDefinition.url} has no snapshot`);
  const primitive = kind === 'primitive-type';
  const value = primitive ? snapshot.element.find(element => element.path === `${type}.value`) : undefined;
  const pattern = lexicalPattern(value);
  return {
    name: type,
    kind: kind as TypeSchema['kind'],
    abstract,
    ...(baseDefinition && { base: baseDefinition.slice(baseDefinition.lastIndexOf('/') + 1) }),
    children: nest(snapshot.element.filter(element => element !== value)),
    ...(pattern && { pattern }),
  };
}

/** The element at a path such as `Bundle.link` within a type; undefined when there is none. */
export function elementAt(schema: TypeSchema, path: string): ElementSchema | undefined {
  let found: ElementSchema | undefined;
  let children: readonly ElementSchema[] = schema.children;
  for (let end = path.indexOf('.'); end >= 0; ) {
    end = path.indexOf('.', end + 1);
    const prefix = end < 0 ? path : path.slice(0, end);
    found = children.find(child => child.path === prefix);
    children = found?.children ?? [];
  }
  return found;
}

/** Where a JSON property belongs: `valueQuantity` is the element `value` with the type Quantity. */
export interface Field {
  /** JSON name, without the `_` of a sibling. */
  readonly name: string;
  readonly element: ElementSchema;
  /** Type name; `BackboneElement` or `Element` when the element brings its own children. */
  readonly type: string;
  /** Place among the elements, for writing in order. */
  readonly order: number;
}

/** `valueQuantity` from `value` and `Quantity`. */
export function choiceName(name: string, type: string): string {
  return name + type.charAt(0).toUpperCase() + type.slice(1);
}

/** The JSON properties of a list of elements by name, choices spread out. */
export function fieldsOf(elements: readonly ElementSchema[]): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>();
  elements.forEach((element, order) => {
    if (element.choice)
      for (const { code } of element.types) {
        const name = choiceName(element.name, code);
        fields.set(name, { name, element, type: code, order });
      }
    else fields.set(element.name, { name: element.name, element, type: element.types[0]?.code ?? 'Element', order });
  });
  return fields;
}
