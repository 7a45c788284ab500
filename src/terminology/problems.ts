/**
 * What can be found about a code or a value set, each kind with its place in FHIR's issue types, its machine-readable
 * reason, and its sentence in both languages. The seven answers a client must tell apart are seven kinds here: unknown
 * system, unknown version, outside a fragment, wrong code, wrong display, inactive code, expired code.
 * @see https://hl7.org/fhir/R4/valueset-operation-validate-code.html
 */
import type { Severity } from '../fhir/outcome.ts';
import type { Message } from '../fhir/types.ts';
import { codeProblems } from './problem-kinds/codes.ts';
import type { Kind } from './problem-kinds/kind.ts';
import { systemProblems } from './problem-kinds/systems.ts';
import { valueSetProblems } from './problem-kinds/value-sets.ts';

/** Every kind of finding. */
export const problemKinds = { ...codeProblems, ...systemProblems, ...valueSetProblems } as const satisfies Record<
  string,
  Kind
>;

/** A key of {@link problemKinds}. */
export type ProblemKind = keyof typeof problemKinds;

/** One finding about a code or a value set. */
export interface Finding {
  readonly kind: ProblemKind;
  readonly severity: Severity;
  readonly values: Readonly<Record<string, string>>;
  /** Place in the request, such as `Coding.code`. */
  readonly at?: string;
  /** True when more elements than the one at that place may be wrong. */
  readonly shared?: boolean;
}

/** Makes a finding. */
export function finding(
  kind: ProblemKind,
  values: Readonly<Record<string, string>>,
  at?: string,
  severity: Severity = problemKinds[kind].severity,
): Finding {
  return { kind, severity, values, ...(at !== undefined && { at }) };
}

/** Thrown when an operation cannot be carried out; `status` is the HTTP status of the answer. */
export class TerminologyError extends Error {
  readonly finding: Finding;
  readonly status: number;
  constructor(problem: Finding, status = 422) {
    super(sentence(problem).en);
    this.finding = problem;
    this.status = status;
  }
}

/** What a finding says, in both languages. */
export function sentence({ kind, values }: Finding): Message {
  const fill = (pattern: string) => pattern.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  return { en: fill(problemKinds[kind].en), ja: fill(problemKinds[kind].ja) };
}
