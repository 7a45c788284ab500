/**
 * sort-catalogue: the texts of a parameter that has too many to be hopped through for each page (identifiers, patients), in order
 * and in memory. It is made once, and then learns from what was written since; the oldest is dropped when there is no room.
 */
import { list, raw, sql } from '../store/sql.ts';
import type { Store } from '../store/store.ts';
import { type Followed, follow, nothingYet } from './follow.ts';
import { type RunSettings, timeLeft } from './match.ts';
import { PieceSize } from './pieces.ts';
import { indexedVersions } from './readable.ts';
import type { SearchParam } from './search-param.ts';
import { byText, eachText, isSortedBy, type SortedText, sortedBy, textsOfHashes } from './sort-texts.ts';

/** Most texts of one parameter, and of all together: some 150 bytes each. */
const mostTexts = 100_000;
const mostOfAll = 200_000;
/** Rows read at a time, and what is left of one version. Fewer than the texts that are remembered, so that a part is once read. */
const rowsAtOnce = 5000;

interface Catalogue extends Followed {
  readonly known: Map<string, SortedText>;
  /** Those known, except `fresh` ones. */
  sorted: SortedText[];
  fresh: SortedText[];
  /** More than are kept, or some that no resource tells. */
  isRefused: boolean;
  readonly size: PieceSize;
}

const all = new WeakMap<Store, Map<string, Catalogue>>();

const nameOf = ({ resourceType, sources, onlyTarget = '' }: SearchParam): string =>
  `${resourceType} ${sources.map(source => source.param).join(' ')} ${onlyTarget}`;

/** True when a catalogue was begun, so that it is known that there are many texts. */
export const hasCatalogue = (param: SearchParam, { store }: RunSettings): boolean =>
  all.get(store)?.has(nameOf(param)) ?? false;

/** The catalogue of a parameter, now the one last used. */
function catalogueOf(param: SearchParam, store: Store): Catalogue {
  const ofStore = all.get(store) ?? new Map<string, Catalogue>();
  all.set(store, ofStore);
  const name = nameOf(param);
  const found = ofStore.get(name) ?? {
    ...nothingYet(),
    known: new Map(),
    sorted: [],
    fresh: [],
    isRefused: false,
    size: new PieceSize(),
  };
  ofStore.delete(name);
  ofStore.set(name, found);
  let kept = [...ofStore.values()].reduce((sum, one) => sum + one.known.size, 0);
  for (const [other, one] of ofStore) {
    if (kept <= mostOfAll || one === found) break;
    kept -= one.known.size;
    ofStore.delete(other);
  }
  return found;
}

/**
 * The texts of a parameter in ascending order, each with its rows.
 * @returns undefined when there are too many to keep, or some that no resource tells
 * @throws QueryTimeoutError when the time is used up; what was read stays, and the next search goes on from there
 */
export async function catalogueTexts(
  param: SearchParam,
  settings: RunSettings,
): Promise<readonly SortedText[] | undefined> {
  const catalogue = catalogueOf(param, settings.store);
  const read = sortedBy(param).table.bySeq ? readRows : readResources;
  await follow(catalogue, settings, async (after, last, run) => {
    if (catalogue.isRefused) return last;
    const { found, upTo } = await read(param, after, last, run, catalogue.size);
    for (const [text, source, hash] of found ?? []) if (isSortedBy(param, text)) add(catalogue, text, source, hash);
    if (!found || catalogue.known.size > mostTexts) refuse(catalogue);
    return upTo;
  });
  if (catalogue.fresh.length > 0) {
    catalogue.sorted = [...catalogue.sorted, ...catalogue.fresh].sort(byText);
    catalogue.fresh = [];
  }
  return catalogue.isRefused ? undefined : catalogue.sorted;
}

function refuse(catalogue: Catalogue): void {
  catalogue.isRefused = true;
  catalogue.known.clear();
  catalogue.sorted = [];
  catalogue.fresh = [];
}

function add({ known, fresh }: Catalogue, text: string, source: number, hash: bigint): void {
  const one = known.get(text);
  if (!one) {
    const made = { text, rows: [[source, hash] as const] };
    known.set(text, made);
    fresh.push(made);
  } else if (!one.rows.some(row => row[0] === source && row[1] === hash)) {
    (one.rows as (readonly [number, bigint])[]).push([source, hash]);
  }
}

/** Texts that were found, with source and hash, and the position up to which was read; no texts when one is not told. */
interface Read {
  readonly found: readonly (readonly [text: string, source: number, hash: bigint])[] | undefined;
  readonly upTo: number;
}

/** From the index, where it finds the rows of versions. */
async function readRows(param: SearchParam, after: number, last: number, settings: RunSettings): Promise<Read> {
  const { table, column } = sortedBy(param);
  const left = timeLeft(settings.budgetMs);
  const from = raw(table.name);
  const end = sql`SELECT x.seq AS seq FROM ${from} x WHERE x.seq > ${after} AND x.seq <= ${last} ORDER BY x.seq LIMIT 1 OFFSET ${raw(String(rowsAtOnce))}`;
  const [further] = await settings.store.select(end, { budgetMs: left() });
  const upTo = further ? Number(further['seq']) : last;
  const params = list(param.sources.map(source => source.param));
  const query = sql`SELECT DISTINCT x.param AS param, CAST(x.${raw(column)} AS TEXT) AS hash FROM ${from} x
    WHERE x.seq > ${after} AND x.seq <= ${upTo} AND +x.param IN ${params}`;
  const rows = await settings.store.select(query, { budgetMs: left() });
  const found: (readonly [string, number, bigint])[] = [];
  for (const { param: source } of param.sources) {
    const hashes = rows.filter(row => Number(row['param']) === source).map(row => String(row['hash']));
    const texts = await textsOfHashes(param, source, hashes, { ...settings, budgetMs: left() });
    if (!texts) return { found: undefined, upTo };
    for (const [text, hash] of texts) found.push([text, source, BigInt(hash)]);
  }
  return { found, upTo };
}

/** From the resources, one piece. */
async function readResources(
  param: SearchParam,
  after: number,
  last: number,
  settings: RunSettings,
  size: PieceSize,
): Promise<Read> {
  const most = size.next;
  const query = indexedVersions(param.resourceType, after, most);
  const rows = await settings.store.select(query, { budgetMs: settings.budgetMs });
  const found: (readonly [string, number, bigint])[] = [];
  for (const row of rows) {
    const json = String(row['text']);
    size.add(json);
    eachText(JSON.parse(json), param, settings.base, (text, hash, _isValue, source) =>
      found.push([text, source, hash]),
    );
  }
  const upTo = rows.length < most ? last : Math.min(last, Number(rows.at(-1)!['seq']));
  return { found, upTo };
}
