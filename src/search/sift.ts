/**
 * sift: a page of what large criteria leave, in the order of values. The values are walked in order and their resources tested, a
 * block at a time; where few of them pass, the criteria are read as positions first, which tell what need not be tested.
 */
import { join, raw, type Sql, sql } from '../store/sql.ts';
import { type Drive, drive, momentOf, testSql } from './compile.ts';
import type { Condition } from './condition.ts';
import {
  findRows,
  hasNoValue,
  type Match,
  type RunSettings,
  type TypeSearch,
  timeLeft,
  toMatch,
  withoutValue,
} from './match.ts';
import { fromNamed } from './named.ts';
import { after, atMost, inIndex, keyColumns, type OrderKey, orderBy, type Position } from './order.ts';
import { canList, listable, type Positions, positionsOf, readPositions } from './positions.ts';
import { walkedFor } from './rank.ts';
import { atVersion, inTime, versionColumns } from './readable.ts';
import { type Line, lineOf, lineOfType, nextBlock, type Place } from './sift-line.ts';
import { noValue, orderKeys, type SortKey, type SortWalk } from './sort.ts';
import { findUnits } from './unit-catalogue.ts';

/** Resources tested at a time. */
const testedAtOnce = 256;
/** Rows of the first block, which usually is enough, and most of one of which each is tested. */
const [firstRows, mostTested] = [64, 4096];
/** Rows of the first block that is compared with positions, and most of one. */
const [firstListed, mostListed] = [4096, 32_768];
/** Most that are left of a block: else a smaller one is taken. */
const mostAtOnce = 1024;
/** So many tests, and so many for each resource asked for, are made before the criteria are read. */
const [patience, patienceEach] = [300, 8];
/** A resource that is tested costs as much as so many rows that are listed. */
const listedForTest = 30;

/** A page while it is being filled. */
interface Sieve {
  readonly search: TypeSearch;
  readonly position: Position | undefined;
  readonly limit: number;
  readonly keys: readonly OrderKey[];
  /** Further condition on each version. */
  readonly tests: Sql;
  readonly left: () => number;
  readonly run: RunSettings;
  found: readonly Match[];
  tested: number;
  listed: number;
  /** Tests that are made before the criteria are read. */
  patience: number;
  /** Versions that can fulfil the criteria; undefined while these are not read. */
  among?: Positions;
}

/**
 * The rows after a position, at most `limit`.
 * @returns undefined where nothing lies in the order asked for, or nothing is to be tested
 */
export async function findSifted(
  search: TypeSearch,
  position: Position | undefined,
  limit: number,
  run: RunSettings,
): Promise<readonly Match[] | undefined> {
  const left = timeLeft(run.budgetMs);
  if (search.parts.length === 0 || search.parts.some(part => part.op === 'body')) return undefined;
  const line = await lineOf(search, run);
  if (!line) return undefined;
  const [, ...further] = orderKeys(search.sort, momentOf(versions(search, run), search.scope));
  const keys = [{ value: line.value, descending: line.descending, open: true }, ...further];
  const sieve = sieveOf(search, keys, position, limit, { ...run, budgetMs: left() });
  const isReached = position?.[0] === noValue(search.sort[0]!) && typeof position[0] === 'number';
  if (!isReached) await walkLine(line, position && placeAt(position), sieve);
  if (!line.walk || sieve.found.length >= limit) return sieve.found;
  return [...sieve.found, ...(await withoutAny(line, line.walk, sieve))];
}

/** The rows of a line after a position, at most `limit`, where all that is asked for lies on it. */
export async function siftedLine(
  search: TypeSearch,
  line: Line,
  keys: readonly OrderKey[],
  position: Position | undefined,
  limit: number,
  run: RunSettings,
): Promise<readonly Match[]> {
  const sieve = sieveOf(search, keys, position, limit, run);
  await walkLine(line, position && placeAt(position), sieve);
  return sieve.found;
}

/** A page to be filled. @param keys its order: the value of a line, and others */
function sieveOf(
  search: TypeSearch,
  keys: readonly OrderKey[],
  position: Position | undefined,
  limit: number,
  run: RunSettings,
): Sieve {
  const tests = sql` AND ${keys[0]!.value} IS NOT NULL`;
  const counts = { tested: 0, listed: 0, patience: patience + limit * patienceEach };
  return { search, position, limit, keys, left: timeLeft(run.budgetMs), run, tests, found: [], ...counts };
}

/** What tests begin with: versions that are named. */
const versions = ({ parts, scope }: TypeSearch, run: RunSettings): Drive => ({
  ...drive(parts, undefined, scope, run),
  branches: [],
  kind: 'ids',
  walk: [],
});

/** Where a page begins: what shares the first key lies by further ones, or by position. */
const placeAt = (position: Position): Place =>
  position.length > 2
    ? { value: inIndex(position[0]!), isAt: true }
    : { value: inIndex(position[0]!), seq: Number(position[1]), isAt: false };

/** Fills the page from a line. */
async function walkLine(whole: Line, first: Place | undefined, sieve: Sieve): Promise<void> {
  const { limit, keys, run, left } = sieve;
  let [line, from] = [whole, first];
  for (let size = Math.max(firstRows, limit * 2); ; ) {
    const block = await nextBlock(line, from, size, { ...run, budgetMs: left() });
    const { isTie, end } = block;
    sieve.listed += block.seqs.length;
    line = await narrow(block.seqs, line, sieve);
    const { among } = sieve;
    const seqs = among ? block.seqs.filter(seq => among.has(seq)) : block.seqs;
    if (among && !isTie && seqs.length > mostAtOnce && size > firstRows) {
      size = Math.max(firstRows, Math.floor((size * testedAtOnce) / seqs.length));
      continue;
    }
    // What shares a value lies by position, unless there are further keys.
    if (isTie && keys.length === 2)
      await testInOrder(seqs.toSorted(line.descending ? (a, b) => b - a : (a, b) => a - b), sieve);
    else await testAll(seqs, sieve);
    if (sieve.found.length >= limit || !end) return;
    if (among && sieve.listed > among.size * listedForTest) return testAll(among.numbers(), sieve);
    from = end;
    size = among
      ? Math.min(Math.max(size * 4, firstListed), mostListed)
      : Math.max(size, Math.min(size * 4, mostTested));
  }
}

/** Of some versions those that are not on the page yet, each once. */
function unseen(seqs: readonly number[], { found }: Sieve): readonly number[] {
  const known = new Set(found.map(match => match.seq));
  return seqs.filter(seq => !known.has(seq) && known.add(seq));
}

/** Adds to the page those of some versions, which lie in its order, that fulfil everything. */
async function testInOrder(seqs: readonly number[], sieve: Sieve): Promise<void> {
  const fresh = unseen(seqs, sieve);
  for (let i = 0, size = firstRows; i < fresh.length && sieve.found.length < sieve.limit; size = testedAtOnce) {
    const some = fresh.slice(i, i + size);
    i += some.length;
    sieve.found = [...sieve.found, ...(await passing(some, sieve.limit - sieve.found.length, sieve))];
  }
}

/** The page, and those of some versions that fulfil everything, in order. */
async function testAll(seqs: readonly number[], sieve: Sieve): Promise<void> {
  const fresh = unseen(seqs, sieve);
  const size = Math.max(testedAtOnce, sieve.limit);
  for (let i = 0; i < fresh.length; i += size) {
    const best = sieve.found.map(match => match.seq);
    sieve.found = await passing([...best, ...fresh.slice(i, i + size)], sieve.limit, sieve);
  }
}

/** Versions by their positions; the last is repeated, so that statements have few different texts. */
function repeated(seqs: readonly number[]): readonly number[] {
  const size = seqs.length <= firstRows ? firstRows : Math.ceil(seqs.length / testedAtOnce) * testedAtOnce;
  return [...seqs, ...Array<number>(size - seqs.length).fill(seqs.at(-1)!)];
}

/** Of some versions those that fulfil everything and lie after the page's position, in order. */
async function passing(seqs: readonly number[], limit: number, sieve: Sieve): Promise<readonly Match[]> {
  const { search, position, keys, tests, run, left } = sieve;
  const where = fromNamed(repeated(seqs), versions(search, run), search.scope, run);
  const from = position ? sql` AND ${after(keys, position)}` : raw('');
  sieve.tested += seqs.length;
  const query = sql`SELECT ${versionColumns}, ${keyColumns(keys)} ${where}${tests}${from} ${orderBy(keys)} ${atMost(limit)}`;
  return (await run.store.select(query, { budgetMs: left() })).map(row => toMatch(row, keys));
}

/**
 * Reads the positions of criteria that few of some versions fulfil, when too many have been tested.
 * @returns the line, without the units and values that such a criterion does not have
 */
async function narrow(seqs: readonly number[], line: Line, sieve: Sieve): Promise<Line> {
  const { search, run, left } = sieve;
  const last = run.sight.asOf;
  if (sieve.among || sieve.tested + seqs.length <= sieve.patience || !canList(last)) return line;
  sieve.patience = (sieve.tested + seqs.length) * 4;
  let isLess = false;
  for (const part of await fewPass(seqs.slice(0, testedAtOnce), sieve)) {
    const settings = { ...run, budgetMs: left() };
    const found = await readPositions(listable(walkedFor(part))!.map(positionsOf), last, settings, settings.budgetMs);
    if (found && sieve.among) sieve.among.keep(found);
    else if (found) sieve.among = found;
    const { walk } = line;
    if (walk?.table === 'index_quantity') isLess = (await findUnits(part, walk.param, settings)) || isLess;
  }
  return isLess ? (await lineOf(search, run))! : line;
}

/** Of the criteria that can be read as positions those that at most a quarter fulfils; else the one that fewest do. */
async function fewPass(sample: readonly number[], { search, run, left }: Sieve): Promise<readonly Condition[]> {
  const able = search.parts.filter(part => listable(walkedFor(part)));
  if (able.length === 0 || sample.length === 0) return [];
  const begin = versions(search, run);
  const at = atVersion(momentOf(begin, search.scope));
  const columns = able.map((part, i) => sql`count(CASE WHEN ${testSql(part, at, run)} THEN 1 END) AS ${raw(`n${i}`)}`);
  const query = sql`SELECT ${join(columns, ', ')} ${fromNamed(repeated(sample), { ...begin, tests: [] }, search.scope, run)}`;
  const [row] = await run.store.select(query, { budgetMs: left() });
  const passed = able.map((_, i) => Number(row![`n${i}`]));
  const few = able.filter((_, i) => passed[i]! * 4 <= sample.length);
  const least = Math.min(...passed);
  return few.length > 0 || least * 4 > sample.length * 3 ? few : [able[passed.indexOf(least)]!];
}

/** The resources that have no value to sort by, in the order of further keys. */
async function withoutAny(line: Line, walk: SortWalk, sieve: Sieve): Promise<readonly Match[]> {
  const { search, position, run, left } = sieve;
  const [sort, ...others] = search.sort as readonly [SortKey, ...SortKey[]];
  const end = noValue(sort);
  const limit = sieve.limit - sieve.found.length;
  const settings = { ...run, budgetMs: left() };
  const begun = withoutValue(versions(search, run), walk, search);
  const rest = position?.[0] === end ? position : undefined;
  if (others.length > 0) {
    const none: Condition = { op: 'test', test: ({ seq }) => hasNoValue(walk, seq) };
    const inner = { ...search, sort: others, parts: [...search.parts, none] };
    const found = await findSifted(inner, rest?.slice(1), limit, settings);
    if (found) return found.map(match => ({ ...match, position: [end, ...match.position] }));
    return findRows(search, [begun], rest, limit, settings);
  }
  const { keys, tests } = begun;
  const all: Sieve = { ...sieve, keys, tests, position: rest, limit, found: [] };
  if (all.among) await dropValued(all.among, walk, settings);
  await walkLine(lineOfType(search, line.descending), rest && { value: rest[1]!, isAt: false }, all);
  return all.found;
}

/** Leaves those that have no value to sort by. */
async function dropValued(among: Positions, { table, param }: SortWalk, run: RunSettings): Promise<void> {
  const rows = sql`SELECT x.seq AS seq FROM ${raw(table)} x WHERE ${inTime('x')} AND x.param = ${param}`;
  const valued = await readPositions([rows], run.sight.asOf!, run, run.budgetMs);
  if (valued) among.drop(valued);
}
