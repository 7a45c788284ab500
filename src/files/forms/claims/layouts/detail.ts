/**
 * Layouts of a 明細書 (様式第二 to 第十): 基本情報, 明細情報, and those of 住所地特例.
 * Source: インタフェース仕様書 サービス事業所編 (2014-11), item lists.
 */
import { detailHead, type Item, layout, payers, publics, serviceCode } from './layout-of.ts';

const totals = payers.flatMap(([key, name]): Item[] => {
  const wide = key === 'insurance' ? 9 : 8;
  return [
    [`${key}-units`, `合計 ${name} サービス単位数`, 'int', 8],
    [`${key}-claimed`, `合計 ${name} 請求額`, 'int', wide],
    [`${key}-copayment`, `合計 ${name} ${key === 'insurance' ? '利用者負担額' : '本人負担額'}`, 'int', 8],
    [`${key}-emergency`, `合計 ${name} 緊急時施設療養費請求額`, 'int', wide],
    [`${key}-special`, `合計 ${name} 特定診療費請求額`, 'int', wide],
    [`${key}-resident`, `合計 ${name} 特定入所者介護サービス費等請求額`, 'int', 8],
  ];
});

/** 01 */
export const basics = layout('01', { en: 'Basics of a claim', ja: '基本情報' }, [
  ...detailHead,
  ...publics.flatMap(([key, name]): Item[] => [
    [`${key}-payer`, `${name} 負担者番号`, 'digits', 8],
    [`${key}-recipient`, `${name} 受給者番号`, 'digits', 7],
  ]),
  ['birthDate', '生年月日', 'date8', undefined, { required: true }],
  ['sex', '性別コード', 'code', 1, { required: true, codes: 'sex' }],
  ['careLevel', '要介護状態区分コード', 'code', 2, { codes: 'care-level' }],
  ['formerMeasure', '旧措置入所者特例コード', 'code', 1, { codes: 'claim-former-measure' }],
  ['certifiedFrom', '認定有効期間 開始年月日', 'date8'],
  ['certifiedTo', '認定有効期間 終了年月日', 'date8'],
  ['planAuthor', '居宅サービス計画作成区分コード', 'code', 1, { codes: 'claim-plan-author' }],
  ['planOffice', '居宅介護支援事業所番号', 'office'],
  ['serviceFrom', '開始年月日', 'date8'],
  ['serviceTo', '中止年月日', 'date8'],
  ['stopReason', '中止理由・入所(院)前の状況コード', 'code', 1, { codes: 'claim-stop-reason', open: true }],
  ['stayFrom', '入所(院)年月日', 'date8'],
  ['stayTo', '退所(院)年月日', 'date8'],
  ['stayDays', '入所(院)実日数', 'int', 2],
  ['awayDays', '外泊日数', 'int', 2],
  ['afterDischarge', '退所(院)後の状態コード', 'code', 1, { codes: 'claim-after-discharge', open: true }],
  ['insurance-rate', '保険給付率', 'int', 3],
  ...publics.map(([key, name]): Item => [`${key}-rate`, `${name}給付率`, 'int', 3]),
  ...totals,
]);

const counts = publics.map(([key, name]): Item => [`${key}-times`, `${name}対象日数・回数`, 'int', 2]);
const units = publics.map(([key, name]): Item => [`${key}-units`, `${name}対象サービス単位数`, 'int', 6]);
const service: readonly Item[] = [
  ...serviceCode,
  ['unit', '単位数', 'int', 4],
  ['times', '日数・回数', 'int', 2],
  ...counts,
  ['service-units', 'サービス単位数', 'int', 6],
  ...units,
];
const remarks: Item = ['remarks', '摘要', 'text', 20];

/** 02 */
export const services = layout('02', { en: 'Services', ja: '明細情報' }, [...detailHead, ...service, remarks]);

/** 14 */
export const servicesElsewhere = layout(
  '14',
  { en: 'Services to a resident of another municipality', ja: '明細情報(住所地特例)' },
  [...detailHead, ...service, ['facilityInsurer', '施設所在保険者番号', 'digits', 6], remarks],
);
