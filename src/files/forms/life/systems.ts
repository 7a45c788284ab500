/**
 * Identifier systems and business keys of LIFE records.
 */
import type { Key } from '../../convert.ts';
import type { FileRecord } from '../../layout.ts';
import { officeNumbers } from '../../mapping.ts';

const engawa = 'https://w3id.org/engawa/fhir';

/** Identifier systems. */
export const systems = {
  /** insurer:insured */
  insured: `${engawa}/IdSystem/kaigo-insured-person`,
  office: officeNumbers,
  /** data type:office:service type:number of the sending system, and :number of the detail where a form has one */
  record: `${engawa}/IdSystem/life-record`,
} as const;

/** A Questionnaire of ours. */
export const questionnaire = (id: string): string => `${engawa}/Questionnaire/${id}`;

/** Columns that are author, subject and identifier of a response, not answers. */
export const keyColumns = [
  'care_facility_id',
  'service_code',
  'insurer_no',
  'insured_no',
  'external_system_management_number',
] as const;

/** Number of a detail, in the forms that have several rows to one number. */
export const detailColumn = 'external_system_management_detail_number';

// Characters that separate the parts of a key, or of a search for it.
const written = (text: string): string => text.replace(/[%:|,$\\\s]/g, one => encodeURIComponent(one));
const read = (text: string): string =>
  text.replace(/%[0-9A-F]{2}(?:%[89AB][0-9A-F])*/g, one => decodeURIComponent(one));

/** What a key tells. */
export interface RecordKey {
  readonly dataType: string;
  readonly office: string;
  readonly service: string;
  readonly number: string;
  readonly detail?: string | undefined;
}

/** The key as an identifier. */
export const keyOf = ({ dataType, office, service, number, detail }: RecordKey): Key => ({
  system: systems.record,
  value: [dataType, office, service, written(number), ...(detail === undefined ? [] : [written(detail)])].join(':'),
});

/** An identifier's value taken apart. */
export function readKey(value: string): RecordKey | undefined {
  const [dataType, office, service, number, detail] = value.split(':');
  if (!dataType || !office || !service || !number) return undefined;
  return { dataType, office, service, number: read(number), ...(detail !== undefined && { detail: read(detail) }) };
}

/** The key of a record of a data type. */
export const recordKey = (dataType: string, record: FileRecord): RecordKey => ({
  dataType,
  office: record['care_facility_id'] ?? '',
  service: record['service_code'] ?? '',
  number: record['external_system_management_number'] ?? '',
  ...(record[detailColumn] !== undefined && { detail: record[detailColumn] }),
});

/** Key of the person of a record. */
export const personKey = (record: FileRecord): Key => ({
  system: systems.insured,
  value: `${record['insurer_no']}:${record['insured_no']}`,
});
