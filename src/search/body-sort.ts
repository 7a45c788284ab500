/**
 * Sorting by codes, references and URIs where there are many different ones: the values are read from the resources, and only the
 * page's worth of rows is kept at a time.
 */
import { raw, type Sql, sql } from '../store/sql.ts';
import { fromWhere } from './compile.ts';
import {
  type Begun,
  beginSearch,
  isReached,
  type Match,
  type RunSettings,
  type TypeSearch,
  timeLeft,
  toMatch,
} from './match.ts';
import { compareRows, inIndex, keyColumn, keyColumns, type OrderKey, type Position } from './order.ts';
import { passing } from './passing.ts';
import { resourcesOf } from './pieces.ts';
import { versionColumns } from './readable.ts';
import { byTextAndMoment, type SortKey } from './sort.ts';
import { missingText, sortText } from './sort-texts.ts';

/** Texts read at a time. */
const chunk = 50;

/** The rows of a beginning, in the order of its first key where they lie so, from a position on. */
function rowsOf(
  { begin, keys, tests, walked }: Begun,
  position: Position | undefined,
  search: TypeSearch,
  settings: RunSettings,
): readonly Sql[] {
  const [{ value, descending, constant }] = keys as readonly [OrderKey];
  const inOrder = walked && constant === undefined;
  const start = position?.[0];
  const from =
    inOrder && start !== undefined ? sql` AND ${value} ${raw(descending ? '<=' : '>=')} ${inIndex(start)}` : raw('');
  const order = raw(inOrder ? ` ORDER BY ${keyColumn(0)}${descending ? ' DESC' : ''}` : '');
  return begin.branches.map(
    branch =>
      sql`SELECT ${versionColumns}, ${keyColumns(keys)} ${fromWhere(branch, begin, search.scope, settings)}${tests}${from}${order}`,
  );
}

/** The rows after a position, at most `limit`: of all, or as far as the order of the first key says that they are needed. */
export async function findByBody(
  search: TypeSearch,
  driver: number,
  position: Position | undefined,
  limit: number,
  settings: RunSettings,
): Promise<Match[]> {
  let best: Match[] = [];
  const seen = new Set<number>();
  const left = timeLeft(settings.budgetMs);
  const tested = search.parts.filter(part => part.op === 'body');
  const beginnings = beginSearch(search, driver, settings);
  for (const [i, begun] of beginnings.entries()) {
    if (position && beginnings.slice(i + 1).some(next => isReached(next, position))) continue;
    const { keys, walked } = begun;
    const isPast = (key: string | number | undefined) =>
      walked &&
      key !== undefined &&
      best.length >= limit &&
      compareRows(keys.slice(0, 1), [key], [best[limit - 1]!.position[0]!]) > 0;
    if (isPast(keys[0]!.constant)) break;
    for (const query of rowsOf(begun, position, search, settings)) {
      for await (const rows of settings.store.stream(query, { budgetMs: left(), chunk })) {
        const matches = rows.map(row => toMatch(row, keys));
        if (isPast(matches[0]?.position[0])) break;
        const once = matches.filter(match => !seen.has(match.seq) && seen.add(match.seq));
        const fresh = await passing(once, tested, { ...settings, budgetMs: left() });
        const valued = (await withValues(fresh, search.sort, { ...settings, budgetMs: left() })).filter(
          match => !position || compareRows(keys, match.position, position) > 0,
        );
        best = [...best, ...valued].sort((a, b) => compareRows(keys, a.position, b.position)).slice(0, limit);
      }
    }
  }
  return best;
}

async function withValues(
  matches: readonly Match[],
  sort: readonly SortKey[],
  settings: RunSettings,
): Promise<Match[]> {
  const valued: Match[] = [];
  const bySeq = new Map(matches.map(match => [match.seq, match]));
  for await (const [seq, resource] of resourcesOf([...bySeq.keys()], settings)) {
    const match = bySeq.get(seq)!;
    const own = sort.map((key, k) =>
      key.by === 'body' ? sortText(resource, key.param, key.descending, settings.base) : match.position[k]!,
    );
    // As where texts are walked: those without one lie by position alone.
    const isLast = byTextAndMoment(sort) && own[0] === missingText(sort[0]!.descending);
    const tie = byTextAndMoment(sort) ? [isLast ? 0 : match.position[1]!] : [];
    valued.push({ ...match, position: [...own, ...tie, match.position.at(-1)!] });
  }
  return valued;
}
