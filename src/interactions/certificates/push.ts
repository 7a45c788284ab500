/**
 * The daily push of certificates: rows of any number → Coverages and their persons, with a receipt for each row. Memory holds a few
 * chunks, and a hash for each row to notice a key that comes twice.
 */
import { master } from '../../care/masters.ts';
import { certificateLayout } from '../../files/certificates/layout.ts';
import type { Finding } from '../../files/finding.ts';
import type { FindCodes } from '../../files/layout.ts';
import type { Row } from '../../files/row.ts';
import { hash47 } from '../../store/hash.ts';
import type { FhirRequest, Services } from '../interaction.ts';
import { type Push, pushChunk, type ReadEntry, readEntry } from './chunk.ts';
import { Insurers } from './insurers.ts';
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
}

/** Codes of the masters by canonical, with their Japanese names; kept, because every row asks. */
function codeFinder(services: Services): FindCodes {
  const known = new Map<string, ReadonlyMap<string, string> | undefined>();
  return canonical => {
    if (!known.has(canonical)) {
      const concepts = master(services.terminology.library, canonical.replace(/^.*\//, ''));
      const codes = new Map([...concepts].map(([code, { ja }]) => [code, ja]));
      known.set(canonical, codes.size > 0 ? codes : undefined);
    }
    return known.get(canonical);
  };
}

const twice = (row: Row): Finding => {
  const at = certificateLayout.fields.findIndex(one => one.key === 'history');
  return {
    kind: 'duplicate',
    severity: 'error',
    ...row.place(at),
    item: at + 1,
    name: certificateLayout.fields[at]!.name,
    rule: {
      en: 'one row for each certificate (kind, insurer, insured number, 履歴番号); this one came before in the file',
      ja: '1つの証（種類・保険者番号・被保険者番号・履歴番号）は1行です。同じ証の行が前にあります',
    },
    mend: { en: 'Leave one of the rows', ja: 'どちらか1行だけにしてください' },
  };
};

/** Reads rows one after the other and notices keys that come twice. */
class Reader {
  private readonly seen = new Set<number>();
  private readonly push: Push;

  constructor(push: Push) {
    this.push = push;
  }

  read(row: Row): ReadEntry {
    const entry = readEntry(this.push, row);
    if (entry.key === undefined) return entry;
    const mark = hash47(entry.key);
    if (this.seen.has(mark)) return { row, findings: [...entry.findings, twice(row)] };
    this.seen.add(mark);
    return entry;
  }
}

async function* inChunks(rows: AsyncIterable<Row>, reader: Reader, { chunk = 1000, done = 0 }: PushOptions) {
  let entries: ReadEntry[] = [];
  let count = 0;
  for await (const row of rows) {
    const entry = reader.read(row);
    if (++count <= done) continue;
    entries.push(entry);
    if (entries.length < chunk) continue;
    yield entries;
    entries = [];
  }
  if (entries.length > 0) yield entries;
}

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
  await services.terminology.refresh();
  await services.search.refresh(services.store);
  const idOf = idMaker(await services.store.secret('certificate-push'));
  const push: Push = {
    services,
    request,
    codes: codeFinder(services),
    idOf,
    insurers: new Insurers(services, request, idOf),
  };
  const running: Promise<readonly Receipt[]>[] = [];
  for await (const entries of inChunks(rows, new Reader(push), options)) {
    const one = pushChunk(push, entries);
    // Awaited in order below; a failure is told there.
    one.catch(() => {});
    running.push(one);
    if (running.length >= (options.parallel ?? 2)) yield await running.shift()!;
  }
  for (const one of running) yield await one;
}
