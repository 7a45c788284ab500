/**
 * What commits of a group have written so far, as far as a condition of a later one might depend on it. A condition that is a
 * search asks the database, so what could change its answer has to be there first; of all else nothing need be.
 */
import type { Change, Precondition } from './store.ts';

/** A condition that is a search. */
export type MatchCondition = Extract<Precondition, { kind: 'matches' }>;

export const isMatch = (precondition: Precondition): precondition is MatchCondition => precondition.kind === 'matches';

/** Resources of a type that were written, and hashes among their index rows. */
class WrittenOfType {
  private readonly ids = new Set<string>();
  private readonly values = new Set<bigint>();
  /** Not yet looked at: most groups have no condition that asks. */
  private unread: Change[] = [];

  add(change: Change): void {
    this.unread.push(change);
  }

  has(ids: readonly string[], hashes: readonly bigint[]): boolean {
    this.read();
    return ids.some(id => this.ids.has(id)) || hashes.some(value => this.values.has(value));
  }

  /** Lets go of the changes: a map that was cleared and is not collected yet would keep them, and their documents. */
  forget(): void {
    this.unread = [];
  }

  private read(): void {
    for (const { id, rows } of this.unread) {
      this.ids.add(id);
      for (const row of rows) for (const value of row.values) if (typeof value === 'bigint') this.values.add(value);
    }
    this.unread = [];
  }
}

/** Resources written, by type. */
export class Written {
  private readonly types = new Map<string, WrittenOfType>();

  add(change: Change): void {
    let one = this.types.get(change.type);
    if (!one) {
      one = new WrittenOfType();
      this.types.set(change.type, one);
    }
    one.add(change);
  }

  /** True when what was written could change what a condition finds. */
  mayConcern({ ids, begins }: MatchCondition): boolean {
    if (!begins) return this.types.size > 0;
    return this.types.get(begins.type)?.has(ids, begins.hashes) ?? false;
  }

  clear(): void {
    for (const one of this.types.values()) one.forget();
    this.types.clear();
  }
}
