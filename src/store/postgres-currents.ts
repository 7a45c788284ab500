/**
 * What a batch of commits begins from: the newest position, and the current versions of the resources it touches.
 */
import { Batch, type Targets } from './postgres-batch.ts';
import { type Connection, query } from './postgres-connection.ts';

/**
 * Position of the newest version of the type `t.type`; 0 = there is none. Asked for in the order of the index on (type, seq), of which
 * it is one step: by `max(seq)` the planner may walk all versions back to one of the type, and there may be none.
 */
const newestOfType = `coalesce((SELECT CASE WHEN x.type = t.type THEN x.seq END FROM (SELECT n.type, n.seq FROM version n
  WHERE (n.type, n.seq) <= (t.type, 9223372036854775807) ORDER BY n.type DESC, n.seq DESC LIMIT 1) x), 0)`;

/**
 * A batch that begins after the newest commit and knows the resources given; all persons of those that are deleted, and the newest
 * version of each type given.
 */
export async function loadCurrents(
  client: Connection,
  hashes: ReadonlySet<bigint>,
  deleted: ReadonlySet<bigint>,
  { shared }: Targets,
  types: readonly string[] = [],
): Promise<Batch> {
  const rows = await query<CurrentRow>(client, {
    text: `SELECT m.last, r.h, r.type, r.id, r.seq, r.version_id, r.last_updated, r.deleted, v.content_hash, v.place,
        v.person, v.author, v.class, v.released_at, m.newest
      FROM (SELECT coalesce(max(seq), 0) AS last, ARRAY(SELECT ${newestOfType}
        FROM unnest(?::text[]) WITH ORDINALITY t(type, i) ORDER BY t.i)::text[] AS newest FROM version) m
      LEFT JOIN (resource r JOIN version v ON v.seq = r.seq) ON r.h = ANY (?::bigint[])`,
    values: [types, [...hashes]],
  });
  const batch = new Batch(Number(rows[0]!.last), shared);
  for (const [i, type] of types.entries()) batch.newest.set(type, Number(rows[0]!.newest[i]));
  const others = await loadPersons(client, deleted);
  for (const row of rows) {
    if (row.h === null) continue;
    const { type, id, seq, version_id: versionId, last_updated: lastUpdated, deleted } = row;
    batch.currents.set(BigInt(row.h), {
      type,
      id,
      seq,
      versionId,
      lastUpdated,
      alive: deleted === 0,
      indexed: deleted === 0,
      content: BigInt(row.content_hash),
      place: BigInt(row.place),
      facts: {
        persons: personsOf(row, others),
        author: row.author === null ? null : BigInt(row.author),
        informationClass: row.class,
        releasedAt: row.released_at,
      },
    });
  }
  return batch;
}

/** Persons of resources that belong to more than one, by the hash of the resource. */
async function loadPersons(client: Connection, hashes: ReadonlySet<bigint>): Promise<ReadonlyMap<bigint, bigint[]>> {
  const found = new Map<bigint, bigint[]>();
  if (hashes.size === 0) return found;
  const rows = await query<{ h: number | bigint; person: number | bigint }>(client, {
    text: 'SELECT r.h, p.h AS person FROM resource r JOIN resource_person p ON p.seq = r.seq WHERE r.h = ANY (?::bigint[])',
    values: [[...hashes]],
  });
  for (const { h, person } of rows) found.set(BigInt(h), [...(found.get(BigInt(h)) ?? []), BigInt(person)]);
  return found;
}

/** The person noted in the version is the first one. */
function personsOf({ h, person }: CurrentRow, others: ReadonlyMap<bigint, readonly bigint[]>): readonly bigint[] {
  if (person === null) return [];
  return [...new Set([BigInt(person), ...(others.get(BigInt(h!)) ?? [])])];
}

interface CurrentRow {
  last: number;
  newest: readonly string[];
  h: number | bigint | null;
  type: string;
  id: string;
  seq: number;
  version_id: number;
  last_updated: number;
  deleted: number;
  content_hash: number | bigint;
  place: number | bigint;
  person: number | bigint | null;
  author: number | bigint | null;
  class: number;
  released_at: number | null;
}
