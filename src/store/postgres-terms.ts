/**
 * A node's share in the masters of its database: it looks whether the editions in use changed, copies what it lacks, and changes
 * over only when it has all of them; what is offered it copies ahead.
 */
import { randomUUID } from 'node:crypto';
import { pause, query } from './postgres-connection.ts';
import { PostgresTermsPlace, type Run, termState, toEdition } from './postgres-terms-place.ts';
import type { CopiedTerms } from './sqlite-terms-copy.ts';
import type { Row } from './store.ts';
import type { PlacedEdition } from './terms-copy.ts';

/** How often to look whether another process on the same data folder is done with a copy, in milliseconds. */
const lookMs = 50;

/** See the top of the file. */
export class PostgresTerms {
  readonly copies: CopiedTerms;
  private readonly run: Run;
  private readonly place: PostgresTermsPlace;
  private readonly node = randomUUID();
  /** Generation the copies in use are of; a database in which nothing was imported is at 0. */
  private known = 0;
  private taking: Promise<void> | undefined;
  private ahead: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(copies: CopiedTerms, run: Run) {
    this.copies = copies;
    this.run = run;
    this.place = new PostgresTermsPlace(run);
    copies.takeFrom(() => this.refresh());
  }

  /** Says which generation the database has; a new one is taken over in the background. */
  note(generation: number): void {
    this.copies.keep();
    if (generation > this.known) this.start().catch(() => {});
  }

  /** Resolves when the copies are at least what the database had when this was called. */
  async refresh(): Promise<void> {
    const generation = await this.newest();
    // What is under way may have begun before this was called.
    while (this.known < generation) await this.start();
  }

  private async newest(): Promise<number> {
    const [row] = await this.run(client => query(client, { text: generationQuery, values: [] }));
    return Number(row!['n']);
  }

  private start(): Promise<void> {
    this.taking ??= this.changeOver().finally(() => {
      this.taking = undefined;
    });
    return this.taking;
  }

  private async changeOver(): Promise<void> {
    const text = `SELECT g.n AS generation, e.* FROM (${generationQuery}) g
      LEFT JOIN term_edition e ON e.state IN (${termState.offered}, ${termState.used}) ORDER BY e.no`;
    const rows = await this.run(client => query<Row>(client, { text, values: [] }));
    const generation = Number(rows[0]!['generation']);
    const editions = rows.filter(row => row['key'] !== null);
    const used = editions.filter(row => row['state'] === termState.used).map(toEdition);
    try {
      for (const edition of used) await this.copy(edition);
    } catch (error) {
      // What was in use a moment ago may be gone, because something else took its place.
      if (this.closed || (await this.newest().catch(() => generation)) === generation) throw error;
      return this.changeOver();
    }
    this.copies.use(used);
    this.known = generation;
    const offered = editions.filter(row => row['state'] === termState.offered).map(toEdition);
    this.ahead = this.ahead.then(() => this.copyAhead(offered)).catch(() => {});
  }

  /** What could not be copied ahead is copied when it comes into use. */
  private async copyAhead(offered: readonly PlacedEdition[]): Promise<void> {
    for (const edition of offered) {
      await this.tell(edition.key, false);
      await this.copy(edition);
      await this.tell(edition.key, true);
    }
    await this.copies.clearUnused();
  }

  private async tell(key: string, complete: boolean): Promise<void> {
    const text = `INSERT INTO term_holder (key, node, complete, seen) SELECT key, ?, ?::integer, now() FROM term_edition WHERE key = ? AND state = ${termState.offered} FOR SHARE
      ON CONFLICT (key, node) DO UPDATE SET complete = excluded.complete, seen = excluded.seen`;
    await this.run(client => query(client, { text, values: [this.node, complete ? 1 : 0, key] }));
  }

  /** Copies an edition, or waits until another process on the same data folder has. */
  private async copy(edition: PlacedEdition): Promise<void> {
    const { key } = edition;
    while (!this.copies.has(key)) {
      if (this.closed) throw new Error('the database is being closed');
      const copy = this.copies.claim(edition);
      if (copy === undefined) await pause(lookMs);
      else await this.fill(edition, copy);
    }
  }

  private async fill(edition: PlacedEdition, copy: number): Promise<void> {
    let told = Date.now();
    try {
      for await (const part of this.place.parts(edition)) {
        if (this.closed) throw new Error('the database is being closed');
        // Another process took this one for dead and copies it.
        if (!this.copies.addPart(edition.key, copy, part)) return await this.copies.giveUp(edition.key, copy);
        if (Date.now() - told < 5000) continue;
        told = Date.now();
        await this.tell(edition.key, false);
      }
      this.copies.finishCopy(edition, copy);
    } catch (error) {
      await this.copies.giveUp(edition.key, copy).catch(() => {});
      throw error;
    }
  }

  /** Ends copying. */
  async close(): Promise<void> {
    this.closed = true;
    await this.taking?.catch(() => {});
    await this.ahead;
  }
}

/** The generation of what is in use or offered; a subquery. */
export const generationQuery = 'SELECT coalesce(max(n), 0) AS n FROM term_generation';
