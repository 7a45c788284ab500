/**
 * Findings as OperationOutcome.issue. `expression` says where. `location`, which R4 deprecates in its favour, says it again
 * for clients that know nothing else, but only where one element alone can be wrong.
 * @see https://hl7.org/fhir/R4/operationoutcome-definitions.html#OperationOutcome.issue.location
 */
import type { JsonObject, Language } from '../fhir/types.ts';
import type { Kind } from './problem-kinds/kind.ts';
import { type Finding, type ProblemKind, problemKinds, sentence } from './problems.ts';

/** Coded reasons of terminology issues. */
const reasonSystem = 'http://hl7.org/fhir/tools/CodeSystem/tx-issue-type';
const messageIdUrl = 'http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id';

/** Code and system do not go together: either may be the wrong one. */
const codeOrSystem: ReadonlySet<ProblemKind> = new Set([
  'unknown-code',
  'unknown-system',
  'system-without-content',
  'grammar',
]);

const notInValueSet: ReadonlySet<ProblemKind> = new Set(['not-in-value-set', 'coding-not-in-value-set']);

/** The element a place is in: `Coding` for `Coding.code`. */
const around = (at: string | undefined): string => at?.replace(/\.?\w+$/, '') ?? '';

function isOneElement(problem: Finding, all: readonly Finding[]): boolean {
  if (problem.shared || codeOrSystem.has(problem.kind)) return false;
  if (!notInValueSet.has(problem.kind)) return true;
  return !all.some(one => codeOrSystem.has(one.kind) && around(one.at) === around(problem.at));
}

/** Findings of one answer as OperationOutcome.issue, in the language. */
export function toIssues(findings: readonly Finding[], language: Language): JsonObject[] {
  return findings.map(problem => {
    const { code, reason, id }: Kind = problemKinds[problem.kind];
    const place = problem.at === undefined ? undefined : [problem.at];
    return {
      ...(id && { extension: [{ url: messageIdUrl, valueString: id }] }),
      severity: problem.severity,
      code,
      details: {
        ...(reason && { coding: [{ system: reasonSystem, code: reason }] }),
        text: sentence(problem)[language],
      },
      ...(place && isOneElement(problem, findings) && { location: place }),
      ...(place && { expression: place }),
    };
  });
}

/** The `message` of an answer: what is wrong, in one text; undefined when there is nothing to tell. */
export function messageOf(findings: readonly Finding[], language: Language): string | undefined {
  const told = findings.filter(one => problemKinds[one.kind].told === true || one.severity === 'error');
  return told.length === 0 ? undefined : [...new Set(told.map(one => sentence(one)[language]))].join('; ');
}
