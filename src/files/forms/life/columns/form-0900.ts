/** Columns of FORM_0900_2021 (ADL維持等情報), in the notation of ../column.ts. */
import { keys } from './keys.ts';

export const form0900 = `
${keys}
record_staff_job_category code:life-job + 記入者職員職種
# group-1 ADL
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
first_month code:life-answer-applies + 初月対象
seven_month code:life-answer-applies + ７ヶ月目対象
`;
