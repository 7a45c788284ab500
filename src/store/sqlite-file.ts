/**
 * Opening an SQLite file safely: library version, journal mode, durability, migrations.
 * @see https://www.sqlite.org/pragma.html
 */
import type Database from 'better-sqlite3';
import { DiskFullError, type IndexTable, UnavailableError } from './store.ts';
import { assertIdentifier, indexesOf, indexTableDdl, migrations } from './tables.ts';

/** WAL databases could be corrupted by earlier versions; @see https://www.sqlite.org/releaselog/3_51_3.html */
const oldestSqlite = [3, 51, 3] as const;

/** Refuses a library with the WAL corruption bug. */
export function assertLibrary(db: Database.Database): void {
  const version = db.prepare('SELECT sqlite_version()').pluck().get() as string;
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const [a, b, c] = oldestSqlite;
  if (major < a || (major === a && (minor < b || (minor === b && patch < c))))
    throw new Error(
      `SQLite ${version} can corrupt databases in WAL mode; ${oldestSqlite.join('.')} or newer is needed (npm ci installs it)`,
    );
}

/**
 * Lets a connection read the file where the system holds it, without copies, as far as SQLite can: 2 GiB. Pages behind that are
 * copied into the connection's cache one by one; with half of it, a tenth of the searches among a million resources took twice as long.
 */
export function mapFile(db: Database.Database): void {
  db.pragma('mmap_size = 2147418112');
}

/** Sets journal mode, durability and caches of a connection that writes. */
export function prepareFile(db: Database.Database, bulk = false): void {
  // Resources of 2 kB leave less of a page unused than with 8 kB pages: 6 % of the file. Counts for new files only.
  db.pragma('page_size = 16384');
  db.pragma('busy_timeout = 5000');
  if (!['wal', 'memory'].includes(db.pragma('journal_mode = WAL', { simple: true }) as string))
    throw new Error('the database cannot be switched to WAL mode; is the folder on a network drive?');
  db.pragma('synchronous = FULL');
  db.pragma('cache_size = -65536');
  // Pages of a mapped file count as the program's own memory.
  if (bulk) db.pragma('mmap_size = 0');
  else mapFile(db);
  db.pragma('temp_store = MEMORY');
  db.pragma(`journal_size_limit = ${bulk ? 268_435_456 : 134_217_728}`);
  // A page that many commits change is copied to the file once in 128 MB of journal, not once in 16 (a flush of documents changes a
  // thousand pages, most of them again and again); in bulk once in 256.
  db.pragma(`wal_autocheckpoint = ${bulk ? 16_000 : 8000}`);
  if (db.pragma('synchronous', { simple: true }) !== 2) throw new Error('SQLite refuses synchronous=FULL');
}

/** Brings the file to the newest layout in one transaction. */
export function migrate(db: Database.Database, tables: readonly IndexTable[]): void {
  for (const table of tables)
    for (const name of [table.name, ...table.columns.map(column => column.name)]) assertIdentifier(name);
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version > migrations.length)
    throw new Error(
      `the database has layout ${version}, this program knows up to ${migrations.length}; start a newer Engawa`,
    );
  const names = tables.flatMap(table => [table.name, ...indexesOf(table).keys()]);
  const isThere = db.prepare('SELECT 1 FROM sqlite_master WHERE name = ?');
  if (version === migrations.length && names.every(name => isThere.get(name))) return;
  db.transaction(() => {
    // Another process that was started at the same moment may have been first.
    const version = db.pragma('user_version', { simple: true }) as number;
    for (const step of migrations.slice(version)) for (const statement of step) db.exec(statement);
    for (const table of tables) db.exec(indexTableDdl(table));
    db.pragma(`user_version = ${migrations.length}`);
  }).immediate();
}

/** True when SQLite could not write because there is no room (or the device fails). */
export function isDiskFull(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? '';
  return code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR');
}

/** An error of the driver as the store's own: a full disk, or another process that keeps the file to itself; others stay. */
export function asStoreError(error: unknown): unknown {
  if (isDiskFull(error)) return new DiskFullError('the disk is full');
  const code = (error as { code?: string }).code ?? '';
  return code.startsWith('SQLITE_BUSY') ? new UnavailableError('another process keeps the database to itself') : error;
}
