/**
 * Imported terminology masters beside a PostgreSQL database: a small SQLite file in the node's data folder. They are looked up
 * without waiting, thousands of times a search, and can be imported again at any time; so each node keeps its own.
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

/** Opens or makes the file; `:memory:` for tests. */
export function openTermsFile(file: string, now: () => number): TermsFile {
  if (file !== ':memory:') fs.mkdirSync(path.dirname(file), { recursive: true });
  const db = new Database(file);
  prepareFile(db);
  db.transaction(() => {
    if (db.pragma('user_version', { simple: true }) !== 0) return;
    for (const statement of termTables) db.exec(statement);
    db.pragma('user_version = 1');
  }).immediate();
  return { terms: new SqliteTerms(db, now), close: () => db.close() };
}
