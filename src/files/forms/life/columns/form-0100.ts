/** Columns of FORM_0100_2021 (栄養・摂食嚥下情報), in the notation of ../column.ts. */
import { keys } from './keys.ts';

export const form0100 = `
${keys}
facility_outpatient_category code:life-answer-facility-outpatient-category * 施設／通所・居宅区分
user_family_intention text200 - 利用者・家族の意向
create_date day + 作成年月日
care_level code:care-level + 要介護度
disease_name text100 - 病名・特記事項等
meal_content text200 - 食事の準備状況（買い物、食事の支度、地域特性等）
family_content text100 - 家族構成とキーパーソン（支援者）
implementation_date day * 実施日
process code:life-answer-process + プロセス
record_staff_job_category code:life-job + 記入者職員職種
filing_staff text18 - 記入者名
# group-1 低栄養状態のリスク
low_operating_risk_level code:life-answer-low-operating-risk-level + リスクレベル
height dec3.1 + 身長
weight dec3.1 + 体重
bmi dec3.1 + ＢＭＩ
# group-2 3%以上の体重減少率（kg/1ヶ月）
is_one_month_weight_loss code:life-answer-yes-no + 3%以上の体重減少（kg/1ヶ月）_有無
one_month_weight_loss dec3.1 - 体重減少（kg/1ヶ月）
# group-3 3%以上の体重減少率（kg/3ヶ月）
is_three_month_weight_loss code:life-answer-yes-no + 3%以上の体重減少（kg/3ヶ月）
three_month_weight_loss dec3.1 - 体重減少（kg/3ヶ月）
# group-4 3%以上の体重減少率（kg/6ヶ月）
is_six_month_weight_loss code:life-answer-yes-no + 3%以上の体重減少（kg/6ヶ月）_有無
six_month_weight_loss dec3.1 - 体重減少（kg/6ヶ月）
is_serum_albumin_value code:life-answer-yes-no + 血清アルブミン値_有無
serum_albumin_value dec3.1 ? 血清アルブミン値
bedsore code:life-answer-yes-no + 褥瘡
# group-5 栄養補給法
food_form_ingestion code:life-answer-food-form-ingestion-2 + 経口摂取
is_nutrition_supply_method_enteral_nutrition code:life-answer-yes-no + 経腸栄養法
is_nutrition_supply_method_parenteral_nutrition code:life-answer-yes-no + 静脈栄養法
nutrition_supply_method_other text50 - その他
# group-6 栄養補給の状態
dietary_intake int3 ? 食事摂取量（全体）
staple_food_intake int3 ? 主食の摂取量
# group-7 主菜、副菜の摂取量
main_dish_intake int3 ? 主菜の摂取量
side_dish_intake int3 ? 副菜の摂取量
provided_nutrients_other text50 - その他（補助食品など）
nutrition_intake_energy dec5.1 ? 摂取栄養量_エネルギー（kcal）
nutrition_intake_energy_kg dec4.1 ? 摂取栄養量_エネルギー（現体重当たり）（kcal/kg）
nutrition_intake_protein dec4.1 ? 摂取栄養量_たんぱく質（g）
nutrition_intake_protein_kg dec3.1 ? 摂取栄養量_たんぱく質（g/kg）
nutrition_provided_energy dec5.1 ? 提供栄養量_エネルギー（kcal）
nutrition_provided_energy_kg dec4.1 ? 提供栄養量_エネルギー（現体重当たり）（kcal/kg）
nutrition_provided_protein dec4.1 ? 提供栄養量_たんぱく質（g）
nutrition_provided_protein_kg dec3.1 ? 提供栄養量_たんぱく質（g/kg）
required_nutrients_energy dec5.1 ? 必要栄養量_エネルギー（kcal）
required_nutrients_energy_kg dec4.1 ? 必要栄養量_エネルギー（現体重当たり）（kcal/kg）
required_nutrients_protein dec4.1 ? 必要栄養量_たんぱく質（g）
required_nutrients_protein_kg dec3.1 ? 必要栄養量_たんぱく質（g/kg）
is_need_swallowing_adjusted_food code:life-answer-yes-no ? 嚥下調整食品の必要性
meal_form code:life-answer-meal-form ? 食事の形態（コード）
thickening code:life-answer-thickening ? とろみ
is_meal_notes code:life-answer-yes-no + 食事の留意事項の有無（療養食の指示、食事形態、嗜好、薬剤影響食品、アレルギーなど）
instructions_and_allergies_etc_notes text100 - 食事の留意事項（具体的に）
motivation code:life-answer-motivation + 本人の意欲
appetite_meal_satisfaction code:life-answer-appetite-meal-satisfaction + 食欲・食事の満足感
eating_aweareness code:life-answer-appetite-meal-satisfaction + 食事に対する意識
# group-8 口腔関係の課題
eating_status_oral code:life-answer-yes-no + 口腔衛生
eating_status_eating_swallow code:life-answer-yes-no + 摂食・嚥下
eating_status_unable_stable_right_posture code:life-answer-yes-no + 安定した正しい姿勢が自分で取れない
eating_status_unable_meal_concentrate code:life-answer-yes-no + 食事に集中することができない
eating_status_somnolence_confusion_during_meal code:life-answer-yes-no + 食事中に傾眠や意識混濁がある
eating_status_eating_without_denture code:life-answer-yes-no + 歯（義歯）のない状態で食事をしている
eating_status_accumulate_food_in_mouth code:life-answer-yes-no + 食べ物を口腔内に溜め込む
eating_status_choke_while_chewing_solid_food code:life-answer-yes-no + 固形の食べ物を咀しゃく中にむせる
eating_status_food_remain_in_cheeks_or_mouth_after_meal code:life-answer-yes-no + 食後、頬の内側や口腔内に残渣がある
eating_status_choke_by_water code:life-answer-yes-no + 水分でむせる
eating_status_cough_during_or_after_meal code:life-answer-yes-no + 食事中、食後に咳をすることがある
eating_status_other_notice text100 - その他・気が付いた点_自由記述
# group-9 その他
nutrition_care_issues_bedsore code:life-answer-yes-no + 褥瘡
nutrition_care_issues_living_function_deterioration code:life-answer-yes-no + 生活機能低下
nutrition_care_issues_nausea_vomit code:life-answer-yes-no + 嘔気・嘔吐
nutrition_care_issues_diarrhoea code:life-answer-yes-no + 下痢
nutrition_care_issues_constipation code:life-answer-yes-no + 便秘
nutrition_care_issues_edema code:life-answer-yes-no + 浮腫
nutrition_care_issues_dehydration code:life-answer-yes-no + 脱水
nutrition_care_issues_infection code:life-answer-yes-no + 感染
nutrition_care_issues_fever code:life-answer-yes-no + 発熱
nutrition_care_issues_homebodies code:life-answer-yes-no + 閉じこもり
nutrition_care_issues_depression code:life-answer-yes-no + うつ
nutrition_care_issues_cognitive_function code:life-answer-yes-no + 認知症
nutrition_care_issues_medicine code:life-answer-yes-no + 薬の影響
overall_notice text200 - 特記事項
overall_evaluation code:life-answer-overall-evaluation + 総合評価
is_overall_evaluation_planning code:life-answer-yes-no ? 計画変更
overall_service_continuous_necessity code:life-answer-yes-no ? サービス継続の必要性
# group-10 摂食・嚥下機能検査
inspection_drinking_test code:life-answer-yes-no - 水飲みテスト
inspection_cervical_auscultation code:life-answer-yes-no - 頚部聴診法
inspection_swallow_endoscopic code:life-answer-yes-no - 嚥下内視鏡検査
inspection_swallow_fluoroscopic code:life-answer-yes-no - 嚥下造影検査
inspection_chewing_ability_function_inspection code:life-answer-yes-no - 咀嚼能力・機能の検査
inspection_problem_in_cognitive_function code:life-answer-yes-no - 認知機能に課題あり
inspection_other code:life-answer-yes-no - その他
inspection_noice text100 - その他_自由記述
inspection_date day - 摂食・嚥下機能検査の実施日
# group-11 検査結果や観察等を通して把握した課題の所在
issues_location_cognitive_function code:life-answer-yes-no - 認知機能
issues_location_chewing_oral_function code:life-answer-yes-no - 咀嚼・口腔機能
issues_location_swallowing_function code:life-answer-yes-no - 嚥下機能
# group-12 参加者
meals_observation_participants_doctor code:life-answer-attendance - 医師
meals_observation_participants_dentist code:life-answer-attendance - 歯科医師
meals_observation_participants_managerial_dietician code:life-answer-attendance - 管理栄養士
meals_observation_participants_dietician code:life-answer-attendance - 栄養士
meals_observation_participants_dental_hygienist code:life-answer-attendance - 歯科衛生士
meals_observation_participants_hearing_therapist code:life-answer-attendance - 言語聴覚士
meals_observation_participants_occupational_therapist code:life-answer-attendance - 作業療法士
meals_observation_participants_physical_therapist code:life-answer-attendance - 理学療法士
meals_observation_participants_nursing_staff code:life-answer-attendance - 看護職員
meals_observation_participants_nursing_care_staff code:life-answer-attendance - 介護職員
meals_observation_participants_care_support_specialist code:life-answer-attendance - 介護支援専門員
meals_observation_date day - 食事の観察の実施日
meeting_participants_doctor code:life-answer-attendance - 医師
meeting_participants_dentist code:life-answer-attendance - 歯科医師
meeting_participants_managerial_dietician code:life-answer-attendance - 管理栄養士
meeting_participants_dietician code:life-answer-attendance - 栄養士
meeting_participants_dental_hygienist code:life-answer-attendance - 歯科衛生士
meeting_participants_speech_language_hearing_therapist code:life-answer-attendance - 言語聴覚士
meeting_participants_occupational_therapist code:life-answer-attendance - 作業療法士
meeting_participants_physical_therapist code:life-answer-attendance - 理学療法士
meeting_participants_nursing_staff code:life-answer-attendance - 看護職員
meeting_participants_nursing_care_staff code:life-answer-attendance - 介護職員
meeting_participants_care_support_specialist code:life-answer-attendance - 介護支援専門員
meeting_date day - 会議実施日
support_viewpoint_meal_forms_supplementary_meals code:life-answer-support-viewpoint-meal-forms-supplementary-meals - 食事の形態・とろみ、補助食の活用
support_viewpoint_meal_ambience code:life-answer-support-viewpoint-meal-forms-supplementary-meals - 食事の周囲環境
support_viewpoint_meal_support_method code:life-answer-support-viewpoint-meal-forms-supplementary-meals - 食事の介助の方法
support_viewpoint_oral_care_method code:life-answer-support-viewpoint-meal-forms-supplementary-meals - 口腔のケアの方法
support_viewpoint_medical_or_dental_treatment_necessity code:life-answer-support-viewpoint-meal-forms-supplementary-meals - 医療又は歯科医療受療の必要性
support_viewpoint_notice text200 - 特記事項
`;
