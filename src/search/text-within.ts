/**
 * text-within: what shares a text that very many have, in the order of further keys. That text is one more large criterion: what lies in
 * the order of the next key is walked, and tested for it.
 */
import { join, raw, type Sql, sql } from '../store/sql.ts';
import { lookedUpMoment } from './compile.ts';
import { anyOf, type Codes, type Condition } from './condition.ts';
import { findById, sortsById } from './id-sort.ts';
import type { Match, RunSettings, TypeSearch } from './match.ts';
import type { Position } from './order.ts';
import { findSifted, siftedLine } from './sift.ts';
import { byTextAndMoment } from './sort.ts';
import { hasOneText, ownRows, type SortedText, sortedBy } from './sort-texts.ts';
import type { TextSearch } from './text-walk.ts';

/** From this many rows on those of a text are not gathered and sorted. */
const manyRows = 4000;

/** Conditions on the rows `x` of a text. */
const rowsOfText = ({ sort: [{ param }] }: TextSearch, { rows }: SortedText): readonly Sql[] =>
  rows.map(
    ([source, hash]) => sql`x.param = ${source} AND x.${raw(sortedBy(param).column)} = ${hash}${ownRows(param)}`,
  );

/** The place of the first of some texts that very many have, where something is left to be tested or sorted; else -1. */
export async function placeOfLarge(
  search: TextSearch,
  texts: readonly SortedText[],
  { store, budgetMs }: RunSettings,
): Promise<number> {
  const { table } = sortedBy(search.sort[0].param);
  const hasMoment = table.columns.some(column => column.name === 'moment');
  if (!hasMoment || !isSifted(search)) return -1;
  const last = raw(`LIMIT 1 OFFSET ${manyRows - 1}`);
  const columns = texts.flatMap((text, i) =>
    rowsOfText(search, text).map(
      (where, j) => sql`(SELECT 1 FROM ${raw(table.name)} x WHERE ${where} ${last}) AS ${raw(`t${i}_${j}`)}`,
    ),
  );
  const [row] = await store.select(sql`SELECT ${join(columns, ', ')}`, { budgetMs });
  return texts.findIndex(({ rows }, i) => rows.some((_, j) => row![`t${i}_${j}`] !== null));
}

/** True where the order within a text can be walked, and it helps. */
function isSifted({ sort, parts }: TextSearch): boolean {
  if (parts.some(part => part.op === 'body')) return false;
  const [, next, ...rest] = sort;
  if (!next) return parts.length > 0 && byTextAndMoment(sort);
  return next.by === 'column' || next.by === 'lastUpdated' || (next.by === 'id' && rest.length === 0);
}

/**
 * The rows of a text after a position within it, at most `limit`.
 * @returns undefined where they have to be gathered
 */
export async function findWithin(
  search: TextSearch,
  text: SortedText,
  position: Position | undefined,
  limit: number,
  run: RunSettings,
): Promise<readonly Match[] | undefined> {
  const [{ param, descending }, ...rest] = search.sort;
  const { table } = sortedBy(param);
  const hasText = rowsOfText(search, text).map(
    (where): Condition => ({
      op: 'range',
      range: { table, where, walk: ['moment'], probe: 'moment', repeats: true, rank: 50 },
    }),
  );
  const inner: TypeSearch = { ...search, sort: rest, parts: [...search.parts, anyOf(hasText)] };
  if (rest.length === 0) {
    const branches = rowsOfText(search, text).map(where => ({
      rows: sql`(SELECT x.seq, x.moment AS value FROM ${raw(table.name)} x WHERE ${where}) d`,
    }));
    const keys = [lookedUpMoment('d'), raw('d.seq')].map(value => ({ value, descending }));
    return siftedLine(inner, { branches, value: lookedUpMoment('d'), descending }, keys, position, limit, run);
  }
  if (sortsById(inner)) return findById(inner, position, limit, run);
  return findSifted(inner, position, limit, run);
}

/** The codes that a condition is about, where it is about nothing else. */
function codesOf(part: Condition): readonly Codes[] | undefined {
  if (part.op === 'range') return part.range.codes && [part.range.codes];
  if (part.op !== 'or' || part.parts.length === 0) return undefined;
  const all = part.parts.map(codesOf);
  return all.every(one => one !== undefined) ? all.flat() : undefined;
}

/**
 * Texts without those rows that cannot fulfil the criteria: of codes that are excluded, or where each resource has one code, of others
 * than those asked for.
 */
export function fulfilling(search: TextSearch, texts: readonly SortedText[]): readonly SortedText[] {
  const { param } = search.sort[0];
  const excluded = search.parts.flatMap(part => (part.op === 'not' ? (codesOf(part.part) ?? []) : []));
  const wanted = hasOneText(param) ? search.parts.flatMap(part => hashesOf(part, param.sources[0]!.param)) : [];
  if (excluded.length === 0 && wanted.length === 0) return texts;
  const can = ([source, hash]: SortedText['rows'][number]) =>
    !excluded.some(one => one.param === source && !one.systems && one.hashes.includes(hash)) &&
    wanted.every(hashes => hashes.includes(hash));
  return texts.flatMap(text => {
    const rows = text.rows.filter(can);
    return rows.length > 0 ? { ...text, rows } : [];
  });
}

/** The hashes of a source, of which a condition asks one. */
function hashesOf(part: Condition, source: number): readonly (readonly bigint[])[] {
  const codes = codesOf(part);
  return codes?.every(one => one.param === source) ? [codes.flatMap(one => one.hashes)] : [];
}
