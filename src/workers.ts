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
  let served = false;
  let stopping: number | undefined;
  cluster.on('listening', () => {
    served = true;
  });
  cluster.on('exit', (_worker, code) => {
    // Where none ever came up, the next one fails as well: its message is enough. Later, the reason may pass.
    if (!served && (code === 1 || code === 2)) stop(code);
    else if (stopping === undefined) setTimeout(() => stopping === undefined && cluster.fork(), pauseMs);
    if (stopping !== undefined && Object.keys(cluster.workers ?? {}).length === 0) process.exit(stopping);
  });
  const stop = (code: number) => {
    if (stopping !== undefined) return;
    stopping = code;
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
