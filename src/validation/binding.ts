/**
 * Bindings: is the code in the value set, and does its display belong to it.
 * @see https://hl7.org/fhir/R4/terminologies.html#strength
 */
import type { JsonObject, Message, Resource } from '../fhir/types.ts';
import { isBilled } from './as-of.ts';
import type { Code, CodeChecker, Membership } from './codes.ts';
import { noteUnchecked } from './coding-system.ts';
import { hasPassed, newMemory, type Passed, remember } from './passed.ts';
import type { Binding } from './profile-schema.ts';
import { addFinding, isFull, type Report, withdraw } from './report.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** A Coding or Quantity as a code; undefined without one. */
export function codeOf(value: JsonObject): Code | undefined {
  const code = textOf(value['code']);
  if (code === undefined) return undefined;
  const system = textOf(value['system']);
  const display = textOf(value['display']);
  const version = textOf(value['version']);
  if (version === undefined && system !== undefined)
    return display === undefined ? { system, code } : { system, code, display };
  return {
    code,
    ...(system !== undefined && { system }),
    ...(display !== undefined && { display }),
    ...(version !== undefined && { version }),
  };
}

const name = ({ system, code }: Code): string => (system === undefined ? `"${code}"` : `"${code}" (${system})`);

const reasons: Record<'value-set' | 'code-system' | 'fragment', { en: string; ja: string }> = {
  'value-set': { en: 'the value set is not installed', ja: '値セットが登録されていません' },
  'code-system': { en: 'the code system is not installed', ja: 'コード体系が登録されていません' },
  fragment: { en: 'only a part of the code system is installed', ja: 'コード体系の一部しか登録されていません' },
};

function unchecked(
  report: Report,
  found: string,
  { reason, what }: Extract<Membership, { result: 'unchecked' }>,
  required: boolean,
): void {
  addFinding(report, required ? 'warning' : 'information', 'not-found', {
    en: `${found} cannot be checked: ${reasons[reason].en} (${what})`,
    ja: `${found} は検査できません。${reasons[reason].ja}（${what}）`,
  });
}

/** How many codes a message lists. */
const maxListed = 12;

function notMember(
  report: Report,
  found: string,
  valueSet: string,
  severity: 'error' | 'warning',
  codes: CodeChecker,
  asker: Resource,
): void {
  if (isFull(report)) {
    addFinding(report, severity, 'code-invalid', { en: '', ja: '' });
    return;
  }
  const list = codes.list(valueSet, asker);
  const allowed = list.length === 0 || list.length > maxListed ? '' : `: ${list.join(', ')}`;
  addFinding(report, severity, 'code-invalid', {
    en: `found ${found}, expected a code of ${valueSet}${allowed}`,
    ja: `${found} は値セット ${valueSet} のコードではありません${allowed && `（使えるコード${allowed}）`}`,
  });
}

/** Best verdict of several codes. */
function bestOf(verdicts: readonly Membership[]): Membership {
  return (
    verdicts.find(one => one.result === 'in') ?? verdicts.find(one => one.result === 'unchecked') ?? { result: 'out' }
  );
}

/** Codes in a bound value; undefined when the type holds none. */
function codesIn(value: unknown): readonly Code[] | undefined {
  if (value === undefined) return [];
  if (typeof value === 'string') return [{ code: value }];
  if (!isObject(value)) return undefined;
  if (value['coding'] === undefined && (value['code'] !== undefined || value['system'] !== undefined)) {
    const one = codeOf(value);
    return one ? [one] : [];
  }
  if (!Array.isArray(value['coding']))
    return value['text'] !== undefined || value['coding'] === undefined ? [] : undefined;
  return value['coding']
    .filter(isObject)
    .map(codeOf)
    .filter(one => one !== undefined);
}

/**
 * The check of a bound value.
 * @param type of the element: code, Coding, CodeableConcept, Quantity, string, uri …
 * @param asker the definition that names the value set
 */
export function bindingCheck(
  binding: Binding,
  type: string,
  codes: CodeChecker,
  asker: Resource,
): ((value: unknown, report: Report) => void) | undefined {
  const { strength, valueSet, maxValueSet } = binding;
  const required = strength === 'required';
  if (!required && strength !== 'extensible' && !maxValueSet) return undefined;
  const quantity = type === 'Quantity' || type === 'SimpleQuantity' || type === 'Money';
  const passed = newMemory<Passed>(codes);
  const bound: Bound = { valueSet, maxValueSet, required, always: required || strength === 'extensible', codes, asker };
  return (value, report) => {
    // What is remembered is right on any day, but for what is billed.
    if (!hasDisplayFinding(value, report) && !isBilled(report.scope.resource) && hasPassed(value, passed())) return;
    const found = codesIn(value);
    if (found !== undefined && !(quantity && found.length === 0)) checkBound(value, found, bound, passed(), report);
  };
}

/** A binding, ready to be asked. */
interface Bound {
  readonly valueSet: string;
  readonly maxValueSet: string | undefined;
  readonly required: boolean;
  /** True where the value set itself counts, not only the largest one. */
  readonly always: boolean;
  readonly codes: CodeChecker;
  readonly asker: Resource;
}

function checkBound(value: unknown, found: readonly Code[], bound: Bound, passed: Passed, report: Report): void {
  const { valueSet, maxValueSet, required, codes, asker } = bound;
  const { resource } = report.scope;
  const named = found.length === 0 ? '' : found.map(name).join(', ');
  const inMost = (one: Code): boolean =>
    maxValueSet === undefined || codes.member(maxValueSet, one, asker).result === 'in';
  if (maxValueSet !== undefined && found.length > 0) {
    const most = bestOf(found.map(one => codes.member(maxValueSet, one, asker, resource)));
    const severity = report.onWrite && typeof value !== 'string' ? 'warning' : 'error';
    if (most.result === 'out') notMember(report, named, maxValueSet, severity, codes, asker);
  }
  if (valueSet === '' || !bound.always) {
    rememberAll(passed, found.filter(inMost));
    return;
  }
  if (found.length === 0) {
    if (required) noCode(report, valueSet);
    return;
  }
  if (report.displays.size > 0) acceptDisplays(value, valueSet, report, codes, asker);
  // A Coding without a system means nothing; only a code element takes its system from the value set.
  const meant = typeof value === 'string' ? found : found.filter(one => one.system !== undefined);
  const verdict = bestOf(meant.map(one => codes.member(valueSet, one, asker, resource)));
  if (verdict.result === 'out') notMember(report, named, valueSet, required ? 'error' : 'warning', codes, asker);
  else if (verdict.result === 'unchecked') unchecked(report, named, verdict, required);
  else {
    const right = meant.filter(one => codes.member(valueSet, one, asker).result === 'in' && inMost(one));
    rememberAll(passed, right);
  }
}

function rememberAll(passed: Passed, found: readonly Code[]): void {
  for (const one of found) remember(passed, one);
}

/** Whether there is a finding about a display of the value, which a value set may take back. */
function hasDisplayFinding(value: unknown, { displays }: Report): boolean {
  if (displays.size === 0 || !isObject(value)) return false;
  const { coding } = value;
  return Array.isArray(coding) ? coding.some(one => displays.has(one)) : displays.has(value);
}

function noCode(report: Report, valueSet: string): void {
  addFinding(report, 'error', 'code-invalid', {
    en: `found no code, expected one of ${valueSet}`,
    ja: `コードがありません。値セット ${valueSet} のコードが必要です`,
  });
}

const folded = (text: string): string => text.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();

const japanese = /[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]/;

/** A Japanese name of a code whose names are here in other languages only is not wrong: nobody said what it should be. */
const comparable = (display: string, allowed: readonly string[]): boolean =>
  !japanese.test(display) || allowed.some(text => japanese.test(text));

function displayFinding(coding: JsonObject, report: Report, severity: 'error' | 'warning', message: Message): void {
  const before = report.issues.length;
  addFinding(report, severity, 'invalid', message);
  const issue = report.issues[before];
  if (issue) report.displays.set(coding, issue);
}

/** A display that the bound value set gives its code is right, whatever the code system calls it. */
function acceptDisplays(value: unknown, valueSet: string, report: Report, codes: CodeChecker, asker: Resource): void {
  const list = isObject(value) && Array.isArray(value['coding']) ? value['coding'] : [value];
  for (const coding of list) {
    const issue = isObject(coding) ? report.displays.get(coding) : undefined;
    const one = issue && codeOf(coding as JsonObject);
    if (!one?.system || !one.display) continue;
    const names = codes.displaysIn(valueSet, one.system, one.code, asker);
    if (names.some(text => folded(text) === folded(one.display!))) withdraw(report, issue!);
  }
}

/** What there is to say of a Coding, whatever stands around it. */
interface CodingVerdict {
  /** Displays that the code has, when the one given is none of them. */
  readonly displays: readonly string[] | undefined;
  readonly membership: Membership;
}

function judge({ system, code, display, version }: Code, codes: CodeChecker): CodingVerdict {
  const membership = codes.inSystem({
    code,
    ...(system !== undefined && { system }),
    ...(version !== undefined && { version }),
  });
  if (display === undefined || system === undefined) return { displays: undefined, membership };
  const displays = codes.displays(system, code);
  const given = folded(display);
  const fits = displays.length === 0 || displays.some(text => folded(text) === given) || !comparable(display, displays);
  return { displays: fits ? undefined : displays, membership };
}

/** Verdicts on a code by the display it is given. */
type CodingVerdicts = Map<unknown, CodingVerdict>;

/** Codes of a system, and displays of a code, that are remembered. */
const mostVerdicts = 5000;
const mostDisplays = 20;

function verdictOn(
  known: Map<string, Map<string, CodingVerdicts>>,
  system: string,
  code: string,
  display: unknown,
  value: JsonObject,
  codes: CodeChecker,
): CodingVerdict {
  // Few codings name a version: what is found of them is not kept.
  if (value['version'] !== undefined) return judge(codeOf(value)!, codes);
  const found = known.get(system)?.get(code)?.get(display);
  if (found) return found;
  const verdict = judge(codeOf(value)!, codes);
  const ofSystem = known.get(system) ?? new Map<string, CodingVerdicts>();
  const ofCode = ofSystem.get(code) ?? new Map<unknown, CodingVerdict>();
  if (known.size < mostVerdicts) known.set(system, ofSystem);
  if (ofSystem.size < mostVerdicts) ofSystem.set(code, ofCode);
  if (ofCode.size < mostDisplays) ofCode.set(display, verdict);
  return verdict;
}

/**
 * The check of Codings everywhere: the code is one of its system, the display belongs to the code.
 * @param displaySeverity of a display that does not
 */
export function codingCheck(
  codes: CodeChecker,
  displaySeverity: 'error' | 'warning',
): (value: JsonObject, report: Report) => void {
  const memory = newMemory<Map<string, Map<string, CodingVerdicts>>>(codes);
  return (value, report) => {
    const { system, code, display } = value;
    if (typeof system !== 'string' || typeof code !== 'string') return;
    const verdict = verdictOn(memory(), system, code, display, value, codes);
    if (verdict.displays !== undefined || verdict.membership.result !== 'in')
      tell(verdict, value, report, displaySeverity);
  };
}

function tell(
  { displays, membership }: CodingVerdict,
  coding: JsonObject,
  report: Report,
  displaySeverity: 'error' | 'warning',
): void {
  const code = codeOf(coding)!;
  if (displays)
    displayFinding(coding, report, displaySeverity, {
      en: `display: found "${code.display}", expected "${displays.slice(0, 3).join('" or "')}" for ${name(code)}`,
      ja: `display が「${code.display}」ですが、${name(code)} の表示名は「${displays.slice(0, 3).join('」「')}」です`,
    });
  if (membership.result === 'out')
    addFinding(report, 'error', 'code-invalid', {
      en: `found ${name(code)}, which is no code of that system`,
      ja: `${name(code)} はこのコード体系にないコードです`,
    });
  else if (membership.result === 'unchecked') noteUnchecked(report, code, membership);
}
