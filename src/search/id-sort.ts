/**
 * id-sort: sorting by id, alone or with large conditions. No index has the ids in order, but those of a stretch are kept in memory, and
 * to read further ones takes less than to look up each resource that fulfils a condition: they are tested in their order until the
 * page is full.
 */
import { sql } from '../store/sql.ts';
import { type Drive, drive } from './compile.ts';
import { idsFrom } from './id-windows.ts';
import { type Match, type RunSettings, type TypeSearch, timeLeft, toMatch } from './match.ts';
import { fromNamed } from './named.ts';
import type { Position } from './order.ts';
import { passing } from './passing.ts';
import { idsOfType, versionColumns } from './readable.ts';

/** Ids read where those in memory end; four times as many whenever too few of them pass. */
const firstIds = 12_000;
const mostIds = 50_000;
/** Resources looked at a time, at first and when too few of them pass: few sizes, as each is a statement of its own. */
const [fewAtOnce, testedAtOnce] = [25, 250];

/** True when a search is sorted by id alone. */
export const sortsById = ({ sort, contained }: TypeSearch): boolean =>
  sort.length === 1 && sort[0]!.by === 'id' && contained === undefined;

/** The rows after a position, at most `limit`. */
export async function findById(
  search: TypeSearch,
  position: Position | undefined,
  limit: number,
  settings: RunSettings,
): Promise<Match[]> {
  const { descending } = search.sort[0]!;
  const { type } = search.scope;
  const left = timeLeft(settings.budgetMs);
  const found: Match[] = [];
  let atOnce = limit <= fewAtOnce ? fewAtOnce : testedAtOnce;
  const isFull = async (seqs: readonly number[]): Promise<boolean> => {
    for (let i = 0; i < seqs.length && found.length < limit; ) {
      const some = seqs.slice(i, i + atOnce);
      found.push(...(await passingOf(search, some, atOnce, { ...settings, budgetMs: left() })));
      i += atOnce;
      atOnce = testedAtOnce;
    }
    return found.length >= limit;
  };
  const { versions, end } = await idsFrom(type, position, descending, settings);
  if ((await isFull(versions.map(([, seq]) => seq))) || !end) return found.slice(0, limit);
  let from = end;
  for (let size = firstIds; ; size = Math.min(size * 4, mostIds)) {
    const query = idsOfType(type, from, descending, size, settings.sight);
    const ids = await settings.store.select(query, { budgetMs: left() });
    if ((await isFull(ids.map(row => Number(row['seq'])))) || ids.length < size) return found.slice(0, limit);
    const last = ids.at(-1)!;
    from = [String(last['id']), Number(last['seq'])];
  }
}

/** Of some versions those that are shown and fulfil all conditions, in the same order. */
async function passingOf(
  search: TypeSearch,
  seqs: readonly number[],
  size: number,
  settings: RunSettings,
): Promise<readonly Match[]> {
  const whole = drive(search.parts, undefined, search.scope, settings);
  const begin: Drive = { ...whole, branches: [], hasMoment: false, walk: [] };
  const padded = [...seqs, ...Array<number>(size - seqs.length).fill(0)];
  const query = sql`SELECT ${versionColumns} ${fromNamed(padded, begin, search.scope, settings)}`;
  const rows = await settings.store.select(query, { budgetMs: settings.budgetMs });
  const bySeq = new Map(rows.map(row => [Number(row['seq']), toMatch(row, [])]));
  const matches = seqs.flatMap(seq => bySeq.get(seq) ?? []);
  const tests = search.parts.filter(part => part.op === 'body');
  return (await passing(matches, tests, settings)).map(match => ({ ...match, position: [match.id, match.seq] }));
}
