/**
 * Housekeeping of a PostgreSQL database: index rows of versions that are there already, added, removed or forgotten; notes and
 * secrets.
 */
import crypto from 'node:crypto';
import { type Connection, noLimit, query } from './postgres-connection.ts';
import { addRows, dropUnused, forgetRows, purgeRows } from './postgres-purge.ts';
import type { IndexRow, IndexTable } from './store.ts';

/** Runs work on a connection for reading; tries again when it was lost. */
export type Reading = <T>(work: (client: Connection) => Promise<T>) => Promise<T>;

/** For work that takes long: the limit of a search may still be set on the connection. */
export const unlimited =
  (reading: Reading): Reading =>
  work =>
    reading(async client => {
      await noLimit(client);
      return work(client);
    });

/** A version with index rows. */
interface IndexedRows {
  readonly seq: number;
  readonly rows: readonly IndexRow[];
}

/** Does the housekeeping, each piece in a transaction of its own. */
export class PostgresHousekeeping {
  private readonly reading: Reading;
  private readonly unlimited: Reading;
  private readonly tables: readonly IndexTable[];
  private readonly secrets = new Map<string, Uint8Array>();

  constructor(reading: Reading, tables: readonly IndexTable[]) {
    this.reading = reading;
    this.unlimited = unlimited(reading);
    this.tables = tables;
  }

  addRows(versions: readonly IndexedRows[]): Promise<void> {
    return this.unlimited(client => addRows(client, this.tables, versions));
  }

  purge(versions: readonly IndexedRows[]): Promise<void> {
    return this.unlimited(client => purgeRows(client, this.tables, versions));
  }

  forget(params: readonly number[], limit: number): Promise<number> {
    return this.reading(client => forgetRows(client, this.tables, params, limit));
  }

  tidy(): Promise<void> {
    return this.reading(client => dropUnused(client, this.tables));
  }

  async note(name: string): Promise<string | undefined> {
    const text = 'SELECT value FROM note WHERE name = ?';
    const [row] = await this.reading(client => query<{ value: string }>(client, { text, values: [name] }));
    return row?.value;
  }

  async setNote(name: string, value: string): Promise<void> {
    const text = 'INSERT INTO note (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value';
    await this.reading(client => query(client, { text, values: [name, value] }));
  }

  async secret(name: string): Promise<Uint8Array> {
    const known = this.secrets.get(name);
    if (known) return known;
    return this.reading(async client => {
      const value = crypto.randomBytes(32).toString('hex');
      await query(client, {
        text: "INSERT INTO secret (name, value) VALUES (?, decode(?, 'hex')) ON CONFLICT DO NOTHING",
        values: [name, value],
      });
      const [row] = await query<{ value: Buffer }>(client, {
        text: 'SELECT value FROM secret WHERE name = ?',
        values: [name],
      });
      this.secrets.set(name, row!.value);
      return row!.value;
    });
  }
}
