/**
 * The masters in PostgreSQL, where all nodes find them: editions as packed parts. A new edition is first offered; nodes that
 * serve copy it meanwhile, and when they have it, it comes into use for all of them at one moment.
 */
import { randomUUID } from 'node:crypto';
import { type Connection, pause, query } from './postgres-connection.ts';
import type { Row } from './store.ts';
import {
  type EditionFacts,
  type PlacedEdition,
  packPart,
  type TermPart,
  type TermsPlace,
  unpackPart,
} from './terms-copy.ts';

/** Runs work on a connection. */
export type Run = <T>(work: (client: Connection) => Promise<T>) => Promise<T>;

/** What has become of an edition: being written, complete but not in use, in use, no longer in use. */
export const termState = { written: 0, offered: 1, used: 2, gone: 3 } as const;

/** Nodes look at least this often whether there is something new, and so have seen an offer; in milliseconds. */
const usualNoticeMs = 3000;
/** A node that copies tells it at least this often. */
const silenceMs = 30_000;

const removed = 'the edition was removed meanwhile';

/** One row, changed with every offer and every change of what is in use: who changes it goes on alone. */
const nextGeneration =
  'INSERT INTO term_generation (one, n) VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET n = term_generation.n + 1';

/** A row of `term_edition` as an edition. */
export const toEdition = (row: Row): PlacedEdition => ({
  key: String(row['key']),
  url: String(row['url']),
  version: String(row['version']),
  head: String(row['head']),
  concepts: Number(row['concepts']),
  limited: Number(row['limited']) === 1,
  importedAt: Number(row['imported_at']),
});

/** The masters of a database as a place to import into, to copy and to move from. */
export class PostgresTermsPlace implements TermsPlace {
  private readonly run: Run;
  private readonly noticeMs: number;

  /** @param noticeMs how long nodes get to notice a new edition before it comes into use; 0 = it comes into use at once */
  constructor(run: Run, noticeMs: number = usualNoticeMs) {
    this.run = run;
    this.noticeMs = noticeMs;
  }

  private rows(text: string, ...values: (string | number)[]): Promise<Row[]> {
    return this.run(client => query(client, { text, values }));
  }

  /** Several statements as one transaction, one such at a time. */
  private inTurn(work: (client: Connection) => Promise<unknown>): Promise<void> {
    return this.run(async client => {
      await client.query('BEGIN');
      await client.query(nextGeneration);
      await work(client);
      await client.query('COMMIT');
    });
  }

  async editions(): Promise<readonly PlacedEdition[]> {
    return (await this.rows(`SELECT * FROM term_edition WHERE state = ${termState.used} ORDER BY no`)).map(toEdition);
  }

  async *parts({ key }: PlacedEdition): AsyncIterable<TermPart> {
    const [row] = await this.rows('SELECT parts FROM term_edition WHERE key = ?', key);
    if (!row) throw new Error(removed);
    const count = Number(row['parts']);
    for (let n = 0; n < count; n++) {
      const [found] = await this.run(client =>
        query<{ data: Buffer }>(client, {
          text: 'SELECT data FROM term_part WHERE key = ? AND n = ?',
          values: [key, n],
        }),
      );
      if (!found) throw new Error(removed);
      yield await unpackPart(found.data);
    }
  }

  async put(facts: EditionFacts, parts: AsyncIterable<TermPart>): Promise<void> {
    const key = randomUUID();
    try {
      await this.write(key, facts, parts);
      await this.inTurn(client =>
        query(client, {
          text: `UPDATE term_edition SET state = ${termState.offered}, no = (SELECT coalesce(max(no), 0) + 1 FROM term_edition) WHERE key = ?`,
          values: [key],
        }),
      );
      await this.waitForNodes(key);
      await this.inTurn(client => bringIntoUse(client, key, facts));
    } catch (error) {
      await this.rows(`UPDATE term_edition SET state = ${termState.gone} WHERE key = ?`, key).catch(() => {});
      throw error;
    } finally {
      await this.clearLeftovers().catch(() => {});
    }
  }

  private async write(key: string, facts: EditionFacts, parts: AsyncIterable<TermPart>): Promise<void> {
    const { url, version, head, concepts, limited, importedAt } = facts;
    await this.rows(
      `INSERT INTO term_edition (key, no, state, url, version, head, concepts, limited, imported_at, parts, begun)
        VALUES (?, 0, ${termState.written}, ?, ?, ?, ?, ?, ?, 0, now())`,
      ...[key, url, version, head, concepts, limited ? 1 : 0, importedAt],
    );
    let n = 0;
    for await (const part of parts) {
      const data = (await packPart(part)).toString('hex');
      await this.rows("INSERT INTO term_part (key, n, data) VALUES (?, ?, decode(?, 'hex'))", key, n++, data);
    }
    await this.rows('UPDATE term_edition SET parts = ? WHERE key = ?', n, key);
  }

  /** Nodes that copy the edition say so; one that fell silent is not waited for. */
  private async waitForNodes(key: string): Promise<void> {
    if (this.noticeMs > 0) await pause(this.noticeMs);
    const text = `SELECT 1 AS one FROM term_holder WHERE key = ? AND complete = 0
      AND seen > now() - ?::double precision * interval '1 millisecond' LIMIT 1`;
    while ((await this.rows(text, key, silenceMs)).length > 0) await pause(200);
  }

  remove({ key }: PlacedEdition): Promise<void> {
    return this.inTurn(client =>
      query(client, { text: `UPDATE term_edition SET state = ${termState.gone} WHERE key = ?`, values: [key] }),
    ).then(() => this.clearLeftovers());
  }

  /** Takes away what is no longer in use, and what was begun more than a day ago and never ended. */
  private async clearLeftovers(): Promise<void> {
    const over = `state = ${termState.gone} OR (state < ${termState.used} AND begun < now() - interval '1 day')`;
    for (const table of ['term_part', 'term_holder'])
      await this.rows(`DELETE FROM ${table} WHERE key IN (SELECT key FROM term_edition WHERE ${over})`);
    await this.rows(`DELETE FROM term_edition WHERE ${over}`);
  }

  async close(): Promise<void> {}
}

async function bringIntoUse(client: Connection, key: string, { url, version }: EditionFacts): Promise<void> {
  await query(client, {
    text: `UPDATE term_edition SET state = ${termState.gone} WHERE state = ${termState.used} AND url = ? AND version = ?`,
    values: [url, version],
  });
  await query(client, { text: `UPDATE term_edition SET state = ${termState.used} WHERE key = ?`, values: [key] });
  await query(client, { text: 'DELETE FROM term_holder WHERE key = ?', values: [key] });
}
