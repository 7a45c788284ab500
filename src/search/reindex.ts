/**
 * The reindex job: index rows for search parameters that are new (of packages, or stored by clients) or whose extraction has
 * changed with the program, over the resources that are there, in batches, while searches and writes go on. Its progress is
 * kept in the database: after an end of any kind it goes on where it was.
 */
import { randomUUID } from 'node:crypto';
import type { Resource } from '../fhir/types.ts';
import type { Precondition, Store, StoreState } from '../store/store.ts';
import { containedParam } from './contained.ts';
import { extractRows } from './extract.ts';
import { paramsOf, readIndex, readVersions, type TypeIndex, writeIndex, writeVersions } from './index-state.ts';
import { indexedVersions, newestOfType, newestPosition, storedTexts, typesWithResources } from './readable.ts';
import { BeingIndexed } from './refuse.ts';
import type { RegistryOf } from './registry.ts';
import type { IndexSettings } from './rows.ts';
import type { SearchParam } from './search-param.ts';
import { factsTable, shapeTable } from './tables.ts';
import { asidesOf } from './types/token-hash.ts';

/** Versions indexed at a time. */
const batch = 200;
/** Batches between two notes of how far the job is. */
const batchesANote = 10;
/** How long a search waits for an index that is being built. */
const patienceMs = 3000;
/** Somebody else's job is taken over when nothing was heard of it for this long. */
const silentMs = 20_000;
/** Rows of a source that is no more, removed at a time. */
const forgotten = 5000;

/** Where facts are: all that is written where nothing else is missing. */
const factTables: ReadonlySet<string> = new Set([factsTable.name, shapeTable.name]);

/** Progress of a type's index. */
export interface Progress {
  readonly type: string;
  /** Position reached, and position of the newest version when the job began. */
  readonly done: number;
  readonly total: number;
}

/** Keeps index and registry in step with what is stored. */
export interface Reindex {
  /** Looks for changed SearchParameters and starts jobs. The store's state when it looked. */
  refresh(store: Store): Promise<StoreState>;
  /** Holds while no SearchParameter is newer than those the registry knows; undefined before the first refresh. */
  asExtracted(): Precondition | undefined;
  /** Waits a little for the job of a type. */
  settled(type: string): Promise<void>;
  /** Refuses a parameter whose index is being built. @param facts whether its resources have values is asked */
  assertIndexed(param: SearchParam, facts?: boolean): void;
  /** True when the facts of a type are not being built. */
  knowsFacts(type: string): boolean;
  /** Makes all index rows of all types anew and removes what is not needed; tells how far it is. */
  rebuild(store: Store, tell: (progress: Progress) => void): Promise<number>;
  /** What is being indexed, by type. */
  readonly running: ReadonlyMap<string, Progress>;
}

const pause = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms));

/** Made once for the registry. @param now UTC milliseconds */
export function createReindex(
  registryOf: RegistryOf,
  resourceTypes: readonly string[],
  settings: IndexSettings,
  now: () => number = Date.now,
): Reindex {
  const me = randomUUID();
  let position = -1;
  let newest: number | undefined;
  let known: number | undefined;
  let checking: Promise<void> | undefined;
  const running = new Map<string, Progress>();
  const building = new Map<string, ReadonlySet<number>>();
  const jobs = new Map<string, Promise<void>>();
  const { registry } = registryOf;

  /** Takes over what is stored; `seq` is the newest SearchParameter that is seen for certain. */
  const check = async (store: Store, seq: number): Promise<void> => {
    const rows = await store.select(storedTexts('SearchParameter'));
    registryOf.setStored(rows.map(row => JSON.parse(String(row['text'])) as Resource));
    known = seq;
    const versions = await readVersions(store);
    const there = new Set((await store.select(typesWithResources)).map(row => String(row['type'])));
    const bases = registryOf.customBases();
    const everywhere = bases.includes('Resource') || bases.includes('DomainResource');
    for (const type of resourceTypes) {
      if (!there.has(type) && !everywhere && !bases.includes(type)) continue;
      const index = await readIndex(store, registry(type), versions);
      const wanted = paramsOf(registry(type));
      const missing = wanted.filter(param => !index.done.includes(param));
      const gone = index.done.filter(param => !wanted.includes(param));
      if (missing.length > 0) start(type, index, missing, store);
      else if (gone.length > 0) start(type, index, [], store);
      else await writeIndex(store, type, { done: wanted });
    }
    await writeVersions(store);
  };

  const knowsFacts = (type: string): boolean => !building.get(type)?.has(registry(type).facts);

  const lookAgain = (): void => {
    position = -1;
    newest = undefined;
  };

  /** The store's state, after a look whether SearchParameters are newer than those that are known. */
  const refresh = async (store: Store): Promise<StoreState> => {
    const state = await store.state();
    if (state.position !== position) {
      const [row] = await store.select(newestOfType('SearchParameter'));
      const seq = Number(row?.['seq'] ?? 0);
      position = state.position;
      if (seq !== newest) {
        newest = seq;
        // A look that failed (a lost connection, a full disk) says nothing of the next one.
        checking = check(store, seq).catch(error => {
          lookAgain();
          throw error;
        });
      }
    }
    await checking;
    return state;
  };

  const start = (type: string, index: TypeIndex, missing: readonly number[], store: Store): void => {
    building.set(type, new Set(missing));
    const before = jobs.get(type) ?? Promise.resolve();
    const job = before
      .then(() => work(type, index, missing, store))
      .catch(() => {
        // Whatever stopped it (a lost connection, a full disk): the next look starts it again.
        lookAgain();
      })
      .finally(() => {
        if (jobs.get(type) !== job) return;
        jobs.delete(type);
        running.delete(type);
        building.delete(type);
      });
    jobs.set(type, job);
  };

  /** Waits for whoever is at it already, else indexes, forgets what is no more, and notes the end. */
  const work = async (type: string, index: TypeIndex, missing: readonly number[], store: Store): Promise<void> => {
    const versions = await readVersions(store);
    let known = await readIndex(store, registry(type), versions);
    while (known.job && known.job.by !== me && now() - known.job.at < silentMs) {
      await pause(1000);
      known = await readIndex(store, registry(type), versions);
    }
    const still = missing.filter(param => !known.done.includes(param));
    const same = known.job && still.every(param => known.job!.params.includes(param));
    const from = same ? known.job!.upTo : 0;
    const begun = { ...index, done: known.done };
    const note = (upTo: number) =>
      writeIndex(store, type, { ...begun, job: { params: missing, upTo, by: me, at: now() } });
    const tables = still.every(param => param === registry(type).facts) ? factTables : undefined;
    if (still.length > 0) await indexType(type, from, store, note, one => running.set(type, one), true, tables);
    const wanted = paramsOf(registry(type));
    const gone = known.done.filter(param => !wanted.includes(param));
    await writeIndex(store, type, {
      done: [...new Set([...known.done, ...missing])].filter(one => wanted.includes(one)),
    });
    await forget(gone, store);
  };

  /** Indexes all versions of a type after a position; `tables`: those alone. */
  const indexType = async (
    type: string,
    after: number,
    store: Store,
    note: (upTo: number) => Promise<void>,
    tell: (progress: Progress) => void,
    gently: boolean,
    tables?: ReadonlySet<string>,
  ): Promise<void> => {
    const total = await newestPosition(store);
    let from = after;
    tell({ type, done: from, total });
    for (let round = 1; ; round++) {
      const started = performance.now();
      const rows = await store.select(indexedVersions(type, from, batch));
      if (rows.length === 0) return;
      const versions = rows.map(row => ({
        seq: Number(row['seq']),
        rows: extractRows(JSON.parse(String(row['text'])) as Resource, registry, settings).filter(
          one => !tables || tables.has(one.table),
        ),
      }));
      await store.addRows(versions);
      from = versions.at(-1)!.seq;
      if (round % batchesANote === 0) await note(from);
      tell({ type, done: from, total });
      // Half of the time is left to the requests.
      await pause(gently && rows.length === batch ? Math.min(performance.now() - started, 200) : 0);
    }
  };

  return {
    running,
    knowsFacts,
    assertIndexed(param, facts = false) {
      const missing = building.get(param.resourceType);
      const isBuilt = facts && !knowsFacts(param.resourceType);
      if (isBuilt || (missing && param.sources.some(source => missing.has(source.param))))
        throw new BeingIndexed(param.resourceType, param.code, running.get(param.resourceType));
    },
    refresh,
    asExtracted: () => (known === undefined ? undefined : { kind: 'newest', type: 'SearchParameter', seq: known }),
    async settled(type) {
      const job = jobs.get(type);
      if (!job) return;
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>(resolve => {
        timer = setTimeout(resolve, patienceMs);
      });
      await Promise.race([job, patience]);
      clearTimeout(timer);
    },
    async rebuild(store, tell) {
      lookAgain();
      await refresh(store);
      await Promise.all(jobs.values());
      const types = (await store.select(typesWithResources)).map(row => String(row['type']));
      for (const type of types) await indexType(type, 0, store, async () => {}, tell, false);
      await store.tidy();
      return types.length;
    },
  };
}

/** Removes the rows of sources that are no more, with those beside them. */
async function forget(params: readonly number[], store: Store): Promise<void> {
  const all = params.flatMap(param => [param, containedParam(param)]).flatMap(param => [param, ...asidesOf(param)]);
  while (all.length > 0 && (await store.forget(all, forgotten)) > 0) await pause(20);
}
