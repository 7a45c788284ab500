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

/** Those of an ascending list that are also in a packed one, which is gone through without being unpacked. */
export function intersect(numbers: readonly number[], blocks: readonly Uint8Array[]): number[] {
  const both: number[] = [];
  let at = 0;
  for (const bytes of blocks) {
    let number = 0;
    for (let i = 0; i < bytes.length && at < numbers.length; ) {
      let step = 0;
      let shift = 0;
      let byte = bytes[i++]!;
      for (; byte > 127; byte = bytes[i++]!, shift += 7) step |= (byte & 127) << shift;
      number += step | (byte << shift);
      while (at < numbers.length && numbers[at]! < number) at++;
      if (numbers[at] === number) both.push(number);
    }
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
