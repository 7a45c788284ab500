/**
 * Damage to certificates as JSON lines, from a seed, with the place where it must be found.
 */
import { certificateLayout } from '../src/files/certificates/layout.ts';
import type { Chance } from './careplan-data.ts';
import type { CertificateRow } from './certificate-rows.ts';

/** A damaged file; `rows` may be refused by it. */
export interface DamagedLines {
  readonly what: string;
  readonly bytes: Uint8Array;
  readonly place?: { readonly line: number; readonly until?: number; readonly column?: number; readonly item?: number };
  readonly rows: readonly number[];
  readonly hidden?: boolean;
}

interface Target {
  readonly rows: readonly CertificateRow[];
  readonly row: number;
  readonly broken: (item: number) => string | undefined;
}

type Damage = (target: Target, chance: Chance) => DamagedLines;

const { fields } = certificateLayout;
const lineOf = (row: unknown): string => `${JSON.stringify(row)}\n`;

const replaced = ({ rows, row }: Target, line: string): Buffer =>
  Buffer.from(rows.map((one, i) => (i === row ? line : lineOf(one))).join(''));

const own = ({ row }: Target, item?: number) => ({
  place: { line: row + 1, ...(item !== undefined && { item: item + 1 }) },
  rows: [row],
});

function withValue(target: Target, item: number, value: unknown, what: string): DamagedLines {
  const bytes = replaced(target, lineOf({ ...target.rows[target.row], [fields[item]!.key]: value }));
  return { what, bytes, ...own(target, item) };
}

const wrongValue: Damage = (target, chance) => {
  const possible = fields.map((_, i) => i).filter(i => target.broken(i) !== undefined);
  const item = chance.pick(possible);
  return withValue(target, item, target.broken(item), 'a wrong value');
};

const wrongType: Damage = (target, chance) =>
  withValue(
    target,
    chance.number(0, fields.length - 1),
    chance.pick([{}, [], ['1'], { value: '1' }]),
    'no plain value',
  );

const control: Damage = (target, chance) =>
  withValue(
    target,
    chance.number(0, fields.length - 1),
    `a${chance.pick(['\u0000', '\u0001', '\ufffd', '\ue000'])}`,
    'a wrong character',
  );

const swapped: Damage = (target, chance) => {
  const strict = fields.map((_, i) => i).filter(i => !['text', 'kana'].includes(fields[i]!.type));
  return withValue(target, chance.pick(strict), `縁${target.rows[target.row]!['name']}`, 'a value of another item');
};

const invalidByte: Damage = (target, chance) => {
  const text = lineOf({ ...target.rows[target.row], name: '縁\u0001側' }).replace('\\u0001', '\u0001');
  const bytes = replaced(target, text);
  bytes[bytes.indexOf(1)] = chance.pick([0xfd, 0x80, 0xc3]);
  return { what: 'a byte that is no character', bytes, ...own(target, 7) };
};

const rawNul: Damage = target => {
  const bytes = replaced(target, lineOf(target.rows[target.row]).replace('{', '\u0000{'));
  return { what: 'NUL', bytes, ...own(target) };
};

const noObject: Damage = (target, chance) => {
  const line = chance.pick([
    '[1]\n',
    '"縁側"\n',
    '{"kind":\n',
    'null\n',
    `${JSON.stringify(target.rows[target.row])}}\n`,
  ]);
  return { what: 'no object', bytes: replaced(target, line), ...own(target) };
};

const cut: Damage = ({ rows }, chance) => {
  const whole = Buffer.from(rows.map(lineOf).join(''));
  const bytes = whole.subarray(0, chance.number(1, whole.length - 2));
  const line = bytes.toString('latin1').split('\n').length;
  const rest = bytes.subarray(bytes.lastIndexOf(10) + 1);
  const isNothing = rest.length === 0 || rest.length === Buffer.from(lineOf(rows[line - 1])).length - 1;
  return {
    what: 'cut',
    bytes,
    rows: rows.map((_, i) => i).filter(i => i >= line - 1),
    ...(isNothing ? { hidden: true } : { place: { line } }),
  };
};

const utf16: Damage = ({ rows }) => ({
  what: 'UTF-16',
  bytes: Buffer.from(`\ufeff${rows.map(lineOf).join('')}`, 'utf16le'),
  place: { line: 1 },
  rows: rows.map((_, i) => i),
});

const longLine: Damage = target => {
  const line = lineOf({ ...target.rows[target.row], opinion: 'x'.repeat(1_200_000) });
  return { what: 'a very long line', bytes: replaced(target, line), ...own(target) };
};

const harmless: Damage = ({ rows }) => ({
  what: 'a byte order mark, CRLF, an empty line, keys of others',
  bytes: Buffer.from(`\ufeff${rows.map(row => `${JSON.stringify({ ...row, other: [{}] })}\r\n\r\n`).join('')}`),
  rows: [],
});

const damages: readonly Damage[] = [
  wrongValue,
  wrongValue,
  wrongValue,
  wrongType,
  control,
  swapped,
  invalidByte,
  rawNul,
  noObject,
  cut,
  cut,
  utf16,
  longLine,
  harmless,
];

/** Damage to one of the rows. */
export function damageLines(
  rows: readonly CertificateRow[],
  seed: number,
  chance: Chance,
  broken: (item: number) => string | undefined,
): DamagedLines {
  const target: Target = { rows, row: chance.number(0, rows.length - 1), broken };
  return damages[seed % damages.length]!(target, chance);
}
