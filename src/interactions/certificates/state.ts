/**
 * What the store holds of the resources of a chunk: the same content, other content, or nothing. Ids are made from business
 * keys and a secret of the database, so that a key has one id for every push, and an id tells nothing of its key.
 */
import { hash } from 'node:crypto';
import { join, sql } from '../../store/sql.ts';
import type { Store, TextTemplate } from '../../store/store.ts';

/** Hashes of a resource that is to be there: of its reference and of its content. */
export interface Wanted {
  readonly ref: bigint;
  readonly content: bigint;
}

/** `same`: nothing to do; `other`: it is there with other content; `deleted`; `absent`: there never was one of this id. */
export type Presence = 'same' | 'other' | 'deleted' | 'absent';

const states: readonly Presence[] = ['same', 'other', 'deleted'];

/** Resources asked for at a time. */
const mostAsked = 2048;

/** Where each of some resources stands, in their order. One query for many; no content is read. */
export async function presenceOf(store: Store, wanted: readonly Wanted[]): Promise<readonly Presence[]> {
  const presence = wanted.map((): Presence => 'absent');
  for (let from = 0; from < wanted.length; from += mostAsked) {
    const rows = wanted
      .slice(from, from + mostAsked)
      .map(({ ref, content }, i) => sql`(${from + i}, CAST(${ref} AS bigint), CAST(${content} AS bigint))`);
    // A power of two: few texts of statements for any number of rows. The same row twice says the same twice.
    while (rows.length & (rows.length - 1)) rows.push(rows.at(-1)!);
    const found = await store.select(
      sql`WITH x (n, h, content) AS (VALUES ${join(rows, ', ')})
        SELECT x.n AS n, CASE WHEN v.deleted = 1 THEN 2 WHEN v.content_hash = x.content THEN 0 ELSE 1 END AS state
        FROM x CROSS JOIN version v WHERE v.h = x.h AND v.end_seq IS NULL`,
      { newest: true },
    );
    for (const row of found) presence[Number(row['n'])] = states[Number(row['state'])]!;
  }
  return presence;
}

/** Makes the id of a business key. */
export function idMaker(secret: Uint8Array): (kind: string, key: string) => string {
  const salt = Buffer.from(secret).toString('hex');
  return (kind, key) => {
    const hex = hash('sha256', `${salt} ${kind} ${key}`);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  };
}

/** The text a resource has in the store, with holes for version and time: as `stampable` makes it, without reading it again. */
export function templateOf({ resourceType, meta, ...rest }: Record<string, unknown>, id: string): TextTemplate {
  const { profile } = meta as { profile: readonly string[] };
  return {
    before: `{"resourceType":"${String(resourceType)}","id":"${id}","meta":{`,
    after: `,"profile":${JSON.stringify(profile)}},${JSON.stringify(rest).slice(1)}`,
  };
}
