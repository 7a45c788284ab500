/**
 * Judges one coding: is it in the value set (or the code system), is its display right, is it active, in force, of the
 * right version; and says why not.
 * @see https://hl7.org/fhir/R4/valueset-operation-validate-code.html
 */
import { bestCandidate, type Candidate, candidatesIn } from './candidates.ts';
import { isInactive, statusOf } from './concept.ts';
import { checkDisplay, chooseName, type Name, namesOf } from './display.ts';
import { overrideOf } from './expansion.ts';
import { Judge, type JudgeOptions } from './judge-findings.ts';
import type { Languages } from './languages.ts';
import { isPartial } from './membership.ts';
import { type Finding, finding } from './problems.ts';
import type { Scope } from './scope.ts';
import type { CodeSystem, Coding, Concept } from './shapes.ts';
import { checkCircles, severalVersions, type ValueSetPlan } from './value-set.ts';
import type { Place } from './versions.ts';

/** What was found about a coding. */
export interface Judged {
  readonly coding: Coding;
  readonly inSet: boolean;
  /** True when a code system or version that is needed is not known. */
  readonly undecided: boolean;
  readonly findings: readonly Finding[];
  readonly system: CodeSystem | undefined;
  readonly concept: Concept | undefined;
  readonly display: string | undefined;
  readonly inactive: boolean;
  readonly status: string | undefined;
  /** The code system of the coding, when it is not known. */
  readonly unknownSystem?: string;
  /** Another code system or version that is missing. */
  readonly missing?: string;
}

function shownName(names: readonly Name[], languages: Languages | undefined): string | undefined {
  return (chooseName(names, languages) ?? names.find(name => name.main))?.value;
}

/** A coding without a system means nothing. */
function withoutSystem(judge: Judge, coding: Coding, place: Place): Judged {
  judge.notInSet();
  judge.findings.push(finding('no-system', {}, place.whole));
  return {
    coding,
    inSet: false,
    undecided: false,
    findings: judge.findings,
    system: undefined,
    concept: undefined,
    display: undefined,
    inactive: false,
    status: undefined,
  };
}

/** The rest of a judgement, once it is known where the code is. */
function conclude(
  judge: Judge,
  coding: Coding,
  options: JudgeOptions,
  names: readonly Name[],
  at: {
    system: CodeSystem | undefined;
    concept: Concept | undefined;
    inSet: boolean;
    undecided: boolean;
    severalVersions?: boolean;
  },
): Judged {
  const { system, concept } = at;
  if (concept || names.length > 0) judge.checkDisplay(names, at.severalVersions === true);
  const allowed = system && concept ? judge.checkState(system, concept) : true;
  if (at.inSet && !allowed) judge.notInSet();
  return {
    coding,
    inSet: at.inSet && allowed,
    undecided: at.undecided,
    findings: judge.findings,
    system,
    concept,
    display: shownName(names, options.languages),
    inactive: system !== undefined && concept !== undefined && isInactive(system, concept),
    status: system && concept ? statusOf(system, concept) : undefined,
    ...(judge.unknownSystem !== undefined && { unknownSystem: judge.unknownSystem }),
    ...(judge.missing !== undefined && { missing: judge.missing }),
  };
}

/** Judges a coding against its code system alone. */
export function judgeInSystem(scope: Scope, coding: Coding, place: Place, options: JudgeOptions): Judged {
  const judge = new Judge(scope, undefined, coding, place, options);
  if (coding.system === undefined) return withoutSystem(judge, coding, place);
  const own = judge.inOwnSystem();
  const inSet = own.concept !== undefined || (own.system !== undefined && isPartial(own.system));
  return conclude(judge, coding, options, namesOf(own.system, own.concept), { ...own, inSet, undecided: !own.decided });
}

/** Judges a coding against a value set. @throws TerminologyError when the value set cannot be used */
export function judgeInSet(
  scope: Scope,
  plan: ValueSetPlan,
  coding: Coding,
  place: Place,
  options: JudgeOptions,
): Judged {
  const here = scope.within(plan);
  checkCircles(here, plan);
  const judge = new Judge(here, plan, coding, place, options);
  if (coding.system === undefined) return withoutSystem(judge, coding, place);
  const candidates = candidatesIn(here, plan, coding, place);
  const namesFor = (one: Candidate) =>
    namesOf(one.system, one.concept, overrideOf({ from: one.path.at(-1)!, ...(one.listed && { listed: one.listed }) }));
  const right = (one: Candidate) =>
    coding.display !== undefined && checkDisplay(namesFor(one), coding.display, options.languages).outcome === 'right';
  const best = bestCandidate(candidates, right);
  if (!best || (best.has === 'out' && !best.system)) {
    judge.notInSet();
    const own = judge.inOwnSystem();
    return conclude(judge, coding, options, namesOf(own.system, own.concept), {
      ...own,
      inSet: false,
      undecided: false,
    });
  }
  return judgeCandidate(judge, plan, coding, options, best, namesFor(best));
}

function judgeCandidate(
  judge: Judge,
  plan: ValueSetPlan,
  coding: Coding,
  options: JudgeOptions,
  best: Candidate,
  names: readonly Name[],
): Judged {
  judge.checkStanding(best);
  judge.missing = best.missing;
  const { system, concept, has } = best;
  if (has === 'out') judge.notInSet();
  judge.findings.push(...best.findings);
  if (has === 'unknown' && !system) {
    judge.inOwnSystem();
    judge.findings.push(finding('unchecked-value-set', { system: coding.system!, valueSet: plan.name }));
  } else if (!concept && system && best.decided && (has !== 'in' || !isPartial(system))) judge.unknownCode(system);
  if (has === 'in') judge.checkListed(best);
  const partly = has === 'unknown' && system !== undefined && best.decided && isPartial(system);
  return conclude(judge, coding, options, names, {
    system,
    concept,
    inSet: has === 'in' || partly,
    undecided: has === 'unknown' && !partly,
    severalVersions:
      coding.display !== undefined && severalVersions(best.path.at(-1)!, system?.head.url ?? coding.system!),
  });
}
