/**
 * text-walk: a page of a search that is sorted by texts, from text to text in their order. Rows of several texts are asked for at
 * once when each has few.
 */
import { join, raw, type Sql, sql } from '../store/sql.ts';
import { type Drive, drive, feedOfType, fromWhere, momentOf } from './compile.ts';
import {
  type Begun,
  byMoment,
  findRows,
  type Match,
  type RunSettings,
  type TypeSearch,
  timeLeft,
  toMatch,
} from './match.ts';
import { after, atMost, constantKey, keyColumns, type OrderKey, orderBy, type Position } from './order.ts';
import { passing } from './passing.ts';
import { resourcesOf } from './pieces.ts';
import { versionColumns } from './readable.ts';
import { byTextAndMoment, orderKeys, type SortKey } from './sort.ts';
import { hasOneText, missingText, ownRows, type SortedText, sortedBy, sortText, withoutText } from './sort-texts.ts';
import { findWithin, fulfilling, placeOfLarge } from './text-within.ts';

type TextKey = SortKey & { by: 'body' };
/** A search that is sorted by a text first. */
export type TextSearch = TypeSearch & { readonly sort: readonly [TextKey, ...SortKey[]] };

/** Most texts whose rows are asked for at once. */
const mostTogether = 32;

/** Those from a text on, in either direction. */
function* textsFrom(texts: readonly SortedText[], from: string | undefined, descending: boolean): Iterable<SortedText> {
  let [low, high] = [0, from === undefined ? 0 : texts.length];
  // The place of the first that is not less than the text.
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (texts[middle]!.text < from!) low = middle + 1;
    else high = middle;
  }
  if (!descending) for (let i = low; i < texts.length; i++) yield texts[i]!;
  else {
    const isFirst = from !== undefined && texts[low]?.text === from;
    for (let i = from === undefined ? texts.length - 1 : isFirst ? low : low - 1; i >= 0; i--) yield texts[i]!;
  }
}

/** The rows after a position, at most `limit`. @param all the texts in ascending order */
export async function walkTexts(
  search: TextSearch,
  all: readonly SortedText[],
  position: Position | undefined,
  limit: number,
  settings: RunSettings,
): Promise<Match[]> {
  const { descending } = search.sort[0];
  const texts = fulfilling(search, all);
  const [first, end] = [texts.at(descending ? -1 : 0)?.text, missingText(descending)];
  const left = timeLeft(settings.budgetMs);
  const placeIn = (text: string | undefined) => (position?.[0] === text ? position?.slice(1) : undefined);
  const waiting = textsFrom(texts, position && String(position[0]), descending)[Symbol.iterator]();
  const found: Match[] = [];
  let group = take(waiting, [], 1);
  let from: Position | undefined = placeIn(group[0]?.text);
  for (let size = 1; group.length > 0; ) {
    const run = { ...settings, budgetMs: left() };
    const large = await placeOfLarge(search, group, run);
    const [some, later] = [group.slice(0, large < 0 ? undefined : Math.max(large, 1)), group.slice(Math.max(large, 1))];
    const within = large === 0 ? await findWithin(search, group[0]!, from, limit, run) : undefined;
    const rows = within?.map(match => ({ ...match, rank: 0 })) ?? (await rowsOf(search, some, from, limit, run));
    found.push(...(await sortedHere(rows, found.at(-1), some, first, search, run)));
    if (found.length >= limit) return found.slice(0, limit);
    const last = rows.length < limit ? undefined : rows.at(-1);
    // Texts with few rows are taken more and more at once.
    size = last ? size : Math.min(size * 2, mostTogether);
    group = take(waiting, [...(last ? some.slice(last.rank) : []), ...(large < 0 ? [] : later)], size);
    from = last?.position;
  }
  const run = { ...settings, budgetMs: left() };
  const without = await findRows(search, [withoutTexts(search, run)], placeIn(end), limit - found.length, run);
  return [...found, ...without.map(match => ({ ...match, position: [end, ...match.position] }))];
}

/** What is left of a group, filled up to a size. */
function take(waiting: Iterator<SortedText>, rest: readonly SortedText[], size: number): readonly SortedText[] {
  const group = [...rest];
  while (group.length < size) {
    const next = waiting.next();
    if (next.done) break;
    group.push(next.value);
  }
  return group;
}

/** A row with the place of its text in the group; its position is that within the text. */
type Ranked = Match & { readonly rank: number };

/** Rows of a group of texts, at most `limit` of each and in all; those of the first text from a position on. */
async function rowsOf(
  search: TextSearch,
  group: readonly SortedText[],
  from: Position | undefined,
  limit: number,
  settings: RunSettings,
): Promise<readonly Ranked[]> {
  let keys: readonly OrderKey[] = [];
  const selects = group.flatMap((text, rank) =>
    withText(search, text, settings).flatMap(one => {
      keys = one.keys.map(told);
      return one.begin.branches.map(branch =>
        selectOf(search, one, branch, rank, rank === 0 ? from : undefined, limit, settings),
      );
    }),
  );
  const each = selects.map((one, i) => sql`SELECT * FROM (${one}) r${raw(String(i))}`);
  const order = raw(orderBy(keys).text.replace('ORDER BY', 'ORDER BY rank,'));
  const query = selects.length === 1 ? selects[0]! : sql`${join(each, ' UNION ALL ')} ${order} ${atMost(limit)}`;
  const rows = await settings.store.select(query, { budgetMs: settings.budgetMs });
  return rows.map(row => ({ ...toMatch(row, keys), rank: Number(row['rank']) }));
}

/** A key with its value in the row, also where it is the same in all. */
const told = ({ value, descending, constant }: OrderKey): OrderKey => ({
  value: constant === undefined ? value : raw(String(constant)),
  descending,
});

function selectOf(
  { scope }: TextSearch,
  { begin, keys, tests }: Begun,
  branch: Sql,
  rank: number,
  from: Position | undefined,
  limit: number,
  settings: RunSettings,
): Sql {
  const place = from ? sql` AND ${after(keys, from)}` : raw('');
  const where = sql`${fromWhere(branch, begin, scope, settings)}${tests}${place}`;
  const columns = sql`${versionColumns}, ${raw(String(rank))} AS rank, ${keyColumns(keys.map(told))}`;
  return sql`SELECT ${columns} ${where} ${orderBy(keys)} ${atMost(limit)}`;
}

/** Of rows those that pass what is tested on whole resources, each once and at the text that its resource is sorted by. */
async function sortedHere(
  rows: readonly Ranked[],
  before: Match | undefined,
  group: readonly SortedText[],
  first: string | undefined,
  search: TextSearch,
  settings: RunSettings,
): Promise<readonly Match[]> {
  const isSame = ({ seq, rank }: Ranked, i: number) =>
    i === 0 ? seq === before?.seq : seq === rows[i - 1]!.seq && rank === rows[i - 1]!.rank;
  const once = rows.filter((row, i) => !isSame(row, i));
  const tests = search.parts.filter(part => part.op === 'body');
  const left = timeLeft(settings.budgetMs);
  const passed = await passing(once, tests, settings);
  const named = passed.map(({ rank, ...match }) => ({
    ...match,
    position: [group[rank]!.text, ...match.position],
  }));
  const { param, descending } = search.sort[0];
  // At the first text of all there is nothing before.
  const unsure = hasOneText(param)
    ? []
    : named.filter(({ position: [text] }) => param.type !== 'token' || text !== first);
  if (unsure.length === 0) return named;
  const own = new Map<number, string>();
  const seqs = new Set(unsure.map(match => match.seq));
  for await (const [seq, resource] of resourcesOf([...seqs], { ...settings, budgetMs: left() }))
    own.set(seq, sortText(resource, param, descending, settings.base));
  return named.filter(match => (own.get(match.seq) ?? match.position[0]) === match.position[0]);
}

/** The resources that have a text, in the order of the other keys. */
function withText(search: TextSearch, { rows }: SortedText, settings: RunSettings): readonly Begun[] {
  const [key, ...rest] = search.sort;
  const { table, column } = sortedBy(key.param);
  const hasMoment = table.columns.some(one => one.name === 'moment');
  const columns = raw(hasMoment ? 'x.seq, x.moment' : 'x.seq');
  const own = ownRows(key.param);
  const branches = rows.map(
    ([source, hash]) =>
      sql`(SELECT ${columns} FROM ${raw(table.name)} x WHERE x.param = ${source} AND x.${raw(column)} = ${hash}${own}) d`,
  );
  const whole = drive(search.parts, undefined, search.scope, settings);
  const begin: Drive = { ...whole, branches, kind: 'rows', hasMoment, walk: [], repeats: true };
  if (hasMoment && rest.length === 1 && rest[0]!.by === 'moment') return byMoment(begin, { ...search, sort: rest });
  return [{ begin, keys: keysWithin(search.sort, begin, search), tests: raw('') }];
}

/** The keys behind the first. */
const keysWithin = (sort: readonly SortKey[], begin: Drive, { scope }: TypeSearch): readonly OrderKey[] =>
  orderKeys(sort, momentOf(begin, scope)).slice(1);

/** The resources that have no text, of which no moment is asked. */
function withoutTexts(search: TextSearch, settings: RunSettings): Begun {
  const [key] = search.sort;
  const begin = { ...drive(search.parts, undefined, search.scope, settings), branches: [feedOfType(search.scope)] };
  const keys = keysWithin(search.sort, begin, search).map((one, i) =>
    i === 0 && byTextAndMoment(search.sort) ? constantKey(0, one.descending) : one,
  );
  return { begin, keys, tests: sql` AND ${withoutText(key.param)}` };
}
