/**
 * LIFE files made from a seed: every column filled, every code in turn, shortest and longest values, columns that need not be there
 * absent or deleted. Nobody in them exists: the prefecture 49 does not.
 */
import fs from 'node:fs';
import path from 'node:path';
import { allForms, type Form, users } from '../src/files/forms/life/all.ts';
import { type Column, methodOf } from '../src/files/forms/life/column.ts';
import type { FileRecord, FindCodes } from '../src/files/layout.ts';
import { encodeMs932 } from '../src/files/ms932.ts';
import { Chance, type Fill } from './careplan-data.ts';

const folders = ['engawa-life', 'engawa-kaigo'].map(one => path.join(import.meta.dirname, '../terminology', one));
const lists = new Map<string, ReadonlyMap<string, string>>();

interface Concept {
  readonly code: string;
  readonly display: string;
  readonly concept?: readonly Concept[];
}

const flatten = (list: readonly Concept[]): [string, string][] =>
  list.flatMap(one => [[one.code, one.display] as [string, string], ...flatten(one.concept ?? [])]);

/** The codes of the project's own CodeSystems, read from their files. */
export const findCodes: FindCodes = canonical => {
  const known = lists.get(canonical);
  if (known) return known;
  const name = `CodeSystem-${canonical.split('/').at(-1)}.json`;
  const file = folders.map(one => path.join(one, name)).find(one => fs.existsSync(one))!;
  const codes = new Map(flatten((JSON.parse(fs.readFileSync(file, 'utf8')) as { concept: Concept[] }).concept));
  lists.set(canonical, codes);
  return codes;
};

const codeLists = new Map<string, readonly string[]>();

/** The codes of a system as a list, made once. */
function codesIn(system: string): readonly string[] {
  const all = codeLists.get(system) ?? [...findCodes(system)!.keys()];
  codeLists.set(system, all);
  return all;
}

const letters = [...'縁側花子科学的介護推進評価髙﨑①㈱Ⅲ－ガァａ０９ABCxyz09,."“”、。（）・　 \n'];

const keyOf = (chance: Chance, i: number): FileRecord => ({
  care_facility_id: '4970100014',
  service_code: '15',
  insurer_no: '492017',
  insured_no: String(1 + (i % 9000)).padStart(10, '0'),
  external_system_management_number: `R${String(i).padStart(5, '0')}${chance.next() < 0.1 ? ':|,%$' : ''}`,
});

function numberFor(chance: Chance, { length = 3, decimals = 0, range }: Column): string {
  if (range) return String(chance.pick([range[0], range[1], chance.number(...range)]));
  const whole = String(Number(chance.digits(chance.length(length))));
  const rest = chance.digits(decimals).replace(/0+$/, '');
  return decimals > 0 && rest !== '' && chance.next() < 0.8 ? `${whole}.${rest}` : whole;
}

function valueFor(chance: Chance, column: Column, turn: number, method: string): string {
  const { length = 20, codes } = column;
  switch (column.type) {
    case 'code': {
      const own = codes!.find(one => one.methods.includes(method) || method === '') ?? codes![0]!;
      const all = codesIn(own.system);
      // Methods come in turn, and within a method its codes.
      return all[(own.methods === '' ? turn : Math.floor(turn / 6)) % all.length]!;
    }
    case 'int':
    case 'dec':
      return numberFor(chance, column);
    case 'day':
      return chance.date();
    case 'clock':
      return `${String(chance.number(0, 23)).padStart(2, '0')}${String(chance.number(0, 59)).padStart(2, '0')}`;
    case 'version':
      return chance.pick(['0310', '0300']);
    case 'id':
      return `D${turn}`;
    default:
      return chance.text(letters, chance.length(length));
  }
}

/** A record of a form; `turn` chooses its number and its codes. */
export function recordFor(form: Form, chance: Chance, turn: number): FileRecord {
  const keys = keyOf(chance, turn);
  const record: Record<string, string> = {};
  for (const column of form.columns) {
    const given = column.need === 'required' || chance.has();
    const absent = chance.fill === 'random' && chance.next() < 0.1 ? ' ' : '';
    const value = () => valueFor(chance, column, turn, methodOf(record));
    record[column.key] = keys[column.key] ?? (given ? value() : absent);
  }
  return record;
}

const cellText = (value: string): string => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** A file's text as it is written. */
export const textOf = (form: Form, records: readonly FileRecord[]): string =>
  [
    form.id,
    form.columns.map(({ key }) => key).join(','),
    ...records.map(one => form.columns.map(({ key }) => cellText(one[key] ?? '')).join(',')),
    '',
  ].join('\r\n');

/** The ways a file may be encoded. */
export const encodings = ['utf-8', 'utf-8 with mark', 'ms932', 'ms932, CR', 'utf-8, CR'] as const;

/** A text as one of the ways that are allowed. */
export function encode(text: string, encoding: (typeof encodings)[number]): Uint8Array {
  const ended = encoding.endsWith('CR') ? text.replaceAll('\r\n', '\r') : text;
  if (encoding.startsWith('ms932')) return encodeMs932(ended).bytes;
  return Buffer.from(encoding === 'utf-8 with mark' ? `\ufeff${ended}` : ended);
}

/** Records of a form and of its parents, by form. */
export type Delivery = ReadonlyMap<Form, readonly FileRecord[]>;

/** Rows from seeds: a form's own, and the rows of its parent that they belong to. */
export function delivery(form: Form, first: number, count: number, fill: Fill): Delivery {
  const all = new Map<Form, FileRecord[]>();
  const parent = allForms.find(one => one.id === form.parent);
  for (let turn = first; turn < first + count; turn++) {
    const chance = new Chance(turn, fill);
    const record = recordFor(form, chance, turn);
    if (parent) {
      const above = { ...recordFor(parent, new Chance(turn, 'least'), turn) };
      const same = 'external_system_management_number';
      all.set(parent, [...(all.get(parent) ?? []), { ...above, [same]: record[same]! }]);
    }
    all.set(form, [...(all.get(form) ?? []), record]);
  }
  return all;
}

/** Rows of SERVICE_USER_INFO for persons. */
export const usersFor = (persons: readonly number[]): { form: Form; records: readonly FileRecord[] } => {
  const form = allForms.find(one => one.id === users)!;
  return {
    form,
    records: persons.map(i => ({
      ...recordFor(form, new Chance(i, 'least'), i),
      insured_no: String(i).padStart(10, '0'),
      external_system_management_number: `U${i}`,
      last_name: '縁側',
      first_name: `花子${i}`,
      gender: '2',
      birthday: '19400102',
      care_level: '21',
    })),
  };
};
