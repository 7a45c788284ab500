/** Columns of FORM_0700_2021 (自立支援促進情報), in the notation of ../column.ts. */
import { keys } from './keys.ts';

export const form0700 = `
${keys}
evaluate_date day * 評価日
plan_create_date day ? 計画作成日
doctor_name text18 - 医師名
nursing_care_specialist text18 - 介護支援専門員名
# group-1 診断（１）
diagnosis_name_1 text100 + 診断名（１）
diagnosis_name_icd_1 text10 + 診断コード（１）
date_of_onset_1 day + 発症年月日（１）
# group-2 診断（２）
diagnosis_name_2 text100 - 診断名（２）
diagnosis_name_icd_2 text10 - 診断コード（２）
date_of_onset_2 day - 発症年月日（２）
# group-3 診断（３）
diagnosis_name_3 text100 - 診断名（３）
diagnosis_name_icd_3 text10 - 診断コード（３）
date_of_onset_3 day - 発症年月日（３）
examination_and_treatment_progress_contents text200 - 生活機能低下の原因となっている傷病または特定疾病の経過及び治療内容
degree_of_independence_in_life_impaired_elderly code:disability-independence-life + 障害高齢者の日常生活自立度(寝たきり度)
degree_of_independence_in_life_dementia_elderly code:dementia-independence-life + 認知症高齢者の日常生活自立度
# group-4 基本動作
turning_over code:life-answer-independence-4 + 寝返り
get_up code:life-answer-independence-4 + 起き上がり
sitting_continuous code:life-answer-independence-4 + 座位の保持
rising code:life-answer-independence-4 + 立ち上がり
standup_continuous code:life-answer-independence-4 + 立位の保持
# group-5 ADL
meal_status code:life-answer-barthel-10 + 食事
transfer_bed_chair_status code:life-answer-barthel-transfer + 椅子とベッド間の移乗
personal_hygiene_and_adjustment_status code:life-answer-barthel-5 + 整容
toilet_behavior_status code:life-answer-barthel-10 + トイレ動作
bathe_status code:life-answer-barthel-5 + 入浴
walking_status code:life-answer-barthel-walking + 平地歩行
up_stairs_status code:life-answer-barthel-10 + 階段昇降
dressing_status code:life-answer-barthel-10 + 更衣
defecation_status code:life-answer-barthel-10 + 排便コントロール
urination_status code:life-answer-barthel-10 + 排尿コントロール
# group-6 廃用性機能障害に対する自立支援の取組による機能回復・重度化防止の効果
prospects_prevention code:life-answer-prospects-prevention + 機能回復・重度化防止の見通し
is_expected_basic_action code:life-answer-yes-no ? 期待できる項目_基本動作
is_expected_adl code:life-answer-yes-no ? 期待できる項目_ADL
is_expected_iadl code:life-answer-yes-no ? 期待できる項目_IADL
is_expected_social_involvement code:life-answer-yes-no ? 期待できる項目_社会参加
is_expected_other code:life-answer-yes-no ? 期待できる項目_その他
is_rehabilitation_necessity code:life-answer-yes-no + リハビリテーション（医師の指示に基づく専門職種によるもの）の必要性
is_functional_training_necessity code:life-answer-yes-no + 機能訓練の必要性
# group-7 尊厳の保持と自立支援のために必要な支援計画
efforts_01 code:life-answer-yes-no + 尊厳の保持に資する取組
efforts_02 code:life-answer-yes-no + 本人を尊重する個別ケア
efforts_03 code:life-answer-yes-no + 寝たきり防止に資する取組
efforts_04 code:life-answer-yes-no + 自立した生活を支える取組
# group-8 医学的観点からの留意事項
is_blood_pressure_view_point code:life-answer-yes-no + 血圧
blood_pressure_view_point_notices text50 - 血圧_あり（自由記述）
eating_view_point code:life-answer-yes-no + 摂食
eating_view_point_notices text50 - 摂食_あり（自由記述）
swallow_view_point code:life-answer-yes-no + 嚥下
swallow_view_point_notices text50 - 嚥下_あり（自由記述）
moving_view_point code:life-answer-yes-no + 移動
moving_view_point_notices text50 - 移動_あり（自由記述）
motion_view_point code:life-answer-yes-no + 運動
motion_view_point_notices text50 - 運動_あり（自由記述）
other_view_point code:life-answer-yes-no + その他
other_view_point_notices text100 - その他_あり（自由記述）
# group-9 離床・基本動作
is_get_out_of_bed code:life-answer-yes-no + 離床
get_out_of_bed_per_day dec2.1 ? 離床_1日あたり（時間）
is_sitting_continuous code:life-answer-yes-no + 座位保持
sitting_continuous_per_day dec2.1 ? 座位保持_1日あたり（時間）
# group-10 座位保持_1日あたり内訳
on_bed dec2.1 ? ベッド上
wheelchair dec2.1 ? 車椅子
chair dec2.1 ? 普通の椅子
other_location dec2.1 ? その他
is_rising code:life-answer-yes-no + 立ち上がり
rising_per_day int2 ? 立ち上がり_1日あたり（回）
# group-11 食事
meal_results code:life-answer-independence-4 + 食事
is_meal_results_01 code:life-answer-yes-no + 居室外（普通の椅子）
is_meal_results_02 code:life-answer-yes-no + 居室外（車椅子）
is_meal_results_03 code:life-answer-yes-no + ベッドサイド
is_meal_results_04 code:life-answer-yes-no + ベッド上
is_meal_results_other code:life-answer-yes-no + その他
is_meal_handle code:life-answer-yes-no + 食事時間や嗜好への対応
# group-12 排せつ（日中）
excretion_daytime code:life-answer-independence-4 + 排せつ（日中）
is_excretion_daytime_01 code:life-answer-yes-no + 居室外のトイレ
is_excretion_daytime_02 code:life-answer-yes-no + 居室内のトイレ
is_excretion_daytime_03 code:life-answer-yes-no + ポータブル
is_excretion_daytime_04 code:life-answer-yes-no + おむつ
is_excretion_daytime_other code:life-answer-yes-no + その他
is_excretion_daytime_rhythm code:life-answer-yes-no + 個人の排泄リズムへの対応
# group-13 排せつ（夜間）
excretion_midnight code:life-answer-independence-4 + 排せつ（夜間）
is_excretion_midnight_01 code:life-answer-yes-no + 居室外のトイレ
is_excretion_midnight_02 code:life-answer-yes-no + 居室内のトイレ
is_excretion_midnight_03 code:life-answer-yes-no + ポータブル
is_excretion_midnight_04 code:life-answer-yes-no + おむつ
is_excretion_midnight_other code:life-answer-yes-no + その他
excretion_midnight_rhythm code:life-answer-yes-no + 個人の排泄リズムへの対応
# group-14 入浴
bathe_results code:life-answer-independence-4 + 入浴
is_bathe_results_01 code:life-answer-yes-no + 大浴槽
is_bathe_results_02 code:life-answer-yes-no + 個人浴槽
is_bathe_results_03 code:life-answer-yes-no + 機械浴槽
is_bathe_results_04 code:life-answer-yes-no + 清拭
bathe_per_week int2 + 入浴_1週間あたり（回）
is_bathe_care code:life-answer-yes-no + マンツーマン入浴ケア
# group-15 日々の過ごし方等
confirm_wish_per_week int2 + 本人の希望の確認_1月あたり（回）
outing_per_week int2 + 外出_1週間あたり（回）
staying_time_other_living_room dec2.1 + 居室以外（食堂・デイルームなど）における滞在_1日あたり（時間）
activity_per_week int2 + 趣味・アクティビティ・役割活動_1週間あたり（回）
visit_staff_per_day int2 + 職員の居室訪問_1日あたり（回）
talk_with_staff_per_day int2 + 職員との会話・声かけ_1日あたり（回）
change_clothes_per_week int2 + 着替えの回数_1週間あたり（回）
is_creation_place code:life-answer-yes-no + 居場所作りの取組
# group-16 訓練時間
training_rehabilitation_specialist code:life-answer-yes-no + リハビリ専門職による訓練
training_rehabilitation_specialist_per_week dec2.1 ? リハビリ専門職による訓練_1週間あたり（時間）
training_nurse code:life-answer-yes-no + 看護・介護職による訓練
training_nurse_per_week dec2.1 ? 看護・介護職による訓練_1週間あたり（時間）
other_nurse_job code:life-answer-yes-no + その他職種
other_nurse_job_per_week dec2.1 ? その他職種_1週間あたり（時間）
# group-17 離床・基本動作についての支援計画
is_support_plan code:life-answer-yes-no + 離床・基本動作についての支援計画
support_plan text100 - 具体的な計画
# group-18 ADL動作についての支援計画
is_adl_support_plan code:life-answer-yes-no + ADL動作についての支援計画
adl_support_plan text100 - 具体的な計画
# group-19 日々の過ごし方等についての支援計画
is_spend_time_support_plan code:life-answer-yes-no + 日々の過ごし方等についての支援計画
spend_time_support_plan text100 - 具体的な計画
# group-20 訓練の提供についての計画
is_training_support_plan code:life-answer-yes-no + 訓練の提供についての計画（訓練時間等）
training_support_plan text100 - 具体的な計画
`;
