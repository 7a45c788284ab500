/**
 * Reads .tgz archives into memory, safely: paths that leave the archive, links and sizes that run away are refused.
 * @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06 (ustar, pax)
 */
import zlib from 'node:zlib';
import type { Message } from '../fhir/types.ts';

/** Largest unpacked archive, and most files in one. */
const maxBytes = 1_500_000_000;
const maxFiles = 100_000;
const block = 512;

/** Thrown for what is no FHIR package, or one that must not be read. */
export class PackageError extends Error {
  readonly text: Message;
  constructor(text: Message) {
    super(text.en);
    this.name = 'PackageError';
    this.text = text;
  }
}

function refuse(en: string, ja: string): never {
  throw new PackageError({ en, ja });
}

/** Deflate makes nothing smaller than this part of it. */
const mostDense = 1032;

/** How large an archive says it is at its end, in bytes; what cannot be true counts as the most it can be. @see RFC 1952 2.3.1 */
const statedSize = (bytes: Buffer): number =>
  Math.min(bytes.length < 18 ? 0 : bytes.readUInt32LE(bytes.length - 4), bytes.length * mostDense, maxBytes);

/** True for what is wrong with the bytes themselves; else there was no room for what they hold. */
const isDamage = ({ code }: NodeJS.ErrnoException): boolean =>
  ['Z_DATA_ERROR', 'Z_BUF_ERROR', 'Z_STREAM_ERROR', 'Z_NEED_DICT'].includes(code ?? '');

function unzip(bytes: Buffer): Buffer {
  try {
    // Into one piece of the right size: pieces that are joined at the end would take twice the memory.
    return zlib.gunzipSync(bytes, { maxOutputLength: maxBytes, chunkSize: statedSize(bytes) + block });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      return refuse(
        `the archive is larger than ${maxBytes} bytes when unpacked`,
        `展開後の大きさが ${maxBytes} バイトを超えています`,
      );
    if (!isDamage(error as NodeJS.ErrnoException))
      return refuse(
        `the archive, ${statedSize(bytes)} bytes when unpacked, does not fit into memory`,
        `展開後 ${statedSize(bytes)} バイトのアーカイブがメモリーに収まりません`,
      );
    return refuse('the file is not a .tgz archive (gzip)', '.tgz（gzip）のファイルではありません');
  }
}

const text = (header: Buffer, from: number, to: number): string => {
  const end = header.indexOf(0, from);
  return header.toString('utf8', from, end >= 0 && end < to ? end : to);
};

/** Size of an entry: octal text. */
function sizeOf(header: Buffer): number {
  const size = Number.parseInt(text(header, 124, 136).trim() || '0', 8);
  return Number.isSafeInteger(size) && size >= 0 ? size : refuse('the archive is damaged', 'アーカイブが壊れています');
}

/** `path=` of a pax header: `length key=value\n` records. */
function paxPath(data: Buffer): string | undefined {
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(32, at);
    const length = space < 0 ? Number.NaN : Number(data.toString('latin1', at, space));
    if (!Number.isInteger(length) || length <= space - at) return undefined;
    const record = data.toString('utf8', space + 1, at + length - 1);
    if (record.startsWith('path=')) return record.slice(5);
    at += length;
  }
  return undefined;
}

function safePath(name: string): string {
  const plain = name.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
  if (plain.startsWith('/') || /^[A-Za-z]:/.test(plain) || plain.split('/').includes('..'))
    refuse(
      `the archive holds a file outside of itself: ${JSON.stringify(name.slice(0, 80))}`,
      `アーカイブの外を指すファイルがあります: ${JSON.stringify(name.slice(0, 80))}`,
    );
  return plain;
}

/**
 * The files of a .tgz by path.
 * @throws PackageError for what is not gzip or tar, leaves the archive or is too large
 */
export function readTgz(bytes: Buffer): ReadonlyMap<string, Buffer> {
  const tar = unzip(bytes);
  const files = new Map<string, Buffer>();
  let longName: string | undefined;
  for (let at = 0; at + block <= tar.length; ) {
    const header = tar.subarray(at, at + block);
    if (header[0] === 0) break;
    if (text(header, 257, 262) !== 'ustar') refuse('the file is not a tar archive', 'tar アーカイブではありません');
    const size = sizeOf(header);
    const data = tar.subarray(at + block, at + block + size);
    if (data.length < size) refuse('the archive ends in the middle of a file', 'アーカイブが途中で切れています');
    at += block + Math.ceil(size / block) * block;
    const kind = String.fromCharCode(header[156] ?? 0);
    if (kind === 'x') longName = paxPath(data);
    else if (kind === 'L') longName = text(data, 0, data.length);
    else if (kind === '0' || kind === '\0') {
      const prefix = text(header, 345, 500);
      files.set(safePath(longName ?? (prefix ? `${prefix}/` : '') + text(header, 0, 100)), data);
      longName = undefined;
      if (files.size > maxFiles)
        refuse(`the archive holds more than ${maxFiles} files`, `ファイルが ${maxFiles} 個を超えています`);
    } else longName = undefined;
  }
  return files;
}
