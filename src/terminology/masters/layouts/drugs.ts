/**
 * Layouts of drug masters.
 */
import type { Layout } from '../layout.ts';

const jp = 'http://jpfhir.jp/fhir/core/';

const drug = {
  separator: 'comma',
  encoding: 'shift_jis',
  language: 'ja',
  skipLines: 1,
  header: true,
  names: [
    { column: '告示名称', language: 'ja', use: 'official' },
    { column: 'レセプト電算処理システム医薬品名', language: 'ja', use: 'receipt' },
  ],
  properties: [
    { column: '個別医薬品コード', code: 'yj', type: 'code', indexed: true, description: 'YJ code' },
    {
      column: '薬価基準収載医薬品コード',
      code: 'priceList',
      type: 'code',
      indexed: true,
      description: 'Price list code',
    },
    {
      column: 'レセプト電算処理システムコード（１）',
      code: 'receiptCode',
      type: 'code',
      indexed: true,
      description: 'Code of the claims master',
    },
    { column: '規格単位', code: 'unit', description: 'Strength and unit' },
    { column: '製造会社', code: 'manufacturer', description: 'Manufacturer' },
  ],
  display: '販売名',
  repeats: true,
  sampled: true,
} as const;

/** See the top of the file. */
export const drugsLayouts: readonly Layout[] = [
  {
    ...drug,
    kind: 'hot13',
    title: { en: 'MEDIS HOT reference numbers (13 digits)', ja: 'MEDIS 医薬品HOTコードマスター（HOT13）' },
    url: 'http://medis.or.jp/CodeSystem/master-HOT13',
    name: 'MedisHot13',
    code: '基準番号（ＨＯＴコード）',
    codePattern: '[0-9]{13}',
  },
  {
    ...drug,
    kind: 'hot7',
    title: { en: 'MEDIS HOT prescription numbers (7 digits)', ja: 'MEDIS 医薬品HOTコードマスター（HOT7）' },
    url: 'http://medis.or.jp/CodeSystem/master-HOT7',
    name: 'MedisHot7',
    code: '処方用番号（ＨＯＴ７）',
    codePattern: '[0-9]{7}',
  },
  {
    ...drug,
    kind: 'hot9',
    title: { en: 'MEDIS HOT prescription and company numbers (9 digits)', ja: 'MEDIS 医薬品HOTコードマスター（HOT9）' },
    url: 'http://medis.or.jp/CodeSystem/master-HOT9',
    name: 'MedisHot9',
    code: ['処方用番号（ＨＯＴ７）', '会社識別用番号'],
    codePattern: '[0-9]{9}',
  },
  {
    ...drug,
    kind: 'yj',
    title: { en: 'YJ drug codes (from the HOT master)', ja: 'YJコード（HOTコードマスターから）' },
    url: 'http://capstandard.jp/iyaku.info/CodeSystem/YJ-code',
    name: 'YjCode',
    code: '個別医薬品コード',
    codePattern: '[0-9]{7}[0-9A-Z][0-9]{4}',
    properties: drug.properties.slice(1),
  },
  {
    kind: 'receipt-drug',
    title: { en: 'Drugs of the claims master (Y)', ja: 'レセ電 医薬品マスター（Y）' },
    url: `${jp}mhlw/CodeSystem/masterY-medication`,
    name: 'ReceiptDrug',
    language: 'ja',
    separator: 'comma',
    encoding: 'shift_jis',
    code: 3,
    codePattern: '[0-9]{9}',
    display: 5,
    names: [
      { column: 7, language: 'ja', use: 'kana' },
      { column: 35, language: 'ja', use: 'basic' },
    ],
    properties: [
      { column: 10, code: 'unit', description: '単位' },
      { column: 12, code: 'price', type: 'decimal', description: '新又は現金額' },
      { column: 28, code: 'form', type: 'code', indexed: true, description: '剤形' },
      { column: 32, code: 'priceList', type: 'code', indexed: true, description: '薬価基準収載医薬品コード' },
      { column: 37, code: 'generalName', type: 'code', indexed: true, description: '一般名コード' },
    ],
    validUntil: { column: 31, unit: 'last-day' },
    take: { column: 2, values: ['Y'] },
    sampled: true,
  },
  {
    kind: 'general-name',
    title: { en: 'General name prescriptions', ja: '一般名処方マスタ' },
    url: `${jp}mhlw/CodeSystem/MedicationGeneralOrderCode`,
    name: 'GeneralNamePrescription',
    language: 'ja',
    separator: 'comma',
    // Published as a workbook: its first sheet saved as CSV, whose headings take several lines.
    code: 2,
    codePattern: '[0-9]{7}[0-9A-Z]{5}',
    display: 3,
    properties: [
      { column: 1, code: 'category', type: 'code', indexed: true, description: '区分' },
      { column: 4, code: 'ingredient', description: '成分名' },
      { column: 5, code: 'strength', description: '規格' },
      { column: 6, code: 'addition', type: 'code', description: '一般名処方加算対象' },
    ],
    sampled: true,
  },
  {
    kind: 'usage',
    title: { en: 'Usages of electronic prescriptions', ja: '電子処方箋 用法マスタ' },
    url: `${jp}mhlw/CodeSystem/MedicationUsage_ePrescription`,
    name: 'PrescriptionUsage',
    language: 'ja',
    separator: 'comma',
    skipLines: 1,
    header: true,
    code: '用法コード',
    codePattern: '[0-9A-Z]{16}',
    display: '用法名称',
    sampled: false,
  },
];
