/**
 * The full FHIRPath engine (npm fhirpath), loaded when the first expression needs it so that start-up stays fast.
 */
import { createRequire } from 'node:module';
import type { Evaluate, TypeInfo } from './compile.ts';

interface Engine {
  compile(
    expression: string,
    model: unknown,
    options?: unknown,
  ): (value: unknown, environment?: Record<string, unknown>) => unknown[];
}

const require = createRequire(import.meta.url);
let loaded: { engine: Engine; model: unknown } | undefined;

function load() {
  loaded ??= { engine: require('fhirpath') as Engine, model: require('fhirpath/fhir-context/r4') };
  return loaded;
}

/** Properties that only one data type has, most telling first. */
const shapes: readonly (readonly [property: string, type: string])[] = [
  ['resourceType', 'Resource'],
  ['reference', 'Reference'],
  ['coding', 'CodeableConcept'],
  ['start', 'Period'],
  ['end', 'Period'],
  ['low', 'Range'],
  ['high', 'Range'],
  ['family', 'HumanName'],
  ['given', 'HumanName'],
  ['postalCode', 'Address'],
  ['city', 'Address'],
  ['line', 'Address'],
  ['currency', 'Money'],
  ['event', 'Timing'],
  ['repeat', 'Timing'],
  ['unit', 'Quantity'],
  ['code', 'Coding'],
  ['value', 'Identifier'],
];

/** The engine gives plain values: their type is told by their shape. */
function typeByShape(value: unknown): TypeInfo {
  if (typeof value === 'boolean') return { code: 'boolean' };
  if (typeof value === 'number') return { code: 'decimal' };
  if (typeof value === 'string') return { code: /^\d{4}(-\d\d(-\d\d(T|$))?)?/.test(value) ? 'dateTime' : 'string' };
  const object = value as Record<string, unknown>;
  if (typeof object['value'] === 'number') return { code: 'currency' in object ? 'Money' : 'Quantity' };
  return { code: shapes.find(([property]) => property in object)?.[1] ?? 'Element' };
}

/** Compiles an expression the engine accepts; a resource it cannot be evaluated on has no values. */
export function engineExpression(text: string): Evaluate {
  const run = load().engine.compile(text, load().model);
  return (value, emit, resource) => {
    try {
      for (const found of run(value, { resource }))
        if (found !== null && found !== undefined) emit(found, typeByShape(found));
    } catch {
      // Data that an expression cannot handle is not indexed by it.
    }
  };
}

/** True when the engine accepts the expression; loads the engine. */
export function engineAccepts(text: string): boolean {
  try {
    load().engine.compile(text, load().model);
    return true;
  } catch {
    return false;
  }
}
