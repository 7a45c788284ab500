/** Receipts of a certificate push: what became of each row, and why. */
import type { RecordFinding } from '../../care/record-rules.ts';
import type { Language } from '../../fhir/types.ts';
import type { Finding } from '../../files/finding.ts';
import { findingMessage } from '../../files/finding.ts';
import type { Field } from '../../files/layout.ts';
import type { Row } from '../../files/row.ts';

/** What became of a row. */
export type Outcome = 'created' | 'changed' | 'unchanged' | 'refused';

/** The receipt of a row. */
export interface Receipt {
  /** Line at which the row begins, from 1. */
  readonly line: number;
  readonly outcome: Outcome;
  /** Where the certificate is; absent when it was refused. */
  readonly coverage?: string;
  /** What became of the person's Patient; absent = unchanged. */
  readonly person?: 'created' | 'changed';
  readonly findings: readonly Finding[];
}

/** Findings of record rules with their places in the row. */
export function placed(
  row: Row,
  fields: readonly Field[],
  record: Readonly<Record<string, string>>,
  found: readonly RecordFinding[],
): Finding[] {
  return found.map(({ key, severity, rule, mend }) => {
    const i = fields.findIndex(one => one.key === key);
    const field = fields[i];
    const value = record[key];
    return {
      kind: value ? ('relation' as const) : ('required' as const),
      severity,
      ...row.place(Math.max(0, i)),
      ...(field && { item: field.no, name: field.name }),
      ...(value && { value }),
      rule,
      mend,
    };
  });
}

/** A receipt as a line of JSON, its messages in one language. */
export const receiptLine = ({ findings, ...rest }: Receipt, language: Language): string =>
  `${JSON.stringify({
    ...rest,
    ...(findings.length > 0 && {
      findings: findings.map(one => ({
        severity: one.severity,
        column: one.column,
        item: one.item,
        name: one.name,
        text: findingMessage(one)[language],
      })),
    }),
  })}\n`;
