/**
 * Report: collects findings and knows where the walk stands. The place is kept as a stack of names and indexes and
 * becomes text only when there is a finding.
 */
import { DecimalLiteral } from '../fhir/json.ts';
import type { Issue, Severity } from '../fhir/outcome.ts';
import type { JsonObject, Message } from '../fhir/types.ts';
import type { Found } from './element-rules.ts';

/** More findings than this help nobody and cost memory; the walk goes on without keeping them. */
const maxIssues = 500;

/** The findings of one resource so far, and the place the walk is at. */
export interface Report {
  readonly issues: Issue[];
  /** Element names and array indexes from the root on; only the first `depth` count. */
  readonly segments: (string | number)[];
  depth: number;
  /** The resource the walk is in, and what surrounds it. */
  scope: Scope;
  /** Profile whose rules are being checked; undefined for those of R4. */
  profile: string | undefined;
  /** True for a write, which is judged a little more mildly. */
  onWrite: boolean;
  /** True while structure is checked. */
  basic: boolean;
  /** False when it is certain that nothing in the document has a `_name` beside it. */
  siblings: boolean;
  /** Findings about displays, by the Coding they are about: a value set bound later may give the code that very name. */
  readonly displays: Map<JsonObject, Issue>;
  /** Invariants that took too long once: they are not tried again in the same resource. */
  readonly costly: Set<string>;
  /** Errors so far, counted also when findings are not kept. */
  errors: number;
  /** Properties that were met and are looked at later, of each object the walk is in; shared by all reports of a document. */
  readonly waiting: Waiting;
  /** True when only the number of errors is asked for: no finding is kept. */
  readonly probing: boolean;
  /** What profiles found in resources so far; shared by all reports of a document. */
  readonly runs: Map<JsonObject, Map<object, Run>>;
  /** Findings that turned out to be none; shared by all reports of a document. */
  readonly withdrawn: Set<Issue>;
  /** Whether an object that is no resource conforms to a profile, as found out so far. */
  readonly conforming: Map<JsonObject, Map<object, boolean>>;
  /** Code systems of which it was said that they are not here. */
  readonly unchecked: Set<string>;
}

/** A stack that is not made smaller: an array that is cut gives its memory back, and grows anew each time. */
export interface Waiting {
  readonly found: (Found | undefined)[];
  /** What the properties hold. */
  readonly values: unknown[];
  top: number;
}

/** What one profile found in one resource; nothing while it is still at work, so that references in circles end. */
export interface Run {
  errors: number;
  issues: readonly Issue[];
  /** False while the profile is still at work. */
  done: boolean;
}

/** A resource that was found within the document at hand. */
export interface Target {
  readonly resource: JsonObject;
  readonly scope: Scope;
}

/**
 * What was found out of a document, as far as it was asked. It ends with the document: a WeakMap of the module would keep each
 * document until the next full collection, as what is remembered leads back to it.
 */
export interface DocumentMemory {
  /** What references of each resource lead to. */
  readonly targets: Map<JsonObject, Map<string, Target | undefined>>;
  /** Entries of each Bundle by fullUrl. */
  readonly entries: Map<JsonObject, ReadonlyMap<string, readonly JsonObject[]>>;
  /** Entries of each Bundle by their resource. */
  readonly holders: Map<JsonObject, ReadonlyMap<unknown, JsonObject>>;
  /** Ids and anchors that links in narratives may lead to, of each resource or Bundle. */
  readonly anchors: Map<JsonObject, ReadonlySet<string>>;
}

/** A resource with what its references can mean. */
export interface Scope {
  readonly resource: JsonObject;
  /** The resource that contains it, or itself: `#id` is looked for there. */
  readonly container: JsonObject;
  /** The innermost Bundle around it. */
  readonly bundle: JsonObject | undefined;
  /** fullUrl of its entry in that Bundle. */
  readonly fullUrl: string | undefined;
  /** Shared by all scopes of a document. */
  readonly memory: DocumentMemory;
  /** Ids of its elements met so far; undefined before the first. */
  ids: Set<string> | undefined;
  /** Number of segments up to and with the resource itself. */
  readonly start: number;
  /** Scope of the resource around it (Bundle, Parameters, container). */
  readonly outer: Scope | undefined;
}

/** The scope of a whole document. */
export const documentScope = (resource: JsonObject): Scope => ({
  resource,
  container: resource,
  bundle: undefined,
  fullUrl: undefined,
  memory: { targets: new Map(), entries: new Map(), holders: new Map(), anchors: new Map() },
  ids: undefined,
  start: 1,
  outer: undefined,
});

/** A report that has seen nothing yet. */
export function newReport(scope: Scope = documentScope({})): Report {
  return {
    issues: [],
    segments: [],
    depth: 0,
    scope,
    profile: undefined,
    onWrite: false,
    basic: false,
    siblings: false,
    displays: new Map(),
    costly: new Set(),
    errors: 0,
    waiting: { found: [], values: [], top: 0 },
    probing: false,
    runs: new Map(),
    withdrawn: new Set(),
    conforming: new Map(),
    unchecked: new Set(),
  };
}

/**
 * A report of its own on a part of a document, without findings. Spelled out, not copied: reports of one shape are quick to read.
 * @param own where it stands, and what it is for
 */
export function reportWithin(
  document: Report,
  { segments, depth, scope, profile, probing }: Pick<Report, 'segments' | 'depth' | 'scope' | 'profile' | 'probing'>,
): Report {
  return {
    issues: [],
    segments,
    depth,
    scope,
    profile,
    onWrite: document.onWrite,
    basic: document.basic,
    siblings: document.siblings,
    displays: document.displays,
    costly: document.costly,
    errors: 0,
    waiting: document.waiting,
    probing,
    runs: document.runs,
    withdrawn: document.withdrawn,
    conforming: document.conforming,
    unchecked: document.unchecked,
  };
}

/** A report at the same place that only counts errors. */
export function probeOf(report: Report): Report {
  const { segments, depth, scope, profile } = report;
  return reportWithin(report, { segments: segments.slice(0, depth), depth, scope, profile, probing: true });
}

/** True when further findings are not kept, so that costly messages need not be made. */
export function isFull(report: Report): boolean {
  return report.probing || report.issues.length >= maxIssues;
}

/** FHIRPath of the place the walk is at, such as `Patient.name[0].family`. */
export function placeOf(report: Report): string {
  let text = '';
  for (let i = 0; i < report.depth; i++) {
    const segment = report.segments[i];
    text += typeof segment === 'number' ? `[${segment}]` : i === 0 ? segment : `.${segment}`;
  }
  return text;
}

/**
 * Adds a finding (severity error).
 * @param code http://hl7.org/fhir/issue-type
 * @param message begins with what was found; the place is put before it
 * @param rule key of the invariant broken, if it is one
 */
export function addIssue(report: Report, code: string, message: Message, rule?: string): void {
  addFinding(report, 'error', code, message, rule);
}

/** Adds a finding of any severity. */
export function addFinding(report: Report, severity: Severity, code: string, message: Message, rule?: string): void {
  if (severity === 'error' || severity === 'fatal') report.errors++;
  if (isFull(report)) return;
  const expression = placeOf(report);
  keep(report, {
    severity,
    code,
    message: { en: `${expression}: ${message.en}`, ja: `${expression}: ${message.ja}` },
    expression,
    ...(rule && { rule }),
    ...(report.basic && { basic: true }),
    ...(report.profile !== undefined && { profile: report.profile }),
  });
}

/** A rule that is reached in two ways speaks once. Findings are few: most are told apart by their length, and no text is hashed. */
function keep({ issues }: Report, issue: Issue): void {
  const { profile, message } = issue;
  for (const one of issues) if (one.message.en === message.en && one.profile === profile) return;
  issues.push(issue);
}

/**
 * Adds what was found in a resource by itself, at the place the walk is at.
 * @param type of the resource, with which the places of those findings begin
 */
export function addRun(report: Report, { errors, issues }: Run, type: string): void {
  report.errors += errors;
  if (issues.length === 0 || isFull(report)) return;
  const place = placeOf(report);
  // A resource by itself stands where it says.
  const moved =
    place === type ? (text: string): string => text : (text: string): string => place + text.slice(type.length);
  for (const issue of issues) {
    if (report.issues.length >= maxIssues) return;
    const { en, ja } = issue.message;
    keep(report, { ...issue, message: { en: moved(en), ja: moved(ja) }, expression: moved(issue.expression ?? type) });
  }
}

/** Adds a finding one step below the place the walk is at. */
export function addIssueAt(
  report: Report,
  segment: string | number,
  code: string,
  message: Message,
  rule?: string,
): void {
  report.segments[report.depth++] = segment;
  addIssue(report, code, message, rule);
  report.depth--;
}

/** What a value is, for messages: strings and numbers are quoted up to 40 characters. */
export function describe(value: unknown): Message {
  if (value === null) return { en: 'null', ja: 'null ' };
  if (value === undefined) return { en: 'nothing', ja: '値なし' };
  if (value instanceof DecimalLiteral) return { en: `the number ${value.text}`, ja: `数値 ${value.text} ` };
  if (Array.isArray(value))
    return value.length === 0 ? { en: 'an empty array', ja: '空の配列' } : { en: 'an array', ja: '配列' };
  if (typeof value === 'object') return { en: 'an object', ja: 'オブジェクト' };
  if (typeof value === 'boolean') return { en: `the boolean ${value}`, ja: `真偽値 ${value} ` };
  if (typeof value === 'number') return { en: `the number ${value}`, ja: `数値 ${value} ` };
  const text = String(value);
  const quoted = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
  return { en: quoted, ja: `${quoted} ` };
}

export const objectExpected: Message = { en: 'an object', ja: 'オブジェクト' };

/** "found X, expected Y" in both languages. */
export function mismatch(value: unknown, expected: Message): Message {
  const found = describe(value);
  return {
    en: `found ${found.en}, expected ${expected.en}`,
    ja: `${found.ja}が見つかりました。${expected.ja}にしてください`,
  };
}

/** Takes a finding back. */
export function withdraw(report: Report, issue: Issue): void {
  report.withdrawn.add(issue);
}
