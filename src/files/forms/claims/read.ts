/**
 * Claim files → rows sorted by what they belong to. A file begins with a control record and ends with an end record; its rows are numbered.
 * Source: インタフェース仕様書 サービス事業所編 (2014-11), frame of a file.
 */
import { RowDecoder } from '../../decode.ts';
import { type Finding, isRefusal } from '../../finding.ts';
import { type FileRecord, type FindCodes, type Layout, readRecord } from '../../layout.ts';
import type { Row } from '../../row.ts';
import { addPlace, changed, rowsAgain, rowsOf } from '../../source.ts';
import type { SourceFile } from '../standard.ts';
import {
  missingEnd,
  notClaims,
  tooMany,
  unknownMonth,
  unknownRecord,
  wrongCount,
  wrongNumber,
  wrongStart,
  wrongType,
} from './findings.ts';
import { type Grouped, Grouping, type PlacedClaim } from './grouping.ts';
import { claimRecords, familyOf, layoutOf, recordNameOf } from './layouts/all.ts';
import { control } from './layouts/management.ts';
import { keyItems, keyOf } from './systems.ts';

/** A row of a claim. */
export interface ClaimRow {
  /** Name of its record, a key of `claimRecords`. */
  readonly name: string;
  readonly file: string;
  readonly layout: Layout;
  /** The row without the two columns of the frame. */
  readonly row: Row;
  readonly record: FileRecord;
  readonly findings: readonly Finding[];
  /** The business key; undefined when an item of it is wrong. */
  readonly key: string | undefined;
}

/** What a file tells. Of its rows only the places are held: it may have thousands of claims. */
export interface ClaimFile {
  readonly source: SourceFile;
  /** The control record; undefined when it cannot be read. */
  readonly frame: FileRecord | undefined;
  readonly grouped: Grouped;
  /** About the frame: when one refuses, the file is refused. */
  readonly findings: readonly Finding[];
  /** About its rows, up to {@link mostTold}: for a file that is refused as a whole. */
  readonly rowFindings: readonly Finding[];
}

/** Findings about a file, and rows of nobody, beyond which it is not read on. */
const mostTold = 10_000;

/** A row without its first columns. */
function without(row: Row, columns: number): Row {
  const findings = row.findings.map(one =>
    one.item === undefined ? one : { ...one, item: Math.max(1, one.item - columns) },
  );
  const place: Row['place'] = (cell, offset) => row.place(Math.max(0, cell + columns), offset);
  return { ...row, cells: row.cells.slice(columns), findings, place };
}

/** The columns of a row: by its exchange number, its record kind and its month of service. */
function chooseLayout(row: Row): { name: string; layout: Layout } | Finding {
  const [exchange = '', second = ''] = row.cells.map(one => one.trim());
  const name = recordNameOf(exchange, second);
  const [newest] = claimRecords.get(name) ?? [];
  if (!familyOf(exchange) || !newest) return unknownRecord(row, exchange, familyOf(exchange) ? second : undefined);
  const at = newest.layout.fields.findIndex(({ key }) => key === 'month');
  const month = (row.cells[at] ?? '').trim();
  const found = layoutOf(name, month);
  if (found) return { name, layout: found };
  // A month that is none is told by its item.
  return /^\d{6}$/.test(month) ? unknownMonth(row, at, newest, month) : { name, layout: newest.layout };
}

function claimRow(whole: Row, file: string, codes: FindCodes): ClaimRow | readonly Finding[] {
  const row = without(whole, 2);
  const chosen = chooseLayout(row);
  if (!('layout' in chosen)) return [...row.findings, chosen];
  const { name, layout } = chosen;
  const { record, findings } = readRecord([layout], row, codes, false);
  if (!record) return findings;
  const wrong = findings.filter(isRefusal).map(one => layout.fields[(one.item ?? 0) - 1]?.key);
  const isWhole = wrong.every(key => key === undefined || !keyItems.includes(key));
  return {
    name,
    file,
    layout,
    row,
    record,
    findings: findings.map(one => ({ ...one, file })),
    key: isWhole ? keyOf(record).value : undefined,
  };
}

/** Reads one file while its rows go by. */
class FileReader {
  private readonly source: SourceFile;
  private readonly codes: FindCodes;
  private readonly findings: Finding[] = [];
  private readonly rowFindings: Finding[] = [];
  private readonly decoder = new RowDecoder();
  private readonly grouping: Grouping;
  private frame: { row: Row; record: FileRecord } | undefined;
  private data = 0;
  private seen = 0;
  private ended: Row | undefined;
  private last: Row | undefined;

  constructor(source: SourceFile, codes: FindCodes) {
    this.source = source;
    this.codes = codes;
    this.grouping = new Grouping(source.name);
  }

  *read(): Generator<undefined, ClaimFile> {
    for (const row of rowsOf(this.source.chunks(), this.decoder)) {
      yield undefined;
      if (!row) continue;
      const type = (row.cells[0] ?? '').trim();
      if (this.seen === 0 && row.cells.length > 0 && !/^[123]$/.test(type)) {
        this.findings.push(notClaims(row, this.source.name));
        return this.result();
      }
      if (Math.max(this.findings.length, this.grouping.loose.length) >= mostTold) {
        // First: it says more than any row, and an answer does not tell them all.
        this.findings.unshift(tooMany(row, mostTold));
        return this.result();
      }
      this.take(row);
    }
    if (!this.ended) this.findings.push(missingEnd(this.last));
    const told = Number(this.frame?.record['count']);
    if (this.frame && told !== this.data) this.findings.push(wrongCount(this.frame.row, told, this.data));
    return this.result();
  }

  private result(): ClaimFile {
    const { source, rowFindings } = this;
    const findings = this.findings.map(one => ({ ...one, file: source.name }));
    return { source, frame: this.frame?.record, grouped: this.grouping.finish(), findings, rowFindings };
  }

  private take(row: Row): void {
    this.seen++;
    this.last = row;
    if (row.cells.length === 0) {
      this.findings.push(...row.findings);
      return;
    }
    const type = row.cells[0]!.trim();
    if (this.seen === 1) this.begin(row, type);
    else if (type === '2' && !this.ended) this.takeData(row);
    else if (type === '3' && !this.ended) this.ended = row;
    else this.findings.push(wrongType(row, type));
    const number = (row.cells[1] ?? '').trim();
    if (Number(number) !== this.seen) this.findings.push(wrongNumber(row, number, this.seen));
  }

  private begin(row: Row, type: string): void {
    if (type !== '1') {
      this.findings.push(wrongStart(row, type));
      return;
    }
    const { record, findings } = readRecord([control], row, this.codes, false);
    this.findings.push(...findings);
    if (record && !findings.some(isRefusal)) this.frame = { row, record };
  }

  private takeData(row: Row): void {
    this.data++;
    const read = claimRow(row, this.source.name, this.codes);
    if (!('record' in read)) {
      this.findings.push(...read);
      return;
    }
    if (this.rowFindings.length < mostTold) this.rowFindings.push(...read.findings);
    const claim = this.grouping.add(read);
    if (claim) addPlace(claim.stretches, this.source, row, this.decoder);
  }
}

/** Goes through a file, row by row. */
export const readClaimFile = (source: SourceFile, codes: FindCodes): Generator<undefined, ClaimFile> =>
  new FileReader(source, codes).read();

/** The rows of a claim, read again; none when the file has changed meanwhile, which is told. */
export function readAgain(
  { key, stretches }: PlacedClaim,
  codes: FindCodes,
): { rows: readonly ClaimRow[]; lost: readonly Finding[] } {
  const rows: ClaimRow[] = [];
  for (const stretch of stretches) {
    const { file } = stretch;
    const read = rowsAgain(file, stretch).map(row => claimRow(row, file.name, codes));
    const own = read.filter(one => 'key' in one && one.key === key) as ClaimRow[];
    if (own.length === 0 || own.length < read.length) return { rows: [], lost: [changed(file.name, stretch.line)] };
    rows.push(...own);
  }
  return { rows, lost: [] };
}
