/**
 * Layouts of a 明細書 with sums by kind of service: 集計情報, 特定入所者介護サービス費用, 社会福祉法人軽減額.
 * Source: インタフェース仕様書 サービス事業所編 (2014-11), item lists.
 */
import { detailHead, type Item, layout, payers, publics, serviceCode, serviceType } from './layout-of.ts';

const amounts = payers.flatMap(([key, name]): Item[] => {
  const insured = key === 'insurance';
  return [
    [`${key}-units`, `${name} 単位数合計`, 'int', insured ? 8 : 6],
    ...(insured ? [['unit-price', '保険 単位数単価', 'hundredths', 4] as Item] : []),
    [`${key}-claimed`, `${name} 請求額`, 'int', 9],
    [`${key}-copayment`, `${name} ${insured ? '利用者負担額' : '本人負担額'}`, 'int', insured ? 8 : 6],
  ];
});

const medical = payers.flatMap(([key, name]): Item[] => [
  [`${key}-medical-units`, `${name}分出来高医療費 単位数合計`, 'int', 8],
  [`${key}-medical-claimed`, `${name}分出来高医療費 請求額`, 'int', 9],
  [
    `${key}-medical-copayment`,
    `${name}分出来高医療費 ${key === 'insurance' ? '利用者負担額' : '本人負担額'}`,
    'int',
    8,
  ],
]);

/** 10 */
export const sums = layout('10', { en: 'Sums by type of service', ja: '集計情報' }, [
  ...detailHead,
  serviceType,
  ['days', 'サービス実日数', 'int', 2],
  ['planned-units', '計画単位数', 'int', 6],
  ['managed-units', '限度額管理対象単位数', 'int', 6],
  ['unmanaged-units', '限度額管理対象外単位数', 'int', 6],
  ['short-stay-planned', '短期入所計画日数', 'int', 2],
  ['short-stay-days', '短期入所実日数', 'int', 2],
  ...amounts,
  ...medical,
]);

/** 11 */
export const residents = layout(
  '11',
  { en: 'Board and lodging of a person with low income', ja: '特定入所者介護サービス費用' },
  [
    ...detailHead,
    ['line', '順次番号', 'ordinal', 2, { required: true }],
    ...serviceCode.map(([key, name, type, length, more]): Item => {
      const { required: _needed, ...rest } = more ?? {};
      return [key, name, type, length, rest];
    }),
    ['price', '費用単価', 'int', 4],
    ['limit', '負担限度額', 'int', 4],
    ['days', '日数', 'int', 2],
    ...publics.map(([key, name]): Item => [`${key}-times`, `${name}日数`, 'int', 2]),
    ['cost', '費用額', 'int', 6],
    ['insurance-claimed', '保険分請求額', 'int', 6],
    ...publics.map(([key, name]): Item => [`${key}-share`, `${name}負担額(明細)`, 'int', 6]),
    ['insurance-copayment', '利用者負担額', 'int', 5],
    ['total-cost', '費用額合計', 'int', 6],
    ['total-claimed', '保険分請求額合計', 'int', 6],
    // One program writes 6 digits, the list says 5.
    ['total-copayment', '利用者負担額合計', 'int', 6],
    ...publics.flatMap(([key, name]): Item[] => [
      [`${key}-total-share`, `${name} 負担額合計`, 'int', 6],
      [`${key}-claimed`, `${name} 請求額`, 'int', 6],
      [`${key}-copayment`, `${name} 本人負担月額`, 'int', 5],
    ]),
  ],
);

/** 12 */
export const reliefs = layout('12', { en: 'Relief by a social welfare corporation', ja: '社会福祉法人軽減額' }, [
  ...detailHead,
  ['relief-rate', '軽減率', 'hundredths', 4],
  serviceType,
  ['relief-due', '受領すべき利用者負担の総額', 'int', 8],
  ['relief-amount', '軽減額', 'int', 8],
  ['relief-copayment', '軽減後利用者負担額', 'int', 8],
  ['remarks', '備考', 'text', 20],
]);
