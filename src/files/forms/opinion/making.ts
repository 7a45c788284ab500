/**
 * Resources of a physician opinion, by the profiles kaigo-opinion-document, kaigo-certification-answers and kaigo-person.
 */

import { drawnContent } from '../../../fhir/drawn.ts';
import type { JsonObject, Resource } from '../../../fhir/types.ts';
import type { CharacterSet } from '../../character-set.ts';
import { conditionalReference, type Draft, type Key, urnOf } from '../../convert.ts';
import { toFhirDate } from '../../japanese-date.ts';
import type { FileRecord, FindCodes } from '../../layout.ts';
import { opinionItems } from './answers.ts';

const engawa = 'https://w3id.org/engawa/fhir';
const profile = (id: string): string => `${engawa}/StructureDefinition/${id}`;
const cell = (record: FileRecord, column: number): string => record[`c${column}`] ?? '';

/** The first day of the form without the consent box. */
const withoutConsent = '20260401';

/** Key of an opinion: insurer, insured number and day of application, as nothing else in the file names the application. */
export const opinionKey = (record: FileRecord): string =>
  `${cell(record, 4)}:${cell(record, 6)}-${cell(record, 8)}:opinion`;

/** Key of the person. */
export const personOf = (record: FileRecord): Key => ({
  system: `${engawa}/IdSystem/kaigo-insured-person`,
  value: `${cell(record, 4)}:${cell(record, 6)}`,
});

const answersKey = (record: FileRecord): Key => ({
  system: `${engawa}/IdSystem/kaigo-certification-answers`,
  value: opinionKey(record),
});

const representation = (code: string): JsonObject[] => [
  { url: 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation', valueCode: code },
];

/** The person as the row tells it; undefined when it does not tell enough. */
function personDraft(record: FileRecord): Draft | undefined {
  const [kana, name, birth, sex] = [15, 16, 17, 19].map(column => cell(record, column));
  if (!kana || !name || !toFhirDate(birth!) || (sex !== '1' && sex !== '2')) return undefined;
  const [postal, address, phone] = [20, 21, 22].map(column => cell(record, column));
  const key = personOf(record);
  const resource: Resource = {
    resourceType: 'Patient',
    meta: { profile: [profile('kaigo-person')] },
    identifier: [key],
    active: true,
    name: [
      { extension: representation('IDE'), use: 'official', text: name },
      { extension: representation('SYL'), use: 'official', text: kana },
    ],
    ...(phone && { telecom: [{ system: 'phone', value: phone }] }),
    gender: sex === '1' ? 'male' : 'female',
    birthDate: toFhirDate(birth!),
    ...(address && { address: [{ text: address, ...(postal && { postalCode: postal }), country: 'JP' }] }),
  };
  return { key, resource, keep: true };
}

const part = (url: string, type: string, value: unknown): JsonObject[] =>
  value ? [{ url, [`value${type}`]: value }] : [];

/** What the file says of the request, none when it says nothing. */
function requestExtension(record: FileRecord): JsonObject[] {
  const day = (column: number) => toFhirDate(cell(record, column));
  const extension = [
    ...part('number', 'String', cell(record, 11)),
    ...part('applied', 'Date', day(8)),
    ...part('requested', 'Date', day(9)),
    ...part('sent', 'Date', day(10)),
    ...part('physician', 'String', cell(record, 12)),
    ...part('kind', 'String', cell(record, 13)),
    ...part('software', 'String', cell(record, 2)),
    ...part('stamp', 'String', cell(record, 3)),
  ];
  return extension.length > 0 ? [{ url: profile('kaigo-opinion-request'), extension }] : [];
}

/** Physician and institution, by name; the number of the institution when there is one. */
function authors(record: FileRecord): JsonObject[] {
  const [number, physician, institution] = [7, 23, 24].map(column => cell(record, column));
  const identifier = number && { identifier: { system: `${engawa}/IdSystem/kaigo-office-number`, value: number } };
  return [
    { display: physician },
    ...(number || institution ? [{ ...identifier, ...(institution && { display: institution }) }] : []),
  ];
}

function documentDraft(record: FileRecord, { bytes, set }: OpinionText, subject: JsonObject): Draft {
  const key = answersKey(record);
  const extension = requestExtension(record);
  return {
    key,
    resource: {
      resourceType: 'DocumentReference',
      meta: { profile: [profile('kaigo-opinion-document')] },
      ...(extension.length > 0 && { extension }),
      identifier: [key],
      status: 'current',
      type: {
        coding: [
          { system: `${engawa}/CodeSystem/care-document-kind`, code: 'physician-opinion', display: '主治医意見書' },
        ],
      },
      subject,
      author: authors(record),
      content: [
        {
          attachment: {
            contentType: `text/csv; charset=${set === 'utf-8' ? 'UTF-8' : 'Shift_JIS'}`,
            data: Buffer.from(bytes).toString('base64'),
            title: '主治医意見書 CSV 1.2',
            creation: toFhirDate(cell(record, 14)),
          },
        },
        drawnContent(urnOf('DocumentReference', key), '主治医意見書'),
      ],
      context: { related: [{ reference: urnOf('QuestionnaireResponse', key) }] },
    },
  };
}

/** What a row makes. */
export interface MadeOpinion {
  readonly drafts: readonly Draft[];
  readonly hasPerson: boolean;
  /** Columns that are kept in the document only. */
  readonly left: readonly number[];
}

/** A row as it came. */
export interface OpinionText {
  readonly bytes: Uint8Array;
  readonly set: CharacterSet;
}

/** The resources of a row. */
export function makeOpinion(record: FileRecord, came: OpinionText, codes: FindCodes): MadeOpinion {
  const person = personDraft(record);
  const key = personOf(record);
  const subject = { reference: person ? urnOf('Patient', key) : conditionalReference('Patient', key) };
  const left: number[] = [];
  const old = cell(record, 29) === '1' || cell(record, 29) === '2' || cell(record, 14) < withoutConsent;
  const form = old ? 'kaigo-physician-opinion-with-consent' : 'kaigo-physician-opinion';
  const complete = cell(record, 47) > '0' && cell(record, 48) > '0';
  const response: Draft = {
    key: answersKey(record),
    resource: {
      resourceType: 'QuestionnaireResponse',
      meta: { profile: [profile('kaigo-certification-answers')] },
      identifier: answersKey(record),
      questionnaire: `${engawa}/Questionnaire/${form}`,
      status: complete ? 'completed' : 'in-progress',
      subject,
      authored: toFhirDate(cell(record, 14)),
      author: { display: cell(record, 23) },
      item: opinionItems({ record, codes, left }),
    },
  };
  const drafts = [...(person ? [person] : []), response, documentDraft(record, came, subject)];
  return { drafts, hasPerson: person !== undefined, left };
}
