/** Columns of FORM_0500_2021 (褥瘡マネジメント情報), in the notation of ../column.ts. */
import { keys } from './keys.ts';

export const form0500 = `
${keys}
evaluate_date day * 評価日
plan_create_date day ? 計画作成日
record_staff_job_category code:life-job + 記入担当者職種
filing_staff text18 - 記入担当者名
# group-1 褥瘡の有無（現在）
is_bedsore code:life-answer-yes-no + 褥瘡の有無（現在）
bedsore_part_other code:life-answer-bedsore-part-other ? 主な褥瘡部位（現在）
bedsore_part_free_description text50 - その他部位
bedsore_date_of_onset day ? 褥瘡発生日
# group-2 褥瘡の有無（過去）
is_past_bedsore code:life-answer-yes-no + 褥瘡の有無（過去）
# group-3 褥瘡の有無（過去）該当箇所
past_bedsore_part_sacral_region code:life-answer-yes-no + 褥瘡部位（仙骨部）
past_bedsore_part_ischium code:life-answer-yes-no + 褥瘡部位（坐骨部）
past_bedsore_part_coccyx code:life-answer-yes-no + 褥瘡部位（尾骨部）
past_bedsore_part_iliac_region code:life-answer-yes-no + 褥瘡部位（腸骨部）
past_bedsore_part_greater_trochanter code:life-answer-yes-no + 褥瘡部位（大転子部）
past_bedsore_part_heel code:life-answer-yes-no + 褥瘡部位（踵部）
past_bedsore_part_other code:life-answer-yes-no + 褥瘡部位（その他）
past_bedsore_part_free_description text50 - 褥瘡部位（その他）自由記述
# group-4 危険因子の評価
daily_life_independence_degree code:disability-independence-life + 障害高齢者の日常生活自立度
# group-5 ＡＤＬの状況
bathe code:life-answer-bathe + 入浴
dietary_intake code:life-answer-dietary-intake + 食事摂取
dressing_upper code:life-answer-bathe + 更衣（上衣）
dressing_lower code:life-answer-bathe + 更衣（下衣）
# group-6 基本動作
turning_over code:life-answer-bathe + 寝返り
sitting_continuous code:life-answer-bathe + 座位の保持
transfer code:life-answer-bathe + 座位での乗り移り
keep_standing code:life-answer-bathe + 立位の保持
# group-7 排せつの状況
urination_incontinence code:life-answer-urination-incontinence + 尿失禁
defecation_incontinence code:life-answer-urination-incontinence + 便失禁
balloon_catheter code:life-answer-yes-no + バルーンカテーテルの使用
is_bedsore_within_three_months code:life-answer-yes-no + 過去3ヵ月以内に褥瘡の既往があるか
# group-8 褥瘡の状態の評価
depth_evaluation code:life-answer-depth-evaluation ? 深さ
leachate_evaluation code:life-answer-leachate-evaluation ? 浸出液
size_evaluation code:life-answer-size-evaluation ? 大きさ
infection_evaluation code:life-answer-infection-evaluation ? 炎症/感染
granulation_evaluation code:life-answer-granulation-evaluation ? 肉芽組織
necrotic_tissue_evaluation code:life-answer-necrotic-tissue-evaluation ? 壊死組織
pocket_size_evaluation code:life-answer-pocket-size-evaluation ? ポケット
# group-9 褥瘡ケア計画
matters_related_jobs text200 - 関連職種が共同して取り組むべき事項
evaluation_interval text200 - 評価を行う間隔
removed_pressure_on_bed text200 - 圧迫、ズレ力の排除（ベッド上）
removed_pressure_on_chair text200 - 圧迫、ズレ力の排除（イス上）
skin_care text200 - スキンケア
improved_nutrition text200 - 栄養状態改善
rehabilitation text200 - リハビリテーション
bedsore_other text200 - その他
`;
