/**
 * Report: collects findings and knows where the walk stands. The place is kept as a stack of names and indexes and
 * becomes text only when there is a finding.
 */
import { DecimalLiteral } from '../fhir/json.ts';
import type { Issue } from '../fhir/outcome.ts';
import type { Message } from '../fhir/types.ts';

/** More findings than this help nobody and cost memory; the walk goes on without keeping them. */
const maxIssues = 500;

/** The findings of one resource so far, and the place the walk is at. */
export interface Report {
  readonly issues: Issue[];
  /** Element names and array indexes from the root on; only the first `depth` count. */
  readonly segments: (string | number)[];
  depth: number;
}

/** A report that has seen nothing yet. */
export function newReport(): Report {
  return { issues: [], segments: [], depth: 0 };
}

/** True when further findings are not kept, so that costly messages need not be made. */
export function isFull(report: Report): boolean {
  return report.issues.length >= maxIssues;
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
  if (isFull(report)) return;
  const expression = placeOf(report);
  report.issues.push({
    severity: 'error',
    code,
    message: { en: `${expression}: ${message.en}`, ja: `${expression}: ${message.ja}` },
    expression,
    ...(rule && { rule }),
  });
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
