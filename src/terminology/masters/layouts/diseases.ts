/**
 * Layouts of disease masters.
 */
import type { Layout } from '../layout.ts';

const jp = 'http://jpfhir.jp/fhir/core/';

/** See the top of the file. */
export const diseasesLayouts: readonly Layout[] = [
  {
    kind: 'receipt-disease',
    title: { en: 'Diseases of the claims master (B)', ja: 'レセ電 傷病名マスター（B）' },
    url: `${jp}mhlw/CodeSystem/masterB-disease`,
    name: 'ReceiptDisease',
    language: 'ja',
    separator: 'comma',
    encoding: 'shift_jis',
    code: 3,
    codePattern: '[0-9]{7}',
    display: 6,
    names: [
      { column: 8, language: 'ja', use: 'short' },
      { column: 10, language: 'ja', use: 'kana' },
    ],
    properties: [
      { column: 4, code: 'replacedBy', type: 'code', description: '移行先コード' },
      { column: 11, code: 'diseaseKey', type: 'code', indexed: true, description: '病名管理番号' },
      { column: 13, code: 'diseaseExchange', type: 'code', indexed: true, description: '病名交換用コード' },
      { column: 16, code: 'icd10', type: 'code', indexed: true, description: 'ICD-10-1（2013）' },
      { column: 17, code: 'icd10second', type: 'code', indexed: true, description: 'ICD-10-2（2013）' },
    ],
    validFrom: 22,
    validUntil: { column: 24, unit: 'last-day' },
    take: { column: 2, values: ['B'] },
    sampled: true,
  },
  {
    kind: 'medis-disease',
    title: { en: 'MEDIS standard disease names (key numbers)', ja: 'MEDIS ICD10対応標準病名マスター（病名管理番号）' },
    url: 'http://medis.or.jp/CodeSystem/master-disease-keyNumber',
    name: 'MedisDiseaseKey',
    language: 'ja',
    separator: 'comma',
    encoding: 'shift_jis',
    code: 2,
    codePattern: '[0-9]{8}',
    display: 3,
    names: [
      { column: 4, language: 'ja', use: 'kana' },
      { column: 12, language: 'ja', use: 'short' },
    ],
    properties: [
      { column: 6, code: 'exchangeCode', type: 'code', indexed: true, description: '病名交換用コード' },
      { column: 7, code: 'icd10', type: 'code', indexed: true, description: 'ICD10-2013' },
      { column: 8, code: 'icd10second', type: 'code', indexed: true, description: 'ICD10-2013 複数分類コード' },
      { column: 11, code: 'receiptCode', type: 'code', indexed: true, description: 'レセ電算コード' },
      { column: 16, code: 'replacedBy', type: 'code', description: '移行先病名管理番号' },
    ],
    deprecated: { column: 1, values: ['1', '9'] },
    sampled: true,
  },
  {
    kind: 'medis-disease-exchange',
    title: {
      en: 'MEDIS standard disease names (exchange codes)',
      ja: 'MEDIS ICD10対応標準病名マスター（病名交換用コード）',
    },
    url: 'http://medis.or.jp/CodeSystem/master-disease-exCode',
    name: 'MedisDiseaseExchange',
    language: 'ja',
    separator: 'comma',
    encoding: 'shift_jis',
    code: 6,
    codePattern: '[0-9A-Z]{4}',
    display: 3,
    names: [{ column: 4, language: 'ja', use: 'kana' }],
    properties: [
      { column: 2, code: 'key', type: 'code', indexed: true, description: '病名管理番号' },
      { column: 7, code: 'icd10', type: 'code', indexed: true, description: 'ICD10-2013' },
    ],
    repeats: true,
    sampled: true,
  },
  {
    kind: 'icd10',
    title: { en: 'ICD-10 (2013), Japanese', ja: 'ICD-10（2013年版）準拠 疾病分類' },
    url: `${jp}mhlw/CodeSystem/ICD10-2013-full`,
    name: 'Icd10',
    language: 'ja',
    separator: 'comma',
    skipLines: 1,
    header: true,
    code: 1,
    codePattern: '[A-Z][0-9]{2}.*|[IVX]+',
    display: 2,
    names: [{ column: 3, language: 'en' }],
    parent: 4,
    sampled: false,
  },
];
