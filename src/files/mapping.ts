/**
 * Items of a file ⇄ places in a resource, as data: what one direction writes the other reads.
 */
import type { JsonObject } from '../fhir/types.ts';
import { getAt, notApplicable, setAt } from './element-path.ts';
import { toFhirDate, toFhirMonth, toFhirTime, toFileDate, toFileTime } from './japanese-date.ts';
import type { Field, FileRecord, FindCodes, Layout } from './layout.ts';

/** Identifier system of 事業所番号: an office's number that goes to an identifier says so. */
export const officeNumbers = 'https://w3id.org/engawa/fhir/IdSystem/kaigo-office-number';

/** Key of an item → its place. */
export type Places = Readonly<Record<string, string>>;

const none: Partial<Record<Field['type'], string>> = { date8: '00000000', ym6: '000000', hhmm4: '9999' };

/** The JSON value of an item, by its type and the element it goes to. */
export function toFhirValue(text: string, field: Field, element: string, codes: FindCodes): unknown {
  if (text === '') return undefined;
  if (none[field.type] === text) return notApplicable;
  if (field.type === 'date8') return toFhirDate(text);
  if (field.type === 'ym6') return toFhirMonth(text);
  if (field.type === 'hhmm4') return toFhirTime(text);
  if (field.type === 'int' || field.type === 'decimal') return Number(text);
  if (field.type === 'hundredths') return Number(text) / 100;
  if (field.type === 'code' && /Coding$|CodeableConcept$|^coding/i.test(element)) {
    const display = codes(field.codes!)?.get(text);
    const coding = { system: field.codes, code: text, ...(display !== undefined && { display }) };
    return /CodeableConcept$/.test(element) ? { coding: [coding] } : coding;
  }
  return text;
}

/** The text of an item from the JSON value at its place. */
export function toFileValue(value: unknown, field: Field): string {
  if (value === notApplicable) return none[field.type] ?? '';
  if (value === undefined || value === null) return '';
  if (field.type === 'hhmm4') return toFileTime(String(value));
  if (field.type === 'date8' || field.type === 'ym6') return toFileDate(String(value));
  if (field.type === 'decimal') return Number(value).toFixed(field.decimals ?? 2);
  if (field.type === 'hundredths') return String(Math.round(Number(value) * 100)).padStart(field.length ?? 1, '0');
  if (typeof value !== 'object') return String(value);
  const { code, coding } = value as { code?: string; coding?: { code?: string }[] };
  return code ?? coding?.[0]?.code ?? '';
}

const lastName = (path: string): string => path.slice(path.lastIndexOf('.') + 1).replace(/\[\d+\]$/, '');

/** Both directions of a list of places. */
export interface Mapping {
  readonly layout: Layout;
  readonly places: Places;
  /** Writes a record's items into a resource or a part of one. */
  toFhir(record: FileRecord, root: JsonObject, codes: FindCodes): void;
  /** Reads the items of a resource or a part of one. */
  toFile(root: JsonObject): Record<string, string>;
}

/**
 * Makes a mapping.
 * @throws Error for a key the layout does not have: a fault of the program, found when it starts
 */
export function mapping(layout: Layout, places: Places): Mapping {
  const bindings = Object.entries(places).map(([key, path]) => {
    const field = layout.fields.find(one => one.key === key);
    if (!field) throw new Error(`${layout.id} has no item ${key}`);
    return { key, path, field, element: lastName(path) };
  });
  return {
    layout,
    places,
    toFhir(record, root, codes) {
      for (const { key, path, field, element } of bindings) {
        const value = toFhirValue(record[key] ?? '', field, element, codes);
        if (value === undefined) continue;
        setAt(root, path, value);
        if (field.type === 'office' && element === 'value')
          setAt(root, path.replace(/value$/, 'system'), officeNumbers);
      }
    },
    toFile(root) {
      const record: Record<string, string> = {};
      for (const { key, path, field } of bindings) record[key] = toFileValue(getAt(root, path), field);
      return record;
    },
  };
}
