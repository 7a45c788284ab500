/**
 * Custom SearchParameters: those of packages and those clients store. What is new is indexed over the resources that are
 * there, in batches, while search and writes go on; where it was interrupted it goes on.
 */
import { FhirError } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import { hash32 } from '../store/hash.ts';
import { raw, sql } from '../store/sql.ts';
import type { Store, StoreState } from '../store/store.ts';
import { extractSources } from './extract.ts';
import { indexedVersions, newestOfType, storedTexts } from './readable.ts';
import type { RegistryOf } from './registry.ts';
import type { IndexSettings } from './rows.ts';
import type { Source } from './search-param.ts';
import { presentTable } from './tables.ts';

/** Versions indexed at a time. */
const batch = 200;
/** How long a search waits for an index that is being built. */
const patienceMs = 5000;

/** Progress of a type's index. */
export interface Progress {
  readonly type: string;
  readonly done: number;
  readonly total: number;
}

/** Keeps the registry in step with what is stored. */
export interface CustomParams {
  /** Looks for changed SearchParameters and starts indexing; waits a little for it. The store's state when it looked. */
  refresh(store: Store): Promise<StoreState>;
  /** What is being indexed. */
  readonly running: ReadonlyMap<string, Progress>;
}

/** The row that says how far a source is indexed; position 0 = wholly. */
const marker = (source: Source): number => hash32(`indexed ${source.param}`);

/** Made once for the registry. */
export function createCustomParams(
  registryOf: RegistryOf,
  resourceTypes: readonly string[],
  settings: IndexSettings,
): CustomParams {
  let position = -1;
  let newest: unknown;
  const running = new Map<string, Progress>();
  const jobs = new Map<string, Promise<void>>();

  const customSources = (type: string): readonly Source[] => {
    const params = registryOf.registry(type);
    const core = new Set([...params.byCode.values()].filter(param => param.isCore).flatMap(param => param.sources));
    return params.sources.filter(source => !core.has(source));
  };

  const check = async (store: Store): Promise<void> => {
    const rows = await store.select(storedTexts('SearchParameter'));
    registryOf.setStored(rows.map(row => JSON.parse(String(row['text'])) as Resource));
    const bases = new Set(registryOf.customBases());
    const types =
      bases.has('Resource') || bases.has('DomainResource')
        ? resourceTypes
        : resourceTypes.filter(type => bases.has(type));
    for (const type of types) startJob(type, store);
  };

  const startJob = (type: string, store: Store): void => {
    const before = jobs.get(type) ?? Promise.resolve();
    const job = before.then(() =>
      indexType(type, registryOf.registry(type).moment, customSources(type), store, settings, progress =>
        running.set(type, progress),
      ),
    );
    jobs.set(type, job);
    const done = (): void => {
      running.delete(type);
      if (jobs.get(type) === job) jobs.delete(type);
    };
    // One that failed (the database was away, or closed) is begun again at the next look.
    job.then(done, () => {
      done();
      position = -1;
      newest = undefined;
    });
  };

  return {
    running,
    async refresh(store) {
      const state = await store.state();
      if (state.position === position) return state;
      const [row] = await store.select(newestOfType('SearchParameter'));
      const seq = row?.['seq'] ?? null;
      position = state.position;
      if (seq !== newest) {
        newest = seq;
        await check(store);
      }
      if (jobs.size > 0)
        await Promise.race([
          Promise.all(jobs.values()),
          new Promise(resolve => setTimeout(resolve, patienceMs).unref()),
        ]);
      return state;
    },
  };
}

/** Indexes sources that are not indexed yet over all versions of a type. */
async function indexType(
  type: string,
  moment: Source | undefined,
  sources: readonly Source[],
  store: Store,
  settings: IndexSettings,
  report: (progress: Progress) => void,
): Promise<void> {
  const wanted: Source[] = [];
  let from = Number.MAX_SAFE_INTEGER;
  for (const source of sources) {
    const [done] = await store.select(
      sql`SELECT min(x.seq) AS least, max(x.seq) AS most FROM ${raw(presentTable.name)} x WHERE x.param = ${marker(source)}`,
    );
    if (done?.['least'] === 0) continue;
    wanted.push(source);
    from = Math.min(from, Number(done?.['most'] ?? 0));
  }
  if (wanted.length === 0) return;
  const { position: total } = await store.state();
  report({ type, done: from, total });
  const mark = (seq: number) => ({
    seq,
    rows: wanted.map(source => ({ table: presentTable.name, values: [marker(source)] })),
  });
  for (;;) {
    const rows = await store.select(indexedVersions(type, from, batch));
    if (rows.length === 0) break;
    from = Number(rows.at(-1)!['seq']);
    const versions = rows.map(row => ({
      seq: Number(row['seq']),
      rows: extractSources(JSON.parse(String(row['text'])) as Resource, wanted, moment, settings),
    }));
    await store.addRows([...versions, mark(from)]);
    report({ type, done: from, total });
    await new Promise(resolve => setImmediate(resolve));
  }
  await store.addRows([mark(0)]);
}

/** Refuses a search by a parameter whose index is being built. */
export function refuseWhileIndexing({ type, done, total }: Progress): void {
  const percent = Math.floor((done / Math.max(total, 1)) * 100);
  throw new FhirError(
    'unavailable',
    {
      en: `A new search parameter of ${type} is being indexed (${percent} %); try again in a moment`,
      ja: `${type} の新しい検索パラメータの索引を作成中です（${percent}%）。少し待って再試行してください`,
    },
    { headers: { 'Retry-After': '10' } },
  );
}
