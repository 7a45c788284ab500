/**
 * SqliteStore: the Store on one SQLite file (better-sqlite3, WAL, synchronous=FULL).
 * Commits that wait together share one transaction and one fsync; nothing is acknowledged before that fsync.
 * @see https://www.sqlite.org/wal.html
 */
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { refHash } from './hash.ts';
import { type CurrentRow, toCurrent } from './rows.ts';
import type { Sql } from './sql.ts';
import { SqliteCommits } from './sqlite-commits.ts';
import { assertLibrary, isDiskFull, mapFile, migrate, prepareFile } from './sqlite-file.ts';
import { SqliteHousekeeping } from './sqlite-housekeeping.ts';
import { SlowReader } from './sqlite-slow-reader.ts';
import { openTermsFile, type TermsFile, termsFileBeside } from './sqlite-terms-file.ts';
import { Turns } from './sqlite-turns.ts';
import { SqliteWriter } from './sqlite-writer.ts';
import {
  type Change,
  type CommitResult,
  type Current,
  type IndexRow,
  QueryTimeoutError,
  type Readable,
  type Row,
  type Store,
  type StoreOptions,
  type StoreState,
} from './store.ts';
import type { TermTables } from './terms.ts';
import { type VersionReads, versionReads } from './version-reads.ts';

/** Options of {@link openSqlite}. */
export interface SqliteOptions extends StoreOptions {
  /** The database file; `:memory:` for tests. */
  readonly file: string;
  /** Much is written at once by one program that answers nobody: its memory stays small, its journal may grow. */
  readonly bulk?: boolean;
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

/** The newest version of a resource by its hash. */
const newestVersion = `SELECT v.type, v.id, v.seq, v.version_id, v.last_updated, v.deleted, b.text
  FROM version v LEFT JOIN body b ON b.seq = v.seq WHERE v.h = ? AND v.end_seq IS NULL`;

class SqliteStore implements Store {
  readonly terms: TermTables;
  private readonly termsFile: TermsFile;
  private readonly db: Database.Database;
  private readonly writer: SqliteWriter;
  private readonly statements = new Map<string, Database.Statement<unknown[], unknown>>();
  private readonly housekeeping: SqliteHousekeeping;
  private readonly versions: VersionReads;
  readonly readVersion: Store['readVersion'];
  readonly history: Store['history'];
  readonly historyCount: Store['historyCount'];
  readonly stale: Store['stale'];
  private readonly dataVersion: Database.Statement<unknown[], unknown>;
  private seenVersion = -1;
  private readonly commits: SqliteCommits;
  private deadline = Number.POSITIVE_INFINITY;
  private readonly turns = new Turns();
  private streams: Database.Database | undefined;
  private readonly file: string;
  /** Takes over queries that are not quick; a database in memory has none. */
  private readonly slow: SlowReader | undefined;

  constructor({ file, tables, now, bulk = false }: SqliteOptions) {
    this.file = file;
    if (file !== ':memory:') fs.mkdirSync(path.dirname(file), { recursive: true });
    this.db = new Database(file);
    assertLibrary(this.db);
    prepareFile(this.db, bulk);
    migrate(this.db, tables);
    this.addBudget(this.db);
    if (file !== ':memory:') this.slow = new SlowReader(file);
    this.termsFile = openTermsFile(termsFileBeside(file), now);
    this.terms = this.termsFile.terms;
    this.writer = new SqliteWriter(this.db, tables, now, text => this.statement(text));
    this.commits = new SqliteCommits({
      db: this.db,
      writer: this.writer,
      statement: text => this.statement(text),
      refresh: () => this.refresh(),
    });
    this.dataVersion = this.db.prepare('PRAGMA data_version').pluck();
    this.housekeeping = new SqliteHousekeeping(this.db, tables);
    this.versions = versionReads(async query => this.statement(query.text).all(...query.values) as never[]);
    this.readVersion = this.versions.readVersion;
    this.history = this.versions.history;
    this.historyCount = this.versions.historyCount;
    this.stale = this.versions.stale;
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
      mapFile(this.streams);
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
    return this.commits.commit(changes);
  }

  // Reading

  async read(type: string, id: string, access: Readable, asOf?: number): Promise<Current | undefined> {
    if (asOf !== undefined) return this.versions.readAsOf(type, id, access, asOf);
    const h = refHash(`${type}/${id}`);
    const condition = access.always ? '' : ` AND (${access.text})`;
    const row = this.statement(`${newestVersion}${condition} ORDER BY v.version_id DESC LIMIT 1`).get(
      h,
      ...access.values,
    ) as CurrentRow | undefined;
    return row && row.type === type && row.id === id ? toCurrent(row) : undefined;
  }

  async select(query: Sql, options: { budgetMs?: number } = {}): Promise<readonly Row[]> {
    const { budgetMs } = options;
    const turn = this.turns.next();
    if (turn) await turn;
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

  async addRows(versions: readonly { readonly seq: number; readonly rows: readonly IndexRow[] }[]): Promise<void> {
    this.housekeeping.addRows(versions);
  }

  async purge(versions: readonly { readonly seq: number; readonly rows: readonly IndexRow[] }[]): Promise<void> {
    this.housekeeping.purge(versions);
    this.writer.lookForStale();
  }

  async forget(params: readonly number[], limit: number): Promise<number> {
    this.writer.known.forget();
    return this.housekeeping.forget(params, limit);
  }

  async tidy(): Promise<void> {
    this.writer.known.forget();
    this.housekeeping.tidy();
  }

  async note(name: string): Promise<string | undefined> {
    return this.housekeeping.note(name);
  }

  async setNote(name: string, text: string): Promise<void> {
    this.housekeeping.setNote(name, text);
  }

  async secret(name: string): Promise<Uint8Array> {
    return this.housekeeping.secret(name);
  }

  /** On a full disk the journal stays; the next program that opens the file folds it. */
  private foldJournal(): void {
    try {
      this.db.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      if (!isDiskFull(error)) throw error;
    }
  }

  async close(): Promise<void> {
    this.commits.flush();
    this.streams?.close();
    await this.slow?.close();
    this.termsFile.close();
    this.foldJournal();
    this.db.close();
  }
}
