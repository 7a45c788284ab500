/**
 * How long documents are kept: months by kind, in force from a day on, from the code system `document-retention`
 * (terminology/engawa-documents). LTS (長期保存) means without end. Nothing is removed but by $expire.
 */
import type { JsonObject, Resource } from '../fhir/types.ts';
import { type Document, hasFlag } from './document.ts';
import { codeSystems } from './systems.ts';
import { object, objects, text } from './values.ts';

/** Canonical of the table. */
export const retentionTable = 'https://w3id.org/engawa/fhir/CodeSystem/document-retention';

/** What a document is called in the table: its kind, for 5情報 with the type of its resources. */
function retentionKey({ kind, bundle }: Document): string {
  if (kind.name !== 'five-information') return kind.name;
  const tag = objects(object(bundle['meta'])['tag']).find(one => one['system'] === codeSystems.resourceType);
  return `${kind.name}-${String(tag?.['code']).toLowerCase()}`;
}

const property = (concept: JsonObject, code: string): JsonObject =>
  objects(concept['property']).find(one => one['code'] === code) ?? {};

/** The day `months` later; the last day of the month when there is no such day. */
function addMonths(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))).toISOString().slice(0, 10);
}

/**
 * The last day a document is kept; undefined = no end.
 * @param table the code system, if it is there
 * @param day when the document was taken in, such as `2026-10-05`
 */
export function keptUntil(document: Document, day: string, table: Resource | undefined): string | undefined {
  if (hasFlag(document, 'LTS')) return undefined;
  const key = retentionKey(document);
  const rows = objects(table?.['concept'])
    .filter(one => property(one, 'kind')['valueCode'] === key)
    .map(one => ({
      from: text(property(one, 'effectiveDate')['valueDateTime']) ?? '',
      months: property(one, 'months')['valueInteger'],
    }))
    .filter(one => one.from <= day)
    .sort((a, b) => (a.from < b.from ? 1 : -1));
  const months = rows[0]?.months;
  return typeof months === 'number' ? addMonths(day, months) : undefined;
}
