/**
 * compile: Condition → Sql. One condition drives (its index rows are walked), the others are tests on each version found.
 * In the text, `d` is the driving rows, `x` an index table inside, `v` the version (only through readable.ts).
 */
import { refHash } from '../store/hash.ts';
import { join, list, raw, type Sql, sql } from '../store/sql.ts';
import type { At, Condition, Range } from './condition.ts';
import { atIndexRow, atVersion, joinVersion, type Sight, seen, visible } from './readable.ts';
import { noMoment } from './rows.ts';

/** Which resources are asked for. */
export interface Scope {
  readonly types: readonly string[];
  /** True when resources of these types can have a moment. */
  readonly hasMoment: boolean;
}

/** Chooses the scope of a type, for chains and `_has`. */
export type ScopeOf = (type: string) => Scope;

/** What compiling depends on. */
export interface CompileSettings {
  readonly sight: Sight;
  readonly scopeOf: ScopeOf;
}

/** The rows a query begins with, and what is left to be tested. */
export interface Drive {
  /** FROM item that yields `d.seq` and, when `moment` says so, `d.moment`. */
  readonly from: Sql;
  readonly kind: 'rows' | 'ids' | 'all';
  /** The driving rows lie in order of the moment. */
  readonly byMoment: boolean;
  /** A version can appear several times. */
  readonly repeats: boolean;
  readonly tests: readonly Condition[];
  /** The condition that drives; absent for "all of a type". */
  readonly by?: Condition;
}

const truth = raw('1 = 1');
const falsehood = raw('1 = 0');

/** The moment of the version `d.seq` where the driving rows do not have it. */
const lookedUpMoment = sql`coalesce((SELECT m.moment FROM index_moment m WHERE m.seq = d.seq), ${raw(String(noMoment))})`;

/** Conditions that can drive alone: ranges, ids, chains, and alternatives of these. */
export function canDrive(condition: Condition): boolean {
  if (condition.op === 'or') return condition.parts.every(part => part.op === 'range' || part.op === 'chain');
  return condition.op === 'range' || condition.op === 'ids' || condition.op === 'chain' || condition.op === 'has';
}

/** How selective a condition usually is: lower is better. */
export function rankOf(condition: Condition): number {
  switch (condition.op) {
    case 'ids':
      return 1;
    case 'range':
      return condition.range.rank;
    case 'chain':
    case 'has':
      return 15 + rankOf(condition.inner) / 2;
    case 'or':
      return condition.parts.length === 0 ? 0 : Math.max(...condition.parts.map(rankOf)) + 1;
    case 'and':
      return Math.min(100, ...condition.parts.map(rankOf));
    default:
      return 100;
  }
}

/** The parts that must all hold. */
export const conjuncts = (condition: Condition): readonly Condition[] => (condition.op === 'and' ? condition.parts : [condition]);

/** Begins a query with the condition given, or with the one that is usually most selective. */
export function drive(condition: Condition, scope: Scope, settings: CompileSettings, chosen?: Condition): Drive {
  const parts = conjuncts(condition);
  const drivers = parts.filter(canDrive);
  const by = chosen ?? drivers.toSorted((a, b) => rankOf(a) - rankOf(b))[0];
  const tests = parts.filter(part => part !== by);
  if (!by) return { from: allOfTypes(scope), kind: 'all', byMoment: false, repeats: false, tests };
  if (by.op === 'ids' || by.op === 'has') return { from: rowsOfHashes(by, settings), kind: 'ids', byMoment: false, repeats: false, tests, by };
  const ranges = by.op === 'or' ? by.parts : [by];
  const selects = ranges.map(part => rangeRows(part, settings));
  const single = ranges.length === 1 && ranges[0]!.op === 'range' ? ranges[0]!.range : undefined;
  const byMoment = single?.byMoment ?? false;
  const repeats = single?.repeats ?? true;
  const from = byMoment ? selects[0]! : distinctRows(selects, repeats);
  return { from: sql`(${from}) d`, kind: 'rows', byMoment, repeats: byMoment && repeats, tests, by };
}

function distinctRows(selects: readonly Sql[], repeats: boolean): Sql {
  if (selects.length === 0) return raw('SELECT NULL AS seq, NULL AS moment WHERE 1 = 0');
  if (selects.length === 1 && !repeats) return selects[0]!;
  return selects.length === 1 ? sql`SELECT DISTINCT r.seq, r.moment FROM (${selects[0]!}) r` : join(selects, ' UNION ');
}

function rangeRows(part: Condition, settings: CompileSettings): Sql {
  if (part.op === 'range') {
    const moment = part.range.table.columns.some(column => column.name === 'moment') ? raw('x.moment') : momentOfRow;
    return sql`SELECT x.seq, ${moment} AS moment FROM ${raw(part.range.table.name)} x WHERE ${part.range.where}`;
  }
  if (part.op === 'chain') return sql`SELECT x.seq, x.moment FROM index_reference x WHERE ${chainWhere(part, settings)}`;
  throw new Error(`a condition "${part.op}" cannot drive`);
}

const momentOfRow = sql`coalesce((SELECT m.moment FROM index_moment m WHERE m.seq = x.seq), ${raw(String(noMoment))})`;

function chainWhere(part: Condition & { op: 'chain' }, settings: CompileSettings): Sql {
  return sql`${paramIs(part.params)} AND x.target IN (${innerSelect(part.inner, part.type, raw('v.h'), settings)})`;
}

const paramIs = (params: readonly number[]): Sql => (params.length === 1 ? sql`x.param = ${params[0]!}` : sql`x.param IN ${list(params)}`);

function allOfTypes({ types }: Scope): Sql {
  return sql`(SELECT r.seq, r.last_updated FROM index_resource r WHERE r.type ${types.length === 1 ? sql`= ${types[0]!}` : sql`IN ${list(types)}`}) d`;
}

/** Versions of resources known by their hashes. */
function rowsOfHashes(by: Condition, settings: CompileSettings): Sql {
  const hashes = by.op === 'ids' ? (by.hashes.length ? list(by.hashes) : raw('(NULL)')) : by.op === 'has' ? sql`(${hasTargets(by, settings)})` : raw('(NULL)');
  return sql`(SELECT v.seq FROM version v WHERE v.h IN ${hashes} AND ${visible(settings.sight)}) d`;
}

function hasTargets(part: Condition & { op: 'has' }, settings: CompileSettings): Sql {
  const sources = innerSelect(part.inner, part.type, raw('v.seq'), settings);
  return sql`SELECT x.target FROM index_reference x WHERE ${paramIs(part.params)} AND x.seq IN (${sources})`;
}

/** One column of the versions of a type that fulfil a condition. */
function innerSelect(inner: Condition, type: string, column: Sql, settings: CompileSettings): Sql {
  const scope = settings.scopeOf(type);
  return sql`SELECT ${column} ${fromWhere(drive(inner, scope, settings), scope, settings)}`;
}

/** `FROM … WHERE …` of a query: driving rows, their versions, all tests. Columns: `d.seq`, `v.*`. */
export function fromWhere(begin: Drive, scope: Scope, settings: CompileSettings): Sql {
  const version = joinVersion(raw('d.seq'), settings.sight);
  const at = atVersion(momentOf(begin, scope));
  const tests = begin.tests.map(test => sql` AND ${testSql(test, at, settings)}`);
  return sql`FROM ${begin.from} CROSS JOIN ${version.from} WHERE ${version.where}${typeTest(begin, scope)}${join(tests, '')}`;
}

/** The same without yielding the version, for counting: the version is looked at only where it has to be. */
export function fromWhereIndex(begin: Drive, scope: Scope, settings: CompileSettings): Sql {
  const at = atIndexRow('d', momentOf(begin, scope));
  const tests = begin.tests.map(test => sql` AND ${testSql(test, at, settings)}`);
  if (begin.kind === 'ids') return fromWhere(begin, scope, settings);
  return sql`FROM ${begin.from} WHERE ${seen(raw('d.seq'), settings.sight)}${join(tests, '')}`;
}

/** Ids and references name a type themselves; it has to be one that is asked for. */
function typeTest(begin: Drive, { types }: Scope): Sql {
  return begin.kind === 'ids' ? sql` AND v.type IN ${list(types)}` : sql``;
}

/** The moment of the version at hand. */
export function momentOf(begin: Drive, scope: Scope): Sql {
  if (begin.kind === 'rows') return raw('d.moment');
  return scope.hasMoment ? lookedUpMoment : raw(String(noMoment));
}

/** A condition as a test on one version. */
export function testSql(condition: Condition, at: At, settings: CompileSettings): Sql {
  switch (condition.op) {
    case 'range':
      return rangeTest(condition.range, at);
    case 'ids':
      return condition.hashes.length ? sql`${at.h} IN ${list(condition.hashes)}` : falsehood;
    case 'chain':
      return sql`EXISTS (SELECT 1 FROM index_reference x WHERE x.seq = ${at.seq} AND ${chainWhere(condition, settings)})`;
    case 'has':
      return sql`${at.h} IN (${hasTargets(condition, settings)})`;
    case 'or':
      return condition.parts.length ? sql`(${join(condition.parts.map(part => testSql(part, at, settings)), ' OR ')})` : falsehood;
    case 'and':
      return condition.parts.length ? sql`(${join(condition.parts.map(part => testSql(part, at, settings)), ' AND ')})` : truth;
    case 'not':
      return sql`NOT (${testSql(condition.part, at, settings)})`;
    case 'test':
      return condition.test(at);
  }
}

function rangeTest(range: Range, at: At): Sql {
  if (range.atMoment) return sql`(${range.atMoment(at)})`;
  const from = sql`FROM ${raw(range.table.name)} x WHERE ${range.where}`;
  if (range.probe === 'set') return sql`${at.seq} IN (SELECT x.seq ${from})`;
  const moment = range.probe === 'moment' ? sql` AND x.moment = ${at.moment}` : sql``;
  return sql`EXISTS (SELECT 1 ${from}${moment} AND x.seq = ${at.seq})`;
}

/** Key of a resource in the database. */
export const hashOf = (type: string, id: string): bigint => refHash(`${type}/${id}`);
