/**
 * Cursor: where a page begins, as a token that only this database can make or read. It carries the whole query, so that a
 * link cannot be bent into another query, survives a restart and shows nothing of a POST body.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { FhirError } from '../fhir/outcome.ts';
import type { Position } from './order.ts';
import type { QueryParameter } from './search.ts';

/** What a page link holds. */
export interface Cursor {
  /** The query of the first page. */
  readonly query: readonly QueryParameter[];
  /** Path of the first page below the base; a link works only there. */
  readonly path: string;
  /** Change feed position all pages show. */
  readonly asOf: number;
  /** Keys of the last row before the page; for several types, of all types alike. */
  readonly position: Position;
  /** Type of that row. */
  readonly type?: string;
  /** Which condition drives in each type, by its place among the conditions; -1 = none. */
  readonly drivers: Readonly<Record<string, number>>;
  readonly total?: number;
  /** Lenient handling was asked for on the first page. */
  readonly lenient: boolean;
  /** When the first page was asked for, UTC milliseconds. */
  readonly since: number;
}

/** Counts up when positions mean something else than before. */
const version = 2;

/** Seals a cursor. @param secret 32 bytes of this database */
export function sealCursor(cursor: Cursor, secret: Uint8Array): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret), nonce);
  const sealed = Buffer.concat([cipher.update(deflateRawSync(JSON.stringify(cursor))), cipher.final()]);
  return Buffer.concat([Buffer.from([version]), nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

const keyOf = (secret: Uint8Array): Buffer => createHash('sha256').update('page link').update(secret).digest();

/**
 * Opens a cursor.
 * @throws FhirError 'search-parameter' for a token this server did not make
 */
export function openCursor(token: string, path: string, secret: Uint8Array): Cursor {
  const bytes = /^[A-Za-z0-9_-]{40,100000}$/.test(token) ? Buffer.from(token, 'base64url') : Buffer.alloc(0);
  if (bytes.length < 30 || bytes[0] !== version) throw notOurs();
  const decipher = createDecipheriv('aes-256-gcm', keyOf(secret), bytes.subarray(1, 13));
  decipher.setAuthTag(bytes.subarray(13, 29));
  let cursor: Cursor;
  try {
    const plain = Buffer.concat([decipher.update(bytes.subarray(29)), decipher.final()]);
    cursor = JSON.parse(inflateRawSync(plain, { maxOutputLength: 10_000_000 }).toString()) as Cursor;
  } catch {
    throw notOurs();
  }
  if (cursor.path !== path) throw notOurs();
  return cursor;
}

/** Refuses a cursor whose moment can no longer be shown. */
export function checkFresh(cursor: Cursor, now: number, lifetimeMs: number): void {
  if (now - cursor.since <= lifetimeMs) return;
  const minutes = Math.round(lifetimeMs / 60_000);
  throw new FhirError(
    'expired',
    {
      en: `This page link is older than ${minutes} minutes; ask the first page again`,
      ja: `このページのリンクは${minutes}分を過ぎました。最初のページから検索し直してください`,
    },
    { location: '_page' },
  );
}

function notOurs(): FhirError {
  return new FhirError(
    'search-parameter',
    {
      en: '_page: found a page link this server did not make, or one that was changed; take the links of the Bundle as they are',
      ja: '_page: このサーバーが作ったページのリンクではないか、変更されています。Bundle の link をそのまま使ってください',
    },
    { location: '_page' },
  );
}
