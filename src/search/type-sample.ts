/**
 * type-sample: some thousand current versions of a type, spread over all of them, in the order of their moments and kept in memory. It
 * cuts the rows of any index that lie by moment into stretches of about as many resources each, and stands for all in tests.
 */
import { raw, sql } from '../store/sql.ts';
import type { Store } from '../store/store.ts';
import { lookedUpMoment } from './compile.ts';
import type { RunSettings } from './match.ts';
import { currentVersions, versionsOfTypeCount } from './readable.ts';

/** About how many versions are taken. */
const wanted = 16_000;
/** Types with fewer versions need no sample: what is found in them is counted. */
const fewVersions = 5000;
/** It is made anew when so much of what the type had has been written since. */
const mostSince = 1 / 20;
/** Positions are scattered by a multiplication, that of the golden ratio, so that no rhythm of the data is met. */
const [ratio, modulus] = [648_055, 1_048_576];

/** A place among the resources of a type: by moment, then by position. */
export type Place = readonly [moment: number, seq: number];

/** What is known of a type. */
export interface TypeSample {
  /** In ascending order. */
  readonly places: readonly Place[];
  /** How many resources each of them stands for. */
  readonly each: number;
}

interface Kept {
  readonly upTo: number;
  readonly versions: number;
  readonly sample: Promise<TypeSample | undefined>;
}

const all = new WeakMap<Store, Map<string, Kept>>();

/** The sample of a type; undefined where it has few resources. @throws QueryTimeoutError when the time is used up */
export async function sampleOf(type: string, settings: RunSettings): Promise<TypeSample | undefined> {
  const ofStore = all.get(settings.store) ?? new Map<string, Kept>();
  all.set(settings.store, ofStore);
  const last = settings.sight.asOf!;
  const known = ofStore.get(type);
  if (known && last - known.upTo <= Math.max(known.versions, fewVersions) * mostSince) return known.sample;
  const [row] = await settings.store.select(versionsOfTypeCount(type), { budgetMs: settings.budgetMs });
  const versions = Number(row!['n']);
  const sample = versions < fewVersions ? Promise.resolve(undefined) : readSample(type, versions, settings);
  ofStore.set(type, { upTo: last, versions, sample });
  sample.catch(() => ofStore.delete(type));
  return sample;
}

async function readSample(
  type: string,
  versions: number,
  { store, sight, budgetMs }: RunSettings,
): Promise<TypeSample> {
  const below = Math.min(modulus, Math.ceil((modulus * wanted) / versions));
  const isTaken = sql`(v.seq * ${raw(String(ratio))}) % ${raw(String(modulus))} < ${raw(String(below))}`;
  const query = currentVersions(type, lookedUpMoment('v'), isTaken, sight.asOf!);
  const rows = await store.select(query, { budgetMs });
  const places = rows.map((row): Place => [Number(row['moment']), Number(row['seq'])]);
  places.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return { places, each: modulus / below };
}
