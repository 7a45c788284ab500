/**
 * compile-links: conditions that lead from one resource to another as SQL: chains, `_has`, references to contained resources.
 */
import { join, list, raw, type Sql, sql } from '../store/sql.ts';
import { type CompileSettings, drive, innerSelect, lookedUpMoment, noMomentSql, testSql, testsSql } from './compile.ts';
import type { At, Condition } from './condition.ts';
import { conjuncts } from './rank.ts';
import { atIndexRow, atVersion, inTime, seen, versionOfHash } from './readable.ts';

const paramIs = (params: readonly number[]): Sql =>
  params.length === 1 ? sql`x.param = ${params[0]!}` : sql`x.param IN ${list(params)}`;

/** Rows of references to what a chain leads to. */
export function chainWhere(part: Condition & { op: 'chain' }, settings: CompileSettings): Sql {
  return sql`${paramIs(part.params)} AND x.target IN (${innerSelect(part.inner, part.type, raw('v.h'), settings)})`;
}

/** Hashes of what sources of a `_has` refer to. */
export function hasTargets(part: Condition & { op: 'has' }, settings: CompileSettings): Sql {
  const sources = innerSelect(part.inner, part.type, raw('v.seq'), settings);
  return sql`SELECT x.target FROM index_reference x WHERE ${paramIs(part.params)} AND x.seq IN (${sources})`;
}

/** Few targets are gathered once; of many, only those that are referred to are looked at. */
export function chainTest(part: Condition & { op: 'chain' }, at: At, settings: CompileSettings): Sql {
  if (!part.large || settings.contained) {
    const moment = settings.contained ? sql` AND x.moment = ${at.moment}` : sql``;
    return sql`EXISTS (SELECT 1 FROM index_reference x WHERE x.seq = ${at.seq}${moment} AND ${chainWhere(part, { ...settings, contained: false })})`;
  }
  const depth = settings.depth ?? 0;
  const y = raw(`y${depth}`);
  const scope = settings.scopeOf(part.type);
  const test = testSql(part.inner, atVersion(scope.hasMoment ? lookedUpMoment('v') : noMomentSql), {
    ...settings,
    depth: depth + 1,
  });
  const params = sql`${y}.param IN ${list(part.params)}`;
  return sql`EXISTS (SELECT 1 FROM index_reference ${y} WHERE ${params} AND ${y}.seq = ${at.seq} AND ${versionOfHash(sql`${y}.target`, part.type, test, settings.sight)})`;
}

/** A `_has` as a test: few sources are gathered, of many those that refer to the resource at hand are looked at. */
export function hasTest(part: Condition & { op: 'has' }, at: At, settings: CompileSettings): Sql {
  if (!part.large) return sql`${at.h} IN (${hasTargets(part, settings)})`;
  const depth = settings.depth ?? 0;
  const y = `y${depth}`;
  const test = testSql(part.inner, atIndexRow(y, raw(`${y}.moment`)), { ...settings, depth: depth + 1 });
  const params = sql`${raw(y)}.param IN ${list(part.params)}`;
  return sql`EXISTS (SELECT 1 FROM index_reference ${raw(y)} WHERE ${params} AND ${raw(y)}.target = ${at.h} AND ${test} AND ${seen(raw(`${y}.seq`), settings.sight)})`;
}

/** Versions that refer to a contained resource of theirs which fulfils a condition. */
export function insideSelect({ via, type, inner }: Condition & { op: 'inside' }, settings: CompileSettings): Sql {
  const inContained = { ...settings, contained: true };
  const by: Condition = { op: 'range', range: via };
  const begin = drive([by, ...conjuncts(inner)], by, { type, hasMoment: false }, inContained);
  const at = atIndexRow('d', raw('d.moment'));
  const selects = begin.branches.map(
    branch => sql`SELECT d.seq AS seq FROM ${branch} WHERE ${inTime('d')}${testsSql(begin, at, inContained)}`,
  );
  return join(selects, ' UNION ');
}
