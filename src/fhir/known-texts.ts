/**
 * Texts that come in one JSON after the other (systems, codes, displays, canonicals): each is there once, so that reading keeps no piece
 * of what was sent for it, and maps and comparisons find it by its place.
 */

const places = 8192;
const longest = 120;
const texts: string[] = Array<string>(places).fill('');
/** What stood at a place last: its mark, and in which JSON. */
const marks = new Int32Array(places);
const readings = new Int32Array(places);
let reading = 0;

/** Tells that another JSON is read from now on: what comes again within one alone is not kept. */
export function beginReading(): void {
  reading = (reading + 1) | 0;
}

/** The mark of a text, one character more; that of an empty text is 0. */
export const markOf = (mark: number, code: number): number => (Math.imul(mark, 31) + code) | 0;

/** The piece of a text between two offsets. @param mark of its characters */
export function pieceOf(text: string, start: number, end: number, mark: number): string {
  const length = end - start;
  if (length > longest) return text.slice(start, end);
  const place = (mark ^ (mark >>> 13)) & (places - 1);
  const known = texts[place]!;
  if (known.length === length && text.startsWith(known, start)) return known;
  const piece = text.slice(start, end);
  const isFirst = marks[place] !== mark;
  if (!isFirst && readings[place] !== reading) return keep(place, piece);
  if (isFirst) {
    marks[place] = mark;
    readings[place] = reading;
  }
  return piece;
}

/** As the name of a member it is the engine's own text, which is compared by its place. */
function keep(place: number, piece: string): string {
  const [own] = Object.keys({ [piece]: 0 });
  texts[place] = own!;
  return own!;
}
