/**
 * Layouts of the care-plan exchange: 居宅サービス計画: 第1表・第2表・第3表 and the deletion.
 * Source: ケアプランデータ連携標準仕様 4.1 (2024-10), interface layouts.
 */
import { layout } from './layout-of.ts';

/** UP1KYO */
export const up1kyo = layout('UP1KYO', { en: 'Care plan, table 1', ja: '居宅サービス計画1表' }, [
  ['version', 'CSVバージョン', 'version', { required: true }],
  ['insurer', '保険者番号', 'digits', { length: 6, required: true }],
  ['insured', '被保険者番号', 'insured', { required: true }],
  ['created', '作成年月日', 'date8', { required: true }],
  ['postalCode', '利用者郵便番号', 'text', { length: 8 }],
  ['address1', '利用者住所１', 'text'],
  ['address2', '利用者住所２', 'text'],
  ['author', '居宅サービス計画作成者氏名', 'text', { required: true }],
  ['office', '介護支援事業者名', 'text', { required: true }],
  ['officePostalCode', '介護支援事業者郵便番号', 'text', { length: 8 }],
  ['officeAddress1', '介護支援事業者住所１', 'text'],
  ['officeAddress2', '介護支援事業者住所２', 'text'],
  ['officeNumber', '介護支援事業者コード', 'office', { required: true }],
  ['planDate', '居宅サービス計画作成（変更）日', 'date8', { required: true }],
  ['firstPlanDate', '初回居宅サービス計画作成日', 'date8', { required: true }],
  ['planKind', '計画書区分', 'code', { length: 2, codes: 'careplan-plan-kind' }],
  ['certificationState', '認定状況区分', 'code', { length: 1, codes: 'careplan-certification-state' }],
  ['certifiedOn', '認定日', 'date8'],
  ['certifiedFrom', '認定有効期間開始日', 'date8'],
  ['certifiedTo', '認定有効期間終了日', 'date8'],
  ['careLevel', '要介護状態区分', 'code', { length: 2, codes: 'careplan-care-level' }],
  ['analysis', '利用者及び家族の生活に対する意向を踏まえた課題分析の結果', 'text'],
  ['boardOpinion', '介護認定審査会の意見及びサービスの種類の指定', 'text'],
  ['policy', '総合的な援助の方針', 'text'],
  ['houseworkReason', '生活援助中心型の算定理由', 'code', { length: 1, codes: 'careplan-housework-reason' }],
  ['houseworkOther', 'その他理由', 'text'],
  ['updatedBy', '更新業者コード', 'office'],
  ['marker', '識別子', 'unused', { length: 1 }],
]);

/** DLT1KYO */
export const dlt1kyo = layout('DLT1KYO', { en: 'Deletion of a care plan', ja: '居宅サービス計画1表_削除' }, [
  ['version', 'CSVバージョン', 'version', { required: true }],
  ['insurer', '保険者番号', 'digits', { length: 6, required: true }],
  ['insured', '被保険者番号', 'insured', { required: true }],
  ['planDate', '居宅サービス計画作成（変更）日', 'date8', { required: true }],
]);

/** UP2KYO */
export const up2kyo = layout('UP2KYO', { en: 'Care plan, table 2', ja: '居宅サービス計画2表' }, [
  ['version', 'CSVバージョン', 'version', { required: true }],
  ['insurer', '保険者番号', 'digits', { length: 6, required: true }],
  ['insured', '被保険者番号', 'insured', { required: true }],
  ['created', '居宅計画書作成年月日', 'date8', { required: true }],
  ['planDate', '居宅サービス計画作成（変更）日', 'date8', { required: true }],
  ['issueNo', '課題ＮＯ', 'int', { length: 2 }],
  ['issue', '課題', 'text'],
  ['goalNo', '援助目標ＮＯ', 'int', { length: 2 }],
  ['longGoal', '長期目標', 'text'],
  ['shortGoal', '短期目標', 'text'],
  ['longPeriod', '長期期間', 'text'],
  ['shortPeriod', '短期期間', 'text'],
  ['contentNo', '援助内容ＮＯ', 'int', { length: 2 }],
  ['content', 'サービス内容', 'text'],
  ['insuredService', '保険対象区分', 'code', { length: 1, codes: 'careplan-insured' }],
  ['service', 'サービス種別', 'text'],
  ['officeNumber', 'サービス事業者コード', 'office'],
  ['office', 'サービス事業所名', 'text'],
  ['frequency', '頻度', 'text'],
  ['period', '実施期間', 'text'],
  ['updatedBy', '更新業者コード', 'office'],
  ['marker', '識別子', 'unused', { length: 1 }],
]);

/** UP3KYO */
export const up3kyo = layout(
  'UP3KYO',
  { en: 'Care plan, table 3 (week)', ja: '居宅サービス計画3表（週間サービス計画表）' },
  [
    ['version', 'CSVバージョン', 'version', { required: true }],
    ['insurer', '保険者番号', 'digits', { length: 6, required: true }],
    ['insured', '被保険者番号', 'insured', { required: true }],
    ['created', '週間サービス計画表作成年月日', 'date8', { required: true }],
    ['planDate', '居宅サービス計画作成（変更）日', 'date8', { required: true }],
    ['service', '介護サービス内容', 'text'],
    ['weekday', '曜日', 'code', { length: 1, codes: 'careplan-weekday' }],
    ['serviceStart', '開始時間', 'hhmm4'],
    ['serviceEnd', '終了時間', 'hhmm4'],
    ['activity', '主な日常生活上の活動', 'text'],
    ['activityStart', '開始時間', 'hhmm4'],
    ['activityEnd', '終了時間', 'hhmm4'],
    ['other', '週単位以外のサービス', 'text'],
  ],
);
