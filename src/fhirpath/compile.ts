/**
 * compileExpression: the door to FHIRPath. Plain paths become property walks over the parsed resource, driven by the
 * element definitions, so that each value comes out with its type; the rest goes to the full compiler (engine.ts).
 * @see https://hl7.org/fhirpath/N1/
 */
import type { ElementSchema, TypeSchema } from '../definitions/element-schema.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import { engineExpression } from './engine.ts';
import { firstMembers } from './first-members.ts';
import { type Node, parseExpression } from './syntax.ts';

/** What is known of a value's type: its name and, for inline structures, the element that defines its children. */
export interface TypeInfo {
  readonly code: string;
  readonly element?: ElementSchema;
}

/** Finds a type's definition by name; given by definitions/. */
export type TypeModel = (name: string) => TypeSchema | undefined;

/** Receives each value of the result. */
export type Emit = (value: unknown, type: TypeInfo) => void;

/** Evaluates an expression on a value; `resource` is what `%resource` stands for. */
export type Evaluate = (value: unknown, emit: Emit, resource: Resource) => void;

/** A compiled expression. */
export interface Expression {
  readonly evaluate: Evaluate;
  /** The types its values can have; empty when only the engine knows. */
  readonly types: readonly TypeInfo[];
  /** True when there is at most one value. */
  readonly single: boolean;
  /** There is no value unless the focus has one of these members; undefined = nothing is known. */
  readonly members?: readonly string[];
}

/** Thrown inside when a step cannot be decided from the definitions. */
class UnknownStepError extends Error {}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null;

/**
 * Compiles an expression for values of a type.
 * @param focus name of the type (or an inline structure) the expression is evaluated on
 * @returns undefined when it is no FHIRPath
 */
export function compileExpression(text: string, focus: string | TypeInfo, model: TypeModel): Expression | undefined {
  const node = parseExpression(text);
  const compiled = node && compileNode(node, focus, model);
  if (compiled) return compiled;
  const evaluate = engineExpression(text, model);
  return evaluate && { evaluate, types: [], single: false };
}

/** Compiles a syntax tree; undefined when a step cannot be decided from the definitions. */
export function compileNode(node: Node, focus: string | TypeInfo, model: TypeModel): Expression | undefined {
  const start: TypeInfo = typeof focus === 'string' ? { code: focus } : focus;
  const types: TypeInfo[] = [];
  const walker = new Walker(model, start);
  try {
    const evaluate = walker.build(node, start, type => {
      if (!types.some(known => known.code === type.code && known.element === type.element)) types.push(type);
      return (value, emit) => emit(value, type);
    });
    const members = firstMembers(node, start.element?.children ?? model(start.code)?.children ?? []);
    return { evaluate, types, single: !walker.many, ...(members && { members }) };
  } catch (error) {
    if (error instanceof UnknownStepError) return undefined;
    throw error;
  }
}

/** What follows a step, made for the type the step yields. */
type Next = (type: TypeInfo) => Evaluate;

const nothing: Evaluate = () => {};
const booleanType: TypeInfo = { code: 'boolean' };

/** Builds closures from the end of the path to its beginning: each step is given what follows it. */
class Walker {
  /** Set when a step can yield several values. */
  many = false;
  constructor(
    private readonly model: TypeModel,
    private readonly root: TypeInfo,
  ) {}

  build(node: Node, start: TypeInfo, next: Next): Evaluate {
    switch (node.op) {
      case 'this':
        return next(start);
      case 'resource':
        return this.ofResource(next);
      case 'type':
        return this.accepts(node.name, start.code) ? next(start) : nothing;
      case 'child':
        return this.build(node.of, start, type => this.child(type, node.name, next));
      case 'as':
        return this.build(node.of, start, type => (sameType(type.code, node.type) ? next(type) : nothing));
      case 'extension':
        return this.build(node.of, start, type => this.extension(type, node.url, next));
      case 'where':
        return this.build(node.of, start, type => this.where(type, node.test, next));
      case 'index':
        return this.index(node.of, node.index, start, next);
      case 'union': {
        this.many = true;
        const parts = node.parts.map(part => this.build(part, start, next));
        return (value, emit, resource) => {
          for (const part of parts) part(value, emit, resource);
        };
      }
      default:
        return this.truth(node, start, next);
    }
  }

  private ofResource(next: Next): Evaluate {
    const inner = next(this.root.element ? { code: this.root.element.path.split('.')[0]! } : this.root);
    return (_value, emit, resource) => inner(resource, emit, resource);
  }

  private accepts(name: string, code: string): boolean {
    return (
      name === code ||
      name === 'Resource' ||
      (name === 'DomainResource' && !['Bundle', 'Binary', 'Parameters'].includes(code))
    );
  }

  private children(type: TypeInfo): readonly ElementSchema[] {
    const { element } = type;
    if (element?.children?.length) return element.children;
    if (element?.contentReference) return this.elementAt(element.contentReference)?.children ?? [];
    const schema = this.model(type.code);
    // What a primitive has beside its value is in a member of another name, which the full compiler knows.
    if (!schema || schema.kind === 'primitive-type') throw new UnknownStepError(type.code);
    return schema.children;
  }

  private elementAt(path: string): ElementSchema | undefined {
    const [type, ...names] = path.replace(/^.*#/, '').split('.');
    let children = this.model(type!)?.children;
    let found: ElementSchema | undefined;
    for (const name of names) {
      found = children?.find(element => element.name === name);
      children = found?.children;
    }
    return found;
  }

  private child(type: TypeInfo, name: string, next: Next): Evaluate {
    const element = this.children(type).find(candidate => candidate.name === name);
    if (!element) throw new UnknownStepError(name);
    if (element.array) this.many = true;
    const steps = (element.types.length ? element.types : [{ code: 'BackboneElement' }]).map(({ code }) => {
      return property(element.choice ? name + code[0]!.toUpperCase() + code.slice(1) : name, next({ code, element }));
    });
    if (steps.length === 1) return steps[0]!;
    return (value, emit, resource) => {
      for (const step of steps) step(value, emit, resource);
    };
  }

  private extension(type: TypeInfo, url: string, next: Next): Evaluate {
    return this.child(type, 'extension', extensionType => {
      const inner = next(extensionType);
      return (value, emit, resource) => {
        if (isObject(value) && value['url'] === url) inner(value, emit, resource);
      };
    });
  }

  private where(type: TypeInfo, test: Node, next: Next): Evaluate {
    const inner = next(type);
    const holds = this.condition(test, type);
    return (value, emit, resource) => {
      if (holds(value, resource) === true) inner(value, emit, resource);
    };
  }

  private index(of: Node, index: number, start: TypeInfo, next: Next): Evaluate {
    const many = this.many;
    const followers = new Map<TypeInfo, Evaluate>();
    const all = this.build(of, start, type => {
      followers.set(type, next(type));
      return (value, emit) => emit(value, type);
    });
    this.many = many;
    return (value, emit, resource) => {
      let count = 0;
      all(
        value,
        (found, type) => {
          if (count++ === index) followers.get(type)!(found, emit, resource);
        },
        resource,
      );
    };
  }

  private truth(node: Node, start: TypeInfo, next: Next): Evaluate {
    const holds = this.condition(node, start);
    const inner = next(booleanType);
    return (value, emit, resource) => {
      const result = holds(value, resource);
      if (result !== undefined) inner(result, emit, resource);
    };
  }

  /** A condition with FHIRPath's three values: undefined is "empty". */
  private condition(node: Node, start: TypeInfo): (value: unknown, resource: Resource) => boolean | undefined {
    switch (node.op) {
      case 'resolves':
        return value => referenceType(value) === node.type;
      case 'and': {
        const [left, right] = [this.condition(node.left, start), this.condition(node.right, start)];
        return (value, resource) => {
          const [a, b] = [left(value, resource), right(value, resource)];
          return a === false || b === false ? false : a === undefined || b === undefined ? undefined : true;
        };
      }
      case 'exists': {
        const all = this.collector(node.of, start);
        return (value, resource) => all(value, resource).length > 0;
      }
      case 'compare': {
        const all = this.collector(node.of, start);
        return (value, resource) => {
          const found = all(value, resource);
          if (found.length === 0) return undefined;
          return (found.length === 1 && found[0] === node.literal) === node.equal;
        };
      }
      default:
        throw new UnknownStepError(node.op);
    }
  }

  private collector(of: Node, start: TypeInfo): (value: unknown, resource: Resource) => unknown[] {
    const many = this.many;
    const all = this.build(of, start, type => (value, emit) => emit(value, type));
    this.many = many;
    return (value, resource) => {
      const found: unknown[] = [];
      all(value, item => found.push(item), resource);
      return found;
    };
  }
}

/** The values of one JSON property, each of an array. */
function property(name: string, inner: Evaluate): Evaluate {
  return (value, emit, resource) => {
    if (!isObject(value)) return;
    const found = value[name];
    if (found === undefined || found === null) return;
    if (Array.isArray(found)) {
      for (const item of found) if (item !== null) inner(item, emit, resource);
    } else inner(found, emit, resource);
  };
}

/** `as(T)` by name; the specification's own expressions write DateTime once, and Age is a Quantity. */
function sameType(code: string, asked: string): boolean {
  const wanted = asked.toLowerCase();
  if (code.toLowerCase() === wanted) return true;
  return (
    wanted === 'quantity' &&
    (code === 'Age' || code === 'Duration' || code === 'Count' || code === 'Distance' || code === 'SimpleQuantity')
  );
}

/** The type a reference points to, by its text or its `type` element; nothing is fetched. */
function referenceType(value: unknown): string | undefined {
  const text =
    typeof value === 'string'
      ? value
      : isObject(value) && typeof value['reference'] === 'string'
        ? value['reference']
        : undefined;
  const match =
    text === undefined
      ? null
      : /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]+)?$/.exec(text);
  if (match) return match[1];
  return isObject(value) && typeof value['type'] === 'string' ? value['type'] : undefined;
}
