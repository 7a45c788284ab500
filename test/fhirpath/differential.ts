/**
 * The published examples under every R4 invariant and search expression, by our compiler and by npm fhirpath, side by side.
 *   npx tsx test/fhirpath/differential.ts [every n-th example, 1 = all]
 * prints where the two differ, and what each costs.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Definitions, loadDefinitions } from '../../src/definitions/definitions.ts';
import { choiceName, type ElementSchema, elementAt } from '../../src/definitions/element-schema.ts';
import type { JsonObject, Resource } from '../../src/fhir/types.ts';
import { compileConstraint, compileFhirPath, type FhirPath } from '../../src/fhirpath/fhirpath.ts';

interface Engine {
  compile(
    expression: string | { base: string; expression: string },
    model: unknown,
    options?: unknown,
  ): (value: unknown, environment?: Record<string, unknown>) => unknown[];
}
const require = createRequire(import.meta.url);
const engine = require('fhirpath') as Engine;
const r4: unknown = require('fhirpath/fhir-context/r4');

/** A value of an example and where its constraints are: an element path, and its type. */
interface Place {
  readonly value: unknown;
  readonly sibling: JsonObject | undefined;
  readonly path: string;
  readonly type: string;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

/** Every element of a resource, itself included. */
function places(definitions: Definitions, resource: Resource): Place[] {
  const found: Place[] = [];
  const visit = (place: Place, children: readonly ElementSchema[]): void => {
    found.push(place);
    const object = isObject(place.value) ? place.value : place.sibling;
    if (!object) return;
    for (const element of children)
      for (const { code } of element.types.length > 0 ? element.types : [{ code: 'Element' }]) {
        const property = element.choice ? choiceName(element.name, code) : element.name;
        const [values, siblings] = [listOf(object[property]), listOf(object[`_${property}`])];
        for (let i = 0; i < Math.max(values.length, siblings.length); i++) {
          const value = values[i] ?? undefined;
          const type = isObject(value) && typeof value['resourceType'] === 'string' ? value['resourceType'] : code;
          const inner = {
            value,
            sibling: isObject(siblings[i]) ? (siblings[i] as JsonObject) : undefined,
            path: type === code ? element.path : type,
            type,
          };
          visit(inner, childrenOf(definitions, element, type));
        }
      }
  };
  const type = resource.resourceType;
  visit({ value: resource, sibling: undefined, path: type, type }, definitions.typeSchema(type)?.children ?? []);
  return found;
}

function childrenOf(definitions: Definitions, element: ElementSchema, type: string): readonly ElementSchema[] {
  const reference = element.contentReference;
  const target =
    reference === undefined ? undefined : elementAt(definitions.typeSchema(reference.split('.')[0]!)!, reference);
  return target?.children ?? element.children ?? definitions.typeSchema(type)?.children ?? [];
}

/** Expressions of the constraints of every element path of the base types. */
export function constraintsByPath(definitions: Definitions): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const definition of definitions.all('StructureDefinition')) {
    if (definition['derivation'] === 'constraint') continue;
    const elements = (definition['snapshot'] as { element: { path: string; constraint?: { expression?: string }[] }[] })
      .element;
    for (const { path: at, constraint = [] } of elements)
      found.set(at, [...(found.get(at) ?? []), ...constraint.flatMap(one => one.expression ?? [])]);
  }
  return found;
}

/** What differs and what it cost, by expression. */
export interface Tally {
  readonly expression: string;
  calls: number;
  ownNs: number;
  engineNs: number;
  differences: number;
  example?: string;
}

const clock = (): number => Number(process.hrtime.bigint());

function timed<T>(run: () => T): { result: T | string; ns: number } {
  const started = clock();
  try {
    return { result: run(), ns: clock() - started };
  } catch (error) {
    return { result: `error: ${(error as Error).message.slice(0, 160)}`, ns: clock() - started };
  }
}

const engineRuns = new Map<string, ReturnType<Engine['compile']>>();
function engineRun(base: string, expression: string) {
  const key = `${base}\n${expression}`;
  const known = engineRuns.get(key) ?? engine.compile({ base, expression }, r4, { traceFn: () => {} });
  engineRuns.set(key, known);
  return known;
}

const show = (value: unknown): string => JSON.stringify(value)?.slice(0, 160) ?? 'nothing';

/** Runs every constraint on every place of a resource with both engines. */
export function compareConstraints(
  definitions: Definitions,
  constraints: Map<string, string[]>,
  resource: Resource,
  name: string,
  tallies: Map<string, Tally>,
): void {
  for (const { value, sibling, path: at, type } of places(definitions, resource)) {
    if (value === undefined) continue;
    for (const expression of new Set([...(constraints.get(at) ?? []), ...(constraints.get(type) ?? [])])) {
      const context = constraints.get(at)?.includes(expression) ? at : type;
      const tally: Tally = tallies.get(expression) ?? { expression, calls: 0, ownNs: 0, engineNs: 0, differences: 0 };
      tallies.set(expression, tally);
      const own = timed(() =>
        compileConstraint(expression, context, { definitions })(value, { resource, ...(sibling && { sibling }) }),
      );
      const other = timed(() => engineRun(context, expression)(value, { resource, rootResource: resource }));
      tally.calls++;
      tally.ownNs += own.ns;
      tally.engineNs += other.ns;
      const expected = Array.isArray(other.result)
        ? other.result.length === 0
          ? undefined
          : other.result[0]
        : other.result;
      if (own.result !== expected && !(typeof own.result === 'string' && typeof expected === 'string')) {
        tally.differences++;
        tally.example ??= `${name} ${at}: own ${show(own.result)}, engine ${show(expected)}, on ${show(value)}`;
      }
    }
  }
}

/** The search expressions of a type, by both engines; values are compared as JSON. */
export function compareSearch(
  definitions: Definitions,
  resource: Resource,
  name: string,
  tallies: Map<string, Tally>,
): void {
  for (const parameter of definitions.all('SearchParameter')) {
    const { expression, base } = parameter as { expression?: string; base?: string[] };
    if (
      !expression ||
      expression.includes('resolve()') ||
      !base?.some(one => one === resource.resourceType || one === 'Resource')
    )
      continue;
    const tally: Tally = tallies.get(expression) ?? { expression, calls: 0, ownNs: 0, engineNs: 0, differences: 0 };
    tallies.set(expression, tally);
    const own = timed(() => searchRun(definitions, expression)(resource).map(one => one.value));
    const other = timed(() => engineRun('', expression)(resource, {}));
    tally.calls++;
    tally.ownNs += own.ns;
    tally.engineNs += other.ns;
    if (JSON.stringify(own.result) !== JSON.stringify(other.result)) {
      tally.differences++;
      tally.example ??= `${name}: own ${show(own.result)}, engine ${show(other.result)}`;
    }
  }
}

const searchRuns = new Map<string, FhirPath>();
function searchRun(definitions: Definitions, expression: string): FhirPath {
  const known = searchRuns.get(expression) ?? compileFhirPath(expression, { definitions }, { asFilters: true });
  searchRuns.set(expression, known);
  return known;
}

const folder = fileURLToPath(new URL('../../node_modules/hl7.fhir.r4.examples', import.meta.url));

/** Every n-th published example. */
export function* examples(every: number): Generator<{ name: string; resource: Resource }> {
  const names = fs.readdirSync(folder).filter(name => /^[A-Z].*\.json$/.test(name));
  for (let i = 0; i < names.length; i += every) {
    const name = names[i]!;
    const text = fs.readFileSync(path.join(folder, name), 'utf8');
    if (text.length < 200_000) yield { name, resource: JSON.parse(text) as Resource };
  }
}

function print(title: string, tallies: Map<string, Tally>): void {
  const all = [...tallies.values()];
  const calls = all.reduce((sum, one) => sum + one.calls, 0);
  const nanoseconds = (key: 'ownNs' | 'engineNs') => (all.reduce((sum, one) => sum + one[key], 0) / calls).toFixed(0);
  console.log(
    `${title}: ${all.length} expressions, ${calls} calls, own ${nanoseconds('ownNs')} ns, engine ${nanoseconds('engineNs')} ns a call`,
  );
  for (const one of all.filter(tally => tally.differences > 0).sort((a, b) => b.differences - a.differences))
    console.log(`  ${one.differences} of ${one.calls}  ${one.expression.slice(0, 200)}\n      ${one.example}`);
  for (const one of [...all].sort((a, b) => b.ownNs / b.calls - a.ownNs / a.calls).slice(0, 8))
    console.log(
      `  slow: ${(one.ownNs / one.calls).toFixed(0)} ns (engine ${(one.engineNs / one.calls).toFixed(0)})  ${one.expression.slice(0, 120)}`,
    );
}

function main(): void {
  const definitions = loadDefinitions();
  const constraints = constraintsByPath(definitions);
  const [forConstraints, forSearch] = [new Map<string, Tally>(), new Map<string, Tally>()];
  for (const { name, resource } of examples(Number(process.argv[2] ?? 20))) {
    compareConstraints(definitions, constraints, resource, name, forConstraints);
    compareSearch(definitions, resource, name, forSearch);
  }
  print('invariants', forConstraints);
  print('search', forSearch);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
