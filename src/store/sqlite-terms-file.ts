/**
 * Imported terminology masters, in an SQLite file of their own in the data folder, whatever the database is. They are looked
 * up without waiting, thousands of times a search, and can be imported again at any time: so each node keeps its own, an
 * import does not hold up those who write resources, and a backup of the resources stays small.
 */
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { prepareFile } from './sqlite-file.ts';
import { SqliteTerms } from './sqlite-terms.ts';
import { type TermTables, termTables } from './terms.ts';

/** The masters of a node, and how to close their file. */
export interface TermsFile {
  readonly terms: TermTables;
  close(): void;
}

/** The file of the masters beside a database file, or in a data folder; a database in memory has them in memory. */
export function termsFileBeside(database: string): string {
  return database === ':memory:' ? database : path.join(path.dirname(database), 'terms.db');
}

/**
 * Opens or makes the file. Several processes may have it open; imports wait for one another.
 * @param file `:memory:` for tests
 * @param use import: little memory is taken for what is read
 */
export function openTermsFile(file: string, now: () => number, use: 'serve' | 'import' = 'serve'): TermsFile {
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
  return { terms: new SqliteTerms(db, now), close: () => db.close() };
}
