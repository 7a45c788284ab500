/**
 * Steps of a path: the children of a name.
 * @see https://hl7.org/fhirpath/N1/#path-selection
 */

import type { JsonObject } from '../fhir/types.ts';
import type { Ast } from './ast.ts';
import { type Code, charge, type Scope, type Static, testCode } from './code.ts';
import { refuse } from './fault.ts';
import {
  type Collection,
  childrenOf,
  type Item,
  isObject,
  Node,
  none,
  pushAllChildren,
  pushChildren,
  TypeValue,
  variantsIn,
} from './item.ts';
import { Quantity } from './quantity.ts';
import { type Shape, type Shapes, untyped, type Variant } from './shape.ts';

function pushOf(item: Item, name: string, shapes: Shapes | undefined, into: Item[]): void {
  if (item instanceof Node) pushChildren(item, name, shapes, into);
  else if (item instanceof Quantity && (name === 'value' || name === 'unit')) into.push(item[name]);
  else if (item instanceof TypeValue && (name === 'name' || name === 'namespace')) into.push(item[name]);
}

/** What a name leads to from one item. */
function stepFrom(item: Item, name: string, shapes: Shapes | undefined): Collection {
  if (item instanceof Node) return childrenOf(item, name, shapes);
  const found: Item[] = [];
  pushOf(item, name, shapes, found);
  return found.length === 0 ? none : found;
}

/** The type of a child, as far as it is known. @throws FhirError in strict mode when there is no such element */
function childType(of: Static, name: string, scope: Scope, at: number): Static {
  const { shapes } = of;
  if (!shapes || shapes.some(shape => shape.open || shape.isSystem)) return {};
  const fields = shapes.map(shape => shape.field(name));
  const found = fields.filter(field => field !== undefined);
  const isType = name === 'resourceType' && shapes.some(shape => shape.isResource);
  if (found.length === 0 && scope.strict && !isType) {
    const types = shapes.map(shape => shape.name).join(', ');
    throw refuse(
      { text: scope.text, at },
      `${types} has no element "${name}"`,
      `${types} に要素「${name}」はありません`,
    );
  }
  const single = of.single === true && found.every(field => !field.many);
  return { shapes: found.flatMap(field => field.variants.map(variant => variant.shape)), ...(single && { single }) };
}

/** Whether a node has a child of a name, without making nodes. */
function hasChild(node: Node, name: string): boolean {
  const { shape } = node;
  const object = shape.primitive === undefined ? node.value : node.sibling;
  if (!isObject(object)) return false;
  const field = shape.field(name);
  if (!field) return false;
  for (const variant of variantsIn(object, field)) if (hasVariant(object, variant)) return true;
  return false;
}

function hasVariant(object: JsonObject, { property, sibling, shape }: Variant): boolean {
  const found = object[property];
  if (found !== undefined && found !== null && !(Array.isArray(found) && found.length === 0)) return true;
  return shape.primitive !== undefined && object[sibling] !== undefined;
}

/** `of.name` */
export function childCode(of: Code, name: string, scope: Scope, at: number): Code {
  const type = childType(of.type, name, scope, at);
  const place = { text: scope.text, at };
  return {
    run(self, state): Collection {
      const items = of.run(self, state);
      if (items.length === 0) return none;
      if (items.length === 1) {
        const found = stepFrom(items[0]!, name, state.shapes);
        charge(state, found.length + 1, place);
        return found;
      }
      const found: Item[] = [];
      for (const item of items) pushOf(item, name, state.shapes, found);
      charge(state, found.length + 1, place);
      return found.length === 0 ? none : found;
    },
    type,
  };
}

/** The text of a child that is at most one string or a kind of it. */
function textOf(name: string, { shapes }: Static): Code['text'] {
  const [shape] = shapes ?? [];
  const field = shapes?.length === 1 && shape !== untyped ? shape!.field(name) : undefined;
  const [variant] = field?.variants ?? [];
  if (field?.variants.length !== 1 || field.many || variant!.shape.primitive !== 'String') return undefined;
  const { property } = variant!;
  return (self, state) => {
    if (!(self instanceof Node) || self.shape !== shape || !isObject(self.value)) return undefined;
    const found = self.value[property];
    if (typeof found !== 'string') return undefined;
    state.steps--;
    return found;
  };
}

/** A step on $this, which is nothing but a node in most cases. */
function ownCode(name: string, scope: Scope, at: number): Code {
  const type = childType(scope.self, name, scope, at);
  const text = textOf(name, scope.self);
  return {
    ...(text && { text }),
    run(self, state): Collection {
      if (self === undefined) return none;
      const found = stepFrom(self, name, state.shapes);
      state.steps -= found.length;
      return found;
    },
    has(self, state) {
      if (self instanceof Node && self.shape !== untyped && name !== 'resourceType') return hasChild(self, name);
      const found: Item[] = [];
      if (self !== undefined) pushOf(self, name, state.shapes, found);
      return found.length > 0;
    },
    type,
  };
}

const isOf = (shape: Shape, name: string): boolean => shape.lineage.includes(name);

/**
 * The first name of a path: the type of $this, or a child of it. FHIR's elements begin with a small letter, its types
 * that can be a context with a capital one.
 */
export function startCode(name: string, scope: Scope, at: number): Code {
  if (!/^[A-Z]/.test(name)) return ownCode(name, scope, at);
  const { shapes } = scope.self;
  const closed = shapes !== undefined && !shapes.some(shape => shape.open);
  if (scope.strict && closed && !shapes.some(shape => isOf(shape, name) || shape.field(name)))
    throw refuse(
      { text: scope.text, at },
      `"${name}" is not the type of the context (${shapes.map(shape => shape.name).join(', ')})`,
      `「${name}」は対象の型（${shapes.map(shape => shape.name).join('、')}）ではありません`,
    );
  const own = ownCode(name, { ...scope, strict: false }, at);
  const known = scope.shapes?.find(name);
  return {
    run(self, state): Collection {
      if (!(self instanceof Node)) return none;
      if (self.shape === untyped ? isObject(self.value) && self.value['resourceType'] === name : isOf(self.shape, name))
        return [self];
      return own.run(self, state);
    },
    type: known && !known.open ? { shapes: [known], single: true } : scope.self,
  };
}

/** `children().count() > id.count()`, the half of ele-1 that every element is asked. */
export function asksForContent(ast: Ast): boolean {
  if (ast.op !== 'binary' || ast.operator !== '>') return false;
  const counted = (side: Ast) => (side.op === 'call' && side.name === 'count' ? side.of : undefined);
  const [all, id] = [counted(ast.left), counted(ast.right)];
  return all?.op === 'call' && all.name === 'children' && !all.of && id?.op === 'child' && id.name === 'id' && !id.of;
}

/** Whether there is a child besides the id, without making nodes. */
export const contentCode: Code = testCode((self, state) => {
  if (!(self instanceof Node)) return false;
  const { object, shape } = self;
  if (shape === untyped) {
    const found: Item[] = [];
    pushAllChildren(self, state.shapes, found);
    return found.length > (object?.['id'] === undefined ? 0 : 1);
  }
  for (const property in object) {
    const name = property.charCodeAt(0) === 0x5f ? property.slice(1) : property;
    if (name === 'id') continue;
    const variant = shape.variant(name);
    if (variant && hasVariant(object, variant)) return true;
  }
  return false;
});
