/**
 * Dates and times as national files write them: YYYYMMDD with 00000000 for none, YYYYMM, HHMM with 9999 for none, 和暦.
 * FHIR has western dates only; 和暦 stays in files and on screens.
 */

const realDay = (year: number, month: number, day: number): boolean => {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
};

/** True for YYYYMMDD of a day that exists, and for 00000000. */
export function isFileDate(text: string): boolean {
  if (text === '00000000') return true;
  if (!/^[12]\d{7}$/.test(text)) return false;
  return realDay(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6)));
}

/** True for YYYYMM and for 000000. */
export const isFileMonth = (text: string): boolean => text === '000000' || /^[12]\d{3}(0[1-9]|1[0-2])$/.test(text);

/** True for HHMM from 0000 to 2359, and for 9999 (without a time). */
export const isFileTime = (text: string): boolean => text === '9999' || /^([01]\d|2[0-3])[0-5]\d$/.test(text);

/** YYYYMMDD → a FHIR date; undefined for 00000000 and for an empty item. */
export const toFhirDate = (text: string): string | undefined =>
  text === '' || text === '00000000' ? undefined : `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`;

/** YYYYMM → a FHIR date of month precision; undefined for 000000 and for an empty item. */
export const toFhirMonth = (text: string): string | undefined =>
  text === '' || text === '000000' ? undefined : `${text.slice(0, 4)}-${text.slice(4, 6)}`;

/** HHMM → a FHIR time; undefined for 9999 and for an empty item. */
export const toFhirTime = (text: string): string | undefined =>
  text === '' || text === '9999' ? undefined : `${text.slice(0, 2)}:${text.slice(2, 4)}:00`;

/** A FHIR date (day or month) → YYYYMMDD or YYYYMM; empty for undefined. */
export const toFileDate = (date: string | undefined): string => (date ?? '').replaceAll('-', '');

/** A FHIR time → HHMM; empty for undefined. */
export const toFileTime = (time: string | undefined): string => (time ?? '').slice(0, 5).replace(':', '');

/** The eras with a first day each, latest first. */
const eras = [
  { letter: 'R', name: '令和', short: '令', first: '2019-05-01' },
  { letter: 'H', name: '平成', short: '平', first: '1989-01-08' },
  { letter: 'S', name: '昭和', short: '昭', first: '1926-12-25' },
  { letter: 'T', name: '大正', short: '大', first: '1912-07-30' },
  { letter: 'M', name: '明治', short: '明', first: '1868-01-25' },
] as const;

const wareki =
  /^(令和|平成|昭和|大正|明治|令|平|昭|大|明|[RHSTM])\s*(元|\d{1,2})\s*(?:年|[./-])\s*(\d{1,2})\s*(?:月|[./-])\s*(\d{1,2})\s*日?$/i;
const compact = /^([RHSTM])(\d{2})(\d{2})(\d{2})$/i;

/**
 * 和暦 such as 令和8年4月1日, R8.4.1, R080401 or 昭和元年12月25日 → a FHIR date.
 * @returns undefined when it is none, or a day that the era does not have
 */
export function fromWareki(text: string): string | undefined {
  const plain = text.normalize('NFKC').trim();
  const match = wareki.exec(plain) ?? compact.exec(plain);
  if (!match) return undefined;
  const sign = match[1]!.toUpperCase();
  const at = eras.findIndex(one => one.letter === sign || one.name === sign || one.short === sign);
  const era = eras[at];
  if (!era) return undefined;
  const year = Number(era.first.slice(0, 4)) + (match[2] === '元' ? 1 : Number(match[2])) - 1;
  const [month, day] = [Number(match[3]), Number(match[4])];
  if (!realDay(year, month, day)) return undefined;
  const date = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  const next = eras[at - 1]?.first;
  return date < era.first || (next !== undefined && date >= next) ? undefined : date;
}

/** A FHIR date of a day → 和暦 such as 令和8年4月1日; undefined before 明治. */
export function toWareki(date: string): string | undefined {
  const era = eras.find(one => date >= one.first);
  if (!era) return undefined;
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const count = year - Number(era.first.slice(0, 4)) + 1;
  return `${era.name}${count === 1 ? '元' : count}年${month}月${day}日`;
}
