/** Filtering, projection, subsetting, combining, sorting. @see https://hl7.org/fhirpath/N1/#filtering-and-projection */
import type { Ast } from '../ast.ts';
import { type Code, charge, checkOrdered, type Run, type State, single } from '../code.ts';
import { compareItems, Seen } from '../equality.ts';
import { fault } from '../fault.ts';
import { type Collection, type Item, none, systemOf } from '../item.ts';
import { distinct, union } from '../operators.ts';
import {
  type Call,
  eachItem,
  type FunctionEntry,
  holds,
  integerOf,
  itemCode,
  itemTest,
  ofCollections,
} from './define.ts';

const where: FunctionEntry = {
  arity: [1, 1],
  build(call) {
    const { run, type } = call.input;
    const test = itemTest(call);
    return {
      run(self, state) {
        const items = run(self, state);
        if (items.length === 0) return none;
        const { index } = state;
        if (items.length === 1) {
          const holdsForIt = holds(test, items, 0, state);
          state.index = index;
          charge(state, 1, call.place);
          return holdsForIt ? items : none;
        }
        const found: Item[] = [];
        for (let i = 0; i < items.length; i++) {
          if (holds(test, items, i, state)) found.push(items[i]!);
        }
        state.index = index;
        charge(state, items.length, call.place);
        return found;
      },
      has(self, state) {
        const items = run(self, state);
        const { index } = state;
        let found = false;
        // All are asked, not only the first that fits: what an item cannot be asked is an error wherever it stands.
        for (let i = 0; i < items.length; i++) if (holds(test, items, i, state)) found = true;
        state.index = index;
        charge(state, items.length, call.place);
        return found;
      },
      type,
    };
  },
};

const select: FunctionEntry = {
  arity: [1, 1],
  build(call) {
    const { input, place } = call;
    const projection = itemCode(call);
    return {
      run(self, state) {
        const found: Item[] = [];
        const of = input.run(self, state);
        const { index } = state;
        for (let i = 0; i < of.length; i++) {
          state.index = i;
          state.step();
          const items = projection.run(of[i]!, state);
          charge(state, items.length + 1, place);
          for (const one of items) found.push(one);
        }
        state.index = index;
        return found;
      },
      type: {
        ...(projection.type.shapes && { shapes: projection.type.shapes }),
        ...(projection.type.system && { system: projection.type.system }),
      },
    };
  },
};

/** repeat(): what the projection gives, and what it gives on that, each once; repeatAll() keeps equal ones. */
function repeat(once: boolean): FunctionEntry {
  return {
    arity: [1, 1],
    build(call) {
      const { input, place, scope } = call;
      // What the projection is taken on is the input first, then its own results.
      const projection = itemCode({ ...call, scope: { ...scope, strict: false }, input: { ...input, type: {} } });
      return {
        run(self, state) {
          const found: Item[] = [];
          const seen = new Seen();
          for (let level = input.run(self, state); level.length > 0; ) {
            const next: Item[] = [];
            eachItem(level, state, item => {
              for (const one of projection.run(item, state)) {
                charge(state, once ? 1 + seen.cost : 1, place);
                if (!once || seen.add(one)) next.push(one);
              }
            });
            for (const one of next) found.push(one);
            level = next;
          }
          return found;
        },
        type: {},
      };
    },
  };
}

/** A part of the input by position. */
function part(take: (input: Collection) => Collection, single = false): FunctionEntry {
  return {
    arity: [0, 0],
    build({ input, scope, place }) {
      checkOrdered(input.type, scope, place);
      return { run: (self, state) => take(input.run(self, state)), type: { ...input.type, ...(single && { single }) } };
    },
  };
}

/** skip(n) and take(n). */
function counted(name: string, cut: (input: Collection, count: number) => Collection): FunctionEntry {
  return {
    arity: [1, 1],
    build(call) {
      const { input, scope, place } = call;
      checkOrdered(input.type, scope, place);
      const { run } = call.compile(call.args[0]!, scope);
      return {
        run(self, state) {
          const count = single(run(self, state), place, name);
          const value = count === undefined ? undefined : systemOf(count);
          return value === undefined ? none : cut(input.run(self, state), Math.max(0, integerOf(value, place)));
        },
        type: input.type,
      };
    },
  };
}

function members(
  input: Collection,
  other: Collection,
  wanted: boolean,
  state: State,
  call: { text: string; at: number },
): Collection {
  const seen = new Seen();
  for (const item of other) seen.add(item);
  charge(state, other.length, call);
  return input.filter(item => {
    charge(state, seen.cost, call);
    return seen.has(item) === wanted;
  });
}

/** A sort key: `-key` turns the order round. */
function keyOf(call: Call, place: number): { run: Run; sign: number } {
  const ast = call.args[place]!;
  const inner: Ast = ast.op === 'sign' && ast.minus ? ast.of : ast;
  const { run } = itemCode({ ...call, args: [inner] });
  return { run, sign: inner === ast ? 1 : -1 };
}

const sort: FunctionEntry = {
  arity: [0, 20],
  build(call): Code {
    const { input, place } = call;
    const keys =
      call.args.length === 0
        ? [{ run: (item: Item | undefined): Collection => (item === undefined ? none : [item]), sign: 1 }]
        : call.args.map((_, i) => keyOf(call, i));
    return {
      run(self, state) {
        const items = input.run(self, state);
        charge(state, items.length * keys.length, place);
        const rows: { item: Item; values: (Item | undefined)[] }[] = [];
        eachItem(items, state, item => {
          const values = keys
            .map(({ run }) => single(run(item, state), place, 'sort()'))
            .map(value => (value === undefined ? undefined : systemOf(value)));
          rows.push({ item, values });
        });
        const order = (a: Item | undefined, b: Item | undefined, sign: number): number => {
          if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
          const found = compareItems(a, b);
          if (!found)
            throw fault(
              place,
              'sort() needs values of one type that has an order',
              'sort() には順序のある同じ型の値が必要です',
            );
          return sign * (found.order ?? 0);
        };
        // An empty key comes first, whichever way the order goes.
        rows.sort((a, b) => keys.reduce((result, { sign }, i) => result || order(a.values[i], b.values[i], sign), 0));
        return rows.map(row => row.item);
      },
      type: input.type.unordered ? { ...input.type, unordered: false } : input.type,
    };
  },
};

const unionFunction: FunctionEntry = ofCollections(1, 1, (input, [other], state, place) =>
  union(input, other!, state, place),
);

/** The functions of this file by name. */
export const filtering: readonly (readonly [string, FunctionEntry])[] = [
  ['where', where],
  ['select', select],
  ['repeat', repeat(true)],
  ['repeatAll', repeat(false)],
  ['is', { arity: [1, 1], build: call => call.input, type: 'is' }],
  ['as', { arity: [1, 1], build: call => call.input, type: 'as' }],
  ['ofType', { arity: [1, 1], build: call => call.input, type: 'ofType' }],
  ['first', part(input => (input.length > 1 ? [input[0]!] : input), true)],
  ['last', part(input => (input.length > 1 ? [input.at(-1)!] : input), true)],
  ['tail', part(input => input.slice(1))],
  ['skip', counted('skip()', (input, count) => input.slice(count))],
  ['take', counted('take()', (input, count) => input.slice(0, count))],
  [
    'single',
    ofCollections(
      0,
      0,
      (input, _, __, place) => {
        single(input, place, 'single()');
        return input;
      },
      type => ({ ...type, single: true }),
    ),
  ],
  [
    'intersect',
    ofCollections(
      1,
      1,
      (input, [other], state, place) => distinct(members(input, other!, true, state, place), state, place),
      type => type,
    ),
  ],
  [
    'exclude',
    ofCollections(
      1,
      1,
      (input, [other], state, place) => members(input, other!, false, state, place),
      type => type,
    ),
  ],
  ['union', unionFunction],
  [
    'combine',
    ofCollections(1, 2, (input, [other], state, place) => {
      charge(state, input.length + other!.length, place);
      return [...input, ...other!];
    }),
  ],
  ['sort', sort],
  ['coalesce', ofCollections(1, 20, (_, args) => args.find(arg => arg.length > 0) ?? none)],
];
