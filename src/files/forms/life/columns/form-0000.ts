/** Columns of FORM_0000_2021 (科学的介護推進情報), in the notation of ../column.ts. */
import { keys } from './keys.ts';

export const form0000 = `
${keys}
facility_outpatient_category code:life-answer-facility-outpatient-category * 施設／通所・居宅区分
evaluate_date day * 評価日
last_evaluate_date day - 前回評価日
record_staff_job_category code:life-job + 記入者職員職種
filing_staff text18 - 記入者名
impaired_elderly_independence_degree code:disability-independence-life + 障害高齢者の日常生活自立度
dementia_elderly_independence_degree code:dementia-independence-life + 認知症高齢者の日常生活自立度
# group-1 同居家族等
family_01 code:life-answer-yes-no ? 同居家族等の有無
family_02 code:life-answer-yes-no ? 同居家族等（配偶者）
family_03 code:life-answer-yes-no ? 同居家族等（子）
family_other code:life-answer-yes-no ? 同居家族等（その他）
family_nursing_time code:life-answer-family-nursing-time ? 家族等が介護できる時間
# group-2 ADL
adl_evaluate day + ADL評価日
barthel_index_meal code:life-answer-barthel-10 + 食事
barthel_transfer code:life-answer-barthel-transfer + 椅子とベッド間の移乗
barthel_index_personal_hygiene_and_adjustment code:life-answer-barthel-5 + 整容
barthel_index_toilet_activity code:life-answer-barthel-10 + トイレ動作
barthel_index_bathing code:life-answer-barthel-5 + 入浴
barthel_index_flat_ground_walking code:life-answer-barthel-walking + 平地歩行
barthel_index_stair_movement code:life-answer-barthel-10 + 階段昇降
barthel_index_changing_clothes code:life-answer-barthel-10 + 更衣
barthel_index_defecation_manage code:life-answer-barthel-10 + 排便コントロール
barthel_index_urination_manage code:life-answer-barthel-10 + 排尿コントロール
# group-3 在宅復帰の有無等
remote_working code:life-answer-remote-working - 在宅復帰の有無等
departure_date day ? 中止日
departure code:life-answer-departure ? 中止理由
# group-4 栄養
nutrition_evalaute_date day + 栄養評価日
height dec3.1 + 身長
weight dec3.1 + 体重
low_operating_risk_level code:life-answer-low-operating-risk-level ? 低栄養状態のリスクレベル
# group-5 栄養補給法
is_nutrition_supply_method_enteral_nutrition code:life-answer-yes-no ? 経腸栄養法
is_nutrition_supply_method_parenteral_nutrition code:life-answer-yes-no ? 静脈栄養法
food_form_ingestion code:life-answer-food-form-ingestion ? 経口摂取
is_need_swallowing_adjusted_food code:life-answer-yes-no ? 嚥下調整食品の必要性
meal_form code:life-answer-meal-form ? 食事の形態（コード）
thickening code:life-answer-thickening ? とろみ
dietary_intake int3 ? 食事摂取量（全体）
staple_food_intake int3 ? 主食の摂取量
side_dish_intake int3 ? 副食の摂取量
required_nutrients_energy dec5.1 ? 必要栄養量_エネルギー
required_nutrients_protein dec4.1 ? 必要栄養量_たんぱく質
provided_nutrients_energy dec5.1 ? 提供栄養量_エネルギー
provided_nutrients_protein dec4.1 ? 提供栄養量_たんぱく質
is_serum_albumin_value code:life-answer-yes-no ? 血清アルブミン値_有無
serum_albumin_value dec3.1 ? 血清アルブミン値
bedsore code:life-answer-yes-no - 褥瘡
# group-6 口腔の健康状態
nursing_facility_services_01 code:life-answer-applies ? 歯・入れ歯が汚れている
nursing_facility_services_02 code:life-answer-applies ? 歯が少ないのに入れ歯を使っていない
nursing_facility_services_03 code:life-answer-applies ? むせやすい
visit_services_01 code:life-answer-applies ? 硬いものを避け柔らかいものばかり食べる
visit_services_02 code:life-answer-applies ? 入れ歯を使っている
visit_services_03 code:life-answer-applies ? むせやすい
# group-7 誤嚥性肺炎の発症・既往
aspiration_pneumonitis_evaluate day + 誤嚥性肺炎の発症・既往の評価日
aspiration_pneumonitis_flag code:life-answer-yes-no + 誤嚥性肺炎の発症・既往
date_of_onset_01 day ? 発症日(1)
date_of_onset_02 day - 発症日(2)
date_of_onset_03 day - 発症日(3)
date_of_onset_04 day - 発症日(4)
date_of_onset_05 day - 発症日(5)
# group-8 認知症
diagnosis_of_dementia_flag code:life-answer-yes-no + 認知症の診断の有無
diagnosis_of_dementia_date day ? 診断日
diagnosis_of_dementia_01 code:life-answer-applies + アルツハイマー病
diagnosis_of_dementia_02 code:life-answer-applies + 血管性認知症
diagnosis_of_dementia_03 code:life-answer-applies + レビー小体病
diagnosis_of_dementia_other code:life-answer-applies + その他
diagnosis_of_dementia_other_name text50 - その他（具体的に）
# group-9 DBD13
dbd13_01 code:life-answer-dbd13 - 同じことを何度も何度も聞く
dbd13_02 code:life-answer-dbd13 - よく物をなくしたり、置き場所を間違えたり、隠したりする
dbd13_03 code:life-answer-dbd13 + 日常的な物事に関心を示さない
dbd13_04 code:life-answer-dbd13 + 特別な事情がないのに夜中起き出す
dbd13_05 code:life-answer-dbd13 + 特別な根拠もないのに人に言いがかりをつける
dbd13_06 code:life-answer-dbd13 - 昼間、寝てばかりいる
dbd13_07 code:life-answer-dbd13 + やたらに歩きまわる
dbd13_08 code:life-answer-dbd13 + 同じ動作をいつまでも繰り返す
dbd13_09 code:life-answer-dbd13 - 口汚くののしる
dbd13_10 code:life-answer-dbd13 - 場違いあるいは季節に合わない不適切な服装をする
dbd13_11 code:life-answer-dbd13 - 世話をされるのを拒否する
dbd13_12 code:life-answer-dbd13 - 物を貯め込む
dbd13_13 code:life-answer-dbd13 - 引き出しや箪笥の中身をみんな出してしまう
# group-10 Vitality Index
vitality_index_01 code:life-answer-vitality-index-01 - 起床
vitality_index_02 code:life-answer-vitality-index-02 + 意思疎通
vitality_index_03 code:life-answer-vitality-index-03 - 食事
vitality_index_04 code:life-answer-vitality-index-04 - 排せつ
vitality_index_05 code:life-answer-vitality-index-05 - リハビリ、活動
`;
