/**
 * Cells that repeat the row above: senders leave them empty or print them again. Reading carries values down by number;
 * what was printed again is remembered, so that writing gives the same rows.
 * Source: ケアプランデータ連携標準仕様 4.1 (2024-10), notes to UP2KYO and UPYOBO_SUB.
 */
import type { FileRecord } from '../../layout.ts';

/** Cells that are carried while the numbers they stand under stay the same. */
export interface Carried {
  readonly keys: readonly string[];
  readonly within: readonly string[];
}

/** A row with its cells filled, and the keys of those that were printed again. */
export interface FilledRow {
  readonly record: FileRecord;
  readonly again: readonly string[];
}

const sameGroup = (one: FileRecord | undefined, other: FileRecord, within: readonly string[]): boolean =>
  one !== undefined && within.every(key => one[key] === other[key]);

/** Fills the cells that repeat the row above. */
export function carryDown(rows: readonly FileRecord[], carried: readonly Carried[]): FilledRow[] {
  let above: FileRecord | undefined;
  return rows.map(row => {
    const filled: Record<string, string> = { ...row };
    const again: string[] = [];
    for (const { keys, within } of carried) {
      if (!sameGroup(above, row, within)) continue;
      for (const key of keys) {
        if (row[key] === '') filled[key] = above![key]!;
        else if (row[key] === above![key]) again.push(key);
      }
    }
    above = filled;
    return { record: filled, again };
  });
}

/** Empties the cells that repeat the row above, but those printed again. */
export function liftUp(rows: readonly FilledRow[], carried: readonly Carried[]): FileRecord[] {
  return rows.map(({ record, again }, i) => {
    const above = rows[i - 1]?.record;
    const lifted: Record<string, string> = { ...record };
    for (const { keys, within } of carried) {
      if (!sameGroup(above, record, within)) continue;
      for (const key of keys) if (!again.includes(key) && record[key] === above![key]) lifted[key] = '';
    }
    return lifted;
  });
}
