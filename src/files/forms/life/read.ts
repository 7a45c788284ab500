/**
 * LIFE files → rows. The first row names the data type, the second the columns, which may come in any order.
 * Source: LIFE CSV連携仕様書 (2021-03): UTF-8 with or without a byte order mark, or MS932; CRLF or CR.
 */
import { type KnownPlace, RowDecoder } from '../../decode.ts';
import { type Finding, isRefusal } from '../../finding.ts';
import type { FileRecord, FindCodes } from '../../layout.ts';
import type { Row } from '../../row.ts';
import { bytesBetween, changed, rowsOf } from '../../source.ts';
import type { SourceFile } from '../standard.ts';
import { allForms, type Form } from './all.ts';
import { type Column, checkValue, methodOf, readCell } from './column.ts';
import { detailColumn, keyColumns } from './systems.ts';

/** A row of a form. */
export interface LifeRow {
  readonly form: Form;
  readonly file: string;
  readonly row: Row;
  readonly record: FileRecord;
  readonly findings: readonly Finding[];
  /** False when a column of its key is wrong: then nobody knows what it belongs to. */
  readonly hasKey: boolean;
}

/** Where a row stands that is read again when its set's turn comes: nothing else of it is held meanwhile. */
export interface PlacedRow {
  readonly reader: RowReader;
  readonly place: KnownPlace;
  readonly to: number;
}

/** What a file tells: its rows one by one, with undefined for a pause, or why it is refused as a whole. */
export type LifeFile =
  | { readonly rows: Iterable<{ readonly read: LifeRow; readonly placed: PlacedRow } | undefined> }
  | { readonly refused: readonly Finding[] };

const cr = 13;
const lf = 10;

/** The ends of rows of a file: a line feed, or CR alone. */
class RowEnds {
  private usesCr: boolean | undefined;

  /** Ends every row with a line feed where the file uses CR alone; no byte moves. */
  convert(bytes: Uint8Array): Uint8Array {
    if (this.usesCr === undefined) {
      const first = bytes.findIndex(one => one === cr || one === lf);
      if (first >= 0) this.usesCr = bytes[first] === cr && bytes[first + 1] !== lf;
    }
    if (!this.usesCr) return bytes;
    const copy = Uint8Array.from(bytes);
    for (let i = 0; i < copy.length; i++) if (copy[i] === cr && copy[i + 1] !== lf) copy[i] = lf;
    return copy;
  }

  *convertAll(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
    let held: Uint8Array | undefined;
    for (const chunk of chunks) {
      const bytes: Uint8Array = held ? Buffer.concat([held, chunk]) : chunk;
      held = undefined;
      // Whether a CR at the end stands alone is not known until more has come.
      if (bytes.at(-1) === cr) {
        held = bytes.subarray(-1);
        if (bytes.length > 1) yield this.convert(bytes.subarray(0, -1));
      } else yield this.convert(bytes);
    }
    if (held) yield this.convert(held);
  }
}

/** The rows of one file, once through and again from where they stand. */
class LifeSource {
  private readonly ends = new RowEnds();
  private readonly decoder = new RowDecoder();
  private readonly source: SourceFile;

  constructor(source: SourceFile) {
    this.source = source;
  }

  get name(): string {
    return this.source.name;
  }

  *rows(): Generator<Row | undefined> {
    for (const row of rowsOf(this.ends.convertAll(this.source.chunks()), this.decoder)) yield row && asRight(row);
  }

  placeOf({ line, from }: Row): KnownPlace {
    return { line, from, set: this.decoder.characterSet };
  }

  /** The row at a place; undefined when the file has changed. */
  again(place: KnownPlace, to: number): Row | undefined {
    const bytes = this.ends.convert(bytesBetween(this.source, place.from, to));
    const decoder = new RowDecoder({}, place);
    return [...decoder.push(bytes), ...decoder.end()].map(asRight)[0];
  }
}

/** UTF-8 is right here. */
const asRight = (row: Row): Row => ({
  ...row,
  findings: row.findings.filter(one => one.kind !== 'character-set' || isRefusal(one)),
});

const unknownType = (row: Row, value: string): Finding => ({
  kind: 'file-name',
  severity: 'error',
  ...row.place(0),
  value,
  rule: {
    en: 'the first row names a data type of LIFE: SERVICE_USER_INFO, FORM_0000_2021 …',
    ja: '1行目はデータ種別名です（SERVICE_USER_INFO、FORM_0000_2021 など）',
  },
  mend: {
    en: 'Write the data type into the first row, the column ids into the second',
    ja: '1行目にデータ種別名、2行目に項目 ID を書いてください',
  },
});

const noRow = (line: number): Finding => ({
  kind: 'columns',
  severity: 'error',
  line,
  column: 1,
  rule: { en: 'the second row has the ids of the columns', ja: '2行目は項目 ID の行です' },
  mend: { en: 'Write the column ids of the data type', ja: 'データ種別の項目 ID を書いてください' },
});

const wrongColumn = (place: Partial<Finding>, en: string, ja: string): Finding => ({
  kind: 'columns',
  severity: 'error',
  ...place,
  rule: { en, ja },
  mend: {
    en: 'Write each column id of the data type once into the second row',
    ja: 'データ種別の項目 ID をそれぞれ1回ずつ2行目に書いてください',
  },
});

/** The form whose columns a second row names best: editions share the name of the data type. */
function editionOf(id: string, header: readonly string[]): Form {
  const editions = allForms.filter(one => one.id === id);
  const known = (form: Form) => form.columns.filter(({ key }) => header.includes(key)).length;
  const versioned = header.includes('version');
  const fits = editions.filter(one => one.columns.some(({ key }) => key === 'version') === versioned);
  return (fits.length > 0 ? fits : editions).reduce((best, one) => (known(one) > known(best) ? one : best));
}

function checkHeader(form: Form, row: Row, header: readonly string[]): Finding[] {
  const findings = header.flatMap((key, i) => {
    const column = form.columns.find(one => one.key === key);
    const place = { ...row.place(i), value: key, ...(column && { item: column.no, name: column.name }) };
    if (key === '') return [];
    if (!column) return [wrongColumn(place, `${form.id} has no such column`, `${form.id} にない項目 ID です`)];
    return header.indexOf(key) === i
      ? []
      : [wrongColumn(place, 'the column stands there twice', '同じ項目 ID が2回あります')];
  });
  for (const { key, no, name } of form.columns)
    if (!header.includes(key))
      findings.push(
        wrongColumn(
          { line: row.line, column: 1, item: no, name, value: key },
          `the column ${key} is missing`,
          `項目 ID ${key} がありません`,
        ),
      );
  return findings;
}

const wrongCount = (row: Row, count: number, column: Column | undefined): Finding => ({
  kind: 'columns',
  severity: 'error',
  ...row.place(Math.min(row.cells.length - 1, count)),
  ...(column && { item: column.no, name: column.name }),
  value: String(row.cells.length),
  rule: { en: `${count} cells in each row, as in the second`, ja: `2行目と同じ ${count} 列が必要です` },
  mend: {
    en: 'Keep empty cells as well, and put texts with commas in quotation marks',
    ja: '空の列も残し、カンマを含む文字列は引用符で囲んでください',
  },
});

/** Reads the rows of one file once its header is known. */
export class RowReader {
  private readonly order: readonly (Column | undefined)[];
  private readonly form: Form;
  private readonly source: LifeSource;
  private readonly codes: FindCodes;

  constructor(form: Form, header: readonly string[], source: LifeSource, codes: FindCodes) {
    this.form = form;
    this.source = source;
    this.codes = codes;
    this.order = header.map(key => form.columns.find(one => one.key === key));
  }

  get file(): string {
    return this.source.name;
  }

  read(row: Row): LifeRow {
    const { form, order } = this;
    const { file } = this;
    const findings = row.findings.map(one => this.named(one));
    const record: Record<string, string> = {};
    const surplus = row.cells.slice(order.length).some(cell => cell.trim() !== '');
    const complete = row.cells.length >= order.length && !surplus;
    if (!complete && row.cells.length > 0)
      findings.push(wrongCount(row, order.length, order[Math.min(row.cells.length, order.length - 1)]));
    for (const [i, column] of order.entries())
      if (column && row.cells[i] !== undefined) record[column.key] = readCell(row.cells[i], column, this.codes);
    const wrong = new Set<string>();
    for (const [i, column] of order.entries()) {
      const value = column && record[column.key];
      const problem = column && value !== undefined && checkValue(value, column, this.codes, methodOf(record));
      if (!problem) continue;
      wrong.add(column.key);
      // In a row with too few or too many cells, nothing stands for certain where it should.
      if (complete) findings.push({ ...problem, ...row.place(i), item: column.no, name: column.name, value });
    }
    const keys = form.hasDetails ? [...keyColumns, detailColumn] : keyColumns;
    const hasKey = keys.every(key => record[key] !== undefined && !wrong.has(key));
    return { form, file, row, record, findings: findings.map(one => ({ ...one, file })), hasKey };
  }

  /** All rows that `rows` still has. */
  *readAll(rows: Iterable<Row | undefined>): Generator<{ read: LifeRow; placed: PlacedRow } | undefined> {
    for (const row of rows)
      yield row && { read: this.read(row), placed: { reader: this, place: this.source.placeOf(row), to: row.to } };
  }

  /** A row that was read before. */
  readAgain({ place, to }: PlacedRow): LifeRow | undefined {
    const row = this.source.again(place, to);
    return row && this.read(row);
  }

  private named(finding: Finding): Finding {
    const column = finding.item === undefined ? undefined : this.order[finding.item - 1];
    return column ? { ...finding, item: column.no, name: column.name } : finding;
  }
}

/** The next row; pauses before it are handed on. */
function* nextRow(rows: Iterator<Row | undefined>): Generator<undefined, Row | undefined> {
  for (;;) {
    const { done, value } = rows.next();
    if (done || value) return value;
    yield undefined;
  }
}

/** Opens a file: its first two rows are read. */
export function* openLifeFile(from: SourceFile, codes: FindCodes): Generator<undefined, LifeFile> {
  const source = new LifeSource(from);
  const refuse = (findings: readonly Finding[]): LifeFile => ({
    refused: findings.map(one => ({ ...one, file: source.name })),
  });
  const all = source.rows();
  const first = yield* nextRow(all);
  if (!first) return refuse([noRow(1)]);
  const [id = ''] = first.cells.map(cell => cell.trim());
  const unreadable = first.findings.filter(isRefusal);
  if (unreadable.length > 0) return refuse(unreadable);
  if (!allForms.some(one => one.id === id)) return refuse([unknownType(first, id)]);
  const second = yield* nextRow(all);
  if (!second) return refuse([noRow(2)]);
  const header = second.cells.map(cell => cell.trim());
  while (header.at(-1) === '') header.pop();
  const form = editionOf(id, header);
  const wrong = [...second.findings.filter(isRefusal), ...checkHeader(form, second, header)];
  if (wrong.length > 0) return refuse(wrong);
  return { rows: new RowReader(form, header, source, codes).readAll(all) };
}

/** The rows of a set, read again; those of a file that has changed meanwhile are told. */
export function readAgain(placed: readonly PlacedRow[]): { rows: readonly LifeRow[]; lost: readonly Finding[] } {
  const read = placed.map(one => one.reader.readAgain(one));
  const lost = placed.filter((_, i) => !read[i]).map(({ place, reader }) => changed(reader.file, place.line));
  return { rows: read.filter(one => one !== undefined), lost };
}
