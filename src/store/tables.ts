/**
 * The tables of a database, as numbered migrations (forward only), and the DDL of the search index tables a store is
 * handed. Why the tables are cut this way: README.md in this folder.
 */
import type { IndexTable } from './store.ts';

/** Versions of the index extractors of databases from before they were noted (search/sources.ts), as the note has them. */
export const firstIndexNote = JSON.stringify({
  number: 1,
  date: 1,
  string: 1,
  token: 1,
  reference: 1,
  composite: 1,
  quantity: 1,
  uri: 1,
  special: 1,
});

/** Steps that bring a database from one layout to the next; the number of the last one is kept in the database. */
export const migrations: readonly (readonly string[])[] = [
  [
    // One row per type/id; h = hash of "Type/id" (store/hash.ts). Collisions are refused on insert by comparing type and id.
    `CREATE TABLE resource (
      h INTEGER PRIMARY KEY, type TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL,
      version_id INTEGER NOT NULL, last_updated INTEGER NOT NULL, deleted INTEGER NOT NULL)`,
    // Every version, narrow; end_seq = position of the version that superseded it; person … released_at feed access rules.
    `CREATE TABLE version (
      seq INTEGER PRIMARY KEY, h INTEGER NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL,
      version_id INTEGER NOT NULL, last_updated INTEGER NOT NULL, deleted INTEGER NOT NULL, method TEXT NOT NULL,
      content_hash INTEGER NOT NULL, end_seq INTEGER,
      person INTEGER, author INTEGER, class INTEGER NOT NULL, released_at INTEGER)`,
    'CREATE UNIQUE INDEX version_of_resource ON version (h, version_id)',
    'CREATE INDEX version_of_type ON version (type, seq)',
    'CREATE TABLE body (seq INTEGER PRIMARY KEY, text TEXT NOT NULL)',
    // Persons of versions that belong to more than one.
    'CREATE TABLE resource_person (h INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (h, seq)) WITHOUT ROWID',
    // Versions that are not deleted and still have index rows, by type and time: "all of a type" and _lastUpdated.
    `CREATE TABLE index_resource (
      type TEXT NOT NULL, last_updated INTEGER NOT NULL, seq INTEGER NOT NULL,
      PRIMARY KEY (type, last_updated, seq)) WITHOUT ROWID`,
    // Superseded versions whose index rows are still there, so that open page sequences keep seeing their moment.
    'CREATE TABLE stale (seq INTEGER PRIMARY KEY, end_seq INTEGER NOT NULL, since INTEGER NOT NULL)',
    'CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL)',
  ],
  // Imported terminology masters were here before they got a file of their own: sqlite-terms-file.ts.
  [],
  // A deletion looks up the persons of the version before it.
  ['CREATE INDEX resource_person_of_version ON resource_person (seq)'],
  [
    // The newest row of version_of_resource says what this table said.
    'DROP TABLE resource',
    // What the program remembers of this database: how far an index is built.
    'CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID',
    `INSERT INTO note SELECT 'index versions', '${firstIndexNote}' WHERE EXISTS (SELECT 1 FROM version)`,
    // Second indexes lead with seq now, so that they grow at their end.
    ...['reference', 'date', 'string', 'number', 'quantity'].map(name => `DROP INDEX IF EXISTS index_${name}_by_seq`),
  ],
];

/** Columns of an index table's key, in order. */
export function keyColumns(table: IndexTable): readonly string[] {
  const keys = table.columns.slice(0, table.key).map(column => column.name);
  if (table.shared) return keys;
  const before = keys.length - (table.afterSeq ?? 0);
  return [...keys.slice(0, before), 'seq', ...keys.slice(before)];
}

/** True when the key begins with the version: the table says what is known of a version as a whole. */
export const leadsWithSeq = (table: IndexTable): boolean => !table.shared && table.key === (table.afterSeq ?? 0);

/** The indexes of an index table beside its key, by name, with what makes each of them if it is not there. */
export function indexesOf({ name, columns, bySeq, some }: IndexTable): ReadonlyMap<string, string> {
  const made = new Map<string, string>();
  const make = (suffix: string, rest: string) =>
    made.set(`${name}_${suffix}`, `CREATE INDEX IF NOT EXISTS ${name}_${suffix} ON ${name} ${rest}`);
  if (bySeq) make('of_seq', `(seq, ${columns[0]!.name})`);
  if (some) make('some', `(${some.columns.join(', ')})${some.where === undefined ? '' : ` WHERE ${some.where}`}`);
  return made;
}

/** The statement that makes a search index table, if it is not there. */
export function indexTableDdl(table: IndexTable): string {
  const columns = [
    ...table.columns.map(column => `${column.name} ${column.type}`),
    ...(table.shared ? [] : ['seq INTEGER NOT NULL']),
  ];
  const make = `CREATE TABLE IF NOT EXISTS ${table.name} (${columns.join(', ')}, PRIMARY KEY (${keyColumns(table).join(', ')})) WITHOUT ROWID`;
  return [make, ...indexesOf(table).values()].join('; ');
}

/** Table and column names are written into SQL; they come from the program, never from a request. */
export function assertIdentifier(name: string): void {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`not an SQL identifier: ${name}`);
}
