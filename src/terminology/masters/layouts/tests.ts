/**
 * Layouts of laboratory tests, allergens and LOINC.
 */
import type { Layout } from '../layout.ts';

const jp = 'http://jpfhir.jp/fhir/core/';

/** One file holds food and other allergens, told apart by the third character of their codes. */
const jfagy: readonly (readonly [kind: string, title: Layout['title'], name: string, codePattern: string])[] = [
  [
    'jfagy-food',
    { en: 'J-FAGY food allergens', ja: 'J-FAGY 食品アレルゲン' },
    'JfagyFoodAllergen',
    '[0-9A-Z]{2}F([0-9A-Z]{9})?',
  ],
  [
    'jfagy-other',
    { en: 'J-FAGY allergens other than food and drugs', ja: 'J-FAGY 非食品非医薬品アレルゲン' },
    'JfagyNonFoodNonMedicationAllergen',
    '[0-9A-Z]{2}N([0-9A-Z]{9})?',
  ],
];

/** See the top of the file. */
export const testsLayouts: readonly Layout[] = [
  ...(['10', '11'] as const).map(
    (edition): Layout => ({
      kind: `jlac${edition}`,
      title: { en: `JLAC${edition} laboratory tests`, ja: `JLAC${edition} 臨床検査項目コード` },
      url:
        edition === '10'
          ? 'http://medis.or.jp/CodeSystem/master-JLAC10-17digits'
          : 'http://jpfhir.jp/fhir/core/CodeSystem/JLAC11',
      name: `Jlac${edition}`,
      language: 'ja',
      separator: 'comma',
      skipLines: 1,
      header: true,
      code: 1,
      codePattern: '[0-9A-Z]{5}([0-9A-Z]{4,12})?',
      display: 2,
      properties: [
        { column: 3, code: 'specimen', type: 'code', indexed: true, description: '材料' },
        { column: 4, code: 'method', type: 'code', indexed: true, description: '測定法' },
      ],
      parent: 5,
      sampled: false,
    }),
  ),
  ...jfagy.map(
    ([kind, title, name, codePattern]): Layout => ({
      kind,
      title,
      url: `${jp}CodeSystem/JP_${name}_CS`,
      name,
      language: 'ja',
      separator: 'comma',
      skipLines: 1,
      header: true,
      code: 'JFAGYCODE',
      codePattern,
      display: 'JPTERM',
      names: [
        { column: 'JPKANA', language: 'ja', use: 'kana' },
        { column: 'ENTERM', language: 'en' },
      ],
      properties: [
        { column: 'LEVEL', code: 'level', type: 'integer', description: '階層' },
        { column: 'GUIDELINE', code: 'guideline', type: 'code', description: 'ガイドライン掲載' },
      ],
      validFrom: 'RECORDDATE',
      validUntil: { column: 'ENDDATE', unit: 'last-day' },
      sampled: true,
    }),
  ),
  {
    kind: 'loinc',
    title: { en: 'LOINC (Loinc.csv)', ja: 'LOINC（Loinc.csv）' },
    url: 'http://loinc.org',
    name: 'LOINC',
    language: 'en',
    separator: 'comma',
    encoding: 'utf-8',
    skipLines: 1,
    header: true,
    code: 'LOINC_NUM',
    codePattern: '[0-9]{1,7}-[0-9]',
    display: 'LONG_COMMON_NAME',
    names: [
      { column: 'SHORTNAME', language: 'en', use: 'SHORTNAME' },
      { column: 'DisplayName', language: 'en', use: 'DisplayName' },
    ],
    properties: ['COMPONENT', 'PROPERTY', 'TIME_ASPCT', 'SYSTEM', 'SCALE_TYP', 'METHOD_TYP', 'CLASS'].map(code => ({
      column: code,
      code,
      indexed: code === 'SCALE_TYP' || code === 'CLASS' || code === 'SYSTEM',
    })),
    deprecated: { column: 'STATUS', values: ['DEPRECATED', 'DISCOURAGED'] },
    caseSensitive: false,
    sampled: true,
  },
];
