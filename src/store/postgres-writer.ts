/**
 * PostgresWriter: the queue of a node's commits. Those that wait share a transaction; all nodes take turns at one locked row.
 * Nothing is acknowledged before COMMIT is; when its answer is lost, the node takes the lock again and looks whether the commit
 * is there before it says anything or tries once more.
 */
import type { Targets } from './postgres-batch.ts';
import { type AppliedVersion, applyGroup, type Waiting } from './postgres-commit.ts';
import {
  asStoreError,
  type Connection,
  isAway,
  isRetryable,
  type Pool,
  patienceMs,
  pause,
  query,
  withClient,
} from './postgres-connection.ts';
import { type Change, type CommitResult, UnavailableError } from './store.ts';

/** What a writer is made from. */
export interface WriterParts {
  readonly pool: Pool;
  readonly targets: Targets;
  readonly now: () => number;
  /** Resolves when the tables are there. */
  ready(): Promise<void>;
}

/** A group of commits takes no more than this many commits or characters of text. */
const mostCommits = 400;
const mostText = 16_000_000;

/** Begins a transaction that holds the feed's lock; a node that hangs in between loses it after ten seconds. */
const begin =
  'BEGIN; SET LOCAL idle_in_transaction_session_timeout = 10000; SET LOCAL lock_timeout = 20000; SELECT one FROM feed WHERE one = 1 FOR UPDATE';

/** A commit whose answer was lost. */
interface Lost {
  readonly last: AppliedVersion;
  readonly answers: readonly (() => void)[];
}

/** The queue of commits. */
export class PostgresWriter {
  private readonly parts: WriterParts;
  private readonly waiting: Waiting[] = [];
  private draining: Promise<void> | undefined;

  constructor(parts: WriterParts) {
    this.parts = parts;
  }

  /** Applies a list of changes, all or nothing. */
  commit(changes: readonly Change[]): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ changes, resolve, reject });
      // setImmediate lets all requests that have arrived join the group.
      this.draining ??= new Promise<void>(done => setImmediate(done)).then(() => this.drain());
    });
  }

  /** Resolves when nothing waits. */
  async settled(): Promise<void> {
    await this.draining;
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) await this.commitGroup([], mostCommits);
    this.draining = undefined;
  }

  /** Commits a group; it is joined by those that came while the lock was waited for. Answers every one of them. */
  private async commitGroup(group: Waiting[], most: number): Promise<void> {
    const until = performance.now() + patienceMs;
    const lost: { commit: Lost | undefined } = { commit: undefined };
    for (let tries = 0; ; tries++) {
      try {
        await this.parts.ready();
        return await withClient(this.parts.pool, client => this.tryGroup(client, group, most, lost));
      } catch (error) {
        if (!(isAway(error) || isRetryable(error)) || performance.now() > until) {
          this.take(group, most);
          return this.refuse(group, error, lost.commit !== undefined);
        }
        await pause(Math.min(30 * 2 ** tries, 500));
      }
    }
  }

  private async tryGroup(
    client: Connection,
    group: Waiting[],
    most: number,
    lost: { commit: Lost | undefined },
  ): Promise<void> {
    await client.query(begin);
    if (lost.commit && (await isStored(client, lost.commit.last))) {
      for (const answer of lost.commit.answers) answer();
      await client.query('ROLLBACK').catch(() => {});
      return;
    }
    lost.commit = undefined;
    this.take(group, most);
    const { answers, last } = await applyGroup(client, group, this.parts);
    if (last) lost.commit = { last, answers };
    const { command } = await client.query('COMMIT').catch((error: unknown) => {
      // Refused by the database itself: nothing is stored. When the connection was lost, nobody knows yet.
      if (!isAway(error)) lost.commit = undefined;
      throw error;
    });
    if (command !== 'COMMIT') {
      lost.commit = undefined;
      throw Object.assign(new Error('the transaction was rolled back'), { code: '40001' });
    }
    for (const answer of answers) answer();
  }

  /** A group that failed: when the database works, each commit for itself, so that only the one at fault is refused. */
  private async refuse(group: readonly Waiting[], error: unknown, unknown: boolean): Promise<void> {
    const reason = asStoreError(error);
    if (group.length > 1 && reason === error && !isRetryable(error) && !unknown) {
      for (const one of group) await this.commitGroup([one], 0);
      return;
    }
    const away = unknown || isRetryable(error) || reason instanceof UnavailableError;
    const told = away ? new UnavailableError((reason as Error).message, unknown) : reason;
    for (const one of group) one.reject(told);
  }

  /** Moves commits that wait into a group, up to its limits. */
  private take(group: Waiting[], most: number): void {
    let text = 0;
    let count = 0;
    while (count < this.waiting.length && group.length + count < most && text < mostText) {
      for (const { template } of this.waiting[count]!.changes)
        text += template ? template.before.length + template.after.length : 0;
      count++;
    }
    group.push(...this.waiting.splice(0, count));
  }
}

/** True when the version of a lost commit is there. The caller holds the lock, so nothing is under way any more. */
async function isStored(client: Connection, version: AppliedVersion): Promise<boolean> {
  const { seq, h, versionId, lastUpdated, content } = version;
  const text =
    'SELECT 1 FROM version WHERE seq = ? AND h = ? AND version_id = ? AND last_updated = ? AND content_hash = ?';
  return (await query(client, { text, values: [seq, h, versionId, lastUpdated, content] })).length > 0;
}
