/**
 * Writes a Layout of the 国保連 claim exchange shortly, and its later editions.
 */
import type { Message } from '../../../../fhir/types.ts';
import type { FieldTypeName } from '../../../field-types.ts';
import type { Field, Layout } from '../../../layout.ts';

/** Key in records, official name, type, longest length, and what else there is to say. */
export type Item = readonly [
  key: string,
  name: string,
  type: FieldTypeName,
  length?: number,
  more?: Omit<Field, 'no' | 'key' | 'name' | 'type' | 'length'>,
];

const codeSystems = 'https://w3id.org/engawa/fhir/CodeSystem/';

/** A Layout; codes are told by the id of their CodeSystem. */
export function layout(id: string, title: Message, items: readonly Item[]): Layout {
  const fields = items.map(([key, name, type, length, more = {}], i) => ({
    no: i + 1,
    key,
    name,
    type,
    ...(length !== undefined && { length }),
    ...more,
    ...(more.codes !== undefined && { codes: codeSystems + more.codes }),
  }));
  return { id, title, fields };
}

export const required = { required: true } as const;

/** 保険 and the three 公費, as keys and item names begin. */
export const payers = [
  ['insurance', '保険'],
  ['public1', '公費1'],
  ['public2', '公費2'],
  ['public3', '公費3'],
] as const;

/** The three 公費. */
export const publics = payers.slice(1);

/** Who it is about: the first items of every record of a 明細書. */
export const detailHead: readonly Item[] = [
  ['exchange', '交換情報識別番号', 'code', 4, { ...required, codes: 'claim-record', open: true }],
  ['record', 'レコード種別コード', 'code', 2, { ...required, codes: 'claim-detail-kind' }],
  ['month', 'サービス提供年月', 'ym6', undefined, required],
  ['office', '事業所番号', 'office', undefined, required],
  ['insurer', '証記載保険者番号', 'digits', 8, required],
  ['insured', '被保険者番号', 'insured', undefined, required],
];

export const serviceType: Item = [
  'serviceType',
  'サービス種類コード',
  'code',
  2,
  { ...required, codes: 'service-type', open: true },
];

/** サービス種類コード and サービス項目コード: together the service code. */
export const serviceCode: readonly Item[] = [serviceType, ['serviceItem', 'サービス項目コード', 'item', 4, required]];

/** An edition: the first month of service it is for, and its columns. */
export interface Edition {
  readonly from: string;
  readonly layout: Layout;
}

/** First month of service of the edition of 2014-11, which a program of 2018 still used. */
const firstMonth = '201411';
/** From this month of service on, items may be wider and codes more: those editions are not public item by item. */
const laterMonth = '202104';

/** The known edition, and the later one whose lengths and codes are not judged. */
export function editionsOf(known: Layout): readonly Edition[] {
  const fields = known.fields.map(field => ({ ...field, open: true }));
  return [
    { from: firstMonth, layout: known },
    { from: laterMonth, layout: { ...known, fields } },
  ];
}
