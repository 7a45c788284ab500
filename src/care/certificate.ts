/**
 * A certificate (証) as plain data, read from a Coverage of the profiles kaigo-…-certificate.
 * Days are Japanese days as text, YYYY-MM-DD, which compare as they read.
 */
import type { JsonObject, Resource } from '../fhir/types.ts';
import { japaneseDay } from '../terminology/terminology.ts';
import { certificateSystems, codeIn, extensionsOf, object, objects, text, valueIn } from './names.ts';

/** First and last day; an open side is absent. */
export interface Days {
  readonly start?: string;
  readonly end?: string;
}

/** A certificate. */
export interface Certificate {
  /** Code of the code system certificate-kind. */
  readonly kind: string;
  readonly insurer?: string;
  readonly insured?: string;
  /** 履歴番号; undefined when the key cannot be read. */
  readonly history?: number;
  readonly days: Days;
  readonly issued?: string;
  readonly careLevel?: string;
  /** `Type/id` of the person. */
  readonly beneficiary?: string;
  /** False for a row that was deleted or cancelled. */
  readonly counts: boolean;
  readonly resource: Resource;
}

/** The day of a date, or in Japan of a time of any zone. */
export function dayIn(value: unknown): string | undefined {
  const written = text(value);
  if (!written?.includes('T')) return written;
  const time = Date.parse(written);
  return Number.isNaN(time) ? written.slice(0, 10) : japaneseDay(time);
}

/** The days of a Period. */
export function daysOf(period: unknown): Days {
  const start = dayIn(object(period)?.['start']);
  const end = dayIn(object(period)?.['end']);
  return { ...(start && { start }), ...(end && { end }) };
}

/** A day of which only the month or the year is given stands for all of its days. */
const firstOf = (day: string): string => (day.length === 4 ? `${day}-01-01` : day.length === 7 ? `${day}-01` : day);
const lastOf = (day: string): string => (day.length === 4 ? `${day}-12-31` : day.length === 7 ? `${day}-31` : day);

export const covers = ({ start, end }: Days, day: string): boolean =>
  (start === undefined || firstOf(start) <= day) && (end === undefined || day <= lastOf(end));

export const overlaps = (a: Days, b: Days): boolean =>
  (a.start === undefined || b.end === undefined || firstOf(a.start) <= lastOf(b.end)) &&
  (b.start === undefined || a.end === undefined || firstOf(b.start) <= lastOf(a.end));

const keyForm = /^(\d{6}):(\d{10}|H\d{9}):(\d{1,10})$/;

function keyOf(resource: Resource, kind: string): RegExpExecArray | null {
  const system = certificateSystems.get(kind);
  const own = objects(resource['identifier']).find(one => one['system'] === system);
  return keyForm.exec(text(own?.['value']) ?? '');
}

/** Reads a Coverage; undefined when it is no certificate of long-term care insurance. */
export function readCertificate(resource: Resource): Certificate | undefined {
  if (resource.resourceType !== 'Coverage') return undefined;
  const kind = codeIn(resource['type'], 'certificate-kind');
  if (kind === undefined) return undefined;
  const key = keyOf(resource, kind);
  const level = codeIn(valueIn(extensionsOf(resource, 'kaigo-care-level')[0]), 'care-level');
  const issued = text(valueIn(extensionsOf(resource, 'kaigo-issue-date')[0]));
  const beneficiary = text((resource['beneficiary'] as JsonObject | undefined)?.['reference']);
  return {
    kind,
    ...(key && { insurer: key[1]!, insured: key[2]!, history: Number(key[3]) }),
    days: daysOf(resource['period']),
    ...(issued && { issued }),
    ...(level && { careLevel: level }),
    ...(beneficiary && { beneficiary }),
    counts: resource['status'] === 'active',
    resource,
  };
}
