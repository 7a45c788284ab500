/**
 * id-windows: the ids of a type in order, which no index has. A stretch of some thousands is read once, from all versions of the type,
 * and kept in memory; it learns from what is written since. Pages that lie in it cost what they show.
 */
import type { Store } from '../store/store.ts';
import { type Followed, follow, nextPart } from './follow.ts';
import { type RunSettings, timeLeft } from './match.ts';
import { compareRows, type Position } from './order.ts';
import { currentIds, idsOfVersions } from './readable.ts';

/** Ids read for one; it is read anew when it has grown to twice as many. */
const idsAtOnce = 5000;
/** Most that are kept of all types, some 100 bytes an id. */
const mostWindows = 8;
/** What was written since may be so much: beyond, reading anew costs less. */
const mostSince = 500_000;

/** An id and the position of one of its versions. */
export type IdOfVersion = readonly [id: string, seq: number];

interface Window extends Followed {
  readonly type: string;
  /** It has the versions that were current then, and all since: no search of an earlier moment can use it. */
  readonly since: number;
  /** The least and the greatest id of which it has all versions; undefined where there are none beyond. */
  readonly least: string | undefined;
  readonly greatest: string | undefined;
  versions: readonly IdOfVersion[];
}

interface Kept {
  /** The one last used is the last. */
  windows: readonly Window[];
  reading: Promise<unknown>;
}

const all = new WeakMap<Store, Kept>();
const ascending = [{ descending: false }, { descending: false }];

/**
 * The next versions of a type after a position, in the order of their ids: of each id that is shown at the moment asked for also its
 * visible one, beside others that have to be sorted out.
 * @returns with `end` where the stretch in memory ends: the position behind it; absent when there are no more ids
 */
export async function idsFrom(
  type: string,
  position: Position | undefined,
  descending: boolean,
  settings: RunSettings,
): Promise<{ readonly versions: readonly IdOfVersion[]; readonly end?: Position }> {
  const kept = all.get(settings.store) ?? { windows: [], reading: Promise.resolve() };
  all.set(settings.store, kept);
  // Waiting for one's turn is counted.
  const left = timeLeft(settings.budgetMs);
  const turn = kept.reading.then(() => windowAt(kept, type, position, descending, { ...settings, budgetMs: left() }));
  kept.reading = turn.catch(() => {});
  const { versions, least, greatest } = await turn;
  const place = position ? placeOf(versions, position, descending) : descending ? versions.length : 0;
  const after = descending ? versions.slice(0, place).reverse() : versions.slice(place);
  const bound = descending ? least : greatest;
  if (bound === undefined) return { versions: after };
  return { versions: after, end: [bound, descending ? -1 : Number.MAX_SAFE_INTEGER] };
}

/** How many versions come before a position and, ascending, at it. */
function placeOf(versions: readonly IdOfVersion[], position: Position, descending: boolean): number {
  let [low, high] = [0, versions.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareRows(ascending, versions[middle]!, position) < (descending ? 0 : 1)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The window that a page begins in, up to date. */
async function windowAt(
  kept: Kept,
  type: string,
  position: Position | undefined,
  descending: boolean,
  settings: RunSettings,
): Promise<Window> {
  const left = timeLeft(settings.budgetMs);
  const last = settings.sight.asOf!;
  const isNear = (one: Window) => one.type === type && one.since <= last && last - one.upTo <= mostSince;
  const known = kept.windows.find(one => isNear(one) && hasPlace(one, position, descending));
  const others = kept.windows.filter(one => one !== known);
  if (known) {
    await follow(known, settings, (after, upTo, run) => learn(known, after, upTo, run));
    if (known.versions.length <= idsAtOnce * 2) {
      kept.windows = [...others, known];
      return known;
    }
  }
  kept.windows = others;
  const read = await readWindow(type, position, descending, { ...settings, budgetMs: left() });
  kept.windows = [...others, read].slice(-mostWindows);
  return read;
}

/** True when a window has what comes after a position. */
function hasPlace({ least, greatest }: Window, position: Position | undefined, descending: boolean): boolean {
  const [first, end] = descending ? [greatest, least] : [least, greatest];
  if (position === undefined) return first === undefined;
  const id = String(position[0]);
  const isWithin = (greatest === undefined || id <= greatest) && (least === undefined || id >= least);
  return isWithin && id !== end;
}

async function readWindow(
  type: string,
  position: Position | undefined,
  descending: boolean,
  { store, sight, budgetMs }: RunSettings,
): Promise<Window> {
  const since = sight.asOf!;
  const from = position && String(position[0]);
  const rows = await store.select(currentIds(type, from, descending, idsAtOnce, since), { budgetMs });
  const found = rows.map((row): IdOfVersion => [String(row['id']), Number(row['seq'])]);
  const end = found.length < idsAtOnce ? undefined : found.at(-1)![0];
  const [least, greatest] = descending ? [end, from] : [from, end];
  const versions = descending ? found.reverse() : found;
  return { type, since, least, greatest, versions, upTo: since, reading: Promise.resolve() };
}

/** Adds what was written after a position on. */
async function learn(window: Window, after: number, last: number, { store, budgetMs }: RunSettings): Promise<number> {
  const { type, least, greatest } = window;
  const upTo = nextPart(after, last);
  const rows = await store.select(idsOfVersions(type, [least, greatest], [after, upTo]), { budgetMs });
  const fresh = rows.map((row): IdOfVersion => [String(row['id']), Number(row['seq'])]);
  if (fresh.length > 0) window.versions = [...window.versions, ...fresh].sort((a, b) => compareRows(ascending, a, b));
  return upTo;
}
