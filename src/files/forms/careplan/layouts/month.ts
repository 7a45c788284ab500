/**
 * Layouts of the care-plan exchange: サービス利用票・別表 (第6表・第7表), 実績 and their deletions.
 * Source: ケアプランデータ連携標準仕様 4.1 (2024-10), interface layouts.
 */
import { layout } from './layout-of.ts';

/** UPPLAN */
export const upplan = layout('UPPLAN', { en: 'Service slip (table 6), planned', ja: '第6表（サービス利用票）予定' }, [
  ['version', 'CSVバージョン', 'version', { required: true }],
  ['insurer', '保険者番号', 'digits', { length: 6, required: true }],
  ['insured', '被保険者番号', 'insured', { required: true }],
  ['created', '作成年月日', 'date8', { required: true }],
  ['month', '対象年月', 'ym6', { required: true }],
  ['plannerNumber', 'プラン担当業者コード', 'office', { required: true }],
  ['planner', 'プラン担当者名', 'text'],
  ['units', '単位数', 'int', { length: 6 }],
  ['shortStayDays', '前月までの短期入所利用日数', 'int', { length: 5 }],
  ['day', 'サービス利用日', 'date8', { required: true }],
  ['proRata', '日割対象日', 'bits', { length: 31 }],
  ['start', 'サービス開始時刻', 'hhmm4', { required: true }],
  ['end', 'サービス終了時刻', 'hhmm4', { required: true }],
  ['times', 'サービス回数', 'int', { length: 2, required: true }],
  ['serviceCode', 'サービスコード', 'serviceCode', { required: true }],
  ['tais', 'TAISコード', 'text', { length: 12 }],
  ['equipmentNumber', '福祉用具届出コード', 'text', { length: 12 }],
  ['equipment', '用具名称（機種名）', 'text'],
  ['detailNo', '明細判別コード', 'int'],
  ['officeNumber', 'サービス事業者コード', 'office', { required: true }],
  ['office', 'サービス事業所名', 'text'],
  ['branch', 'サテライト枝番', 'text', { length: 2 }],
  ['over30', '３０日超区分', 'code', { length: 1, required: true, codes: 'careplan-over-30-days' }],
  ['updatedBy', '更新業者コード', 'office'],
  ['marker', '識別子', 'unused', { length: 1 }],
]);

/** UPJSK: the same columns as UPPLAN, what was given instead of what is planned. */
export const upjsk = { ...upplan, id: 'UPJSK', title: { en: 'Services given', ja: '実績情報' } };

/** DLTPLAN */
export const dltplan = layout('DLTPLAN', { en: 'Deletion of a service slip', ja: '第6表予定_削除' }, [
  ['version', 'CSVバージョン', 'version', { required: true }],
  ['insurer', '保険者番号', 'digits', { length: 6, required: true }],
  ['insured', '被保険者番号', 'insured', { required: true }],
  ['month', '削除対象年月', 'ym6', { required: true }],
]);

/** DLTJSK */
export const dltjsk = layout('DLTJSK', { en: 'Deletion of services given', ja: '実績情報_削除' }, [
  ['version', 'CSVバージョン', 'version', { required: true }],
  ['insurer', '保険者番号', 'digits', { length: 6, required: true }],
  ['insured', '被保険者番号', 'insured', { required: true }],
  ['month', '削除対象年月', 'ym6', { required: true }],
  ['officeNumber', 'サービス事業者コード', 'office', { required: true }],
  ['serviceType', 'サービス種類コード', 'code', { length: 2, required: true, codes: 'service-type' }],
]);

/** UPSIKYU */
export const upsikyu = layout('UPSIKYU', { en: 'Benefit sheet (table 7)', ja: '第7表（サービス利用票別表）' }, [
  ['version', 'CSVバージョン', 'version', { required: true }],
  ['insurer', '保険者番号', 'digits', { length: 6, required: true }],
  ['insured', '被保険者番号', 'insured', { required: true }],
  ['created', '作成年月日', 'date8', { required: true }],
  ['month', '対象年月', 'ym6', { required: true }],
  ['office', 'サービス事業所名', 'text'],
  ['officeNumber', 'サービス事業所コード', 'office', { required: true }],
  ['branch', 'サテライト枝番', 'text', { length: 2 }],
  ['serviceCode', 'サービスコード', 'serviceCode', { required: true }],
  ['tais', 'TAISコード', 'text', { length: 12 }],
  ['equipmentNumber', '福祉用具届出コード', 'text', { length: 12 }],
  ['equipment', '用具名称（機種名）', 'text'],
  ['units', '単位数', 'int', { length: 6, required: true }],
  ['discountRate', '割引後率', 'int', { length: 5 }],
  ['discountedUnits', '割引後単位数', 'int', { length: 6 }],
  ['times', '回数／日数', 'int', { length: 3, required: true }],
  ['serviceUnits', 'サービス単位金額', 'int', { length: 5 }],
  ['managedUnits', '給付管理単位数', 'int', { length: 6 }],
  ['overServiceLimit', '種類支給限度基準超単位数', 'int', { length: 6 }],
  ['withinServiceLimit', '種類支給限度基準内単位数', 'int', { length: 6 }],
  ['overLimit', '区分支給限度基準超単位数', 'int', { length: 6 }],
  ['withinLimit', '区分支給限度基準内単位数', 'int', { length: 6 }],
  ['unitPrice', '単位数単価', 'decimal', { length: 6 }],
  ['cost', '費用総額保険／事業対象分', 'int', { length: 6 }],
  ['benefitRate', '給付率', 'int', { length: 6 }],
  ['claimed', '保険／事業費請求額', 'int', { length: 6 }],
  ['fixedCharge', '定額利用者負担単価金額', 'int', { length: 6 }],
  ['copayment', '利用者負担保険／事業対象分', 'int', { length: 6 }],
  ['fullCharge', '利用者負担（全額負担分）', 'int', { length: 6 }],
  ['daysBefore', '前月までの利用日数', 'int', { length: 5 }],
  ['daysPlanned', '当月の計画利用日数', 'int', { length: 2 }],
  ['daysTotal', '累積利用日数', 'int', { length: 5 }],
  ['over30', '３０日超区分', 'code', { length: 1, required: true, codes: 'careplan-over-30-days' }],
  ['enteringOffice', '事業所コード', 'office'],
  ['enteredBy', '入力者コード', 'text', { length: 10 }],
  ['updatedBy', '更新業者コード', 'office'],
  ['marker', '識別子', 'unused', { length: 1 }],
]);
