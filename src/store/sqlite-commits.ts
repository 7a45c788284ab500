/**
 * SqliteCommits: commits that wait together share one transaction and one fsync; nothing is acknowledged before that fsync.
 */
import type Database from 'better-sqlite3';
import { asStoreError, isDiskFull } from './sqlite-file.ts';
import type { SqliteWriter } from './sqlite-writer.ts';
import type { Change, CommitResult } from './store.ts';

/** So many changes do not wait for others any more. */
const enough = 2048;
/** So many turns of the event loop the first of them waits at most: a turn can hold a long piece of somebody else's work. */
const mostTurns = 16;

interface Waiting {
  readonly changes: readonly Change[];
  resolve(result: CommitResult): void;
  reject(error: unknown): void;
}

/** What commits need of the database. */
export interface CommitSettings {
  readonly db: Database.Database;
  readonly writer: SqliteWriter;
  /** Gives a prepared statement, kept for the next time. */
  readonly statement: (text: string) => Database.Statement<unknown[], unknown>;
  /** Looks whether another process has written. */
  readonly refresh: () => void;
}

/** The queue of commits of one database. */
export class SqliteCommits {
  private readonly waiting: Waiting[] = [];
  private readonly settings: CommitSettings;

  constructor(settings: CommitSettings) {
    this.settings = settings;
  }

  commit(changes: readonly Change[]): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      if (this.waiting.length === 0) this.flushSoon(0, 1);
      this.waiting.push({ changes, resolve, reject });
    });
  }

  /**
   * Flushes after a turn of the event loop that brought no further commit: what arrives while others are prepared shares their flush.
   * @param before commits that waited a turn ago
   * @param turn how many turns the first has waited
   */
  private flushSoon(before: number, turn: number): void {
    // setImmediate runs after all requests that have arrived were read.
    setImmediate(() => {
      const { length } = this.waiting;
      const changes = this.waiting.reduce((sum, one) => sum + one.changes.length, 0);
      if (length === before || changes >= enough || turn >= mostTurns) this.flush();
      else this.flushSoon(length, turn + 1);
    });
  }

  /** Applies all that waits. */
  flush(): void {
    // The list stays, empty: one that grew old and was let go of would keep what it holds until old objects are collected.
    const group = this.waiting.splice(0);
    if (group.length === 0) return;
    try {
      const answers = this.inTransaction(() => group.map(one => this.applyOne(one)));
      for (const answer of answers) answer();
    } catch (error) {
      if (group.length === 1 || isDiskFull(error)) for (const one of group) one.reject(asStoreError(error));
      else for (const one of group) this.flushAlone(one);
    }
  }

  /** After a failure nobody foresaw the others of the group must not suffer: each gets a transaction of its own. */
  private flushAlone(one: Waiting): void {
    try {
      this.inTransaction(() => this.applyOne(one))();
    } catch (error) {
      one.reject(asStoreError(error));
    }
  }

  /** Runs work in a transaction that is durable when it returns; on failure nothing is stored and the error goes on. */
  private inTransaction<T>(work: () => T): T {
    const { db, writer, statement, refresh } = this.settings;
    let { lastSeq, staleSeen } = writer;
    try {
      statement('BEGIN IMMEDIATE').run();
      refresh();
      ({ lastSeq, staleSeen } = writer);
      const result = work();
      writer.finish();
      statement('COMMIT').run();
      return result;
    } catch (error) {
      Object.assign(writer, { lastSeq, staleSeen });
      writer.abandon();
      if (db.inTransaction) statement('ROLLBACK').run();
      throw error;
    }
  }

  /**
   * Applies one list of changes; returns what to tell its sender once the transaction is durable. Everything that can
   * refuse it is looked at before the first write, so a refusal leaves nothing to undo (a savepoint would copy every
   * page it touches).
   */
  private applyOne({ changes, resolve }: Waiting): () => void {
    const { writer } = this.settings;
    const conflict = writer.findConflict(changes);
    if (conflict) return () => resolve({ ok: false, conflict });
    const committed = changes.map(change => writer.apply(change));
    const position = writer.lastSeq;
    return () => resolve({ ok: true, committed, position });
  }
}
