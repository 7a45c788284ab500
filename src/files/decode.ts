/**
 * Bytes → rows: character set, quotes, line feeds in cells, line numbers. Holds one row at a time, so a file of any size
 * and a line of any length are read in bounded memory. Rows are found in the bytes: in MS932 and UTF-8 no second byte of
 * a character can be a comma, a quote or a line feed.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
import { type CharacterSet, recognizeCharacterSet } from './character-set.ts';
import {
  openQuote,
  readAsUtf8,
  refusedSet,
  strayQuote,
  tooLongRow,
  wrongCharacter,
  wrongCharacters,
} from './decode-findings.ts';
import type { Finding, Place } from './finding.ts';
import { placeAt, positionOf, type Row, splitCells } from './row.ts';

/** How a file is read. */
export interface DecodeOptions {
  /** Longest row in bytes; a longer one is reported and passed over. Default 1 MiB. */
  readonly maxRowBytes?: number;
  /** What a user-defined character (外字) is: `error` (the standards forbid it) or `warning` (kept as it is). */
  readonly gaiji?: 'error' | 'warning';
  /** A vertical tab in a cell stands for a line feed. */
  readonly verticalTab?: boolean;
}

const lineFeed = 10;
const comma = 44;
const quote = 34;
const endOfFileMark = 0x1a;

// Rows are decoded whole, so nothing stays in a decoder between them; making one costs more than a row.
const ms932Decoder = new TextDecoder('shift_jis');
const utf8Decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A row of bytes that has been found. */
interface Span {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly line: number;
}

/** Where rows stand that are read again: the first of them, and the character set of their file as far as it was known. */
export interface KnownPlace {
  readonly from: number;
  readonly line: number;
  readonly set: CharacterSet | undefined;
}

/** Reads rows from bytes that come piece by piece: `push` gives the rows that are complete, `end` the rest. */
export class RowDecoder {
  private readonly maxRowBytes: number;
  private readonly gaiji: 'error' | 'warning';
  private readonly verticalTab: boolean;
  private rest: Buffer = Buffer.alloc(0);
  private offset = 0;
  private line = 1;
  private set: CharacterSet | undefined;
  private decoder = ms932Decoder;
  private passing: { readonly from: number; readonly line: number } | undefined;
  private stopped = false;
  private noted: Finding[] = [];

  /** @param known for rows out of the middle of a file that was read before */
  constructor(options: DecodeOptions = {}, known?: KnownPlace) {
    this.maxRowBytes = options.maxRowBytes ?? 1_048_576;
    this.gaiji = options.gaiji ?? 'error';
    this.verticalTab = options.verticalTab ?? false;
    if (known) ({ from: this.offset, line: this.line, set: this.set } = known);
    if (this.set === 'utf-8') this.decoder = utf8Decoder;
  }

  /** The character set, as far as it is known: undefined while everything was ASCII. */
  get characterSet(): CharacterSet | undefined {
    return this.set;
  }

  /** Rows that are complete. */
  push(bytes: Uint8Array): Row[] {
    return this.take(bytes, false);
  }

  /** The last row, when the file does not end with a line feed. */
  end(): Row[] {
    return this.take(new Uint8Array(0), true);
  }

  private take(bytes: Uint8Array, last: boolean): Row[] {
    if (this.stopped) return [];
    this.rest =
      this.rest.length === 0
        ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
        : Buffer.concat([this.rest, bytes]);
    if (this.offset === 0 && !this.begin()) return [this.refusal(1, 1, this.noted.splice(0))];
    const rows: Row[] = this.passing ? this.passOver(last) : [];
    if (this.passing) return rows;
    let from = 0;
    for (;;) {
      const { end, open } = findRowEnd(this.rest, from, last);
      if (end < 0) {
        this.keep(from);
        if (last && this.rest.length > 0) rows.push(...this.takeRest(open === undefined ? undefined : open - from));
        else if (this.rest.length > this.maxRowBytes)
          rows.push(...this.passFrom(open === undefined ? undefined : open - from));
        return rows;
      }
      const span = this.span(from, end + 1);
      if (span.bytes.length > this.maxRowBytes)
        rows.push(this.refusal(span.from, span.line, [tooLongRow(span.line, this.maxRowBytes)], span.to));
      else rows.push(...this.row(span));
      if (this.stopped) return rows;
      from = end + 1;
    }
  }

  /** Looks at the first bytes: byte order marks. False when the file cannot be read. */
  private begin(): boolean {
    if (this.rest.length < 3) return true;
    const [first, second] = this.rest;
    const marked =
      (first === 0xef && second === 0xbb) || (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
    if (!marked) return true;
    const usable = this.recognize(this.rest, 1);
    if (usable && this.set === 'utf-8' && this.rest[2] === 0xbf) this.keep(3);
    return usable;
  }

  private keep(from: number): void {
    this.offset += from;
    this.rest = this.rest.subarray(from);
  }

  private span(from: number, to: number): Span {
    const span = {
      bytes: this.rest.subarray(from, to),
      from: this.offset + from,
      to: this.offset + to,
      line: this.line,
    };
    for (let i = span.bytes.indexOf(lineFeed); i >= 0; i = span.bytes.indexOf(lineFeed, i + 1)) this.line++;
    return span;
  }

  /** Decides the character set when the first byte that is not ASCII comes. */
  private recognize(bytes: Uint8Array, line: number): boolean {
    const recognized = recognizeCharacterSet(bytes);
    if ('refused' in recognized) {
      this.stopped = true;
      this.noted.push(refusedSet(line, recognized.refused));
      return false;
    }
    this.set = recognized.set;
    if (this.set === 'ms932') return true;
    this.decoder = utf8Decoder;
    this.noted.push(readAsUtf8(line));
    return true;
  }

  private row(span: Span): Row[] {
    const text = this.text(span);
    if (text === undefined) return [this.refusal(span.from, span.line, this.noted.splice(0), span.to)];
    const plain = text.replace(/\r?\n$|\r$/, '');
    if (plain.trim() === '') return [];
    const { cells: split, stray } = splitCells(plain);
    const cells = this.verticalTab ? split.map(cell => cell.replaceAll('\u000b', '\n')) : split;
    // Where cells begin is found again when it is asked for: most rows are right, and many are held at a time.
    const place = (cell: number, offset = 0): Place => {
      const start = splitCells(plain).starts[cell] ?? plain.length;
      return placeAt(plain, span.line, positionOf(plain, start, offset));
    };
    // Most rows have none: one look at the whole row is cheaper than one at each cell.
    const odd = plain.search(wrongCharacters) >= 0 ? this.oddCharacters(cells, place) : [];
    const findings = [...this.noted.splice(0), ...odd];
    if (stray !== undefined) findings.push(strayQuote(placeAt(plain, span.line, stray)));
    return [{ line: span.line, from: span.from, to: span.to, cells, findings, place }];
  }

  private text({ bytes, line }: Span): string | undefined {
    if (this.set === undefined && !isAscii(bytes)) {
      const rest = this.rest;
      const start = bytes.byteOffset - rest.byteOffset;
      if (!this.recognize(rest.subarray(Math.max(0, start)), line)) return undefined;
    }
    return this.set === undefined
      ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
      : this.decoder.decode(bytes);
  }

  private oddCharacters(cells: readonly string[], place: Row['place']): Finding[] {
    const findings: Finding[] = [];
    for (const [i, cell] of cells.entries()) {
      for (const match of cell.matchAll(wrongCharacters)) {
        findings.push({
          ...wrongCharacter(match[0].charCodeAt(0), this.gaiji),
          ...place(i, match.index),
          item: i + 1,
          value: cell,
        });
        if (findings.length >= 20) return findings;
      }
    }
    return findings;
  }

  /** What is left when the file ends: a last row without a line feed, DOS's end-of-file mark, or an open quote. */
  private takeRest(open: number | undefined): Row[] {
    if (open !== undefined) return [this.openRow(open)];
    if (this.rest.length === 1 && this.rest[0] === endOfFileMark) return [];
    return this.row(this.span(0, this.rest.length)).map(row => ({ ...row, unended: true }));
  }

  /** A row that is too long: from here on it is passed over. */
  private passFrom(open: number | undefined): Row[] {
    if (open !== undefined) return [this.openRow(open)];
    this.passing = { from: this.offset, line: this.line };
    this.keep(this.rest.length);
    return [];
  }

  private openRow(open: number): Row {
    const bytes = this.rest.subarray(0, open);
    if (this.set === undefined && !isAscii(bytes)) this.recognize(bytes, this.line);
    const text = this.decoder.decode(bytes);
    const { line, column } = placeAt(text, this.line, text.length);
    this.stopped = true;
    return this.refusal(this.offset, line, [openQuote({ line, column })]);
  }

  private refusal(from: number, line: number, findings: readonly Finding[], to = Number.MAX_SAFE_INTEGER): Row {
    return { line, from, to, cells: [], findings, place: () => ({ line, column: 1 }) };
  }

  /** Discards a row that is too long up to its line feed, or to the end; the refusal when it is over. */
  private passOver(last: boolean): Row[] {
    const end = this.rest.indexOf(lineFeed);
    this.keep(end < 0 ? this.rest.length : end + 1);
    if (end < 0 && !last) return [];
    const { from, line } = this.passing!;
    this.passing = undefined;
    this.line++;
    return [this.refusal(from, line, [tooLongRow(line, this.maxRowBytes)], this.offset)];
  }
}

const isAscii = (bytes: Uint8Array): boolean => {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! >= 0x80) return false;
  return true;
};

/** The line feed that ends the row beginning at `from`, or -1 and the quote that is still open. */
function findRowEnd(bytes: Buffer, from: number, last: boolean): { end: number; open?: number } {
  const end = bytes.indexOf(lineFeed, from);
  if (!(end < 0 ? bytes.subarray(from) : bytes.subarray(from, end)).includes(quote)) return { end };
  let at = from;
  for (;;) {
    if (bytes[at] === quote) {
      const close = findClosing(bytes, at + 1);
      // Whether a quote at the very end is doubled is not known until more has come.
      if (close < 0 || (close + 1 === bytes.length && !last)) return { end: -1, open: at };
      at = close + 1;
    }
    while (at < bytes.length && bytes[at] !== comma && bytes[at] !== lineFeed) at++;
    if (at >= bytes.length) return { end: -1 };
    if (bytes[at] === lineFeed) return { end: at };
    at++;
  }
}

function findClosing(bytes: Buffer, from: number): number {
  let close = bytes.indexOf(quote, from);
  while (close >= 0 && bytes[close + 1] === quote) close = bytes.indexOf(quote, close + 2);
  return close;
}

/** All rows of a file that is in memory. */
export function* decodeRows(bytes: Uint8Array, options: DecodeOptions = {}): Generator<Row> {
  const decoder = new RowDecoder(options);
  const piece = 262_144;
  for (let at = 0; at < bytes.length; at += piece) yield* decoder.push(bytes.subarray(at, at + piece));
  yield* decoder.end();
}

/** All rows of a file that comes as a stream. */
export async function* streamRows(chunks: AsyncIterable<Uint8Array>, options: DecodeOptions = {}): AsyncGenerator<Row> {
  const decoder = new RowDecoder(options);
  for await (const chunk of chunks) yield* decoder.push(chunk);
  yield* decoder.end();
}
