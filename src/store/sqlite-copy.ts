/**
 * An SQLite file as one end of a move.
 */
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import {
  assertFollows,
  type CopyRow,
  type CopySide,
  copyQuery,
  countsQuery,
  forgetIndexQuery,
  type IndexedVersion,
  toCopied,
} from './copy.ts';
import { refHash } from './hash.ts';
import { migrate, prepareFile } from './sqlite-file.ts';
import { SqliteIndexRows } from './sqlite-index-rows.ts';
import type { IndexTable } from './store.ts';

/** Opens a file for copying: to be read only, or made when it is not there. */
export function openSqliteCopy(file: string, tables: readonly IndexTable[], use: 'read' | 'write'): CopySide {
  if (use === 'write') fs.mkdirSync(path.dirname(file), { recursive: true });
  const db = new Database(file, use === 'read' ? { readonly: true, fileMustExist: true } : {});
  db.defaultSafeIntegers(true);
  if (use === 'write') {
    db.defaultSafeIntegers(false);
    prepareFile(db);
    migrate(db, tables);
    db.defaultSafeIntegers(true);
  }
  const last = () => Number(db.prepare('SELECT coalesce(max(seq), 0) FROM version').pluck().get());
  const indexRows = new SqliteIndexRows(db, tables);
  const write = use === 'write' ? createWriter(db, indexRows) : () => {};
  return {
    last: async () => last(),
    read: async (after, limit) => (db.prepare(copyQuery).all(after, limit) as CopyRow[]).map(toCopied),
    async forgetIndex() {
      db.prepare(forgetIndexQuery).run();
    },
    async write(versions) {
      assertFollows(versions, last());
      const all = db.transaction(() => {
        for (const version of versions) write(version);
        indexRows.write();
      });
      try {
        all.immediate();
      } finally {
        indexRows.forget();
      }
    },
    async counts(upTo) {
      const row = db.prepare(countsQuery).get(upTo, upTo) as { versions: bigint; resources: bigint };
      return { versions: Number(row.versions), resources: Number(row.resources) };
    },
    async secrets() {
      return db.prepare('SELECT name, value FROM secret').raw().all() as [string, Buffer][];
    },
    async writeSecrets(secrets) {
      const put = db.prepare('INSERT OR REPLACE INTO secret (name, value) VALUES (?, ?)');
      for (const [name, value] of secrets) put.run(name, value);
    },
    async close() {
      if (use === 'write') db.pragma('wal_checkpoint(TRUNCATE)');
      db.close();
    },
  };
}

/** Writes one version and what follows from it. */
function createWriter(db: Database.Database, indexRows: SqliteIndexRows): (version: IndexedVersion) => void {
  const statement = (text: string) => db.prepare<unknown[], { seq: bigint }>(text);
  const find = statement('SELECT seq FROM version WHERE h = ? ORDER BY version_id DESC LIMIT 1');
  const end = statement('UPDATE version SET end_seq = ? WHERE seq = ?');
  const stale = statement(`INSERT INTO stale (seq, end_seq, since)
    SELECT v.seq, ?, ? FROM version v JOIN index_resource r ON (r.type, r.last_updated, r.seq) = (v.type, v.last_updated, v.seq) WHERE v.seq = ?`);
  const addVersion =
    statement(`INSERT INTO version (seq, h, type, id, version_id, last_updated, deleted, method, content_hash, person, author, class, released_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const addPerson = statement('INSERT INTO resource_person (h, seq) VALUES (?, ?)');
  const keepPersons = statement('INSERT INTO resource_person (h, seq) SELECT h, ? FROM resource_person WHERE seq = ?');
  const addBody = statement('INSERT INTO body (seq, text) VALUES (?, ?)');
  const addIndexed = statement('INSERT INTO index_resource (type, last_updated, seq) VALUES (?, ?, ?)');
  return version => {
    const { seq, type, id, versionId, lastUpdated, persons } = version;
    const h = refHash(`${type}/${id}`);
    const deleted = version.deleted ? 1 : 0;
    const old = find.get(h);
    if (old) end.run(seq, old.seq);
    if (old) stale.run(seq, lastUpdated, old.seq);
    const facts = [version.content, version.person, version.author, version.informationClass, version.releasedAt];
    addVersion.run(seq, h, type, id, versionId, lastUpdated, deleted, version.method, ...facts);
    // A deletion has no text to find its persons in: they are those of the version before it.
    if (version.deleted && old) keepPersons.run(seq, old.seq);
    else if (persons.length > 1) for (const person of persons) addPerson.run(person, seq);
    if (!version.deleted) addBody.run(seq, version.text);
    if (version.rows) addIndexed.run(type, lastUpdated, seq);
    if (version.rows) indexRows.add(version.rows, seq);
  };
}
