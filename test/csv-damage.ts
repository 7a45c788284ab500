/**
 * Damage to a CSV file of any standard, from a seed, with the place where it must be found.
 */
import { encodeMs932 } from '../src/files/ms932.ts';
import type { Chance } from './careplan-data.ts';

/** A file as cells. */
export interface Sheet {
  /** Rows of cells as they mean; the first ones may be heads. */
  readonly rows: readonly (readonly string[])[];
  readonly heads: number;
  /** True when every cell is in quotation marks. */
  readonly quoted: boolean;
  /** The text of a cell between its quotation marks, when that differs from its meaning. */
  readonly written?: (cell: string) => string;
  /** A value that breaks the rule of a column; undefined when any text is right. */
  readonly broken: (column: number, chance: Chance) => string | undefined;
  /** True when a column takes no text. */
  readonly strict: (column: number) => boolean;
  readonly encodings: readonly ('ms932' | 'utf-8')[];
}

/** A damaged file. */
export interface DamagedSheet {
  readonly what: string;
  readonly bytes: Uint8Array;
  /** Where it must be found; absent when nothing may be refused. */
  readonly place?: {
    readonly line: number;
    /** Last line of a row whose end is missing. */
    readonly until?: number;
    readonly column?: number;
    readonly item?: number;
  };
  /** Rows (from 0, heads counted) that may be refused by it. */
  readonly rows: readonly number[];
  /** True when nobody can tell the damage from a right file. */
  readonly hidden?: boolean;
}

const lineFeeds = (text: string): number => text.split('\n').length - 1;

/** Cells as they are written. */
export function writeCells({ quoted, written = cell => cell }: Sheet, cells: readonly string[]): string[] {
  return cells.map(cell =>
    quoted || /[",\r\n]/.test(cell) ? `"${written(cell).replaceAll('"', '""')}"` : written(cell),
  );
}

const encode = (text: string, encoding: Sheet['encodings'][number]): Uint8Array =>
  encoding === 'ms932' ? encodeMs932(text).bytes : Buffer.from(text);

const end = '\r\n';
const linesOf = (sheet: Sheet): string[] => sheet.rows.map(row => writeCells(sheet, row).join(',') + end);

/** The file as it is right. */
export const writeSheet = (sheet: Sheet, encoding = sheet.encodings[0]!): Uint8Array =>
  encode(linesOf(sheet).join(''), encoding);

/** One row of a sheet and how the file is written. */
class Target {
  readonly sheet: Sheet;
  readonly row: number;
  readonly encoding: Sheet['encodings'][number];
  private readonly lines: string[];

  constructor(sheet: Sheet, row: number, encoding: Sheet['encodings'][number]) {
    this.sheet = sheet;
    this.row = row;
    this.encoding = encoding;
    this.lines = linesOf(sheet);
  }

  /** Line at which the row begins. */
  get line(): number {
    return 1 + lineFeeds(this.lines.slice(0, this.row).join(''));
  }

  get cells(): string[] {
    return writeCells(this.sheet, this.sheet.rows[this.row]!);
  }

  /** The file with the row written otherwise. */
  bytes(row: string): Uint8Array {
    return encode(this.lines.map((text, i) => (i === this.row ? row + end : text)).join(''), this.encoding);
  }

  /** Line and column at which a cell's text begins. */
  place(cells: readonly string[], index: number, within = 0): { line: number; column: number } {
    const before = `${cells.slice(0, index).join(',')}${index > 0 ? ',' : ''}${cells[index]!.slice(0, within)}`;
    return { line: this.line + lineFeeds(before), column: before.length - before.lastIndexOf('\n') };
  }

  get all(): readonly string[] {
    return this.lines;
  }
}

type Damage = (target: Target, chance: Chance) => DamagedSheet;

const columnsOf = ({ sheet, row }: Target): number[] => sheet.rows[row]!.map((_, i) => i);

/** A cell with another meaning, as it is written. */
const writeCell = ({ sheet }: Target, cell: string): string => writeCells(sheet, [cell])[0]!;
const open = (cell: string): number => (cell.startsWith('"') ? 1 : 0);

function wrongValue(target: Target, chance: Chance): DamagedSheet {
  const possible = columnsOf(target).filter(i => target.sheet.broken(i, chance) !== undefined);
  const index = chance.pick(possible);
  const { cells } = target;
  cells[index] = writeCell(target, target.sheet.broken(index, chance)!);
  return {
    what: 'a wrong value',
    bytes: target.bytes(cells.join(',')),
    place: { ...target.place(cells, index, open(cells[index]!)), item: index + 1 },
    rows: [target.row],
  };
}

/** A cell of another column: what stands there now breaks the rule of its place. */
function swappedColumns(target: Target, chance: Chance): DamagedSheet {
  const { sheet, row } = target;
  const index = chance.pick(columnsOf(target).filter(sheet.strict));
  // The first cell may say what the others are.
  const other = chance.pick(columnsOf(target).filter(i => i !== index && i > 0));
  const values = [...sheet.rows[row]!];
  [values[index], values[other]] = [`縁${values[other]!.slice(0, 5).replaceAll(/[",\n]/g, '')}`, values[index]!];
  const cells = writeCells(sheet, values);
  return {
    what: 'a cell of another column',
    bytes: target.bytes(cells.join(',')),
    place: { ...target.place(cells, index, open(cells[index]!)), item: index + 1 },
    rows: [row],
  };
}

function wrongCount(target: Target, chance: Chance): DamagedSheet {
  const less = chance.next() < 0.5;
  const changed = less ? target.cells.slice(0, -1 - chance.number(0, 1)) : [...target.cells, 'x'];
  const place = target.place(changed, changed.length - 1);
  return {
    what: less ? 'cells missing' : 'a cell too many',
    bytes: target.bytes(changed.join(',')),
    place: { line: place.line },
    rows: [target.row],
  };
}

const insertedByte =
  (byte: number, what: string): Damage =>
  (target, chance) => {
    const { cells } = target;
    const index = chance.number(0, cells.length - 1);
    const within = open(cells[index]!);
    cells[index] = `${cells[index]!.slice(0, within)}\u0001${cells[index]!.slice(within)}`;
    const bytes = Buffer.from(target.bytes(cells.join(',')));
    bytes[bytes.indexOf(1)] = byte;
    return { what, bytes, place: { ...target.place(cells, index, within), item: index + 1 }, rows: [target.row] };
  };

/** An open quotation mark in the last row: nothing after it is read. */
function openQuote(target: Target): DamagedSheet {
  const { sheet } = target;
  const last = new Target(sheet, sheet.rows.length - 1, target.encoding);
  const { cells } = last;
  const index = cells.length - 1;
  cells[index] = `"${cells[index]!.replaceAll('"', '')}`;
  return {
    what: 'an open quotation mark',
    bytes: last.bytes(cells.join(',')),
    place: last.place(cells, index),
    rows: [last.row],
  };
}

function cut(target: Target, chance: Chance): DamagedSheet {
  const { sheet, all, encoding } = target;
  const heads = encode(all.slice(0, sheet.heads).join(''), encoding).length;
  const whole = encode(all.join(''), encoding);
  const at = chance.number(heads + 1, whole.length - 1);
  let [from, row] = [0, 0];
  for (const text of all) {
    const { length } = encode(text, encoding);
    if (at <= from + length) break;
    from += length;
    row++;
  }
  const bytes = whole.subarray(0, at);
  const rest = new TextDecoder(encoding === 'ms932' ? 'shift_jis' : 'utf-8').decode(bytes.subarray(from));
  const line = 1 + lineFeeds(all.slice(0, row).join(''));
  const rows = all.map((_, i) => i).filter(i => i >= row);
  const outside = rest.replace(/"(?:[^"]|"")*"/g, '');
  // A last row with all its commas is a right row with a shorter last cell: nobody can tell.
  const isWhole = !outside.includes('"') && outside.split(',').length === sheet.rows[row]!.length;
  const isNothing = rest.trim() === '';
  return {
    what: 'cut',
    bytes,
    rows,
    ...(isWhole || isNothing ? { hidden: true } : { place: { line, until: line + lineFeeds(rest) } }),
  };
}

const everyRow = ({ sheet }: Target): number[] => sheet.rows.map((_, i) => i);

const utf16: Damage = target => ({
  what: 'UTF-16',
  bytes: Buffer.from(`\ufeff${target.all.join('')}`, 'utf16le'),
  place: { line: 1, column: 1 },
  rows: everyRow(target),
});

const utf8: Damage = target => ({ what: 'UTF-8', bytes: Buffer.from(`\ufeff${target.all.join('')}`), rows: [] });

const bareLineFeeds: Damage = target => ({
  what: 'LF, and an empty line at the end',
  bytes: encode(`${target.all.map(text => `${text.slice(0, -2)}\n`).join('')}\n`, target.encoding),
  rows: [],
});

/** A cell longer than a row may be. */
function longLine(target: Target): DamagedSheet {
  const { cells } = target;
  cells[cells.length - 1] = 'x'.repeat(1_200_000);
  return {
    what: 'a very long line',
    bytes: target.bytes(cells.join(',')),
    place: { line: target.line, until: target.line + lineFeeds(cells.join(',')) },
    rows: [target.row],
  };
}

const damages: readonly Damage[] = [
  wrongValue,
  wrongValue,
  wrongValue,
  swappedColumns,
  swappedColumns,
  wrongCount,
  insertedByte(0, 'NUL'),
  insertedByte(0xfd, 'a byte that is no character'),
  openQuote,
  cut,
  cut,
  utf16,
  utf8,
  bareLineFeeds,
  longLine,
];

/** Damage to one of the rows after the heads. */
export function damageSheet(sheet: Sheet, seed: number, chance: Chance): DamagedSheet {
  const row = chance.number(sheet.heads, sheet.rows.length - 1);
  return damages[seed % damages.length]!(new Target(sheet, row, chance.pick(sheet.encodings)), chance);
}
