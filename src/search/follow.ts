/**
 * follow: what is kept in memory about all versions up to a position of the change feed. It is read once, in parts, and then
 * learns from what was written since.
 */
import { type RunSettings, timeLeft } from './match.ts';
import { othersTurn } from './pieces.ts';

/** How far something is known. */
export interface Followed {
  /** All versions up to this position are in it. */
  upTo: number;
  /** Ends when whoever is reading has read. */
  reading: Promise<unknown>;
}

/** Nothing is known yet. */
export const nothingYet = (): Followed => ({ upTo: 0, reading: Promise.resolve() });

/** Positions read at a time from an index that leads with them. */
const positionsAtOnce = 20_000;

/** The end of the next part of the change feed. */
export const nextPart = (after: number, last: number): number => Math.min(last, after + positionsAtOnce);

/**
 * Reads up to the position that a search shows; of several at once the second finds what the first has read.
 * @param read reads from after a position on, at most to `last`, and says how far
 * @throws QueryTimeoutError when the time is used up; what was read stays, and the next search goes on from there
 */
export async function follow(
  kept: Followed,
  settings: RunSettings,
  read: (after: number, last: number, settings: RunSettings) => Promise<number>,
): Promise<void> {
  const last = settings.sight.asOf!;
  if (kept.upTo >= last) return;
  // Waiting for one's turn is counted.
  const left = timeLeft(settings.budgetMs);
  const turn = kept.reading.then(async () => {
    while (kept.upTo < last) {
      kept.upTo = await read(kept.upTo, last, { ...settings, budgetMs: left() });
      await othersTurn();
    }
  });
  kept.reading = turn.catch(() => {});
  await turn;
}
