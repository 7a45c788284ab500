/**
 * What an import says: a summary by kind of error, each finding with its place, and the refused rows as they came.
 */
import type { Language, Message } from '../fhir/types.ts';
import { type Finding, FindingCounts, findingMessage, isRefusal, placeText } from './finding.ts';
import type { SourceFile, Span } from './forms/standard.ts';

/** A unit as a report needs it. */
export interface Reported {
  readonly unit: string;
  readonly outcome: 'stored' | 'unchanged' | 'refused';
  readonly findings: readonly Finding[];
  readonly spans: readonly Span[];
}

/** How many units came to which end. */
export function countsOf(units: readonly Pick<Reported, 'outcome'>[]): Message {
  const count = (outcome: Reported['outcome']) => units.filter(one => one.outcome === outcome).length;
  const [stored, unchanged, refused] = [count('stored'), count('unchanged'), count('refused')];
  return {
    en: `${stored} sets stored, ${unchanged} unchanged, ${refused} refused`,
    ja: `登録 ${stored} 組、変更なし ${unchanged} 組、受け付けなかった組 ${refused}`,
  };
}

const lineOf = (one: Finding, language: Language): string =>
  [placeText(one, language), findingMessage(one)[language]].filter(Boolean).join(': ');

/** What became of a unit as a line of JSON. */
export const setLine = ({ unit, outcome, findings }: Reported, language: Language): string =>
  `${JSON.stringify({
    set: unit,
    outcome,
    findings: findings.map(one => ({
      severity: one.severity,
      kind: one.kind,
      file: one.file,
      line: one.line,
      column: one.column,
      item: one.item,
      name: one.name,
      text: findingMessage(one)[language],
    })),
  })}\n`;

/** The first refusals in words, one a line: for those who do not open the report. */
export function firstRefusals(units: readonly Reported[], most: number, language: Language): string {
  const refusals = units.flatMap(one => one.findings.filter(isRefusal));
  return refusals
    .slice(0, most)
    .map(one => `\n  ${lineOf(one, language)}`)
    .join('');
}

/** The report as text: counts, the summary by kind, then unit by unit what was found. */
export function reportText(units: readonly Reported[], language: Language): string {
  const ja = language === 'ja';
  const head = countsOf(units)[language];
  const counts = new FindingCounts();
  for (const one of units) for (const finding of one.findings) if (isRefusal(finding)) counts.add(finding);
  const kinds = counts.list().map(({ title, count: times }) => `  ${title[language]}: ${times}`);
  const details = units
    .filter(one => one.findings.length > 0)
    .flatMap(({ unit, outcome, findings }) => [
      '',
      `${unit}${outcome === 'refused' ? (ja ? '（受け付けませんでした）' : ' (refused)') : ''}`,
      ...findings.map(one => `  ${lineOf(one, language)}`),
    ]);
  return `${[head, ...kinds, ...details].join('\n')}\n`;
}

/** The bytes of a file that spans name, in their order and piece by piece; a span may reach past the end. */
function* piecesIn(file: SourceFile, spans: readonly Span[]): Generator<Uint8Array> {
  const sorted = [...spans].sort((a, b) => a.from - b.from);
  let offset = 0;
  let next = 0;
  let given = 0;
  for (const chunk of file.chunks()) {
    const end = offset + chunk.length;
    while (next < sorted.length && sorted[next]!.from < end) {
      const { from, to } = sorted[next]!;
      const start = Math.max(from, given, offset);
      const stop = Math.min(to, end);
      if (stop > start) yield chunk.subarray(start - offset, stop - offset);
      given = Math.max(given, stop);
      if (to > end) break;
      next++;
    }
    offset = end;
  }
}

/** What giving back needs of a unit. */
export type Refused = Pick<Reported, 'outcome' | 'spans'>;

/** The refused rows of each file, byte for byte as they came. */
export function refusedFiles(
  units: readonly Refused[],
  files: readonly SourceFile[],
): { readonly name: string; readonly pieces: () => Iterable<Uint8Array> }[] {
  const spans = new Map<string, Span[]>();
  for (const one of units)
    for (const span of one.outcome === 'refused' ? one.spans : []) {
      const own = spans.get(span.file);
      if (own) own.push(span);
      else spans.set(span.file, [span]);
    }
  return files
    .map(file => ({ file, own: spans.get(file.name) ?? [] }))
    .filter(({ own }) => own.length > 0)
    .map(({ file, own }) => ({ name: file.name, pieces: () => piecesIn(file, own) }));
}
