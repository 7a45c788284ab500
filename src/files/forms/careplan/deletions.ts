/**
 * Deletion files (DLT1KYO, DLTPLAN, DLTJSK, DLTKIHON, DLTYOBO): which plans the receiver shall take away, by their business keys.
 * Source: ケアプランデータ連携標準仕様 4.1 (2024-10).
 */
import { type FindCodes, writeRecords } from '../../layout.ts';
import type { WriteOptions, WrittenFile } from '../standard.ts';
import { makeFileName, type Party } from './file-name.ts';
import { careplanLayouts } from './layouts/all.ts';

/** A deletion as text: interface:insurer:insured:…, the rest as in the business key. */
export const isDeletion = (text: string): boolean => /^DLT(1KYO|PLAN|JSK|KIHON|YOBO):/.test(text);

/** The record of a deletion: its key's parts in the order of the items after the version. */
function recordOf(text: string): { kind: string; record: Record<string, string> } {
  const [kind = '', ...parts] = text.split(':');
  const layout = careplanLayouts.get(kind)![0]!;
  const items = layout.fields.slice(1).map(({ key }, i) => [key, parts[i] ?? '']);
  return { kind, record: { version: layout.versions![0]!, ...Object.fromEntries(items) } };
}

/** The deletion files a sender owes a receiver: one for each interface and month. */
export function* writeDeletions(
  from: Party,
  to: Party,
  options: WriteOptions,
  codes: FindCodes,
): Generator<WrittenFile> {
  const files = new Map<string, { kind: string; month: string | undefined; records: Record<string, string>[] }>();
  for (const text of options.deletions ?? []) {
    const { kind, record } = recordOf(text);
    const name = `${kind} ${record['month']}`;
    const file = files.get(name) ?? { kind, month: record['month'], records: [] };
    file.records.push(record);
    files.set(name, file);
  }
  for (const { kind, month, records } of files.values()) {
    const name = makeFileName({ kind, month, from, to, stamp: options.stamp });
    const { bytes, findings } = writeRecords(careplanLayouts.get(kind)![0]!, records, codes);
    yield { name, size: bytes.length, pieces: () => [bytes], findings: findings.map(one => ({ ...one, file: name })) };
  }
}
