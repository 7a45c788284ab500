/** Reading versions by the SQL that both databases share. */
import {
  historyCountSql,
  historySql,
  readAsOfSql,
  readVersionSql,
  staleSql,
  toVersion,
  type VersionRow,
} from './rows.ts';
import type { Sql } from './sql.ts';
import type { Readable, Store, Version } from './store.ts';

/** The reads of a {@link Store} that ask for versions. */
export interface VersionReads extends Pick<Store, 'readVersion' | 'history' | 'historyCount' | 'stale'> {
  /** The version that was current at a position. */
  readAsOf(type: string, id: string, access: Readable, asOf: number): Promise<Version | undefined>;
}

/** @param rows gives all rows of a query */
export function versionReads(rows: <T>(query: Sql) => Promise<readonly T[]>): VersionReads {
  const versions = async (query: Sql): Promise<readonly Version[]> => (await rows<VersionRow>(query)).map(toVersion);
  return {
    readAsOf: async (type, id, access, asOf) => (await versions(readAsOfSql(type, id, access, asOf)))[0],
    readVersion: async (type, id, versionId, access) =>
      (await versions(readVersionSql(type, id, versionId, access)))[0],
    history: (scope, access) => versions(historySql(scope, access)),
    historyCount: async (scope, access) => (await rows<{ n: number }>(historyCountSql(scope, access)))[0]!.n,
    stale: (before, limit) => versions(staleSql(before, limit)),
  };
}
