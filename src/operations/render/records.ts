/** Records of the national files as rows and grids: items under their official names, in their official order. */
import { japaneseDate } from '../../documents/narrative/html.ts';
import { type Block, gridBlock, type Row } from '../../documents/narrative/sheet.ts';
import type { Language } from '../../fhir/types.ts';
import type { Field, FileRecord, FindCodes, Layout } from '../../files/layout.ts';

/** What a value's words depend on. */
export interface Wording {
  readonly codes: FindCodes;
  readonly language: Language;
}

/** Items that say something of the file, not of the person. */
const ofTheFile = ['version', 'updatedBy', 'marker', 'insurer', 'insured'];

const absent: Partial<Record<Field['type'], string>> = { date8: '00000000', ym6: '000000', hhmm4: '9999' };

/** Days of the month that are marked in a text of 0 and 1. */
const markedDays = (bits: string): string =>
  [...bits].flatMap((one, i) => (one === '1' ? [String(i + 1)] : [])).join('・');

function dateText(value: string, { language }: Wording): string {
  const date = [value.slice(0, 4), value.slice(4, 6), value.slice(6)].filter(Boolean).join('-');
  return language === 'ja' ? japaneseDate(date) : date;
}

/** The value of an item as people read it. */
export function valueText(value: string, field: Field, wording: Wording): string {
  if (value === '') return '';
  if (absent[field.type] === value) return '―';
  if (field.type === 'date8' || field.type === 'ym6') return dateText(value, wording);
  if (field.type === 'hhmm4') return `${value.slice(0, 2)}:${value.slice(2)}`;
  if (field.type === 'bits') return markedDays(value);
  if (field.type === 'code' && field.codes !== undefined) return wording.codes(field.codes)?.get(value) ?? value;
  return value;
}

/** A record in rows, with its blanks. @param without keys of items that stand elsewhere */
export function recordRows(
  { fields }: Layout,
  record: FileRecord,
  wording: Wording,
  without: readonly string[] = [],
): readonly Row[] {
  return fields
    .filter(({ key }) => !ofTheFile.includes(key) && !without.includes(key))
    .map(field => [field.name, valueText(record[field.key] ?? '', field, wording)]);
}

/** Text of about this many characters goes into a column of width 1. */
const narrow = 3;

/** Records as a grid; columns without any value are left out, and wider texts get more room. */
export function recordGrid(
  { fields }: Layout,
  records: readonly FileRecord[],
  wording: Wording,
  without: readonly string[] = [],
): readonly Block[] {
  const shown = fields.filter(({ key }) => !ofTheFile.includes(key) && !without.includes(key));
  const rows = records.map(record => shown.map(field => valueText(record[field.key] ?? '', field, wording)));
  const columns = shown.map(({ name }, i) => {
    const longest = Math.max(name.length / 2, ...rows.map(row => Math.min(row[i]!.length, 40)));
    return { name, width: Math.max(1, Math.sqrt(longest / narrow)) };
  });
  return gridBlock(columns, rows);
}
