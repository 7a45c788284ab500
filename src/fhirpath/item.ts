/**
 * The values of FHIRPath. System values are plain: string, boolean, number (Integer), bigint (Long), Decimal, Temporal,
 * Quantity; what is FHIR data is a Node: the JSON value, its `_sibling` and its shape.
 */
import { DecimalLiteral } from '../fhir/json.ts';
import type { JsonObject } from '../fhir/types.ts';
import { Decimal } from './decimal.ts';
import { fhirQuantity, Quantity } from './quantity.ts';
import { type Field, type Shape, type Shapes, type TypeTest, untyped, type Variant } from './shape.ts';
import { parseTemporal, parseTime, Temporal, withKind } from './temporal.ts';

/** One value of a collection. */
export type Item = string | boolean | number | bigint | Decimal | Temporal | Quantity | Node | TypeValue;
/** Values in order; never changed once made. */
export type Collection = readonly Item[];

/** No value; shared, never changed. */
export const none: Collection = Object.freeze([]) as Collection;
/** True; shared. */
export const yes: Collection = Object.freeze([true]) as Collection;
/** False; shared. */
export const no: Collection = Object.freeze([false]) as Collection;

/** The collection of a three-valued truth. */
export const truth = (value: boolean | undefined): Collection => (value === undefined ? none : value ? yes : no);

/** What type() gives. */
export class TypeValue {
  readonly namespace: string;
  readonly name: string;
  constructor(namespace: string, name: string) {
    this.namespace = namespace;
    this.name = name;
  }
}

/** An element or resource of the data. */
export class Node {
  /** JSON value; undefined for a primitive that has extensions only. */
  readonly value: unknown;
  /** The `_name` object of a primitive. */
  readonly sibling: JsonObject | undefined;
  readonly shape: Shape;
  constructor(value: unknown, sibling: JsonObject | undefined, shape: Shape) {
    this.value = value;
    this.sibling = sibling;
    this.shape = shape;
  }

  get isPrimitive(): boolean {
    return this.shape.primitive !== undefined || (this.shape === untyped && !isObject(this.value));
  }

  /** The object that holds id and extensions: the value, or a primitive's sibling. */
  get object(): JsonObject | undefined {
    return isObject(this.value) ? this.value : this.sibling;
  }
}

/** True for JSON objects and arrays. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !(value instanceof DecimalLiteral);

/** The values of an element, appended to `into`. */
export function pushField(
  value: JsonObject,
  { property, sibling, shape }: Variant,
  shapes: Shapes | undefined,
  into: Item[],
): void {
  const found = value[property];
  const beside = shape.primitive !== undefined || shape === untyped ? value[sibling] : undefined;
  if (found === undefined && beside === undefined) return;
  if (Array.isArray(found) || Array.isArray(beside))
    pushArray(Array.isArray(found) ? found : [], Array.isArray(beside) ? beside : [], shape, shapes, into);
  else pushOne(found, beside, shape, shapes, into);
}

function pushArray(
  values: readonly unknown[],
  siblings: readonly unknown[],
  shape: Shape,
  shapes: Shapes | undefined,
  into: Item[],
): void {
  const length = Math.max(values.length, siblings.length);
  for (let i = 0; i < length; i++) pushOne(values[i], siblings[i], shape, shapes, into);
}

function pushOne(value: unknown, beside: unknown, shape: Shape, shapes: Shapes | undefined, into: Item[]): void {
  const node = oneOf(value, beside, shape, shapes);
  if (node !== undefined) into.push(node);
}

function oneOf(value: unknown, beside: unknown, shape: Shape, shapes: Shapes | undefined): Node | undefined {
  const sibling = isObject(beside) ? beside : undefined;
  if (value === null || value === undefined) return sibling && new Node(undefined, sibling, shape);
  return new Node(value, sibling, shape.isResource || shape.open ? actualShape(value, shape, shapes) : shape);
}

/** Where any resource may stand, its resourceType tells. */
function actualShape(value: unknown, shape: Shape, shapes: Shapes | undefined): Shape {
  return isObject(value) && typeof value['resourceType'] === 'string' && shapes
    ? shapes.ofResource(value['resourceType'])
    : shape;
}

/** A node for a JSON value; `shape` when the value does not say its type. */
export function nodeOf(
  value: unknown,
  shape: Shape | undefined,
  shapes: Shapes | undefined,
  sibling?: JsonObject,
): Node {
  const own =
    shapes && isObject(value) && typeof value['resourceType'] === 'string'
      ? shapes.ofResource(value['resourceType'])
      : undefined;
  return new Node(value, sibling, own && own !== untyped ? own : (shape ?? untyped));
}

const untypedVariant = (property: string): Variant => ({ property, sibling: `_${property}`, shape: untyped });

/** The variants of a field that an object may have: of a choice of many types, those that are there. */
export function variantsIn(object: JsonObject, { variants, byProperty }: Field): readonly Variant[] {
  if (!byProperty) return variants;
  const found: Variant[] = [];
  for (const name in object) {
    const variant = byProperty.get(name.charCodeAt(0) === 0x5f ? name.slice(1) : name);
    if (variant && !found.includes(variant)) found.push(variant);
  }
  return found;
}

/** The children of a name. A list that is begun empty takes room for seventeen: where there is one, it is made for one. */
export function childrenOf(node: Node, name: string, shapes: Shapes | undefined): Collection {
  const { value, shape } = node;
  const variants = shape === untyped || shape.primitive !== undefined ? undefined : shape.field(name)?.variants;
  const variant = variants?.length === 1 ? variants[0] : undefined;
  if (variant !== undefined && isObject(value)) {
    const found = value[variant.property];
    const { shape: own } = variant;
    const beside = own.primitive === undefined && own !== untyped ? undefined : value[variant.sibling];
    if (found === undefined && beside === undefined) return none;
    if (Array.isArray(found) ? found.length === 1 && beside === undefined : !Array.isArray(beside)) {
      const one = oneOf(Array.isArray(found) ? found[0] : found, beside, own, shapes);
      return one === undefined ? none : [one];
    }
  }
  const into: Item[] = [];
  pushChildren(node, name, shapes, into);
  return into.length === 0 ? none : into;
}

/** The children of a name, appended to `into`. */
export function pushChildren(node: Node, name: string, shapes: Shapes | undefined, into: Item[]): void {
  const { value, shape } = node;
  if (shape === untyped) {
    if (node.object) pushField(node.object, untypedVariant(name), shapes, into);
    return;
  }
  const object = shape.primitive === undefined ? (value as JsonObject) : node.sibling;
  if (!isObject(object)) return;
  const field = shape.field(name);
  if (field) for (const variant of variantsIn(object, field)) pushField(object, variant, shapes, into);
  else if (name === 'resourceType' && shape.isResource) into.push(shape.name);
}

/** All children in the order of the JSON. */
export function pushAllChildren(node: Node, shapes: Shapes | undefined, into: Item[]): void {
  const { object, shape } = node;
  if (!object) return;
  for (const property of Object.keys(object)) {
    const isSibling = property.startsWith('_');
    const name = isSibling ? property.slice(1) : property;
    if ((isSibling && object[name] !== undefined) || property === 'resourceType') continue;
    const variant = shape === untyped ? untypedVariant(name) : shape.variant(name);
    if (variant) pushField(object, variant, shapes, into);
  }
}

/**
 * The System value of an item: primitives without a value give undefined; complex nodes stay nodes, but for quantities
 * without a comparator.
 * @see https://hl7.org/fhir/R4/fhirpath.html#types
 */
export function systemOf(item: Item): Item | undefined {
  if (!(item instanceof Node)) return item;
  const { value, shape } = item;
  if (shape === untyped) return untypedValue(item);
  if (shape.primitive === undefined) return shape.isQuantity ? (quantityOf(value) ?? item) : item;
  switch (shape.primitive) {
    case 'Boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'Integer':
      return typeof value === 'number' ? value : value instanceof DecimalLiteral ? Number(value) : undefined;
    case 'Decimal':
      return decimalOf(value);
    case 'String':
      return typeof value === 'string' ? value : undefined;
    default:
      return temporalOf(value, shape.primitive);
  }
}

function untypedValue(node: Node): Item | undefined {
  const { value } = node;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? value : new Decimal(value);
  if (value instanceof DecimalLiteral) return decimalOf(value);
  return value === undefined ? undefined : node;
}

function decimalOf(value: unknown): Decimal | undefined {
  if (typeof value === 'number') return new Decimal(value);
  return value instanceof DecimalLiteral ? Decimal.parse(value.text) : undefined;
}

function temporalOf(value: unknown, kind: 'Date' | 'DateTime' | 'Time'): Item | undefined {
  if (typeof value !== 'string') return undefined;
  const found = kind === 'Time' ? parseTime(value) : parseTemporal(value);
  if (!found) return value;
  return kind === 'Time' || found.kind === kind ? found : withKind(found, kind);
}

const ucum = 'http://unitsofmeasure.org';

function quantityOf(value: unknown): Quantity | undefined {
  if (!isObject(value) || value['comparator'] !== undefined) return undefined;
  const number = decimalOf(value['value']);
  if (!number) return undefined;
  const { system, code, unit } = value;
  if (system === ucum && typeof code === 'string') return fhirQuantity(number, code);
  if (code === undefined)
    return typeof unit === 'string' ? new Quantity(number, unit, 'other') : new Quantity(number, '1');
  return new Quantity(number, `${String(code)} (${String(system)})`, 'other');
}

/** Name of the System type of a System value; undefined for a node. */
export function systemName(item: Item): string | undefined {
  switch (typeof item) {
    case 'string':
      return 'String';
    case 'boolean':
      return 'Boolean';
    case 'number':
      return 'Integer';
    case 'bigint':
      return 'Long';
    default:
      if (item instanceof Decimal) return 'Decimal';
      if (item instanceof Temporal) return item.kind;
      return item instanceof Quantity ? 'Quantity' : undefined;
  }
}

/** True when the item is of the type; `exact` as as() and ofType() want it for primitives. */
export function hasType(item: Item, test: TypeTest, exact: boolean): boolean {
  if (!(item instanceof Node)) {
    const own = systemName(item);
    if (own === undefined) return false;
    return 'system' in test ? test.system === own : 'either' in test && test.either === own;
  }
  const { shape } = item;
  if (shape === untyped) return untypedHasType(item, test);
  if ('system' in test) return shape.isSystem && test.system === 'String';
  const name = 'fhir' in test ? test.fhir : test.either;
  return shape.name === name || (!(exact && shape.primitive) && shape.lineage.includes(name));
}

function untypedHasType(node: Node, test: TypeTest): boolean {
  if ('fhir' in test) return isObject(node.value) && node.value['resourceType'] === test.fhir;
  const value = untypedValue(node);
  return value !== undefined && systemName(value) === ('system' in test ? test.system : test.either);
}
