/**
 * The door to full FHIRPath: text → closures, compiled once and kept. N1 (2.0.0) with what FHIR R4 adds.
 * @see https://hl7.org/fhirpath/N1/ and https://hl7.org/fhir/R4/fhirpath.html
 */
import { type Code, type Environment, type Scope, State, type Static, type Test, testOf } from './code.ts';
import { compileAst } from './compiler.ts';
import { type Collection, type Item, Node, nodeOf } from './item.ts';
import { parseFhirPath } from './parser.ts';
import { type Shape, Shapes, type TypeSource } from './shape.ts';
import { toValues, type Value } from './value.ts';

export type { Environment } from './code.ts';
export { mayRunAway } from './functions/regex.ts';
export type { Value } from './value.ts';

/** What expressions are compiled against. Without definitions data has no types: the language alone. */
export interface Model {
  readonly definitions?: TypeSource;
}

/** How an expression is compiled. */
export interface CompileOptions {
  /** Type of the input (`Patient`), or path of an inline structure (`Patient.contact`); told from the data when absent. */
  readonly type?: string;
  /** Refuses paths that the type cannot have, types that do not exist, and positions in unordered collections. */
  readonly strict?: boolean;
  /** The expression is of a definition, not of a request: its regular expressions run unwatched where they end soon for certain. */
  readonly trusted?: boolean;
  /** `as` filters several values and takes subtypes of primitives, as the expressions in FHIR's definitions expect. */
  readonly asFilters?: boolean;
}

/** A compiled expression: evaluates on a JSON value. @throws FhirError with the place in the expression */
export type FhirPath = (input: unknown, environment?: Environment) => readonly Value[];

const shapesOf = new WeakMap<TypeSource, Shapes>();

function shapesFor({ definitions }: Model): Shapes | undefined {
  if (!definitions) return undefined;
  const known = shapesOf.get(definitions) ?? new Shapes(definitions);
  shapesOf.set(definitions, known);
  return known;
}

interface Compiled {
  readonly code: Code;
  readonly shapes: Shapes | undefined;
  readonly shape: Shape | undefined;
  readonly test: Test;
}

function compile(
  text: string,
  model: Model,
  { type, strict = false, trusted = false, asFilters = false }: CompileOptions,
): Compiled {
  const shapes = shapesFor(model);
  const shape = type === undefined ? undefined : shapes?.ofPath(type);
  const self: Static = { ...(shape && !shape.open && { shapes: [shape] }), single: true };
  const scope: Scope = { text, shapes, strict, trusted, asFilters, self };
  const code = compileAst(parseFhirPath(text), scope);
  return { code, shapes, shape, test: testOf(code, { text, at: 0 }) };
}

/** The input as an item: a Node as it is, JSON with the shape it says or the one compiled for. */
function inputOf(input: unknown, { shape, shapes }: Compiled, environment: Environment): Item | undefined {
  if (input instanceof Node) return input;
  if ((input === undefined || input === null) && !environment.sibling) return undefined;
  return nodeOf(input ?? undefined, shape, shapes, environment.sibling);
}

function stateFor(text: string, item: Item | undefined, shapes: Shapes | undefined, environment: Environment): State {
  return new State(text, environment, shapes, item);
}

const noEnvironment: Environment = {};

/**
 * Compiles an expression.
 * @returns a function that evaluates it on a JSON value (resource, element or primitive) and gives typed values
 * @throws FhirError 'invalid' with line and column when it is no FHIRPath, or does not fit the type in strict mode
 */
export function compileFhirPath(text: string, model: Model, options: CompileOptions = {}): FhirPath {
  const evaluate = compileItems(text, model, options);
  return (input, environment) => evaluate(input, environment).flatMap(toValues);
}

/** As compileFhirPath, but gives the items themselves; a Node among them can be the input of another expression. */
export function compileItems(
  text: string,
  model: Model,
  options: CompileOptions = {},
): (input: unknown, environment?: Environment) => Collection {
  const compiled = compile(text, model, options);
  const { code, shapes } = compiled;
  return (input, environment = noEnvironment) => {
    const item = inputOf(input, compiled, environment);
    return code.run(item, stateFor(text, item, shapes, environment));
  };
}

/** Type and JSON of items. */
export function itemValues(items: Collection): readonly Value[] {
  return items.flatMap(toValues);
}

/** A compiled invariant; undefined is empty, which is no violation unless the caller says so. */
export type Constraint = (node: unknown, environment?: Environment) => boolean | undefined;

const constraints = new WeakMap<TypeSource, Map<string, Constraint>>();

/**
 * Compiles an invariant for a type; compiled once for each text and type.
 * @param contextType type name, or path of an inline structure (`Patient.contact`)
 * @throws FhirError when it is no FHIRPath
 */
export function compileConstraint(
  text: string,
  contextType: string,
  model: Model & { definitions: TypeSource },
): Constraint {
  const known = constraints.get(model.definitions) ?? new Map<string, Constraint>();
  constraints.set(model.definitions, known);
  const key = `${contextType}\n${text}`;
  const found = known.get(key);
  if (found) return found;
  const compiled = compile(text, model, { type: contextType, trusted: true, asFilters: true });
  const { test, shapes } = compiled;
  const constraint: Constraint = (node, environment = noEnvironment) => {
    const item = inputOf(node, compiled, environment);
    return test(item, stateFor(text, item, shapes, environment));
  };
  if (known.size < 50_000) known.set(key, constraint);
  return constraint;
}
