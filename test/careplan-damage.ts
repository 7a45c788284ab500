/**
 * Damage to files of the care-plan exchange, from a seed, with the place where it must be found.
 */
import { careplanLayouts } from '../src/files/forms/careplan/layouts/all.ts';
import { type Field, type FileRecord, type Layout, writeRow } from '../src/files/layout.ts';
import { encodeMs932 } from '../src/files/ms932.ts';
import { Chance, type Delivery, filesOf, findCodes } from './careplan-data.ts';

/** A damaged delivery. */
export interface Damaged {
  readonly what: string;
  readonly files: { name: string; bytes: Uint8Array }[];
  /** File and line of the damage; undefined when nothing may be refused. */
  readonly place?: {
    readonly file: string;
    readonly line: number;
    /** Last line of a row whose end is missing. */
    readonly until?: number;
    readonly column?: number;
    readonly item?: number;
  };
  /** True when nobody can tell the damage from a right file, such as rows missing at the end. */
  readonly hidden?: boolean;
}

interface Target {
  readonly kind: string;
  readonly layout: Layout;
  readonly records: readonly FileRecord[];
  readonly row: number;
}

const lines = (text: string): number => text.split('\n').length - 1;

/** A file with one row written otherwise. */
function replaceRow({ layout, records, row }: Target, text: string): { bytes: Uint8Array; line: number } {
  const rows = records.map((record, i) => (i === row ? text : writeRow(layout, record)));
  const before = rows
    .slice(0, row)
    .map(one => `${one}\r\n`)
    .join('');
  return { bytes: encodeMs932(rows.map(one => `${one}\r\n`).join('')).bytes, line: 1 + lines(before) };
}

/** Texts of the cells of a row as they are written. */
const cellsOf = ({ layout, records, row }: Target): string[] =>
  layout.fields.map(field => writeRow({ ...layout, fields: [field] }, records[row]!));

/** Line and column at which a cell begins, when the row begins at a line. */
function placeOf(cells: readonly string[], index: number, line: number, within = 0): { line: number; column: number } {
  const before = `${cells.slice(0, index).join(',')}${index > 0 ? ',' : ''}${cells[index]!.slice(0, within)}`;
  return { line: line + lines(before), column: before.length - before.lastIndexOf('\n') };
}

/** A value that breaks the rule of its item. */
function breakValue(field: Field, chance: Chance): string | undefined {
  switch (field.type) {
    case 'code':
      return 'Q';
    case 'date8':
      return chance.pick(['20260230', '2026040', '令和8年', '20261301']);
    case 'ym6':
      return chance.pick(['202613', '2026', 'x']);
    case 'hhmm4':
      return chance.pick(['2500', '1260', '930']);
    case 'int':
      return field.length === undefined ? 'x' : chance.pick(['x', '1.5', '1'.repeat(field.length + 1)]);
    case 'decimal':
      return chance.pick(['10,2', 'x', '1.234']).replace(',', '');
    case 'insured':
    case 'office':
    case 'serviceCode':
      return chance.pick(['123', 'ー', '12345678901']);
    case 'digits':
      return '12345';
    case 'bits':
      return '10';
    default:
      return field.length === undefined ? undefined : 'x'.repeat(field.length + 1);
  }
}

const isRequiredText = (field: Field): boolean => field.type === 'text' || field.type === 'kana';

type Damage = (target: Target, chance: Chance) => Omit<Damaged, 'files'> & { bytes: Uint8Array };

function wrongValue(target: Target, chance: Chance): ReturnType<Damage> {
  const { layout, kind } = target;
  const possible = layout.fields.filter(field => breakValue(field, chance) !== undefined && field.type !== 'version');
  const field = chance.pick(possible);
  const broken = breakValue(field, chance)!;
  const value = broken === '10' && field.type === 'decimal' ? 'x' : broken;
  const cells = cellsOf(target);
  const index = field.no - 1;
  cells[index] = isRequiredText(field) ? `"${value}"` : value;
  const { bytes, line } = replaceRow(target, cells.join(','));
  const place = placeOf(cells, index, line);
  const column = place.column + (cells[index]!.startsWith('"') ? 1 : 0);
  return { what: `wrong value ${field.type}`, bytes, place: { file: kind, line: place.line, column, item: field.no } };
}

function swappedColumns(target: Target, chance: Chance): ReturnType<Damage> {
  const { layout, kind } = target;
  const text = chance.pick(
    layout.fields.filter(
      one => !isRequiredText(one) && one.type !== 'unused' && one.type !== 'bits' && one.type !== 'version',
    ),
  );
  const cells = cellsOf(target);
  const other = chance.pick(layout.fields.filter(one => one.no !== text.no));
  cells[text.no - 1] = `縁${cells[text.no - 1]!.replaceAll('"', '')}`;
  [cells[text.no - 1], cells[other.no - 1]] = [cells[text.no - 1]!, cells[other.no - 1]!];
  const { bytes, line } = replaceRow(target, cells.join(','));
  return {
    what: 'a cell of another column',
    bytes,
    place: { file: kind, ...placeOf(cells, text.no - 1, line), item: text.no },
  };
}

function wrongCount(target: Target, chance: Chance): ReturnType<Damage> {
  const cells = cellsOf(target);
  const less = chance.next() < 0.5;
  const changed = less ? cells.slice(0, -1 - chance.number(0, 1)) : [...cells, 'x'];
  const { bytes, line } = replaceRow(target, changed.join(','));
  // The item that is missing, or the end of the row, is where it is told.
  const place = placeOf(changed, changed.length - 1, line);
  return { what: less ? 'items missing' : 'an item too many', bytes, place: { file: target.kind, line: place.line } };
}

function insertedByte(byte: string, what: string): Damage {
  return (target, chance) => {
    const cells = cellsOf(target);
    const index = chance.pick(target.layout.fields.filter(one => one.type !== 'version')).no - 1;
    const within = cells[index]!.startsWith('"') ? 1 : 0;
    cells[index] = `${cells[index]!.slice(0, within)}\u0001${cells[index]!.slice(within)}`;
    const { bytes, line } = replaceRow(target, cells.join(','));
    const changed = Buffer.from(bytes);
    changed[changed.indexOf(1)] = Number(byte);
    return {
      what,
      bytes: changed,
      place: { file: target.kind, ...placeOf(cells, index, line, within), item: index + 1 },
    };
  };
}

/** An open quotation mark in the last row: what follows it cannot be read. */
function openQuote(target: Target): ReturnType<Damage> {
  const last = { ...target, row: target.records.length - 1 };
  const cells = cellsOf(last);
  const plain = cells.findLastIndex(cell => cell.startsWith('"'));
  const index = Math.max(plain + 1, 1);
  if (index >= cells.length) return wrongCount(target, new Chance(1, 'full'));
  cells[index] = `"${cells[index]}`;
  const { bytes, line } = replaceRow(last, cells.join(','));
  return { what: 'an open quotation mark', bytes, place: { file: target.kind, ...placeOf(cells, index, line) } };
}

function cut(target: Target, chance: Chance): ReturnType<Damage> {
  const rows = target.records.map(record => `${writeRow(target.layout, record)}\r\n`);
  const whole = encodeMs932(rows.join('')).bytes;
  const at = chance.number(1, whole.length - 1);
  const bytes = whole.subarray(0, at);
  let from = 0;
  let row = 0;
  for (const text of rows) {
    const length = encodeMs932(text).bytes.length;
    if (at <= from + length) break;
    from += length;
    row++;
  }
  const line = 1 + lines(rows.slice(0, row).join(''));
  const rest = new TextDecoder('shift_jis').decode(bytes.subarray(from));
  // A last row with all its commas is a right row with a shorter last item: nobody can tell.
  const isWhole = /\r?\n$/.test(rest) || cutIsHidden(rest, target.layout);
  return {
    what: 'cut',
    bytes,
    ...(isWhole ? { hidden: true } : { place: { file: target.kind, line, until: line + lines(rest) } }),
  };
}

function cutIsHidden(rest: string, { fields }: Layout): boolean {
  const outside = rest.replace(/"(?:[^"]|"")*"/g, '');
  return !outside.includes('"') && outside.split(',').length === fields.length;
}

function utf16(target: Target): ReturnType<Damage> {
  const text = target.records.map(record => `${writeRow(target.layout, record)}\r\n`).join('');
  return {
    what: 'UTF-16',
    bytes: Buffer.from(`\ufeff${text}`, 'utf16le'),
    place: { file: target.kind, line: 1, column: 1 },
  };
}

function utf8(target: Target): ReturnType<Damage> {
  const text = target.records.map(record => `${writeRow(target.layout, record)}\r\n`).join('');
  return { what: 'UTF-8', bytes: Buffer.from(`\ufeff${text}`) };
}

function header(target: Target): ReturnType<Damage> {
  const names = target.layout.fields.map(one => one.name).join(',');
  const text = target.records.map(record => `${writeRow(target.layout, record)}\n`).join('');
  return { what: 'a heading row and LF', bytes: encodeMs932(`${names}\n${text}`).bytes };
}

const damages: readonly Damage[] = [
  wrongValue,
  wrongValue,
  wrongValue,
  swappedColumns,
  wrongCount,
  insertedByte('0', 'NUL'),
  insertedByte('0xfd', 'a byte that is no character'),
  openQuote,
  cut,
  cut,
  utf16,
  utf8,
  header,
];

/** A delivery with damage to one of its files. */
export function damage(all: Delivery, seed: number): Damaged {
  const chance = new Chance(seed, 'full');
  const kind = chance.pick(Object.keys(all).filter(one => all[one]!.length > 0));
  const records = all[kind]!;
  const target = { kind, layout: careplanLayouts.get(kind)![0]!, records, row: chance.number(0, records.length - 1) };
  const { bytes, ...rest } = damages[seed % damages.length]!(target, chance);
  const files = filesOf(all).map(one =>
    one.name.startsWith(`${kind}_4`) || one.name.startsWith(`${kind}_2`) || one.name.startsWith(`${kind}_0`)
      ? { ...one, bytes }
      : one,
  );
  return { ...rest, files };
}

export { findCodes };
