/**
 * Housekeeping of an SQLite database: index rows of versions that are there already, added, removed or forgotten; notes and
 * secrets.
 */
import crypto from 'node:crypto';
import type Database from 'better-sqlite3';
import { deleteOfVersion, deleteRow } from './rows.ts';
import { SqliteIndexRows } from './sqlite-index-rows.ts';
import type { IndexRow, IndexTable } from './store.ts';
import { keyColumns, leadsWithSeq } from './tables.ts';

/** A version with index rows. */
interface IndexedRows {
  readonly seq: number;
  readonly rows: readonly IndexRow[];
}

type Statement = Database.Statement<unknown[], unknown>;

/** Does the housekeeping, each piece in a transaction of its own. */
export class SqliteHousekeeping {
  private readonly db: Database.Database;
  private readonly tables: readonly IndexTable[];
  private readonly rows: SqliteIndexRows;
  private readonly deletes: ReadonlyMap<string, { statement: Statement; key: number }>;

  constructor(db: Database.Database, tables: readonly IndexTable[]) {
    this.db = db;
    this.tables = tables;
    this.rows = new SqliteIndexRows(db, tables);
    this.deletes = new Map(
      tables
        .filter(table => !table.shared && !leadsWithSeq(table))
        .map(table => [table.name, { statement: db.prepare(deleteRow(table)), key: table.key }]),
    );
  }

  /** Versions that were purged since their rows were made are left out: nothing would take the rows away again. */
  addRows(versions: readonly IndexedRows[]): void {
    const indexed = this.db.prepare(
      'SELECT 1 FROM version v WHERE v.seq = ? AND v.deleted = 0 AND (v.end_seq IS NULL OR EXISTS (SELECT 1 FROM stale s WHERE s.seq = v.seq))',
    );
    const whole = this.tables.filter(leadsWithSeq).map(table => this.db.prepare(deleteOfVersion(table)));
    const add = this.db.transaction(() => {
      for (const { seq, rows } of versions) {
        if (!indexed.get(seq)) continue;
        for (const statement of whole) statement.run(seq);
        this.rows.add(rows, seq);
      }
      this.rows.write();
    });
    try {
      add.immediate();
    } finally {
      this.rows.forget();
    }
  }

  purge(versions: readonly IndexedRows[]): void {
    const fromType = this.db.prepare(
      'DELETE FROM index_resource WHERE (type, last_updated, seq) IN (SELECT type, last_updated, seq FROM version WHERE seq = ?)',
    );
    const whole = this.tables.filter(leadsWithSeq).map(table => this.db.prepare(deleteOfVersion(table)));
    const fromStale = this.db.prepare('DELETE FROM stale WHERE seq = ?');
    const remove = this.db.transaction(() => {
      for (const { seq, rows } of versions) {
        for (const row of rows) {
          const found = this.deletes.get(row.table);
          if (found) found.statement.run(...row.values.slice(0, found.key), seq);
        }
        for (const statement of whole) statement.run(seq);
        fromType.run(seq);
        fromStale.run(seq);
      }
    });
    remove.immediate();
  }

  forget(params: readonly number[], limit: number): number {
    const remove = this.db.transaction(() => {
      let removed = 0;
      for (const table of this.tables.filter(one => one.columns[0]?.name === 'param')) {
        const key = keyColumns(table).join(', ');
        const text = `DELETE FROM ${table.name} WHERE (${key}) IN (SELECT ${key} FROM ${table.name} WHERE param = ? LIMIT ${limit})`;
        const statement = this.db.prepare(text);
        for (const param of params) removed += statement.run(param).changes;
      }
      return removed;
    });
    return remove.immediate();
  }

  tidy(): void {
    const kept = new Set(['index_resource', ...this.tables.map(table => table.name)]);
    const names = this.db
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'index\\_%' ESCAPE '\\'")
      .pluck()
      .all() as string[];
    for (const name of names) if (!kept.has(name)) this.db.exec(`DROP TABLE ${name}`);
  }

  note(name: string): string | undefined {
    return this.db.prepare('SELECT value FROM note WHERE name = ?').pluck().get(name) as string | undefined;
  }

  setNote(name: string, text: string): void {
    this.db.prepare('INSERT OR REPLACE INTO note (name, value) VALUES (?, ?)').run(name, text);
  }

  secret(name: string): Uint8Array {
    this.db.prepare('INSERT OR IGNORE INTO secret (name, value) VALUES (?, ?)').run(name, crypto.randomBytes(32));
    return this.db.prepare('SELECT value FROM secret WHERE name = ?').pluck().get(name) as Buffer;
  }
}
