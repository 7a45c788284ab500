/** Columns of FORM_0220_2021 (口腔機能向上サービス管理情報), in the notation of ../column.ts. */
export const form0220 = `
care_facility_id office * 事業所番号
service_code service * サービス種類コード
insurer_no digits6 * 保険者番号
insured_no insured * 被保険者番号
external_system_management_number id150 * 外部システム管理番号
care_level code:care-level * 要介護度
is_family_dentist code:life-answer-yes-no + かかりつけ歯科医
is_denture_using code:life-answer-yes-no + 入れ歯の使用
# group-1 食形態等
is_food_form_enteral_nutrition code:life-answer-yes-no + 経腸栄養
is_central_venous_nutrition code:life-answer-yes-no + 静脈栄養
food_form_ingestion code:life-answer-yes-no + 経口摂取
meal_form code:life-answer-meal-form ? 食事の形態（コード）
# group-2 誤嚥性肺炎の発症・罹患
aspiration_pneumonitis code:life-answer-yes-no + 誤嚥性肺炎の発症・罹患
date_of_onset_01 day ? 発症日(1)
date_of_onset_02 day - 発症日(2)
date_of_onset_03 day - 発症日(3)
date_of_onset_04 day - 発症日(4)
date_of_onset_05 day - 発症日(5)
# group-3 スクリーニング、アセスメント、モニタリング（1回目）
screening_and_monitoring_date_01 day + 実施日
# group-4 記入者
screening_and_monitoring_record_staff_job_category_01_01 code:life-answer-yes-no + 看護職員
screening_and_monitoring_record_staff_job_category_01_02 code:life-answer-yes-no + 歯科衛生士
screening_and_monitoring_record_staff_job_category_01_03 code:life-answer-yes-no + 言語聴覚士
screening_and_monitoring_record_staff_name_01 text60 - 記入者名
# group-5 口腔衛生状態
problem_bad_breath_01 code:life-answer-yes-no-unknown + 口臭
teeth_staining_01 code:life-answer-yes-no-unknown + 歯の汚れ
denture_staining_01 code:life-answer-yes-no-unknown + 義歯の汚れ
coating_tongue_01 code:life-answer-yes-no-unknown + 舌苔
# group-6 口腔機能
problem_spill_food_01 code:life-answer-yes-no-unknown + 食べこぼし
move_tongue_01 code:life-answer-yes-no-unknown + 舌の動きが悪い
choke_01 code:life-answer-yes-no-unknown + むせ
phlegm_01 code:life-answer-yes-no-unknown + 痰がらみ
dryness_of_mouth_01 code:life-answer-yes-no-unknown + 口腔乾燥
# group-7 特記事項
is_possibility_of_tooth_denture_01 code:life-answer-yes-no + 歯（う蝕、修復物脱離等）、義歯（義歯不適合等）、歯周病、口腔粘膜（潰瘍等）の疾患の可能性
is_diseases_related_to_voice_language_function_01 code:life-answer-yes-no + 音声・言語機能に関する疾患の可能性
is_other_diseases_01 code:life-answer-yes-no + その他
other_diseases_contents_01 text100 - その他（具体的に）
# group-8 スクリーニング、アセスメント、モニタリング（2回目）
screening_and_monitoring_date_02 day ? 実施日
# group-9 記入者
screening_and_monitoring_record_staff_job_category_02_01 code:life-answer-yes-no ? 看護職員
screening_and_monitoring_record_staff_job_category_02_02 code:life-answer-yes-no ? 歯科衛生士
screening_and_monitoring_record_staff_job_category_02_03 code:life-answer-yes-no ? 言語聴覚士
screening_and_monitoring_record_staff_name_02 text60 - 記入者名
# group-10 口腔衛生状態
problem_bad_breath_02 code:life-answer-yes-no-unknown ? 口臭
teeth_staining_02 code:life-answer-yes-no-unknown ? 歯の汚れ
denture_staining_02 code:life-answer-yes-no-unknown ? 義歯の汚れ
coating_tongue_02 code:life-answer-yes-no-unknown ? 舌苔
# group-11 口腔機能
problem_spill_food_02 code:life-answer-yes-no-unknown ? 食べこぼし
move_tongue_02 code:life-answer-yes-no-unknown ? 舌の動きが悪い
choke_02 code:life-answer-yes-no-unknown ? むせ
phlegm_02 code:life-answer-yes-no-unknown ? 痰がらみ
dryness_of_mouth_02 code:life-answer-yes-no-unknown ? 口腔乾燥
# group-12 特記事項
is_possibility_of_tooth_denture_02 code:life-answer-yes-no ? 歯（う蝕、修復物脱離等）、義歯（義歯不適合等）、歯周病、口腔粘膜（潰瘍等）の疾患の可能性
is_diseases_related_to_voice_language_function_02 code:life-answer-yes-no ? 音声・言語機能に関する疾患の可能性
is_other_diseases_02 code:life-answer-yes-no ? その他の疾患の可能性
other_diseases_contents_02 text100 - その他の疾患の可能性 （具体的に）
# group-13 スクリーニング、アセスメント、モニタリング（3回目）
screening_and_monitoring_date_03 day ? 実施日
# group-14 記入者
screening_and_monitoring_record_staff_job_category_03_01 code:life-answer-yes-no ? 看護職員
screening_and_monitoring_record_staff_job_category_03_02 code:life-answer-yes-no ? 歯科衛生士
screening_and_monitoring_record_staff_job_category_03_03 code:life-answer-yes-no ? 言語聴覚士
screening_and_monitoring_record_staff_name_03 text60 - 記入者名
# group-15 口腔衛生状態
problem_bad_breath_03 code:life-answer-yes-no-unknown ? 口臭
teeth_staining_03 code:life-answer-yes-no-unknown ? 歯の汚れ
denture_staining_03 code:life-answer-yes-no-unknown ? 義歯の汚れ
coating_tongue_03 code:life-answer-yes-no-unknown ? 舌苔
# group-16 口腔機能
problem_spill_food_03 code:life-answer-yes-no-unknown ? 食べこぼし
move_tongue_03 code:life-answer-yes-no-unknown ? 舌の動きが悪い
choke_03 code:life-answer-yes-no-unknown ? むせ
phlegm_03 code:life-answer-yes-no-unknown ? 痰がらみ
dryness_of_mouth_03 code:life-answer-yes-no-unknown ? 口腔乾燥
# group-17 特記事項
is_possibility_of_tooth_denture_03 code:life-answer-yes-no ? 歯（う蝕、修復物脱離等）、義歯（義歯不適合等）、歯周病、口腔粘膜（潰瘍等）の疾患の可能性
is_diseases_related_to_voice_language_function_03 code:life-answer-yes-no ? 音声・言語機能に関する疾患の可能性
is_other_diseases_03 code:life-answer-yes-no ? その他の疾患の可能性
other_diseases_contents_03 text100 - その他の疾患の可能性 （具体的に）
# group-18 口腔機能改善管理計画
plan_create_date day + 作成日
# group-19 計画立案者
planner_01 code:life-answer-yes-no + 看護職員
planner_02 code:life-answer-yes-no + 歯科衛生士
planner_03 code:life-answer-yes-no + 言語聴覚士
# group-20 サービス提供者
service_provider_01 code:life-answer-yes-no + 看護職員
service_provider_02 code:life-answer-yes-no + 歯科衛生士
service_provider_03 code:life-answer-yes-no + 言語聴覚士
# group-21 目標
oral_cleaning_flag code:life-answer-is-oral-hygiene-04 + 口腔衛生
oral_cleaning_notice text50 - 口腔機能の改善目標の詳細
oral_cavity_function_flag code:life-answer-is-oral-hygiene-04 + 摂食・嚥下機能
oral_cavity_function_notice text50 - 摂食・嚥下機能の改善目標の詳細
food_form_flag code:life-answer-is-oral-hygiene-04 + 食形態
food_form_notice text50 - 食形態の改善目標の詳細
language_voice_function_flag code:life-answer-is-oral-hygiene-04 + 音声・言語機能
language_voice_function_notice text50 - 音声・言語機能の改善目標の詳細
is_prevention_of_aspiration_pneumonia code:life-answer-yes-no + 誤嚥性肺炎の予防
is_goal_other code:life-answer-yes-no + その他
goal_other_contents text50 - その他（具体的に）
# group-22 実施内容
is_contents_guidance_eating_and_swallowing code:life-answer-yes-no + 摂食・嚥下等の口腔機能に関する指導
is_contents_guidance_oral_cleaning code:life-answer-yes-no + 口腔清掃、口腔清掃に関する指導
is_contents_guidance_language_voice_function code:life-answer-yes-no + 音声・言語機能に関する指導
is_contents_other code:life-answer-yes-no + その他
is_contents_other_notices text50 - その他（具体的に）
# group-23 実施記録（1回目）
plan_date_01 day + 実施年月日
# group-24 サービス提供者
record_service_provider_01_01 code:life-answer-yes-no + 看護職員
record_service_provider_01_02 code:life-answer-yes-no + 歯科衛生士
record_service_provider_01_03 code:life-answer-yes-no + 言語聴覚士
record_service_provider_name_01 text60 - サービス提供者名
# group-25 口腔清掃、口腔清掃に関する指導
contents_guidance_oral_cleaning_01_01 code:life-answer-yes-no + 実施
# group-26 摂食・嚥下等の口腔機能に関する指導
contents_guidance_and_info_eating_and_swallowing_01_01 code:life-answer-yes-no + 実施
# group-27 音声・言語機能に関する指導
contents_guidance_language_voice_function_01_01 code:life-answer-yes-no + 実施
# group-28 その他
contents_notice_01 text50 - その他（具体的に）
contents_other_01_01 code:life-answer-yes-no + 実施
# group-29 実施記録（2回目）
plan_date_02 day ? 実施年月日
# group-30 サービス提供者
record_service_provider_02_01 code:life-answer-yes-no ? 看護職員
record_service_provider_02_02 code:life-answer-yes-no ? 歯科衛生士
record_service_provider_02_03 code:life-answer-yes-no ? 言語聴覚士
record_service_provider_name_02 text60 - サービス提供者名
# group-31 口腔清掃、口腔清掃に関する指導
contents_guidance_oral_cleaning_02_01 code:life-answer-yes-no ? 実施
# group-32 摂食・嚥下等の口腔機能に関する指導
contents_guidance_and_info_eating_and_swallowing_02_01 code:life-answer-yes-no ? 実施
# group-33 音声・言語機能に関する指導
contents_guidance_language_voice_function_02_01 code:life-answer-yes-no ? 実施
# group-34 その他
contents_notice_02 text50 - その他（具体的に）
contents_other_02_01 code:life-answer-yes-no ? 実施
# group-35 実施記録（3回目）
plan_date_03 day ? 実施年月日
# group-36 サービス提供者
record_service_provider_03_01 code:life-answer-yes-no ? 看護職員
record_service_provider_03_02 code:life-answer-yes-no ? 歯科衛生士
record_service_provider_03_03 code:life-answer-yes-no ? 言語聴覚士
record_service_provider_name_03 text60 - サービス提供者名
# group-37 口腔清掃、口腔清掃に関する指導
contents_guidance_oral_cleaning_03_01 code:life-answer-yes-no ? 実施
# group-38 摂食・嚥下等の口腔機能に関する指導
contents_guidance_and_info_eating_and_swallowing_03_01 code:life-answer-yes-no ? 実施
# group-39 音声・言語機能に関する指導
contents_guidance_language_voice_function_03_01 code:life-answer-yes-no ? 実施
# group-40 その他
contents_notice_03 text50 - その他（具体的に）
contents_other_03_01 code:life-answer-yes-no ? 実施
# group-41 実施記録（4回目）
plan_date_04 day ? 実施年月日
# group-42 サービス提供者
record_service_provider_04_01 code:life-answer-yes-no ? 看護職員
record_service_provider_04_02 code:life-answer-yes-no ? 歯科衛生士
record_service_provider_04_03 code:life-answer-yes-no ? 言語聴覚士
record_service_provider_name_04 text60 - サービス提供者名
# group-43 口腔清掃、口腔清掃に関する指導
contents_guidance_oral_cleaning_04_01 code:life-answer-yes-no ? 実施
# group-44 摂食・嚥下等の口腔機能に関する指導
contents_guidance_and_info_eating_and_swallowing_04_01 code:life-answer-yes-no ? 実施
# group-45 音声・言語機能に関する指導
contents_guidance_language_voice_function_04_01 code:life-answer-yes-no ? 実施
# group-46 その他
contents_notice_04 text50 - その他（具体的に）
contents_other_04_01 code:life-answer-yes-no ? 実施
# group-47 実施記録（5回目）
plan_date_05 day ? 実施年月日
# group-48 サービス提供者
record_service_provider_05_01 code:life-answer-yes-no ? 看護職員
record_service_provider_05_02 code:life-answer-yes-no ? 歯科衛生士
record_service_provider_05_03 code:life-answer-yes-no ? 言語聴覚士
record_service_provider_name_05 text60 - サービス提供者名
# group-49 口腔清掃、口腔清掃に関する指導
contents_guidance_oral_cleaning_05_01 code:life-answer-yes-no ? 実施
# group-50 摂食・嚥下等の口腔機能に関する指導
contents_guidance_and_info_eating_and_swallowing_05_01 code:life-answer-yes-no ? 実施
# group-51 音声・言語機能に関する指導
contents_guidance_language_voice_function_05_01 code:life-answer-yes-no ? 実施
# group-52 その他
contents_notice_05 text50 - その他（具体的に）
contents_other_05_01 code:life-answer-yes-no ? 実施
# group-53 実施記録（6回目）
plan_date_06 day ? 実施年月日
# group-54 サービス提供者
record_service_provider_06_01 code:life-answer-yes-no ? 看護職員
record_service_provider_06_02 code:life-answer-yes-no ? 歯科衛生士
record_service_provider_06_03 code:life-answer-yes-no ? 言語聴覚士
record_service_provider_name_06 text60 - サービス提供者名
# group-55 口腔清掃、口腔清掃に関する指導
contents_guidance_oral_cleaning_06_01 code:life-answer-yes-no ? 実施
# group-56 摂食・嚥下等の口腔機能に関する指導
contents_guidance_and_info_eating_and_swallowing_06_01 code:life-answer-yes-no ? 実施
# group-57 音声・言語機能に関する指導
contents_guidance_language_voice_function_06_01 code:life-answer-yes-no ? 実施
# group-58 その他
contents_notice_06 text50 - その他（具体的に）
contents_other_06_01 code:life-answer-yes-no ? 実施
contents_notice text200 - その他特記事項
`;
