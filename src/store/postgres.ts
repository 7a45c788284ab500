/**
 * PostgresStore: the Store on PostgreSQL (pg), shared by any number of nodes.
 * Commits that wait on one node share a transaction; all nodes take turns at one locked row, which gives the change feed its
 * order and makes conditions exact. Nothing is acknowledged before COMMIT is; when its answer is lost, the node looks up
 * whether it took place before it says anything.
 * @see https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS
 */
import { refHash } from './hash.ts';
import { createTargets } from './postgres-batch.ts';
import {
  asStoreError,
  type Connection,
  connect,
  endLimit,
  isAway,
  limitTime,
  openPool,
  patienceMs,
  pause,
  query,
  withClient,
} from './postgres-connection.ts';
import { PostgresHousekeeping, unlimited } from './postgres-housekeeping.ts';
import { migrate } from './postgres-layout.ts';
import { PostgresReplicas } from './postgres-replicas.ts';
import { streamRows } from './postgres-stream.ts';
import { generationQuery, PostgresTerms } from './postgres-terms.ts';
import { PostgresWriter } from './postgres-writer.ts';
import { type CurrentRow, currentQuery, toCurrent } from './rows.ts';
import type { Sql } from './sql.ts';
import type { CopiedTerms } from './sqlite-terms-copy.ts';
import {
  type Change,
  type CommitResult,
  type Current,
  QueryTimeoutError,
  type Readable,
  type Row,
  type Store,
  type StoreOptions,
  type StoreState,
} from './store.ts';
import type { TermTables } from './terms.ts';
import { type VersionReads, versionReads } from './version-reads.ts';

/** Options of {@link openPostgres}. */
export interface PostgresOptions extends StoreOptions {
  /** postgres://user:password@host:port/database */
  readonly url: string;
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
  private readonly tables: StoreOptions['tables'];
  private readonly writer: PostgresWriter;
  private readonly versions: VersionReads;
  private readonly housekeeping: PostgresHousekeeping;
  readonly readVersion: Store['readVersion'];
  readonly history: Store['history'];
  readonly historyCount: Store['historyCount'];
  readonly stale: Store['stale'];
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
    const reading = <T>(work: (client: Connection) => Promise<T>) => this.reading(work);
    this.sharedTerms = new PostgresTerms(terms.terms, unlimited(reading));
    this.housekeeping = new PostgresHousekeeping(reading, tables);
    this.versions = versionReads(sql => reading(client => query(client, sql)));
    this.readVersion = this.versions.readVersion;
    this.history = this.versions.history;
    this.historyCount = this.versions.historyCount;
    this.stale = this.versions.stale;
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

  commit(changes: readonly Change[]): Promise<CommitResult> {
    return this.writer.commit(changes);
  }

  // Reading

  async read(type: string, id: string, access: Readable, asOf?: number): Promise<Current | undefined> {
    if (asOf !== undefined) return this.versions.readAsOf(type, id, access, asOf);
    const values = [refHash(`${type}/${id}`), ...access.values];
    const [row] = await this.reading(client => query<CurrentRow>(client, { text: currentQuery(access), values }));
    return row && row.type === type && row.id === id ? toCurrent(row) : undefined;
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
    yield* streamRows(client, sql, budgetMs, chunk);
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
    const [row] = await this.reading(client =>
      query<{ position: number; stale: boolean; terms: number }>(client, { text, values: [] }),
    );
    this.sharedTerms.note(row!.terms);
    this.seen = Math.max(this.seen, row!.position);
    return { position: row!.position, stale: row!.stale };
  }

  // Housekeeping

  addRows: Store['addRows'] = versions => this.housekeeping.addRows(versions);
  purge: Store['purge'] = versions => this.housekeeping.purge(versions);
  forget: Store['forget'] = (params, limit) => this.housekeeping.forget(params, limit);
  tidy: Store['tidy'] = () => this.housekeeping.tidy();
  note: Store['note'] = name => this.housekeeping.note(name);
  setNote: Store['setNote'] = (name, text) => this.housekeeping.setNote(name, text);
  secret: Store['secret'] = name => this.housekeeping.secret(name);

  async close(): Promise<void> {
    await this.writer.settled();
    await this.sharedTerms.close();
    this.termsFile.close();
    await Promise.all([this.readers.end(), this.writers.end(), this.replicas?.close()]);
  }
}
