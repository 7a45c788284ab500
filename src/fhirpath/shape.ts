/**
 * Shapes: what FHIRPath must know of a type — its elements by name, with the JSON properties they are in, its ancestors,
 * and which System type a primitive stands for. Made from TypeSchema the first time a type is met.
 * @see https://hl7.org/fhir/R4/fhirpath.html#types
 */
import { choiceName, type ElementSchema, elementAt, type TypeSchema } from '../definitions/element-schema.ts';
import type { TypeName } from './ast.ts';

/** What shapes are made from; Definitions fits. */
export interface TypeSource {
  typeSchema(name: string): TypeSchema | undefined;
}

/** The System type behind a FHIR primitive. */
export type SystemKind = 'Boolean' | 'String' | 'Integer' | 'Decimal' | 'Date' | 'DateTime' | 'Time';

const systemKinds: ReadonlyMap<string, SystemKind> = new Map([
  ['boolean', 'Boolean'],
  ['integer', 'Integer'],
  ['unsignedInt', 'Integer'],
  ['positiveInt', 'Integer'],
  ['decimal', 'Decimal'],
  ['date', 'Date'],
  ['dateTime', 'DateTime'],
  ['instant', 'DateTime'],
  ['time', 'Time'],
]);

/** One JSON property an element can be in: `valueQuantity` with the shape Quantity. */
export interface Variant {
  readonly property: string;
  /** `_` and the property. */
  readonly sibling: string;
  readonly shape: Shape;
}

/** A variant whose shape is looked up when it is first asked for: types lead back to themselves. */
class LazyVariant implements Variant {
  readonly property: string;
  readonly sibling: string;
  private found: Shape | undefined;
  private readonly find: () => Shape;
  constructor(property: string, find: () => Shape) {
    this.property = property;
    this.sibling = `_${property}`;
    this.find = find;
  }

  get shape(): Shape {
    this.found ??= this.find();
    return this.found;
  }
}

/** An element of a shape. */
export interface Field {
  readonly name: string;
  readonly many: boolean;
  /** One for most, several for a choice. */
  readonly variants: readonly Variant[];
  /** For choices of many types: quicker than trying each. */
  readonly byProperty: ReadonlyMap<string, Variant> | undefined;
}

/** A type of the model. `untyped` is the shape of data without a model. */
export class Shape {
  readonly name: string;
  /** Names of this type and its ancestors, nearest first. */
  readonly lineage: readonly string[];
  readonly primitive: SystemKind | undefined;
  readonly isResource: boolean;
  /** True for what can hold any type: Resource, DomainResource, Element without definition. */
  readonly open: boolean;
  /** Resource.id, Element.id and Extension.url: System.String by their definitions. */
  readonly isSystem: boolean;
  private readonly elements: readonly ElementSchema[];
  private readonly shapes: Shapes | undefined;
  private readonly fields = new Map<string, Field | undefined>();
  private byProperty: ReadonlyMap<string, Variant> | undefined;

  constructor(
    shapes: Shapes | undefined,
    name: string,
    options: Partial<Pick<Shape, 'lineage' | 'primitive' | 'isResource' | 'open' | 'isSystem'>> & {
      elements?: readonly ElementSchema[];
    } = {},
  ) {
    this.shapes = shapes;
    this.name = name;
    this.lineage = options.lineage ?? [name];
    this.primitive = options.primitive;
    this.isResource = options.isResource ?? false;
    this.open = options.open ?? false;
    this.isSystem = options.isSystem ?? false;
    this.elements = options.elements ?? [];
  }

  get isQuantity(): boolean {
    return this.lineage.includes('Quantity');
  }

  /** The element of a name; undefined when the type has none. */
  field(name: string): Field | undefined {
    const found = this.fields.get(name);
    if (found !== undefined || this.fields.has(name)) return found;
    const element = this.elements.find(candidate => candidate.name === name);
    const field = element && this.makeField(element);
    if (this.fields.size < 500) this.fields.set(name, field);
    return field;
  }

  /** The variant a JSON property holds: `valueQuantity` → Quantity. */
  variant(property: string): Variant | undefined {
    this.byProperty ??= new Map(
      this.elements.flatMap(({ name }) => this.field(name)?.variants ?? []).map(variant => [variant.property, variant]),
    );
    return this.byProperty.get(property);
  }

  private makeField(element: ElementSchema): Field {
    const shapes = this.shapes!;
    const types = element.types.length > 0 ? element.types : [{ code: 'Element' }];
    const variants = types.map(({ code }) => {
      const property = element.choice ? choiceName(element.name, code) : element.name;
      return new LazyVariant(property, () => shapes.ofElement(element, code));
    });
    const byProperty = variants.length > 6 ? new Map(variants.map(variant => [variant.property, variant])) : undefined;
    return { name: element.name, many: element.array, variants, byProperty };
  }
}

/** Data without a model. */
export const untyped = new Shape(undefined, 'untyped', { open: true });

/** The shapes of a model, each made once. */
export class Shapes {
  private readonly named = new Map<string, Shape | undefined>();
  private readonly inline = new Map<string, Shape>();
  private readonly source: TypeSource;
  constructor(source: TypeSource) {
    this.source = source;
  }

  /** The shape of a type by name; undefined when the model has none. */
  find(name: string): Shape | undefined {
    if (this.named.has(name)) return this.named.get(name);
    const schema = this.source.typeSchema(name);
    const shape = schema && this.fromSchema(schema);
    if (this.named.size < 2000) this.named.set(name, shape);
    return shape;
  }

  /** The shape of a resource by its resourceType; `Resource` for what the model does not know. */
  ofResource(type: unknown): Shape {
    return (typeof type === 'string' ? this.find(type) : undefined) ?? untyped;
  }

  /** The shape of a type name, or of an inline structure by its path (`Patient.contact`). */
  ofPath(path: string): Shape | undefined {
    const cut = path.indexOf('.');
    if (cut < 0) return this.find(path);
    const schema = this.source.typeSchema(path.slice(0, cut));
    const element = schema && elementAt(schema, path);
    return element && this.ofElement(element, element.types[0]?.code ?? 'Element');
  }

  ofElement(element: ElementSchema, code: string): Shape {
    if (element.name === 'id' || element.path === 'Extension.url') return this.system(element, code);
    if (element.contentReference) {
      const schema = this.source.typeSchema(element.contentReference.split('.')[0]!);
      const target = schema && elementAt(schema, element.contentReference);
      if (target) return this.ofElement(target, target.types[0]?.code ?? 'Element');
    }
    if (!element.children?.length) return this.find(code) ?? untyped;
    const made =
      this.inline.get(element.path) ??
      new Shape(this, code, { lineage: this.lineageOf(code), elements: element.children });
    this.inline.set(element.path, made);
    return made;
  }

  private system(element: ElementSchema, code: string): Shape {
    const made =
      this.inline.get(element.path) ??
      new Shape(this, code, {
        lineage: this.lineageOf(code),
        primitive: 'String',
        isSystem: true,
        elements: this.source.typeSchema(code)?.children ?? [],
      });
    this.inline.set(element.path, made);
    return made;
  }

  private lineageOf(name: string): string[] {
    const names: string[] = [];
    for (
      let at: string | undefined = name;
      at !== undefined && names.length < 10;
      at = this.source.typeSchema(at)?.base
    )
      names.push(at);
    return names;
  }

  private fromSchema(schema: TypeSchema): Shape {
    const { name, kind, abstract, children } = schema;
    return new Shape(this, name, {
      lineage: this.lineageOf(name),
      ...(kind === 'primitive-type' && { primitive: systemKinds.get(name) ?? 'String' }),
      isResource: kind === 'resource',
      open: abstract && name !== 'BackboneElement',
      elements: children,
    });
  }
}

const systemNames: ReadonlySet<string> = new Set([
  'Boolean',
  'String',
  'Integer',
  'Long',
  'Decimal',
  'Date',
  'DateTime',
  'Time',
  'Quantity',
  'Any',
]);

/** What a type name in an expression means. */
export type TypeTest = { readonly system: string } | { readonly fhir: string } | { readonly either: string };

/** `String` is System's, `string` FHIR's; `Quantity` is both. Undefined when the model has no such type. */
export function resolveType({ namespace, name }: TypeName, shapes: Shapes | undefined): TypeTest | undefined {
  const inSystem = systemNames.has(name);
  if (namespace === 'System') return inSystem ? { system: name } : undefined;
  const inModel = shapes === undefined ? !inSystem : shapes.find(name) !== undefined;
  if (namespace === 'FHIR') return inModel ? { fhir: name } : undefined;
  if (namespace !== undefined) return undefined;
  if (inModel && inSystem) return { either: name };
  return inSystem ? { system: name } : inModel ? { fhir: name } : undefined;
}
