/** Columns of NUTRITION_CARE_PLAN_2024 (栄養ケア等計画書), in the notation of ../column.ts. */
import { keys } from './keys.ts';

export const nutritionCarePlan2024 = `
${keys}
facility_outpatient_category code:life-answer-facility-outpatient-category * 施設／通所・居宅区分
admission_date day - 入所（院）日
first_create_date day - 初回作成日
create_date day - 作成（変更）日
is_doctor_instructions code:life-answer-is-doctor-instructions - 医師の指示の有無
doctor_instructions_point text50 - 医師の指示 要点
doctor_instructions_date day - 医師の指示 指示日
user_family_intention text200 - 利用者及び家族の意向
user_family_intention_date day - 説明日
low_operating_risk_level code:life-answer-low-operating-risk-level - 低栄養リスクレベル
assignment_contents text200 - 課題（ニーズ）の内容
long_goal_and_period_contents text200 - 長期目標と期間
plan_classification_01 code:life-answer-plan-classification-01 - 計画1 分類
plan_short_goal_and_period_01 text200 - 計画1 短期目標と期間
plan_content_of_nutritional_care_01 text400 - 計画1 栄養ケアの具体的内容
plan_classification_02 code:life-answer-plan-classification-01 - 計画2 分類
plan_short_goal_and_period_02 text200 - 計画2 短期目標と期間
plan_content_of_nutritional_care_02 text400 - 計画2 栄養ケアの具体的内容
plan_classification_03 code:life-answer-plan-classification-01 - 計画3 分類
plan_short_goal_and_period_03 text200 - 計画3 短期目標と期間
plan_content_of_nutritional_care_03 text400 - 計画3 栄養ケアの具体的内容
plan_classification_04 code:life-answer-plan-classification-01 - 計画4 分類
plan_short_goal_and_period_04 text200 - 計画4 短期目標と期間
plan_content_of_nutritional_care_04 text400 - 計画4 栄養ケアの具体的内容
plan_classification_05 code:life-answer-plan-classification-01 - 計画5 分類
plan_short_goal_and_period_05 text200 - 計画5 短期目標と期間
plan_content_of_nutritional_care_05 text400 - 計画5 栄養ケアの具体的内容
support_viewpoint_notice text200 - 特記事項
is_nutrition_management_addition code:life-answer-is-doctor-instructions - 栄養マネジメント強化加算
oral_shift_addition code:life-answer-is-doctor-instructions - 経口移行加算
oral_maintenance_addition_01 code:life-answer-is-doctor-instructions - 経口維持加算(Ⅰ)
oral_maintenance_addition_02 code:life-answer-is-doctor-instructions - 経口維持加算(Ⅱ)
dietetic_food_addition code:life-answer-is-doctor-instructions - 療養食加算
implementation_date_01 day - 経過記録1 実施日
service_provision_items_01 text100 - 経過記録1 サービス提供項目
implementation_date_02 day - 経過記録2 実施日
service_provision_items_02 text100 - 経過記録2 サービス提供項目
implementation_date_03 day - 経過記録3 実施日
service_provision_items_03 text100 - 経過記録3 サービス提供項目
implementation_date_04 day - 経過記録4 実施日
service_provision_items_04 text100 - 経過記録4 サービス提供項目
implementation_date_05 day - 経過記録5 実施日
service_provision_items_05 text100 - 経過記録5 サービス提供項目
implementation_date_06 day - 経過記録6 実施日
service_provision_items_06 text100 - 経過記録6 サービス提供項目
implementation_date_07 day - 経過記録7 実施日
service_provision_items_07 text100 - 経過記録7 サービス提供項目
implementation_date_08 day - 経過記録8 実施日
service_provision_items_08 text100 - 経過記録8 サービス提供項目
implementation_date_09 day - 経過記録9 実施日
service_provision_items_09 text100 - 経過記録9 サービス提供項目
implementation_date_10 day - 経過記録10 実施日
service_provision_items_10 text100 - 経過記録10 サービス提供項目
implementation_date_11 day - 経過記録11 実施日
service_provision_items_11 text100 - 経過記録11 サービス提供項目
implementation_date_12 day - 経過記録12 実施日
service_provision_items_12 text100 - 経過記録12 サービス提供項目
implementation_date_13 day - 経過記録13 実施日
service_provision_items_13 text100 - 経過記録13 サービス提供項目
implementation_date_14 day - 経過記録14 実施日
service_provision_items_14 text100 - 経過記録14 サービス提供項目
implementation_date_15 day - 経過記録15 実施日
service_provision_items_15 text100 - 経過記録15 サービス提供項目
implementation_date_16 day - 経過記録16 実施日
service_provision_items_16 text100 - 経過記録16 サービス提供項目
implementation_date_17 day - 経過記録17 実施日
service_provision_items_17 text100 - 経過記録17 サービス提供項目
implementation_date_18 day - 経過記録18 実施日
service_provision_items_18 text100 - 経過記録18 サービス提供項目
implementation_date_19 day - 経過記録19 実施日
service_provision_items_19 text100 - 経過記録19 サービス提供項目
implementation_date_20 day - 経過記録20 実施日
service_provision_items_20 text100 - 経過記録20 サービス提供項目
version version * バージョン番号
`;
