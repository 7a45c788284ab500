/**
 * A push from a file, with its receipts in a folder: receipts.ndjson, the rows that were refused as they came, and how far it is.
 * Interrupted, it goes on where the last receipts were written; the same file again begins anew.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Language } from '../../fhir/types.ts';
import { jsonLineRows } from '../../files/certificates/json-lines.ts';
import { type CertificateMap, RowMapper } from '../../files/certificates/map.ts';
import { streamRows } from '../../files/decode.ts';
import type { Row } from '../../files/row.ts';
import type { FhirRequest, Services } from '../interaction.ts';
import type { PreparedRow } from './prepare.ts';
import { type PreparedSource, type PushOptions, pushPrepared, rowsHere } from './push.ts';
import { type Outcome, type Receipt, receiptLine } from './receipt.ts';

/** Number of rows by outcome. */
export type Counts = Readonly<Record<Outcome, number>>;

/** How far a push is; written now and then, after the receipts it counts. */
interface State {
  /** What file and which map it is about. */
  readonly source: string;
  readonly rows: number;
  readonly counts: Counts;
  /** Sizes of the receipts and of the refused rows when this was written. */
  readonly receipts: number;
  readonly refused: number;
  readonly finished: boolean;
}

const none: Counts = { created: 0, changed: 0, unchanged: 0, refused: 0 };
const stateFile = 'state.json';
/** An interrupted push does the rows since then again, which changes nothing. */
const saveEveryMs = 1000;
/** Bytes of one refused row that are given back at most: a quote that never ends is the rest of the file. */
const mostGivenBack = 1_048_576;

/** Tells one file and map from another without reading all of it. */
function fingerprint(file: string, map: CertificateMap): string {
  const { size, mtimeMs } = fs.statSync(file);
  const head = Buffer.alloc(Math.min(size, 65_536));
  const open = fs.openSync(file, 'r');
  fs.readSync(open, head, 0, head.length, 0);
  fs.closeSync(open);
  return createHash('sha256')
    .update(`${size} ${mtimeMs} ${JSON.stringify(map)} `)
    .update(head)
    .digest('hex');
}

const receiptsFile = 'receipts.ndjson';

/** Where an interrupted push stood; undefined to begin anew, also when not all of what it counts is there. */
function readState(folder: string, source: string, refusedFile: string): State | undefined {
  let state: State;
  try {
    state = JSON.parse(fs.readFileSync(path.join(folder, stateFile), 'utf8')) as State;
  } catch {
    return undefined;
  }
  const has = (name: string, size: number) =>
    (fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? -1) >= size;
  const isWhole = has(receiptsFile, state.receipts) && has(refusedFile, state.refused);
  return isWhole && state.source === source && !state.finished ? state : undefined;
}

/** A folder does not know a new name for sure before it is told to; not every system can be told. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

/** Rows of the bytes of a file, in the order of the layout. */
export async function* rowsOf(chunks: AsyncIterable<Uint8Array>, map: CertificateMap): AsyncGenerator<Row> {
  const mapper = new RowMapper(map);
  if (map.format === 'jsonl') {
    yield* jsonLineRows(chunks, mapper);
    return;
  }
  for await (const row of streamRows(chunks)) {
    const mapped = mapper.fromCsv(row);
    if (mapped) yield mapped;
  }
}

/** The bytes of a file in pieces. */
export const bytesOf = (file: string): AsyncIterable<Uint8Array> =>
  fs.createReadStream(file, { highWaterMark: 1_048_576 });

/** The folder of a push: receipts, refused rows, state. */
class Receipts {
  private readonly folder: string;
  private readonly source: string;
  private readonly language: Language;
  private readonly receipts: number;
  private readonly refused: number;
  private readonly input: number;
  private sizes: { receipts: number; refused: number };
  counts: Record<Outcome, number>;
  rows: number;
  private saved = performance.now();

  constructor(folder: string, file: string, source: string, language: Language) {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const refusedFile = `refused${path.extname(file) || '.csv'}`;
    const state = readState(folder, source, refusedFile);
    const open = (name: string, size: number) => {
      const at = path.join(folder, name);
      const descriptor = fs.openSync(at, state ? 'r+' : 'w', 0o600);
      fs.ftruncateSync(descriptor, size);
      return descriptor;
    };
    this.folder = folder;
    this.source = source;
    this.language = language;
    this.sizes = { receipts: state?.receipts ?? 0, refused: state?.refused ?? 0 };
    this.counts = { ...(state?.counts ?? none) };
    this.rows = state?.rows ?? 0;
    this.receipts = open(receiptsFile, this.sizes.receipts);
    this.refused = open(refusedFile, this.sizes.refused);
    this.input = fs.openSync(file, 'r');
  }

  /** Writes receipts and the refused rows among them; then how far it is. */
  add(receipts: readonly Receipt[], rows: readonly PreparedRow[]): void {
    this.sizes.receipts += write(
      this.receipts,
      this.sizes.receipts,
      receipts.map(one => receiptLine(one, this.language)).join(''),
    );
    for (const [i, { outcome }] of receipts.entries()) {
      this.counts[outcome]++;
      if (outcome === 'refused') this.giveBack(rows[i]!);
    }
    this.rows += receipts.length;
    if (performance.now() - this.saved < saveEveryMs) return;
    this.saved = performance.now();
    this.save(false);
  }

  private giveBack({ from, to }: PreparedRow): void {
    const room = Buffer.alloc(Math.min(to - from, mostGivenBack));
    const bytes = room.subarray(0, fs.readSync(this.input, room, 0, room.length, from));
    const text = bytes.at(-1) === 10 ? bytes : Buffer.concat([bytes, Buffer.from('\n')]);
    this.sizes.refused += write(this.refused, this.sizes.refused, text);
  }

  /** What is counted is on disk before it is counted: after a power cut no receipt is missing that a push would pass over. */
  private save(finished: boolean): void {
    for (const one of [this.receipts, this.refused]) fs.fsyncSync(one);
    const state: State = { source: this.source, rows: this.rows, counts: this.counts, ...this.sizes, finished };
    const file = path.join(this.folder, stateFile);
    fs.writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600, flush: true });
    fs.renameSync(`${file}.new`, file);
    syncFolder(this.folder);
  }

  close(finished: boolean): void {
    this.save(finished);
    for (const one of [this.receipts, this.refused, this.input]) fs.closeSync(one);
  }
}

function write(file: number, position: number, content: string | Buffer): number {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  fs.writeSync(file, bytes, 0, bytes.length, position);
  return bytes.length;
}

/** What a push is made of. */
export interface FilePush extends PushOptions {
  readonly file: string;
  readonly map: CertificateMap;
  /** Folder of the receipts. */
  readonly receipts: string;
  readonly language: Language;
  /** Where its rows come from, prepared; this thread reads them when it is absent. */
  source?(options: PushOptions): PreparedSource;
  /** Told after each chunk. */
  progress?(rows: number, counts: Counts): void;
}

/** Pushes a file. @returns number of rows by outcome, those of an interrupted run included */
export async function pushFile(services: Services, request: FhirRequest, push: FilePush): Promise<Counts> {
  const receipts = new Receipts(push.receipts, push.file, fingerprint(push.file, push.map), push.language);
  const { chunk, parallel, stopped } = push;
  const options: PushOptions = { ...(chunk && { chunk }), ...(parallel && { parallel }), done: receipts.rows };
  const here = () => rowsHere(services, request, rowsOf(bytesOf(push.file), push.map), options);
  let finished = false;
  try {
    const source = push.source?.(options) ?? here();
    for await (const pushed of pushPrepared(services, request, source, { ...options, ...(stopped && { stopped }) })) {
      receipts.add(pushed.receipts, pushed.rows);
      push.progress?.(receipts.rows, receipts.counts);
    }
    finished = stopped?.() !== true;
    return receipts.counts;
  } finally {
    receipts.close(finished);
  }
}
