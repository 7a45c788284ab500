import type { SqlValue } from './sql.ts';

/** Most rows of shared tables that are remembered. */
const mostKnown = 50_000;

/**
 * Rows of shared index tables that are known to be there: they are never removed with a version, so most of them need not be
 * written again. Forgotten when another process wrote, when a transaction failed, and when rows are removed.
 */
export class KnownRows {
  private readonly names = new Set<string>();

  /** True when the row of a key is there; remembers it when not. */
  has(table: string, key: readonly SqlValue[]): boolean {
    const name = `${table} ${key.join(' ')}`;
    if (this.names.has(name)) return true;
    if (this.names.size >= mostKnown) this.names.clear();
    this.names.add(name);
    return false;
  }

  forget(): void {
    this.names.clear();
  }
}
