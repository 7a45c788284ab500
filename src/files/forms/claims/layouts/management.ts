/**
 * Layouts of care management and of the office's bill: 居宅サービス計画費, 給付管理票, 請求書, and the frame of a file.
 * Source: インタフェース仕様書 サービス事業所編 (2014-11), item lists.
 */
import { type Item, layout, required } from './layout-of.ts';

const exchange: Item = ['exchange', '交換情報識別番号', 'code', 4, { ...required, codes: 'claim-record', open: true }];
const insured: Item = ['insured', '被保険者番号', 'insured', undefined, required];
const insurer: Item = ['insurer', '証記載保険者番号', 'digits', 8, required];
const person: readonly Item[] = [
  ['birthDate', '生年月日', 'date8', undefined, required],
  ['sex', '性別コード', 'code', 1, { ...required, codes: 'sex' }],
  ['careLevel', '要介護状態区分コード', 'code', 2, { codes: 'care-level' }],
];
const officeClass = { codes: 'claim-office-class' } as const;

/** 8124, 8125 */
export const planFees = layout('8124', { en: 'Fee for a care plan', ja: '居宅サービス計画費' }, [
  exchange,
  ['office', '事業所番号', 'office', undefined, required],
  ['officeClass', '指定/基準該当等事業所区分コード', 'code', 1, officeClass],
  ['month', 'サービス提供年月', 'ym6', undefined, required],
  insurer,
  ['unit-price', '単位数単価', 'hundredths', 4],
  insured,
  ['public1-payer', '公費負担者番号', 'digits', 8],
  ['public1-recipient', '公費受給者番号', 'digits', 7],
  ...person,
  ['certifiedFrom', '認定有効期間 開始', 'date8'],
  ['certifiedTo', '認定有効期間 終了', 'date8'],
  ['notified', '居宅サービス計画作成依頼届出年月日', 'date8'],
  ['line', 'サービス計画費明細行番号', 'ordinal', 2, required],
  ['service', 'サービスコード', 'serviceCode'],
  ['unit', '単位数', 'int', 6],
  ['times', '回数', 'int', 3],
  ['service-units', 'サービス単位数', 'int', 6],
  ['total-units', 'サービス単位数合計', 'int', 8],
  ['claimed', '請求金額', 'int', 6],
  ['manager', '担当介護支援専門員番号', 'digits', 8],
  ['remarks', '摘要', 'text', 20],
]);

/** 8222 */
export const slips = layout('8222', { en: 'Benefit slip', ja: '給付管理票' }, [
  exchange,
  ['month', '対象年月', 'ym6', undefined, required],
  insurer,
  ['office', '事業所番号(居宅介護支援・介護予防支援)', 'office', undefined, required],
  ['action', '給付管理票情報作成区分コード', 'code', 1, { ...required, codes: 'claim-slip-action' }],
  ['made', '給付管理票作成年月日', 'date8'],
  ['kind', '給付管理票種別区分コード', 'code', 1, { ...required, codes: 'claim-slip-kind' }],
  ['line', '給付管理票明細行番号', 'ordinal', 2, required],
  insured,
  ...person,
  ['limitFrom', '限度額適用期間(開始)', 'ym6'],
  ['limitTo', '限度額適用期間(終了)', 'ym6'],
  ['limit-units', '居宅・介護予防支給限度額', 'int', 6],
  ['planAuthor', '居宅サービス計画作成区分コード', 'code', 1, { codes: 'claim-plan-author' }],
  ['serviceOffice', '事業所番号(サービス事業所)', 'office'],
  ['serviceClass', '指定/基準該当等事業所区分コード', 'code', 1, officeClass],
  ['serviceType', 'サービス種類コード', 'code', 2, { codes: 'service-type', open: true }],
  ['planned', '給付計画単位数/日数', 'int', 6],
  ['days-before', '限度額管理期間における前月までの給付計画日数', 'int', 3],
  ['designated-sum', '指定サービス分小計', 'int', 6],
  ['equivalent-sum', '基準該当サービス分小計', 'int', 6],
  ['planned-sum', '給付計画合計単位数/日数', 'int', 6],
  ['manager', '担当介護支援専門員番号', 'digits', 8],
  ['commissioned', '委託先の居宅介護支援事業所番号', 'office'],
  ['commissionedManager', '委託先の担当介護支援専門員番号', 'digits', 8],
]);

const billHead: readonly Item[] = [
  exchange,
  ['month', 'サービス提供年月', 'ym6', undefined, required],
  ['office', '事業所番号', 'office', undefined, required],
  ['payer', '保険・公費等区分コード', 'code', 1, { ...required, codes: 'claim-payer' }],
  ['law', '法別番号', 'ordinal', 2],
  ['request', '請求情報区分コード', 'code', 2, { ...required, codes: 'claim-request-kind', open: true }],
  ['count', 'サービス費用 件数', 'int', 6],
  ['units', 'サービス費用 単位数', 'int', 11],
  ['cost', 'サービス費用 費用合計', 'int', 12],
  ['claimed', 'サービス費用 保険請求額', 'int', 12],
  ['public-claimed', 'サービス費用 公費請求額', 'int', 12],
  ['copayment', 'サービス費用 利用者負担', 'int', 12],
];

/** 7111 */
export const bills = layout('7111', { en: 'Bill of an office', ja: '介護給付費請求書' }, [
  ...billHead,
  ['residentCount', '特定入所者 件数', 'int', 6],
  ['residentDays', '特定入所者 延べ日数', 'int', 8],
  ['residentCost', '特定入所者 費用合計', 'int', 12],
  ['residentCopayment', '特定入所者 利用者負担', 'int', 12],
  ['residentPublic', '特定入所者 公費請求額', 'int', 12],
  ['residentClaimed', '特定入所者 保険請求額', 'int', 12],
]);

/** 7112: the first 12 items of 7111. */
export const projectBills = layout(
  '7112',
  { en: 'Bill of an office for municipal services', ja: '介護予防・日常生活支援総合事業費請求書' },
  billHead,
);

/** The first row of a file. */
export const control = layout('control', { en: 'Control record', ja: 'コントロールレコード' }, [
  ['type', 'レコード種別', 'ordinal', 1, required],
  ['number', 'レコード番号', 'int', 10, required],
  ['volume', 'ボリューム通番', 'ordinal', 3],
  ['count', 'レコード件数', 'int', 10, required],
  ['dataKind', 'データ種別', 'code', 3, { ...required, codes: 'claim-data-kind', open: true }],
  ['welfareOffice', '福祉事務所特定番号', 'ordinal', 10],
  ['insurer', '保険者番号', 'ordinal', 8],
  ['office', '事業所番号', 'office', undefined, required],
  ['prefecture', '都道府県番号', 'ordinal', 2],
  ['medium', '媒体区分', 'code', 1, { codes: 'claim-medium', open: true }],
  ['month', '処理対象年月', 'ym6', undefined, required],
  ['fileNumber', 'ファイル管理番号', 'ordinal', 10],
]);
