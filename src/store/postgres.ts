/**
 * PostgresStore: the Store on PostgreSQL (pg), shared by any number of nodes.
 * Commits that wait on one node share a transaction; all nodes take turns at one locked row, which gives the change feed its
 * order and makes conditions exact. Nothing is acknowledged before COMMIT is; when its answer is lost, the node looks up
 * whether it took place before it says anything.
 * @see https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS
 */
import crypto from 'node:crypto';
import Cursor from 'pg-cursor';
import { createTargets, indexValue, type Targets } from './postgres-batch.ts';
import { type AppliedVersion, applyGroup, type Waiting } from './postgres-commit.ts';
import {
  asStoreError,
  type Connection,
  isAway,
  isRetryable,
  limitTime,
  openPool,
  query,
  statement,
} from './postgres-connection.ts';
import { keyColumns, migrate } from './postgres-layout.ts';
import { historyCountSql, historySql, readSql, readVersionSql, staleSql, toVersion, type VersionRow } from './rows.ts';
import type { Sql } from './sql.ts';
import {
  type Change,
  type CommitResult,
  type HistoryScope,
  type IndexRow,
  type IndexTable,
  type Readable,
  type Row,
  type Store,
  type StoreState,
  UnavailableError,
  type Version,
} from './store.ts';

/** Options of {@link openPostgres}. `now` gives UTC milliseconds. */
export interface PostgresOptions {
  /** postgres://user:password@host:port/database */
  readonly url: string;
  readonly tables: readonly IndexTable[];
  readonly now: () => number;
  /** Most connections for reading; one more writes. */
  readonly connections?: number;
}

/** How long a node tries to reach the database before it says that it cannot, in milliseconds. */
const patienceMs = 5000;
/** A group of commits takes no more than this many commits or characters of text. */
const mostCommits = 400;
const mostText = 16_000_000;

const begin = `BEGIN; SET LOCAL idle_in_transaction_session_timeout = 10000; SET LOCAL lock_timeout = 20000; SELECT one FROM feed WHERE one = 1 FOR UPDATE`;

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

/** A store on a PostgreSQL database; connects when it is first used (or by `ready`). */
export function openPostgres(options: PostgresOptions): Store {
  return new PostgresStore(options);
}

class PostgresStore implements Store {
  private readonly readers;
  private readonly writers;
  private readonly tables: readonly IndexTable[];
  readonly targets: Targets;
  readonly now: () => number;
  private readonly secrets = new Map<string, Uint8Array>();
  private opened: Promise<void> | undefined;
  private waiting: Waiting[] = [];
  private draining: Promise<void> | undefined;

  constructor({ url, tables, now, connections = 10 }: PostgresOptions) {
    this.readers = openPool(url, connections);
    this.writers = openPool(url, 2);
    this.tables = tables;
    this.now = now;
    this.targets = createTargets(tables);
  }

  ready(): Promise<void> {
    this.opened ??= this.onWriter(client => migrate(client, this.tables)).catch(error => {
      this.opened = undefined;
      throw error;
    });
    return this.opened;
  }

  // Connections

  private async onWriter<T>(work: (client: Connection) => Promise<T>): Promise<T> {
    return withClient(await this.writers.connect(), work);
  }

  /** Reads; tried again when the connection was lost, since reading twice does no harm. */
  private async reading<T>(work: (client: Connection) => Promise<T>): Promise<T> {
    const until = performance.now() + patienceMs;
    for (let tries = 0; ; tries++) {
      try {
        await this.ready();
        return await withClient(await this.readers.connect(), work);
      } catch (error) {
        if (!isAway(error) || performance.now() > until) throw asStoreError(error);
        await pause(Math.min(50 * 2 ** tries, 500));
      }
    }
  }

  private rows<T>(sql: Sql): Promise<T[]> {
    return this.reading(client => query<T>(client, sql));
  }

  // Writing

  commit(changes: readonly Change[]): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ changes, resolve, reject });
      // setImmediate lets all requests that have arrived join the group.
      this.draining ??= new Promise<void>(done => setImmediate(done)).then(() => this.drain());
    });
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) await this.commitGroup([], mostCommits);
    this.draining = undefined;
  }

  /** Commits a group; it is joined by those that came while the lock was waited for. Answers every one of them. */
  private async commitGroup(group: Waiting[], most: number): Promise<void> {
    const until = performance.now() + patienceMs;
    let lost: { last: AppliedVersion; answers: readonly (() => void)[] } | undefined;
    for (let tries = 0; ; tries++) {
      let sent = false;
      try {
        await this.ready();
        await this.onWriter(async client => {
          await client.query(begin);
          if (lost && (await isStored(client, lost.last))) {
            await client.query('ROLLBACK');
            for (const answer of lost.answers) answer();
            return;
          }
          lost = undefined;
          take(this.waiting, group, most);
          const { answers, last } = await applyGroup(client, group, this);
          sent = true;
          if (last) lost = { last, answers };
          const { command } = await client.query('COMMIT');
          if (command !== 'COMMIT')
            throw Object.assign(new Error('the transaction was rolled back'), { code: '40001' });
          for (const answer of answers) answer();
        });
        return;
      } catch (error) {
        if (lost && !sent) sent = true;
        if (!sent || !isAway(error)) lost = undefined;
        if ((isAway(error) || isRetryable(error)) && performance.now() < until) {
          await pause(Math.min(30 * 2 ** tries, 500));
          continue;
        }
        take(this.waiting, group, most);
        return this.refuse(group, error, lost !== undefined);
      }
    }
  }

  /** A group that failed: when the database works, each commit for itself, so that only the one at fault is refused. */
  private async refuse(group: readonly Waiting[], error: unknown, unknown: boolean): Promise<void> {
    const reason = asStoreError(error);
    if (group.length > 1 && reason === error && !isRetryable(error)) {
      for (const one of group) await this.commitGroup([one], 0);
      return;
    }
    const told =
      isRetryable(error) || reason instanceof UnavailableError
        ? new UnavailableError((reason as Error).message, unknown)
        : reason;
    for (const one of group) one.reject(told);
  }

  // Reading

  private async versionOf(sql: Sql): Promise<Version | undefined> {
    const [row] = await this.rows<VersionRow>(sql);
    return row && toVersion(row);
  }

  read(type: string, id: string, access: Readable, asOf?: number): Promise<Version | undefined> {
    return this.versionOf(readSql(type, id, access, asOf));
  }

  readVersion(type: string, id: string, versionId: number, access: Readable): Promise<Version | undefined> {
    return this.versionOf(readVersionSql(type, id, versionId, access));
  }

  async history(scope: HistoryScope, access: Readable): Promise<readonly Version[]> {
    return (await this.rows<VersionRow>(historySql(scope, access))).map(toVersion);
  }

  async historyCount(scope: Omit<HistoryScope, 'beforeSeq' | 'limit'>, access: Readable): Promise<number> {
    return (await this.rows<{ n: number }>(historyCountSql(scope, access)))[0]!.n;
  }

  select(sql: Sql, { budgetMs }: { budgetMs?: number } = {}): Promise<readonly Row[]> {
    return this.reading(async client => {
      if (budgetMs !== undefined) await limitTime(client, budgetMs);
      return query(client, sql);
    });
  }

  async *stream(
    sql: Sql,
    { budgetMs = 0, chunk = 100 }: { budgetMs?: number; chunk?: number } = {},
  ): AsyncIterable<readonly Row[]> {
    await this.ready();
    const client = await this.readers.connect().catch(error => {
      throw asStoreError(error);
    });
    let failed: unknown;
    const { text, values } = statement(sql.text, sql.values);
    const cursor = new Cursor<Row>(text, values);
    try {
      await limitTime(client, budgetMs);
      client.query(cursor);
      for (;;) {
        const rows = await cursor.read(chunk);
        if (rows.length > 0) yield rows;
        if (rows.length < chunk) return;
      }
    } catch (error) {
      failed = error;
      throw asStoreError(error);
    } finally {
      if (!failed) await cursor.close();
      client.release(isAway(failed));
    }
  }

  async state(): Promise<StoreState> {
    const text = 'SELECT coalesce(max(seq), 0) AS position, EXISTS (SELECT 1 FROM stale) AS stale FROM version';
    const [row] = await this.rows<{ position: number; stale: boolean }>({ text, values: [] });
    return { position: row!.position, stale: row!.stale };
  }

  // Housekeeping

  async stale(before: number, limit: number): Promise<readonly Version[]> {
    return (await this.rows<VersionRow>(staleSql(before, limit))).map(toVersion);
  }

  /** Of two nodes that purge the same versions, the one that locks them first does. */
  async purge(versions: readonly { readonly seq: number; readonly rows: readonly IndexRow[] }[]): Promise<void> {
    await this.reading(async client => {
      await client.query('BEGIN');
      try {
        const text = 'SELECT seq FROM stale WHERE seq = ANY (?::bigint[]) ORDER BY seq FOR UPDATE SKIP LOCKED';
        const locked = new Set(
          (await query<{ seq: number }>(client, { text, values: [versions.map(one => one.seq)] })).map(row => row.seq),
        );
        await removeRows(
          client,
          this.tables,
          versions.filter(one => locked.has(one.seq)),
        );
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK').catch(() => {});
        throw error;
      }
    });
  }

  async secret(name: string): Promise<Uint8Array> {
    const known = this.secrets.get(name);
    if (known) return known;
    return this.reading(async client => {
      const value = crypto.randomBytes(32).toString('hex');
      await query(client, {
        text: "INSERT INTO secret (name, value) VALUES (?, decode(?, 'hex')) ON CONFLICT DO NOTHING",
        values: [name, value],
      });
      const [row] = await query<{ value: Buffer }>(client, {
        text: 'SELECT value FROM secret WHERE name = ?',
        values: [name],
      });
      this.secrets.set(name, row!.value);
      return row!.value;
    });
  }

  async close(): Promise<void> {
    await this.draining;
    await Promise.all([this.readers.end(), this.writers.end()]);
  }
}

/** Moves commits into a group, up to its limits. */
function take(waiting: Waiting[], group: Waiting[], most: number): void {
  let text = 0;
  let count = 0;
  while (count < waiting.length && group.length + count < most && text < mostText) {
    for (const { template } of waiting[count]!.changes)
      text += template ? template.before.length + template.after.length : 0;
    count++;
  }
  group.push(...waiting.splice(0, count));
}

/** Runs work on a connection and gives it back; one that was lost, or may be inside a transaction, is thrown away. */
async function withClient<T>(client: Connection, work: (client: Connection) => Promise<T>): Promise<T> {
  let broken = true;
  try {
    const result = await work(client);
    broken = false;
    return result;
  } catch (error) {
    // An error inside a statement leaves the connection usable, but a transaction has to be ended first.
    if (!isAway(error))
      broken = !(await client.query('ROLLBACK').then(
        () => true,
        () => false,
      ));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** True when the version of a lost commit is there. The caller holds the lock, so nothing is under way any more. */
async function isStored(
  client: Connection,
  { seq, h, versionId, lastUpdated, content }: AppliedVersion,
): Promise<boolean> {
  const text =
    'SELECT 1 FROM version WHERE seq = ? AND h = ? AND version_id = ? AND last_updated = ? AND content_hash = ?';
  return (await query(client, { text, values: [seq, h, versionId, lastUpdated, content] })).length > 0;
}

async function removeRows(
  client: Connection,
  tables: readonly IndexTable[],
  versions: readonly { readonly seq: number; readonly rows: readonly IndexRow[] }[],
): Promise<void> {
  for (const table of tables) {
    const rows = versions.flatMap(({ seq, rows: own }) =>
      own.filter(row => row.table === table.name).map(row => [...row.values.slice(0, table.key).map(indexValue), seq]),
    );
    if (rows.length === 0) continue;
    const columns = [...table.columns.slice(0, table.key), { name: 'seq', type: 'INTEGER' as const }];
    const casts = columns.map(
      ({ type }) => `?::${type === 'INTEGER' ? 'bigint' : type === 'REAL' ? 'double precision' : 'text'}[]`,
    );
    const same = keyColumns(table)
      .map(name => `x.${name} = k.${name}`)
      .join(' AND ');
    const text = `DELETE FROM ${table.name} x USING unnest(${casts.join(', ')}) k(${columns.map(column => column.name).join(', ')}) WHERE ${same}`;
    await query(client, { text, values: columns.map((_, i) => rows.map(row => row[i]!)) });
  }
  const seqs = versions.map(one => one.seq);
  const lost =
    'DELETE FROM index_resource x USING version v WHERE v.seq = ANY (?::bigint[]) AND (x.type, x.last_updated, x.seq) = (v.type, v.last_updated, v.seq)';
  await query(client, { text: lost, values: [seqs] });
  await query(client, { text: 'DELETE FROM stale WHERE seq = ANY (?::bigint[])', values: [seqs] });
}
