/**
 * Files of the care-plan exchange made from a seed: every item filled, every code, shortest and longest values, optional items
 * absent. Nobody in them exists: the prefecture 49 does not.
 */
import fs from 'node:fs';
import path from 'node:path';
import { makeFileName } from '../src/files/forms/careplan/file-name.ts';
import { careplanLayouts } from '../src/files/forms/careplan/layouts/all.ts';
import { type Field, type FileRecord, type FindCodes, type Layout, writeRecords } from '../src/files/layout.ts';

const folder = path.join(import.meta.dirname, '../terminology/engawa-kaigo');
const lists = new Map<string, ReadonlyMap<string, string>>();

/** The codes of the project's own CodeSystems, read from their files. */
export const findCodes: FindCodes = canonical => {
  const known = lists.get(canonical);
  if (known) return known;
  const file = path.join(folder, `CodeSystem-${canonical.split('/').at(-1)}.json`);
  const { concept } = JSON.parse(fs.readFileSync(file, 'utf8')) as { concept: { code: string; display: string }[] };
  const codes = new Map(concept.map(one => [one.code, one.display]));
  lists.set(canonical, codes);
  return codes;
};

/** A row of numbers that is the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

/** How items are filled: all, none that need not be, or by chance. */
export type Fill = 'full' | 'least' | 'random';

const letters = [...'縁側花子介護予防支援計画生活髙﨑①㈱Ⅲ～―∥－ｱｲｳガァａｚ０９ABCxyz09,."“”、。（）・　 \n'];
const kanaLetters = [...'アイウエオカキクケコガギグパピプヴァィゥャュョッー　ｱｲｳﾊﾟ'];

/** Values from a seed. */
export class Chance {
  readonly next: () => number;
  readonly fill: Fill;

  constructor(seed: number, fill: Fill) {
    this.next = randomFrom(seed);
    this.fill = fill;
  }

  number(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.number(0, list.length - 1)]!;
  }

  digits(length: number): string {
    return Array.from({ length }, () => this.number(0, 9)).join('');
  }

  text(from: readonly string[], length: number): string {
    const text = Array.from({ length }, () => this.pick(from)).join('');
    return /^[\s\u3000]*$/.test(text) ? from[0]!.repeat(Math.max(1, length)) : text;
  }

  date(): string {
    return `${this.number(1930, 2026)}${String(this.number(1, 12)).padStart(2, '0')}${String(this.number(1, 28)).padStart(2, '0')}`;
  }

  time(): string {
    return this.next() < 0.2
      ? '9999'
      : `${String(this.number(0, 23)).padStart(2, '0')}${String(this.number(0, 59)).padStart(2, '0')}`;
  }

  /** True when an item that need not be there is. */
  has(): boolean {
    return this.fill === 'full' || (this.fill === 'random' && this.next() < 0.6);
  }

  /** A length from the shortest to the longest, both often. */
  length(most: number): number {
    return this.pick([1, most, this.number(1, most)]);
  }

  value(field: Field): string {
    const { length } = field;
    switch (field.type) {
      case 'version':
        return '202407';
      case 'digits':
        return this.digits(length ?? 6);
      case 'insured':
        return this.next() < 0.1 ? `H${this.digits(9)}` : this.digits(10);
      case 'office':
        return `49${this.digits(8)}`;
      case 'serviceCode':
        return this.pick(['111111', '151241', '171007', 'A21111', '2A1111']);
      case 'int':
        return String(Number(this.digits(this.length(length ?? 4))));
      case 'ordinal':
        return this.digits(this.length(length ?? 2));
      case 'hundredths':
      case 'item':
        return this.digits(4);
      case 'decimal':
        return `${this.number(10, 99)}.${this.digits(2)}`;
      case 'date8':
        return this.next() < 0.05 && !field.required ? '00000000' : this.date();
      case 'ym6':
        return '202604';
      case 'hhmm4':
        return this.time();
      case 'code':
        return this.pick([...findCodes(field.codes!)!.keys()]);
      case 'bits':
        return Array.from({ length: length ?? 31 }, () => this.pick(['0', '1'])).join('');
      case 'kana':
        return this.text(kanaLetters, this.number(1, 20));
      case 'unused':
        return 'x';
      default:
        return this.text(letters, length === undefined ? this.pick([1, 8, 40, 300]) : this.length(length));
    }
  }

  record(layout: Layout, fixed: FileRecord): Record<string, string> {
    const record: Record<string, string> = {};
    for (const field of layout.fields)
      record[field.key] = fixed[field.key] ?? (field.required || this.has() ? this.value(field) : '');
    for (const [from, to] of [
      ['certifiedFrom', 'certifiedTo'],
      ['limitFrom', 'limitTo'],
    ] as const)
      if ((record[from] ?? '') > (record[to] ?? ''))
        [record[from], record[to]] = [record[to] ?? '', record[from] ?? ''];
    return record;
  }
}

export const from = { office: '4970100014', serviceType: '43' };
export const to = { office: '4970100022', serviceType: '11' };
export const stamp = '20260401093000';

/** Records of a delivery by interface. */
export type Delivery = Record<string, FileRecord[]>;

const layoutOf = (kind: string, version = '202407'): Layout =>
  careplanLayouts.get(kind)!.find(one => one.versions!.includes(version))!;

/** Rows whose cells repeat the row above: empty, or printed again by chance. */
function repeat(
  chance: Chance,
  rows: Record<string, string>[],
  keys: readonly string[],
  within: readonly string[],
): void {
  const filled = rows.map(row => ({ ...row }));
  for (const [i, row] of rows.entries()) {
    const above = filled[i - 1];
    if (!above || !within.every(key => above[key] === row[key])) continue;
    for (const key of keys) {
      filled[i]![key] = chance.next() < 0.7 ? above[key]! : row[key] || above[key]!;
      row[key] = filled[i]![key] === above[key] && chance.next() < 0.8 ? '' : filled[i]![key]!;
    }
  }
}

function planSet(chance: Chance, person: FileRecord, big: number): Delivery {
  const planDate = chance.date();
  const own = { ...person, planDate };
  const created = chance.date();
  const rows = Array.from({ length: big }, (_, i) =>
    chance.record(layoutOf('UP2KYO'), {
      ...own,
      created,
      issueNo: String(1 + Math.floor(i / 4)),
      goalNo: String(1 + (Math.floor(i / 2) % 2)),
      contentNo: String(1 + (i % 2)),
      ...(i === 0 && { officeNumber: to.office }),
    }),
  );
  repeat(chance, rows, ['issue', 'longGoal', 'longPeriod'], ['issueNo']);
  repeat(chance, rows, ['shortGoal', 'shortPeriod'], ['issueNo', 'goalNo']);
  const week = Array.from({ length: big }, (_, i) => {
    const cells: FileRecord = [
      { activity: '', activityStart: '', activityEnd: '', other: '', service: 'サービス' },
      { service: '', weekday: '', serviceStart: '', serviceEnd: '', other: '', activity: '起床' },
      {
        service: '',
        weekday: '',
        serviceStart: '',
        serviceEnd: '',
        activity: '',
        activityStart: '',
        activityEnd: '',
        other: '月1回',
      },
    ][i % 3]!;
    return chance.record(layoutOf('UP3KYO'), { ...own, created, ...cells });
  });
  return {
    UP1KYO: [chance.record(layoutOf('UP1KYO'), { ...own, officeNumber: from.office })],
    UP2KYO: rows,
    UP3KYO: week,
    UPHOSOKU: [chance.record(layoutOf('UPHOSOKU'), { ...own, month: '000000' })],
  };
}

const header = (chance: Chance) => ({
  created: chance.date(),
  plannerNumber: from.office,
  planner: chance.has() ? '計画 立子' : '',
});

function monthRows(chance: Chance, kind: string, person: FileRecord, big: number, first: FileRecord): FileRecord[] {
  const own = { ...person, month: '202604', ...header(chance) };
  return Array.from({ length: big }, (_, i) =>
    chance.record(layoutOf(kind), {
      ...own,
      day: `202604${String(1 + ((i * 7) % 30)).padStart(2, '0')}`,
      ...(i === 0 || kind === 'UPJSK' ? first : {}),
    }),
  );
}

function monthSet(chance: Chance, person: FileRecord, big: number): Delivery {
  const own = { ...person, month: '202604' };
  const created = chance.date();
  return {
    UPPLAN: monthRows(chance, 'UPPLAN', person, big, { officeNumber: to.office, serviceCode: '111111' }),
    UPSIKYU: Array.from({ length: big }, (_, i) =>
      chance.record(layoutOf('UPSIKYU'), {
        ...own,
        created,
        ...(i === big - 1 && { serviceCode: '999999', officeNumber: '9999999999' }),
      }),
    ),
    UPHOSOKU: [chance.record(layoutOf('UPHOSOKU'), { ...own, planDate: '00000000' })],
  };
}

function basicSet(chance: Chance, person: FileRecord, big: number): Delivery {
  const own = { ...person, consultedOn: chance.date() };
  const make = (kind: string, length: number) => Array.from({ length }, () => chance.record(layoutOf(kind), own));
  return {
    UPKIHON: make('UPKIHON', 1),
    UPKIHON_SUB1: make('UPKIHON_SUB1', big),
    UPKIHON_SUB2: make('UPKIHON_SUB2', big),
  };
}

function preventiveSet(chance: Chance, person: FileRecord, big: number): Delivery {
  const own = { ...person, planDate: chance.date() };
  const rows = Array.from({ length: big }, (_, i) =>
    chance.record(layoutOf('UPYOBO_SUB'), {
      ...own,
      issueNo: String(1 + Math.floor(i / 4)),
      supportNo: String(1 + (Math.floor(i / 2) % 2)),
      serviceNo: String(1 + (i % 2)),
    }),
  );
  repeat(chance, rows, ['issue', 'proposal', 'wish', 'goal'], ['issueNo']);
  repeat(chance, rows, ['support', 'selfCare', 'insuredService'], ['issueNo', 'supportNo']);
  return { UPYOBO: [chance.record(layoutOf('UPYOBO'), own)], UPYOBO_SUB: rows };
}

const deletionOf =
  (kind: string) =>
  (chance: Chance, person: FileRecord): Delivery => ({
    [kind]: [chance.record(layoutOf(kind), { ...person, ...(kind === 'DLTJSK' && { officeNumber: to.office }) })],
  });

/** Sets by name. */
export const sets: Readonly<Record<string, (chance: Chance, person: FileRecord, big: number) => Delivery>> = {
  plan: planSet,
  month: monthSet,
  given: (chance, person, big) => ({
    UPJSK: monthRows(chance, 'UPJSK', person, big, { officeNumber: to.office, serviceCode: '111111' }),
  }),
  basic: basicSet,
  preventive: preventiveSet,
  DLT1KYO: deletionOf('DLT1KYO'),
  DLTPLAN: deletionOf('DLTPLAN'),
  DLTJSK: deletionOf('DLTJSK'),
  DLTKIHON: deletionOf('DLTKIHON'),
  DLTYOBO: deletionOf('DLTYOBO'),
};

/** Number of a person of a test, in order. */
export const personNumber = (i: number) => ({
  version: '202407',
  insurer: '492017',
  insured: String(i).padStart(10, '0'),
});

/** A delivery of several persons, in an edition. */
export function delivery(
  name: string,
  seed: number,
  fill: Fill,
  persons: number,
  rows: number,
  version = '202407',
): Delivery {
  const chance = new Chance(seed, fill);
  const all: Delivery = {};
  for (let i = 1; i <= persons; i++)
    for (const [kind, records] of Object.entries(sets[name]!(chance, personNumber(i), rows)))
      if (careplanLayouts.get(kind)!.some(one => one.versions!.includes(version)))
        all[kind] = [...(all[kind] ?? []), ...records.map(record => inEdition(kind, record, version))];
  return all;
}

/** A record with the version of an edition; numbers that had fewer digits then are shorter. */
function inEdition(kind: string, record: FileRecord, version: string): FileRecord {
  const own: Record<string, string> = { ...record, version };
  for (const { key, type, length } of layoutOf(kind, version).fields)
    if (type === 'int' && length !== undefined && own[key]!.length > length) own[key] = own[key]!.slice(0, length);
  return own;
}

/** The files of a delivery. */
export function filesOf(all: Delivery, at = stamp): { name: string; bytes: Uint8Array }[] {
  return Object.entries(all)
    .filter(([, records]) => records.length > 0)
    .map(([kind, records]) => {
      const month = records[0]!['month'];
      const back = kind === 'UPJSK' || kind === 'DLTJSK';
      const version = records[0]!['version']!;
      const { bytes, findings } = writeRecords(layoutOf(kind, version), records, findCodes);
      // Until standard 4 the names had no service types.
      const named = ({ office, serviceType }: typeof from) =>
        version < '202407' ? { office } : { office, serviceType };
      if (findings.length > 0) throw new Error(`${kind}: ${JSON.stringify(findings[0])}`);
      const name = makeFileName({
        kind,
        ...(month && { month }),
        from: named(back ? to : from),
        to: named(back ? from : to),
        stamp: at,
      });
      return { name, bytes };
    });
}
