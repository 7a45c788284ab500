/**
 * One record of LIFE with what belongs to it → resources. A record is merged with what is stored under its key: an empty cell keeps the
 * stored value, one half-width space deletes it.
 */
import type { JsonObject, Resource } from '../../../fhir/types.ts';
import { conditionalReference, type Draft, type Key, urnOf } from '../../convert.ts';
import type { Finding } from '../../finding.ts';
import { toFhirDate } from '../../japanese-date.ts';
import { toFullKana } from '../../kana.ts';
import type { FileRecord } from '../../layout.ts';
import type { Made, Making, Stored } from '../standard.ts';
import { users } from './all.ts';
import { deleted } from './column.ts';
import type { LifeRow } from './read.ts';
import { toAnswers, toRecord } from './response.ts';
import { keyOf, personKey, recordKey, systems } from './systems.ts';

const representation = (code: string) => [
  { url: 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation', valueCode: code },
];

const genders: Readonly<Record<string, string>> = { 1: 'male', 2: 'female' };

function nameOf(kind: 'IDE' | 'SYL', family: string, given: string): JsonObject[] {
  const parts = [family, given].filter(one => one.trim() !== '');
  if (parts.length === 0) return [];
  return [
    {
      extension: representation(kind),
      use: 'official',
      text: parts.join(' '),
      ...(family.trim() && { family }),
      ...(given.trim() && { given: [given] }),
    },
  ];
}

/** The person a row of SERVICE_USER_INFO tells; one who is there already stays as they are. */
export function personOf(record: FileRecord): Draft {
  const own = personKey(record);
  const { last_name = '', first_name = '', last_name_kana = '', first_name_kana = '', death_date = '' } = record;
  const died = toFhirDate(death_date.trim());
  return {
    key: own,
    keep: true,
    resource: {
      resourceType: 'Patient',
      identifier: [own],
      active: true,
      name: [
        ...nameOf('IDE', last_name, first_name),
        ...nameOf('SYL', toFullKana(last_name_kana), toFullKana(first_name_kana)),
      ],
      gender: genders[record['gender'] ?? ''] ?? 'unknown',
      birthDate: toFhirDate(record['birthday'] ?? ''),
      ...(died !== undefined && { deceasedDateTime: died }),
    },
  };
}

const place = ({ file, row }: LifeRow) => ({ file, line: row.line, column: 1 });

const otherPerson = (one: LifeRow, key: string): Finding => {
  const column = one.form.columns.find(({ key }) => key === 'insured_no')!;
  return {
    kind: 'relation',
    severity: 'error',
    ...place(one),
    item: column.no,
    name: column.name,
    value: key,
    rule: {
      en: 'the number of this record belongs to another person',
      ja: 'この外部システム管理番号は別の利用者の記録です',
    },
    mend: {
      en: 'Give the record a number of its own, or correct insurer and insured number',
      ja: '別の管理番号を付けるか、保険者番号・被保険者番号を直してください',
    },
  };
};

const noParent = (one: LifeRow): Finding => ({
  kind: 'set',
  severity: 'error',
  ...place(one),
  rule: {
    en: `a record of ${one.form.parent} with the same number`,
    ja: `同じ管理番号の ${one.form.parent} の記録が必要です`,
  },
  mend: { en: `Send ${one.form.parent} with it`, ja: `${one.form.parent} も一緒に送ってください` },
});

const differs = (one: LifeRow, key: string, stored: string): Finding => {
  const column = one.form.columns.find(column => column.key === key)!;
  return {
    kind: 'person',
    severity: 'warning',
    ...place(one),
    item: column.no,
    name: column.name,
    value: one.record[key] ?? '',
    rule: {
      en: `the person registered under this number has ${stored}; the registration is kept, the person is not changed`,
      ja: `この番号で登録されている人は ${stored} です（利用者情報は保存し、登録済みの人は変えません）`,
    },
    mend: { en: 'Check which is right', ja: 'どちらが正しいか確かめてください' },
  };
};

/** Where the day of birth or the sex of a row is not that of the person with the number. */
function checkPerson(one: LifeRow, stored: Resource | undefined): Finding[] {
  if (!stored) return [];
  const told = personOf(one.record).resource;
  const birth = stored['birthDate'] as string | undefined;
  const gender = stored['gender'] as string | undefined;
  return [
    ...(birth !== undefined && birth !== told['birthDate'] ? [differs(one, 'birthday', birth)] : []),
    ...(gender !== undefined && gender !== told['gender'] ? [differs(one, 'gender', gender)] : []),
  ];
}

/** Whether a stored response is about somebody else. */
function isOthers(response: Resource, own: Key, person: Resource | undefined): boolean {
  const { identifier, reference } = (response['subject'] ?? {}) as { identifier?: Partial<Key>; reference?: string };
  if (identifier?.system === own.system) return identifier.value !== own.value;
  return reference !== undefined && person !== undefined && !reference.endsWith(`Patient/${person.id}`);
}

/** What the stored record and the row are together. */
export function merge(row: FileRecord, stored: FileRecord): Record<string, string> {
  const keys = Object.keys(stored).filter(key => stored[key] !== '' && !(key in row));
  const merged: Record<string, string> = { ...row };
  for (const [key, value] of Object.entries(row)) if (value === '') merged[key] = stored[key] ?? '';
  for (const key of keys) merged[key] = stored[key]!;
  return merged;
}

function responseOf(
  one: LifeRow,
  stored: Resource | undefined,
  subject: JsonObject,
  author: JsonObject,
  making: Making,
) {
  const key = keyOf(recordKey(one.form.id, one.record));
  const before = stored && toRecord(one.form, stored);
  const after = before ? merge(one.record, before) : one.record;
  if (stored && Object.entries(before!).every(([name, value]) => value === after[name])) return stored;
  const { item: _item, authored: _authored, ...rest } = stored ?? { resourceType: 'QuestionnaireResponse' };
  return { ...rest, identifier: key, subject, author, ...toAnswers(one.form, after, making.codes) } as Resource;
}

const versionOf = (resource: Resource | undefined): string | undefined =>
  (resource?.['meta'] as { versionId?: string } | undefined)?.versionId;

/** Resources that have to be read before a set is made. */
export function readsOf(rows: readonly LifeRow[]): Stored[] {
  const reads = rows.map(
    (one): Stored => ({
      type: 'QuestionnaireResponse',
      key: keyOf(recordKey(one.form.id, one.record)),
    }),
  );
  reads.push({ type: 'Patient', key: personKey(rows[0]!.record) });
  for (const one of rows) {
    const parent = parentKey(one, rows);
    if (parent) reads.push({ type: 'QuestionnaireResponse', key: parent });
  }
  return reads;
}

/** Key of the parent of a row, when no row of the set is it. */
function parentKey({ form, record }: LifeRow, rows: readonly LifeRow[]): Key | undefined {
  if (form.parent === undefined || rows.some(one => one.form.id === form.parent)) return undefined;
  const { detail, ...own } = recordKey(form.parent, record);
  return keyOf(form.parent === 'FORM_0800_2021' ? { ...own, detail } : own);
}

/** The office and the person of a set, as references, and drafts of them when they may have to be made. */
function partiesOf(first: LifeRow, making: Making) {
  const person = personKey(first.record);
  const registers = first.form.id === users;
  const number = first.record['care_facility_id']!;
  const office: Key = { system: systems.office, value: number };
  const known = making.office(number);
  const organization: Resource = { resourceType: 'Organization', identifier: [office], active: true };
  const drafts: Draft[] = registers ? [personOf(first.record)] : [];
  if (known === undefined) drafts.push({ key: office, keep: true, resource: organization });
  const reference = registers ? urnOf('Patient', person) : conditionalReference('Patient', person);
  return {
    drafts,
    subject: { reference, identifier: person },
    author: { reference: known ?? urnOf('Organization', office), identifier: office },
  };
}

/** Where a row contradicts what is stored. */
function checkStored(one: LifeRow, rows: readonly LifeRow[], before: Resource | undefined, making: Making): Finding[] {
  const own = personKey(one.record);
  const person = making.stored?.('Patient', own);
  const parent = parentKey(one, rows);
  return [
    ...(before && isOthers(before, own, person) ? [otherPerson(one, own.value)] : []),
    ...(parent && !making.stored?.('QuestionnaireResponse', parent) ? [noParent(one)] : []),
    ...(one.form.id === users ? checkPerson(one, person) : []),
  ];
}

/** Makes the resources of a set: rows of one person, office and number. */
export function makeSet(rows: readonly LifeRow[], making: Making): Made {
  const { drafts, subject, author } = partiesOf(rows[0]!, making);
  const findings: Finding[] = [];
  for (const one of rows) {
    const key = keyOf(recordKey(one.form.id, one.record));
    const before = making.stored?.('QuestionnaireResponse', key);
    findings.push(...checkStored(one, rows, before, making));
    const resource = responseOf(one, before, subject, author, making);
    const version = versionOf(before);
    drafts.push({ key, resource, isStored: resource === before, ...(version !== undefined && { version }) });
  }
  return { drafts, removals: [], findings };
}

/** True for a cell with a value. */
export const isFilled = (cell: string | undefined): boolean => cell !== undefined && cell !== '' && cell !== deleted;
