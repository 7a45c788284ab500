/**
 * Paths of discriminators over data: names, `$this`, `resolve()`, `ofType(T)`, `extension('url')`, each step a closure.
 * @see https://hl7.org/fhir/R4/profiling.html#discriminator
 */
import { DecimalLiteral } from '../fhir/json.ts';
import type { JsonObject } from '../fhir/types.ts';
import type { Report } from './report.ts';
import { resolve } from './scope.ts';

/** Whether an item meets one discriminator of a slice. */
export type Criterion = (value: unknown, type: string, report: Report) => boolean;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof DecimalLiteral);

/** Steps of a discriminator path. */
export function stepsOf(path: string): readonly string[] {
  return path.match(/extension\('[^']*'\)|\w+\([^)]*\)|[$\w[\]]+/g) ?? ['$this'];
}

/** What stands in the brackets of a step. */
export const argument = (step: string): string => /\(\s*'?([^')]*)'?\s*\)/.exec(step)?.[1] ?? '';

function resolved(next: Criterion): Criterion {
  return (value, _type, report) => {
    const reference = isObject(value) ? value['reference'] : value;
    const target = typeof reference === 'string' ? resolve(reference, report.scope) : undefined;
    return target !== undefined && next(target.resource, String(target.resource['resourceType']), report);
  };
}

function extensions(url: string, next: Criterion): Criterion {
  return (value, _type, report) => {
    const list = isObject(value) ? value['extension'] : undefined;
    return (
      Array.isArray(list) &&
      list.some((one: unknown) => isObject(one) && one['url'] === url && next(one, 'Extension', report))
    );
  };
}

const isUpper = (code: number): boolean => code >= 65 && code <= 90;

/** The value of a choice, under whichever of its names. */
function chosen(name: string, next: Criterion): Criterion {
  return (value, _type, report) => {
    for (const property in value as JsonObject) {
      if (!property.startsWith(name) || !isUpper(property.charCodeAt(name.length))) continue;
      const rest = property.slice(name.length);
      const own = (value as JsonObject)[property];
      return next(own, typeof own === 'object' ? rest : rest.charAt(0).toLowerCase() + rest.slice(1), report);
    }
    return false;
  };
}

function child(name: string, choice: boolean, next: Criterion): Criterion {
  const under = `_${name}`;
  const other = choice ? chosen(name, next) : undefined;
  return (value, type, report) => {
    if (!isObject(value)) return false;
    const own = value[name];
    if (own === undefined)
      return (other?.(value, type, report) ?? false) || (value[under] !== undefined && next(undefined, '', report));
    if (!Array.isArray(own)) return next(own, isObject(own) ? String(own['resourceType'] ?? '') : '', report);
    for (const one of own) if (next(one, '', report)) return true;
    return false;
  };
}

/**
 * Whether any value at the end of a path meets a criterion.
 * @param choices for each step, whether it may be a choice
 */
export function along(steps: readonly string[], choices: readonly boolean[], last: Criterion): Criterion {
  return steps.reduceRight<Criterion>((next, step, i) => {
    if (step === '$this') return next;
    if (step === 'resolve()') return resolved(next);
    if (step.startsWith('ofType(') || step.startsWith('as(')) {
      const wanted = argument(step);
      return (value, type, report) => type === wanted && next(value, type, report);
    }
    if (step.startsWith('extension(')) return extensions(argument(step), next);
    return child(step.replace('[x]', ''), choices[i] ?? true, next);
  }, last);
}
