/**
 * Imported terminology masters, in an SQLite file of their own in the data folder. They are looked up without waiting,
 * thousands of times a search: so each node has them in a file, which on SQLite is the place where they are kept, and beside
 * PostgreSQL a copy of what the database has. An import does not hold up those who write resources.
 */
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { prepareFile } from './sqlite-file.ts';
import { SqliteTerms } from './sqlite-terms.ts';
import { CopiedTerms, sqliteTermsPlace } from './sqlite-terms-copy.ts';
import { type TermTables, termTables } from './terms.ts';
import type { TermsPlace } from './terms-copy.ts';

/** The masters of a node, and how to close their file. */
export interface TermsFile {
  readonly terms: TermTables;
  /** The same as a place to move from or to. */
  readonly place: TermsPlace;
  close(): void;
}

/** The file of the masters beside a database file, or in a data folder; a database in memory has them in memory. */
export function termsFileBeside(database: string): string {
  return database === ':memory:' ? database : path.join(path.dirname(database), 'terms.db');
}

/** Opens the file. Several processes may have it open; imports wait for one another. */
function openFile(file: string, use: 'serve' | 'import'): Database.Database {
  if (file !== ':memory:') fs.mkdirSync(path.dirname(file), { recursive: true });
  const db = new Database(file);
  prepareFile(db);
  db.pragma('busy_timeout = 5000');
  // A power cut may undo the latest batches of an import, which then is not complete; the file stays in order.
  db.pragma('synchronous = NORMAL');
  if (use === 'import') {
    db.pragma('mmap_size = 0');
    db.pragma('cache_size = -32768');
  }
  db.transaction(() => {
    if (db.pragma('user_version', { simple: true }) !== 0) return;
    for (const statement of termTables) db.exec(statement);
    db.pragma('user_version = 1');
  }).immediate();
  return db;
}

/**
 * Opens or makes the masters of a data folder.
 * @param file `:memory:` for tests
 * @param use import: little memory is taken for what is read
 */
export function openTermsFile(file: string, now: () => number, use: 'serve' | 'import' = 'serve'): TermsFile {
  const db = openFile(file, use);
  const terms = new SqliteTerms(db, now);
  return { terms, place: sqliteTermsPlace(db, terms), close: () => db.close() };
}

/** Opens or makes the file in which a node of a shared database keeps its copies. */
export function openTermsCopy(file: string): { readonly terms: CopiedTerms; close(): void } {
  const db = openFile(file, 'serve');
  return { terms: new CopiedTerms(db), close: () => db.close() };
}

/** Opens the masters of a data folder only to read them. */
export function readTermsFile(file: string): TermsPlace {
  const db = new Database(file, { readonly: true, fileMustExist: true });
  return sqliteTermsPlace(db, new SqliteTerms(db, Date.now));
}
