/**
 * estimate: about how many resources are found, at a cost that does not grow with their number. Where the rows that drive lie by
 * moment, they are counted in some stretches of it that have about as many resources each; else some resources are tested. More are
 * looked at until what they differ by says that the estimate is good; what is too rare for that is counted.
 */
import { join, type Sql, sql } from '../store/sql.ts';
import { reach } from './choose.ts';
import { type Drive, drive, fromWhereIndex } from './compile.ts';
import { countRows } from './count.ts';
import { type RunSettings, type TypeSearch, timeLeft } from './match.ts';
import { resourcesOf } from './pieces.ts';
import { type Place, sampleOf, type TypeSample } from './type-sample.ts';

/** Rows that drive are counted when they are fewer: so many that are only walked, and so many that are tested one by one. */
const [fewWalked, fewTested] = [10_000, 2000];
/** How many stretches are counted, and how many resources tested, from one attempt to the next. */
const attempts = { stretches: [16, 64, 256], resources: [256, 1024, 4096] };
/** Resources tested at a time. */
const testedAtOnce = 1024;
/** Resources of the sample in a stretch. */
const inStretch = 8;
/** An estimate is good when so many were found, and its standard error is at most this part of it. */
const [leastFound, mostError] = [30, 1 / 8];

/** About how many resources are found: exact where that is little work. */
export async function estimateRows(search: TypeSearch, driver: number, settings: RunSettings): Promise<number> {
  const left = timeLeft(settings.budgetMs);
  const run = () => ({ ...settings, budgetMs: left() });
  const by = search.parts[driver];
  const [large] = by ? await reach([by], search.parts.length === 1 ? fewWalked : fewTested, run()) : [undefined];
  const sample = search.contained || large === false ? undefined : await sampleOf(search.scope.type, run());
  const guess = sample && (await guessed(search, driver, sample, run()));
  return guess ?? countRows(search, driver, run());
}

/** The estimate; undefined when nothing that is looked at makes it good. */
async function guessed(
  search: TypeSearch,
  driver: number,
  sample: TypeSample,
  settings: RunSettings,
): Promise<number | undefined> {
  const left = timeLeft(settings.budgetMs);
  const begin = drive(search.parts, search.parts[driver], search.scope, settings);
  const hasBodies = search.parts.some(part => part.op === 'body');
  const byMoment = begin.kind === 'rows' && begin.walk[0] === 'moment' && !hasBodies;
  const all = byMoment ? Math.floor(sample.places.length / inStretch) : sample.places.length;
  for (const size of byMoment ? attempts.stretches : attempts.resources) {
    if (size * 2 > all) return undefined;
    const some = Array.from({ length: size }, (_, i) => Math.floor(((i + 0.5) * all) / size));
    const run = { ...settings, budgetMs: left() };
    const found = byMoment
      ? await inStretches(
          search,
          begin,
          some.map(i => stretch(sample, i, all)),
          run,
        )
      : await testedOf(
          search,
          some.map(i => sample.places[i]!),
          run,
        );
    const sum = found.reduce((sum, one) => sum + one, 0);
    const resources = byMoment ? all : all * sample.each;
    if (sum >= leastFound && errorOf(found, sum, size) <= mostError) return Math.round((sum * resources) / size);
  }
  return undefined;
}

/** The standard error of a sum of random parts, as a part of it; those that are not listed are 0. */
function errorOf(found: readonly number[], sum: number, size: number): number {
  const mean = sum / size;
  const squares = found.reduce((all, one) => all + (one - mean) ** 2, (size - found.length) * mean ** 2);
  return Math.sqrt(squares / (size - 1) / size) / mean;
}

/** From one place to another: the first begins before all, the last has no end. */
function stretch({ places }: TypeSample, i: number, all: number): readonly [Place, Place] {
  const from = i === 0 ? ([-1, 0] as const) : places[i * inStretch]!;
  const to = i === all - 1 ? ([Number.MAX_SAFE_INTEGER, 0] as const) : places[(i + 1) * inStretch]!;
  return [from, to];
}

/** A whole number of 64 bits, told so that SQLite enters a key by it: what is cast is compared as a number of any kind. */
const big = (value: number): Sql => sql`${BigInt(value)} + CAST(0 AS BIGINT)`;

/** How many resources are found in each of some stretches; those with none are left out. */
async function inStretches(
  search: TypeSearch,
  begin: Drive,
  stretches: readonly (readonly [Place, Place])[],
  settings: RunSettings,
): Promise<readonly number[]> {
  const values = stretches.map(([from, to], i) => sql`(${join([i, ...from, ...to].map(big), ', ')})`);
  const selects = begin.branches.map(branch => {
    // The plus keeps the planner from entering the key by what else is asked of the moment: it would read all of that for each stretch.
    const rows = sql`(SELECT t.column1 AS stretch, d.seq AS seq, +d.moment AS moment FROM (VALUES ${join(values, ', ')}) t CROSS JOIN ${branch}
      WHERE (d.moment, d.seq) >= (t.column2, t.column3) AND (d.moment, d.seq) < (t.column4, t.column5)) d`;
    return sql`SELECT d.stretch AS stretch, d.seq AS seq ${fromWhereIndex(rows, begin, search.scope, settings)}`;
  });
  const query = sql`SELECT count(DISTINCT q.seq) AS n FROM (${join(selects, ' UNION ALL ')}) q GROUP BY q.stretch`;
  const rows = await settings.store.select(query, { budgetMs: settings.budgetMs });
  return rows.map(row => Number(row['n']));
}

/** 1 for each of some resources that fulfils all conditions. */
async function testedOf(
  search: TypeSearch,
  places: readonly Place[],
  settings: RunSettings,
): Promise<readonly number[]> {
  const left = timeLeft(settings.budgetMs);
  const whole = drive(search.parts, undefined, search.scope, settings);
  const begin: Drive = { ...whole, branches: [], kind: 'rows', hasMoment: true, walk: [] };
  const seqs: number[] = [];
  for (let i = 0; i < places.length; i += testedAtOnce) {
    const values = places.slice(i, i + testedAtOnce).map(([moment, seq]) => sql`(${big(seq)}, ${big(moment)})`);
    const branch = sql`(SELECT h.column1 AS seq, h.column2 AS moment FROM (VALUES ${join(values, ', ')}) h) d`;
    const query = sql`SELECT d.seq AS seq ${fromWhereIndex(branch, begin, search.scope, settings)}`;
    for (const row of await settings.store.select(query, { budgetMs: left() })) seqs.push(Number(row['seq']));
  }
  const tests = search.parts.filter(part => part.op === 'body');
  if (tests.length === 0) return seqs.map(() => 1);
  let passed = 0;
  for await (const [, resource] of resourcesOf(seqs, { ...settings, budgetMs: left() }))
    if (tests.every(one => one.test(resource))) passed++;
  return Array<number>(passed).fill(1);
}
