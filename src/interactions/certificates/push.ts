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
  /** Rows committed together. */
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
  { chunk = 1000, done = 0 }: PushOptions,
  hints: () => PrepareOptions | Promise<PrepareOptions>,
): AsyncGenerator<PreparedChunk> {
  const reader = new RowReader(preparing);
  let read: PreparedRow[] = [];
  let count = 0;
  for await (const row of rows) {
    const one = reader.read(row);
    if (++count <= done) continue;
    read.push(one);
    if (read.length < chunk) continue;
    yield prepareChunk(preparing, read, await hints());
    read = [];
  }
  if (read.length > 0) yield prepareChunk(preparing, read, await hints());
}

/** What became of a chunk. */
export interface Pushed {
  readonly rows: readonly PreparedRow[];
  /** In the order of the rows; what they tell is durable. */
  readonly receipts: readonly Receipt[];
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
  { parallel = 2, stopped = () => false }: PushOptions = {},
): AsyncGenerator<Pushed> {
  await services.terminology.refresh();
  await services.search.refresh(services.store);
  const secret = await services.store.secret('certificate-push');
  const preparing = preparingOf(services, request, secret);
  const insurers = new Insurers(services, request, preparing.idOf);
  const push: Push = { ...preparing, services, request, insurers };
  let withChanges = false;
  const hints = (): PrepareOptions => ({ withChanges, insurers: insurers.ids });
  const running: Promise<Pushed>[] = [];
  const next = async (): Promise<Pushed> => {
    const pushed = await running.shift()!;
    withChanges = pushed.receipts.filter(isNew).length * 2 > pushed.receipts.length;
    return pushed;
  };
  for await (const chunk of source(secret, hints)) {
    if (stopped()) break;
    const one = pushChunk(push, chunk).then(receipts => ({ rows: chunk.rows, receipts }));
    // Awaited in order below; a failure is told there.
    one.catch(() => {});
    running.push(one);
    if (running.length >= parallel) yield await next();
  }
  while (running.length > 0) yield await next();
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
