/**
 * Rows of the tables `version` and `body` as Versions, and the condition of a history: shared by both databases.
 */
import { refHash } from './hash.ts';
import { join, list, raw, type Sql, sql } from './sql.ts';
import type { Current, HistoryScope, IndexTable, ListedVersion, Readable, Version } from './store.ts';

/** A row of {@link versionColumns}. */
export interface VersionRow {
  seq: number;
  type: string;
  id: string;
  version_id: number;
  last_updated: number;
  deleted: number;
  method: Version['method'];
  text: string | null;
}

/** Columns of a Version, from `version v` and `body b`. */
export const versionColumns = 'v.seq, v.type, v.id, v.version_id, v.last_updated, v.deleted, v.method, b.text';

/** A row as a Version. */
export const toVersion = (row: VersionRow): Version => ({
  type: row.type,
  id: row.id,
  versionId: row.version_id,
  lastUpdated: row.last_updated,
  deleted: row.deleted === 1,
  seq: row.seq,
  method: row.method,
  text: row.text ?? '',
});

/** A row of {@link currentQuery}. */
export interface CurrentRow {
  type: string;
  id: string;
  seq: number;
  version_id: number;
  last_updated: number;
  deleted: number;
  text: string | null;
}

/** A row as the current state of a resource. */
export const toCurrent = (row: CurrentRow): Current => ({
  type: row.type,
  id: row.id,
  versionId: row.version_id,
  lastUpdated: row.last_updated,
  deleted: row.deleted === 1,
  seq: row.seq,
  text: row.text ?? '',
});

const currentColumns = 'r.type, r.id, r.seq, r.version_id, r.last_updated, r.deleted, b.text';

/** The current state of one resource by its hash; the version is looked at only when access depends on it. */
export const currentQuery = (access: Readable): string =>
  access.always
    ? `SELECT ${currentColumns} FROM resource r LEFT JOIN body b ON b.seq = r.seq WHERE r.h = ?`
    : `SELECT ${currentColumns} FROM resource r JOIN version v ON v.seq = r.seq LEFT JOIN body b ON b.seq = r.seq
        WHERE r.h = ? AND ${access.text}`;

/** The versions of a list, over `version v`. */
function listedCondition(listed: readonly ListedVersion[]): Sql {
  const hash = ({ type, id }: ListedVersion) => refHash(`${type}/${id}`);
  const whole = listed.filter(one => one.versionId === undefined).map(hash);
  const single = listed.filter(one => one.versionId !== undefined);
  const rows = single.map(one => sql`(CAST(${hash(one)} AS BIGINT), CAST(${one.versionId!} AS BIGINT))`);
  const parts = [
    ...(whole.length > 0 ? [sql`v.h IN ${list(whole)}`] : []),
    ...(rows.length > 0 ? [sql`(v.h, v.version_id) IN (VALUES ${join(rows, ', ')})`] : []),
  ];
  return parts.length > 0 ? join(parts, ' OR ') : raw('1 = 0');
}

/** The versions a history asks for, over `version v`. */
function historyCondition(scope: HistoryScope, access: Readable): Sql {
  const parts: Sql[] = [access];
  if (scope.id !== undefined)
    parts.push(sql`v.h = ${refHash(`${scope.type}/${scope.id}`)} AND v.type = ${scope.type!} AND v.id = ${scope.id}`);
  else if (scope.type !== undefined) parts.push(sql`v.type = ${scope.type}`);
  if (scope.since !== undefined) parts.push(sql`v.last_updated >= ${scope.since}`);
  if (scope.at) {
    const [from, to] = scope.at;
    parts.push(
      sql`v.last_updated < ${to} AND (v.end_seq IS NULL OR (SELECT n.last_updated FROM version n WHERE n.seq = v.end_seq) > ${from})`,
    );
  }
  if (scope.listed) parts.push(listedCondition(scope.listed));
  if (scope.beforeSeq !== undefined) parts.push(sql`v.seq < ${scope.beforeSeq}`);
  if (scope.afterSeq !== undefined) parts.push(sql`v.seq > ${scope.afterSeq}`);
  return { text: parts.map(part => `(${part.text})`).join(' AND '), values: parts.flatMap(part => part.values) };
}

const selectVersion = sql`SELECT ${raw(versionColumns)} FROM version v LEFT JOIN body b ON b.seq = v.seq`;

/** The version of a resource that was current at a position. */
export function readAsOfSql(type: string, id: string, access: Readable, asOf: number): Sql {
  return sql`${selectVersion} WHERE v.h = ${refHash(`${type}/${id}`)} AND v.type = ${type} AND v.id = ${id} AND v.seq <= ${asOf} AND ${access}
    ORDER BY v.version_id DESC LIMIT 1`;
}

/** One version of a resource. */
export function readVersionSql(type: string, id: string, versionId: number, access: Readable): Sql {
  return sql`${selectVersion} WHERE v.h = ${refHash(`${type}/${id}`)} AND v.version_id = ${versionId} AND v.type = ${type} AND v.id = ${id} AND ${access}`;
}

/** A history in the order of commits, with one row more than its limit. */
export function historySql(scope: HistoryScope, access: Readable): Sql {
  return sql`${selectVersion} WHERE ${historyCondition(scope, access)} ORDER BY v.seq ${raw(scope.ascending ? 'ASC' : 'DESC')} LIMIT ${scope.limit + 1}`;
}

/** The number of versions in a history, as `n`. */
export function historyCountSql(scope: Omit<HistoryScope, 'beforeSeq' | 'afterSeq' | 'limit'>, access: Readable): Sql {
  return sql`SELECT count(*) AS n FROM version v WHERE ${historyCondition({ ...scope, limit: 0 }, access)}`;
}

/** Superseded versions whose index rows may go, oldest first. */
export function staleSql(before: number, limit: number): Sql {
  return sql`SELECT ${raw(versionColumns)} FROM stale s JOIN version v ON v.seq = s.seq LEFT JOIN body b ON b.seq = s.seq
    WHERE s.since < ${before} ORDER BY s.seq LIMIT ${limit}`;
}

/** Columns of an index table as its rows are written. */
const columnsOf = (table: IndexTable): readonly string[] => [
  ...table.columns.map(column => column.name),
  ...(table.shared ? [] : ['seq']),
];

/** Statement that adds a number of rows to an index table; the same row twice is one row. */
export function insertRows(table: IndexTable, count: number): string {
  const columns = columnsOf(table);
  const row = `(${columns.map(() => '?').join(', ')})`;
  return `INSERT OR IGNORE INTO ${table.name} (${columns.join(', ')}) VALUES ${Array(count).fill(row).join(', ')}`;
}

/** Statement that removes one row of an index table by its key. */
export const deleteRow = (table: IndexTable): string =>
  `DELETE FROM ${table.name} WHERE ${[...table.columns.slice(0, table.key).map(column => `${column.name} IS ?`), 'seq = ?'].join(' AND ')}`;

/** Statement that removes all rows of a version from a table whose key leads with it. */
export const deleteOfVersion = (table: IndexTable): string => `DELETE FROM ${table.name} WHERE seq = ?`;
