/**
 * Layouts of the service codes of long-term care insurance.
 */
import type { Layout } from '../layout.ts';

/** See the top of the file. */
export const careLayouts: readonly Layout[] = [
  {
    kind: 'service-code',
    title: { en: 'Service codes of long-term care insurance', ja: '介護給付費単位数等サービスコード（標準マスタ）' },
    url: 'https://w3id.org/engawa/fhir/CodeSystem/service-code',
    name: 'ServiceCode',
    language: 'ja',
    separator: 'comma',
    encoding: 'auto',
    code: [1, 2],
    codePattern: '[0-9A-Z]{2}[0-9A-Z]{4}',
    display: 5,
    properties: [
      { column: 1, code: 'serviceType', type: 'code', indexed: true, description: 'サービス種類' },
      { column: 6, code: 'units', type: 'integer', description: '単位数' },
      { column: 7, code: 'unitBasis', type: 'code', description: '算定単位' },
    ],
    validFrom: 3,
    validUntil: { column: 4, unit: 'last-month' },
    sampled: false,
  },
  {
    kind: 'sogo-jigyo',
    title: {
      en: 'Comprehensive project unit master of a municipality',
      ja: '介護予防・日常生活支援総合事業 単位数表マスタ',
    },
    url: 'https://w3id.org/engawa/fhir/CodeSystem/service-code-municipal',
    name: 'MunicipalServiceCode',
    language: 'ja',
    separator: 'comma',
    encoding: 'auto',
    code: [1, 2, 3],
    codePattern: '[0-9]{6}[0-9A-Z]{6}',
    display: 6,
    properties: [
      { column: 1, code: 'insurer', type: 'code', indexed: true, description: '保険者番号' },
      { column: 2, code: 'serviceType', type: 'code', indexed: true, description: 'サービス種類コード' },
      { column: 3, code: 'item', type: 'code', description: 'サービス項目コード' },
      { column: 7, code: 'units', type: 'integer', description: '単位数' },
      { column: 8, code: 'unitBasis', type: 'code', description: '算定単位' },
      { column: 13, code: 'benefitRate', type: 'integer', description: '給付率' },
    ],
    validFrom: 4,
    validUntil: { column: 5, unit: 'last-month' },
    take: {
      column: 2,
      values: ['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'A8', 'A9', 'AA', 'AB', 'AC', 'AD', 'AE', 'AF'],
    },
    sampled: true,
  },
];
