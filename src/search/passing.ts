/**
 * passing: what is tested on whole resources, after everything else.
 */
import type { Condition } from './condition.ts';
import type { Match, RunSettings } from './match.ts';
import { resourcesOf } from './pieces.ts';

/**
 * Those whose resources pass the tests that need the whole resource, read in pieces between which others get their turn.
 * @throws QueryTimeoutError when the time is used up
 */
export async function passing<T extends Match>(
  matches: readonly T[],
  tests: readonly (Condition & { op: 'body' })[],
  settings: RunSettings,
): Promise<readonly T[]> {
  if (tests.length === 0 || matches.length === 0) return matches;
  const good = new Set<number>();
  const seqs = new Set(matches.map(match => match.seq));
  for await (const [seq, resource] of resourcesOf([...seqs], settings))
    if (tests.every(one => one.test(resource))) good.add(seq);
  return matches.filter(match => good.has(match.seq));
}
