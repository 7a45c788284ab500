/**
 * Connections to PostgreSQL: pools, values in and out, placeholders, named statements, what an error means.
 * Nothing here relies on a session (no advisory locks, no LISTEN), so that a transaction pooler may stand between: where one
 * does, statements have no names and time limits are those of a transaction.
 */
import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import type pg from 'pg';
import type { Sql, SqlValue } from './sql.ts';
import { DiskFullError, QueryTimeoutError, type Row, UnavailableError } from './store.ts';

/** The driver, loaded when a pool is opened: a server on SQLite has no use for it. */
const driver = (): typeof pg => createRequire(import.meta.url)('pg') as typeof pg;

/** A connection taken from a pool. */
export type Connection = pg.PoolClient;
/** Connections to one database. */
export type Pool = pg.Pool;

/** A value of a statement: one, or a column of many rows (for `unnest`). */
export type Parameter = SqlValue | readonly SqlValue[];

const int8 = 20;
const numeric = 1700;
const parseNumber = (text: string): number | bigint => {
  const value = Number(text);
  return Number.isSafeInteger(value) || !/^-?\d+$/.test(text) ? value : BigInt(text);
};
/** Numbers come as numbers where they fit: positions and times always do; hashes come as bigint. */
const typesOf = (own: typeof pg.types): pg.CustomTypesConfig => ({
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === int8 || oid === numeric ? parseNumber : own.getTypeParser(oid, format as 'text'),
});

/** Opens a pool; connections are made when they are needed, and a lost one is replaced. */
export function openPool(url: string, max: number): pg.Pool {
  const { Pool, types } = driver();
  const pool = new Pool({
    connectionString: url,
    max,
    types: typesOf(types),
    application_name: 'engawa',
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 60_000,
    // Renewed from time to time: with it goes what the database keeps of statements that are asked no more.
    maxLifetimeSeconds: 3600,
    keepAlive: true,
    allowExitOnIdle: true,
  });
  // Without listeners a connection that is lost would end the process; whoever uses it gets the error from its query.
  pool.on('error', () => {});
  pool.on('connect', client => client.on('error', () => {}));
  return pool;
}

interface Rendered {
  readonly text: string;
  readonly name: string;
  uses: number;
}

const mostRendered = 2000;
const rendered = new Map<string, Rendered>();

/** Functions that PostgreSQL calls otherwise. */
const names: Readonly<Record<string, string>> = {
  'instr(': 'strpos(',
  'group_concat(q.seq,': 'string_agg(q.seq::text,',
};
/**
 * Shared SQL as PostgreSQL's: `?` becomes `$n` outside of quotes, some functions have other names. The plus that tells SQLite's
 * planner not to use an index for a column (`+x.text`) goes away, and so does `within_budget()`: here the server watches the time.
 */
const differences = /'[^']*'|\?|\binstr\(|\bgroup_concat\(q\.seq,|\bwithin_budget\(\)|(?<=[\s(,])\+(?=[a-z]+\.[a-z])/g;

function render(text: string): Rendered {
  let found = rendered.get(text);
  if (!found) {
    let n = 0;
    const own = text.replace(differences, part => {
      if (part === '?') return `$${++n}`;
      if (part === '+') return '';
      if (part === 'within_budget()') return '1';
      return names[part] ?? part;
    });
    found = { text: own, name: `e${hash('sha1', own).slice(0, 20)}`, uses: 0 };
    if (rendered.size >= mostRendered) rendered.delete(rendered.keys().next().value!);
    rendered.set(text, found);
  }
  found.uses++;
  return found;
}

/** PostgreSQL's text has no NUL; in index texts and conditions a replacement character stands for it. */
const toParameter = (value: Parameter): unknown =>
  typeof value === 'string'
    ? value.includes('\0')
      ? value.replaceAll('\0', '\uFFFD')
      : value
    : Array.isArray(value)
      ? value.map(toParameter)
      : value;

/** A statement for the driver; one that is seen again is prepared under a name, unless a pooler stands between. */
export function statement(client: Connection, text: string, values: readonly Parameter[]): pg.QueryConfig {
  const own = render(text);
  const named = own.uses > 1 && pooled.get(client) === false && takeName(client, own.name);
  return { text: own.text, values: values.map(toParameter), ...(named && { name: own.name }) };
}

/** Most statements that are prepared on a connection; the database keeps each until the connection ends. */
const mostNamed = 500;
const namesOf = new WeakMap<object, Set<string>>();

/** True when a statement may have its name on a connection. */
function takeName(client: Connection, name: string): boolean {
  const names = namesOf.get(client) ?? new Set();
  namesOf.set(client, names);
  return names.has(name) || (names.size < mostNamed && names.add(name).has(name));
}

/** Runs a statement on a connection. */
export async function query<T = Row>(
  client: Connection,
  { text, values }: Sql | { text: string; values: readonly Parameter[] },
): Promise<T[]> {
  return (await client.query(statement(client, text, values))).rows as T[];
}

/** Whether a pooler stands between this end of a connection and the database. */
const pooled = new WeakMap<object, boolean>();

/**
 * Takes a connection from a pool. The first time, it asks the database process for its number: a pooler, which gives every
 * transaction another process, cannot have told that number when the connection was made.
 */
export async function connect(pool: pg.Pool): Promise<Connection> {
  const client = await pool.connect();
  if (pooled.has(client)) return client;
  try {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    pooled.set(client, rows[0]?.pid !== (client as { processID?: number }).processID);
    return client;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

const timeouts = new WeakMap<object, number>();

/**
 * Sets the time that statements on a connection may take, in milliseconds; 0 = no limit. It stays set until another time is; with a
 * pooler between, it is set for a transaction that begins here and ends with {@link endLimit}.
 */
export async function limitTime(client: Connection, budgetMs: number): Promise<void> {
  const ms = Math.ceil(budgetMs);
  if (pooled.get(client) !== false) await client.query(`BEGIN; SET LOCAL statement_timeout = ${ms}`);
  else if ((timeouts.get(client) ?? 0) !== ms) {
    await client.query(`SET statement_timeout = ${ms}`);
    timeouts.set(client, ms);
  }
}

/** Ends what {@link limitTime} began; not needed after an error that ends the transaction. */
export async function endLimit(client: Connection): Promise<void> {
  if (pooled.get(client) !== false) await client.query('COMMIT');
}

/** Takes the limit away that an earlier use of the connection may have left. */
export async function noLimit(client: Connection): Promise<void> {
  if (pooled.get(client) === false) await limitTime(client, 0);
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | undefined)?.code ?? '');

const network = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);
/** Shutting down, starting, too many connections, a primary that became a standby; @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const away = new Set(['57P01', '57P02', '57P03', '57P05', '53300', '25006', '25P03', '55P03']);

/** The database cannot be used at the moment; the connection is of no more use. */
export function isAway(error: unknown): boolean {
  const code = codeOf(error);
  if (network.has(code) || away.has(code) || code.startsWith('08')) return true;
  const message = error instanceof Error ? error.message : '';
  return (
    code === '' &&
    /^Connection terminated|timeout exceeded when trying to connect|connection error and is not queryable|Client was closed/.test(
      message,
    )
  );
}

/** Another transaction came between; the same again may succeed. */
export const isRetryable = (error: unknown): boolean => ['40001', '40P01'].includes(codeOf(error));

/** An error of the driver as the store's own; others stay. */
export function asStoreError(error: unknown): unknown {
  const code = codeOf(error);
  if (code === '53100' || code === '58030') return new DiskFullError('the disk of the database is full');
  if (code === '57014') return new QueryTimeoutError('the query used up its time');
  if (isAway(error)) return new UnavailableError(`the database cannot be reached (${code || 'connection lost'})`);
  return error;
}

/** How long a node tries to reach the database before it says that it cannot, in milliseconds. */
export const patienceMs = 5000;

/** Waits. */
export const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** Runs work on a connection of a pool; a transaction that work left open by an error is rolled back. */
export async function withClient<T>(pool: pg.Pool, work: (client: Connection) => Promise<T>): Promise<T> {
  const client = await connect(pool);
  let broken = true;
  try {
    const result = await work(client);
    broken = false;
    return result;
  } catch (error) {
    const ended = isAway(error) ? undefined : await client.query('ROLLBACK').catch(() => undefined);
    broken = ended === undefined;
    throw error;
  } finally {
    client.release(broken);
  }
}
