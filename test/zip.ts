/** Archives as other programs write them: sizes stand before each file. */
import zlib from 'node:zlib';
import type { ZipEntry } from '../src/files/zip.ts';

const marks = { end: 0x06054b50, central: 0x02014b50, local: 0x04034b50 };
const utf8Flag = 0x800;

/** An archive of files; names are ASCII or UTF-8. Times are left at the format's first day, so that equal files make equal archives. */
export function writeZip(entries: readonly ZipEntry[]): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const title = Buffer.from(name);
    const packed = zlib.deflateRawSync(bytes);
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt16LE(utf8Flag, 2);
    about.writeUInt16LE(8, 4);
    about.writeUInt32LE(0x00210000, 6);
    about.writeUInt32LE(zlib.crc32(bytes), 10);
    about.writeUInt32LE(packed.length, 14);
    about.writeUInt32LE(bytes.length, 18);
    about.writeUInt16LE(title.length, 22);
    const local = Buffer.alloc(4);
    local.writeUInt32LE(marks.local);
    parts.push(local, about, title, packed);
    const head = Buffer.alloc(6);
    head.writeUInt32LE(marks.central);
    head.writeUInt16LE(20, 4);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(head, about, tail, title);
    offset += 30 + title.length + packed.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(marks.end);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, index, end]);
}
