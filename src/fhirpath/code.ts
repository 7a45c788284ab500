/**
 * What expressions compile to: closures over one value of $this and the state of an evaluation.
 */
import type { JsonObject } from '../fhir/types.ts';
import type { Ast } from './ast.ts';
import { fault, type Place, refuse } from './fault.ts';
import { type Collection, type Item, Node, none, systemOf, truth } from './item.ts';
import type { Shape, Shapes } from './shape.ts';

/** What an evaluation is given from outside. Values are JSON, as parsed. */
export interface Environment {
  /** The resource the input is in; the input itself when absent. */
  readonly resource?: unknown;
  /** The resource that contains `resource`, when that is a contained one. */
  readonly rootResource?: unknown;
  /** %name → a JSON value or a list of them. */
  readonly variables?: ReadonlyMap<string, unknown>;
  /** The `_name` object of an input that is a primitive. */
  readonly sibling?: JsonObject;
  /** UTC milliseconds that now(), today() and timeOfDay() stand for. */
  readonly now?: number;
  /** Minutes east of Greenwich for now(); 0 when absent. */
  readonly zone?: number;
  /** The resource a reference names, when it is not in the resource itself. */
  readonly resolve?: (reference: string) => unknown;
  /** Whether a code, Coding or CodeableConcept (JSON, with the type's name) is in a value set; undefined when not known. */
  readonly memberOf?: (value: unknown, type: string, valueSet: string) => boolean | undefined;
  /** Whether a value follows a profile; undefined when the profile is not known. */
  readonly conformsTo?: (value: unknown, type: string, profile: string) => boolean | undefined;
  /** Whether the first code (JSON Coding or CodeableConcept) subsumes the second. */
  readonly subsumes?: (a: unknown, b: unknown) => boolean | undefined;
  /** What a coding counts for in a score (JSON), as terminology has it; undefined when it has no weight. */
  readonly weightOf?: (coding: JsonObject) => number | undefined;
  readonly trace?: (name: string, values: Collection) => void;
  /** Steps the evaluation may take; 1,000,000 when absent. */
  readonly steps?: number;
}

const defaultSteps = 1_000_000;

/** One evaluation. Lambdas set `index` and `total` and restore them. */
export class State {
  readonly environment: Environment;
  readonly shapes: Shapes | undefined;
  private readonly item: Item | undefined;
  index = -1;
  total: Collection = none;
  steps: number;
  private time: number | undefined;
  /** What defineVariable() has named. */
  defined: ReadonlyMap<string, Collection> | undefined;
  private readonly text: string;
  constructor(text: string, environment: Environment, shapes: Shapes | undefined, item: Item | undefined) {
    this.text = text;
    this.environment = environment;
    this.shapes = shapes;
    this.item = item;
    this.steps = environment.steps ?? defaultSteps;
    this.time = environment.now;
  }

  /** What the whole expression is evaluated on. */
  get input(): Collection {
    return this.item === undefined ? none : [this.item];
  }

  /** UTC milliseconds; the same for the whole evaluation. */
  get now(): number {
    this.time ??= Date.now();
    return this.time;
  }

  /** Takes a step from the budget. @throws FhirError 'too-costly' when it is used up */
  step(): void {
    if (--this.steps < 0) throw tooCostly({ text: this.text, at: 0 });
  }
}

/** Evaluates on one value of $this; undefined when there is none. The collection given must not be changed. */
export type Run = (self: Item | undefined, state: State) => Collection;
/** Evaluates to a truth; undefined is empty. */
export type Test = (self: Item | undefined, state: State) => boolean | undefined;

/** What is known of a result before any data is seen. */
export interface Static {
  /** The shapes its nodes can have; undefined when anything is possible. */
  readonly shapes?: readonly Shape[];
  /** The System type of its values, when known. */
  readonly system?: string;
  readonly single?: boolean;
  /** The order means nothing: children(), descendants(). */
  readonly unordered?: boolean;
}

/** A compiled expression. */
export interface Code {
  readonly run: Run;
  /** For expressions that give a truth. */
  readonly test?: Test | undefined;
  /** Whether there is any value, without collecting them. */
  readonly has?: ((self: Item | undefined, state: State) => boolean) | undefined;
  readonly type: Static;
  /** The one text it gives; undefined when it gives something else, or nothing: then `run` says what. */
  readonly text?: ((self: Item | undefined, state: State) => string | undefined) | undefined;
  /** It is $this itself. */
  readonly isSelf?: true | undefined;
}

/** What a part of an expression is compiled within. */
export interface Scope {
  readonly text: string;
  readonly shapes: Shapes | undefined;
  /** True: paths and types that cannot fit are refused, and singleton rules are enforced. */
  readonly strict: boolean;
  /** True for expressions of definitions: their regular expressions run unwatched where they end soon for certain. */
  readonly trusted: boolean;
  /** True: `as` filters several values and takes subtypes of primitives, as FHIR's own definitions expect. */
  readonly asFilters: boolean;
  /** $this. */
  readonly self: Static;
}

/** The compiler, as functions are handed it for their arguments. */
export type Compile = (ast: Ast, scope: Scope) => Code;

/** Nothing is known. */
export const anything: Static = {};
/** At most one boolean. */
export const booleanType: Static = { system: 'Boolean', single: true };

/** Code of a truth. */
export function testCode(test: Test): Code {
  return { test, run: (self, state) => truth(test(self, state)), type: booleanType };
}

/** Takes steps from the budget. @throws FhirError 'too-costly' when it is used up */
export function charge(state: State, steps: number, place: Place): void {
  state.steps -= steps;
  if (state.steps < 0) throw tooCostly(place);
}

/** The error when the budget is used up. */
export function tooCostly(place: Place): Error {
  return fault(place, 'the evaluation takes too many steps', '評価の手順が多すぎます', 'too-costly');
}

/** The only item; undefined for none. @throws FhirError for several */
export function single(items: Collection, place: Place, what: string): Item | undefined {
  if (items.length > 1)
    throw fault(
      place,
      `${what}: found ${items.length} values, expected at most one`,
      `${what} の値が ${items.length} 個あります（1 個まで）`,
    );
  return items[0];
}

/** The only System value. */
export function singleSystem(items: Collection, place: Place, what: string): Item | undefined {
  const item = single(items, place, what);
  return item === undefined ? undefined : systemOf(item);
}

/**
 * Truth of a collection: empty is undefined, one value that is no boolean is true.
 * @see https://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections
 */
export function truthOf(items: Collection, place: Place): boolean | undefined {
  if (items.length === 0) return undefined;
  const value = singleSystem(items, place, 'a condition');
  return value === undefined ? undefined : typeof value === 'boolean' ? value : true;
}

/** The truth an expression gives. */
export function testOf(code: Code, place: Place): Test {
  const { test, run } = code;
  return test ?? ((self, state) => truthOf(run(self, state), place));
}

/** Whether an expression gives anything. */
export function hasOf(code: Code): (self: Item | undefined, state: State) => boolean {
  const { has, run } = code;
  return has ?? ((self, state) => run(self, state).length > 0);
}

/** The JSON value of an item that is FHIR data, and the item itself otherwise. */
export const rawOf = (item: Item): unknown => (item instanceof Node ? item.value : item);

/** Positions in what has no order are refused in strict mode. */
export function checkOrdered(type: Static, scope: Scope, place: Place): void {
  if (scope.strict && type.unordered)
    throw refuse(place, 'a position in a collection that has no order', '順序のない集まりの中の位置は指定できません');
}
