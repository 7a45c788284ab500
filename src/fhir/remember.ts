/**
 * remember: a function with a memory for its frequent arguments: a table of pairs, placed by some of their characters. It never grows,
 * and a text that comes once costs it hardly more than its place.
 */
import { detached } from './detached.ts';

/** So many of a text's last characters decide on its place: where ids, codes and URLs differ. */
const looked = 12;

/** Longer texts are computed each time: as many of them as there is room for would be more than memory. */
const longest = 1024;

/** The place of a text among 2^(32 - shift). */
function placeOf(text: string, shift: number): number {
  const { length } = text;
  let mixed = length;
  for (let i = length > looked ? length - looked : 0; i < length; i++)
    mixed = (Math.imul(mixed, 31) + text.charCodeAt(i)) | 0;
  return Math.imul(mixed, 0x9e3779b1) >>> shift;
}

/**
 * The same function, remembering what was asked last. The function must be pure.
 * @param kept how many results there is room for, a power of two
 */
export function remember<T>(compute: (text: string) => T, kept = 8192): (text: string) => T {
  const shift = 32 - Math.log2(kept);
  const texts = new Array<string | undefined>(kept).fill(undefined);
  const values = new Array<T | undefined>(kept).fill(undefined);
  return text => {
    if (text.length > longest) return compute(text);
    const place = placeOf(text, shift);
    if (texts[place] === text) return values[place]!;
    // Two that share a place have the next one as well: the later of them comes first.
    const next = place ^ 1;
    const isNext = texts[next] === text;
    const key = isNext ? texts[next] : detached(text);
    const value = isNext ? values[next]! : compute(text);
    texts[next] = texts[place];
    values[next] = values[place];
    texts[place] = key;
    values[place] = value;
    return value;
  };
}
