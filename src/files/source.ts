/** Files as bytes: in memory, and pieces of them. */
import type { SourceFile } from './forms/standard.ts';

/** A file that is in memory. */
export const inMemory = (name: string, bytes: Uint8Array): SourceFile => ({
  name,
  chunks: () => [bytes],
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
