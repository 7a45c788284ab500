/**
 * LIFE files → rows. The first row names the data type, the second the columns, which may come in any order.
 * Source: LIFE CSV連携仕様書 (2021-03): UTF-8 with or without a byte order mark, or MS932; CRLF or CR.
 */
import { RowDecoder } from '../../decode.ts';
import { type Finding, isRefusal } from '../../finding.ts';
import type { FileRecord, FindCodes } from '../../layout.ts';
import type { Row } from '../../row.ts';
import type { SourceFile, Span } from '../standard.ts';
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

/** What a file tells: its rows, or why it is refused as a whole. */
export interface LifeFile {
  readonly rows: readonly LifeRow[];
  readonly loose: readonly { readonly findings: readonly Finding[]; readonly span: Span }[];
}

const cr = 13;
const lf = 10;

/** Ends every row with a line feed where a file uses CR alone; no byte moves. */
function* withLineFeeds(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  let usesCr: boolean | undefined;
  let held: Uint8Array | undefined;
  const convert = (bytes: Uint8Array): Uint8Array => {
    if (usesCr === undefined) {
      const first = bytes.findIndex(one => one === cr || one === lf);
      if (first >= 0) usesCr = bytes[first] === cr && bytes[first + 1] !== lf;
    }
    if (!usesCr) return bytes;
    const copy = Uint8Array.from(bytes);
    for (let i = 0; i < copy.length; i++) if (copy[i] === cr && copy[i + 1] !== lf) copy[i] = lf;
    return copy;
  };
  for (const chunk of chunks) {
    const bytes: Uint8Array = held ? Buffer.concat([held, chunk]) : chunk;
    held = undefined;
    // Whether a CR at the end stands alone is not known until more has come.
    if (bytes.at(-1) === cr) {
      held = bytes.subarray(-1);
      if (bytes.length > 1) yield convert(bytes.subarray(0, -1));
    } else yield convert(bytes);
  }
  if (held) yield convert(held);
}

function* rowsOf(source: SourceFile): Generator<Row> {
  const decoder = new RowDecoder();
  // UTF-8 is right here.
  const plain = (row: Row): Row => ({
    ...row,
    findings: row.findings.filter(one => one.kind !== 'character-set' || isRefusal(one)),
  });
  for (const chunk of withLineFeeds(source.chunks())) yield* decoder.push(chunk).map(plain);
  yield* decoder.end().map(plain);
}

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
  ...row.place(Math.min(row.cells.length, count) - 1),
  ...(column && { item: column.no, name: column.name }),
  value: String(row.cells.length),
  rule: { en: `${count} cells in each row, as in the second`, ja: `2行目と同じ ${count} 列が必要です` },
  mend: {
    en: 'Keep empty cells as well, and put texts with commas in quotation marks',
    ja: '空の列も残し、カンマを含む文字列は引用符で囲んでください',
  },
});

/** Reads the rows of one file once its header is known. */
class RowReader {
  private readonly order: readonly (Column | undefined)[];
  private readonly form: Form;
  private readonly file: string;
  private readonly codes: FindCodes;

  constructor(form: Form, header: readonly string[], file: string, codes: FindCodes) {
    this.form = form;
    this.file = file;
    this.codes = codes;
    this.order = header.map(key => form.columns.find(one => one.key === key));
  }

  read(row: Row): LifeRow {
    const { form, file, order } = this;
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

  private named(finding: Finding): Finding {
    const column = finding.item === undefined ? undefined : this.order[finding.item - 1];
    return column ? { ...finding, item: column.no, name: column.name } : finding;
  }
}

/** Reads a file. */
export function readLifeFile(source: SourceFile, codes: FindCodes): LifeFile {
  const { name: file } = source;
  const whole = { file, from: 0, to: Number.MAX_SAFE_INTEGER };
  const refuse = (findings: readonly Finding[]): LifeFile => ({
    rows: [],
    loose: [{ findings: findings.map(one => ({ ...one, file })), span: whole }],
  });
  const all = rowsOf(source);
  const first = all.next();
  if (first.done) return refuse([noRow(1)]);
  const [id = ''] = first.value.cells.map(cell => cell.trim());
  const unreadable = first.value.findings.filter(isRefusal);
  if (unreadable.length > 0) return refuse(unreadable);
  if (!allForms.some(one => one.id === id)) return refuse([unknownType(first.value, id)]);
  const second = all.next();
  if (second.done) return refuse([noRow(2)]);
  const header = second.value.cells.map(cell => cell.trim());
  while (header.at(-1) === '') header.pop();
  const form = editionOf(id, header);
  const wrong = [...second.value.findings.filter(isRefusal), ...checkHeader(form, second.value, header)];
  if (wrong.length > 0) return refuse(wrong);
  const reader = new RowReader(form, header, file, codes);
  return { rows: Array.from(all, row => reader.read(row)), loose: [] };
}
