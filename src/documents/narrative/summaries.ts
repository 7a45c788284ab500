/** What a resource says, in a few rows for people; by type. Types without rows of their own show their name and text. */
import { DecimalLiteral } from '../../fhir/json.ts';
import type { JsonObject, Language } from '../../fhir/types.ts';
import { flagsOf } from '../flags.ts';
import { codings, object, objects, text } from '../values.ts';
import { japaneseDate } from './html.ts';

type Rows = readonly (readonly [name: string, value: string | undefined])[];
type Summary = (
  resource: JsonObject,
  say: (ja: string, en: string) => string,
  date: (value: unknown) => string | undefined,
) => Rows;

/** A CodeableConcept in words. */
export const words = (concept: unknown): string | undefined => {
  const one = objects(concept)[0];
  if (!one) return undefined;
  const coded = codings(one)[0];
  return text(one['text']) ?? (coded && (text(coded['display']) ?? text(coded['code'])));
};

/** A number with the digits it was sent with: 6.0 is not 6. */
const digits = (value: unknown): string => (value instanceof DecimalLiteral ? value.text : String(value));

const quantity = (value: unknown): string | undefined => {
  const { value: number, unit, code, comparator } = object(value);
  return number === undefined
    ? undefined
    : `${String(comparator ?? '')}${digits(number)} ${String(unit ?? code ?? '')}`.trim();
};

const nameOf = (resource: JsonObject): string | undefined =>
  objects(resource['name'])
    .map(
      one =>
        text(one['text']) ??
        [one['family'], ...(Array.isArray(one['given']) ? one['given'] : [])].filter(Boolean).join(' '),
    )
    .filter(Boolean)
    .join('（') + (objects(resource['name']).length > 1 ? '）' : '');

function valueText(resource: JsonObject): string | undefined {
  const key = Object.keys(resource).find(name => /^value[A-Z]/.test(name));
  if (key === undefined) return words(resource['dataAbsentReason']);
  const value = resource[key];
  if (key === 'valueQuantity') return quantity(value);
  if (key === 'valueCodeableConcept') return words(value);
  return typeof value === 'object' && !(value instanceof DecimalLiteral) ? undefined : digits(value);
}

const period = (value: unknown, date: (one: unknown) => string | undefined): string | undefined => {
  const { start, end } = object(value);
  const [from, to] = [date(start), date(end)];
  return from === undefined && to === undefined ? undefined : `${from ?? ''} – ${to ?? ''}`;
};

const summaries: Readonly<Record<string, Summary>> = {
  Patient: (one, say, date) => [
    [say('氏名', 'Name'), nameOf(one)],
    [say('生年月日', 'Birth date'), date(one['birthDate'])],
    [
      say('性別', 'Sex'),
      one['gender'] === 'female' ? say('女', 'female') : one['gender'] === 'male' ? say('男', 'male') : undefined,
    ],
    [
      say('住所', 'Address'),
      objects(one['address'])
        .map(each => text(each['text']))
        .find(Boolean),
    ],
  ],
  Practitioner: (one, say) => [[say('氏名', 'Name'), nameOf(one)]],
  Organization: (one, say) => [
    [say('名称', 'Name'), text(one['name'])],
    [
      say('所在地', 'Address'),
      objects(one['address'])
        .map(each => text(each['text']))
        .find(Boolean),
    ],
    [
      say('電話', 'Telephone'),
      objects(one['telecom'])
        .map(each => text(each['value']))
        .find(Boolean),
    ],
  ],
  Condition: (one, say, date) => [
    [say('傷病名', 'Condition'), words(one['code'])],
    [
      say('状態', 'State'),
      [words(one['clinicalStatus']), words(one['verificationStatus'])].filter(Boolean).join(' / '),
    ],
    [say('発症', 'Onset'), date(one['onsetDateTime'])],
    [say('転帰', 'End'), date(one['abatementDateTime'])],
  ],
  AllergyIntolerance: (one, say) => [
    [say('アレルゲン', 'Allergen'), words(one['code'])],
    [say('重症度', 'Criticality'), text(one['criticality'])],
    [
      say('反応', 'Reaction'),
      objects(one['reaction'])
        .flatMap(each => objects(each['manifestation']).map(words))
        .filter(Boolean)
        .join('、'),
    ],
  ],
  Observation: (one, say, date) => [
    [words(one['code']) ?? say('項目', 'Item'), valueText(one)],
    ...objects(one['component']).map(each => [words(each['code']) ?? '', valueText(each)] as const),
    [
      say('基準値', 'Reference range'),
      objects(one['referenceRange'])
        .map(each => [quantity(each['low']), quantity(each['high'])].filter(Boolean).join(' – '))
        .find(Boolean),
    ],
    [say('日時', 'Time'), date(one['effectiveDateTime'])],
  ],
  MedicationRequest: (one, say) => [
    [say('薬', 'Drug'), words(one['medicationCodeableConcept'])],
    [
      say('用法', 'Dosage'),
      objects(one['dosageInstruction'])
        .map(each => text(each['text']))
        .filter(Boolean)
        .join('、'),
    ],
    [say('量', 'Quantity'), quantity(object(one['dispenseRequest'])['quantity'])],
  ],
  Encounter: (one, say, date) => [
    [say('区分', 'Kind'), text(object(one['class'])['display'])],
    [say('期間', 'Period'), period(one['period'], date)],
    [say('理由', 'Reason'), words(one['reasonCode'])],
  ],
  CarePlan: (one, say, date) => [
    [say('計画', 'Plan'), text(one['title'])],
    [say('内容', 'Content'), text(one['description'])],
    [say('期間', 'Period'), period(one['period'], date)],
  ],
  DocumentReference: (one, say) => [
    [say('文書', 'Document'), text(one['description'])],
    [
      say('内容', 'Content'),
      objects(one['content'])
        .map(each => object(each['attachment']))
        .filter(each => each['contentType'] === 'text/plain' && typeof each['data'] === 'string')
        .map(each => Buffer.from(String(each['data']), 'base64').toString('utf8'))
        .join('\n'),
    ],
  ],
  Procedure: (one, say, date) => [
    [say('処置', 'Procedure'), words(one['code'])],
    [say('日時', 'Time'), date(one['performedDateTime']) ?? period(one['performedPeriod'], date)],
  ],
  Immunization: (one, say, date) => [
    [say('ワクチン', 'Vaccine'), words(one['vaccineCode'])],
    [say('接種日', 'Date'), date(one['occurrenceDateTime'])],
  ],
  FamilyMemberHistory: (one, say) => [
    [say('続柄', 'Relationship'), words(one['relationship'])],
    [
      say('病名', 'Conditions'),
      objects(one['condition'])
        .map(each => words(each['code']))
        .filter(Boolean)
        .join('、'),
    ],
  ],
};

const markNames: Readonly<Record<string, readonly [ja: string, en: string]>> = {
  UNINFORMED: ['未告知', 'the person has not been told'],
  LTS: ['長期保存', 'long-term storage'],
};

/** A resource in rows, and its marks in words. */
export function summaryOf(
  resource: JsonObject,
  language: Language,
): { readonly rows: Rows; readonly marks: readonly string[] } {
  const say = (ja: string, en: string) => (language === 'ja' ? ja : en);
  const date = (value: unknown) => {
    const one = text(value);
    return one === undefined ? undefined : language === 'ja' ? japaneseDate(one) : one;
  };
  const type = String(resource['resourceType']);
  const known = summaries[type];
  const marks = [...flagsOf(resource)].flatMap(flag => (markNames[flag] ? [say(...markNames[flag])] : []));
  return {
    rows: known ? known(resource, say, date) : [[type, words(resource['code']) ?? text(resource['title'])]],
    marks,
  };
}
