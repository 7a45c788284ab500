/**
 * Index rows of versions that are there already: taken away from superseded ones, added for new search parameters.
 */
import { columnTypes, indexValue } from './postgres-batch.ts';
import { type Connection, query } from './postgres-connection.ts';
import type { SqlValue } from './sql.ts';
import type { IndexRow, IndexTable } from './store.ts';
import { keyColumns, leadsWithSeq } from './tables.ts';

/** A version with index rows. */
export interface IndexedRows {
  readonly seq: number;
  readonly rows: readonly IndexRow[];
}

/** Removes the rows in one transaction. Of two nodes that purge the same versions, the one that locks them first does. */
export async function purgeRows(
  client: Connection,
  tables: readonly IndexTable[],
  versions: readonly IndexedRows[],
): Promise<void> {
  await client.query('BEGIN');
  const lock = 'SELECT seq FROM stale WHERE seq = ANY (?::bigint[]) ORDER BY seq FOR UPDATE SKIP LOCKED';
  const found = await query<{ seq: number }>(client, { text: lock, values: [versions.map(one => one.seq)] });
  const seqs = found.map(row => row.seq);
  const mine = versions.filter(one => seqs.includes(one.seq));
  for (const table of tables) if (!table.shared && !leadsWithSeq(table)) await removeFrom(client, table, mine);
  await removeWhole(client, tables, seqs);
  const text =
    'DELETE FROM index_resource x USING version v WHERE v.seq = ANY (?::bigint[]) AND (x.type, x.last_updated, x.seq) = (v.type, v.last_updated, v.seq)';
  await query(client, { text, values: [seqs] });
  await query(client, { text: 'DELETE FROM stale WHERE seq = ANY (?::bigint[])', values: [seqs] });
  await client.query('COMMIT');
}

async function removeFrom(client: Connection, table: IndexTable, versions: readonly IndexedRows[]): Promise<void> {
  const rows = versions.flatMap(({ seq, rows: own }) =>
    own.filter(row => row.table === table.name).map(row => [...row.values.slice(0, table.key).map(indexValue), seq]),
  );
  if (rows.length === 0) return;
  const columns = [...table.columns.slice(0, table.key), { name: 'seq', type: 'INTEGER' as const }];
  const casts = columns.map(({ type }) => `?::${columnTypes[type]}[]`);
  const same = keyColumns(table).map(name => `x.${name} = k.${name}`);
  const text = `DELETE FROM ${table.name} x USING unnest(${casts.join(', ')}) k(${columns.map(column => column.name).join(', ')}) WHERE ${same.join(' AND ')}`;
  await query(client, { text, values: columns.map((_, i) => rows.map(row => row[i]!)) });
}

/** Removes what tables whose key leads with the version say of some versions. */
async function removeWhole(client: Connection, tables: readonly IndexTable[], seqs: readonly number[]): Promise<void> {
  for (const { name } of tables.filter(leadsWithSeq))
    await query(client, { text: `DELETE FROM ${name} WHERE seq = ANY (?::bigint[])`, values: [seqs] });
}

/**
 * Adds rows to versions that have index rows already; what is there stays. Versions that were purged since their rows were made are
 * left out: nothing would take the rows away again.
 */
export async function addRows(
  client: Connection,
  tables: readonly IndexTable[],
  versions: readonly IndexedRows[],
): Promise<void> {
  // Shared rows are made by commits as well: under the feed's lock the two cannot wait for each other.
  await client.query('BEGIN; SELECT one FROM feed WHERE one = 1 FOR UPDATE');
  const seqs = versions.map(one => one.seq);
  // A purge passes over what is locked here, and what it has locked is waited for; under the feed's lock no other version ends.
  const lock = 'SELECT seq FROM stale WHERE seq = ANY (?::bigint[]) ORDER BY seq FOR UPDATE';
  const stale = await query<{ seq: number }>(client, { text: lock, values: [seqs] });
  const current = 'SELECT seq FROM version WHERE seq = ANY (?::bigint[]) AND end_seq IS NULL AND deleted = 0';
  const alive = await query<{ seq: number }>(client, { text: current, values: [seqs] });
  const indexed = new Set([...stale, ...alive].map(row => row.seq));
  const own = versions.filter(one => indexed.has(one.seq));
  await removeWhole(
    client,
    tables,
    own.map(one => one.seq),
  );
  for (const table of tables) await addTo(client, table, own);
  await client.query('COMMIT');
}

async function addTo(client: Connection, table: IndexTable, versions: readonly IndexedRows[]): Promise<void> {
  const rows = versions.flatMap(({ seq, rows: own }) =>
    own
      .filter(row => row.table === table.name)
      .map((row): readonly SqlValue[] => [...row.values.map(indexValue), ...(table.shared ? [] : [seq])]),
  );
  if (rows.length === 0) return;
  const columns = [...table.columns, ...(table.shared ? [] : [{ name: 'seq', type: 'INTEGER' as const }])];
  const names = columns.map(column => column.name);
  const casts = columns.map(({ type }) => `?::${columnTypes[type]}[]`);
  const place = table.shared ? '0' : 'coalesce(v.place, 0)';
  const versionsOf = table.shared ? '' : ' LEFT JOIN version v ON v.seq = k.seq';
  const text = `INSERT INTO ${table.name} (${names.join(', ')}, place)
    SELECT ${names.map(name => `k.${name}`).join(', ')}, ${place} FROM unnest(${casts.join(', ')}) k(${names.join(', ')})${versionsOf}
    ON CONFLICT DO NOTHING`;
  await query(client, { text, values: columns.map((_, i) => rows.map(row => row[i]!)) });
}

/** Removes rows of index sources that are no more, at most `limit` of each table and source. */
export async function forgetRows(
  client: Connection,
  tables: readonly IndexTable[],
  params: readonly number[],
  limit: number,
): Promise<number> {
  let removed = 0;
  for (const table of tables.filter(one => one.columns[0]?.name === 'param')) {
    const text = `WITH gone AS (DELETE FROM ${table.name} WHERE ctid = ANY (ARRAY(
      SELECT x.ctid FROM ${table.name} x WHERE x.param = ANY (?::bigint[]) LIMIT ${limit})) RETURNING 1) SELECT count(*) AS n FROM gone`;
    const [row] = await query<{ n: number }>(client, { text, values: [params] });
    removed += Number(row!.n);
  }
  return removed;
}

/** Drops index tables nobody asks for any more. */
export async function dropUnused(client: Connection, tables: readonly IndexTable[]): Promise<void> {
  const kept = new Set(['index_resource', ...tables.map(table => table.name)]);
  const rows = await query<{ name: string }>(client, {
    text: "SELECT c.relname::text AS name FROM pg_class c WHERE c.relkind = 'r' AND c.relname LIKE 'index\\_%' AND pg_table_is_visible(c.oid)",
    values: [],
  });
  for (const { name } of rows) if (!kept.has(name)) await client.query(`DROP TABLE IF EXISTS ${name}`);
  for (const table of tables) await client.query(`DROP INDEX IF EXISTS ${table.name}_by_seq`);
}
