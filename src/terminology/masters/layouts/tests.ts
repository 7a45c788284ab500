/**
 * Layouts of laboratory tests, allergens and LOINC.
 */
import type { Layout } from '../layout.ts';

const jp = 'http://jpfhir.jp/fhir/core/';

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
      display: 2,
      properties: [
        { column: 3, code: 'specimen', type: 'code', indexed: true, description: '材料' },
        { column: 4, code: 'method', type: 'code', indexed: true, description: '測定法' },
      ],
      parent: 5,
      sampled: false,
    }),
  ),
  {
    kind: 'jfagy-food',
    title: { en: 'J-FAGY food allergens', ja: 'J-FAGY 食品アレルゲン' },
    url: `${jp}CodeSystem/JP_JfagyFoodAllergen_CS`,
    name: 'JfagyFood',
    language: 'ja',
    separator: 'comma',
    skipLines: 1,
    header: true,
    code: 1,
    display: 2,
    names: [{ column: 3, language: 'en' }],
    sampled: false,
  },
  {
    kind: 'jfagy-other',
    title: { en: 'J-FAGY allergens other than food and drugs', ja: 'J-FAGY 非食品非医薬品アレルゲン' },
    url: `${jp}CodeSystem/JP_JfagyNonFoodNonMedicationAllergen_CS`,
    name: 'JfagyOther',
    language: 'ja',
    separator: 'comma',
    skipLines: 1,
    header: true,
    code: 1,
    display: 2,
    names: [{ column: 3, language: 'en' }],
    sampled: false,
  },
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
