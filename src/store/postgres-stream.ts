/**
 * Rows of a statement in chunks, through a cursor: memory stays bounded, and the connection goes back to its pool however the
 * reading ends.
 */
import type Cursor from 'pg-cursor';
import { asStoreError, type Connection, endLimit, isAway, limitTime, statement } from './postgres-connection.ts';
import type { Sql } from './sql.ts';
import type { Row } from './store.ts';

/**
 * Reads a statement on a connection taken from a pool, and gives the connection back.
 * @param budgetMs time the statement may take; 0 = no limit
 * @param chunk rows at a time
 * @throws QueryTimeoutError, UnavailableError
 */
export async function* streamRows(
  client: Connection,
  sql: Sql,
  budgetMs: number,
  chunk: number,
): AsyncGenerator<readonly Row[], void> {
  const { text, values } = statement(client, sql.text, sql.values);
  // Loaded when it is needed: a server on SQLite has no use for it.
  const { default: Cursor } = await import('pg-cursor');
  const cursor = new Cursor<Row>(text, values);
  // A cursor whose connection is lost between two chunks would wait for it without end.
  let lose: () => void = () => {};
  const lost = new Promise<boolean>(resolve => {
    lose = () => resolve(true);
    client.once('end', lose);
  });
  let broken = false;
  let failed = false;
  try {
    await limitTime(client, budgetMs);
    client.query(cursor);
    for (;;) {
      const rows = await cursor.read(chunk);
      if (rows.length > 0) yield rows;
      if (rows.length < chunk) return;
    }
  } catch (error) {
    failed = true;
    broken = isAway(error);
    if (!broken) await client.query('ROLLBACK').catch(() => {});
    throw asStoreError(error);
  } finally {
    if (!failed) broken = await Promise.race([lost, cannotEnd(client, cursor)]);
    client.removeListener('end', lose);
    client.release(broken);
  }
}

/** Closes a cursor; true when that failed. */
async function cannotEnd(client: Connection, cursor: Cursor<Row>): Promise<boolean> {
  try {
    await cursor.close();
    await endLimit(client);
    return false;
  } catch {
    return true;
  }
}
