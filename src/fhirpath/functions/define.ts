/** What a function is to the compiler, and the common kinds of function. */
import type { Ast } from '../ast.ts';
import {
  type Code,
  type Compile,
  charge,
  type Run,
  type Scope,
  type State,
  type Static,
  singleSystem,
  type Test,
  testOf,
} from '../code.ts';
import { fault, type Place } from '../fault.ts';
import { type Collection, type Item, none, systemName } from '../item.ts';

/** A call to be compiled. */
export interface Call {
  readonly name: string;
  readonly place: Place;
  readonly input: Code;
  readonly args: readonly Ast[];
  readonly scope: Scope;
  readonly compile: Compile;
}

/** A function: how many arguments it takes, and how a call of it is compiled. */
export interface FunctionEntry {
  /** Least and most arguments. */
  readonly arity: readonly [number, number];
  readonly build: (call: Call) => Code;
  /** is, as and ofType: the argument names a type. */
  readonly type?: string;
}

/** Arguments as they are given: evaluated on the $this outside. */
export function argumentRuns({ args, scope, compile }: Call): Run[] {
  return args.map(arg => compile(arg, scope).run);
}

/** The System values of single arguments, evaluated anew for each call but for literals, which stay what they are. */
export function argumentValues(call: Call, part: string): (self: Item | undefined, state: State) => Values {
  const { args, place } = call;
  const runs = argumentRuns(call);
  const literals = args.map(arg => (arg.op === 'literal' ? arg.value : undefined));
  if (literals.every(value => value !== undefined)) return () => literals;
  return (self, state) => runs.map(run => singleSystem(run(self, state), place, part));
}

/** An argument evaluated on each item of the input. */
export function itemCode({ args, scope, compile, input }: Call, place = 0): Code {
  const { shapes, system } = input.type;
  return compile(args[place]!, {
    ...scope,
    self: { ...(shapes && { shapes }), ...(system && { system }), single: true },
  });
}

/** The truth of an argument for each item. */
export function itemTest(call: Call, place = 0): Test {
  return testOf(itemCode(call, place), call.place);
}

/** A function of whole collections. */
export function ofCollections(
  least: number,
  most: number,
  compute: (input: Collection, args: readonly Collection[], state: State, place: Place) => Collection,
  type: (input: Static) => Static = () => ({}),
): FunctionEntry {
  return {
    arity: [least, most],
    build(call) {
      const args = argumentRuns(call);
      const { input, place } = call;
      const nothing: readonly Collection[] = [];
      return {
        run: (self, state) =>
          compute(
            input.run(self, state),
            args.length === 0 ? nothing : args.map(run => run(self, state)),
            state,
            place,
          ),
        type: type(input.type),
      };
    },
  };
}

/** The System values of single arguments; undefined where one is empty. */
export type Values = readonly (Item | undefined)[];

/**
 * A function of one System value: empty for an empty input.
 * @param type what the result's static type is
 */
export function ofValue(
  least: number,
  most: number,
  compute: (value: Item, args: Values, state: State, place: Place) => Item | undefined,
  type: Static = { single: true },
): FunctionEntry {
  return {
    arity: [least, most],
    build(call) {
      const { input, place, name } = call;
      const whole = `${name}()`;
      const valuesOf = argumentValues(call, `an argument of ${name}()`);
      return {
        run(self, state) {
          const value = singleSystem(input.run(self, state), place, whole);
          if (value === undefined) return none;
          const result = compute(value, valuesOf(self, state), state, place);
          return result === undefined ? none : [result];
        },
        type,
      };
    },
  };
}

/** The text of a value. @throws FhirError when it is none */
export function textOf(value: Item, place: Place): string {
  if (typeof value !== 'string')
    throw fault(
      place,
      `found ${systemName(value) ?? 'an element'}, expected a String`,
      `${systemName(value) ?? '要素'} ではなく String が必要です`,
    );
  return value;
}

/** The whole number of a value. @throws FhirError when it is none */
export function integerOf(value: Item, place: Place): number {
  if (typeof value !== 'number')
    throw fault(
      place,
      `found ${systemName(value) ?? 'an element'}, expected an Integer`,
      `${systemName(value) ?? '要素'} ではなく Integer が必要です`,
    );
  return value;
}

/** A text that is going to be read: counted against the budget. */
function weighedText(value: Item, state: State, place: Place): string {
  const text = textOf(value, place);
  if (text.length > 64) charge(state, text.length >> 6, place);
  return text;
}

/** A function of one text; empty when an argument is. */
export function ofText(
  least: number,
  most: number,
  compute: (text: string, args: readonly Item[], state: State, place: Place) => Item | undefined,
  system = 'String',
): FunctionEntry {
  return ofValue(
    least,
    most,
    (value, args, state, place) =>
      args.some(arg => arg === undefined)
        ? undefined
        : compute(weighedText(value, state, place), args as readonly Item[], state, place),
    { system, single: true },
  );
}

/** Whether a test holds for an item, with $index set; who asks sets it back. */
export function holds(test: Test, items: Collection, i: number, state: State): boolean {
  state.index = i;
  state.step();
  return test(items[i]!, state) === true;
}

/** Runs something for each item, with $index set. */
export function eachItem(items: Collection, state: State, run: (item: Item, index: number) => unknown): void {
  const { index } = state;
  for (let i = 0; i < items.length; i++) {
    state.index = i;
    state.step();
    if (run(items[i]!, i) === false) break;
  }
  state.index = index;
}
