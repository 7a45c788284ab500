/**
 * compile: Condition → Sql. One condition drives (its index rows are walked), the others are tests on each version found.
 * In the text, `d` is the driving rows, `x` an index table inside, `v` the version (only through readable.ts).
 */
import { anyOf, join, list, raw, type Sql, sql } from '../store/sql.ts';
import type { IndexTable } from '../store/store.ts';
import { chainTest, chainWhere, hasTargets, hasTest, insideSelect } from './compile-links.ts';
import type { At, Condition } from './condition.ts';
import { mergeRanges, mergeShapes } from './merge-ranges.ts';
import { rangeTest } from './range-test.ts';
import { conjuncts, isHashes, mostBranches, usualDriver, walkable, walkedFor } from './rank.ts';
import {
  atIndexRow,
  atVersion,
  hashesToRows,
  inTime,
  joinVersion,
  type Sight,
  seen,
  versionsOfType,
} from './readable.ts';
import { refuse } from './refuse.ts';
import { noMoment } from './rows.ts';

/** Which resources are asked for. */
export interface Scope {
  readonly type: string;
  /** What stands for the facts of the type (see TypeParams), unless they are being built. */
  readonly facts?: number;
  /** True when resources of the type can have a moment. */
  readonly hasMoment: boolean;
}

/** What compiling depends on. */
export interface CompileSettings {
  readonly sight: Sight;
  /** The scope of a type, for chains and `_has`. */
  readonly scopeOf: (type: string) => Scope;
  /** Tests on whole resources are made by whoever runs the query. */
  readonly bodiesLater?: boolean;
  /** Contained resources are searched: rows of one have its place for a moment, and all tests are on one. */
  readonly contained?: boolean;
  /** Nesting of chains and `_has`, for names of their own. */
  readonly depth?: number;
}

/** The rows a query begins with, and what is left to be tested. */
export interface Drive {
  /** FROM items, each of which yields `d.seq`, `d.moment` where `hasMoment` says so, and the columns of the walk. */
  readonly branches: readonly Sql[];
  readonly kind: 'rows' | 'ids' | 'all';
  readonly hasMoment: boolean;
  /** The columns that order the rows of each branch; empty when they have to be sorted. */
  readonly walk: readonly string[];
  /** Conditions still to be tested. */
  readonly tests: readonly Condition[];
  /** A version can be yielded several times, one right after the other. */
  readonly repeats: boolean;
  /** The condition that drives; absent for "all of a type". */
  readonly by?: Condition;
}

const truth = raw('1 = 1');
const falsehood = raw('1 = 0');
export const noMomentSql = raw(String(noMoment));

/**
 * Begins a query.
 * @param parts all conditions; `by`, one of them, drives; without it all resources of the type are walked
 */
export function drive(
  parts: readonly Condition[],
  by: Condition | undefined,
  scope: Scope,
  settings: CompileSettings,
): Drive {
  const tests = parts.filter(part => part !== by && !(part.op === 'body' && settings.bodiesLater));
  if (!by)
    return {
      branches: [allOfType(scope)],
      kind: 'all',
      hasMoment: false,
      walk: ['last_updated'],
      repeats: false,
      tests,
    };
  if (by.op === 'has' || isHashes(by))
    return {
      branches: [rowsOfHashes(by, settings)],
      kind: 'ids',
      hasMoment: false,
      walk: [],
      repeats: false,
      tests,
      by,
    };
  const walked = walkedFor(by);
  // A page link from before its facts were built anew.
  if (walked.op === 'not')
    return {
      branches: [momentsOfType(scope)],
      kind: 'rows',
      hasMoment: true,
      walk: [],
      repeats: false,
      tests: [...tests, by],
      by,
    };
  const alternatives = walked.op === 'or' ? walked.parts.map(part => walkable(part)!) : [walked];
  // What walks wider than it asks has to be tested as well.
  const wider = walked !== by || (walked.op === 'or' && walked.parts.some((part, i) => part !== alternatives[i]));
  const walk = commonWalk(alternatives);
  const base = { kind: 'rows', hasMoment: true, tests: wider ? [...tests, by] : tests, by } as const;
  if (walk.length > 0) {
    const apart = alternatives.length === 1 || alternatives.every(part => part.op === 'range' && part.range.ofShape);
    const repeats = !apart || alternatives.some(part => part.op !== 'range' || part.range.repeats);
    return { ...base, branches: alternatives.map(part => sql`(${walkRows(part, walk)}) d`), walk, repeats };
  }
  return { ...base, branches: [sql`(${gatheredRows(alternatives, settings)}) d`], walk: [], repeats: false };
}

/** The order all alternatives have in common. Several can be merged only by moment or position, where equal versions meet. */
function commonWalk(alternatives: readonly Condition[]): readonly string[] {
  const [first] = alternatives;
  if (first?.op !== 'range') return [];
  if (alternatives.length === 1) return first.range.walk;
  if (alternatives.length > mostBranches(alternatives)) return [];
  const walkedBy = (column: string) => alternatives.every(part => part.op === 'range' && part.range.walk[0] === column);
  return ['moment', 'seq'].find(walkedBy)?.split(' ') ?? [];
}

function walkRows(part: Condition, walk: readonly string[]): Sql {
  if (part.op !== 'range') throw new Error(`a condition "${part.op}" cannot be walked`);
  const columns = walk.filter(column => column !== 'moment' && column !== 'seq').map(column => raw(`, x.${column}`));
  const moment = momentOfRow(part.range.table, false);
  return sql`SELECT x.seq, ${moment} AS moment${join(columns, '')} FROM ${raw(part.range.table.name)} x WHERE ${part.range.where}`;
}

/** The rows of all alternatives, each version once. The plus keeps the planner from reading a whole parameter in order of seq. */
function gatheredRows(alternatives: readonly Condition[], settings: CompileSettings): Sql {
  if (alternatives.length === 0) return raw('SELECT CAST(0 AS BIGINT) AS seq, CAST(0 AS BIGINT) AS moment WHERE 1 = 0');
  if (alternatives.length > mostBranches(alternatives))
    return sql`SELECT DISTINCT +r.seq AS seq, r.moment FROM (${join(
      mergeRanges(alternatives).map(part => rangeRows(part, settings)),
      ' UNION ALL ',
    )}) r`;
  const selects = alternatives.map(part => rangeRows(part, settings));
  if (selects.length > 1) return join(selects, ' UNION ');
  return sql`SELECT DISTINCT +r.seq AS seq, r.moment FROM (${selects[0]!}) r`;
}

function rangeRows(part: Condition, settings: CompileSettings): Sql {
  if (part.op === 'range') {
    const moment = momentOfRow(part.range.table, settings.contained === true);
    return sql`SELECT +x.seq AS seq, ${moment} AS moment FROM ${raw(part.range.table.name)} x WHERE ${inTime('x')} AND ${part.range.where}`;
  }
  if (part.op === 'chain')
    return sql`SELECT +x.seq AS seq, x.moment FROM index_reference x WHERE ${chainWhere(part, settings)}`;
  if (part.op === 'inside')
    return sql`SELECT x.seq AS seq, ${lookedUpMoment('x')} AS moment FROM (${insideSelect(part, settings)}) x`;
  throw new Error(`a condition "${part.op}" cannot drive`);
}

/** The moment of a version where the row at hand does not have it. */
export const lookedUpMoment = (alias: 'd' | 'x' | 'v'): Sql =>
  raw(
    `coalesce((SELECT m.moment FROM index_facts m WHERE m.seq = ${alias}.seq AND m.inside = 0 LIMIT 1), ${noMoment})`,
  );

/** The moment of a row's version; of contained resources their place stands for it. */
function momentOfRow(table: IndexTable, contained: boolean): Sql {
  const has = (name: string) => table.columns.some(column => column.name === name);
  if (contained && has('inside')) return raw('x.inside');
  return has('moment') ? raw('x.moment') : lookedUpMoment('x');
}

/** All versions of a type in the order of the change feed. */
export const feedOfType = ({ type }: Scope): Sql => sql`(${versionsOfType(type)}) d`;

function allOfType({ type }: Scope): Sql {
  return sql`(SELECT r.seq, r.last_updated FROM index_resource r WHERE r.type = ${type}) d`;
}

const momentsOfType = ({ type }: Scope): Sql =>
  sql`(SELECT x.seq, ${lookedUpMoment('x')} AS moment FROM index_resource x WHERE x.type = ${type}) d`;

/** Versions of resources known by their hashes. */
function rowsOfHashes(by: Condition, settings: CompileSettings): Sql {
  if (by.op === 'ids')
    return sql`(${hashesToRows(by.hashes.length ? list(by.hashes) : raw('(NULL)'), settings.sight)}) d`;
  return sql`(${hashesToRows(sql`(${hashSelect(by, settings)})`, settings.sight)}) d`;
}

function hashSelect(by: Condition, settings: CompileSettings): Sql {
  if (by.op === 'or')
    return join(
      by.parts.map(part => hashSelect(part, settings)),
      ' UNION ',
    );
  if (by.op === 'has') return hasTargets(by, settings);
  if (by.op === 'ids' && by.hashes.length > 0)
    return sql`SELECT h.column1 FROM (VALUES ${join(
      by.hashes.map(hash => sql`(CAST(${hash} AS BIGINT))`),
      ', ',
    )}) h`;
  return raw('SELECT CAST(NULL AS BIGINT)');
}

/** One column of the versions of a type that fulfil a condition. */
export function innerSelect(inner: Condition, type: string, column: Sql, settings: CompileSettings): Sql {
  const scope = settings.scopeOf(type);
  const parts = conjuncts(inner);
  const begin = drive(parts, usualDriver(parts), scope, { ...settings, bodiesLater: false });
  return join(
    begin.branches.map(branch => sql`SELECT ${column} ${fromWhere(branch, begin, scope, settings)}`),
    ' UNION ALL ',
  );
}

/** `FROM … WHERE …` of one branch: driving rows, their versions, all tests. Columns: `d.*`, `v.*`. */
export function fromWhere(branch: Sql, begin: Drive, scope: Scope, settings: CompileSettings): Sql {
  const version = joinVersion(raw('d.seq'), settings.sight);
  const type = begin.kind === 'ids' ? sql` AND v.type = ${scope.type}` : sql``;
  return sql`FROM ${branch} CROSS JOIN ${version.from} WHERE ${inTime('d')} AND ${version.where}${type}${testsSql(begin, atVersion(momentOf(begin, scope)), settings)}`;
}

/**
 * The same without yielding the version, for counting: the version is looked at only where it has to be.
 * @param sight of the versions counted, where it is not that of the resources their tests lead to
 */
export function fromWhereIndex(
  branch: Sql,
  begin: Drive,
  scope: Scope,
  settings: CompileSettings,
  sight = settings.sight,
): Sql {
  if (begin.kind === 'ids') return fromWhere(branch, begin, scope, settings);
  return sql`FROM ${branch} WHERE ${inTime('d')} AND ${seen(raw('d.seq'), sight)}${testsSql(begin, atIndexRow('d', momentOf(begin, scope)), settings)}`;
}

export function testsSql(begin: Drive, at: At, settings: CompileSettings): Sql {
  return join(
    begin.tests.map(test => sql` AND ${testSql(test, at, settings)}`),
    '',
  );
}

/** The moment of the version at hand. */
export function momentOf(begin: Drive, scope: Scope): Sql {
  if (begin.hasMoment) return raw('d.moment');
  return scope.hasMoment ? lookedUpMoment('d') : noMomentSql;
}

/** A condition as a test on one version. */
export function testSql(condition: Condition, at: At, settings: CompileSettings): Sql {
  switch (condition.op) {
    case 'range':
      return rangeTest(condition.range, at, settings.contained === true);
    case 'ids':
      return condition.hashes.length ? sql`${at.h} IN ${list(condition.hashes)}` : falsehood;
    case 'chain':
      return chainTest(condition, at, settings);
    case 'has':
      return hasTest(condition, at, settings);
    case 'inside':
      return sql`${at.seq} IN (${insideSelect(condition, settings)})`;
    case 'or':
      return condition.parts.length
        ? anyOf(mergeShapes(condition.parts).map(part => testSql(part, at, settings)))
        : falsehood;
    case 'and':
      return condition.parts.length
        ? sql`(${join(
            condition.parts.map(part => testSql(part, at, settings)),
            ' AND ',
          )})`
        : truth;
    case 'not':
      return sql`NOT (${testSql(condition.part, at, settings)})`;
    case 'test':
      return condition.test(at);
    case 'canonical':
      throw refuse(
        condition.name,
        'this follows references by URL and can be asked in a search only, not in a conditional interaction',
        'URL による参照をたどるため、検索でだけ使えます（条件付き操作では使えません）',
      );
    case 'body':
      throw refuse(
        condition.name,
        'this reads whole resources and can only be asked of the type that is searched, not in a chain, _has, _filter or conditional interaction',
        'リソース全体を読むため、検索する型にだけ使えます（連鎖・_has・_filter・条件付き操作では使えません）',
      );
  }
}
