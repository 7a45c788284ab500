/** Columns of NUTRITION_FEEDING_SWALLOWING_SCREENING_ASSESSMENT_MONITORING_2024 (栄養・摂食嚥下スクリーニング・アセスメント・モニタリング), in the notation of ../column.ts. */
import { keys } from './keys.ts';

export const nutritionScreening2024 = `
${keys}
facility_outpatient_category code:life-answer-facility-outpatient-category * 施設／通所・居宅区分
trinity_attempt code:life-answer-yes-no * リハ・個別機能、栄養、口腔の一体的取り組み
care_level code:care-level * 要介護度
disease_name text100 - 病名・特記事項等
user_family_intention text200 - 利用者・家族の意向
create_date day - 作成年月日
meal_content text200 - 食事の準備状況 (通所・居宅のみ)
family_content text100 - 家族構成とキーパーソン
implementation_date day * 実施日
process code:life-answer-process - プロセス
low_operating_risk_level code:life-answer-low-operating-risk-level + 低栄養リスクレベル
height dec3.1 + 身長 cm
weight dec3.1 + 体重 kg
is_one_month_weight_loss code:life-answer-is-one-month-weight-loss + 1ヶ月3%以上の体重減少
one_month_weight_loss dec3.1 ? 1ヶ月の体重減少 kg
is_three_month_weight_loss code:life-answer-is-one-month-weight-loss + 3ヶ月3%以上
three_month_weight_loss dec3.1 ? 3ヶ月の減少 kg
is_six_month_weight_loss code:life-answer-is-one-month-weight-loss + 6ヶ月3%以上
six_month_weight_loss dec3.1 ? 6ヶ月の減少 kg
bedsore code:life-answer-is-one-month-weight-loss + 褥瘡
food_form_ingestion code:life-answer-food-form-ingestion-2 + 経口摂取
is_nutrition_supply_method_enteral_nutrition code:life-answer-yes-no ? 経腸栄養法
is_nutrition_supply_method_parenteral_nutrition code:life-answer-yes-no ? 静脈栄養法
nutrition_supply_method_other text50 - その他
dietary_intake int3 ? 食事摂取量 %
staple_food_intake int3 ? 主食 %
main_dish_intake int3 ? 主菜 %
side_dish_intake int3 ? 副菜 %
provided_nutrients_other text50 - その他（補助食品など）
nutrition_intake_energy dec5.1 + 摂取エネルギー kcal
nutrition_intake_protein dec4.1 + 摂取たんぱく質 g
nutrition_provided_energy dec5.1 + 提供エネルギー
nutrition_provided_protein dec4.1 + 提供たんぱく質
required_nutrients_energy dec5.1 + 必要エネルギー
required_nutrients_protein dec4.1 + 必要たんぱく質
is_need_swallowing_adjusted_food code:life-answer-is-one-month-weight-loss ? 嚥下調整食の必要性
meal_form code:life-answer-meal-form ? 食事の形態
thickening code:life-answer-thickening ? とろみ
is_meal_notes code:life-answer-is-one-month-weight-loss + 食事の留意事項の有無
instructions_and_allergies_etc_notes text100 - 食事の留意事項（内容）
motivation code:life-answer-motivation + 本人の意欲
appetite_meal_satisfaction code:life-answer-appetite-meal-satisfaction + 食欲・食事の満足感
eating_aweareness code:life-answer-appetite-meal-satisfaction + 食事に対する意識
eating_status_oral code:life-answer-yes-no + 口腔関係 口腔衛生
eating_status_eating_swallow code:life-answer-yes-no + 口腔関係 摂食・嚥下
eating_status_unable_stable_right_posture code:life-answer-yes-no + 口腔関係 安定した正しい姿勢が自分で取れない
eating_status_unable_meal_concentrate code:life-answer-yes-no + 口腔関係 食事に集中することができない
eating_status_somnolence_confusion_during_meal code:life-answer-yes-no + 口腔関係 食事中に傾眠や意識混濁がある
eating_status_eating_without_denture code:life-answer-yes-no + 口腔関係 歯（義歯）のない状態で食事をしている
eating_status_accumulate_food_in_mouth code:life-answer-yes-no + 口腔関係 食べ物を口腔内に溜め込む
eating_status_choke_while_chewing_solid_food code:life-answer-yes-no + 口腔関係 固形の食べ物を咀しゃく中にむせる
eating_status_food_remain_in_cheeks_or_mouth_after_meal code:life-answer-yes-no + 口腔関係 食後、頬の内側や口腔内に残渣がある
eating_status_choke_by_water code:life-answer-yes-no + 口腔関係 水分でむせる
eating_status_cough_during_or_after_meal code:life-answer-yes-no + 口腔関係 食事中、食後に咳をすることがある
eating_status_other_notice text100 - 口腔関係 その他・気が付いた点
nutrition_care_issues_bedsore code:life-answer-yes-no + 課題 褥瘡（再掲）
nutrition_care_issues_living_function_deterioration code:life-answer-yes-no + 課題 生活機能低下
nutrition_care_issues_nausea_vomit code:life-answer-yes-no + 課題 嘔気・嘔吐
nutrition_care_issues_diarrhoea code:life-answer-yes-no + 課題 下痢
nutrition_care_issues_constipation code:life-answer-yes-no + 課題 便秘
nutrition_care_issues_edema code:life-answer-yes-no + 課題 浮腫
nutrition_care_issues_dehydration code:life-answer-yes-no + 課題 脱水
nutrition_care_issues_infection code:life-answer-yes-no + 課題 感染
nutrition_care_issues_fever code:life-answer-yes-no + 課題 発熱
nutrition_care_issues_homebodies code:life-answer-yes-no + 課題 閉じこもり
nutrition_care_issues_depression code:life-answer-yes-no + 課題 うつ
nutrition_care_issues_cognitive_function code:life-answer-yes-no + 課題 認知症
nutrition_care_issues_medicine code:life-answer-yes-no + 課題 薬の影響
overall_notice text400 - 特記事項
overall_evaluation code:life-answer-overall-evaluation + 総合評価
is_overall_evaluation_planning code:life-answer-is-one-month-weight-loss - 計画変更 (施設)
overall_service_continuous_necessity code:life-answer-is-one-month-weight-loss - サービス継続の必要性 (通所・居宅)
glim_evaluation code:life-answer-glim-evaluation - GLIM基準による評価
glim_evaluation_low_nutrition code:life-answer-glim-evaluation-low-nutrition - GLIM 低栄養
inspection_drinking_test code:life-answer-yes-no - 摂食・嚥下機能検査 水飲みテスト (施設)
inspection_cervical_auscultation code:life-answer-yes-no - 摂食・嚥下機能検査 頚部聴診法 (施設)
inspection_swallow_endoscopic code:life-answer-yes-no - 摂食・嚥下機能検査 嚥下内視鏡検査 (施設)
inspection_swallow_fluoroscopic code:life-answer-yes-no - 摂食・嚥下機能検査 嚥下造影検査 (施設)
inspection_chewing_ability_function_inspection code:life-answer-yes-no - 摂食・嚥下機能検査 咀嚼能力・機能の検査 (施設)
inspection_problem_in_cognitive_function code:life-answer-yes-no - 摂食・嚥下機能検査 認知機能に課題あり (施設)
inspection_other code:life-answer-yes-no - 摂食・嚥下機能検査 その他の有無 (施設)
inspection_noice text100 - 検査 その他（内容）
inspection_date day - 検査 実施日
issues_location_cognitive_function code:life-answer-yes-no - 課題の所在 認知機能
issues_location_chewing_oral_function code:life-answer-yes-no - 課題の所在 咀嚼・口腔機能
issues_location_swallowing_function code:life-answer-yes-no - 課題の所在 嚥下機能
meals_observation_participants_doctor code:life-answer-attendance - 食事の観察 参加者 医師
meals_observation_participants_dentist code:life-answer-attendance - 食事の観察 参加者 歯科医師
meals_observation_participants_managerial_dietician code:life-answer-attendance - 食事の観察 参加者 管理栄養士
meals_observation_participants_dietician code:life-answer-attendance - 食事の観察 参加者 栄養士
meals_observation_participants_dental_hygienist code:life-answer-attendance - 食事の観察 参加者 歯科衛生士
meals_observation_participants_hearing_therapist code:life-answer-attendance - 食事の観察 参加者 言語聴覚士
meals_observation_participants_occupational_therapist code:life-answer-attendance - 食事の観察 参加者 作業療法士
meals_observation_participants_physical_therapist code:life-answer-attendance - 食事の観察 参加者 理学療法士
meals_observation_participants_nursing_staff code:life-answer-attendance - 食事の観察 参加者 看護職員
meals_observation_participants_nursing_care_staff code:life-answer-attendance - 食事の観察 参加者 介護職員
meals_observation_participants_care_support_specialist code:life-answer-attendance - 食事の観察 参加者 介護支援専門員
meals_observation_date day - 食事の観察 実施日
meeting_participants_doctor code:life-answer-attendance - 多職種会議 参加者 医師
meeting_participants_dentist code:life-answer-attendance - 多職種会議 参加者 歯科医師
meeting_participants_managerial_dietician code:life-answer-attendance - 多職種会議 参加者 管理栄養士
meeting_participants_dietician code:life-answer-attendance - 多職種会議 参加者 栄養士
meeting_participants_dental_hygienist code:life-answer-attendance - 多職種会議 参加者 歯科衛生士
meeting_participants_speech_language_hearing_therapist code:life-answer-attendance - 多職種会議 参加者 言語聴覚士
meeting_participants_occupational_therapist code:life-answer-attendance - 多職種会議 参加者 作業療法士
meeting_participants_physical_therapist code:life-answer-attendance - 多職種会議 参加者 理学療法士
meeting_participants_nursing_staff code:life-answer-attendance - 多職種会議 参加者 看護職員
meeting_participants_nursing_care_staff code:life-answer-attendance - 多職種会議 参加者 介護職員
meeting_participants_care_support_specialist code:life-answer-attendance - 多職種会議 参加者 介護支援専門員
meeting_date day - 多職種会議 実施日
support_viewpoint_meal_forms_supplementary_meals code:life-answer-support-viewpoint-meal-forms-supplementary-meals - 支援の観点 食事の形態・とろみ、補助食の活用
support_viewpoint_meal_ambience code:life-answer-support-viewpoint-meal-forms-supplementary-meals - 支援の観点 食事の周囲環境
support_viewpoint_meal_support_method code:life-answer-support-viewpoint-meal-forms-supplementary-meals - 支援の観点 食事の介助の方法
support_viewpoint_oral_care_method code:life-answer-support-viewpoint-meal-forms-supplementary-meals - 支援の観点 口腔のケアの方法
support_viewpoint_medical_or_dental_treatment_necessity code:life-answer-support-viewpoint-meal-forms-supplementary-meals - 支援の観点 医療又は歯科医療受療の必要性
support_viewpoint_notice text200 - 特記事項
version version * バージョン番号
`;
