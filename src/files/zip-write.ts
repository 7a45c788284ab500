/**
 * ZIP archives that people fetch, written while they are sent: sizes stand behind each file (data descriptors). No ZIP64.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
import { pipeline, Readable } from 'node:stream';
import zlib from 'node:zlib';

/** A file to be written. */
export interface ZipSource {
  readonly name: string;
  pieces(): Iterable<Uint8Array>;
}

/** Most files of an archive, and most bytes: more need ZIP64, which not every program reads. */
export const zipLimits = { files: 65_535, bytes: 0xffff_0000 };

const marks = { local: 0x04034b50, descriptor: 0x08074b50, central: 0x02014b50, end: 0x06054b50 };
/** Names are UTF-8, sizes stand behind. */
const flags = 0x808;
/** The first day of the format: equal files make equal archives. */
const firstDay = 0x00210000;

/** Numbers of 2 or 4 bytes, the least byte first. */
function numbers(...list: readonly (readonly [bytes: 2 | 4, value: number])[]): Buffer {
  const buffer = Buffer.alloc(list.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of list) at = buffer.writeUIntLE(value, at, bytes);
  return buffer;
}

/** What is known of a file when it has been written. */
interface Written {
  crc: number;
  packed: number;
  size: number;
}

async function* deflated(pieces: Iterable<Uint8Array>, about: Written): AsyncGenerator<Uint8Array> {
  const counted = function* (): Generator<Uint8Array> {
    for (const piece of pieces) {
      about.crc = zlib.crc32(piece, about.crc);
      about.size += piece.length;
      yield piece;
    }
  };
  const packer = zlib.createDeflateRaw();
  // What breaks the reading breaks the packer, whose reader is told.
  pipeline(Readable.from(counted(), { objectMode: false }), packer, () => {});
  for await (const chunk of packer as AsyncIterable<Uint8Array>) {
    about.packed += chunk.length;
    yield chunk;
  }
}

/** What the local head and the directory say alike. */
const aboutFile = ({ crc, packed, size }: Written, title: Buffer): Buffer =>
  numbers([2, 20], [2, flags], [2, 8], [4, firstDay], [4, crc], [4, packed], [4, size], [2, title.length], [2, 0]);

/** The bytes of an archive; names of files are ASCII or UTF-8. */
export async function* writeZip(files: Iterable<ZipSource>): AsyncGenerator<Uint8Array> {
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, pieces } of files) {
    const title = Buffer.from(name);
    const about: Written = { crc: 0, packed: 0, size: 0 };
    const head = Buffer.concat([numbers([4, marks.local]), aboutFile(about, title), title]);
    yield head;
    yield* deflated(pieces(), about);
    const { crc, packed, size } = about;
    const tail = numbers([4, marks.descriptor], [4, crc], [4, packed], [4, size]);
    yield tail;
    const place = numbers([2, 0], [2, 0], [2, 0], [4, 0], [4, offset]);
    directory.push(numbers([4, marks.central], [2, 20]), aboutFile(about, title), place, title);
    offset += head.length + packed + tail.length;
  }
  const index = Buffer.concat(directory);
  const count = directory.length / 4;
  yield index;
  yield numbers([4, marks.end], [2, 0], [2, 0], [2, count], [2, count], [4, index.length], [4, offset], [2, 0]);
}
