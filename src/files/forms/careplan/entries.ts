/**
 * What the rows of a delivery belong to: one person's plan, month, services given, interview; and the rows of one set, read again
 * from where they stand in their files.
 */
import type { Finding } from '../../finding.ts';
import { type FileRecord, type FindCodes, type Layout, readRecord } from '../../layout.ts';
import type { Row } from '../../row.ts';
import { changed, rowsAgain, type Stretch } from '../../source.ts';
import type { SourceFile, Span } from '../standard.ts';
import type { FileName } from './file-name.ts';
import { careplanLayouts } from './layouts/all.ts';

/** What rows belong to. */
export type Family = 'plan' | 'month' | 'given' | 'basic' | 'preventive';

/** Families of each interface; UPHOSOKU goes with a plan or with a month. */
export const families: Readonly<Record<string, readonly Family[]>> = {
  UPHOSOKU: ['plan', 'month'],
  UP1KYO: ['plan'],
  UP2KYO: ['plan'],
  UP3KYO: ['plan'],
  DLT1KYO: ['plan'],
  UPPLAN: ['month'],
  UPSIKYU: ['month'],
  DLTPLAN: ['month'],
  UPJSK: ['given'],
  DLTJSK: ['given'],
  UPKIHON: ['basic'],
  UPKIHON_SUB1: ['basic'],
  UPKIHON_SUB2: ['basic'],
  DLTKIHON: ['basic'],
  UPYOBO: ['preventive'],
  UPYOBO_SUB: ['preventive'],
  DLTYOBO: ['preventive'],
};

/** Items that make the key of a family, after insurer and insured number. */
const keyItems: Readonly<Record<Family, readonly string[]>> = {
  plan: ['planDate'],
  month: ['month'],
  given: ['month', 'officeNumber', 'serviceType'],
  basic: ['consultedOn'],
  preventive: ['planDate'],
};

/** A row with what it belongs to. */
export interface Entry {
  readonly kind: string;
  readonly file: string;
  readonly layout: Layout;
  /** The row without its cells: they are in the record. */
  readonly row: Pick<Row, 'line' | 'from' | 'to' | 'place'>;
  readonly record: FileRecord;
}

/** What a set is: of which family, key and sender, and what was found about its rows. */
export interface SetHead {
  readonly family: Family;
  /** insurer:insured:… as in the business key. */
  readonly key: string;
  /** 事業所番号 of the office whose files they are. */
  readonly sender: string;
  readonly findings: Finding[];
}

/** The rows of one set by interface. */
export interface Group extends SetHead {
  readonly entries: Entry[];
}

/** A file of a delivery with its name taken apart. */
export interface NamedFile {
  readonly source: SourceFile;
  readonly name: FileName;
}

/** A set before its rows are read again: where they stand. A delivery has thousands, so nothing else of them is held. */
export interface PlacedGroup extends SetHead {
  readonly stretches: Stretch<NamedFile>[];
}

/** What a row belongs to; undefined when UPHOSOKU does not tell it. */
export function familyOf(kind: string, record: FileRecord): Family | undefined {
  if (kind !== 'UPHOSOKU') return families[kind]?.[0];
  const [plan, month] = [record['planDate'] !== '00000000', record['month'] !== '000000'];
  return plan === month ? undefined : plan ? 'plan' : 'month';
}

/** The key of a row; undefined when an item of it is wrong: then nobody knows whose it is. */
export function keyOf(family: Family, record: FileRecord, wrong: ReadonlySet<string>): string | undefined {
  const full: FileRecord = {
    ...record,
    serviceType: record['serviceType'] ?? record['serviceCode']?.slice(0, 2) ?? '',
  };
  const items = ['insurer', 'insured', ...keyItems[family]];
  const needed = family === 'given' && record['serviceType'] === undefined ? [...items, 'serviceCode'] : items;
  return needed.some(item => wrong.has(item)) ? undefined : items.map(item => full[item]).join(':');
}

function entriesOf(stretch: Stretch<NamedFile>, codes: FindCodes): Entry[] | undefined {
  const { file } = stretch;
  const { kind } = file.name;
  const entries: Entry[] = [];
  for (const row of rowsAgain(file.source, stretch)) {
    const { layout, record } = readRecord(careplanLayouts.get(kind)!, row, codes, false);
    if (!record) return undefined;
    const place = { line: row.line, from: row.from, to: row.to, place: row.place };
    entries.push({ kind, file: file.source.name, layout, row: place, record });
  }
  return entries.length > 0 ? entries : undefined;
}

/** The set with its rows. */
export function readGroup({ stretches, findings, ...head }: PlacedGroup, codes: FindCodes): Group {
  const read = stretches.map(one => entriesOf(one, codes));
  const lost = stretches.filter((_, i) => !read[i]).map(({ file, line }) => changed(file.source.name, line));
  return { ...head, findings: [...findings, ...lost], entries: lost.length > 0 ? [] : read.flatMap(one => one ?? []) };
}

/** The bytes of a set. */
export const spansOf = ({ stretches }: PlacedGroup): Span[] =>
  stretches.map(({ file, from, to }) => ({ file: file.source.name, from, to }));
