/** named: FROM … WHERE … of versions that are named by their positions, for what tests resources a block at a time. */
import { list, type Sql, sql } from '../store/sql.ts';
import { type CompileSettings, type Drive, fromWhere, momentOf, type Scope, testsSql } from './compile.ts';
import { atVersion } from './readable.ts';

/**
 * Versions by their positions, each with all tests of a beginning. The tests are a CASE: PostgreSQL, while it has no statistics,
 * would walk all rows of a criterion and look for each among the versions.
 * @param seqs positions, at least one; repeated ones count once
 */
export function fromNamed(seqs: readonly number[], begin: Drive, scope: Scope, settings: CompileSettings): Sql {
  const named = sql`(SELECT v.seq FROM version v WHERE v.seq IN ${list(seqs)}) d`;
  const from = fromWhere(named, { ...begin, tests: [] }, scope, settings);
  if (begin.tests.length === 0) return from;
  return sql`${from} AND CASE WHEN 1 = 1${testsSql(begin, atVersion(momentOf(begin, scope)), settings)} THEN 1 END = 1`;
}
