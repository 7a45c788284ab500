/**
 * PostgresStore: the Store on PostgreSQL (pg), shared by any number of nodes.
 * Commits that wait on one node share a transaction; all nodes take turns at one locked row, which gives the change feed its
 * order and makes conditions exact. Nothing is acknowledged before COMMIT is; when its answer is lost, the node looks up
 * whether it took place before it says anything.
 * @see https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS
 */
import crypto from 'node:crypto';
import Cursor from 'pg-cursor';
import { refHash } from './hash.ts';
import { createTargets } from './postgres-batch.ts';
import {
  asStoreError,
  type Connection,
  connect,
  endLimit,
  isAway,
  limitTime,
  noLimit,
  openPool,
  patienceMs,
  pause,
  query,
  statement,
  withClient,
} from './postgres-connection.ts';
import { migrate } from './postgres-layout.ts';
import { addRows, dropUnused, forgetRows, purgeRows } from './postgres-purge.ts';
import { PostgresReplicas } from './postgres-replicas.ts';
import { generationQuery, PostgresTerms } from './postgres-terms.ts';
import { PostgresWriter } from './postgres-writer.ts';
import {
  type CurrentRow,
  currentQuery,
  historyCountSql,
  historySql,
  readAsOfSql,
  readVersionSql,
  staleSql,
  toCurrent,
  toVersion,
  type VersionRow,
} from './rows.ts';
import type { Sql } from './sql.ts';
import type { CopiedTerms } from './sqlite-terms-copy.ts';
import {
  type Change,
  type CommitResult,
  type Current,
  type HistoryScope,
  type IndexRow,
  type IndexTable,
  QueryTimeoutError,
  type Readable,
  type Row,
  type Store,
  type StoreState,
  type Version,
} from './store.ts';
import type { TermTables } from './terms.ts';

/** Options of {@link openPostgres}. `now` gives UTC milliseconds. */
export interface PostgresOptions {
  /** postgres://user:password@host:port/database */
  readonly url: string;
  readonly tables: readonly IndexTable[];
  readonly now: () => number;
  /** The node's copies of imported terminology masters. */
  readonly terms: { readonly terms: CopiedTerms; close(): void };
  /** URLs of read replicas. */
  readonly replicas?: readonly string[];
  /** Most connections for reading; one more writes. */
  readonly connections?: number;
}

/** A store on a PostgreSQL database; connects when it is first used (or by `ready`). */
export function openPostgres(options: PostgresOptions): Store {
  return new PostgresStore(options);
}

type SelectOptions = NonNullable<Parameters<Store['select']>[1]>;

class PostgresStore implements Store {
  readonly terms: TermTables;
  private readonly termsFile: PostgresOptions['terms'];
  private readonly sharedTerms: PostgresTerms;
  private readonly readers;
  private readonly writers;
  private readonly tables: readonly IndexTable[];
  private readonly writer: PostgresWriter;
  private readonly secrets = new Map<string, Uint8Array>();
  private readonly replicas: PostgresReplicas | undefined;
  /** The newest position this node told anybody; replicas must have it before they are asked. */
  private seen = 0;
  private opened: Promise<void> | undefined;
  /** A look at the state that is under way, and the one that follows it. */
  private asked: Promise<StoreState> | undefined;
  private askedNext: Promise<StoreState> | undefined;

  constructor({ url, tables, terms, now, connections = 10, replicas = [] }: PostgresOptions) {
    this.readers = openPool(url, connections);
    this.writers = openPool(url, 2);
    this.replicas = replicas.length > 0 ? new PostgresReplicas(replicas, connections) : undefined;
    this.tables = tables;
    this.termsFile = terms;
    this.terms = terms.terms;
    this.sharedTerms = new PostgresTerms(terms.terms, work => this.unlimited(work));
    const ready = () => this.ready();
    this.writer = new PostgresWriter({ pool: this.writers, targets: createTargets(tables), now, ready });
  }

  ready(): Promise<void> {
    this.opened ??= withClient(this.writers, client => migrate(client, this.tables)).catch(error => {
      this.opened = undefined;
      throw error;
    });
    return this.opened;
  }

  // Connections

  /** Reads; tried again when the connection was lost, since reading twice does no harm. */
  private async reading<T>(work: (client: Connection) => Promise<T>): Promise<T> {
    const until = performance.now() + patienceMs;
    for (let tries = 0; ; tries++) {
      try {
        await this.ready();
        return await withClient(this.readers, work);
      } catch (error) {
        if (!isAway(error) || performance.now() > until) throw asStoreError(error);
        await pause(Math.min(50 * 2 ** tries, 500));
      }
    }
  }

  /** For work that takes long: the limit of a search may still be set on the connection. */
  private unlimited<T>(work: (client: Connection) => Promise<T>): Promise<T> {
    return this.reading(async client => {
      await noLimit(client);
      return work(client);
    });
  }

  private rows<T>(sql: Sql): Promise<T[]> {
    return this.reading(client => query<T>(client, sql));
  }

  commit(changes: readonly Change[]): Promise<CommitResult> {
    return this.writer.commit(changes);
  }

  // Reading

  private async versionOf(sql: Sql): Promise<Version | undefined> {
    const [row] = await this.rows<VersionRow>(sql);
    return row && toVersion(row);
  }

  async read(type: string, id: string, access: Readable, asOf?: number): Promise<Current | undefined> {
    if (asOf !== undefined) return this.versionOf(readAsOfSql(type, id, access, asOf));
    const values = [refHash(`${type}/${id}`), ...access.values];
    const [row] = await this.rows<CurrentRow>({ text: currentQuery(access), values });
    return row && row.type === type && row.id === id ? toCurrent(row) : undefined;
  }

  readVersion(type: string, id: string, versionId: number, access: Readable): Promise<Version | undefined> {
    return this.versionOf(readVersionSql(type, id, versionId, access));
  }

  async history(scope: HistoryScope, access: Readable): Promise<readonly Version[]> {
    return (await this.rows<VersionRow>(historySql(scope, access))).map(toVersion);
  }

  async historyCount(scope: Omit<HistoryScope, 'beforeSeq' | 'afterSeq' | 'limit'>, access: Readable): Promise<number> {
    return (await this.rows<{ n: number }>(historyCountSql(scope, access)))[0]!.n;
  }

  async select(sql: Sql, { budgetMs, newest = false }: SelectOptions = {}): Promise<readonly Row[]> {
    const work = async (client: Connection) => {
      if (budgetMs === undefined) return query(client, sql);
      await limitTime(client, budgetMs);
      const rows = await query(client, sql);
      await endLimit(client);
      return rows;
    };
    const pool = newest ? undefined : await this.replicas?.poolAt(this.seen);
    if (!pool) return this.reading(work);
    try {
      return await withClient(pool, work);
    } catch (error) {
      const told = asStoreError(error);
      if (told instanceof QueryTimeoutError) throw told;
      this.replicas?.rest(pool);
      return this.reading(work);
    }
  }

  async *stream(
    sql: Sql,
    { budgetMs = 0, chunk = 100 }: { budgetMs?: number; chunk?: number } = {},
  ): AsyncIterable<readonly Row[]> {
    await this.ready();
    const pool = (await this.replicas?.poolAt(this.seen)) ?? this.readers;
    const client = await connect(pool).catch(error => {
      throw asStoreError(error);
    });
    let failed: unknown;
    const { text, values } = statement(client, sql.text, sql.values);
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
      if (failed === undefined) await cursor.close().then(() => endLimit(client));
      else if (!isAway(failed)) await client.query('ROLLBACK').catch(() => {});
      client.release(isAway(failed));
    }
  }

  /** Calls share queries: each is answered by one that began after it. */
  state(): Promise<StoreState> {
    if (!this.asked) return this.askState();
    this.askedNext ??= this.asked
      .catch(() => {})
      .then(() => {
        this.askedNext = undefined;
        return this.askState();
      });
    return this.askedNext;
  }

  private askState(): Promise<StoreState> {
    const asked = this.readState().finally(() => {
      if (this.asked === asked) this.asked = undefined;
    });
    this.asked = asked;
    return asked;
  }

  private async readState(): Promise<StoreState> {
    const text = `SELECT coalesce(max(seq), 0) AS position, EXISTS (SELECT 1 FROM stale) AS stale, (${generationQuery}) AS terms FROM version`;
    const [row] = await this.rows<{ position: number; stale: boolean; terms: number }>({ text, values: [] });
    this.sharedTerms.note(row!.terms);
    this.seen = Math.max(this.seen, row!.position);
    return { position: row!.position, stale: row!.stale };
  }

  // Housekeeping

  async stale(before: number, limit: number): Promise<readonly Version[]> {
    return (await this.rows<VersionRow>(staleSql(before, limit))).map(toVersion);
  }

  addRows(versions: readonly { readonly seq: number; readonly rows: readonly IndexRow[] }[]): Promise<void> {
    return this.unlimited(client => addRows(client, this.tables, versions));
  }

  purge(versions: readonly { readonly seq: number; readonly rows: readonly IndexRow[] }[]): Promise<void> {
    return this.unlimited(client => purgeRows(client, this.tables, versions));
  }

  forget(params: readonly number[], limit: number): Promise<number> {
    return this.reading(client => forgetRows(client, this.tables, params, limit));
  }

  tidy(): Promise<void> {
    return this.reading(client => dropUnused(client, this.tables));
  }

  async note(name: string): Promise<string | undefined> {
    const [row] = await this.rows<{ value: string }>({ text: 'SELECT value FROM note WHERE name = ?', values: [name] });
    return row?.value;
  }

  async setNote(name: string, text: string): Promise<void> {
    await this.rows({
      text: 'INSERT INTO note (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      values: [name, text],
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
    await this.writer.settled();
    await this.sharedTerms.close();
    this.termsFile.close();
    await Promise.all([this.readers.end(), this.writers.end(), this.replicas?.close()]);
  }
}
