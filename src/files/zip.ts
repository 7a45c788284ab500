/**
 * ZIP archives that people send. Stored and deflated entries; no encryption, no ZIP64.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { Message } from '../fhir/types.ts';

/** A file of an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Thrown for what is no archive, or more than may be unpacked. */
export class ZipError extends Error {
  readonly text: Message;

  constructor(text: Message) {
    super(text.en);
    this.name = 'ZipError';
    this.text = text;
  }
}

const endMark = 0x06054b50;
const centralMark = 0x02014b50;
const localMark = 0x04034b50;
const utf8Flag = 0x800;

const broken = (en: string, ja: string): ZipError =>
  new ZipError({ en: `The ZIP archive cannot be read: ${en}`, ja: `ZIP を読めません: ${ja}` });

/** True when bytes begin like a ZIP archive. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes.length > 3 && bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2]! < 7;

function findEnd(bytes: Buffer): number {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 65_557); at--)
    if (bytes.readUInt32LE(at) === endMark) return at;
  throw broken('its directory is missing', '目録がありません');
}

/** Longest name of a file that the usual disks take, in bytes. */
const longestName = 255;

/** Last part of a path: folders inside an archive mean nothing, and must not lead anywhere. @throws ZipError */
function baseName(name: string): string {
  const own = name.replace(/^.*[\\/]/s, '');
  if (own !== '.' && own !== '..' && !own.includes('\0') && Buffer.byteLength(own) <= longestName) return own;
  const shown = JSON.stringify(own.slice(0, 80));
  throw broken(`${shown} cannot be the name of a file`, `${shown} はファイル名に使えません`);
}

const inflateRaw = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflateRaw);

/** Unpacks beside this thread. */
async function inflate(data: Buffer, method: number, size: number, name: string): Promise<Uint8Array> {
  if (method === 0) return data;
  if (method !== 8) throw broken(`${name} is packed in another way than deflate`, `${name} は deflate 以外の方式です`);
  try {
    return await inflateRaw(data, { maxOutputLength: Math.max(size, 1) });
  } catch {
    throw broken(`${name} is damaged`, `${name} が壊れています`);
  }
}

/**
 * The files of an archive, without folders.
 * @param most bytes all files may have together when unpacked
 * @throws ZipError
 */
export async function readZip(given: Uint8Array, most: number): Promise<ZipEntry[]> {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.length);
  const end = findEnd(bytes);
  const count = bytes.readUInt16LE(end + 10);
  const entries: ZipEntry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  let total = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== centralMark)
      throw broken('its directory is damaged', '目録が壊れています');
    const [flags, method] = [bytes.readUInt16LE(at + 8), bytes.readUInt16LE(at + 10)];
    const [packed, size] = [bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24)];
    const [nameLength, extraLength, noteLength] = [28, 30, 32].map(offset => bytes.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const rawName = bytes.subarray(at + 46, at + 46 + nameLength);
    const name = new TextDecoder(flags & utf8Flag ? 'utf-8' : 'shift_jis').decode(rawName);
    if (flags & 1) throw broken(`${name} is encrypted`, `${name} は暗号化されています`);
    total += size;
    if (total > most)
      throw new ZipError({
        en: `The files of the archive have more than ${most} bytes together (setting max-body)`,
        ja: `ZIP の中身が合計 ${most} バイトを超えています（設定 max-body）`,
      });
    if (!name.endsWith('/'))
      entries.push({
        name: baseName(name),
        bytes: await readEntry(
          bytes,
          { at: bytes.readUInt32LE(at + 42), method, packed, size, crc: bytes.readUInt32LE(at + 16) },
          name,
        ),
      });
    at += 46 + nameLength + extraLength + noteLength;
  }
  return entries;
}

/** What the directory says of an entry. */
interface EntryPlace {
  readonly at: number;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly crc: number;
}

async function readEntry(
  bytes: Buffer,
  { at, method, packed, size, crc }: EntryPlace,
  name: string,
): Promise<Uint8Array> {
  if (at + 30 > bytes.length || bytes.readUInt32LE(at) !== localMark)
    throw broken(`${name} is missing`, `${name} がありません`);
  const from = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
  const content = await inflate(bytes.subarray(from, from + packed), method, size, name);
  if (content.length !== size || zlib.crc32(content) !== crc)
    throw broken(`${name} is damaged`, `${name} が壊れています`);
  return content;
}
