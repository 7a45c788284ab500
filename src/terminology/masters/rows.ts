/**
 * Reads a master's file row by row without holding it: character set, separators, quotes.
 */
import fs from 'node:fs';
import { TextDecoder } from 'node:util';
import { ImportError, type Layout } from './layout.ts';

/** A row of a file and the line it begins at. */
export interface FileRow {
  readonly cells: readonly string[];
  readonly line: number;
}

type Encoding = 'utf-8' | 'utf-16le' | 'shift_jis';

/** True for the first byte of what UTF-8 writes kana and kanji with. */
const leadsJapanese = (byte: number): boolean => byte >= 0xe3 && byte <= 0xe9;

/**
 * The character set of a piece of a file that is not ASCII only: a byte order mark, else UTF-8 if it is that, else
 * Shift_JIS (MS932).
 * @param usual what files of this kind are in: for other sets there must be more than a chance likeness
 */
export function detectEncoding(bytes: Uint8Array, usual?: Encoding): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (usual === 'utf-16le') return usual;
  try {
    // A character may be cut at the end: streaming leaves it open.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return 'shift_jis';
  }
  return usual === 'shift_jis' && !bytes.some(leadsJapanese) ? 'shift_jis' : 'utf-8';
}

/** The texts of a file. Which character set it is in shows where it first goes beyond ASCII. */
async function* texts(file: string, encoding: Layout['encoding']): AsyncGenerator<string> {
  const usual = encoding === 'auto' ? undefined : encoding;
  let decoder: TextDecoder | undefined;
  for await (const chunk of fs.createReadStream(file, { highWaterMark: 262_144 })) {
    const bytes = chunk as Buffer;
    if (!decoder && usual !== 'utf-16le' && bytes.every(byte => byte < 128)) {
      yield bytes.toString('latin1');
      continue;
    }
    decoder ??= new TextDecoder(detectEncoding(bytes, usual), { fatal: true });
    yield decode(decoder, bytes, file);
  }
  if (decoder) yield decode(decoder, undefined, file);
}

function decode(decoder: TextDecoder, bytes: Uint8Array | undefined, file: string): string {
  try {
    return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
  } catch {
    throw new ImportError({
      en: `${file} was taken for ${decoder.encoding}, but has bytes that are not; save it as UTF-8`,
      ja: `${file} を ${decoder.encoding} として読みましたが、読めないバイトがあります。UTF-8 で保存し直してください`,
    });
  }
}

/** Longest row, in characters: a quote that is never closed must not swallow the file. */
const longestRow = 1_000_000;

/** Takes rows apart; a quoted cell may hold separators and line feeds. */
class RowReader {
  private readonly separator: string;
  private rest = '';
  private line = 1;

  constructor(separator: string) {
    this.separator = separator;
  }

  /** The rows that are complete; with `last`, what is left as well. */
  *take(text: string, last = false): Generator<FileRow> {
    this.rest += text;
    let from = 0;
    for (;;) {
      const end = this.endOfRow(from);
      if (end < 0) break;
      yield this.row(this.rest.slice(from, end));
      from = end + 1;
    }
    this.rest = this.rest.slice(from);
    if (this.rest.length > longestRow) throw this.tooLong();
    if (last && this.rest.trim() !== '') yield this.row(this.rest);
  }

  private tooLong(): ImportError {
    const { line } = this;
    return new ImportError({
      en: `line ${line}: the row has more than ${longestRow} characters; expected a line feed, or the end of a quoted cell (")`,
      ja: `${line} 行目: 1行が ${longestRow} 文字を超えています。改行か、引用符（"）の閉じ忘れを確かめてください`,
    });
  }

  /** Where the row that begins here ends: a line feed outside quotes. */
  private endOfRow(from: number): number {
    const end = this.rest.indexOf('\n', from);
    if (end < 0 || this.separator === '\t') return end;
    const quote = this.rest.indexOf('"', from);
    if (quote < 0 || quote > end) return end;
    let inside = false;
    for (let i = from; i < this.rest.length; i++) {
      const code = this.rest.charCodeAt(i);
      if (code === 34) inside = !inside;
      else if (code === 10 && !inside) return i;
    }
    return -1;
  }

  private row(text: string): FileRow {
    const line = this.line++;
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.line++;
    const plain = text.endsWith('\r') ? text.slice(0, -1) : text;
    return {
      cells: this.separator === '\t' || !plain.includes('"') ? plain.split(this.separator) : this.quoted(plain),
      line,
    };
  }

  private quoted(text: string): string[] {
    const cells: string[] = [];
    let at = 0;
    while (at <= text.length) {
      if (text[at] === '"') {
        let cell = '';
        for (at++; at < text.length; at++) {
          if (text[at] !== '"') cell += text[at];
          else if (text[at + 1] === '"') cell += text[at++];
          else break;
        }
        cells.push(cell);
        const next = text.indexOf(this.separator, at + 1);
        if (next < 0) break;
        at = next + 1;
      } else {
        const next = text.indexOf(this.separator, at);
        cells.push(next < 0 ? text.slice(at) : text.slice(at, next));
        if (next < 0) break;
        at = next + 1;
      }
    }
    return cells;
  }
}

/**
 * The rows of a file, the headings left out, and where each heading is.
 * @throws ImportError when the file cannot be read
 */
export async function* readRows(
  file: string,
  layout: Pick<Layout, 'separator' | 'encoding' | 'skipLines' | 'header'>,
): AsyncGenerator<FileRow & { readonly headings: ReadonlyMap<string, number> }> {
  const reader = new RowReader(layout.separator === 'tab' ? '\t' : ',');
  const headings = new Map<string, number>();
  const skip = layout.skipLines ?? 0;
  let seen = 0;
  const keep = function* (rows: Iterable<FileRow>) {
    for (const row of rows) {
      seen++;
      if (seen === skip && layout.header)
        row.cells.forEach((cell, i) => {
          headings.set(cell.replace(/^\ufeff/, '').trim(), i);
        });
      if (seen > skip) yield { ...row, headings };
    }
  };
  try {
    let first = true;
    for await (const text of texts(file, layout.encoding)) {
      yield* keep(reader.take(first ? text.replace(/^\ufeff/, '') : text));
      first = false;
    }
    yield* keep(reader.take('', true));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new ImportError({ en: `${file} cannot be read (${code})`, ja: `${file} を読めません（${code}）` });
  }
}
