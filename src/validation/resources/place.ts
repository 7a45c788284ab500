/**
 * What the rules of conformance resources share: where a finding stands, absolute URLs, expressions that can be read.
 */
import type { Definitions } from '../../definitions/definitions.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { JsonObject, Message } from '../../fhir/types.ts';
import { compileFhirPath } from '../../fhirpath/fhirpath.ts';
import { addIssueAt, type Report } from '../report.ts';

export const isAbsolute = (url: unknown): boolean => typeof url !== 'string' || /^[a-z][a-z0-9+.-]*:/i.test(url);

/** Runs a check some steps below the place. */
export function at(report: Report, steps: readonly (string | number)[], check: () => void): void {
  const depth = report.depth;
  for (const step of steps) report.segments[report.depth++] = step;
  check();
  report.depth = depth;
}

/** Canonicals of contained resources are absolute too. */
export function checkOwnUrl(resource: JsonObject, report: Report): void {
  if (!isAbsolute(resource['url']))
    addIssueAt(report, 'url', 'invalid', {
      en: `found "${String(resource['url'])}", expected an absolute URL`,
      ja: `url「${String(resource['url'])}」は絶対 URL ではありません`,
    });
}

/** Why a text cannot be read as FHIRPath; undefined when it can. */
export function fhirPathFault(expression: string, definitions: Definitions): Message | undefined {
  try {
    compileFhirPath(expression, { definitions }, { trusted: true, asFilters: true });
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
