/**
 * choose: which condition drives a search. A little is counted first, so that small sets drive; where all are large, what
 * lies in the order asked for is walked, so that the first page needs no look at the rest.
 */
import { join, list, raw, type Sql, sql } from '../store/sql.ts';
import { measureNot, measureShapes } from './among.ts';
import { measureCanonical } from './canonical.ts';
import { innerSelect } from './compile.ts';
import { allOf, anyOf, type Condition, named, nameOf, never, type Range } from './condition.ts';
import { sortsById } from './id-sort.ts';
import { liesSorted, type RunSettings, type TypeSearch, walksAll } from './match.ts';
import { mergeSingles } from './merge-ranges.ts';
import { atMost } from './order.ts';
import { sortsByQuantity } from './quantity-sort.ts';
import { canDrive, conjuncts, mostBranches, rankOf, usualDriver, walkable, walkedFor } from './rank.ts';
import type { SortKey } from './sort.ts';
import { isWalkedByText } from './text-sort.ts';
import { targetsCondition } from './types/reference.ts';
import { usesOf } from './types/text.ts';

/** What usually is most selective drives without a look at the others when it has fewer rows than this. */
const smallEnough = 400;
/** Rows counted to compare conditions. */
export const sampleSize = 1000;
/** From this many rows on, walking in another order and testing costs less than gathering and sorting. */
const walkFrom = 6000;
/** The same where all values are walked in the order asked for, in blocks. */
const siftFrom = 4000;
/** What ranks behind this drives only where it has few rows, or lies in the order asked for. */
const rarely = 95;
/** From this many rows on, reading the ids of a whole type for their order and testing costs less than gathering and sorting. */
const idsFrom = 20_000;
/** Targets of a chain or sources of a `_has` that are gathered; beyond, each is looked at when it is met. */
const fewInner = 200;

/**
 * The index rows of a condition, each as often as it lies there; undefined where that is not cheap.
 * @param limit about so many at most; `only` asks for the last of them alone
 */
function rawRows(part: Condition, limit: number, only = atMost(limit)): Sql | undefined {
  const walked = walkedFor(part);
  if (walked !== part) return rawRows(walked, limit, only);
  if (part.op === 'ids')
    return sql`SELECT 1 AS one FROM version v WHERE v.h IN ${list(part.hashes.length ? part.hashes : [0n])} ${only}`;
  if (part.op === 'range') {
    if (part.range.testOnly || (part.range.probe === 'set' && part.range.rank >= 80)) return undefined;
    const where = part.range.estimate ?? part.range.where;
    return sql`SELECT 1 AS one FROM ${raw(part.range.table.name)} x WHERE ${where} ${only}`;
  }
  if (part.op !== 'or' || part.parts.length === 0 || part.parts.length > 40) return undefined;
  const rows = part.parts.map(one => (one.op === 'and' ? walkable(one) : one)).map(one => one && rawRows(one, limit));
  if (rows.includes(undefined)) return undefined;
  const each = rows.map(one => sql`SELECT * FROM (${one!}) q`);
  return sql`SELECT 1 AS one FROM (${join(each, ' UNION ALL ')}) r ${only}`;
}

/** Which conditions have at least so many rows: told by stepping over them, at a third of what counting costs. */
export async function reach(
  parts: readonly Condition[],
  limit: number,
  { store, budgetMs }: RunSettings,
): Promise<readonly (boolean | undefined)[]> {
  const rows = parts.map(part => rawRows(part, limit, sql`LIMIT 1 OFFSET ${raw(String(limit - 1))}`));
  const columns = rows.flatMap((one, i) => (one ? [sql`(${one}) AS n${raw(String(i))}`] : []));
  if (columns.length === 0) return parts.map(() => undefined);
  const [row] = await store.select(sql`SELECT ${join(columns, ', ')}`, { budgetMs });
  return rows.map((one, i) => (one ? row![`n${i}`] !== null : undefined));
}

/** How many rows each condition has, up to a limit; undefined where counting would cost too much. */
export async function sample(
  parts: readonly Condition[],
  settings: RunSettings,
  limit = sampleSize,
): Promise<readonly (number | undefined)[]> {
  const rows = parts.map(part => rawRows(part, limit));
  const columns = rows.flatMap((one, i) => (one ? [sql`(SELECT count(*) FROM (${one}) s) AS n${raw(String(i))}`] : []));
  if (columns.length === 0) return parts.map(() => undefined);
  const [row] = await settings.store.select(sql`SELECT ${join(columns, ', ')}`, { budgetMs: settings.budgetMs });
  return rows.map((one, i) => (one ? Number(row![`n${i}`]) : undefined));
}

/** Looks how large the insides of chains and `_has` are; the search with that known. */
export async function measure(search: TypeSearch, settings: RunSettings): Promise<TypeSearch> {
  const parts = await Promise.all(
    search.parts.map(async part => named(await measureWhole(part, search, settings), nameOf(part))),
  );
  return { ...search, parts: mergeSingles(parts) };
}

/** One of the conditions of a search, which may drive it: of what is not there it is told where to look for it. */
async function measureWhole(part: Condition, search: TypeSearch, settings: RunSettings): Promise<Condition> {
  const measured = await measurePart(part, settings);
  return measured.op === 'not' && !search.contained ? measureNot(measured, search.scope, settings) : measured;
}

async function measurePart(part: Condition, settings: RunSettings): Promise<Condition> {
  switch (part.op) {
    case 'range':
      return measureRange(part, settings);
    case 'chain':
    case 'has':
      return part.large === undefined ? measureLink(part, settings) : part;
    case 'canonical':
      return measureCanonical({ ...part, inner: await measurePart(part.inner, settings) }, settings);
    case 'inside': {
      const any = sql`SELECT 1 FROM ${raw(part.via.table.name)} x WHERE ${part.via.where} ${atMost(1)}`;
      const rows = await settings.store.select(any, { budgetMs: settings.budgetMs });
      return rows.length > 0 ? { ...part, inner: await measurePart(part.inner, settings) } : never;
    }
    case 'or':
    case 'and': {
      if (!hasLinks(part)) return part;
      const parts = await Promise.all(part.parts.map(one => measurePart(one, settings)));
      return part.op === 'and' ? { ...part, parts } : anyOf(parts.filter(one => one !== never));
    }
    case 'not':
      return hasLinks(part.part) ? { ...part, part: await measurePart(part.part, settings) } : part;
    default:
      return part;
  }
}

/** Of what leads somewhere the rows are not put in order: what is not there drives it only where that is little. */
async function measureInner(part: Condition, type: string, settings: RunSettings): Promise<Condition> {
  if (part.op !== 'not') return part;
  const measured = await measureNot(part, settings.scopeOf(type), settings);
  const [large] = measured.op === 'not' ? await reach([measured], walkFrom, settings) : [false];
  return large === false ? measured : part;
}

/** Few targets are named in the query, which then walks their references; of sources it is only noted whether they are few. */
async function measureLink(part: Condition & { op: 'chain' | 'has' }, settings: RunSettings): Promise<Condition> {
  const measured = conjuncts(await measurePart(part.inner, settings));
  const inner = allOf(await Promise.all(measured.map(one => measureInner(one, part.type, settings))));
  const found = innerSelect(inner, part.type, raw('CAST(v.h AS TEXT) AS h'), settings);
  const query = sql`SELECT DISTINCT q.h AS h FROM (${found}) q ${atMost(fewInner + 1)}`;
  const rows = await settings.store.select(query, { budgetMs: settings.budgetMs });
  const large = rows.length > fewInner;
  if (large || part.op === 'has') return { ...part, inner, large };
  const hashes = rows.map(row => BigInt(String(row['h'])));
  return hashes.length === 0 ? never : targetsCondition(part.params, padded(hashes));
}

/** The same list with its last item repeated, so that lists have few different lengths and statements few texts. */
function padded<T>(items: readonly T[]): readonly T[] {
  if (items.length <= 8) return items;
  const size = [16, 64, 256].find(one => one >= items.length) ?? items.length;
  return [...items, ...Array<T>(size - items.length).fill(items.at(-1)!)];
}

/** Words are looked up; a condition that only a few rows could make more than its estimate is that, when they are not there. */
async function measureRange(part: Condition & { op: 'range' }, settings: RunSettings): Promise<Condition> {
  const { range } = part;
  if (range.shapes) return measureShapes(range, settings);
  if (range.words) return measureWords(range, range.words, settings);
  const { unless, unlessOnly, estimate } = range;
  if (!unless || !estimate) return part;
  const only = unlessOnly ?? raw('1 = 1');
  const query = sql`SELECT CASE WHEN ${only} THEN 1 ELSE 0 END AS counts FROM ${raw(range.table.name)} x WHERE ${unless} ${atMost(unlessOnly ? sampleSize : 1)}`;
  const rows = await settings.store.select(query, { budgetMs: settings.budgetMs });
  if (rows.length >= sampleSize || rows.some(row => Number(row['counts']) === 1)) return part;
  const { scan: _, unless: __, unlessOnly: ___, estimate: ____, ...rest } = range;
  return { op: 'range', range: { ...rest, where: estimate } };
}

/** Most words that are named in the query. */
const fewWords = 500;

/** A condition on words as ranges of their uses, when they are few. */
async function measureWords(
  range: Range,
  { param, which }: NonNullable<Range['words']>,
  settings: RunSettings,
): Promise<Condition> {
  const query = sql`SELECT y.word AS word FROM index_word y WHERE y.param = ${param} AND ${which} ${atMost(fewWords + 1)}`;
  const rows = await settings.store.select(query, { budgetMs: settings.budgetMs });
  if (rows.length > fewWords) return { op: 'range', range };
  return rows.length === 0 ? never : usesOf(param, padded(rows.map(row => Number(row['word']))), range.rank);
}

function hasLinks(part: Condition): boolean {
  if (part.op === 'range') return [part.range.words, part.range.unless, part.range.shapes].some(Boolean);
  if (part.op === 'chain' || part.op === 'has' || part.op === 'inside' || part.op === 'canonical') return true;
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

/** True when all rows of a condition can be walked by a column: alternatives are merged by it. */
const walksBy = (whole: Condition, column: 'moment' | 'seq'): boolean => {
  const part = walkedFor(whole);
  if (part.op === 'range') return part.range.walk[0] === column;
  return (
    part.op === 'or' &&
    part.parts.length > 0 &&
    part.parts.length <= mostBranches(part.parts) &&
    part.parts.every(one => walksBy(one, column))
  );
};

const walksByMoment = (part: Condition): boolean => walksBy(part, 'moment');

/** True when a condition's rows can be walked in the order asked for, however many they are. */
function liesInOrder(part: Condition, search: TypeSearch): boolean {
  const [sort] = search.sort;
  if (part.op === 'ids') return true;
  if (sort?.by === 'lastUpdated') return part.op === 'range' && part.range.walk[0] === 'last_updated';
  if (sort !== undefined) return (sort.by === 'moment' && walksByMoment(part)) || liesSorted(part, search);
  return walksBy(part, 'moment') || walksBy(part, 'seq') || (part.op === 'range' && part.range.walk.length > 0);
}

/** The place of the condition that drives best; -1 when all resources of the type are walked in the order asked for. */
export async function chooseDriver(search: TypeSearch, settings: RunSettings): Promise<number> {
  const every = search.parts.filter(canDrive);
  const nothing = every.find(part => part.op === 'or' && part.parts.length === 0);
  if (nothing) return search.parts.indexOf(nothing);
  const found = every.filter(part => !scans(part));
  const able = found.length > 0 ? found : every;
  if (able.length === 0) return -1;
  if (able.length === 1 && liesInOrder(able[0]!, search)) return search.parts.indexOf(able[0]!);
  const usual = usualDriver(able)!;
  const [first] = await sample([usual], settings);
  if (first !== undefined && first < smallEnough) return search.parts.indexOf(usual);
  // What is not small is looked at once more anyway, up to more rows.
  if (first === sampleSize && !able.some(isLink)) return chooseLarge(able, search, settings);
  const others = able.filter(part => part !== usual);
  const sampled = others.length > 0 ? await sample(others, settings) : [];
  const counts = able.map(part => (part === usual ? first : sampled[others.indexOf(part)]));
  const small = smallest(counts, sampleSize);
  if (small >= 0) return search.parts.indexOf(able[small]!);
  const unsampled = able.find((part, i) => counts[i] === undefined && isLink(part));
  if (unsampled) return search.parts.indexOf(unsampled);
  return chooseLarge(able, search, settings);
}

/** True when rows are found by reading through more than they are. */
const scans = (whole: Condition): boolean => {
  const part = walkedFor(whole);
  if (part.op === 'range') return part.range.scan === true;
  // Of several alternatives each is walked as it is.
  return part.op === 'or' && part.parts.some(one => (one.op === 'range' ? one.range.scan === true : scans(one)));
};

const isLink = (part: Condition): boolean => part.op === 'chain' || part.op === 'has' || part.op === 'inside';

/** True when all values can be walked in the order asked for, in blocks that are tested. */
const siftsAll = (search: TypeSearch): boolean => walksAll(search) || sortsByQuantity(search.sort[0]);

/** Up to how many rows of a condition are gathered and put in order. */
function gatheredUpTo(able: readonly Condition[], search: TypeSearch): number {
  const { sort } = search;
  // To sort by texts each resource that is gathered has to be read.
  if (sort.some(key => key.by === 'body')) return sampleSize;
  if (sortsById(search)) return idsFrom;
  return siftsAll(search) && !able.some(part => isOfValues(part, sort[0])) ? siftFrom : walkFrom;
}

/** True when a condition is on the values that are sorted by first: what fulfils it lies together in their order, often at its end. */
const isOfValues = (part: Condition, sort: SortKey | undefined): boolean =>
  part.op === 'range' &&
  sort?.by === 'column' &&
  sort.param.sources.some(source => source.param === part.range.where.values[0]);

/** All conditions are large: what is still small enough to be gathered, else what lies in the order asked for. */
async function chooseLarge(able: readonly Condition[], search: TypeSearch, settings: RunSettings): Promise<number> {
  const [sort] = search.sort;
  const place = (part: Condition | undefined) => (part ? search.parts.indexOf(part) : -1);
  const inOrder = able.find(part => liesInOrder(part, search));
  if (able.length > 1 || !inOrder) {
    const limit = gatheredUpTo(able, search);
    const large = await reach(able, limit, settings);
    const few = able.filter((_, i) => large[i] === false);
    if (few.length > 0) return place(few[smallest(await sample(few, settings, limit), limit)]);
  }
  if (sort === undefined) return place(able.find(walksByMoment) ?? inOrder);
  const walks = isWalkedByText(search) || siftsAll(search) || sortsById(search);
  return inOrder || walks ? place(inOrder) : gathersBy(search);
}

/** The place of the condition whose resources are put in order where nothing lies in it. */
export function gathersBy({ parts }: TypeSearch): number {
  const every = parts.filter(canDrive);
  const usual = usualDriver(every.filter(part => !scans(part))) ?? usualDriver(every);
  // Versions that lack something are most of all, or in another order than all are read in.
  return usual && rankOf(usual) <= rarely ? parts.indexOf(usual) : -1;
}
