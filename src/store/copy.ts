/**
 * Copying a database's change feed to another one, version by version: what `engawa move` reads and writes.
 * The feed is the whole truth: which version is current, which superseded which, follows from replaying it in order.
 */
import { hash } from 'node:crypto';
import type { IndexRow, Version } from './store.ts';

/** A version as it lies in a database. Hashes stay hashes. */
export interface CopiedVersion extends Version {
  readonly content: bigint;
  readonly person: bigint | null;
  readonly author: bigint | null;
  readonly informationClass: number;
  readonly releasedAt: number | null;
}

/** A version with what is derived from its text. */
export interface IndexedVersion extends CopiedVersion {
  /** Absent when it is not current after the chunk. */
  readonly rows?: readonly IndexRow[];
  readonly persons: readonly bigint[];
}

/** Counts of a database up to a position. */
export interface Counts {
  readonly versions: number;
  readonly resources: number;
}

/** One end of a move. */
export interface CopySide {
  /** Position of the newest commit. */
  last(): Promise<number>;
  /** Versions after a position, in order. */
  read(after: number, limit: number): Promise<readonly CopiedVersion[]>;
  /** Forgets what it has noted of its index: what is written next is indexed for the specification's own parameters only. */
  forgetIndex(): Promise<void>;
  /** Writes versions that follow directly on what is there; all or nothing. */
  write(versions: readonly IndexedVersion[]): Promise<void>;
  /** Number of versions and of resources that are not deleted, as of a position. */
  counts(upTo: number): Promise<Counts>;
  secrets(): Promise<readonly (readonly [name: string, value: Uint8Array])[]>;
  writeSecrets(secrets: readonly (readonly [name: string, value: Uint8Array])[]): Promise<void>;
  close(): Promise<void>;
}

/** Checksum of versions: every fact and the whole text of each. */
export function checksum(versions: readonly CopiedVersion[], before: string): string {
  const lines = versions.map(one =>
    JSON.stringify([
      one.seq,
      one.type,
      one.id,
      one.versionId,
      one.lastUpdated,
      one.deleted,
      one.method,
      `${one.content}`,
      `${one.person}`,
      `${one.author}`,
      one.informationClass,
      one.releasedAt,
      one.text,
    ]),
  );
  return hash('sha256', `${before}\n${lines.join('\n')}`);
}

/** A row of the query both databases answer for {@link CopySide.read}. Whole numbers come as bigint or number. */
export interface CopyRow {
  readonly seq: number | bigint;
  readonly type: string;
  readonly id: string;
  readonly version_id: number | bigint;
  readonly last_updated: number | bigint;
  readonly deleted: number | bigint;
  readonly method: Version['method'];
  readonly content_hash: number | bigint;
  readonly person: number | bigint | null;
  readonly author: number | bigint | null;
  readonly class: number | bigint;
  readonly released_at: number | bigint | null;
  readonly text: string | null;
}

/** The columns of {@link CopyRow}. */
export const copyQuery = `SELECT v.seq, v.type, v.id, v.version_id, v.last_updated, v.deleted, v.method, v.content_hash, v.person, v.author,
  v.class, v.released_at, b.text FROM version v LEFT JOIN body b ON b.seq = v.seq WHERE v.seq > ? ORDER BY v.seq LIMIT ?`;

/** The counts of {@link CopySide.counts}; two values, both the position. */
export const countsQuery = `SELECT count(*) AS versions, coalesce(sum(CASE WHEN v.deleted = 0 AND (v.end_seq IS NULL OR v.end_seq > ?) THEN 1 ELSE 0 END), 0) AS resources
  FROM version v WHERE v.seq <= ?`;

/** Removes the notes of search/index-state.ts by type; the next start looks what is missing. */
export const forgetIndexQuery = "DELETE FROM note WHERE name LIKE 'index %' AND name <> 'index versions'";

const big = (value: number | bigint | null): bigint | null => (value === null ? null : BigInt(value));

/** A row as a version. */
export const toCopied = (row: CopyRow): CopiedVersion => ({
  seq: Number(row.seq),
  type: row.type,
  id: row.id,
  versionId: Number(row.version_id),
  lastUpdated: Number(row.last_updated),
  deleted: Number(row.deleted) === 1,
  method: row.method,
  content: BigInt(row.content_hash),
  person: big(row.person),
  author: big(row.author),
  informationClass: Number(row.class),
  releasedAt: row.released_at === null ? null : Number(row.released_at),
  text: row.text ?? '',
});

/** Versions that follow directly on a position; anything else would tear the feed. */
export function assertFollows(versions: readonly CopiedVersion[], last: number): void {
  const wrong = versions.findIndex((version, i) => version.seq !== last + 1 + i);
  if (wrong >= 0)
    throw new Error(`the feed has position ${versions[wrong]!.seq} where ${last + 1 + wrong} is expected`);
}
