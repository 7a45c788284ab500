/**
 * page-sql: the statement for the rows of one page. Where the index says all that is tested and sorted by, the versions of those
 * rows alone are looked up that are shown: they lie all over the table, and cost as much as all else of a row.
 */
import { join, raw, type Sql, sql } from '../store/sql.ts';
import { fromWhere, fromWhereIndex } from './compile.ts';
import type { Begun, RunSettings, TypeSearch } from './match.ts';
import { after, atMost, keyColumn, keyColumns, orderBy, type Position } from './order.ts';
import { joinVersion, versionColumns } from './readable.ts';

/** The rows of a beginning after a position, at most `limit`. */
export function pageSql(
  search: TypeSearch,
  begun: Begun,
  position: Position | undefined,
  limit: number,
  settings: RunSettings,
): Sql {
  const { begin, keys, tests } = begun;
  const byIndex = isTold(search, begun);
  const place = position ? sql` AND ${after(keys, position)}` : sql``;
  const run = { ...settings, contained: search.contained !== undefined };
  const selects = begin.branches.map(branch =>
    byIndex
      ? sql`SELECT d.seq AS seq, ${keyColumns(keys)} ${fromWhereIndex(branch, begin, search.scope, run)}${tests}${place}`
      : sql`SELECT ${versionColumns}, ${keyColumns(keys)} ${fromWhere(branch, begin, search.scope, run)}${tests}${place}`,
  );
  const rows = sql`${join(selects, ' UNION ALL ')} ${orderBy(keys)} ${atMost(limit)}`;
  if (!byIndex) return rows;
  const version = joinVersion(raw('d.seq'), settings.sight);
  const columns = raw(keys.map((_, i) => `d.${keyColumn(i)} AS ${keyColumn(i)}`).join(', '));
  return sql`SELECT ${versionColumns}, ${columns} FROM (${rows}) d CROSS JOIN ${version.from} WHERE ${version.where} ${orderBy(keys)}`;
}

/** True when index rows drive and tell the keys. */
function isTold(search: TypeSearch, { begin, keys }: Begun): boolean {
  return (
    begin.kind === 'rows' &&
    search.contained === undefined &&
    !keys.some(key => key.big) &&
    !search.sort.some(key => key.by === 'id' || key.by === 'lastUpdated')
  );
}
