/**
 * What the rules of conformance resources share: where a finding stands, absolute URLs, expressions that can be read.
 */
import type { Definitions } from '../../definitions/definitions.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { JsonObject, Message } from '../../fhir/types.ts';
import { compileFhirPath } from '../../fhirpath/fhirpath.ts';
import { addFinding, type Report } from '../report.ts';

export const isAbsolute = (url: unknown): boolean => typeof url !== 'string' || /^[a-z][a-z0-9+.-]*:/i.test(url);

/** Runs a check some steps below the place. */
export function at(report: Report, steps: readonly (string | number)[], check: () => void): void {
  const depth = report.depth;
  for (const step of steps) report.segments[report.depth++] = step;
  check();
  report.depth = depth;
}

/** Canonicals of contained resources are absolute too. */
export function checkOwnUrl(resource: JsonObject, report: Report, severity: 'error' | 'warning' = 'error'): void {
  if (!isAbsolute(resource['url']))
    at(report, ['url'], () =>
      addFinding(report, severity, 'invalid', {
        en: `found "${String(resource['url'])}", expected an absolute URL`,
        ja: `url「${String(resource['url'])}」は絶対 URL ではありません`,
      }),
    );
}

/**
 * Why a text cannot be read as FHIRPath; undefined when it can.
 * @param type what it is asked of: paths that such data cannot have are a fault too; not looked at when absent
 */
export function fhirPathFault(expression: string, definitions: Definitions, type?: string): Message | undefined {
  try {
    const strict = type === undefined ? {} : { strict: true, type };
    compileFhirPath(expression, { definitions }, { trusted: true, asFilters: true, ...strict });
    return undefined;
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    const why = error.issues[0]?.message;
    return {
      en: `"${expression}" is no FHIRPath: ${why?.en ?? ''}`,
      ja: `「${expression}」は FHIRPath ではありません: ${why?.ja ?? ''}`,
    };
  }
}

/** The same for data of one of several types: a fault of all of them. */
export function fhirPathFaultFor(
  expression: string,
  definitions: Definitions,
  types: readonly string[],
): Message | undefined {
  const faults = types.map(type => fhirPathFault(expression, definitions, type));
  return faults.includes(undefined) || faults.length === 0 ? fhirPathFault(expression, definitions) : faults[0];
}
