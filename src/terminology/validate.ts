/**
 * $validate-code: judges a code, a coding or a CodeableConcept and writes the answer as Parameters.
 * @see https://hl7.org/fhir/R4/valueset-operation-validate-code.html
 */
import type { JsonObject, Language } from '../fhir/types.ts';
import { systemsWith } from './candidates.ts';
import { messageOf, toIssues } from './issues.ts';
import { objects, text } from './json.ts';
import { type Judged, judgeInSet, judgeInSystem } from './judge.ts';
import { codingText, type JudgeOptions } from './judge-findings.ts';
import { type Finding, finding, TerminologyError } from './problems.ts';
import type { Scope } from './scope.ts';
import type { Coding } from './shapes.ts';
import type { ValueSetPlan } from './value-set.ts';
import { placeOf } from './versions.ts';

/** What is to be validated: single values, a Coding, or a CodeableConcept as it came. */
export type Subject =
  | { readonly kind: 'code'; readonly coding: Coding }
  | { readonly kind: 'coding'; readonly coding: Coding }
  | { readonly kind: 'concept'; readonly concept: JsonObject };

/** How it is to be validated. */
export type ValidateOptions = Omit<JudgeOptions, 'oneOfSeveral'>;

/** A Coding as it came, read. */
export function readCoding(value: JsonObject): Coding {
  const [system, version, display] = [text(value['system']), text(value['version']), text(value['display'])];
  return {
    code: typeof value['code'] === 'string' ? value['code'] : '',
    ...(system !== undefined && { system }),
    ...(version !== undefined && { version }),
    ...(display !== undefined && { display }),
  };
}

interface Answer {
  readonly findings: readonly Finding[];
  readonly result: boolean;
  /** The coding the answer's code, system and display are about. */
  readonly about: Judged | undefined;
  /** True when code and system are told, though the code was not found. */
  readonly echo: boolean;
}

const hasError = (findings: readonly Finding[]): boolean =>
  findings.some(one => one.severity === 'error' || one.severity === 'fatal');

function judgeOne(
  scope: Scope,
  plan: ValueSetPlan | undefined,
  coding: Coding,
  path: string,
  options: JudgeOptions,
): Judged {
  const place = placeOf(path);
  return plan ? judgeInSet(scope, plan, coding, place, options) : judgeInSystem(scope, coding, place, options);
}

function answerOne(judged: Judged): Answer {
  return { findings: judged.findings, result: judged.inSet && !hasError(judged.findings), about: judged, echo: true };
}

/** A code without a system: the value set tells it, if only one of its code systems has the code. */
function inferred(scope: Scope, plan: ValueSetPlan, coding: Coding, options: JudgeOptions): Answer {
  const systems = systemsWith(scope, plan, coding.code);
  if (systems.length === 1) return answerOne(judgeOne(scope, plan, { ...coding, system: systems[0]! }, '', options));
  const values = { code: coding.code, coding: codingText(coding), valueSet: plan.name, systems: systems.join(', ') };
  const findings = [
    finding('not-in-value-set', values, 'code'),
    finding(systems.length > 1 ? 'several-systems' : 'no-system-found', values, 'code'),
  ];
  const about: Judged = {
    coding,
    inSet: false,
    undecided: false,
    findings,
    system: undefined,
    concept: undefined,
    display: undefined,
    inactive: false,
    status: undefined,
  };
  return { findings, result: false, about, echo: true };
}

/** A code system that is not known does not spoil a concept of which another coding is in the value set. */
function soften(judged: Judged): readonly Finding[] {
  if (judged.unknownSystem === undefined || judged.inSet) return judged.findings;
  return judged.findings.map(one =>
    one.kind === 'unknown-system' || one.kind === 'system-without-content' || one.kind.startsWith('unknown-version')
      ? { ...one, severity: 'warning' as const }
      : one,
  );
}

function answerConcept(
  scope: Scope,
  plan: ValueSetPlan | undefined,
  concept: JsonObject,
  options: ValidateOptions,
): Answer {
  const judged = objects(concept['coding']).map((coding, i) =>
    judgeOne(scope, plan, readCoding(coding), `CodeableConcept.coding[${i}]`, {
      ...options,
      oneOfSeveral: plan !== undefined,
    }),
  );
  const inSet = judged.filter(one => one.inSet);
  const about = inSet.find(one => !hasError(one.findings)) ?? inSet[0];
  const findings = judged.flatMap(one => (about ? soften(one) : one.findings));
  if (plan && inSet.length === 0 && !judged.some(one => one.undecided))
    findings.unshift(finding('no-coding-in-value-set', { valueSet: plan.name }));
  return {
    findings,
    result: about !== undefined && !hasError(findings),
    about: about ?? judged.find(one => one.unknownSystem ?? one.missing),
    echo: about !== undefined,
  };
}

/** Findings once each: two codings may say the same of the value set. */
function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter(one => {
    const key = JSON.stringify(one);
    return !seen.has(key) && seen.add(key);
  });
}

function about(answer: Answer): JsonObject[] {
  const { about: one, echo } = answer;
  if (!one) return [];
  const { coding, concept, system } = one;
  return [
    ...(echo ? [{ name: 'code', valueCode: coding.code }] : []),
    ...(echo && coding.system !== undefined ? [{ name: 'system', valueUri: coding.system }] : []),
    ...(echo && system?.head.version !== undefined ? [{ name: 'version', valueString: system.head.version }] : []),
    ...(echo && one.display !== undefined ? [{ name: 'display', valueString: one.display }] : []),
    ...(concept && concept.code !== coding.code ? [{ name: 'normalized-code', valueCode: concept.code }] : []),
    ...(one.inactive ? [{ name: 'inactive', valueBoolean: true }] : []),
    ...(one.status !== undefined ? [{ name: 'status', valueCode: one.status }] : []),
    ...(one.unknownSystem !== undefined ? [{ name: 'x-unknown-system', valueCanonical: one.unknownSystem }] : []),
    ...(one.missing !== undefined ? [{ name: 'x-caused-by-unknown-system', valueCanonical: one.missing }] : []),
  ];
}

function write(answer: Answer, subject: Subject, language: Language): JsonObject {
  const findings = distinct(answer.findings);
  const message = messageOf(findings, language);
  const issues = toIssues(findings, language);
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'result', valueBoolean: answer.result },
      ...about(answer),
      ...(subject.kind === 'concept' ? [{ name: 'codeableConcept', valueCodeableConcept: subject.concept }] : []),
      ...(message === undefined ? [] : [{ name: 'message', valueString: message }]),
      ...(issues.length > 0 ? [{ name: 'issues', resource: { resourceType: 'OperationOutcome', issue: issues } }] : []),
    ],
  };
}

/** A value set that takes in one that is not known: nothing can be said, but the request was right. */
function unusable(error: unknown, subject: Subject): Answer {
  if (!(error instanceof TerminologyError) || !error.finding.kind.includes('import')) throw error;
  const findings = [finding('unknown-value-set', error.finding.values)];
  if (subject.kind === 'concept') return { findings, result: false, about: undefined, echo: false };
  const about: Judged = {
    coding: subject.coding,
    inSet: false,
    undecided: true,
    findings,
    system: undefined,
    concept: undefined,
    display: undefined,
    inactive: false,
    status: undefined,
  };
  return { findings, result: false, about, echo: true };
}

function answerTo(scope: Scope, plan: ValueSetPlan | undefined, subject: Subject, options: ValidateOptions): Answer {
  if (subject.kind === 'concept') return answerConcept(scope, plan, subject.concept, options);
  const judging = { ...options, oneOfSeveral: false };
  if (subject.kind === 'code' && subject.coding.system === undefined && plan)
    return inferred(scope, plan, subject.coding, judging);
  return answerOne(judgeOne(scope, plan, subject.coding, subject.kind === 'code' ? '' : 'Coding', judging));
}

/**
 * Validates against a value set, or against the code system alone.
 * @returns a Parameters resource
 * @throws TerminologyError when the value set cannot be used at all
 */
export function validateCode(
  scope: Scope,
  plan: ValueSetPlan | undefined,
  subject: Subject,
  options: ValidateOptions,
  language: Language,
): JsonObject {
  let answer: Answer;
  try {
    answer = answerTo(scope, plan, subject, options);
  } catch (error) {
    answer = unusable(error, subject);
  }
  return write(answer, subject, language);
}
