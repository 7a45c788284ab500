/**
 * `--workers N`: N processes that share the port and the database. On SQLite they read side by side and take turns at writing;
 * on PostgreSQL each is a node like one on another machine.
 * @see https://nodejs.org/docs/latest-v20.x/api/cluster.html
 */
import cluster from 'node:cluster';
import type { Config } from './config.ts';

/** A worker that ends is replaced after this time, in milliseconds. */
const pauseMs = 500;
/** Workers that end get this long to answer what they have accepted. */
const graceMs = 10_000;

/**
 * Tells whether this process is to serve. With more than one worker, the first process makes the database ready, starts the
 * workers, replaces those that end, and passes SIGTERM on.
 */
export async function shareWork(config: Config): Promise<'worker' | 'parent'> {
  if (config.workers <= 1 || cluster.isWorker) return 'worker';
  const { createServices } = await import('./services.ts');
  const { store } = createServices(config);
  await store.ready();
  await store.terms.refresh();
  await store.close();
  let stopping = false;
  const served = new Set<number>();
  cluster.on('listening', worker => served.add(worker.id));
  cluster.on('exit', (worker, code) => {
    const living = Object.keys(cluster.workers ?? {}).length;
    // One that never came up fails again: its message is enough. One that served and crashed ends with 1 as well.
    if ((code === 1 || code === 2) && !served.has(worker.id)) stop(code);
    else if (!stopping) setTimeout(() => cluster.fork(), pauseMs);
    if (stopping && living === 0) process.exit(worker.exitedAfterDisconnect === undefined ? code : 0);
  });
  const stop = (code: number) => {
    if (stopping) return;
    stopping = true;
    process.exitCode = code;
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM');
    setTimeout(() => process.exit(code), graceMs).unref();
  };
  process.on('SIGTERM', () => stop(0));
  process.on('SIGINT', () => stop(0));
  for (let i = 0; i < config.workers; i++) cluster.fork();
  return 'parent';
}

/** True in the process that greets: the only one, or the first worker. */
export const isFirst = (): boolean => !cluster.isWorker || cluster.worker?.id === 1;
