/** Files as bytes and as rows: in memory, pieces of them, and rows that are read again from where they stand. */
import { type KnownPlace, RowDecoder } from './decode.ts';
import type { Finding } from './finding.ts';
import type { SourceFile } from './forms/standard.ts';
import type { Row } from './row.ts';

/** Bytes of a file in memory that are given at a time, so that its rows are not all made at once. */
const piece = 262_144;

/** A file that is in memory. */
export const inMemory = (name: string, bytes: Uint8Array): SourceFile => ({
  name,
  *chunks() {
    for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
  },
  read: (from, to) => bytes.subarray(from, to),
});

/** The bytes of a file from one position to another; of a source that cannot be read at a position, all is gone through. */
export function bytesBetween(source: SourceFile, from: number, to: number): Uint8Array {
  if (source.read) return source.read(from, to);
  const pieces: Uint8Array[] = [];
  let offset = 0;
  for (const chunk of source.chunks()) {
    if (offset + chunk.length > from) pieces.push(chunk.subarray(Math.max(0, from - offset), to - offset));
    offset += chunk.length;
    if (offset >= to) break;
  }
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}

/** The rows of a file; undefined after each piece of it, so that a piece without any can be a pause as well. */
export function* rowsOf(chunks: Iterable<Uint8Array>, decoder: RowDecoder): Generator<Row | undefined> {
  for (const chunk of chunks) {
    yield* decoder.push(chunk);
    yield undefined;
  }
  yield* decoder.end();
}

/** Rows of one file that stand together: where the first begins and the last ends. */
export interface Stretch<File> extends KnownPlace {
  readonly file: File;
  to: number;
}

/** Notes where a row stands; rows that follow each other are one stretch. */
export function addPlace<File>(
  stretches: Stretch<File>[],
  file: File,
  { from, to, line }: Row,
  { characterSet: set }: RowDecoder,
): void {
  const last = stretches.at(-1);
  if (last?.file === file && last.to === from && last.set === set) last.to = to;
  else stretches.push({ file, line, from, to, set });
}

/** The rows of a stretch, read again. */
export function rowsAgain(source: SourceFile, stretch: Stretch<unknown>): Row[] {
  const decoder = new RowDecoder({}, stretch);
  return [...decoder.push(bytesBetween(source, stretch.from, stretch.to)), ...decoder.end()];
}

/** What is said of rows that are not there any more when they are read again. */
export const changed = (file: string, line: number): Finding => ({
  kind: 'set',
  severity: 'error',
  file,
  line,
  rule: { en: 'the file changed while it was read', ja: '読んでいる間にファイルが書き換えられました' },
  mend: { en: 'Send the file again when it is written', ja: '書き終えてから、もう一度送ってください' },
});
