/**
 * count: how many resources are found, exactly or about, without looking at more than has to be.
 */
import { join, raw, type Sql, sql } from '../store/sql.ts';
import { reach } from './choose.ts';
import { drive, fromWhereIndex } from './compile.ts';
import { anyOf, type Condition, type Range } from './condition.ts';
import { beginSearch, findRows, type RunSettings, type TypeSearch, timeLeft } from './match.ts';
import { atMost } from './order.ts';
import { canList, listable, positionsOf, readPositions } from './positions.ts';
import { isHashes } from './rank.ts';
import { supersededBy } from './readable.ts';

/** From this many driving rows on it pays to look how a test is best made. */
const manyRows = 1000;
/**
 * What a row costs in microseconds: looked up by its key or by its version, each in the order of the rows that are looked up; read
 * into a set; counted.
 */
const lookUp = { moment: 0.4, seq: 1, set: 1 };
const intoSet = 0.085;
const counted = 0.025;
/** So much of what all versions would cost as a set may be risked without a look how many they are. */
const risked = 0.4;

/** The ranges of a condition that are read as a set of versions, where it is not told from the row at hand. */
function rangesOf(part: Condition): readonly Range[] | undefined {
  const ranges = listable(part);
  return ranges?.some(({ atMoment, atVersion }) => atMoment || atVersion) ? undefined : ranges;
}

/** Whether reading all rows of some ranges costs less than looking up as many as drive. */
async function paysAsSet(
  ranges: readonly Range[],
  driving: number,
  last: number,
  settings: RunSettings,
): Promise<boolean> {
  const lookUps = driving * Math.max(...ranges.map(range => lookUp[range.probe]));
  if (ranges.some(range => range.scan)) return lookUps > last * counted;
  if (ranges.every(range => range.probe === 'set') || lookUps > risked * last * intoSet) return true;
  // Counted only as far as that costs little beside what it decides; powers of two, so that there are few statements.
  const limit = 2 ** Math.floor(Math.log2(Math.max(lookUps / (2 * intoSet), 1)));
  const [large] = await reach([anyOf(ranges.map((range): Condition => ({ op: 'range', range })))], limit, settings);
  return large === false;
}

/** True when a condition is told from the row at hand, or its row found by the key, in the order in which the rows at hand lie. */
const followsMoment = (part: Condition): boolean =>
  part.op === 'range' && (part.range.probe === 'moment' || part.range.atMoment !== undefined);

/** The versions of driving rows that pass tests; where tests look for the version, in the order of versions: neighbours lie together. */
function passing(
  search: TypeSearch,
  by: Condition,
  tests: readonly Condition[],
  settings: RunSettings,
): readonly Sql[] {
  // What is superseded is taken out later, all at once.
  const sight = { ...settings.sight, stale: false };
  const begin = drive([by, ...tests], by, search.scope, settings);
  const inOrder = begin.walk[0] === 'moment' && begin.tests.every(followsMoment);
  return begin.branches.map(branch => {
    const rows = inOrder ? branch : sql`(SELECT * FROM ${branch} ORDER BY d.seq) d`;
    return sql`SELECT d.seq AS seq ${fromWhereIndex(rows, begin, search.scope, settings, sight)}`;
  });
}

/**
 * Counts what large conditions have in common: a count meets all rows anyway, and reading the rows of two ranges costs less
 * than a look into a second index for each row of one.
 * @returns undefined where that cannot be done, or does not pay
 */
async function countShared(search: TypeSearch, driver: number, settings: RunSettings): Promise<number | undefined> {
  const { parts } = search;
  const [by, last] = [parts[driver], settings.sight.asOf];
  const others = parts.filter(part => part !== by && rangesOf(part));
  if (!by || by.op === 'has' || isHashes(by) || others.length === 0 || !canList(last)) return undefined;
  const [many] = await reach([by], manyRows, settings);
  if (many === false) return undefined;
  const left = timeLeft(settings.budgetMs);
  const driven = (tests: readonly Condition[]) =>
    readPositions(passing(search, by, tests, settings), last, settings, left());
  // Superseded versions are read before the rows: a purge that came between would take versions off this list that are among the
  // rows already.
  const superseded = settings.sight.stale && (await readPositions([supersededBy(last)], last, settings, left()));
  if (superseded === undefined) return undefined;
  const tests = parts.filter(part => part !== by && !others.includes(part));
  const found = await driven(tests);
  if (!found) return undefined;
  const driving = found.size;
  const lookedUp: Condition[] = [];
  for (const part of others) {
    const ranges = rangesOf(part)!;
    const pays = await paysAsSet(ranges, driving, last, settings);
    const set = pays ? await readPositions(ranges.map(positionsOf), last, settings, left()) : undefined;
    if (set) found.keep(set);
    else lookedUp.push(part);
  }
  if (superseded) found.drop(superseded);
  if (lookedUp.length === 0) return found.size;
  const rest = await driven([...tests, ...lookedUp]);
  if (rest) found.keep(rest);
  return rest && found.size;
}

/** Number of resources found, at most `limit` when given. */
export async function countRows(
  search: TypeSearch,
  driver: number,
  settings: RunSettings,
  limit?: number,
): Promise<number> {
  if (search.contained || search.parts.some(part => part.op === 'body')) {
    const found = await findRows(
      search,
      beginSearch({ ...search, sort: [] }, driver, settings),
      undefined,
      limit ?? Number.MAX_SAFE_INTEGER,
      settings,
    );
    return found.length;
  }
  const shared = limit === undefined ? await countShared(search, driver, settings) : undefined;
  if (shared !== undefined) return shared;
  const begin = drive(search.parts, search.parts[driver], search.scope, settings);
  const byMoment = begin.repeats && begin.walk[0] === 'moment' && begin.branches.length === 1;
  const selects = begin.branches.map(branch => {
    const from = fromWhereIndex(branch, begin, search.scope, settings);
    return byMoment
      ? sql`SELECT 1 ${from} GROUP BY d.moment, d.seq`
      : sql`SELECT ${raw(begin.repeats ? 'DISTINCT +d.seq' : '1')} ${from}`;
  });
  const rows = join(selects, begin.repeats && !byMoment ? ' UNION ' : ' UNION ALL ');
  const limited = limit === undefined ? rows : sql`SELECT * FROM (${rows}) q ${atMost(limit)}`;
  const [row] = await settings.store.select(sql`SELECT count(*) AS n FROM (${limited}) c`, {
    budgetMs: settings.budgetMs,
  });
  return Number(row!['n']);
}
