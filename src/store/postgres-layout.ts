/**
 * The tables on PostgreSQL, as numbered migrations (forward only), and the DDL of the index tables.
 * Every row that belongs to a version carries `place`, the key by which rows can be spread over machines: the hash of the
 * person the resource belongs to, or of the resource itself. See docs/scaling.md.
 */
import { type Connection, query } from './postgres-connection.ts';
import type { IndexTable } from './store.ts';
import { assertIdentifier, firstIndexNote, indexesOf, keyColumns } from './tables.ts';

/** Text compares by bytes (code points), as in SQLite and whatever the database's locale is. */
const text = 'text COLLATE "C"';

/** Steps that bring a database from one layout to the next. Each must leave the tables usable by the version before it. */
const migrations: readonly (readonly string[])[] = [
  [
    // Locked by whoever commits: one order of all commits of all nodes. It is never updated, so it never bloats.
    'CREATE TABLE feed (one integer PRIMARY KEY)',
    'INSERT INTO feed (one) VALUES (1)',
    `CREATE TABLE resource (
      h bigint PRIMARY KEY, type ${text} NOT NULL, id ${text} NOT NULL, seq bigint NOT NULL,
      version_id bigint NOT NULL, last_updated bigint NOT NULL, deleted integer NOT NULL) WITH (fillfactor = 80)`,
    `CREATE TABLE version (
      seq bigint PRIMARY KEY, h bigint NOT NULL, type ${text} NOT NULL, id ${text} NOT NULL,
      version_id bigint NOT NULL, last_updated bigint NOT NULL, deleted integer NOT NULL, method ${text} NOT NULL,
      content_hash bigint NOT NULL, end_seq bigint,
      person bigint, author bigint, class integer NOT NULL, released_at bigint, place bigint NOT NULL) WITH (fillfactor = 90)`,
    'CREATE UNIQUE INDEX version_of_resource ON version (h, version_id)',
    'CREATE INDEX version_of_type ON version (type, seq)',
    'CREATE TABLE body (seq bigint PRIMARY KEY, text text NOT NULL, place bigint NOT NULL)',
    'CREATE TABLE resource_person (h bigint NOT NULL, seq bigint NOT NULL, place bigint NOT NULL, PRIMARY KEY (h, seq, place))',
    `CREATE TABLE index_resource (
      type ${text} NOT NULL, last_updated bigint NOT NULL, seq bigint NOT NULL, place bigint NOT NULL,
      PRIMARY KEY (type, last_updated, seq, place))`,
    'CREATE TABLE stale (seq bigint PRIMARY KEY, end_seq bigint NOT NULL, since bigint NOT NULL, place bigint NOT NULL)',
    'CREATE TABLE secret (name text PRIMARY KEY, value bytea NOT NULL)',
  ],
  // A deletion looks up the persons of the version before it.
  ['CREATE INDEX resource_person_of_version ON resource_person (seq)'],
  // Imported terminology masters, as packed parts that nodes copy: postgres-terms-place.ts.
  [
    'CREATE TABLE term_generation (one integer PRIMARY KEY, n bigint NOT NULL)',
    `CREATE TABLE term_edition (
      key ${text} PRIMARY KEY, no bigint NOT NULL, state integer NOT NULL, url ${text} NOT NULL, version ${text} NOT NULL,
      head text NOT NULL, concepts bigint NOT NULL, limited integer NOT NULL, imported_at bigint NOT NULL,
      parts integer NOT NULL, begun timestamptz NOT NULL)`,
    `CREATE TABLE term_part (key ${text} NOT NULL, n integer NOT NULL, data bytea NOT NULL, PRIMARY KEY (key, n))`,
    `CREATE TABLE term_holder (
      key ${text} NOT NULL, node ${text} NOT NULL, complete integer NOT NULL, seen timestamptz NOT NULL, PRIMARY KEY (key, node))`,
  ],
  [
    `CREATE TABLE note (name ${text} PRIMARY KEY, value text NOT NULL)`,
    `INSERT INTO note SELECT 'index versions', '${firstIndexNote}' WHERE EXISTS (SELECT 1 FROM version)`,
  ],
];

const columnTypes = { INTEGER: 'bigint', REAL: 'double precision', TEXT: text } as const;

/** The statements that make an index table, if it is not there. */
function indexTableDdl(table: IndexTable): readonly string[] {
  const columns = table.columns.map(
    ({ name, type }, i) => `${name} ${columnTypes[type]}${i < table.key ? ' NOT NULL' : ''}`,
  );
  const key = [...keyColumns(table), 'place'].join(', ');
  const own = [...(table.shared ? [] : ['seq bigint NOT NULL']), 'place bigint NOT NULL'];
  const make = `CREATE TABLE IF NOT EXISTS ${table.name} (${[...columns, ...own].join(', ')}, PRIMARY KEY (${key}))`;
  return [make, ...indexesOf(table).values()];
}

/** True for what happens when two nodes make the same table at the same moment. */
const madeByAnother = (error: unknown): boolean =>
  ['23505', '42P07', '42710', '40001', '40P01'].includes(String((error as { code?: string }).code));

/**
 * Brings the database to the newest layout. Nodes that start together take turns at one row.
 * @throws Error when the database is newer than this program
 */
export async function migrate(client: Connection, tables: readonly IndexTable[]): Promise<void> {
  for (const table of tables)
    for (const name of [table.name, ...table.columns.map(column => column.name)]) assertIdentifier(name);
  for (let tries = 1; ; tries++) {
    try {
      return await migrateOnce(client, tables);
    } catch (error) {
      await client.query('ROLLBACK');
      if (tries >= 10 || !madeByAnother(error)) throw error;
      await new Promise(resolve => setTimeout(resolve, 50 * tries));
    }
  }
}

async function migrateOnce(client: Connection, tables: readonly IndexTable[]): Promise<void> {
  await client.query('CREATE TABLE IF NOT EXISTS layout (one integer PRIMARY KEY, number integer NOT NULL)');
  await client.query('INSERT INTO layout (one, number) VALUES (1, 0) ON CONFLICT DO NOTHING');
  await client.query('BEGIN');
  const [row] = await query<{ number: number }>(client, {
    text: 'SELECT number FROM layout WHERE one = 1 FOR UPDATE',
    values: [],
  });
  const number = row!.number;
  if (number > migrations.length)
    throw new Error(
      `the database has layout ${number}, this program knows up to ${migrations.length}; start a newer Engawa`,
    );
  for (const step of migrations.slice(number)) for (const make of step) await client.query(make);
  const found = await query<{ name: string }>(client, {
    text: "SELECT c.relname::text AS name FROM pg_class c WHERE c.relname LIKE 'index%' AND pg_table_is_visible(c.oid)",
    values: [],
  });
  const there = new Set(found.map(one => one.name));
  for (const table of tables)
    if (![table.name, ...indexesOf(table).keys()].every(name => there.has(name)))
      for (const make of indexTableDdl(table)) await client.query(make);
  if (number < migrations.length) await client.query(`UPDATE layout SET number = ${migrations.length} WHERE one = 1`);
  await client.query('COMMIT');
}
