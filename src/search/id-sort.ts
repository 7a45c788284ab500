/**
 * id-sort: sorting by id what large conditions have in common. No index has the ids in order, but to read the first of a type takes
 * less than to look up each resource that fulfils a condition: these are tested in their order until the page is full.
 */
import { list, sql } from '../store/sql.ts';
import { type Drive, drive, fromWhere } from './compile.ts';
import { type Match, type RunSettings, type TypeSearch, timeLeft, toMatch } from './match.ts';
import type { Position } from './order.ts';
import { passing } from './passing.ts';
import { idsOfType, versionColumns } from './readable.ts';

/** Ids read at first; four times as many whenever too few of them pass. */
const firstIds = 2000;
const mostIds = 50_000;
/** Resources tested at a time. */
const testedAtOnce = 250;

/** True when a search is sorted by id alone and has criteria to be tested. */
export const sortsById = ({ sort, parts }: TypeSearch): boolean =>
  sort.length === 1 && sort[0]!.by === 'id' && parts.length > 0;

/** The rows after a position, at most `limit`. */
export async function findById(
  search: TypeSearch,
  position: Position | undefined,
  limit: number,
  settings: RunSettings,
): Promise<Match[]> {
  const { descending } = search.sort[0]!;
  const left = timeLeft(settings.budgetMs);
  const found: Match[] = [];
  let from = position;
  for (let size = firstIds; ; size = Math.min(size * 4, mostIds)) {
    const query = idsOfType(search.scope.type, from, descending, size, settings.sight);
    const ids = await settings.store.select(query, { budgetMs: left() });
    for (let i = 0; i < ids.length; i += testedAtOnce) {
      const seqs = ids.slice(i, i + testedAtOnce).map(row => Number(row['seq']));
      found.push(...(await passingOf(search, seqs, { ...settings, budgetMs: left() })));
      if (found.length >= limit) return found.slice(0, limit);
    }
    if (ids.length < size) return found;
    const last = ids.at(-1)!;
    from = [String(last['id']), Number(last['seq'])];
  }
}

/** Of some versions those that fulfil all conditions, in the same order. */
async function passingOf(
  search: TypeSearch,
  seqs: readonly number[],
  settings: RunSettings,
): Promise<readonly Match[]> {
  const whole = drive(search.parts, undefined, search.scope, settings);
  const begin: Drive = { ...whole, branches: [], hasMoment: false, walk: [] };
  const padded = [...seqs, ...Array<number>(testedAtOnce - seqs.length).fill(0)];
  const branch = sql`(SELECT v.seq FROM version v WHERE v.seq IN ${list(padded)}) d`;
  const query = sql`SELECT ${versionColumns} ${fromWhere(branch, begin, search.scope, settings)}`;
  const rows = await settings.store.select(query, { budgetMs: settings.budgetMs });
  const bySeq = new Map(rows.map(row => [Number(row['seq']), toMatch(row, [])]));
  const matches = seqs.flatMap(seq => bySeq.get(seq) ?? []);
  const tests = search.parts.filter(part => part.op === 'body');
  return (await passing(matches, tests, settings)).map(match => ({ ...match, position: [match.id, match.seq] }));
}
