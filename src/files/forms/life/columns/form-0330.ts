/** Columns of FORM_0330_2021 (個別機能訓練計画情報), in the notation of ../column.ts. */
import { keys } from './keys.ts';

export const form0330 = `
${keys}
create_date day * 作成日
last_time_create_date day - 前回作成日
first_time_create_date day - 初回作成日
care_level code:care-level + 要介護度
plan_create_date_name text18 - 計画作成者
record_staff_job_category code:life-job + 計画作成者職種
impaired_elderly_independence_degree text1 + 障害老人の日常生活自立度
dementia_elderly_independence_degree text1 + 認知症老人の日常生活自立度
user_request text200 - 利用者本人の希望
user_family_request text200 - 家族の希望
user_social_participation_notice text200 - 利用者本人の社会参加の状況
user_environment_notice text200 - 利用者の居宅の環境（環境因子）
# group-1 健康状態・経過
disease_name_code text10 + 病名（コード）
disease_name text100 - 病名
onset_date day + 発症日・受傷日
latest_admission_date day - 直近の入院日
latest_discharge_date day - 直近の退院日
progress text328 - 治療経過（手術がある場合は手術日・術式等）
complications_control_1 text10 - 合併疾患・コントロール状態（高血圧、心疾患、呼吸器疾患、糖尿病等）_1
complications_control_2 text10 - 合併疾患・コントロール状態（高血圧、心疾患、呼吸器疾患、糖尿病等）_2
complications_control_3 text10 - 合併疾患・コントロール状態（高血圧、心疾患、呼吸器疾患、糖尿病等）_3
complications_control_4 text10 - 合併疾患・コントロール状態（高血圧、心疾患、呼吸器疾患、糖尿病等）_4
complications_control_5 text10 - 合併疾患・コントロール状態（高血圧、心疾患、呼吸器疾患、糖尿病等）_5
complications_control_notices text200 - 合併疾患・コントロール状態（高血圧、心疾患、呼吸器疾患、糖尿病等）_自由記述
implementation_status text200 - 機能訓練実施上の留意事項（開始前・訓練中の留意事項、運動強度・負荷量等）
# group-2 機能訓練の短期目標（今後３ヶ月）
short_goal_achievement code:life-answer-short-goal-achievement + 目標達成度（今後３ヶ月間）
short_goal_functional_training_mind_and_body_function_1 code:life-icf + 機能訓練の短期目標（今後３ヶ月間）_機能_1
short_goal_functional_training_mind_and_body_function_2 code:life-icf - 機能訓練の短期目標（今後３ヶ月間）_機能_2
short_goal_functional_training_mind_and_body_function_3 code:life-icf - 機能訓練の短期目標（今後３ヶ月間）_機能_3
short_goal_functional_training_activity_join_1 code:life-icf + 機能訓練の短期目標（今後３ヶ月間）_活動_1
short_goal_functional_training_activity_join_2 code:life-icf - 機能訓練の短期目標（今後３ヶ月間）_活動_2
short_goal_functional_training_activity_join_3 code:life-icf - 機能訓練の短期目標（今後３ヶ月間）_活動_3
short_goal_functional_training_activity_join_4 code:life-icf + 機能訓練の短期目標（今後３ヶ月間）_参加_1
short_goal_functional_training_activity_join_5 code:life-icf - 機能訓練の短期目標（今後３ヶ月間）_参加_2
short_goal_functional_training_activity_join_6 code:life-icf - 機能訓練の短期目標（今後３ヶ月間）_参加_3
# group-3 機能訓練の長期目標
long_goal_achievement code:life-answer-short-goal-achievement + 目標達成度（長期）
long_goal_functional_training_mind_and_body_function_1 code:life-icf + 機能訓練の目標_（長期）_機能_1
long_goal_functional_training_mind_and_body_function_2 code:life-icf - 機能訓練の目標_（長期）_機能_2
long_goal_functional_training_mind_and_body_function_3 code:life-icf - 機能訓練の目標_（長期）_機能_3
long_goal_functional_training_activity_join_1 code:life-icf + 機能訓練の目標（長期）_活動_1
long_goal_functional_training_activity_join_2 code:life-icf - 機能訓練の目標（長期）_活動_2
long_goal_functional_training_activity_join_3 code:life-icf - 機能訓練の目標（長期）_活動_3
long_goal_functional_training_activity_join_4 code:life-icf + 機能訓練の目標（長期）_参加_1
long_goal_functional_training_activity_join_5 code:life-icf - 機能訓練の目標（長期）_参加_2
long_goal_functional_training_activity_join_6 code:life-icf - 機能訓練の目標（長期）_参加_3
# group-4 プログラム内容①
function_training_content_01 code:life-support + プログラム内容①
function_training_note_01 text50 - 留意点①
function_training_frequency_times_01 int3 + 頻度①
function_training_date_01 int4 + 時間①
function_training_personnel_01 code:life-job - 主な実施者①
# group-5 プログラム内容②
function_training_content_02 code:life-support - プログラム内容②
function_training_note_02 text50 - 留意点②
function_training_frequency_times_02 int3 - 頻度②
function_training_date_02 int4 - 時間②
function_training_personnel_02 code:life-job - 主な実施者②
# group-6 プログラム内容③
function_training_content_03 code:life-support - プログラム内容③
function_training_note_03 text50 - 留意点③
function_training_frequency_times_03 int3 - 頻度③
function_training_date_03 int4 - 時間③
function_training_personnel_03 code:life-job - 主な実施者③
# group-7 プログラム内容④
function_training_content_04 code:life-support - プログラム内容④
function_training_note_04 text50 - 留意点④
function_training_frequency_times_04 int3 - 頻度④
function_training_date_04 int4 - 時間④
function_training_personnel_04 code:life-job - 主な実施者④
program_planner_staff_job_category code:life-job - プログラム立案者職種
program_planner text18 - プログラム立案者
not_service_time_implement_notice text100 - 利用者本人・家族等がサービス利用時間以外に実施すること
functional_training_notice text100 - 特記事項
functional_training_summary text100 - 個別機能訓練の実施による変化
re_evaluation text100 - 個別機能訓練実施における課題とその要因
`;
