/**
 * Dates and times as half-open intervals in UTC milliseconds: a partial date is the whole year, month or day it names.
 * @see https://hl7.org/fhir/R4/datatypes.html#dateTime and https://hl7.org/fhir/R4/search.html#date
 */
import type { JsonObject } from './types.ts';

/** From the first millisecond up to, not including, the last. */
export type Interval = readonly [from: number, to: number];

/** Stand for "no beginning" and "no end": the widest times a JavaScript Date can hold. */
export const noBeginning = -8.64e15;
export const noEnd = 8.64e15;

const form = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+\- ]\d\d:\d\d)?)?)?)?$/;

/** Minutes east of Greenwich of `Z`, `+09:00`, `-05:30`; undefined for anything else. */
export function zoneMinutes(text: string): number | undefined {
  if (text === 'Z' || text === 'UTC') return 0;
  const match = /^([+\- ])(\d\d):(\d\d)$/.exec(text);
  if (!match) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  if (minutes > 14 * 60 || Number(match[3]) > 59) return undefined;
  return match[1] === '-' ? -minutes : minutes;
}

function utc(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number {
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  return year < 100 ? new Date(time).setUTCFullYear(year) : time;
}

const daysIn = (year: number, month: number): number =>
  month === 2
    ? year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
      ? 29
      : 28
    : month === 4 || month === 6 || month === 9 || month === 11
      ? 30
      : 31;

/**
 * The interval a date, dateTime or instant stands for; undefined when the text is none.
 * @param zone minutes east of Greenwich for a value without a zone
 */
export function parseInterval(text: string, zone: number): Interval | undefined {
  const match = form.exec(text);
  if (!match) return undefined;
  const year = Number(match[1]);
  if (year === 0) return undefined;
  const shift = zone * 60_000;
  if (match[2] === undefined) return [utc(year, 1, 1) - shift, utc(year + 1, 1, 1) - shift];
  const month = Number(match[2]);
  if (month < 1 || month > 12) return undefined;
  if (match[3] === undefined) return [utc(year, month, 1) - shift, utc(year, month + 1, 1) - shift];
  const day = Number(match[3]);
  if (day < 1 || day > daysIn(year, month)) return undefined;
  if (match[4] === undefined) return [utc(year, month, day) - shift, utc(year, month, day) + 86_400_000 - shift];
  return timeInterval(match, utc(year, month, day), zone);
}

function timeInterval(match: RegExpExecArray, day: number, zone: number): Interval | undefined {
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6] ?? 0)];
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const east = match[8] === undefined ? zone : zoneMinutes(match[8]);
  if (east === undefined) return undefined;
  const from = day + ((hour * 60 + minute - east) * 60 + second) * 1000;
  if (match[6] === undefined) return [from, from + 60_000];
  if (match[7] === undefined) return [from, from + 1000];
  const digits = match[7].slice(0, 3);
  const width = 10 ** (3 - digits.length);
  const start = from + Number(digits) * width;
  return [start, start + width];
}

/** The interval of a Period: open where start or end is missing; undefined when neither can be read. */
export function periodInterval(period: JsonObject, zone: number): Interval | undefined {
  const start = typeof period['start'] === 'string' ? parseInterval(period['start'], zone) : undefined;
  const end = typeof period['end'] === 'string' ? parseInterval(period['end'], zone) : undefined;
  if (!start && !end) return undefined;
  return [start ? start[0] : noBeginning, end ? end[1] : noEnd];
}

/** The outer limits of a Timing: its events and the bounds of its repetition. */
export function timingInterval(timing: JsonObject, zone: number): Interval | undefined {
  const found: Interval[] = [];
  const add = (interval: Interval | undefined) => interval && found.push(interval);
  for (const event of Array.isArray(timing['event']) ? timing['event'] : [])
    if (typeof event === 'string') add(parseInterval(event, zone));
  const repeat = timing['repeat'] as JsonObject | undefined;
  const bounds = repeat?.['boundsPeriod'] as JsonObject | undefined;
  if (bounds && typeof bounds === 'object') add(periodInterval(bounds, zone));
  if (found.length === 0) return undefined;
  return [Math.min(...found.map(interval => interval[0])), Math.max(...found.map(interval => interval[1]))];
}
