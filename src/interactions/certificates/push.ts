/**
 * The daily push of certificates: rows of any number → Coverages and their persons, with a receipt for each row. Memory holds a few
 * chunks, and a hash for each row to notice a key that comes twice.
 */
import { master } from '../../care/masters.ts';
import type { FindCodes } from '../../files/layout.ts';
import type { Row } from '../../files/row.ts';
import type { Library } from '../../terminology/library.ts';
import { writeChange } from '../intake/change.ts';
import type { FhirRequest, Services } from '../interaction.ts';
import { type Push, pushChunk } from './chunk.ts';
import { Insurers } from './insurers.ts';
import {
  type PreparedChunk,
  type PreparedRow,
  type PrepareOptions,
  type Preparing,
  prepareChunk,
  RowReader,
} from './prepare.ts';
import type { Receipt } from './receipt.ts';
import { idMaker } from './state.ts';

/** How a push is run. */
export interface PushOptions {
  /** Rows committed together at most; fewer as long as that takes its time. */
  readonly chunk?: number;
  /** Chunks under way at once; useful on PostgreSQL. */
  readonly parallel?: number;
  /** Rows that were done before; they are read over. */
  readonly done?: number;
  /** Asked before each chunk: true ends the push when those under way are done. */
  readonly stopped?: () => boolean;
}

/**
 * Where prepared chunks come from. `hints` is asked before each: what was learned from those before.
 * @param secret what ids are made with
 */
export type PreparedSource = (secret: Uint8Array, hints: () => PrepareOptions) => AsyncIterable<PreparedChunk>;

/** Codes of the masters by canonical, with their Japanese names; kept, because every row asks. */
function codeFinder(library: Pick<Library, 'resources'>): FindCodes {
  const known = new Map<string, ReadonlyMap<string, string> | undefined>();
  return canonical => {
    if (!known.has(canonical)) {
      const concepts = master(library, canonical.replace(/^.*\//, ''));
      const codes = new Map([...concepts].map(([code, { ja }]) => [code, ja]));
      known.set(canonical, codes.size > 0 ? codes : undefined);
    }
    return known.get(canonical);
  };
}

/** What preparing needs, from the parts of a server. @param secret what ids are made with */
export function preparingOf(
  { search, terminology }: Pick<Services, 'search' | 'terminology'>,
  request: Pick<FhirRequest, 'caller'>,
  secret: Uint8Array,
): Preparing {
  const { library } = terminology;
  return {
    library,
    codes: codeFinder(library),
    idOf: idMaker(secret),
    change: (type, id, resource, template) =>
      writeChange({ search }, request, { type, id, text: '', template, resource }),
  };
}

/** Reads rows and prepares them, chunk by chunk. */
export async function* prepareRows(
  preparing: Preparing,
  rows: AsyncIterable<Row>,
  { done = 0 }: PushOptions,
  hints: () => PrepareOptions | Promise<PrepareOptions>,
): AsyncGenerator<PreparedChunk> {
  const reader = new RowReader(preparing);
  let read: PreparedRow[] = [];
  let count = 0;
  let options: PrepareOptions | undefined;
  for await (const row of rows) {
    const one = reader.read(row);
    if (++count <= done) continue;
    options ??= await hints();
    read.push(one);
    if (read.length < options.rows) continue;
    yield prepareChunk(preparing, read, options);
    [read, options] = [[], undefined];
  }
  if (options) yield prepareChunk(preparing, read, options);
}

/** What became of a chunk. */
export interface Pushed {
  readonly rows: readonly PreparedRow[];
  /** In the order of the rows; what they tell is durable. */
  readonly receipts: readonly Receipt[];
}

/** Rows of the first chunk. */
const firstRows = 512;
/** Rows of a chunk at most when nothing else is said: a server that pushes answers others in between. */
const usualRows = 1000;
/** Others who write wait for a chunk: when it takes longer than this, in milliseconds, the next is smaller. */
const longMs = 3000;
/** A chunk that took no longer is followed by a larger one. */
const shortMs = 1500;

/** What is learned from chunks for those that follow. */
class Learned {
  private withChanges = false;
  private rows: number;
  private readonly most: number;
  private readonly insurers: ReadonlyMap<string, string>;

  constructor(most: number, insurers: ReadonlyMap<string, string>) {
    this.most = most;
    this.rows = Math.min(firstRows, most);
    this.insurers = insurers;
  }

  hints(): PrepareOptions {
    return { withChanges: this.withChanges, rows: this.rows, insurers: this.insurers };
  }

  add({ receipts }: Pushed, ms: number): void {
    this.withChanges = receipts.filter(isNew).length * 2 > receipts.length;
    if (ms > longMs) this.rows = Math.max(1, Math.min(this.rows, receipts.length) >> 1);
    else if (ms < shortMs && receipts.length >= this.rows) this.rows = Math.min(this.rows * 2, this.most);
  }
}

const isNew = ({ outcome }: Receipt): boolean => outcome === 'created' || outcome === 'changed';

/**
 * Pushes prepared chunks.
 * @param request who pushes
 * @throws FhirError when the store refuses
 */
export async function* pushPrepared(
  services: Services,
  request: FhirRequest,
  source: PreparedSource,
  { parallel = 2, chunk = usualRows, stopped = () => false }: PushOptions = {},
): AsyncGenerator<Pushed> {
  await services.terminology.refresh();
  await services.search.refresh(services.store);
  const secret = await services.store.secret('certificate-push');
  const preparing = preparingOf(services, request, secret);
  const insurers = new Insurers(services, request, preparing.idOf);
  const push: Push = { ...preparing, services, request, insurers };
  const learned = new Learned(chunk, insurers.ids);
  const running: { readonly pushed: Promise<Pushed>; readonly persons: ReadonlySet<string> }[] = [];
  const start = async ({ rows }: PreparedChunk, pushing: Promise<readonly Receipt[]>): Promise<Pushed> => {
    const started = performance.now();
    const pushed = { rows, receipts: await pushing };
    learned.add(pushed, performance.now() - started);
    return pushed;
  };
  for await (const prepared of source(secret, () => learned.hints())) {
    if (stopped()) break;
    const persons = new Set(prepared.persons.map(one => one.key));
    // What the later row says of a person must come last.
    while (running.some(one => [...persons].some(person => one.persons.has(person))))
      yield await running.shift()!.pushed;
    const pushed = start(prepared, pushChunk(push, prepared));
    // Awaited in order below; a failure is told there.
    pushed.catch(() => {});
    running.push({ pushed, persons });
    if (running.length >= parallel) yield await running.shift()!.pushed;
  }
  while (running.length > 0) yield await running.shift()!.pushed;
}

/** A source that prepares rows in this thread; changes are made when they are needed. */
export const rowsHere =
  (services: Services, request: FhirRequest, rows: AsyncIterable<Row>, options: PushOptions): PreparedSource =>
  (secret, hints) =>
    prepareRows(preparingOf(services, request, secret), rows, options, () => ({ ...hints(), withChanges: false }));

/**
 * Pushes rows of the certificate layout.
 * @param request who pushes
 * @returns receipts in the order of the rows, chunk by chunk; what they tell is durable
 * @throws FhirError when the store refuses
 */
export async function* pushCertificates(
  services: Services,
  request: FhirRequest,
  rows: AsyncIterable<Row>,
  options: PushOptions = {},
): AsyncGenerator<readonly Receipt[]> {
  const source = rowsHere(services, request, rows, options);
  for await (const { receipts } of pushPrepared(services, request, source, options)) yield receipts;
}
