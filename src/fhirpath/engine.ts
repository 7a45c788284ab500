/**
 * Search expressions beyond plain paths, through the full compiler: each value comes out with the name of its type.
 */

import { FhirError } from '../fhir/outcome.ts';
import type { Evaluate, TypeModel } from './compile.ts';
import { compileItems } from './fhirpath.ts';
import { Node } from './item.ts';
import { type TypeSource, untyped } from './shape.ts';
import { toValues } from './value.ts';

/** One source for each model, so that shapes are made once. */
const sources = new WeakMap<TypeModel, TypeSource>();

function sourceOf(model: TypeModel): TypeSource {
  const known = sources.get(model) ?? { typeSchema: model };
  sources.set(model, known);
  return known;
}

/** FHIR's names of System types. */
const fhirNames: ReadonlyMap<string, string> = new Map([
  ['Boolean', 'boolean'],
  ['String', 'string'],
  ['Integer', 'integer'],
  ['Decimal', 'decimal'],
  ['Date', 'date'],
  ['DateTime', 'dateTime'],
  ['Time', 'time'],
]);

const referenceForm = /(?:^|\/)([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]+)?$/;

/** A search asks resolve() for the type only, which the reference tells: nothing is fetched. */
function standIn(reference: string): unknown {
  const match = referenceForm.exec(reference);
  return match ? { resourceType: match[1], id: match[2] } : undefined;
}

/** Compiles an expression; undefined when it is no FHIRPath. A value that cannot be evaluated gives nothing. */
export function engineExpression(text: string, model: TypeModel): Evaluate | undefined {
  try {
    const run = compileItems(text, { definitions: sourceOf(model) }, { asFilters: true });
    return (value, emit, resource) => {
      for (const item of tolerant(() => run(value, { resource, resolve: standIn }))) {
        if (item instanceof Node && item.shape !== untyped && item.value !== undefined)
          emit(item.value, { code: item.shape.name });
        else for (const found of toValues(item)) emit(found.value, { code: fhirNames.get(found.type) ?? found.type });
      }
    };
  } catch (error) {
    if (error instanceof FhirError) return undefined;
    throw error;
  }
}

function tolerant<T>(run: () => readonly T[]): readonly T[] {
  try {
    return run();
  } catch (error) {
    if (error instanceof FhirError) return [];
    throw error;
  }
}
