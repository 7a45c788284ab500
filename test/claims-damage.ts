/** Damage to claim files, from a seed, with the place where it must be found. */
import type { Field } from '../src/files/layout.ts';
import { encodeMs932 } from '../src/files/ms932.ts';
import { Chance } from './careplan-data.ts';
import { type ClaimDelivery, type ClaimRecord, cellsOf, encodeRows, layoutFor, rowsOf } from './claims-data.ts';

/** A damaged file. */
export interface DamagedFile {
  readonly what: string;
  readonly bytes: Uint8Array;
  /** Where it must be told; absent when nothing may be refused. */
  readonly place?: { readonly line: number; readonly until?: number; readonly column?: number; readonly item?: number };
}

const lines = (text: string): number => text.split('\n').length - 1;
const lineOf = (rows: readonly string[], row: number): number =>
  1 + rows.slice(0, row).reduce((sum, one) => sum + lines(one) + 1, 0);

interface Target {
  readonly rows: readonly string[];
  readonly records: readonly ClaimRecord[];
  /** Number of the data row, from 0; its place among the rows is one more. */
  readonly at: number;
}

const replaced = (rows: readonly string[], at: number, text: string): string[] =>
  rows.map((row, i) => (i === at ? text : row));

/** A row with one cell as it is given; and where the cell's value begins. */
function withCell(
  { rows, records, at }: Target,
  index: number,
  cell: string,
): { rows: string[]; line: number; column: number } {
  const cells = cellsOf(records[at]!);
  cells[index] = cell;
  const before = `2,${at + 2},${cells.slice(0, index).join(',')}${index > 0 ? ',' : ''}${cell.startsWith('"') ? '"' : ''}`;
  const changed = replaced(rows, at + 1, [2, at + 2, ...cells].join(','));
  return {
    rows: changed,
    line: lineOf(rows, at + 1) + lines(before),
    column: before.length - before.lastIndexOf('\n'),
  };
}

function breakValue(field: Field, chance: Chance): string | undefined {
  switch (field.type) {
    case 'code':
      return field.open && field.key !== 'exchange' ? undefined : 'Q';
    case 'date8':
      return chance.pick(['20260230', '2026040', '令和8年', '20261301']);
    case 'ym6':
      return chance.pick(['202613', '2026', 'x']);
    case 'int':
    case 'ordinal':
      return chance.pick(['x', '1.5', '1'.repeat((field.length ?? 0) + 1)]);
    case 'insured':
    case 'office':
    case 'serviceCode':
    case 'item':
      return chance.pick(['123', 'ー', '12345678901']);
    case 'digits':
    case 'hundredths':
      return '12345';
    default:
      return field.length === undefined ? undefined : 'x'.repeat(field.length + 1);
  }
}

type Damage = (target: Target, chance: Chance) => DamagedFile;

const wrongValue: Damage = (target, chance) => {
  const { fields } = layoutFor(target.records[target.at]!);
  const field = chance.pick(fields.filter(one => breakValue(one, chance) !== undefined));
  const { rows, line, column } = withCell(target, field.no - 1, `"${breakValue(field, chance)}"`);
  return { what: `wrong value ${field.key}`, bytes: encodeRows(rows), place: { line, column, item: field.no } };
};

const missing: Damage = (target, chance) => {
  const { fields } = layoutFor(target.records[target.at]!);
  const field = chance.pick(fields.filter(one => one.required));
  const { rows, line, column } = withCell(target, field.no - 1, '""');
  return { what: `without ${field.key}`, bytes: encodeRows(rows), place: { line, column, item: field.no } };
};

const wrongCount: Damage = ({ rows, records, at }, chance) => {
  const cells = cellsOf(records[at]!);
  const changed = chance.next() < 0.5 ? cells.slice(0, -1) : [...cells, '"x"'];
  const text = [2, at + 2, ...changed].join(',');
  const line = lineOf(rows, at + 1);
  const place = { line, until: line + lines(text) };
  return { what: 'wrong number of items', bytes: encodeRows(replaced(rows, at + 1, text)), place };
};

const insertedByte =
  (byte: number, what: string): Damage =>
  (target, chance) => {
    const record = target.records[target.at]!;
    const field = chance.pick(layoutFor(record).fields);
    const cell = cellsOf(record)[field.no - 1]!;
    const { rows, line, column } = withCell(target, field.no - 1, `"\u0001${cell.slice(1)}`);
    const bytes = Buffer.from(encodeRows(rows));
    bytes[bytes.indexOf(1)] = byte;
    return { what, bytes, place: { line, column, item: field.no } };
  };

const openQuote: Damage = ({ rows, records }) => {
  const at = records.length - 1;
  const target = { rows, records, at };
  const text = rows[at + 1]!;
  const changed = replaced(target.rows, at + 1, text.slice(0, -1));
  const last = text.slice(0, text.length - cellsOf(records[at]!).at(-1)!.length);
  const line = lineOf(rows, at + 1) + lines(last);
  return {
    what: 'an open quotation mark',
    bytes: encodeRows(changed),
    place: { line, column: last.length - last.lastIndexOf('\n') },
  };
};

const cut: Damage = ({ rows }, chance) => {
  const whole = encodeRows(rows);
  const bytes = whole.subarray(0, chance.number(1, whole.length - 1));
  const text = new TextDecoder('shift_jis').decode(bytes);
  const isWhole = whole.length - bytes.length <= 2;
  return { what: 'cut', bytes, ...(!isWhole && { place: { line: 1, until: 1 + lines(text) } }) };
};

const removed: Damage = ({ rows, at }) => {
  const bytes = encodeRows(rows.filter((_, i) => i !== at + 1));
  return { what: 'a row less', bytes, place: { line: lineOf(rows, at + 1), item: 2 } };
};

const repeated: Damage = ({ rows, at }) => {
  const bytes = encodeRows([...rows.slice(0, at + 2), ...rows.slice(at + 1)]);
  return { what: 'a row twice', bytes, place: { line: lineOf(rows, at + 2), item: 2 } };
};

const exchanged: Damage = ({ rows, at }) => {
  const [first, second] = [at + 1, at + 1 < rows.length - 2 ? at + 2 : at];
  const changed = [...rows];
  [changed[first], changed[second]] = [rows[second]!, rows[first]!];
  const line = lineOf(rows, Math.min(first, second));
  return { what: 'rows exchanged', bytes: encodeRows(changed), place: { line } };
};

const control: Damage = ({ rows }, chance) => {
  const cells = rows[0]!.split(',');
  const [index, value] = chance.pick([
    [0, '2'],
    [1, '2'],
    [3, '1'],
    [7, '49'],
    [10, '202613'],
    [2, 'x'],
  ] as const);
  cells[index] = index === 3 ? String(Number(cells[3]) + 1) : value;
  const bytes = encodeRows(replaced(rows, 0, cells.join(',')));
  return { what: `control record, item ${index + 1}`, bytes, place: { line: 1, item: index + 1 } };
};

const monthOf = (record: ClaimRecord): number => layoutFor(record).fields.findIndex(({ key }) => key === 'month');

const unknownMonth: Damage = target => {
  const index = monthOf(target.records[target.at]!);
  const { rows, line, column } = withCell(target, index, '"201301"');
  return { what: 'a month without a known edition', bytes: encodeRows(rows), place: { line, column, item: index + 1 } };
};

const handedInBefore: Damage = ({ rows, records }) => {
  const cells = rows[0]!.split(',');
  cells[10] = '201902';
  const place = { line: 2, item: monthOf(records[0]!) + 1 };
  return {
    what: 'a month after the one in which it is handed in',
    bytes: encodeRows(replaced(rows, 0, cells.join(','))),
    place,
  };
};

const others: Damage = ({ rows }) => ({
  what: 'rows of something else',
  bytes: encodeRows(rows.map(row => `202407,${row}`)),
  place: { line: 1, column: 1 },
});

const utf16: Damage = ({ rows }) => ({
  what: 'UTF-16',
  bytes: Buffer.from(`\ufeff${rows.map(row => `${row}\r\n`).join('')}`, 'utf16le'),
  place: { line: 1, column: 1 },
});

const asUtf8: Damage = ({ rows }) => ({
  what: 'UTF-8',
  bytes: Buffer.from(`\ufeff${rows.map(row => `${row}\r\n`).join('')}`),
});

const bare = (cell: string): string => (/[",\n]/.test(cell.slice(1, -1)) ? cell : cell.slice(1, -1));

const withoutQuotes: Damage = ({ rows, records }) => {
  const data = records.map((one, i) => [2, i + 2, ...cellsOf(one).map(bare)].join(','));
  const text = [rows[0], ...data, rows.at(-1)].map(row => `${row}\n`).join('');
  return { what: 'LF, and no quotation marks where none are needed', bytes: encodeMs932(text).bytes };
};

const damages: readonly Damage[] = [
  wrongValue,
  wrongValue,
  wrongValue,
  wrongValue,
  missing,
  wrongCount,
  insertedByte(0, 'NUL'),
  insertedByte(0xfd, 'a byte that is no character'),
  openQuote,
  cut,
  cut,
  removed,
  repeated,
  exchanged,
  control,
  unknownMonth,
  handedInBefore,
  others,
  utf16,
  asUtf8,
  withoutQuotes,
];

/** A delivery's file with damage. */
export function damageFile(one: ClaimDelivery, seed: number): DamagedFile {
  const chance = new Chance(seed, 'full');
  const records = one.claims.flat();
  return damages[seed % damages.length]!(
    { rows: rowsOf(one), records, at: chance.number(0, records.length - 1) },
    chance,
  );
}
