/**
 * choose: which condition drives a search. A little is counted first, so that small sets drive; where all are large, what
 * lies in the order asked for is walked, so that the first page needs no look at the rest.
 */
import { join, raw, sql } from '../store/sql.ts';
import { drive, innerSelect } from './compile.ts';
import { type Condition, named, nameOf } from './condition.ts';
import type { RunSettings, TypeSearch } from './match.ts';
import { atMost } from './order.ts';
import { canDrive, usualDriver } from './rank.ts';

/** What usually is most selective drives without a look at the others when it has fewer rows than this. */
const smallEnough = 400;
/** Rows counted to compare conditions. */
export const sampleSize = 1000;
/** From this many rows on, walking in another order and testing costs less than gathering and sorting. */
const walkFrom = 6000;
/** Targets of a chain or sources of a `_has` that are gathered; beyond, each is looked at when it is met. */
const fewInner = 200;

/** How many rows each condition has, up to a limit; undefined where counting would cost too much. */
export async function sample(
  parts: readonly Condition[],
  search: TypeSearch,
  settings: RunSettings,
  limit = sampleSize,
): Promise<readonly (number | undefined)[]> {
  const begun = parts.map(part => (isCheap(part) ? drive([part], part, search.scope, settings) : undefined));
  const columns = begun.flatMap((begin, i) => {
    if (!begin) return [];
    const rows = begin.branches.map(branch => sql`SELECT 1 FROM ${branch}`);
    return [
      sql`(SELECT count(*) FROM (SELECT * FROM (${join(rows, ' UNION ALL ')}) q ${atMost(limit)}) s) AS n${raw(String(i))}`,
    ];
  });
  if (columns.length === 0) return parts.map(() => undefined);
  const [row] = await settings.store.select(sql`SELECT ${join(columns, ', ')}`, { budgetMs: settings.budgetMs });
  return begun.map((begin, i) => (begin ? Number(row![`n${i}`]) : undefined));
}

function isCheap(part: Condition): boolean {
  if (part.op === 'range') return part.range.probe !== 'set' || part.range.rank < 80;
  return (
    part.op === 'ids' ||
    (part.op === 'or' &&
      part.parts.length > 0 &&
      part.parts.length <= 20 &&
      part.parts.every(one => isCheap(one) || one.op === 'and'))
  );
}

/** Looks how large the insides of chains and `_has` are; the search with that known. */
export async function measure(search: TypeSearch, settings: RunSettings): Promise<TypeSearch> {
  const parts = await Promise.all(
    search.parts.map(async part => named(await measurePart(part, settings), nameOf(part))),
  );
  return { ...search, parts };
}

async function measurePart(part: Condition, settings: RunSettings): Promise<Condition> {
  switch (part.op) {
    case 'chain':
    case 'has': {
      if (part.large !== undefined) return part;
      const inner = await measurePart(part.inner, settings);
      const seqs = innerSelect(inner, part.type, raw('v.seq'), settings);
      const count = sql`SELECT count(*) AS n FROM (SELECT * FROM (${seqs}) q ${atMost(fewInner + 1)}) s`;
      const [row] = await settings.store.select(count, { budgetMs: settings.budgetMs });
      return { ...part, inner, large: Number(row!['n']) > fewInner };
    }
    case 'or':
    case 'and':
      return hasLinks(part)
        ? { ...part, parts: await Promise.all(part.parts.map(one => measurePart(one, settings))) }
        : part;
    case 'not':
      return hasLinks(part.part) ? { ...part, part: await measurePart(part.part, settings) } : part;
    default:
      return part;
  }
}

function hasLinks(part: Condition): boolean {
  if (part.op === 'chain' || part.op === 'has') return true;
  if (part.op === 'or' || part.op === 'and') return part.parts.some(hasLinks);
  return part.op === 'not' && hasLinks(part.part);
}

const smallest = (counts: readonly (number | undefined)[], below: number): number => {
  let best = -1;
  counts.forEach((count, i) => {
    if (count !== undefined && count < below && (best < 0 || count < counts[best]!)) best = i;
  });
  return best;
};

const walksByMoment = (part: Condition): boolean =>
  part.op === 'range'
    ? part.range.walk[0] === 'moment'
    : part.op === 'or' && part.parts.length > 0 && part.parts.length <= 8 && part.parts.every(walksByMoment);

/** True when a condition's rows can be walked in the order asked for, however many they are. */
function liesInOrder(part: Condition, sort: TypeSearch['sort'][number] | undefined): boolean {
  if (part.op === 'ids') return true;
  if (sort !== undefined) return sort.by === 'moment' && walksByMoment(part);
  return walksByMoment(part) || (part.op === 'range' && part.range.walk.length > 0);
}

/** The place of the condition that drives best; -1 when all resources of the type are walked in the order asked for. */
export async function chooseDriver(search: TypeSearch, settings: RunSettings): Promise<number> {
  const able = search.parts.filter(canDrive);
  const [sort] = search.sort;
  if (able.length === 0) return -1;
  if (able.length === 1 && liesInOrder(able[0]!, sort)) return search.parts.indexOf(able[0]!);
  const usual = usualDriver(able)!;
  const [first] = await sample([usual], search, settings);
  if (first !== undefined && first < smallEnough) return search.parts.indexOf(usual);
  const counts = await sample(able, search, settings);
  const small = smallest(counts, sampleSize);
  if (small >= 0) return search.parts.indexOf(able[small]!);
  const unsampled = able.find((part, i) => counts[i] === undefined && (part.op === 'chain' || part.op === 'has'));
  if (unsampled) return search.parts.indexOf(unsampled);
  return chooseLarge(able, search, settings);
}

async function chooseLarge(able: readonly Condition[], search: TypeSearch, settings: RunSettings): Promise<number> {
  const [sort] = search.sort;
  const place = (part: Condition | undefined) => (part ? search.parts.indexOf(part) : -1);
  const counts = await sample(able, search, settings, walkFrom);
  const best = smallest(counts, walkFrom);
  if (best >= 0) return place(able[best]);
  if (sort === undefined)
    return place(able.find(walksByMoment) ?? able.find(part => part.op === 'range' && part.range.walk.length > 0));
  if (search.sort.length > 1 || sort.by === 'id' || sort.by === 'body') return place(usualDriver(able));
  return sort.by === 'moment' ? place(able.find(walksByMoment)) : -1;
}
