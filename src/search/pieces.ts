/**
 * pieces: resources that a sort reads whole, in pieces that are small in bytes; between them others get their turn.
 */
import type { Resource } from '../fhir/types.ts';
import { type RunSettings, timeLeft } from './match.ts';
import { textsOf } from './readable.ts';

/** Characters read and parsed in one turn, some 10 ms to 15 ms; one resource may have more. */
const atOnce = 500_000;
/** Resources of a piece: of the first, of which nothing is known, and at most. */
const [ofFirst, most] = [10, 100];

/** How many resources a piece has, by what those before it had. */
export class PieceSize {
  private resources = 0;
  private characters = 0;

  get next(): number {
    if (this.resources === 0) return ofFirst;
    const fitting = Math.floor((atOnce * this.resources) / Math.max(this.characters, 1));
    return Math.max(1, Math.min(fitting, most));
  }

  add(text: string): void {
    this.resources++;
    this.characters += text.length;
  }
}

/** Others get their turn. */
export const othersTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

/**
 * The resources of versions, with their positions.
 * @throws QueryTimeoutError when the time is used up
 */
export async function* resourcesOf(
  seqs: readonly number[],
  { store, budgetMs }: RunSettings,
): AsyncIterable<readonly [seq: number, resource: Resource]> {
  const left = timeLeft(budgetMs);
  const size = new PieceSize();
  for (let i = 0; i < seqs.length; ) {
    const piece = seqs.slice(i, i + size.next);
    i += piece.length;
    let parsed = 0;
    for (const row of await store.select(textsOf(piece), { budgetMs: left() })) {
      const text = String(row['text']);
      size.add(text);
      if (parsed > 0 && parsed + text.length > atOnce) {
        await othersTurn();
        parsed = 0;
      }
      parsed += text.length;
      yield [Number(row['seq']), JSON.parse(text) as Resource];
    }
    await othersTurn();
  }
}
