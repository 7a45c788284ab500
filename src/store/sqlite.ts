/**
 * SqliteStore: the Store on one SQLite file (better-sqlite3, WAL, synchronous=FULL).
 * Commits that wait together share one transaction and one fsync; nothing is acknowledged before that fsync.
 * @see https://www.sqlite.org/wal.html
 */
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { refHash } from './hash.ts';
import {
  type CurrentRow,
  currentQuery,
  deleteRow,
  historyCountSql,
  historySql,
  insertRow,
  readAsOfSql,
  readVersionSql,
  staleSql,
  toCurrent,
  toVersion,
  type VersionRow,
} from './rows.ts';
import type { Sql } from './sql.ts';
import { asStoreError, assertLibrary, isDiskFull, migrate, prepareFile } from './sqlite-file.ts';
import { SlowReader } from './sqlite-slow-reader.ts';
import { openTermsFile, type TermsFile, termsFileBeside } from './sqlite-terms-file.ts';
import { SqliteWriter } from './sqlite-writer.ts';
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

/** Options of {@link openSqlite}. `now` gives UTC milliseconds. */
export interface SqliteOptions {
  /** The database file; `:memory:` for tests. */
  readonly file: string;
  readonly tables: readonly IndexTable[];
  readonly now: () => number;
}

interface Waiting {
  readonly changes: readonly Change[];
  resolve(result: CommitResult): void;
  reject(error: unknown): void;
}

/**
 * Opens or makes the database.
 * @throws Error when the SQLite library is too old, the file is newer than this program, or cannot be opened
 */
export function openSqlite(options: SqliteOptions): Store {
  return new SqliteStore(options);
}

/** Longest time a query with a time budget may hold up everybody else before it is moved to a thread of its own. */
const quickMs = 50;

class SqliteStore implements Store {
  readonly terms: TermTables;
  private readonly termsFile: TermsFile;
  private readonly db: Database.Database;
  private readonly writer: SqliteWriter;
  private readonly statements = new Map<string, Database.Statement<unknown[], unknown>>();
  private readonly deletes: ReadonlyMap<string, { statement: Database.Statement<unknown[], unknown>; key: number }>;
  private readonly insertTexts: ReadonlyMap<string, string>;
  private readonly dataVersion: Database.Statement<unknown[], unknown>;
  private seenVersion = -1;
  private waiting: Waiting[] = [];
  private deadline = Number.POSITIVE_INFINITY;
  private streams: Database.Database | undefined;
  private readonly file: string;
  /** Takes over queries that are not quick; a database in memory has none. */
  private readonly slow: SlowReader | undefined;

  constructor({ file, tables, now }: SqliteOptions) {
    this.file = file;
    if (file !== ':memory:') fs.mkdirSync(path.dirname(file), { recursive: true });
    this.db = new Database(file);
    assertLibrary(this.db);
    prepareFile(this.db);
    migrate(this.db, tables);
    this.addBudget(this.db);
    if (file !== ':memory:') this.slow = new SlowReader(file);
    this.termsFile = openTermsFile(termsFileBeside(file), now);
    this.terms = this.termsFile.terms;
    this.writer = new SqliteWriter(this.db, tables, now, text => this.statement(text));
    this.dataVersion = this.db.prepare('PRAGMA data_version').pluck();
    this.insertTexts = new Map(tables.map(table => [table.name, insertRow(table)]));
    this.deletes = new Map(
      tables.map(table => [table.name, { statement: this.db.prepare(deleteRow(table)), key: table.key }]),
    );
  }

  /** `within_budget()` in a condition stops a query whose time is used up; SQLite offers no other way from here. */
  private addBudget(db: Database.Database): void {
    db.function('within_budget', { deterministic: false, directOnly: true }, () => {
      if (performance.now() > this.deadline) throw new QueryTimeoutError('the query used up its time');
      return 1;
    });
  }

  /** A second connection: one that iterates cannot write. A database in memory has only one. */
  private streamConnection(): Database.Database | undefined {
    if (this.file === ':memory:') return undefined;
    if (!this.streams) {
      this.streams = new Database(this.file, { readonly: true });
      this.streams.pragma('mmap_size = 1073741824');
      this.addBudget(this.streams);
    }
    return this.streams;
  }

  private statement(text: string): Database.Statement<unknown[], unknown> {
    let statement = this.statements.get(text);
    if (!statement) {
      statement = this.db.prepare(text);
      if (this.statements.size >= 1000) this.statements.delete(this.statements.keys().next().value!);
      this.statements.set(text, statement);
    }
    return statement;
  }

  async ready(): Promise<void> {}

  /** Another process that shares the file may have written: its commits count as well. */
  private refresh(): void {
    const version = this.dataVersion.get() as number;
    if (version === this.seenVersion) return;
    this.writer.readPosition();
    this.seenVersion = version;
  }

  // Writing

  commit(changes: readonly Change[]): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      // setImmediate runs after all requests that have arrived were read: they share the flush.
      if (this.waiting.length === 0) setImmediate(() => this.flush());
      this.waiting.push({ changes, resolve, reject });
    });
  }

  private flush(): void {
    const group = this.waiting;
    this.waiting = [];
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
    let { lastSeq, staleSeen } = this.writer;
    try {
      this.statement('BEGIN IMMEDIATE').run();
      this.refresh();
      ({ lastSeq, staleSeen } = this.writer);
      const result = work();
      this.statement('COMMIT').run();
      return result;
    } catch (error) {
      Object.assign(this.writer, { lastSeq, staleSeen });
      if (this.db.inTransaction) this.statement('ROLLBACK').run();
      throw error;
    }
  }

  /**
   * Applies one list of changes; returns what to tell its sender once the transaction is durable. Everything that can
   * refuse it is looked at before the first write, so a refusal leaves nothing to undo (a savepoint would copy every
   * page it touches).
   */
  private applyOne({ changes, resolve }: Waiting): () => void {
    const conflict = this.writer.findConflict(changes);
    if (conflict) return () => resolve({ ok: false, conflict });
    const committed = changes.map(change => this.writer.apply(change));
    const position = this.writer.lastSeq;
    return () => resolve({ ok: true, committed, position });
  }

  // Reading

  async read(type: string, id: string, access: Readable, asOf?: number): Promise<Current | undefined> {
    if (asOf !== undefined) return this.versions(readAsOfSql(type, id, access, asOf))[0];
    const h = refHash(`${type}/${id}`);
    const row = this.statement(currentQuery(access)).get(h, ...access.values) as CurrentRow | undefined;
    return row && row.type === type && row.id === id ? toCurrent(row) : undefined;
  }

  private get<T>(query: Sql): T | undefined {
    return this.statement(query.text).get(...query.values) as T | undefined;
  }

  private versions(query: Sql): readonly Version[] {
    return (this.statement(query.text).all(...query.values) as VersionRow[]).map(toVersion);
  }

  async readVersion(type: string, id: string, versionId: number, access: Readable): Promise<Version | undefined> {
    return this.versions(readVersionSql(type, id, versionId, access))[0];
  }

  async history(scope: HistoryScope, access: Readable): Promise<readonly Version[]> {
    return this.versions(historySql(scope, access));
  }

  async historyCount(scope: Omit<HistoryScope, 'beforeSeq' | 'afterSeq' | 'limit'>, access: Readable): Promise<number> {
    return this.get<{ n: number }>(historyCountSql(scope, access))!.n;
  }

  async select(query: Sql, options: { budgetMs?: number } = {}): Promise<readonly Row[]> {
    const { budgetMs } = options;
    const here = () => this.statement(query.text).all(...query.values) as Row[];
    if (budgetMs === undefined || budgetMs <= quickMs || !this.slow) return this.withBudget(budgetMs, here);
    try {
      return this.withBudget(quickMs, here);
    } catch (error) {
      if (!(error instanceof QueryTimeoutError)) throw error;
      return this.slow.select(query, budgetMs).catch(failure => {
        if (failure instanceof QueryTimeoutError) throw failure;
        // Without the thread the answer is still right, only not beside others.
        return this.withBudget(budgetMs, here);
      });
    }
  }

  async *stream(query: Sql, options: { budgetMs?: number; chunk?: number } = {}): AsyncIterable<readonly Row[]> {
    const size = options.chunk ?? 100;
    const connection = this.streamConnection();
    if (!connection) {
      yield await this.select(query, options);
      return;
    }
    // A statement that is being iterated cannot be used by anybody else: take one of its own.
    const rows = connection.prepare(query.text).iterate(...query.values) as IterableIterator<Row>;
    try {
      for (;;) {
        const chunk = this.withBudget(options.budgetMs, () => {
          const taken: Row[] = [];
          while (taken.length < size) {
            const next = rows.next();
            if (next.done) break;
            taken.push(next.value);
          }
          return taken;
        });
        if (chunk.length > 0) yield chunk;
        if (chunk.length < size) return;
        await new Promise(resolve => setImmediate(resolve));
      }
    } finally {
      rows.return?.();
    }
  }

  private withBudget<T>(budgetMs: number | undefined, work: () => T): T {
    this.deadline = budgetMs ? performance.now() + budgetMs : Number.POSITIVE_INFINITY;
    try {
      return work();
    } finally {
      this.deadline = Number.POSITIVE_INFINITY;
    }
  }

  async state(): Promise<StoreState> {
    this.refresh();
    return { position: this.writer.lastSeq, stale: this.writer.staleSeen > 0 };
  }

  // Housekeeping

  async stale(before: number, limit: number): Promise<readonly Version[]> {
    return this.versions(staleSql(before, limit));
  }

  async addRows(versions: readonly { readonly seq: number; readonly rows: readonly IndexRow[] }[]): Promise<void> {
    const add = this.db.transaction(() => {
      for (const { seq, rows } of versions) {
        for (const row of rows) this.statement(this.insertTexts.get(row.table)!).run(...row.values, seq);
      }
    });
    add.immediate();
  }

  async purge(versions: readonly { readonly seq: number; readonly rows: readonly IndexRow[] }[]): Promise<void> {
    const remove = this.db.transaction(() => {
      for (const { seq, rows } of versions) {
        for (const row of rows) {
          const { statement, key } = this.deletes.get(row.table)!;
          statement.run(...row.values.slice(0, key), seq);
        }
        this.statement(
          'DELETE FROM index_resource WHERE (type, last_updated, seq) IN (SELECT type, last_updated, seq FROM version WHERE seq = ?)',
        ).run(seq);
        this.statement('DELETE FROM stale WHERE seq = ?').run(seq);
      }
    });
    remove.immediate();
    this.writer.lookForStale();
  }

  async secret(name: string): Promise<Uint8Array> {
    this.statement('INSERT OR IGNORE INTO secret (name, value) VALUES (?, ?)').run(name, crypto.randomBytes(32));
    return this.db.prepare('SELECT value FROM secret WHERE name = ?').pluck().get(name) as Buffer;
  }

  async close(): Promise<void> {
    if (this.waiting.length > 0) this.flush();
    this.streams?.close();
    await this.slow?.close();
    this.termsFile.close();
    this.db.pragma('wal_checkpoint(TRUNCATE)');
    this.db.close();
  }
}
