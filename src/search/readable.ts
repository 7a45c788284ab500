/**
 * The only place in search that names the tables `version` and `body`: every FROM that yields data goes through here,
 * so that what the caller may not see and what is not current never comes out.
 */
import { list, raw, type Sql, sql } from '../store/sql.ts';
import type { Readable, Store } from '../store/store.ts';
import type { At } from './condition.ts';
import { after, atMost, type Position } from './order.ts';

/** What a query may see. */
export interface Sight {
  /** Condition over `version v`, from the access policy. */
  readonly access: Readable;
  /** See what was current at this position; absent = what is current when the query runs. */
  readonly asOf?: number;
  /** False when no superseded version has index rows, so that a pure index query needs no look at the version. */
  readonly stale: boolean;
}

/** Asks the store from time to time whether the query's time is used up. */
export const inTime = (alias: string): Sql => raw(`((${alias}.seq & 255) <> 0 OR within_budget() = 1)`);

/** True when the policy hides nothing. */
const isOpen = (sight: Sight): boolean => sight.access.text === '1 = 1';

/** Condition over `version v`: current (at the position) and readable. */
export function visible({ access, asOf }: Sight): Sql {
  // The plus keeps the planner from walking all versions by position instead of the few rows that drive.
  const current =
    asOf === undefined ? sql`v.end_seq IS NULL` : sql`+v.seq <= ${asOf} AND (v.end_seq IS NULL OR v.end_seq > ${asOf})`;
  return sql`${current} AND v.deleted = 0 AND (${access})`;
}

/** The version of an index row, as one more FROM item and its condition; follows the index table, never leads. */
export function joinVersion(seq: Sql, sight: Sight): { readonly from: Sql; readonly where: Sql } {
  return { from: raw('version v'), where: sql`v.seq = ${seq} AND ${visible(sight)}` };
}

/** Condition that the version of an index row is visible, without yielding it; nothing to ask in the simplest case. */
export function seen(seq: Sql, sight: Sight): Sql {
  if (isOpen(sight) && sight.asOf !== undefined) {
    const upTo = sql`+${seq} <= ${sight.asOf}`;
    return sight.stale
      ? sql`${upTo} AND NOT EXISTS (SELECT 1 FROM stale s WHERE s.seq = ${seq} AND s.end_seq <= ${sight.asOf})`
      : upTo;
  }
  return sql`EXISTS (SELECT 1 FROM version v WHERE v.seq = ${seq} AND ${visible(sight)})`;
}

/** Positions of versions that were superseded by a position and still have index rows. */
export const supersededBy = (asOf: number): Sql => sql`SELECT s.seq AS seq FROM stale s WHERE s.end_seq <= ${asOf}`;

/** The current versions of resources known by their hashes. */
export function hashesToRows(hashes: Sql, sight: Sight): Sql {
  return sql`SELECT v.seq FROM version v WHERE v.h IN ${hashes} AND ${visible(sight)}`;
}

/** Columns a condition can be tested on, when `version v` is at hand. */
export function atVersion(moment: Sql): At {
  return { seq: raw('v.seq'), moment, h: raw('v.h'), lastUpdated: raw('v.last_updated') };
}

/** Columns a condition can be tested on, when only an index row is at hand. */
export function atIndexRow(alias: string, moment: Sql): At {
  const seq = raw(`${alias}.seq`);
  const of = (column: string) => raw(`(SELECT v.${column} FROM version v WHERE v.seq = ${alias}.seq)`);
  return { seq, moment, h: of('h'), lastUpdated: of('last_updated') };
}

/** What a query yields of a version. */
export const versionColumns = raw('v.seq AS seq, v.type AS type, v.id AS id, v.version_id AS version_id');

/** The texts of versions that a readable query has yielded. */
export function textsOf(seqs: readonly number[]): Sql {
  return { text: `SELECT seq, text FROM body WHERE seq IN (${seqs.map(() => '?').join(', ')})`, values: seqs };
}

/** The types that current resources of some hashes have. */
export const typesOfHashes = (hashes: readonly bigint[], sight: Sight): Sql =>
  sql`SELECT DISTINCT v.type AS type FROM version v WHERE v.h IN ${list(hashes)} AND ${visible(sight)} ORDER BY v.type`;

/** The current versions of resources whose hashes a query yields. */
export function resourcesOfHashes(hashes: Sql, type: string | undefined, limit: number, sight: Sight): Sql {
  const ofType = type === undefined ? sql`` : sql` AND v.type = ${type}`;
  return sql`SELECT ${versionColumns} FROM version v WHERE v.h IN (${hashes}) AND ${visible(sight)}${ofType} ORDER BY v.seq ${atMost(limit)}`;
}

/** The versions of index rows, those that are current. */
export function versionsOfSeqs(seqs: Sql, limit: number, sight: Sight): Sql {
  return sql`SELECT ${versionColumns} FROM version v WHERE v.seq IN (${seqs}) AND ${visible(sight)} ORDER BY v.seq ${atMost(limit)}`;
}

/** Condition that a resource known by its hash is of a type, visible, and passes a test over `version v`. */
export function versionOfHash(hash: Sql, type: string, test: Sql, sight: Sight): Sql {
  return sql`EXISTS (SELECT 1 FROM version v WHERE v.h = ${hash} AND v.type = ${type} AND ${visible(sight)} AND ${test})`;
}

/** All versions of a type, by position. */
export function versionsOfType(type: string): Sql {
  return sql`SELECT v.seq FROM version v WHERE v.type = ${type}`;
}

/** The first visible resources of a type by id, after a position: an id and a seq, as other types may have the same id. */
export function idsOfType(
  type: string,
  position: Position | undefined,
  descending: boolean,
  limit: number,
  sight: Sight,
): Sql {
  const keys = [raw('v.id'), raw('v.seq')].map(value => ({ value, descending }));
  const from = position ? sql` AND ${after(keys, position)}` : sql``;
  return sql`SELECT v.seq AS seq, v.id AS id FROM version v WHERE v.type = ${type} AND ${inTime('v')} AND ${visible(sight)}${from}
    ORDER BY v.id ${raw(descending ? 'DESC' : '')} ${atMost(limit)}`;
}

/**
 * The first ids of a type, from one on (with it), of the versions that were current at a position, whoever may read them: what is found
 * there has still to be looked up as what it is.
 */
export function currentIds(
  type: string,
  from: string | undefined,
  descending: boolean,
  limit: number,
  asOf: number,
): Sql {
  const place = from === undefined ? sql`` : sql` AND v.id ${raw(descending ? '<=' : '>=')} ${from}`;
  return sql`SELECT v.seq AS seq, v.id AS id FROM version v WHERE v.type = ${type} AND ${inTime('v')} AND v.deleted = 0
    AND +v.seq <= ${asOf} AND (v.end_seq IS NULL OR v.end_seq > ${asOf})${place} ORDER BY v.id ${raw(descending ? 'DESC' : '')} ${atMost(limit)}`;
}

/** The ids within two, of versions of a type after a position up to another; to be looked up as those of {@link currentIds}. */
export function idsOfVersions(
  type: string,
  [least, greatest]: readonly [string | undefined, string | undefined],
  [after, upTo]: readonly [number, number],
): Sql {
  const from = least === undefined ? sql`` : sql` AND +v.id >= ${least}`;
  const to = greatest === undefined ? sql`` : sql` AND +v.id <= ${greatest}`;
  return sql`SELECT v.seq AS seq, v.id AS id FROM version v WHERE v.type = ${type} AND v.seq > ${after} AND v.seq <= ${upTo}
    AND v.deleted = 0${from}${to}`;
}

/** How many versions a type has. */
export const versionsOfTypeCount = (type: string): Sql =>
  sql`SELECT count(*) AS n FROM version v WHERE v.type = ${type}`;

/**
 * Of the versions of a type that were current at a position those that a condition over `v` takes, each with a value, whoever may read
 * them: what is found there has still to be looked up as what it is.
 */
export const currentVersions = (type: string, moment: Sql, isTaken: Sql, asOf: number): Sql =>
  sql`SELECT v.seq AS seq, ${moment} AS moment FROM version v WHERE v.type = ${type} AND ${isTaken} AND ${inTime('v')} AND v.deleted = 0
    AND +v.seq <= ${asOf} AND (v.end_seq IS NULL OR v.end_seq > ${asOf})`;

/** The types that have resources: a hop from type to type over the index. */
export const typesWithResources: Sql = raw(`WITH RECURSIVE t(type) AS (
  SELECT min(type) FROM index_resource
  UNION ALL SELECT (SELECT min(r.type) FROM index_resource r WHERE r.type > t.type) FROM t WHERE t.type IS NOT NULL)
  SELECT type FROM t WHERE type IS NOT NULL`);

/** Position of the newest version; 0 in an empty database. */
export async function newestPosition(store: Pick<Store, 'state'>): Promise<number> {
  return (await store.state()).position;
}

/**
 * Position of the newest version of a type; null when there is none. In the order of the index on (type, seq), of which it is one
 * step: for `max(seq)` PostgreSQL may walk all versions back to one of the type, in a database of few types.
 */
export const newestOfType = (type: string): Sql =>
  sql`SELECT CASE WHEN x.type = ${type} THEN x.seq END AS seq FROM (SELECT v.type, v.seq FROM version v
    WHERE (v.type, v.seq) <= (${type}, ${Number.MAX_SAFE_INTEGER}) ORDER BY v.type DESC, v.seq DESC LIMIT 1) x`;

/** The texts of all current resources of a type; for the server's own use (its own conformance resources). */
export const storedTexts = (type: string): Sql =>
  sql`SELECT b.text AS text FROM index_resource r CROSS JOIN version v CROSS JOIN body b WHERE r.type = ${type} AND v.seq = r.seq AND v.end_seq IS NULL AND b.seq = v.seq ORDER BY r.seq`;

/** Versions of a type that have index rows, with their texts, by position; for indexing anew. */
export const indexedVersions = (type: string, after: number, limit: number): Sql =>
  sql`SELECT v.seq AS seq, b.text AS text FROM version v CROSS JOIN body b WHERE v.type = ${type} AND v.seq > ${after} AND b.seq = v.seq AND (v.end_seq IS NULL OR EXISTS (SELECT 1 FROM stale s WHERE s.seq = v.seq)) ORDER BY v.seq ${atMost(limit)}`;

/** Resources whose URL has one of some hashes, with their text. */
export const resourcesOfWords = (urls: readonly number[], words: readonly number[], limit: number, sight: Sight): Sql =>
  sql`SELECT ${versionColumns}, b.text AS text FROM index_use x CROSS JOIN version v CROSS JOIN body b
    WHERE x.param IN ${list(urls)} AND x.word IN ${list(words)}
    AND v.seq = x.seq AND ${visible(sight)} AND b.seq = v.seq ORDER BY v.seq ${atMost(limit)}`;
