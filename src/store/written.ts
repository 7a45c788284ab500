/**
 * What commits of a group have written so far, as far as a condition of a later one might depend on it. A condition that is a
 * search asks the database, so what could change its answer has to be there first; of all else nothing need be.
 */
import type { Change, Precondition } from './store.ts';

/** A condition that is a search. */
export type MatchCondition = Extract<Precondition, { kind: 'matches' }>;

export const isMatch = (precondition: Precondition): precondition is MatchCondition => precondition.kind === 'matches';

/** Resources written, and hashes among their index rows. */
export class Written {
  private readonly ids = new Set<string>();
  private readonly values = new Set<bigint>();
  /** Not yet looked at: most groups have no condition that asks. */
  private unread: Change[] = [];

  add(change: Change): void {
    this.unread.push(change);
  }

  /** True when what was written could change what a condition finds. */
  mayConcern({ ids, begins }: MatchCondition): boolean {
    if (this.unread.length === 0 && this.ids.size === 0) return false;
    if (!begins) return true;
    this.read();
    return ids.some(id => this.ids.has(id)) || begins.some(value => this.values.has(value));
  }

  private read(): void {
    for (const { id, rows } of this.unread) {
      this.ids.add(id);
      for (const row of rows) for (const value of row.values) if (typeof value === 'bigint') this.values.add(value);
    }
    this.unread = [];
  }

  clear(): void {
    this.ids.clear();
    this.values.clear();
    this.unread = [];
  }
}
