/**
 * Findings and refusals: Issue (one finding), FhirError (a reason to stop), the table of problems, OperationOutcome.
 * @see https://hl7.org/fhir/R4/operationoutcome.html
 */
import type { JsonObject, Language, Message } from './types.ts';

/**
 * Every reason to stop: issue type (http://hl7.org/fhir/issue-type) and HTTP status.
 * @see https://hl7.org/fhir/R4/http.html#Status-Codes
 */
export const problems = {
  syntax: { code: 'structure', status: 400 },
  invalid: { code: 'invalid', status: 400 },
  required: { code: 'required', status: 400 },
  'search-parameter': { code: 'invalid', status: 400 },
  'too-long': { code: 'too-long', status: 413 },
  'too-costly': { code: 'too-costly', status: 400 },
  'not-supported': { code: 'not-supported', status: 400 },
  security: { code: 'security', status: 401 },
  forbidden: { code: 'forbidden', status: 403 },
  'not-found': { code: 'not-found', status: 404 },
  'method-not-allowed': { code: 'not-supported', status: 405 },
  'not-acceptable': { code: 'not-supported', status: 406 },
  'request-timeout': { code: 'timeout', status: 408 },
  conflict: { code: 'conflict', status: 409 },
  gone: { code: 'deleted', status: 410 },
  expired: { code: 'expired', status: 410 },
  precondition: { code: 'conflict', status: 412 },
  'multiple-matches': { code: 'multiple-matches', status: 412 },
  'uri-too-long': { code: 'too-long', status: 414 },
  'media-type': { code: 'not-supported', status: 415 },
  unprocessable: { code: 'processing', status: 422 },
  'business-rule': { code: 'business-rule', status: 422 },
  throttled: { code: 'throttled', status: 429 },
  'headers-too-large': { code: 'too-long', status: 431 },
  exception: { code: 'exception', status: 500 },
  interrupted: { code: 'transient', status: 500 },
  'not-implemented': { code: 'not-supported', status: 501 },
  unavailable: { code: 'transient', status: 503 },
  timeout: { code: 'timeout', status: 503 },
  'disk-full': { code: 'no-store', status: 507 },
} as const satisfies Record<string, { code: string; status: number }>;

/** A key of {@link problems}. */
export type Problem = keyof typeof problems;

/** Severity of a finding, http://hl7.org/fhir/issue-severity. */
export type Severity = 'fatal' | 'error' | 'warning' | 'information';

/** One finding about data or a request. */
export interface Issue {
  readonly severity: Severity;
  /** http://hl7.org/fhir/issue-type */
  readonly code: string;
  readonly message: Message;
  /** FHIRPath of the element, such as `Patient.name[0].family`. */
  readonly expression?: string;
  /** Place in the text, such as `line 3, column 14`; or header, parameter or Bundle entry. */
  readonly location?: string;
  /** Key of the rule broken: an invariant's key, or the number of a national rule. */
  readonly rule?: string;
  /** True for faults of structure: the resource is not what R4 calls the type. */
  readonly basic?: boolean;
  /** Canonical of the profile that asks for it; none for the rules of R4 itself. */
  readonly profile?: string;
}

/** Thrown to refuse a request; carries everything the OperationOutcome needs. */
export class FhirError extends Error {
  readonly problem: Problem;
  readonly issues: readonly Issue[];
  /** HTTP headers the answer must carry (Allow, Retry-After, ETag …). */
  readonly headers: Readonly<Record<string, string>>;
  /** What was being searched when the time was used up, in words without values; for the log. */
  readonly plan?: string;

  /**
   * @param problem decides issue code and HTTP status
   * @param message what was found, where and what was expected, in both languages; or several findings
   * @param place FHIRPath expression and place in the text, if known
   */
  constructor(
    problem: Problem,
    message: Message | readonly Issue[],
    place: { expression?: string; location?: string; headers?: Record<string, string>; plan?: string } = {},
  ) {
    const issues: readonly Issue[] = Array.isArray(message)
      ? (message as readonly Issue[])
      : [
          {
            severity: 'error',
            code: problems[problem].code,
            message: message as Message,
            expression: place.expression,
            location: place.location,
          },
        ];
    super(issues.map(issue => issue.message.en).join('; '));
    this.name = 'FhirError';
    this.problem = problem;
    this.issues = issues;
    this.headers = place.headers ?? {};
    if (place.plan !== undefined) this.plan = place.plan;
  }

  /** HTTP status of the answer. */
  get status(): number {
    return problems[this.problem].status;
  }
}

/** Characters that no FHIR string may hold, and XML cannot. @see https://hl7.org/fhir/R4/datatypes.html#string */
const unwritable = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

/** A message may quote what a client sent, whatever it was. */
const writable = (text: string): string => text.toWellFormed().replace(unwritable, '\ufffd');

/**
 * An OperationOutcome resource of the findings, in the language asked for.
 * @see https://hl7.org/fhir/R4/operationoutcome.html
 */
export function operationOutcome(issues: readonly Issue[], language: Language): JsonObject & { resourceType: string } {
  return {
    resourceType: 'OperationOutcome',
    issue: issues.map(({ severity, code, message, expression, location, rule, profile }) => {
      const text = writable(message[language]);
      return {
        ...(profile && {
          extension: [
            { url: 'https://w3id.org/engawa/fhir/StructureDefinition/issue-profile', valueCanonical: profile },
          ],
        }),
        severity,
        code,
        details: {
          ...(rule && { coding: [{ system: 'https://w3id.org/engawa/fhir/CodeSystem/rule', code: rule }] }),
          text,
        },
        diagnostics: text,
        ...(location && { location: [writable(location)] }),
        ...(expression && { expression: [writable(expression)] }),
      };
    }),
  };
}

/** An OperationOutcome with one informational finding, for answers that have nothing else to say. */
export function information(message: Message, language: Language) {
  return operationOutcome([{ severity: 'information', code: 'informational', message }], language);
}
