/**
 * System.Date, System.DateTime and System.Time: partial dates and times with the precision they were written in.
 * @see https://hl7.org/fhirpath/N1/#date, #datetime, #time
 */
import { zoneMinutes } from '../fhir/datetime.ts';

/** The System types of this file. */
export type TemporalKind = 'Date' | 'DateTime' | 'Time';

/** Indexes of the components: year, month, day, hour, minute, second; the second counts milliseconds. */
export const unitIndex = { year: 0, month: 1, day: 2, hour: 3, minute: 4, second: 5 } as const;

type Parts = readonly number[];

/** A date, dateTime or time. Components finer than `precision` are absent. */
export class Temporal {
  readonly kind: TemporalKind;
  /** Year, month, day, hour, minute, second in milliseconds; a time has zeros for the date. */
  readonly parts: Parts;
  /** Number of components known, 1 (year) to 6 (second), counted from the year also for times. */
  readonly precision: number;
  /** Digits after the second's point, as written. */
  readonly digits: number;
  /** Minutes east of Greenwich; undefined when not written. */
  readonly zone: number | undefined;
  private readonly written: string | undefined;

  constructor(kind: TemporalKind, parts: Parts, options: { digits?: number; zone?: number; written?: string } = {}) {
    this.kind = kind;
    this.parts = parts;
    this.precision = parts.length;
    this.digits = options.digits ?? 0;
    this.zone = options.zone;
    this.written = options.written;
  }

  toString(): string {
    return this.written ?? format(this);
  }
}

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/** `Z` or `+09:00`. */
function formatZone(zone: number | undefined): string {
  if (zone === undefined) return '';
  if (zone === 0) return 'Z';
  const minutes = Math.abs(zone);
  return `${zone < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

function formatSecond(milliseconds: number, digits: number): string {
  const second = Math.floor(milliseconds / 1000);
  if (digits === 0) return pad(second);
  const fraction = (milliseconds - second * 1000) / 1000;
  return pad(second) + fraction.toFixed(digits).slice(1);
}

function format({ kind, parts, precision, digits, zone }: Temporal): string {
  const [year, month, day, hour, minute, second] = parts;
  const date = [
    pad(year!, 4),
    month === undefined ? '' : `-${pad(month)}`,
    day === undefined ? '' : `-${pad(day)}`,
  ].join('');
  const time =
    precision < 4
      ? ''
      : [
          pad(hour!),
          minute === undefined ? '' : `:${pad(minute)}`,
          second === undefined ? '' : `:${formatSecond(second, digits)}`,
        ].join('');
  if (kind === 'Time') return time;
  return time === '' ? date : `${date}T${time}${formatZone(zone)}`;
}

const form =
  /^(?:(\d{4})(?:-(\d\d)(?:-(\d\d))?)?)?(?:(T)(?:(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?(Z|[+-]\d\d:\d\d)?)?)?$/;

const daysIn = (year: number, month: number): number =>
  month === 2
    ? year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
      ? 29
      : 28
    : [4, 6, 9, 11].includes(month)
      ? 30
      : 31;

const inRange = (value: number | undefined, least: number, most: number): boolean =>
  value === undefined || (value >= least && value <= most);

/**
 * A literal without its `@`, or a FHIR value: `2015`, `2015-02T`, `2015-02-04T14:34:28+09:00`, `T14:34`.
 * @returns undefined when it is no date or time that exists
 */
export function parseTemporal(text: string): Temporal | undefined {
  const match = form.exec(text);
  if (!match || text === '') return undefined;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 5, 6, 7].map(i =>
    match[i] === undefined ? undefined : Number(match[i]),
  );
  const fraction = match[8] ?? '';
  const zone = match[9] === undefined ? undefined : zoneMinutes(match[9]);
  if (match[9] !== undefined && zone === undefined) return undefined;
  if (!inRange(month, 1, 12) || !inRange(day, 1, month ? daysIn(year!, month) : 31)) return undefined;
  if (!inRange(hour, 0, 23) || !inRange(minute, 0, 59) || !inRange(second, 0, 60) || year === 0) return undefined;
  const isTime = year === undefined;
  if (hour !== undefined && !isTime && day === undefined) return undefined;
  if (isTime && (hour === undefined || zone !== undefined)) return undefined;
  const milliseconds = second === undefined ? undefined : second * 1000 + fractionOf(fraction);
  const known = (
    isTime ? [1, 1, 1, hour, minute, milliseconds] : [year, month, day, hour, minute, milliseconds]
  ).filter(part => part !== undefined);
  const kind = isTime ? 'Time' : match[4] === undefined ? 'Date' : 'DateTime';
  return new Temporal(kind, known, { digits: fraction.length, zone, written: text.replace(isTime ? /^T/ : /T$/, '') });
}

/** Milliseconds of the digits after the point. */
function fractionOf(digits: string): number {
  if (digits === '') return 0;
  return Number(digits.slice(0, 3).padEnd(3, '0')) + Number(`0.${digits.slice(3) || '0'}`);
}

/** A time of day: `14:34` or `T14:34`. */
export function parseTime(text: string): Temporal | undefined {
  const time = parseTemporal(text.startsWith('T') ? text : `T${text}`);
  return time?.kind === 'Time' ? time : undefined;
}

/** The same value as another kind; a date keeps its precision when it becomes a dateTime. */
export function withKind(value: Temporal, kind: 'Date' | 'DateTime'): Temporal {
  if (value.kind === kind) return value;
  if (kind === 'Date') return new Temporal('Date', value.parts.slice(0, 3));
  return new Temporal('DateTime', value.parts, { digits: value.digits, zone: value.zone });
}

/** UTC milliseconds of the components, with 0 (or 1) for those that are absent. */
export function instantOf(parts: Parts, zone = 0): number {
  const [year = 1, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
  const time = Date.UTC(year, month - 1, day, hour, minute - zone, 0, 0) + second;
  if (year >= 100) return time;
  return new Date(Date.UTC(2000, month - 1, day, hour, minute - zone, 0, 0)).setUTCFullYear(year) + second;
}

/** Components of an instant seen at a zone. */
export function partsAt(time: number, zone: number, precision: number): number[] {
  const date = new Date(Math.floor(time) + zone * 60_000);
  const fraction = time - Math.floor(time);
  const second = date.getUTCSeconds() * 1000 + date.getUTCMilliseconds() + fraction;
  return [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    second,
  ].slice(0, precision);
}

function compareParts(a: Parts, b: Parts): number | undefined {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return a.length === b.length ? 0 : undefined;
}

const atUtc = (value: Temporal, zone: number): Parts =>
  zone === 0 ? value.parts : partsAt(instantOf(value.parts, zone), 0, value.precision);

/**
 * Order of two values of comparable kinds: negative, 0 or positive; undefined when the precision, or a zone that is
 * written on one side only, leaves it open.
 * @see https://hl7.org/fhirpath/N1/#comparison
 */
export function compareTemporal(a: Temporal, b: Temporal): number | undefined {
  if (a.zone === b.zone || a.precision < 4 || b.precision < 4) return compareParts(a.parts, b.parts);
  if (a.zone !== undefined && b.zone !== undefined) return compareParts(atUtc(a, a.zone), atUtc(b, b.zone));
  // A missing zone may be any from -12:00 to +14:00.
  const least = compareParts(atUtc(a, a.zone ?? 14 * 60), atUtc(b, b.zone ?? -12 * 60));
  const most = compareParts(atUtc(a, a.zone ?? -12 * 60), atUtc(b, b.zone ?? 14 * 60));
  return least === most ? least : undefined;
}

/** Dates and dateTimes can be compared; times only among themselves. */
export function comparableKinds(a: Temporal, b: Temporal): boolean {
  return (a.kind === 'Time') === (b.kind === 'Time');
}

/** Adds whole months; the day is cut to the month's last. Undefined outside the years 1 to 9999. */
function plusMonths(parts: readonly number[], months: number): number[] | undefined {
  const [year = 1, month = 1, day, ...rest] = parts;
  const total = year * 12 + (month - 1) + months;
  const newYear = Math.floor(total / 12);
  const newMonth = total - newYear * 12 + 1;
  if (newYear < 1 || newYear > 9999) return undefined;
  const moved = day === undefined ? [] : [Math.min(day, daysIn(newYear, newMonth)), ...rest];
  return [newYear, newMonth, ...moved].slice(0, parts.length);
}

/** Milliseconds in one unit from week down. */
export const unitMilliseconds: ReadonlyMap<string, number> = new Map([
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
  ['millisecond', 1],
]);

/** Milliseconds that the finest component known stands for; months have 30 days and years 365 here, as N1 says. */
const precisionMilliseconds = [0, 365 * 86_400_000, 30 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1];

/**
 * Date and time arithmetic: an amount of a calendar unit added; negative amounts subtract.
 * @param amount whole, except of seconds
 * @returns undefined when the result is out of range
 * @see https://hl7.org/fhirpath/N1/#datetime-arithmetic
 */
export function plusDuration(value: Temporal, amount: number, unit: string): Temporal | undefined {
  if (value.kind === 'Time') return plusTime(value, amount * (unitMilliseconds.get(unit) ?? 0));
  const months = unit === 'year' ? amount * 12 : unit === 'month' ? amount : undefined;
  const parts =
    months === undefined
      ? plusMilliseconds(value, amount * (unitMilliseconds.get(unit) ?? 0))
      : value.precision === 1
        ? plusMonths(value.parts, Math.trunc(months / 12) * 12)
        : plusMonths(value.parts, months);
  return parts && remade(value, parts);
}

function plusMilliseconds(value: Temporal, milliseconds: number): number[] | undefined {
  const { precision, parts } = value;
  const steps = Math.trunc(milliseconds / precisionMilliseconds[precision]!);
  if (precision <= 2) return plusMonths(parts, precision === 1 ? steps * 12 : steps);
  const time = instantOf(withoutLeapSecond(parts)) + steps * precisionMilliseconds[precision]!;
  if (!(Math.abs(time) < 8.6e15)) return undefined;
  const moved = partsAt(time, 0, precision);
  return moved[0]! < 1 || moved[0]! > 9999 ? undefined : moved;
}

const withoutLeapSecond = (parts: Parts): Parts =>
  parts[5] !== undefined && parts[5] >= 60_000 ? [...parts.slice(0, 5), parts[5] - 1000] : parts;

function plusTime(value: Temporal, milliseconds: number): Temporal {
  const unit = precisionMilliseconds[value.precision]!;
  const day = 86_400_000;
  const start = instantOf([1970, 1, 1, ...withoutLeapSecond(value.parts).slice(3)]);
  const time = (((start + Math.trunc(milliseconds / unit) * unit) % day) + day) % day;
  return remade(value, [1, 1, 1, ...partsAt(time, 0, value.precision).slice(3)]);
}

/** Shows milliseconds when there are some, or when there were before. */
function remade(value: Temporal, parts: number[]): Temporal {
  const digits = (parts[5] ?? 0) % 1000 === 0 ? value.digits : Math.max(3, value.digits);
  return new Temporal(value.kind, parts, { digits, zone: value.zone });
}

/** Digits that a precision has in `precision()`: year 4, month 6 … milliseconds 17; times from hour 2 to 9. */
export function precisionDigits({ kind, precision, digits }: Temporal): number {
  const all = precision === 6 ? 14 + digits : 2 + precision * 2;
  return kind === 'Time' ? all - 8 : all;
}

/** The earliest (or latest) value of a number of digits that the value can stand for; undefined when there is none. */
export function boundary(value: Temporal, digits: number, high: boolean): Temporal | undefined {
  const wanted = value.kind === 'Time' ? digits + 8 : digits;
  const precision = wanted === 17 ? 6 : wanted % 2 === 0 && wanted >= 4 && wanted <= 14 ? (wanted - 2) / 2 : undefined;
  if (precision === undefined || (value.kind === 'Time' && precision < 4)) return undefined;
  const [year, month = high ? 12 : 1] = value.parts;
  // FHIR knows no hour without minutes: where the hour is the finest component, the minutes are 00.
  const minute = high && value.precision !== 4 ? 59 : 0;
  const finest = high ? [year!, month, daysIn(year!, month), 23, minute, 59_999] : [year!, month, 1, 0, 0, 0];
  const parts = finest.map((part, i) => value.parts[i] ?? part);
  if (high && value.precision === 6 && value.digits === 0) parts[5] = value.parts[5]! + 999;
  const zone = precision < 4 || value.kind !== 'DateTime' ? undefined : (value.zone ?? (high ? -12 * 60 : 14 * 60));
  const kind =
    value.kind === 'DateTime' && precision < 4
      ? 'Date'
      : value.kind === 'Date' && precision >= 4
        ? 'DateTime'
        : value.kind;
  return new Temporal(kind, parts.slice(0, precision), {
    digits: wanted === 17 ? 3 : 0,
    ...(zone !== undefined && { zone }),
  });
}
