/**
 * The shape of a kind of finding.
 */
import type { Severity } from '../../fhir/outcome.ts';

/** A kind of finding: its place among issue types, its coded reason, its sentence in both languages. */
export interface Kind {
  readonly severity: Severity;
  /** http://hl7.org/fhir/issue-type */
  readonly code: string;
  /** Code of the reason; absent when there is none. */
  readonly reason?: string;
  /** Key by which validators know the message. */
  readonly id?: string;
  /** True when the text belongs into the answer's `message`. */
  readonly told?: boolean;
  /** What is said; `a`, `b` … are replaced. */
  readonly en: string;
  readonly ja: string;
}

/** Makes a kind. Errors are told in the `message` of an answer unless said otherwise. */
export const kind = (
  severity: Severity,
  code: string,
  reason: string | undefined,
  id: string | undefined,
  en: string,
  ja: string,
  told = severity === 'error',
): Kind => ({
  severity,
  code,
  ...(reason && { reason }),
  ...(id && { id }),
  told,
  en,
  ja,
});
