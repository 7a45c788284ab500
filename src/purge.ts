/**
 * Purge: takes the index rows of superseded versions away once no page link can need them any more.
 * The rows are derived again from the old text, so nothing has to remember them.
 */

import type { Resource } from './fhir/types.ts';
import type { Services } from './interactions/interaction.ts';

const batch = 200;
const pauseMs = 1000;

/** Purges one batch; returns how many versions it handled. */
export async function purgeOnce({
  store,
  search,
  now,
  config,
}: Pick<Services, 'store' | 'search' | 'now' | 'config'>): Promise<number> {
  if (!(await store.state()).stale) return 0;
  const versions = await store.stale(now() - config.pageLifetime, batch);
  if (versions.length === 0) return 0;
  // The rows of parameters that another process has stored go as well.
  await search.refresh(store);
  await store.purge(versions.map(({ seq, text }) => ({ seq, rows: search.extract(JSON.parse(text) as Resource) })));
  return versions.length;
}

/**
 * Purges from time to time until stopped; a failure (a full disk) is told and tried again later.
 * @returns a function that stops it
 */
export function startPurging(services: Services, onError: (error: unknown) => void): () => void {
  let timer: NodeJS.Timeout;
  const run = async () => {
    const handled = await purgeOnce(services).catch(error => {
      onError(error);
      return 0;
    });
    timer = setTimeout(run, handled === batch ? 20 : pauseMs);
    timer.unref();
  };
  timer = setTimeout(run, pauseMs);
  timer.unref();
  return () => clearTimeout(timer);
}
