/**
 * Layouts of a 明細書 about treatment in a facility: 緊急時施設療養・所定疾患施設療養, 特定診療費.
 * Source: インタフェース仕様書 サービス事業所編 (2014-11), item lists.
 */
import { detailHead, type Item, layout, payers } from './layout-of.ts';

const three = [1, 2, 3] as const;
const twenty = Array.from({ length: 20 }, (_, i) => i + 1);
const line: Item = ['line', '順次番号', 'ordinal', 2, { required: true }];

/** 03 */
export const emergencies = layout(
  '03',
  { en: 'Emergency treatment and treatment of named diseases', ja: '緊急時施設療養・所定疾患施設療養' },
  [
    ...detailHead,
    line,
    ...three.map((n): Item => [`disease${n}`, `緊急時傷病名${n}`, 'text', 40]),
    ...three.map((n): Item => [`began${n}`, `緊急時治療開始年月日${n}`, 'date8']),
    ['visit-days', '往診日数', 'int', 2],
    ['visitor', '往診医療機関名', 'text', 40],
    ['outpatient-days', '通院日数', 'int', 2],
    ['hospital', '通院医療機関名', 'text', 40],
    ['emergency-unit', '緊急時治療管理単位数', 'int', 6],
    ['emergency-days', '緊急時治療管理日数', 'int', 2],
    ['emergency-subtotal', '緊急時治療管理小計', 'int', 7],
    ['rehabilitation', 'リハビリテーション点数', 'int', 7],
    ['treatment', '処置点数', 'int', 7],
    ['surgery', '手術点数', 'int', 7],
    ['anaesthesia', '麻酔点数', 'int', 7],
    ['radiation', '放射線治療点数', 'int', 7],
    ...twenty.map((n): Item => [`remarks${n}`, `摘要${n}`, 'text', 64]),
    ['emergency-total', '緊急時施設療養費合計点数', 'int', 8],
    ...three.map((n): Item => [`condition${n}`, `所定疾患施設療養費傷病名${n}`, 'text', 40]),
    ...three.map((n): Item => [`conditionBegan${n}`, `所定疾患施設療養費開始年月日${n}`, 'date8']),
    ['condition-unit', '所定疾患施設療養費単位数', 'int', 6],
    ['condition-days', '所定疾患施設療養費日数', 'int', 2],
    ['condition-subtotal', '所定疾患施設療養費小計', 'int', 7],
  ],
);

/** 04 */
export const specials = layout('04', { en: 'Special treatment', ja: '特定診療費' }, [
  ...detailHead,
  line,
  ['disease1', '傷病名', 'text', 40],
  ['treatmentCode', '識別番号', 'ordinal', 2],
  ['unit', '単位数', 'int', 4],
  ...payers.flatMap(([key, name]): Item[] => [
    [`${key}-times`, `${name} 回数`, 'int', 2],
    [`${key}-units`, `${name} サービス単位数`, 'int', 6],
    [`${key}-total-units`, `${name} 合計単位数`, 'int', 8],
  ]),
  ['remarks', '摘要', 'text', 100],
]);
