/**
 * Claim files made from a seed: every item filled, every code, shortest and longest values, optional items absent; and claims whose figures
 * are right. Nobody in them exists: the prefecture 49 does not.
 */
import { claimRecords, layoutOf, recordNameOf } from '../src/files/forms/claims/layouts/all.ts';
import type { FileRecord, Layout } from '../src/files/layout.ts';
import { encodeMs932, normalizeForMs932 } from '../src/files/ms932.ts';
import { Chance, type Fill } from './careplan-data.ts';

/** A row by the name of its record. */
export interface ClaimRecord {
  readonly name: string;
  readonly record: FileRecord;
}

/** What a file holds: what its control record says, and its claims. */
export interface ClaimDelivery {
  readonly dataKind: string;
  readonly medium: string;
  readonly month: string;
  readonly office: string;
  readonly claims: readonly (readonly ClaimRecord[])[];
}

export const office = '4970100022';
export const planningOffice = '4970100014';
export const insurer = '00492017';

const ranges = [
  ['certifiedFrom', 'certifiedTo'],
  ['serviceFrom', 'serviceTo'],
  ['stayFrom', 'stayTo'],
  ['limitFrom', 'limitTo'],
] as const;

export const layoutFor = ({ name, record }: ClaimRecord): Layout =>
  layoutOf(recordNameOf(record['exchange']!, name), record['month']!) ??
  claimRecords.get(recordNameOf(record['exchange']!, name))![0]!.layout;

function make(chance: Chance, name: string, fixed: FileRecord): ClaimRecord {
  const record = chance.record(layoutFor({ name, record: fixed }), fixed);
  for (const [from, to] of ranges)
    if ((record[from] ?? '') > (record[to] ?? '') && !record[from]!.startsWith('0000'))
      [record[from], record[to]] = [record[to] ?? '', record[from] ?? ''];
  if (name === '11' && (record['serviceType'] === '' || record['serviceItem'] === ''))
    Object.assign(record, { serviceType: '', serviceItem: '' });
  return { name, record };
}

const styles = ['7131', '7132', '7143', '7155', '7171', '7183', '7195', '71R1'];

function detail(chance: Chance, person: FileRecord, big: number): ClaimRecord[] {
  const head = { ...person, office, exchange: chance.pick(styles) };
  const row = (name: string) => make(chance, name, { ...head, record: name });
  const names = ['02', '03', '04', '10', '11', '12', '14'];
  const wanted = names.flatMap(name => Array.from({ length: chance.has() ? chance.number(1, big) : 0 }, () => name));
  return [row('01'), ...wanted.map(row)];
}

/** Items that all rows of a fee or a slip repeat. */
const shared: Readonly<Record<string, readonly string[]>> = {
  8124: [
    'officeClass',
    'unit-price',
    'public1-payer',
    'public1-recipient',
    'birthDate',
    'sex',
    'careLevel',
    'certifiedFrom',
    'certifiedTo',
    'notified',
  ],
  8222: [
    'action',
    'made',
    'kind',
    'birthDate',
    'sex',
    'careLevel',
    'limitFrom',
    'limitTo',
    'limit-units',
    'planAuthor',
  ],
};

function repeated(chance: Chance, name: string, head: FileRecord, big: number): ClaimRecord[] {
  const first = make(chance, name, { ...head, line: '01' });
  const same = Object.fromEntries(shared[name]!.map(key => [key, first.record[key]!]));
  const lines = [...Array.from({ length: big }, (_, i) => String(i + 2).padStart(2, '0')), '99'];
  return [first, ...lines.map(line => make(chance, name, { ...head, ...same, line }))];
}

const bill = (chance: Chance, month: string, by: string, request: string): ClaimRecord[] => {
  const exchange = request === '03' ? '7112' : '7111';
  return [make(chance, exchange, { exchange, month, office: by, payer: '1', law: '0', request })];
};

/** Deliveries by name; in each the claims are in the order of their keys. */
export const deliveries: Readonly<Record<string, (chance: Chance, month: string, big: number) => ClaimDelivery>> = {
  detail: (chance, month, big) => ({
    dataKind: '711',
    medium: chance.pick(['1', '2', '4']),
    month: '202611',
    office,
    claims: [
      bill(chance, month, office, '01'),
      bill(chance, month, office, '03'),
      ...persons(month).map(one => detail(chance, one, big)),
    ],
  }),
  fee: (chance, month, big) => ({
    dataKind: chance.pick(['711', '812']),
    medium: '1',
    month: '202611',
    office: planningOffice,
    claims: [
      bill(chance, month, planningOffice, '02'),
      ...persons(month).map(one =>
        repeated(chance, '8124', { ...one, office: planningOffice, exchange: chance.pick(['8124', '8125']) }, big),
      ),
    ],
  }),
  slip: (chance, month, big) => ({
    dataKind: '821',
    medium: '1',
    month: '202611',
    office: planningOffice,
    claims: persons(month).map(one =>
      repeated(chance, '8222', { ...one, office: planningOffice, exchange: '8222' }, big),
    ),
  }),
};

const persons = (month: string): FileRecord[] =>
  [1, 2, 3].map(i => ({ month, insurer, insured: String(i).padStart(10, '0') }));

/** A delivery from a seed. */
export const delivery = (name: string, seed: number, fill: Fill, month: string, big: number): ClaimDelivery =>
  deliveries[name]!(new Chance(seed, fill), month, big);

/** Cells of a data row as they are written, after its number. */
export const cellsOf = (one: ClaimRecord): string[] =>
  layoutFor(one).fields.map(({ key }) => `"${(one.record[key] ?? '').replaceAll('"', '""')}"`);

/** Rows of a delivery's file, without line feeds. */
export function rowsOf({ dataKind, medium, month, office: by, claims }: ClaimDelivery): string[] {
  const all = claims.flat();
  const control = ['1', '1', '0', String(all.length), dataKind, '0', '000000', by, '00', medium, month, '0'];
  return [control.join(','), ...all.map((one, i) => [2, i + 2, ...cellsOf(one)].join(',')), `3,${all.length + 2}`];
}

export const encodeRows = (rows: readonly string[]): Uint8Array =>
  encodeMs932(normalizeForMs932(rows.map(row => `${row}\r\n`).join(''))).bytes;

export const fileOf = (one: ClaimDelivery, name = 'S2611001.CSV'): { name: string; bytes: Uint8Array } => ({
  name,
  bytes: encodeRows(rowsOf(one)),
});
