/**
 * Findings about national files: where, what was found, which rule, how to mend it; and their summary by kind.
 */
import type { Issue, Severity } from '../fhir/outcome.ts';
import type { Language, Message } from '../fhir/types.ts';

/** The kinds of findings, for the summary. */
export const findingKinds = {
  'character-set': { en: 'character set', ja: '文字コード' },
  gaiji: { en: 'user-defined character', ja: '外字' },
  control: { en: 'control character', ja: '制御文字' },
  unwritable: { en: 'character outside MS932', ja: 'MS932 にない文字' },
  quote: { en: 'quotation marks', ja: '引用符' },
  'row-length': { en: 'row too long', ja: '行の長さ' },
  columns: { en: 'number of items', ja: '項目数' },
  header: { en: 'header row', ja: '見出し行' },
  version: { en: 'version', ja: 'バージョン' },
  required: { en: 'missing item', ja: '必須項目' },
  length: { en: 'length', ja: '桁数' },
  format: { en: 'format', ja: '書式' },
  code: { en: 'code', ja: 'コード' },
  relation: { en: 'items that contradict each other', ja: '項目間の矛盾' },
  duplicate: { en: 'duplicate', ja: '重複' },
  set: { en: 'set of files', ja: 'ファイルの組' },
  'file-name': { en: 'file name', ja: 'ファイル名' },
  person: { en: 'person', ja: '利用者' },
  content: { en: 'content', ja: '内容' },
} as const satisfies Record<string, Message>;

/** A key of {@link findingKinds}. */
export type FindingKind = keyof typeof findingKinds;

/** A place in a file; line and column count from 1, columns in characters. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One finding about a file. */
export interface Finding {
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly file?: string;
  readonly line?: number;
  /** Column in the line, in characters from 1. */
  readonly column?: number;
  /** Number of the item (項番) in the standard. */
  readonly item?: number;
  /** Japanese name of the item (項目名). */
  readonly name?: string;
  /** What was found. */
  readonly value?: string;
  /** What is expected. */
  readonly rule: Message;
  readonly mend: Message;
}

/** Longest value repeated in a message, in characters. */
const mostShown = 40;

const shown = (value: string): string => (value.length > mostShown ? `${value.slice(0, mostShown)}…` : value);

/** Place of a finding as text: file, line, column, item number and name. */
export function placeText({ file, line, column, item, name }: Finding, language: Language): string {
  const ja = language === 'ja';
  const parts = [
    file,
    line !== undefined && (ja ? `${line}行目` : `line ${line}`),
    column !== undefined && (ja ? `${column}文字目` : `column ${column}`),
    item !== undefined && (ja ? `項番${item}「${name ?? ''}」` : `item ${item} ${name ?? ''}`.trimEnd()),
  ];
  return parts.filter(Boolean).join(ja ? ' ' : ', ');
}

/** The whole message of a finding: what was found, the rule, how to mend it. */
export function findingMessage(finding: Finding): Message {
  const { value, rule, mend } = finding;
  const found =
    value === undefined ? { en: '', ja: '' } : { en: `found "${shown(value)}"; `, ja: `「${shown(value)}」: ` };
  return { en: `${found.en}${rule.en}. ${mend.en}`, ja: `${found.ja}${rule.ja}。${mend.ja}` };
}

const issueCodes: Partial<Record<FindingKind, string>> = {
  required: 'required',
  code: 'code-invalid',
  format: 'value',
  length: 'value',
  duplicate: 'duplicate',
  'row-length': 'too-long',
};

/** A finding as an Issue of an OperationOutcome; the place is its location. */
export function toIssue(finding: Finding): Issue {
  const message = findingMessage(finding);
  return {
    severity: finding.severity,
    code: finding.severity === 'information' ? 'informational' : (issueCodes[finding.kind] ?? 'invalid'),
    message: {
      en: [placeText(finding, 'en'), message.en].filter(Boolean).join(': '),
      ja: [placeText(finding, 'ja'), message.ja].filter(Boolean).join(': '),
    },
    location: placeText(finding, 'en'),
    rule: `file-${finding.kind}`,
  };
}

/** True when what it is about must be refused. */
export const isRefusal = ({ severity }: Finding): boolean => severity === 'error' || severity === 'fatal';

/** How many findings there are of each kind. */
export class FindingCounts {
  private readonly counts = new Map<FindingKind, number>();

  add({ kind }: Finding): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  /** The most frequent first. */
  list(): { kind: FindingKind; title: Message; count: number }[] {
    return [...this.counts]
      .map(([kind, count]) => ({ kind, title: findingKinds[kind], count }))
      .sort((a, b) => b.count - a.count);
  }
}
