/** Existence. @see https://hl7.org/fhirpath/N1/#existence */
import { booleanType, charge, hasOf, rawOf, type State, testCode, truthOf } from '../code.ts';
import { Seen } from '../equality.ts';
import { fault, type Place } from '../fault.ts';
import { type Collection, Node, none, systemOf, truth } from '../item.ts';
import { distinct } from '../operators.ts';
import { type FunctionEntry, holds, itemTest, ofCollections } from './define.ts';

const exists: FunctionEntry = {
  arity: [0, 1],
  build(call) {
    if (call.args.length === 0) return testCode(hasOf(call.input));
    const { run } = call.input;
    const test = itemTest(call);
    return testCode((self, state) => {
      const items = run(self, state);
      const { index } = state;
      let found = false;
      for (let i = 0; i < items.length && !found; i++) found = holds(test, items, i, state);
      state.index = index;
      return found;
    });
  },
};

const empty: FunctionEntry = {
  arity: [0, 0],
  build(call) {
    const has = hasOf(call.input);
    return testCode((self, state) => !has(self, state));
  },
};

const all: FunctionEntry = {
  arity: [1, 1],
  build(call) {
    const { run } = call.input;
    const test = itemTest(call);
    return testCode((self, state) => {
      const items = run(self, state);
      const { index } = state;
      let all = true;
      for (let i = 0; i < items.length && all; i++) all = holds(test, items, i, state);
      state.index = index;
      return all;
    });
  },
};

const not: FunctionEntry = {
  arity: [0, 0],
  build({ input, place }) {
    const { test, run } = input;
    return testCode((self, state) => {
      const value = test ? test(self, state) : truthOf(run(self, state), place);
      return value === undefined ? undefined : !value;
    });
  },
};

/** allTrue and its kin: over booleans only. */
function booleans(decide: (values: readonly boolean[]) => boolean): FunctionEntry {
  return ofCollections(
    0,
    0,
    (input, _, __, place) => truth(decide(input.map(item => booleanOf(systemOf(item), place)))),
    () => booleanType,
  );
}

function booleanOf(value: unknown, place: Place): boolean {
  if (typeof value !== 'boolean') throw fault(place, 'expected booleans only', '真偽値だけに使えます');
  return value;
}

function isSubset(a: Collection, b: Collection, state: State, place: Place): boolean {
  const seen = new Seen();
  for (const item of b) {
    charge(state, seen.cost, place);
    seen.add(item);
  }
  return a.every(item => {
    charge(state, seen.cost, place);
    return seen.has(item);
  });
}

const hasValue: FunctionEntry = {
  arity: [0, 0],
  build({ input }) {
    if (input.isSelf) return testCode(self => self !== undefined && hasOne(self));
    return testCode((self, state) => {
      const items = input.run(self, state);
      return items.length === 1 && hasOne(items[0]!);
    });
  },
};

const hasOne = (item: Collection[number]): boolean =>
  item instanceof Node ? item.isPrimitive && item.value !== undefined : true;

/** The functions of this file by name. */
export const existence: readonly (readonly [string, FunctionEntry])[] = [
  ['empty', empty],
  ['exists', exists],
  ['all', all],
  ['not', not],
  ['allTrue', booleans(values => values.every(value => value))],
  ['anyTrue', booleans(values => values.some(value => value))],
  ['allFalse', booleans(values => values.every(value => !value))],
  ['anyFalse', booleans(values => values.some(value => !value))],
  [
    'subsetOf',
    ofCollections(
      1,
      1,
      (input, [other], state, place) => truth(isSubset(input, other!, state, place)),
      () => booleanType,
    ),
  ],
  [
    'supersetOf',
    ofCollections(
      1,
      1,
      (input, [other], state, place) => truth(isSubset(other!, input, state, place)),
      () => booleanType,
    ),
  ],
  [
    'count',
    ofCollections(
      0,
      0,
      input => [input.length],
      () => ({ system: 'Integer', single: true }),
    ),
  ],
  [
    'distinct',
    ofCollections(
      0,
      0,
      (input, _, state, place) => distinct(input, state, place),
      input => input,
    ),
  ],
  [
    'isDistinct',
    ofCollections(
      0,
      0,
      (input, _, state, place) => truth(distinct(input, state, place).length === input.length),
      () => booleanType,
    ),
  ],
  ['hasValue', hasValue],
  [
    'getValue',
    ofCollections(
      0,
      0,
      input => (input.length === 1 && hasOne(input[0]!) ? primitiveValue(input) : none),
      () => ({ single: true }),
    ),
  ],
];

/** The System value of a primitive. */
function primitiveValue(input: Collection): Collection {
  const value = systemOf(input[0]!);
  return value === undefined || rawOf(input[0]!) === undefined ? none : [value];
}
