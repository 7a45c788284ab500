/**
 * Index rows of versions that are there already: taken away from superseded ones, added for new search parameters.
 */
import { columnTypes, indexValue } from './postgres-batch.ts';
import { type Connection, query } from './postgres-connection.ts';
import { keyColumns } from './postgres-layout.ts';
import type { IndexRow, IndexTable } from './store.ts';

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
  for (const table of tables) await removeFrom(client, table, mine);
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

/** Adds rows to versions that have index rows already; what is there stays. */
export async function addRows(
  client: Connection,
  tables: readonly IndexTable[],
  versions: readonly IndexedRows[],
): Promise<void> {
  await client.query('BEGIN');
  for (const table of tables) {
    const rows = versions.flatMap(({ seq, rows: own }) =>
      own.filter(row => row.table === table.name).map(row => [...row.values.map(indexValue), seq]),
    );
    if (rows.length === 0) continue;
    const columns = [...table.columns, { name: 'seq', type: 'INTEGER' as const }];
    const names = columns.map(column => column.name);
    const casts = columns.map(({ type }) => `?::${columnTypes[type]}[]`);
    const text = `INSERT INTO ${table.name} (${names.join(', ')}, place)
      SELECT ${names.map(name => `k.${name}`).join(', ')}, coalesce(v.place, 0) FROM unnest(${casts.join(', ')}) k(${names.join(', ')}) LEFT JOIN version v ON v.seq = k.seq
      ON CONFLICT DO NOTHING`;
    await query(client, { text, values: columns.map((_, i) => rows.map(row => row[i]!)) });
  }
  await client.query('COMMIT');
}
