/**
 * Where the masters of a database are: in a file of the data folder, or in PostgreSQL.
 */
import fs from 'node:fs';
import path from 'node:path';
import { isAlive } from './alive.ts';
import { openPool, withClient } from './postgres-connection.ts';
import { migrate } from './postgres-layout.ts';
import { PostgresTermsPlace } from './postgres-terms-place.ts';
import { openTermsFile, readTermsFile } from './sqlite-terms-file.ts';
import type { TermTables } from './terms.ts';
import type { TermsPlace } from './terms-copy.ts';

const noTerms: TermsPlace = {
  editions: async () => [],
  async *parts() {},
  put: () => Promise.reject(new Error('this place is only read')),
  remove: () => Promise.reject(new Error('this place is only read')),
  close: async () => {},
};

/** True for a PostgreSQL URL. */
export const isPostgres = (place: string): boolean => /^postgres(ql)?:\/\//.test(place);

/**
 * Opens the masters of a place: a PostgreSQL URL (its tables are made when they are not there) or a data folder.
 * @param use read: a folder without masters stays as it is; move: nodes that serve are not waited for
 */
export async function openTermsPlace(place: string, use: 'read' | 'write' | 'move'): Promise<TermsPlace> {
  if (isPostgres(place)) return openPostgresTerms(place, use === 'move' ? 0 : undefined);
  const file = path.join(place, 'terms.db');
  if (use !== 'read') return openTermsFile(file, Date.now, 'import').place;
  return fs.existsSync(file) ? readTermsFile(file) : noTerms;
}

async function openPostgresTerms(url: string, noticeMs?: number): Promise<TermsPlace> {
  const pool = openPool(url, 2);
  await withClient(pool, client => migrate(client, []));
  const place = new PostgresTermsPlace(work => withClient(pool, work), noticeMs);
  place.close = () => pool.end();
  return place;
}

/** Removes from a data folder the files of imports whose program was killed. */
export function removeLeftImports(data: string): void {
  if (!fs.existsSync(data)) return;
  for (const name of fs.readdirSync(data)) {
    const pid = /^terms-import-(\d+)\.db(?:-wal|-shm)?$/.exec(name)?.[1];
    // A file of this program's own number is of another that had it before.
    if (pid !== undefined && (Number(pid) === process.pid || !isAlive(Number(pid))))
      fs.rmSync(path.join(data, name), { force: true });
  }
}

/**
 * Runs an import. Into PostgreSQL it goes by way of a file in the data folder that is removed afterwards: what nodes copy is
 * whole before they see it.
 * @param work imports into the tables it is given
 * @param noticeMs how long nodes that serve get to notice what comes; see postgres-terms-place.ts
 */
export async function importTerms<T>(
  { database, data }: { readonly database: string; readonly data: string },
  work: (tables: TermTables) => Promise<T>,
  noticeMs?: number,
): Promise<T> {
  if (database !== '') removeLeftImports(data);
  const file = path.join(data, database === '' ? 'terms.db' : `terms-import-${process.pid}.db`);
  const tables = openTermsFile(file, Date.now, 'import');
  try {
    const result = await work(tables.terms);
    if (database !== '') await publish(tables.place, database, noticeMs);
    return result;
  } finally {
    tables.close();
    if (database !== '') for (const end of ['', '-wal', '-shm']) fs.rmSync(file + end, { force: true });
  }
}

async function publish(from: TermsPlace, database: string, noticeMs: number | undefined): Promise<void> {
  const to = await openPostgresTerms(database, noticeMs);
  try {
    for (const { key, ...facts } of await from.editions()) await to.put(facts, from.parts({ key, ...facts }));
  } finally {
    await to.close();
  }
}
