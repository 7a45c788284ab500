/**
 * Stored claims and bills → files, one for each office, 処理対象年月, データ種別 and 媒体区分: control record, rows in quotes, end record.
 */
import type { Resource } from '../../../fhir/types.ts';
import { getAt } from '../../element-path.ts';
import type { Finding } from '../../finding.ts';
import { type FileRecord, type FindCodes, type Layout, writeRecords, writeRow } from '../../layout.ts';
import { type OutFile, OutFiles } from '../../out-files.ts';
import type { Spool } from '../../spool.ts';
import type { Found, WriteOptions, WrittenFile } from '../standard.ts';
import { readBill } from './bill.ts';
import { type Delivery, monthOf, type Named, readClaim } from './claim.ts';
import { claimRecords, layoutOf, recordNameOf } from './layouts/all.ts';
import { control } from './layouts/management.ts';
import { systems } from './systems.ts';

/** The rows of one resource, and the file they belong into. */
interface Out {
  readonly key: string;
  readonly office: string;
  readonly delivery: Delivery;
  readonly rows: readonly Named[];
}

/** データ種別 of a resource that did not come from a file. */
const usualKind = (exchange: string, request: string | undefined): string =>
  exchange === '8222' ? '821' : /^812/.test(exchange) || request === '02' ? '812' : '711';

function outOf(resource: Resource, rows: readonly Named[], key: string): Out | undefined {
  const first = rows[0]?.record;
  if (!first) return undefined;
  const usual = usualKind(first['exchange']!, first['request']);
  const told = (part: string) => getAt(resource, `ext(kaigo-claim-delivery).sub(${part}).valueCode`);
  const month = monthOf(resource['created'] ?? resource['date']);
  const delivery = { dataKind: String(told('dataKind') ?? usual), medium: String(told('medium') ?? '1'), month };
  return { key, office: first['office']!, delivery, rows };
}

const keyIn = (resource: Resource, system: string): string =>
  ((resource['identifier'] ?? []) as { system?: string; value?: string }[]).find(one => one.system === system)?.value ??
  '';

/** What was never right is not handed in; nor what was taken back, unless its rows say so (a 給付管理票 with 取消). */
function isHandedIn(resource: Resource): boolean {
  const { status } = resource;
  const isSlip = keyIn(resource, systems.claim).split(':')[4] === '8222';
  return status !== 'entered-in-error' && (status !== 'cancelled' || isSlip);
}

async function* outsOf(found: Found): AsyncGenerator<Out> {
  for await (const one of found.all('Invoice', systems.bill)) {
    const out = isHandedIn(one) && outOf(one, readBill(one), keyIn(one, systems.bill));
    if (out) yield out;
  }
  for await (const one of found.all('ExplanationOfBenefit', systems.claim)) {
    const out = isHandedIn(one) && outOf(one, readClaim(one), keyIn(one, systems.claim));
    if (out) yield out;
  }
}

/** Every item of a data row stands in quotes. */
const quotedRow = ({ fields }: Layout, record: FileRecord): string =>
  fields.map(({ key }) => `"${(record[key] ?? '').replaceAll('"', '""')}"`).join(',');

/** What stands before the items of a data row; rows are numbered from the control record on. */
const before = (row: number): string => `2,${row + 2},`;

/** The rows of a resource without what stands before their items: that is known when all have been read. */
function encodeRows(rows: readonly Named[], codes: FindCodes): { bytes: Uint8Array; findings: Finding[] } {
  const findings: Finding[] = [];
  const parts = rows.map(({ name, record }) => {
    const known = recordNameOf(record['exchange']!, name);
    // A month before the first edition that is known is written in that edition.
    const layout = layoutOf(known, record['month']!) ?? claimRecords.get(known)![0]!.layout;
    return { layout, record };
  });
  let line = 1;
  const bytes = parts.map(({ layout, record }) => {
    const text = quotedRow(layout, record);
    const written = writeRecords(layout, [record], codes, text);
    findings.push(...written.findings.map(one => ({ ...one, line: line + (one.line ?? 1) - 1 })));
    line += text.split('\n').length;
    return written.bytes;
  });
  return { bytes: Buffer.concat(bytes), findings };
}

const lineFeed = 10;
const quote = 34;

/** Rows taken apart: a line feed between quotes is none. No second byte of MS932 is a quote or a line feed. */
function* splitRows(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  const bytes = Buffer.concat([...pieces]);
  let from = 0;
  let inside = false;
  for (const [i, byte] of bytes.entries()) {
    if (byte === quote) inside = !inside;
    else if (byte === lineFeed && !inside) {
      yield bytes.subarray(from, i + 1);
      from = i + 1;
    }
  }
}

/** The control record. */
function headOf({ office, delivery }: Pick<Out, 'office' | 'delivery'>, count: number): FileRecord {
  const { dataKind, medium, month } = delivery;
  return {
    type: '1',
    number: '1',
    volume: '0',
    count: String(count),
    dataKind,
    welfareOffice: '0',
    insurer: '000000',
    office,
    prefecture: '00',
    medium,
    month,
    fileNumber: '0',
  };
}

type About = Pick<Out, 'office' | 'delivery'>;

/** A file's bytes: control record, rows with their numbers, end record. */
function* fileBytes(files: OutFiles<About>, file: OutFile<About>, head: Uint8Array): Generator<Uint8Array> {
  yield head;
  let row = 0;
  for (const piece of file.pieces) {
    const parts = [...splitRows(files.read(piece))].flatMap(one => [Buffer.from(before(row++)), one]);
    yield Buffer.concat(parts);
  }
  yield Buffer.from(`3,${row + 2}\r\n`);
}

/** Findings with the columns they have behind what stands before the items of their rows. */
function placed(findings: readonly Finding[], files: OutFiles<About>, file: OutFile<About>): Finding[] {
  if (findings.length === 0) return [];
  const rowsAt = new Map<number, number>();
  let [line, row] = [2, 0];
  for (const piece of file.pieces)
    for (const bytes of splitRows(files.read(piece))) {
      rowsAt.set(line, row++);
      line += bytes.filter(one => one === lineFeed).length;
    }
  return findings.map(one => {
    const at = rowsAt.get(one.line ?? 0);
    return one.column === undefined || at === undefined ? one : { ...one, column: one.column + before(at).length };
  });
}

function written(files: OutFiles<About>, file: OutFile<About>, number: number, codes: FindCodes): WrittenFile {
  const { about, pieces } = file;
  const name = nameOf(about.delivery, number);
  const count = pieces.reduce((sum, one) => sum + one.rows, 0);
  const record = headOf(about, count);
  const head = writeRecords(control, [record], codes, writeRow(control, record));
  const rows = placed(files.findings(file, name, 2), files, file);
  const findings = [...head.findings.map(one => ({ ...one, file: name })), ...rows];
  return {
    name,
    size: files.size(file) + count * before(count).length,
    findings,
    pieces: () => fileBytes(files, file, head.bytes),
  };
}

const letters: Readonly<Record<string, string>> = { 711: 'S', 812: 'P', 821: 'K' };

/** At most 8 letters and digits: the kind of data, year and month, a number. */
const nameOf = ({ dataKind, month }: Delivery, number: number): string =>
  `${letters[dataKind] ?? 'X'}${month.slice(2)}${number.toString(36).toUpperCase().padStart(3, '0')}.CSV`;

function isAsked({ office, rows }: Out, { kinds, from, month }: WriteOptions): boolean {
  const { exchange = '', month: served } = rows[0]!.record;
  return (
    (kinds?.includes(exchange) ?? true) &&
    (from === undefined || from.split('_')[0] === office) &&
    (month === undefined || month === served)
  );
}

/**
 * Writes what is stored as files.
 * @param options `kinds` by 交換情報識別番号, `from` the office, `month` サービス提供年月; there is no receiver but 国保連
 */
export async function* writeClaimFiles(
  found: Found,
  options: WriteOptions,
  codes: FindCodes,
  spool: Spool,
): AsyncGenerator<WrittenFile> {
  const files = new OutFiles<About>(spool);
  for await (const out of outsOf(found)) {
    if (!isAsked(out, options)) continue;
    const { office, delivery, key, rows } = out;
    const { dataKind, medium, month } = delivery;
    // Bills stand before claims.
    const order = `${rows[0]!.name.startsWith('711') ? 1 : 2} ${key}`;
    const piece = files.put(order, rows.length, encodeRows(rows, codes));
    files.add([office, month, dataKind, medium].join(' '), { office, delivery }, piece);
  }
  for (const [i, file] of files.list().entries()) yield written(files, file, i + 1, codes);
}
