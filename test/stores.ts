/**
 * Both databases for the tests: a server with an empty database on SQLite or on PostgreSQL, and the report of what was run
 * on which. PostgreSQL is started once for a run (test/postgres.mjs); a file that runs alone starts one for itself.
 */
import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import t, { type Test } from 'tap';
import { startPostgres, stateFile } from './postgres.mjs';
import { startServer, type TestServer } from './support.ts';

/** The databases every case runs on. */
export const stores = ['sqlite', 'postgres'] as const;
/** One of {@link stores}. */
export type StoreName = (typeof stores)[number];

/** Options of {@link startOn}: those of `startServer`; `keep` opens the database with what is in it. */
export type StartOptions = NonNullable<Parameters<typeof startServer>[0]> & { keep?: boolean };

let opened: Promise<{ url: string; client: pg.Client }> | undefined;

/** A database of its own for this test file, made on first use and dropped at the end. */
export function testDatabase(): Promise<{ url: string; client: pg.Client }> {
  opened ??= openDatabase();
  return opened;
}

async function openDatabase(): Promise<{ url: string; client: pg.Client }> {
  const kept = fs.existsSync(stateFile)
    ? (JSON.parse(fs.readFileSync(stateFile, 'utf8')) as { url: string })
    : undefined;
  const server = kept ? undefined : await startPostgres();
  const url = (kept ?? server)!.url;
  const name = `test_${process.pid}`;
  const admin = new pg.Client(url);
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const own = url.replace(/\/postgres$/, `/${name}`);
  const client = new pg.Client(own);
  await client.connect();
  t.teardown(async () => {
    await client.end();
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
    await server?.stop();
  });
  return { url: own, client };
}

async function emptyDatabase(client: pg.Client): Promise<void> {
  const { rows } = await client.query(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('layout', 'feed')",
  );
  if (rows.length > 0) await client.query(rows.map((row: { name: string }) => `DELETE FROM ${row.name}`).join('; '));
}

/** A server on one of the databases, empty unless `keep` is given. */
export async function startOn(store: StoreName, { keep, ...options }: StartOptions = {}): Promise<TestServer> {
  if (store === 'sqlite') return startServer(options);
  const { url, client } = await testDatabase();
  if (!keep) await emptyDatabase(client);
  return startServer({ ...options, settings: { ...options.settings, database: url } });
}

const reportFile = path.join(path.dirname(stateFile), 'stores.ndjson');

/** Notes a case in the report that lists every case under both databases. */
export function report(file: string, name: string, store: StoreName, passed: boolean): void {
  fs.mkdirSync(path.dirname(reportFile), { recursive: true });
  fs.appendFileSync(reportFile, `${JSON.stringify({ file, name, store, passed })}\n`);
}

/** Runs cases on both databases, one subtest for each, and notes them in the report. `run` gives what is wrong. */
export function runOnStores<Case extends { readonly name: string; readonly settings?: Record<string, string> }>(
  file: string,
  cases: readonly Case[],
  run: (server: TestServer, one: Case) => Promise<string | undefined>,
): void {
  for (const store of stores)
    t.test(`${file} on ${store}`, async t => {
      for (const one of cases) {
        const server = await startOn(store, { settings: one.settings ?? {} });
        const problem = await run(server, one);
        t.equal(problem, undefined, one.name);
        report(file, one.name, store, problem === undefined);
        await server.close();
      }
    });
}

/** A test on both databases; `start` opens a server on the one at hand. */
export function testOnStores(
  name: string,
  body: (t: Test, start: (options?: StartOptions) => Promise<TestServer>, store: StoreName) => Promise<void>,
): void {
  for (const store of stores)
    t.test(`${name} (${store})`, async t => {
      await body(t, options => startOn(store, options), store);
      report('store', name, store, t.passing());
    });
}
