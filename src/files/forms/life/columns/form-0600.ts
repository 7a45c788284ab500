/** Columns of FORM_0600_2021 (排せつ支援情報), in the notation of ../column.ts. */
import { keys } from './keys.ts';

export const form0600 = `
${keys}
evaluate_date day * 評価日
plan_create_date day ? 計画作成日
record_staff_job_category code:life-job + 記入者職種
filing_staff text18 - 記入者名
doctor_name text18 - 医師名
nurse_name text18 - 看護師名
# group-1 排尿の状態
urination_admission_status code:life-answer-excretion + 施設入所時
urination_evaluation_status code:life-answer-excretion + 評価時
urination_three_support_status code:life-answer-excretion + 3か月後の見込み （支援を行った場合）
urination_three_no_support_status code:life-answer-excretion + 3か月後の見込み （支援を行わない場合）
# group-2 排便の状態
defecation_admission_status code:life-answer-excretion + 施設入所時
defecation_evaluation_status code:life-answer-excretion + 評価時
defecation_three_support_status code:life-answer-excretion + 3か月後の見込み （支援を行った場合）
defecation_three_no_support_status code:life-answer-excretion + 3か月後の見込み （支援を行わない場合）
# group-3 おむつ使用の有無
diaper_user_admission_status code:life-answer-diaper-user-admission-status + 施設入所時
diaper_user_evaluation_status code:life-answer-diaper-user-admission-status + 評価時
diaper_user_three_support_status code:life-answer-diaper-user-admission-status + 3か月後の見込み （支援を行った場合）
diaper_user_three_no_support_status code:life-answer-diaper-user-admission-status + 3か月後の見込み （支援を行わない場合）
# group-4 ポータブルトイレ使用の有無
portable_toilet_admission_status code:life-answer-diaper-user-admission-status + 施設入所時
portable_toilet_evaluation_status code:life-answer-diaper-user-admission-status + 評価時
portable_toilet_three_support_status code:life-answer-diaper-user-admission-status + 3か月後の見込み （支援を行った場合）
portable_toilet_three_no_support_status code:life-answer-diaper-user-admission-status + 3か月後の見込み （支援を行わない場合）
excretion_status_necessity code:life-answer-yes-no + 排せつの状態に関する支援の必要性
excretion_cause_support text200 - 排せつに介護を要する原因
support_program text200 - 支援計画
`;
