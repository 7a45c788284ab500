/**
 * Column maps: how an insurer's own file becomes rows of the certificate layout. A map is data (a JSON file), so that its vendor
 * changes the map and not the code.
 */
import type { Message } from '../../fhir/types.ts';
import { wrongCharacter, wrongCharacters } from '../decode-findings.ts';
import type { Finding } from '../finding.ts';
import { fromWareki } from '../japanese-date.ts';
import type { Row } from '../row.ts';
import { certificateLayout } from './layout.ts';

/** Where an item comes from. */
export interface MappedColumn {
  /** Number of the column from 1, or its heading (CSV); the key (JSON lines). */
  readonly from: number | string;
  /** Key of the item in the certificate layout. */
  readonly to: string;
  /** The file's own codes → ours. */
  readonly codes?: Readonly<Record<string, string>>;
  /** How its dates are written; `YYYYMMDD` and `YYYY-MM-DD` are always read. */
  readonly dates?: 'wareki';
}

/** A column map. */
export interface CertificateMap {
  readonly format: 'csv' | 'jsonl';
  /** CSV: the first row has the headings. */
  readonly heading?: boolean;
  /** CSV without headings: number of columns of each row; without it a row may have more than are named. */
  readonly width?: number;
  readonly columns: readonly MappedColumn[];
  /** Items that are the same in every row. */
  readonly constants?: Readonly<Record<string, string>>;
}

/** The maps of our own layout. */
export const ownCsv: CertificateMap = {
  format: 'csv',
  width: certificateLayout.fields.length,
  columns: certificateLayout.fields.map(({ no, key }) => ({ from: no, to: key })),
};
export const ownJsonLines: CertificateMap = {
  format: 'jsonl',
  columns: certificateLayout.fields.map(({ key }) => ({ from: key, to: key })),
};

const keys: ReadonlySet<string> = new Set(certificateLayout.fields.map(({ key }) => key));

const headings: ReadonlySet<string> = new Set(
  certificateLayout.fields.flatMap(({ key, name }) => [key, name.normalize('NFKC')]),
);

/** What is wrong with a map that was read; undefined when it can be used. */
export function mapProblem(map: unknown): Message | undefined {
  const { format, columns, constants = {} } = (map ?? {}) as Partial<CertificateMap>;
  if (format !== 'csv' && format !== 'jsonl')
    return { en: 'the map needs "format": "csv" or "jsonl"', ja: 'マップに "format": "csv" か "jsonl" が必要です' };
  if (!Array.isArray(columns) || columns.length === 0)
    return { en: 'the map has no "columns"', ja: 'マップに "columns" がありません' };
  const unknown = [...(columns as MappedColumn[]).map(one => one?.to), ...Object.keys(constants)].find(
    key => !keys.has(key),
  );
  if (unknown !== undefined)
    return {
      en: `the map names the item "${String(unknown)}", expected one of ${[...keys].join(', ')}`,
      ja: `マップの項目「${String(unknown)}」はありません（${[...keys].join('・')}）`,
    };
  return undefined;
}

function translate(value: string, { codes, dates }: MappedColumn, isDate: boolean): string {
  const plain = value.trim();
  if (codes?.[plain] !== undefined) return codes[plain];
  if (!isDate || plain === '') return value;
  if (dates === 'wareki' && !/^\d{8}$/.test(plain)) return (fromWareki(plain) ?? plain).replaceAll('-', '');
  return /^\d{4}-\d\d-\d\d$/.test(plain) ? plain.replaceAll('-', '') : value;
}

/** Turns rows of a file into rows of the certificate layout; places stay those of the file. */
export class RowMapper {
  private readonly map: CertificateMap;
  /** For each item of the layout: its column and the position of it in the row. */
  private places: readonly {
    readonly column: MappedColumn | undefined;
    readonly at: number;
    readonly isDate: boolean;
  }[];
  private awaitsHeading: boolean;
  /** Columns of a row: at least, and at most when that is known. */
  private least: number;
  private most: number | undefined;
  private isFirst = true;

  constructor(map: CertificateMap) {
    this.map = map;
    this.awaitsHeading = map.format === 'csv' && map.heading === true;
    this.places = this.locate([]);
    const named = map.columns.map(({ from }) => (typeof from === 'number' ? from : 0));
    this.least = map.width ?? Math.max(...named);
    this.most = map.width;
  }

  private locate(headings: readonly string[]) {
    return certificateLayout.fields.map(({ key, type }) => {
      const column = this.map.columns.find(one => one.to === key);
      const at =
        column === undefined ? -1 : typeof column.from === 'number' ? column.from - 1 : headings.indexOf(column.from);
      return { column, at, isDate: type === 'date8' };
    });
  }

  /** A heading row by mistake: half of its cells are names or keys of items. */
  private isHeading({ cells }: Row): boolean {
    this.isFirst = false;
    const named = cells.filter(cell => headings.has(cell.normalize('NFKC').trim())).length;
    return named > 0 && named * 2 >= cells.length;
  }

  /** The row in the order of the layout; undefined for the heading row. */
  fromCsv(row: Row): Row | undefined {
    if (this.awaitsHeading) {
      this.awaitsHeading = false;
      const headings = row.cells.map(cell => cell.trim());
      while (headings.at(-1) === '') headings.pop();
      this.places = this.locate(headings);
      this.least = headings.length;
      this.most = headings.length;
      return undefined;
    }
    if (row.cells.length === 0) return row;
    if (this.isFirst && this.isHeading(row)) return undefined;
    this.isFirst = false;
    const surplus = this.most !== undefined && row.cells.slice(this.most).some(cell => cell.trim() !== '');
    if (row.cells.length < this.least || surplus)
      return { ...row, cells: [], findings: [...row.findings, wrongCount(row, this.least)] };
    const { constants = {} } = this.map;
    const cells = this.places.map(({ column, at, isDate }, i) => {
      const value = constants[certificateLayout.fields[i]!.key] ?? row.cells[at] ?? '';
      return column ? translate(value, column, isDate) : value;
    });
    const findings = row.findings.map(one => this.moved(one)).filter(one => one !== undefined);
    const place: Row['place'] = (cell, offset) => row.place(Math.max(0, this.places[cell]?.at ?? 0), offset);
    return { ...row, cells, findings, place };
  }

  /** A finding about a column of the file as one about an item of the layout; none for a column that nothing names. */
  private moved(finding: Finding): Finding | undefined {
    if (finding.item === undefined) return finding;
    const item = this.places.findIndex(({ at }) => at === finding.item! - 1);
    return item < 0 ? undefined : { ...finding, item: item + 1 };
  }

  /** An object of a JSON line in the order of the layout. */
  fromObject(value: Readonly<Record<string, unknown>>, line: number, from: number, to: number): Row {
    const { constants = {} } = this.map;
    const findings: Finding[] = [];
    const cells = this.places.map(({ column, isDate }, i) => {
      const found = column === undefined ? undefined : value[String(column.from)];
      const constant = constants[certificateLayout.fields[i]!.key];
      if (constant === undefined) findings.push(...valueFindings(found, i, line));
      const text = constant ?? textOf(found);
      return column ? translate(text, column, isDate) : text;
    });
    return { line, from, to, cells, findings, place: () => ({ line, column: 1 }) };
  }
}

const wrongCount = (row: Row, count: number): Finding => ({
  kind: 'columns',
  severity: 'error',
  ...row.place(Math.min(row.cells.length - 1, count)),
  value: String(row.cells.length),
  rule: { en: `${count} items in each row`, ja: `1行は ${count} 項目です` },
  mend: {
    en: 'Keep empty items as well, and put texts with commas in quotation marks',
    ja: '空の項目も残し、カンマを含む文字列は引用符で囲んでください',
  },
});

/** What is wrong with a value of a JSON line before its item is looked at. */
function valueFindings(value: unknown, index: number, line: number): Finding[] {
  const place = { line, column: 1, item: index + 1 };
  if (typeof value === 'object' && value !== null) {
    const rule = { en: 'a text, a number, true or false', ja: '文字列・数値・真偽値のどれか' };
    const mend = { en: 'Write one plain value', ja: '値を1つだけ書いてください' };
    return [{ kind: 'format', severity: 'error', ...place, value: JSON.stringify(value).slice(0, 100), rule, mend }];
  }
  if (typeof value !== 'string' || value.search(wrongCharacters) < 0) return [];
  const [first = ''] = value.match(wrongCharacters) ?? [];
  return [{ ...wrongCharacter(first.charCodeAt(0), 'error'), ...place, value }];
}

const textOf = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
