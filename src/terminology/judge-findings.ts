/**
 * Collects what is found about one coding: its system, its code, its display, its standing on the day.
 */
import type { Candidate } from './candidates.ts';
import { inForce, isAbstract, isDeprecated, isInactive, standardsStatusUrl, statusOf, validityOf } from './concept.ts';
import { checkDisplay, type Name } from './display.ts';
import { standingOf, warningOf } from './expansion-parameters.ts';
import { extensionOf, valueIn } from './json.ts';
import type { Languages } from './languages.ts';
import { isPartial } from './membership.ts';
import { type Finding, finding, type ProblemKind } from './problems.ts';
import type { Scope } from './scope.ts';
import { type CodeSystem, type Coding, type Concept, versioned } from './shapes.ts';
import type { ValueSetPlan } from './value-set.ts';
import { decideVersion, type Place, unknownVersion } from './versions.ts';

/** What is asked of a code. */
export interface JudgeOptions {
  readonly languages: Languages | undefined;
  readonly activeOnly: boolean;
  /** False refuses abstract codes. */
  readonly abstract: boolean;
  /** A wrong display is a warning only. */
  readonly lenientDisplay: boolean;
  /** True asks only whether the value set has the code: nothing about its display, its standing and its days. */
  readonly membershipOnly: boolean;
  /** True for one of several codings of a CodeableConcept. */
  readonly oneOfSeveral: boolean;
}

/** What does not matter to whether a value set has a code. */
const besidesMembership: ReadonlySet<ProblemKind> = new Set<ProblemKind>([
  'wrong-display',
  'no-display-in-language',
  'display-in-other-language',
  'inactive-code',
  'deprecated-code',
  'deprecated-in-value-set',
  'expired-code',
  'code-not-yet-valid',
  'abstract-code',
  'case-difference',
  'draft-resource',
  'experimental-resource',
  'deprecated-resource',
  'withdrawn-resource',
  'retired-resource',
]);

const valueSetDeprecated = 'http://hl7.org/fhir/StructureDefinition/valueset-deprecated';

/** A coding in words: `system|version#code`. */
export function codingText({ system, version, code }: Coding): string {
  return `${system === undefined ? '' : versioned(system, version)}#${code}`;
}

/** The day before a day; the last day something was in force. */
function dayBefore(day: string): string {
  const time = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(time) ? day : new Date(time - 86_400_000).toISOString().slice(0, 10);
}

/** See the top of the file. */
export class Judge {
  readonly findings: Finding[] = [];
  unknownSystem: string | undefined;
  missing: string | undefined;
  private readonly scope: Scope;
  private readonly plan: ValueSetPlan | undefined;
  private readonly coding: Coding;
  private readonly place: Place;
  private readonly options: JudgeOptions;

  constructor(scope: Scope, plan: ValueSetPlan | undefined, coding: Coding, place: Place, options: JudgeOptions) {
    this.scope = scope;
    this.plan = plan;
    this.coding = coding;
    this.place = place;
    this.options = options;
  }

  private add(
    kind: ProblemKind,
    values: Readonly<Record<string, string>>,
    at?: string,
    more: Partial<Finding> = {},
  ): void {
    if (this.options.membershipOnly && besidesMembership.has(kind)) return;
    this.findings.push({ ...finding(kind, values, at), ...more });
  }

  notInSet(): void {
    if (!this.plan) return;
    const values = { coding: codingText(this.coding), valueSet: this.plan.name };
    const kind = this.options.oneOfSeveral ? 'coding-not-in-value-set' : 'not-in-value-set';
    this.add(kind, values, this.place.code, { shared: this.coding.display !== undefined });
  }

  /** Why a system is no code system that is known here. */
  private unknown(url: string, state: 'nothing' | 'supplement' | 'name'): void {
    if (state === 'supplement') {
      this.add('system-is-supplement', { system: this.scope.supplementName(url) }, this.place.system);
      this.missing = url;
      return;
    }
    if (state === 'nothing' && this.scope.resource('ValueSet', url)) {
      this.add('system-is-value-set', { system: url }, this.place.system);
      return;
    }
    if (!/^[A-Za-z][A-Za-z0-9+.-]*:/.test(url)) this.add('relative-system', { system: url }, this.place.system);
    this.unknownSystem = url;
    if (state === 'name') this.add('system-without-content', { system: url }, this.place.system);
    else if (this.coding.version !== undefined)
      this.findings.push(unknownVersion(this.scope, url, this.coding.version, this.place.system));
    else this.add('unknown-system', { system: url }, this.place.system);
  }

  /** The code in its own code system, where the value set has nothing to say of it. */
  inOwnSystem(): { system: CodeSystem | undefined; concept: Concept | undefined; decided: boolean } {
    const url = this.coding.system!;
    const state = this.scope.knows(url);
    if (state !== 'system') {
      this.unknown(url, state);
      return { system: undefined, concept: undefined, decided: false };
    }
    const decision = decideVersion(this.scope, url, undefined, this.coding.version, this.place);
    // Without a value set there is nothing whose version could differ.
    this.findings.push(...decision.findings.filter(one => this.plan || one.kind !== 'default-version-differs'));
    this.missing = decision.missing;
    const concept = decision.system?.find(this.coding.code);
    if (decision.system && !concept) this.unknownCode(decision.system);
    return { system: decision.system, concept, decided: decision.decided };
  }

  unknownCode(system: CodeSystem): void {
    const { code } = this.coding;
    const words = { code, system: versioned(system.head.url, system.head.version) };
    this.add(isPartial(system) ? 'unknown-code-in-fragment' : 'unknown-code', words, this.place.code);
    const why = system.explain?.(code);
    if (why) this.add('grammar', why, this.place.code);
  }

  /** What is found about the display; `shared` when the code has other displays in other versions of its code system. */
  checkDisplay(names: readonly Name[], shared: boolean): void {
    const { display } = this.coding;
    if (display === undefined) return;
    const { languages, lenientDisplay } = this.options;
    const { outcome, choices } = checkDisplay(names, display, languages);
    if (outcome === 'right') return;
    const said = choices.map(({ value, language }) =>
      language === undefined ? `"${value}"` : `"${value}" (${language})`,
    );
    const words = {
      display,
      coding: codingText({
        code: this.coding.code,
        ...(this.coding.system !== undefined && { system: this.coding.system }),
      }),
      choices: [...new Set(said)].slice(0, 10).join(', '),
      languages: languages?.text ?? '-',
    };
    if (outcome === 'right-in-other-language') this.add('display-in-other-language', words, this.place.display);
    else
      this.add(outcome === 'wrong' ? 'wrong-display' : 'no-display-in-language', words, this.place.display, {
        severity: lenientDisplay ? 'warning' : 'error',
        shared,
      });
  }

  /** What is found about the standing of the concept; false when it may not be used for being inactive. */
  checkState(system: CodeSystem, concept: Concept): boolean {
    const { code } = this.coding;
    const { day } = this.scope.options;
    const inactive = isInactive(system, concept);
    const leftOut = inactive && (this.options.activeOnly || this.plan?.inactive === false);
    if (leftOut) this.add('only-active', { code }, this.place.code);
    if (!this.options.abstract && isAbstract(system, concept))
      this.add('abstract-code', { coding: codingText(this.coding) }, this.place.code);
    if (inactive)
      this.add('inactive-code', { code, status: statusOf(system, concept) ?? 'inactive' }, this.place.whole);
    else if (isDeprecated(system, concept, day)) this.add('deprecated-code', { code }, this.place.whole);
    const force = inForce(system, concept, day);
    if (force !== 'yes') {
      const { from = '', until = '' } = validityOf(system, concept);
      this.add(
        force === 'expired' ? 'expired-code' : 'code-not-yet-valid',
        { code, day, from, until: dayBefore(until) },
        this.place.code,
      );
    }
    if (concept.code !== code)
      this.add(
        'case-difference',
        { code, normal: concept.code, system: versioned(system.head.url, system.head.version) },
        this.place.code,
      );
    return !leftOut;
  }

  /** Marks of the value set on the code. */
  checkListed({ listed, system, path }: Candidate): void {
    if (!listed || !system) return;
    const marked = valueIn(extensionOf(listed, valueSetDeprecated));
    const deprecated =
      marked === true || marked === 'true' || valueIn(extensionOf(listed, standardsStatusUrl)) === 'deprecated';
    if (deprecated)
      this.add(
        'deprecated-in-value-set',
        { code: this.coding.code, system: system.head.url, valueSet: path.at(-1)!.name },
        this.place.code,
      );
  }

  /** Drafts and the like among what was used. */
  checkStanding({ system, path }: Candidate): void {
    const root = standingOf(path[0]!);
    const used = [
      ...path.map(one => ({ standing: standingOf(one), name: one.name })),
      ...(system ? [{ standing: system.head, name: versioned(system.head.url, system.head.version) }] : []),
    ];
    for (const { standing, name } of used) {
      const warning = warningOf(standing, root);
      if (warning) this.add(`${warning}-resource`, { canonical: name });
    }
  }
}
