/**
 * The index of texts of a master: for each character and each pair of neighbours, the numbers of the concepts that have
 * it in a name. Two characters find Japanese words that no word-based index would.
 */
import type { TermPosting } from '../../store/terms.ts';

/** A character, or two neighbours, as one number. */
const gramOf = (first: number, second: number): number => first * 2_097_152 + second;

/** The pieces of a folded text; names are separated by line feeds, across which there are no neighbours. */
export function gramsOf(text: string): Set<number> {
  const grams = new Set<number>();
  let before = -1;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code === 10) {
      before = -1;
      continue;
    }
    grams.add(gramOf(0, code));
    if (before >= 0) grams.add(gramOf(before, code));
    before = code;
  }
  return grams;
}

/** The pieces a word needs: its pairs, or the one character it has. */
export function gramsOfWord(word: string): number[] {
  const codes = [...word].map(character => character.codePointAt(0)!);
  if (codes.length === 1) return [gramOf(0, codes[0]!)];
  return [...new Set(codes.slice(1).map((code, i) => gramOf(codes[i]!, code)))];
}

/** Packs ascending numbers: differences in groups of seven bits. */
function pack(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(numbers.length * 4);
  let at = 0;
  let before = 0;
  for (const number of numbers) {
    let rest = number - before;
    before = number;
    while (rest > 127) {
      bytes[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    bytes[at++] = rest;
  }
  return bytes.slice(0, at);
}

/** Unpacks what {@link pack} made, block after block. */
export function unpack(blocks: readonly Uint8Array[]): number[] {
  const numbers: number[] = [];
  for (const bytes of blocks) {
    let before = 0;
    let rest = 0;
    let shift = 0;
    for (const byte of bytes) {
      rest |= (byte & 127) << shift;
      if (byte > 127) {
        shift += 7;
        continue;
      }
      before += rest;
      numbers.push(before);
      rest = 0;
      shift = 0;
    }
  }
  return numbers;
}

/** The numbers that are in both ascending lists. */
export function intersect(a: readonly number[], b: readonly number[]): number[] {
  const both: number[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const difference = a[i]! - b[j]!;
    if (difference === 0) both.push(a[i]!);
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return both;
}

/** Collects the pieces of texts until they are written. */
export class GramCollector {
  private grams = new Map<number, number[]>();
  size = 0;

  add(no: number, text: string): void {
    for (const gram of gramsOf(text)) {
      const list = this.grams.get(gram);
      if (list) list.push(no);
      else this.grams.set(gram, [no]);
      this.size++;
    }
  }

  /** What was collected, packed, in the order of the index; the collector is empty afterwards. */
  take(): TermPosting[] {
    const postings = [...this.grams]
      .sort(([a], [b]) => a - b)
      .map(([gram, numbers]) => ({ gram, numbers: pack(numbers) }));
    this.grams = new Map();
    this.size = 0;
    return postings;
  }
}
