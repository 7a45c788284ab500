/**
 * The project's own layout of an insurer's daily certificate file (証情報), one row for each certificate; the item layout of the
 * national platform is not public. As CSV (MS932 or UTF-8) the items stand in this order, as JSON lines each row is an object of
 * these keys. Several values of one item are separated by `;`, their parts by `/`.
 */
import type { FieldTypeName } from '../field-types.ts';
import type { Field, Layout } from '../layout.ts';

const system = (id: string): string => `https://w3id.org/engawa/fhir/CodeSystem/${id}`;

type Row = readonly [key: string, name: string, type: FieldTypeName, more?: Partial<Field>];

const required = { required: true } as const;
const yesNo = { length: 1 } as const;

const rows: readonly Row[] = [
  ['kind', '証の種類', 'code', { ...required, codes: system('certificate-kind') }],
  ['insurer', '保険者番号', 'digits', { ...required, length: 6 }],
  ['insurerName', '保険者名', 'text', { length: 100 }],
  ['insured', '被保険者番号', 'insured', required],
  ['history', '履歴番号', 'int', { ...required, length: 10 }],
  ['deleted', '削除フラグ', 'bits', yesNo],
  ['undisclosed', '不開示フラグ', 'bits', yesNo],
  ['name', '氏名', 'text', { ...required, length: 100 }],
  ['kana', 'フリガナ', 'kana', { ...required, length: 100 }],
  ['birth', '生年月日', 'date8', required],
  ['sex', '性別', 'code', { ...required, codes: system('sex') }],
  ['postal', '郵便番号', 'text', { length: 8 }],
  ['address', '住所', 'text', { length: 200 }],
  ['issued', '交付年月日', 'date8', required],
  ['from', '有効期間の開始', 'date8', required],
  ['to', '有効期間の終了', 'date8'],
  ['level', '要介護状態区分等', 'code', { codes: system('care-level') }],
  ['certified', '認定年月日', 'date8'],
  ['limit', '区分支給限度基準額', 'int', { length: 6 }],
  ['limitFrom', '区分支給限度基準額の開始', 'date8'],
  ['limitTo', '区分支給限度基準額の終了', 'date8'],
  ['serviceLimits', '種類支給限度基準額（サービス種類/単位;…）', 'text', { length: 200 }],
  ['opinion', '認定審査会の意見', 'text', { length: 1000 }],
  ['services', '指定されたサービスの種類（;区切り）', 'text', { length: 100 }],
  ['restrictions', '給付制限（内容/開始/終了/給付率;…）', 'text', { length: 400 }],
  ['office', '居宅介護支援事業所番号', 'office'],
  ['officeName', '居宅介護支援事業所名', 'text', { length: 100 }],
  ['author', '作成区分', 'code', { codes: system('claim-plan-author') }],
  ['notified', '届出年月日', 'date8'],
  ['stays', '介護保険施設等（種類/名称/入所/退所;…）', 'text', { length: 600 }],
  ['burden1', '負担割合1', 'code', { codes: system('copayment-rate') }],
  ['burden1From', '負担割合1の開始', 'date8'],
  ['burden1To', '負担割合1の終了', 'date8'],
  ['burden2', '負担割合2', 'code', { codes: system('copayment-rate') }],
  ['burden2From', '負担割合2の開始', 'date8'],
  ['burden2To', '負担割合2の終了', 'date8'],
  ['stage', '利用者負担段階', 'code', { codes: system('burden-limit-stage') }],
  ['limit.unit-private', '限度額 ユニット型個室', 'int', { length: 6 }],
  ['limit.unit-semi-private', '限度額 ユニット型個室的多床室', 'int', { length: 6 }],
  ['limit.private-welfare', '限度額 従来型個室（特養等）', 'int', { length: 6 }],
  ['limit.private-health', '限度額 従来型個室（老健・医療院等）', 'int', { length: 6 }],
  ['limit.shared', '限度額 多床室', 'int', { length: 6 }],
  ['limit.meal-facility', '限度額 食費（施設）', 'int', { length: 6 }],
  ['limit.meal-short-stay', '限度額 食費（短期入所）', 'int', { length: 6 }],
  ['relief.care', '減額割合 介護費（％）', 'int', { length: 3 }],
  ['relief.meal', '減額割合 食費（％）', 'int', { length: 3 }],
  ['relief.room', '減額割合 居住費（％）', 'int', { length: 3 }],
  ['reliefServices', '軽減の対象サービス（;区切り）', 'text', { length: 100 }],
  ['benefitRate', '給付率（％）', 'int', { length: 3 }],
];

/** The layout: see the top of the file. */
export const certificateLayout: Layout = {
  id: 'certificates',
  title: { en: 'Certificates of an insurer', ja: '証情報' },
  fields: rows.map(([key, name, type, more], i) => ({ no: i + 1, key, name, type, ...more })),
};
