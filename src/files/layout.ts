/**
 * A Layout is the columns of a national file as data. Rows × Layout → records with findings, and records → bytes.
 */
import type { Message } from '../fhir/types.ts';
import { type FieldType, type FieldTypeName, fieldTypes } from './field-types.ts';
import type { Finding } from './finding.ts';
import { encodeMs932, normalizeForMs932 } from './ms932.ts';
import type { Row } from './row.ts';

/** One column. */
export interface Field {
  /** Number of the item (項番), from 1. */
  readonly no: number;
  /** Name in records, unique in the layout. */
  readonly key: string;
  /** Official Japanese name of the item (項目名). */
  readonly name: string;
  readonly type: FieldTypeName;
  /** Most characters; exact for `digits` and `bits`. Absent: any length. */
  readonly length?: number;
  readonly required?: boolean;
  /** Canonical of the CodeSystem its codes are from. */
  readonly codes?: string;
  /** Codes that stand beside those of `codes`, such as 999999 on a total row. */
  readonly alsoCodes?: readonly string[];
  /** Digits after the point of a `decimal`; 2 when absent. */
  readonly decimals?: number;
  /** The list or the length may have grown since the edition that is known: what is outside is a warning. */
  readonly open?: boolean;
}

/** The columns of one kind of file in one edition. */
export interface Layout {
  /** Name of the kind, such as `UP1KYO`. */
  readonly id: string;
  readonly title: Message;
  /** Values of the version item (the first column) it is for; absent: the file has no such item. */
  readonly versions?: readonly string[];
  readonly fields: readonly Field[];
}

/** One row by keys; an empty text is an item that is not there. */
export type FileRecord = Readonly<Record<string, string>>;

/** A row that was read: the record when its number of items is right, and what was found. */
export interface ReadRow {
  readonly row: Row;
  readonly layout: Layout;
  readonly record: FileRecord | undefined;
  readonly findings: readonly Finding[];
}

/** The codes of a CodeSystem with their Japanese names; undefined when it is not there, and then any code is taken. */
export type FindCodes = (canonical: string) => ReadonlyMap<string, string> | undefined;

const blank = /^[\s\u3000]*$/;

/** A heading row by mistake: half of its cells are the names of the items. */
function isHeader(row: Row, { fields }: Layout): boolean {
  const plain = (text: string) => text.normalize('NFKC').replace(/[\s"]/g, '');
  const same = row.cells.filter(
    (cell, i) => fields[i] && plain(cell) !== '' && plain(cell) === plain(fields[i].name),
  ).length;
  return same > 0 && same * 2 >= row.cells.length;
}

function headerNote(row: Row): Finding {
  return {
    kind: 'header',
    severity: 'information',
    line: row.line,
    column: 1,
    rule: {
      en: 'a heading row, passed over; the standard has none',
      ja: '見出し行を読み飛ばしました（標準にはありません）',
    },
    mend: { en: 'Send the file without it', ja: '見出し行なしで送ってください' },
  };
}

function chooseLayout(layouts: readonly Layout[], row: Row): Layout | Finding {
  const first = layouts[0]!;
  if (first.versions === undefined) return first;
  const version = (row.cells[0] ?? '').trim();
  const found = layouts.find(one => one.versions?.includes(version));
  if (found) return found;
  const known = layouts.flatMap(one => one.versions ?? []).join(', ');
  return {
    kind: 'version',
    severity: 'error',
    ...row.place(0),
    item: 1,
    name: first.fields[0]!.name,
    value: version,
    rule: { en: `a known version: ${known}`, ja: `使えるバージョン: ${known}` },
    mend: { en: 'Write the version the file was made for', ja: 'ファイルを作った仕様のバージョンを書いてください' },
  };
}

/**
 * Reads records from rows.
 * @param layouts editions of one kind of file; the version item of each row chooses
 * @param codes finds the codes of a CodeSystem
 * @returns each row with its record or its findings; a heading row has neither record nor error
 */
export function* readRecords(layouts: readonly Layout[], rows: Iterable<Row>, codes: FindCodes): Generator<ReadRow> {
  let isFirst = true;
  for (const row of rows) {
    yield readRecord(layouts, row, codes, isFirst);
    isFirst = false;
  }
}

/** As {@link readRecords}, for one row. */
export function readRecord(layouts: readonly Layout[], row: Row, codes: FindCodes, isFirst: boolean): ReadRow {
  const newest = layouts[0]!;
  if (row.findings.some(one => one.severity === 'error') && row.cells.length === 0)
    return { row, layout: newest, record: undefined, findings: row.findings };
  if (isFirst && isHeader(row, newest))
    return { row, layout: newest, record: undefined, findings: [...row.findings, headerNote(row)] };
  const layout = chooseLayout(layouts, row);
  if (!('fields' in layout)) return { row, layout: newest, record: undefined, findings: [...row.findings, layout] };
  const findings = row.findings.map(one => named(one, layout));
  const { fields } = layout;
  const surplus = row.cells.slice(fields.length);
  if (row.cells.length < fields.length || surplus.some(cell => !blank.test(cell)))
    return { row, layout, record: undefined, findings: [...findings, wrongCount(row, layout)] };
  const record: Record<string, string> = {};
  for (const [i, field] of fields.entries()) {
    const value = readCell(row.cells[i]!, field);
    record[field.key] = value;
    const problem = checkField(value, field, codes);
    if (problem) findings.push({ ...problem, ...row.place(i), item: field.no, name: field.name, value });
  }
  return { row, layout, record, findings };
}

const named = (finding: Finding, { fields }: Layout): Finding => {
  const field = finding.item === undefined ? undefined : fields[finding.item - 1];
  return field ? { ...finding, name: field.name } : finding;
};

function wrongCount(row: Row, { fields, id }: Layout): Finding {
  const at = Math.min(row.cells.length, fields.length);
  return {
    kind: 'columns',
    severity: 'error',
    ...row.place(Math.min(at, row.cells.length - 1)),
    item: Math.min(at + 1, fields.length),
    name: fields[Math.min(at, fields.length - 1)]!.name,
    value: String(row.cells.length),
    rule: { en: `${id} has ${fields.length} items in each row`, ja: `${id} の1行は ${fields.length} 項目です` },
    mend: {
      en: 'Keep empty items as well, and put texts with commas in quotation marks',
      ja: '空の項目も残し、カンマを含む文字列は引用符で囲んでください',
    },
  };
}

function readCell(cell: string, field: Field): string {
  if (blank.test(cell) && field.type !== 'bits') return '';
  const type: FieldType = fieldTypes[field.type];
  const value = type.trimmed ? cell.trim() : cell;
  return type.canonical && type.test(value, field) ? type.canonical(value, field) : value;
}

const list = (codes: ReadonlyMap<string, string>): string => {
  const names = [...codes].map(([code, name]) => `${code} ${name}`);
  return names.length > 12 ? `${names.slice(0, 12).join(', ')} …` : names.join(', ');
};

/** The rule an item's value breaks, if any. */
export function checkField(
  value: string,
  field: Field,
  codes: FindCodes,
): Pick<Finding, 'kind' | 'severity' | 'rule' | 'mend'> | undefined {
  if (value === '') return field.required ? missing : undefined;
  const type: FieldType = fieldTypes[field.type];
  if (field.length !== undefined && [...value].length > field.length) {
    const rule = { en: `at most ${field.length} characters`, ja: `${field.length}文字以内` };
    return {
      kind: 'length',
      severity: field.open ? 'warning' : 'error',
      rule,
      mend: { en: 'Shorten it', ja: '短くしてください' },
    };
  }
  if (!type.test(value, field)) return { kind: 'format', severity: 'error', rule: type.rule(field), mend: type.mend };
  const known = field.codes === undefined ? undefined : codes(field.codes);
  if (!known || known.has(value) || field.alsoCodes?.includes(value)) return undefined;
  return {
    kind: 'code',
    severity: field.open ? 'warning' : 'error',
    rule: { en: `one of the codes ${list(known)}`, ja: `次のコードのどれか: ${list(known)}` },
    mend: type.mend,
  };
}

const missing: Pick<Finding, 'kind' | 'severity' | 'rule' | 'mend'> = {
  kind: 'required',
  severity: 'error',
  rule: { en: 'a value is required', ja: '必須項目です' },
  mend: { en: 'Fill it in', ja: '値を入れてください' },
};

/** A row's text in canonical quoting, without its line feed. */
export function writeRow({ fields }: Layout, record: FileRecord): string {
  return fields
    .map(field => {
      const value = record[field.key] ?? '';
      const type: FieldType = fieldTypes[field.type];
      return value === '' || !(type.quoted || /[",\r\n]/.test(value)) ? value : `"${value.replaceAll('"', '""')}"`;
    })
    .join(',');
}

/**
 * Writes records as a file: MS932, CRLF, no heading row.
 * @param rowText the text of one row, when its quotes are not the usual ones
 * @returns the bytes, and a finding for each value the layout or the character set cannot take, with its line and column
 */
export function writeRecords(
  layout: Layout,
  records: readonly FileRecord[],
  codes: FindCodes,
  rowText?: string,
): { bytes: Uint8Array; findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const parts: Uint8Array[] = [];
  let line = 1;
  for (const record of records) {
    findings.push(...checkRecord(layout, record, codes).map(one => ({ ...one, line })));
    const text = normalizeForMs932(`${rowText ?? writeRow(layout, record)}\r\n`);
    const { bytes, unwritable } = encodeMs932(text);
    for (const { index, character } of unwritable) findings.push(notInMs932(layout, text, index, character, line));
    parts.push(bytes);
    line += text.split('\n').length - 1;
  }
  return { bytes: Buffer.concat(parts), findings };
}

function checkRecord(layout: Layout, record: FileRecord, codes: FindCodes): Finding[] {
  return layout.fields.flatMap(field => {
    const value = record[field.key] ?? '';
    const problem = checkField(value, field, codes);
    return problem ? [{ ...problem, item: field.no, name: field.name, value }] : [];
  });
}

function notInMs932({ fields }: Layout, text: string, index: number, character: string, line: number): Finding {
  const before = text.slice(0, index);
  // Quotes come in pairs, so a comma is a separator where the number of quotes before it is even.
  let cell = 0;
  let inside = false;
  for (const one of before) {
    if (one === '"') inside = !inside;
    else if (one === ',' && !inside) cell++;
  }
  const field = fields[cell];
  const code = character.codePointAt(0)!.toString(16).toUpperCase();
  return {
    kind: 'unwritable',
    severity: 'error',
    line: line + before.split('\n').length - 1,
    column: index - before.lastIndexOf('\n'),
    ...(field && { item: field.no, name: field.name }),
    value: character,
    rule: { en: `MS932 has no such character (U+${code})`, ja: `MS932 にない文字です（U+${code}）` },
    mend: { en: 'Replace it by a character of MS932 or by kana', ja: 'MS932 の文字かカナに置き換えてください' },
  };
}
