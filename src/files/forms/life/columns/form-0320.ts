/** Columns of FORM_0320_2021 (生活機能チェック情報), in the notation of ../column.ts. */
import { keys } from './keys.ts';

export const form0320 = `
${keys}
evaluate_date day * 評価日
evaluate_start_time clock - 評価開始時間
evaluate_end_time clock - 評価終了時間
care_level code:care-level * 要介護度
evaluate_staff text18 - 評価スタッフ
record_staff_job_category code:life-job + 職種
# group-1 食事
meal_status code:life-answer-barthel-10 + レベル
is_meal_assignment code:life-answer-yes-no + 課題有無
# group-2 椅子とベッド間の移乗
transfer_bed_chair_status code:life-answer-barthel-transfer + レベル
is_transfer_bed_chair_assignment code:life-answer-yes-no + 課題有無
# group-3 整容
personal_hygiene_and_adjustment_status code:life-answer-barthel-5 + レベル
is_personal_hygiene_and_adjustment_assignment code:life-answer-yes-no + 課題有無
# group-4 トイレ動作
toilet_behavior_status code:life-answer-barthel-10 + レベル
is_toilet_behavior_assignment code:life-answer-yes-no + 課題有無
# group-5 入浴
bathe_status code:life-answer-barthel-5 + レベル
is_bathe_assignment code:life-answer-yes-no + 課題有無
# group-6 平地歩行
walking_status code:life-answer-barthel-walking + レベル
is_walking_assignment code:life-answer-yes-no + 課題有無
# group-7 階段昇降
up_stairs_status code:life-answer-barthel-10 + レベル
is_up_stairs_assignment code:life-answer-yes-no + 課題有無
# group-8 更衣
dressing_status code:life-answer-barthel-10 + レベル
is_dressing_assignment code:life-answer-yes-no + 課題有無
# group-9 排便コントロール
defecation_status code:life-answer-barthel-10 + レベル
is_defecation_assignment code:life-answer-yes-no + 課題有無
# group-10 排尿コントロール
urination_status code:life-answer-barthel-10 + レベル
is_urination_assignment code:life-answer-yes-no + 課題有無
environment_viewpoint_adl text200 - 環境（実施場所・補助具等）（ADL）
support_viewpoint_adl text200 - 状況・生活課題（ADL）
# group-11 調理
cooking_status code:life-answer-independence-4 + レベル
is_cooking_assignment code:life-answer-yes-no + 課題有無
# group-12 洗濯
washing_status code:life-answer-independence-4 + レベル
is_washing_assignment code:life-answer-yes-no + 課題有無
# group-13 掃除
cleaning_status code:life-answer-independence-4 + レベル
is_cleaning_assignment code:life-answer-yes-no + 課題有無
environment_viewpoint_iadl text200 - 環境（実施場所・補助具等）（IADL）
support_viewpoint_iadl text200 - 状況・生活課題（IADL）
# group-14 寝返り
roll_over_status code:life-answer-independence-4 + レベル
is_roll_over_assignment code:life-answer-yes-no + 課題有無
# group-15 起き上がり
get_up_status code:life-answer-independence-4 + レベル
is_get_up_assignment code:life-answer-yes-no + 課題有無
# group-16 座位
sitting_status code:life-answer-independence-4 + レベル
is_sitting_assignment code:life-answer-yes-no + 課題有無
# group-17 立ち上がり
rising_from_chair_status code:life-answer-independence-4 + レベル
is_rising_from_chair_assignment code:life-answer-yes-no + 課題有無
# group-18 立位
standup_status code:life-answer-independence-4 + レベル
is_standup_assignment code:life-answer-yes-no + 課題有無
support_viewpoint_standup text200 - 状況・生活課題（起居動作）
`;
