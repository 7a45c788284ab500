/**
 * SqliteStore: the Store on one SQLite file (better-sqlite3, WAL, synchronous=FULL).
 * Commits that wait together share one transaction and one fsync, each in a savepoint of its own; nothing is
 * acknowledged before that fsync.
 * @see https://www.sqlite.org/wal.html
 */
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { stamp } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import { contentHash, refHash } from './hash.ts';
import {
  deleteRow,
  historyCountSql,
  historySql,
  insertRow,
  readSql,
  readVersionSql,
  staleSql,
  toVersion,
  type VersionRow,
  versionColumns,
} from './rows.ts';
import type { Sql } from './sql.ts';
import { sql } from './sql.ts';
import { asStoreError, assertLibrary, isDiskFull, migrate, prepareFile } from './sqlite-file.ts';
import {
  type Change,
  type CommitResult,
  type Committed,
  type Conflict,
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

class ConflictFound extends Error {
  readonly conflict: Conflict;
  constructor(conflict: Conflict) {
    super('conflict');
    this.conflict = conflict;
  }
}

/**
 * Opens or makes the database.
 * @throws Error when the SQLite library is too old, the file is newer than this program, or cannot be opened
 */
export function openSqlite(options: SqliteOptions): Store {
  return new SqliteStore(options);
}

class SqliteStore implements Store {
  private readonly db: Database.Database;
  private readonly now: () => number;
  private readonly statements = new Map<string, Database.Statement<unknown[], unknown>>();
  private readonly inserts: ReadonlyMap<string, Database.Statement<unknown[], unknown>>;
  private readonly deletes: ReadonlyMap<string, { statement: Database.Statement<unknown[], unknown>; key: number }>;
  private waiting: Waiting[] = [];
  private lastSeq = 0;
  private staleCount = 0;
  private dataVersion = -1;
  private deadline = Number.POSITIVE_INFINITY;
  private streams: Database.Database | undefined;
  private readonly file: string;

  constructor({ file, tables, now }: SqliteOptions) {
    this.now = now;
    this.file = file;
    if (file !== ':memory:') fs.mkdirSync(path.dirname(file), { recursive: true });
    this.db = new Database(file);
    assertLibrary(this.db);
    prepareFile(this.db);
    migrate(this.db, tables);
    this.addBudget(this.db);
    this.inserts = new Map(tables.map(table => [table.name, this.db.prepare(insertRow(table))]));
    this.deletes = new Map(
      tables.map(table => [table.name, { statement: this.db.prepare(deleteRow(table)), key: table.key }]),
    );
    this.refresh();
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

  private get<T>(query: Sql): T | undefined {
    return this.statement(query.text).get(...query.values) as T | undefined;
  }

  private run(query: Sql): void {
    this.statement(query.text).run(...query.values);
  }

  async ready(): Promise<void> {}

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
    const positionBefore = this.lastSeq;
    const staleBefore = this.staleCount;
    const answers: (() => void)[] = [];
    try {
      this.db.exec('BEGIN IMMEDIATE');
      this.refresh();
      for (const one of group) answers.push(this.applyOne(one));
      this.db.exec('COMMIT');
    } catch (error) {
      this.lastSeq = positionBefore;
      this.staleCount = staleBefore;
      if (this.db.inTransaction) this.db.exec('ROLLBACK');
      const reason = asStoreError(error);
      for (const one of group) one.reject(reason);
      return;
    }
    for (const answer of answers) answer();
  }

  /** Another process that shares the file may have written: its commits count as well. */
  private refresh(): void {
    const version = this.get<{ data_version: number }>(sql`PRAGMA data_version`)!.data_version;
    if (version === this.dataVersion) return;
    const row = this.get<{ last: number; stale: number }>(
      sql`SELECT (SELECT coalesce(max(seq), 0) FROM version) AS last, (SELECT count(*) FROM stale) AS stale`,
    )!;
    this.lastSeq = row.last;
    this.staleCount = row.stale;
    this.dataVersion = version;
  }

  /** Applies one list of changes in a savepoint; returns what to tell its sender once the transaction is durable. */
  private applyOne({ changes, resolve, reject }: Waiting): () => void {
    const positionBefore = this.lastSeq;
    const staleBefore = this.staleCount;
    this.db.exec('SAVEPOINT change');
    try {
      for (const [index, change] of changes.entries()) this.checkPreconditions(change, index);
      const committed = changes.map((change, index) => this.apply(change, index));
      this.db.exec('RELEASE change');
      const position = this.lastSeq;
      return () => resolve({ ok: true, committed, position });
    } catch (error) {
      if (isDiskFull(error) || !this.db.inTransaction) throw error;
      this.db.exec('ROLLBACK TO change; RELEASE change');
      this.lastSeq = positionBefore;
      this.staleCount = staleBefore;
      if (error instanceof ConflictFound) return () => resolve({ ok: false, conflict: error.conflict });
      return () => reject(error);
    }
  }

  private checkPreconditions(change: Change, index: number): void {
    for (const precondition of change.preconditions) {
      if (!this.holds(precondition)) throw new ConflictFound({ change: index, precondition });
    }
  }

  private holds(precondition: Change['preconditions'][number]): boolean {
    if (precondition.kind === 'matches') {
      const rows = this.statement(precondition.query.text).all(...precondition.query.values) as { id: string }[];
      return rows.length === precondition.ids.length && rows.every(row => precondition.ids.includes(row.id));
    }
    const current = this.current(precondition.type, precondition.id);
    const versionId = current && !current.deleted ? current.version_id : 0;
    return precondition.kind === 'exists' ? versionId > 0 : versionId === precondition.versionId;
  }

  private current(type: string, id: string) {
    const row = this.get<{
      type: string;
      id: string;
      seq: number;
      version_id: number;
      last_updated: number;
      deleted: number;
    }>(
      sql`SELECT type, id, seq, version_id, last_updated, deleted FROM resource WHERE h = ${refHash(`${type}/${id}`)}`,
    );
    if (row && (row.type !== type || row.id !== id))
      throw new FhirError('conflict', {
        en: `The id ${id} cannot be used here; choose another one`,
        ja: `ID「${id}」は使えません。別の ID にしてください`,
      });
    return row;
  }

  private apply(change: Change, index: number): Committed {
    const { type, id, template } = change;
    const current = this.current(type, id);
    if (current && change.mustBeNew) throw new ConflictFound({ change: index, precondition: { kind: 'new' } });
    const alive = current && !current.deleted;
    if (!template && !alive) return { outcome: 'absent', ...(current && { version: this.versionAt(current.seq) }) };
    const content = template ? contentHash(template) : 0n;
    if (template && alive && !change.always && this.sameContent(current.seq, content))
      return { outcome: 'unchanged', version: this.versionAt(current.seq)! };

    const versionId = (current?.version_id ?? 0) + 1;
    // A clock that was set back must not let lastUpdated go back along the versions of a resource.
    const lastUpdated = Math.max(this.now(), current?.last_updated ?? 0);
    const seq = ++this.lastSeq;
    const text = template ? stamp(template, versionId, new Date(lastUpdated).toISOString()) : '';
    const h = refHash(`${type}/${id}`);
    if (current) this.supersede(current.seq, seq, Boolean(alive), lastUpdated);
    this.insertVersion(change, { seq, h, versionId, lastUpdated, content });
    this.run(
      sql`INSERT INTO resource (h, type, id, seq, version_id, last_updated, deleted)
        VALUES (${h}, ${type}, ${id}, ${seq}, ${versionId}, ${lastUpdated}, ${template ? 0 : 1})
        ON CONFLICT (h) DO UPDATE SET seq = excluded.seq, version_id = excluded.version_id,
          last_updated = excluded.last_updated, deleted = excluded.deleted`,
    );
    if (template) {
      this.run(sql`INSERT INTO body (seq, text) VALUES (${seq}, ${text})`);
      this.run(sql`INSERT INTO index_resource (type, last_updated, seq) VALUES (${type}, ${lastUpdated}, ${seq})`);
      for (const row of change.rows) this.inserts.get(row.table)!.run(...row.values, seq);
    }
    const version: Version = { type, id, versionId, lastUpdated, deleted: !template, seq, method: change.method, text };
    return { outcome: template ? (alive ? 'updated' : 'created') : 'deleted', version };
  }

  private insertVersion(
    { type, id, template, method, access }: Change,
    at: { seq: number; h: bigint; versionId: number; lastUpdated: number; content: bigint },
  ): void {
    const persons = access.persons.map(refHash);
    this.run(
      sql`INSERT INTO version (seq, h, type, id, version_id, last_updated, deleted, method, content_hash, person, author, class, released_at)
        VALUES (${at.seq}, ${at.h}, ${type}, ${id}, ${at.versionId}, ${at.lastUpdated}, ${template ? 0 : 1}, ${method}, ${at.content},
          ${persons[0] ?? null}, ${access.authorOrganization === null ? null : refHash(access.authorOrganization)},
          ${access.informationClass}, ${access.releasedAt})`,
    );
    if (persons.length > 1)
      for (const person of new Set(persons))
        this.run(sql`INSERT INTO resource_person (h, seq) VALUES (${person}, ${at.seq})`);
  }

  /** The old version keeps its index rows until it is purged; until then searches exclude it by the table `stale`. */
  private supersede(oldSeq: number, seq: number, hadRows: boolean, since: number): void {
    this.run(sql`UPDATE version SET end_seq = ${seq} WHERE seq = ${oldSeq}`);
    if (!hadRows) return;
    this.run(sql`INSERT INTO stale (seq, end_seq, since) VALUES (${oldSeq}, ${seq}, ${since})`);
    this.staleCount++;
  }

  private sameContent(seq: number, content: bigint): boolean {
    return this.get(sql`SELECT 1 FROM version WHERE seq = ${seq} AND content_hash = ${content}`) !== undefined;
  }

  private versionAt(seq: number): Version | undefined {
    const row = this.statement(
      `SELECT ${versionColumns} FROM version v LEFT JOIN body b ON b.seq = v.seq WHERE v.seq = ?`,
    ).get(seq);
    return row ? toVersion(row as VersionRow) : undefined;
  }

  // Reading

  private versionOf(query: Sql): Version | undefined {
    const row = this.get<VersionRow>(query);
    return row && toVersion(row);
  }

  private all<T>(query: Sql): readonly T[] {
    return this.statement(query.text).all(...query.values) as T[];
  }

  async read(type: string, id: string, access: Readable, asOf?: number): Promise<Version | undefined> {
    return this.versionOf(readSql(type, id, access, asOf));
  }

  async readVersion(type: string, id: string, versionId: number, access: Readable): Promise<Version | undefined> {
    return this.versionOf(readVersionSql(type, id, versionId, access));
  }

  async history(scope: HistoryScope, access: Readable): Promise<readonly Version[]> {
    return this.all<VersionRow>(historySql(scope, access)).map(toVersion);
  }

  async historyCount(scope: Omit<HistoryScope, 'beforeSeq' | 'limit'>, access: Readable): Promise<number> {
    return this.get<{ n: number }>(historyCountSql(scope, access))!.n;
  }

  async select(query: Sql, options: { budgetMs?: number } = {}): Promise<readonly Row[]> {
    return this.withBudget(options.budgetMs, () => this.statement(query.text).all(...query.values) as Row[]);
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
    return { position: this.lastSeq, stale: this.staleCount > 0 };
  }

  // Housekeeping

  async stale(before: number, limit: number): Promise<readonly Version[]> {
    return this.all<VersionRow>(staleSql(before, limit)).map(toVersion);
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
      return this.db.prepare('SELECT count(*) FROM stale').pluck().get() as number;
    });
    this.staleCount = remove.immediate();
  }

  async secret(name: string): Promise<Uint8Array> {
    this.statement('INSERT OR IGNORE INTO secret (name, value) VALUES (?, ?)').run(name, crypto.randomBytes(32));
    return this.db.prepare('SELECT value FROM secret WHERE name = ?').pluck().get(name) as Buffer;
  }

  async close(): Promise<void> {
    if (this.waiting.length > 0) this.flush();
    this.streams?.close();
    this.db.pragma('wal_checkpoint(TRUNCATE)');
    this.db.close();
  }
}
