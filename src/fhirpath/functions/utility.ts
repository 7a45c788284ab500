/** Tree navigation, utility functions, components of dates, reflection. @see https://hl7.org/fhirpath/N1/#tree-navigation */
import { charge, type State, single } from '../code.ts';
import { Decimal } from '../decimal.ts';
import { fault } from '../fault.ts';
import { type Collection, type Item, Node, none, pushAllChildren, systemName, systemOf, TypeValue } from '../item.ts';
import { untyped } from '../shape.ts';
import { parseTemporal, partsAt, Temporal } from '../temporal.ts';
import { eachItem, type FunctionEntry, itemCode, ofCollections, ofValue, textOf } from './define.ts';

function childrenOf(items: Collection, state: State): Item[] {
  const found: Item[] = [];
  for (const item of items)
    if (item instanceof Node) pushAllChildren(item, state.shapes, found);
    else if (item instanceof TypeValue) found.push(item.namespace, item.name);
  return found;
}

const children: FunctionEntry = ofCollections(
  0,
  0,
  (input, _, state, place) => {
    const found = childrenOf(input, state);
    charge(state, found.length, place);
    return found;
  },
  () => ({ unordered: true }),
);

const descendants: FunctionEntry = ofCollections(
  0,
  0,
  (input, _, state, place) => {
    const all: Item[] = [];
    for (let level = childrenOf(input, state); level.length > 0; level = childrenOf(level, state)) {
      charge(state, level.length, place);
      for (const item of level) all.push(item);
    }
    return all;
  },
  () => ({ unordered: true }),
);

const trace: FunctionEntry = {
  arity: [1, 2],
  build(call) {
    const { input, place, scope } = call;
    const name = call.compile(call.args[0]!, scope);
    const projection = call.args[1] && itemCode(call, 1);
    return {
      run(self, state) {
        const items = input.run(self, state);
        const { trace } = state.environment;
        if (trace) {
          const label = single(name.run(self, state), place, 'trace()');
          const shown: Item[] = [];
          if (projection) eachItem(items, state, item => void shown.push(...projection.run(item, state)));
          trace(label === undefined ? '' : String(systemOf(label)), projection ? shown : items);
        }
        return items;
      },
      type: input.type,
    };
  },
};

/** defineVariable(): %name for what follows on the same path. */
const defineVariable: FunctionEntry = {
  arity: [1, 2],
  build(call) {
    const { input, place, scope } = call;
    const name = call.compile(call.args[0]!, scope);
    const value = call.args[1] && itemCode(call, 1);
    return {
      run(self, state) {
        const items = input.run(self, state);
        const label = textOf(systemOf(single(name.run(self, state), place, 'defineVariable()') ?? '') ?? '', place);
        if (
          state.defined?.has(label) ||
          state.environment.variables?.has(label) ||
          ['context', 'resource', 'rootResource', 'ucum', 'sct', 'loinc'].includes(label)
        )
          throw fault(place, `%${label} is defined already`, `%${label} は定義済みです`);
        const found = value
          ? items.length === 1
            ? value.run(items[0], state)
            : items.flatMap(item => value.run(item, state))
          : items;
        state.defined = new Map(state.defined).set(label, found);
        return items;
      },
      type: input.type,
    };
  },
};

function nowOf(state: State, kind: 'Date' | 'DateTime' | 'Time'): Temporal {
  const zone = state.environment.zone ?? 0;
  const parts = partsAt(state.now, zone, kind === 'Date' ? 3 : 6);
  if (kind === 'Time') return new Temporal('Time', [1, 1, 1, ...parts.slice(3)], { digits: 3 });
  return new Temporal(kind, parts, kind === 'Date' ? {} : { digits: 3, zone });
}

const clock = (kind: 'Date' | 'DateTime' | 'Time'): FunctionEntry => ({
  arity: [0, 0],
  build: () => ({ run: (_, state) => [nowOf(state, kind)], type: { system: kind, single: true } }),
});

/** A component of a date or time, or of a text that is one. */
function component(take: (value: Temporal) => Item | undefined): FunctionEntry {
  return ofValue(0, 0, value => {
    const found = typeof value === 'string' ? parseTemporal(value) : value;
    return found instanceof Temporal ? take(found) : undefined;
  });
}

const unlessTime = (index: number) => (value: Temporal) => (value.kind === 'Time' ? undefined : value.parts[index]);

function typeOf(item: Item): TypeValue {
  const value =
    item instanceof Node && (item.shape === untyped || item.shape.isSystem) ? (systemOf(item) ?? item) : item;
  const system = systemName(value);
  return system === undefined && value instanceof Node
    ? new TypeValue('FHIR', value.shape.name)
    : new TypeValue('System', system ?? 'Any');
}

/** The functions of this file by name. */
export const utility: readonly (readonly [string, FunctionEntry])[] = [
  ['children', children],
  ['descendants', descendants],
  ['trace', trace],
  ['defineVariable', defineVariable],
  ['now', clock('DateTime')],
  ['today', clock('Date')],
  ['timeOfDay', clock('Time')],
  ['type', ofCollections(0, 0, input => (input.length === 0 ? none : input.map(typeOf)))],
  ['yearOf', component(unlessTime(0))],
  ['monthOf', component(unlessTime(1))],
  ['dayOf', component(unlessTime(2))],
  ['hourOf', component(value => value.parts[3])],
  ['minuteOf', component(value => value.parts[4])],
  ['secondOf', component(value => (value.parts[5] === undefined ? undefined : Math.floor(value.parts[5] / 1000)))],
  [
    'millisecondOf',
    component(value =>
      value.parts[5] === undefined || value.digits === 0 ? undefined : Math.floor(value.parts[5] % 1000),
    ),
  ],
  ['timezoneOffsetOf', component(value => (value.zone === undefined ? undefined : Decimal.from(value.zone / 60)))],
  ['dateOf', component(value => (value.kind === 'Time' ? undefined : new Temporal('Date', value.parts.slice(0, 3))))],
  [
    'timeOf',
    component(value =>
      value.kind === 'DateTime' && value.precision > 3
        ? new Temporal('Time', [1, 1, 1, ...value.parts.slice(3)], { digits: value.digits })
        : undefined,
    ),
  ],
];
