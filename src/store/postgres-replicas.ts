/**
 * Read replicas: which of them have replayed what a search has to see. A search never shows less than what was acknowledged
 * before it began, to whomever: where no replica has that yet, it runs on the primary.
 */
import { type Connection, openPool, type Pool, query, withClient } from './postgres-connection.ts';

interface Replica {
  readonly pool: Pool;
  /** Position it was seen to have; it can only have more. */
  position: number;
  /** Not asked again before this time, after it could not be reached. */
  restUntil: number;
}

/** A replica that is behind by a little is waited for this long, in milliseconds. */
const waitMs = 30;
const askEveryMs = 5;
const restMs = 5000;

/** The replicas of a database. */
export class PostgresReplicas {
  private readonly replicas: readonly Replica[];
  private next = 0;

  constructor(urls: readonly string[], connections: number) {
    this.replicas = urls.map(url => ({ pool: openPool(url.trim(), connections), position: 0, restUntil: 0 }));
  }

  /** Connections to a replica that has the position, or undefined when the primary has to be asked. */
  async poolAt(position: number): Promise<Pool | undefined> {
    const until = performance.now() + waitMs;
    for (;;) {
      const awake = this.replicas.filter(one => one.restUntil < performance.now());
      if (awake.length === 0) return undefined;
      const ready = awake.filter(one => one.position >= position);
      if (ready.length > 0) return ready[this.next++ % ready.length]!.pool;
      await Promise.all(awake.map(one => this.ask(one)));
      if (awake.some(one => one.position >= position)) continue;
      if (performance.now() > until) return undefined;
      await new Promise(resolve => setTimeout(resolve, askEveryMs));
    }
  }

  private async ask(replica: Replica): Promise<void> {
    const text = 'SELECT coalesce(max(seq), 0) AS last FROM version';
    try {
      const [row] = await withClient(replica.pool, (client: Connection) =>
        query<{ last: number }>(client, { text, values: [] }),
      );
      replica.position = row!.last;
    } catch {
      this.rest(replica.pool);
    }
  }

  /** A replica that failed is left alone for a while. */
  rest(pool: Pool): void {
    const replica = this.replicas.find(one => one.pool === pool);
    if (replica) Object.assign(replica, { position: 0, restUntil: performance.now() + restMs });
  }

  async close(): Promise<void> {
    await Promise.all(this.replicas.map(one => one.pool.end()));
  }
}
