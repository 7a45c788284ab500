/**
 * count: how many resources are found, exactly or about, without looking at more than has to be.
 */
import { join, raw, sql } from '../store/sql.ts';
import { rawRows } from './choose.ts';
import { drive, fromWhereIndex } from './compile.ts';
import type { Condition } from './condition.ts';
import { beginSearch, findRows, type RunSettings, type TypeSearch } from './match.ts';
import { atMost } from './order.ts';
import { canDrive } from './rank.ts';

/** From this many driving rows on it pays to look how a test is best made. */
const manyRows = 3000;
/** What a row costs that is looked up by its version, put into a set, or looked for in a set, in microseconds. */
const lookUp = 1.5;
const intoSet = 0.4;
const inSet = 0.2;
/** Most rows that are counted beforehand. */
const mostRows = 1_000_000;

/** A search to be counted: its conditions and which of them drives. */
interface Counted {
  readonly parts: readonly Condition[];
  readonly driver: number;
}

const asSet = (part: Condition & { op: 'range' }): Condition => ({ ...part, range: { ...part.range, probe: 'set' } });

/** A condition whose rows can be made a set of versions. */
const canBeSet = (part: Condition | undefined): part is Condition & { op: 'range' } =>
  part?.op === 'range' && !part.range.testOnly && !part.range.atMoment && !part.range.atVersion;

/**
 * Tests by a look into a second index become tests by a set of versions where that costs less: both sides are large, and a
 * count has to meet all of them anyway. Of two, the one that makes the smaller set is the set.
 */
async function forCounting(search: TypeSearch, driver: number, settings: RunSettings): Promise<Counted> {
  const { parts } = search;
  const by = parts[driver];
  const tested = parts.findIndex((part, i) => i !== driver && canBeSet(part) && part.range.probe === 'seq');
  if (!by || search.contained || tested < 0) return { parts, driver };
  const count = async (part: Condition): Promise<number> => {
    const rows = rawRows(part, mostRows);
    if (!rows) return mostRows;
    const query = sql`SELECT count(*) AS n FROM (${rows}) c`;
    return Number((await settings.store.select(query, { budgetMs: settings.budgetMs }))[0]!['n']);
  };
  const driving = await count(by);
  if (driving < manyRows) return { parts, driver };
  const part = parts[tested] as Condition & { op: 'range' };
  const rows = await count(part);
  const costs = [driving * lookUp, rows * intoSet + driving * inSet, driving * intoSet + rows * inSet];
  const turned = canBeSet(by) && !part.range.repeats && canDrive(part);
  if (turned && costs[2]! < Math.min(costs[0]!, costs[1]!))
    return { parts: parts.map(one => (one === by ? asSet(by) : one)), driver: tested };
  return { parts: costs[1]! < costs[0]! ? parts.map(one => (one === part ? asSet(part) : one)) : parts, driver };
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
  const counted = limit === undefined ? await forCounting(search, driver, settings) : { parts: search.parts, driver };
  const begin = drive(counted.parts, counted.parts[counted.driver], search.scope, settings);
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

/** Up to this many, an estimate is a count. */
const countedUpTo = 10_000;
/** About how many driving rows are tested for an estimate. */
const lookedAt = 2000;

/** About how many resources are found: the driving rows, times the part of some of them that pass the tests. */
export async function estimateRows(search: TypeSearch, driver: number, settings: RunSettings): Promise<number> {
  const counted = await countRows(search, driver, settings, countedUpTo);
  if (counted < countedUpTo || driver < 0) return driver < 0 ? countRows(search, driver, settings) : counted;
  const alone = await countRows({ ...search, parts: [search.parts[driver]!] }, 0, settings);
  if (search.parts.length === 1) return alone;
  // Every so-many-th resource of the driving rows is looked at, whatever their order.
  const step = Math.max(1, Math.floor(alone / lookedAt));
  const begin = drive(search.parts, search.parts[driver], search.scope, settings);
  const some = begin.branches.map(branch => sql`(SELECT * FROM ${branch} WHERE d.seq % ${step} = 0) d`);
  const selects = some.map(branch => sql`SELECT +d.seq ${fromWhereIndex(branch, begin, search.scope, settings)}`);
  const passed = sql`SELECT count(*) AS n FROM (${join(selects, ' UNION ')}) c`;
  const [row] = await settings.store.select(passed, { budgetMs: settings.budgetMs });
  return Math.max(countedUpTo, Number(row!['n']) * step);
}
