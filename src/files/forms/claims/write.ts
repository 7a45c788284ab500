/**
 * Stored claims and bills → files, one for each office, 処理対象年月, データ種別 and 媒体区分: control record, rows in quotes, end record.
 */
import type { Resource } from '../../../fhir/types.ts';
import { getAt } from '../../element-path.ts';
import type { Finding } from '../../finding.ts';
import { type FileRecord, type FindCodes, type Layout, writeRecords, writeRow } from '../../layout.ts';
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

/** A file's rows as text, each with its layout: for the check of its values. */
function linesOf(outs: readonly Out[]): { text: string; layout: Layout; record: FileRecord }[] {
  return outs.flatMap(({ rows }) =>
    rows.map(({ name, record }) => {
      const known = recordNameOf(record['exchange']!, name);
      // A month before the first edition that is known is written in that edition.
      const layout = layoutOf(known, record['month']!) ?? claimRecords.get(known)![0]!.layout;
      return { text: quotedRow(layout, record), layout, record };
    }),
  );
}

/** The rows of one file → its bytes. */
export function writeClaimFile(
  outs: readonly Out[],
  { dataKind, medium, month }: Delivery,
  codes: FindCodes,
): { bytes: Uint8Array; findings: readonly Finding[] } {
  const lines = linesOf(outs);
  const head: FileRecord = {
    type: '1',
    number: '1',
    volume: '0',
    count: String(lines.length),
    dataKind,
    welfareOffice: '0',
    insurer: '000000',
    office: outs[0]!.office,
    prefecture: '00',
    medium,
    month,
    fileNumber: '0',
  };
  const findings: Finding[] = [];
  const parts: Uint8Array[] = [];
  let line = 1;
  const add = (layout: Layout, record: FileRecord, text: string, before: number) => {
    const written = writeRecords(layout, [record], codes, { text, before });
    parts.push(written.bytes);
    findings.push(...written.findings.map(one => ({ ...one, line: line + (one.line ?? 1) - 1 })));
    line += text.split('\n').length;
  };
  add(control, head, writeRow(control, head), 0);
  for (const [i, { text, layout, record }] of lines.entries()) add(layout, record, `2,${i + 2},${text}`, 2);
  parts.push(Buffer.from(`3,${lines.length + 2}\r\n`));
  return { bytes: Buffer.concat(parts), findings };
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
): AsyncGenerator<WrittenFile> {
  const files = new Map<string, Out[]>();
  for await (const out of outsOf(found)) {
    if (!isAsked(out, options)) continue;
    const { dataKind, medium, month } = out.delivery;
    const name = [out.office, month, dataKind, medium].join(' ');
    files.set(name, [...(files.get(name) ?? []), out]);
  }
  let number = 0;
  for (const [, outs] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    number++;
    const bills = outs.filter(one => one.rows[0]!.name.startsWith('711'));
    const others = outs.filter(one => !bills.includes(one));
    for (const list of [bills, others]) list.sort((a, b) => (a.key < b.key ? -1 : 1));
    const { delivery } = outs[0]!;
    const name = nameOf(delivery, number);
    const { bytes, findings } = writeClaimFile([...bills, ...others], delivery, codes);
    yield { name, bytes, findings: findings.map(one => ({ ...one, file: name })) };
  }
}
