/** Columns of FORM_0420_2021 (リハビリテーション計画書（介護）), in the notation of ../column.ts. */
import { keys } from './keys.ts';

/** Activities of daily life: id in the columns, name, and whose answers it has. */
const activities: readonly (readonly [id: string, name: string, answers: string])[] = [
  ['prepare_meals', '食事の用意', 'prepare-meals'],
  ['clean_meals', '食事の片付け', 'prepare-meals'],
  ['washing', '洗濯', 'washing'],
  ['cleaning_tidy', '掃除や整頓', 'washing'],
  ['heavy_lifting', '力仕事', 'washing'],
  ['shopping', '買物', 'washing'],
  ['outing', '外出', 'washing'],
  ['outdoor_walking', '屋外歩行', 'washing'],
  ['hobby', '趣味', 'washing'],
  ['use_transportation', '交通手段の利用', 'washing'],
  ['travel', '旅行', 'washing'],
  ['garden_work', '庭仕事', 'garden-work'],
  ['care_home_car', '家や車の手入れ', 'care-home-car'],
  ['reading', '読書', 'reading'],
  ['work', '仕事', 'work'],
];

const activity = (
  [id, name, answers]: readonly [string, string, string],
  i: number,
): string => `# group-${9 + i} ${name}
${id}_start_status code:life-answer-${answers}-start-status + ${name}_リハ開始時
${id}_current_status code:life-answer-${answers}-start-status + ${name}_現状
${id}_notices text30 - ${name}_特記事項`;

/** A service of the plan; of the five the first is required. */
function service(n: number): string {
  const [first, need] = n === 1 ? ['+', '+'] : ['-', '?'];
  const [id, name] = [`no${n}`, `サービス${n}`];
  const support = (m: string, need = '-') =>
    `${id}_outpatient_rehabilitation_${m}_id code:life-support ${need} ${name}_リハコード${m}`;
  const staff = (m: string, need = '-') =>
    `${id}_outpatient_rehabilitation_${m}_service_personnel code:life-job ${need} ${name}_担当職種_${m}`;
  return `# group-${25 + n} ${name}
${id}_number int1 ${first} ${name}_No.
${id}_level2_code code:life-icf ${need} ${name}_第二水準
${id}_period text20 ${need} ${name}_期間（月）
${staff('01', need)}
${support('01', need)}
${support('02')}
${staff('02')}
${support('03')}
${support('04')}
${staff('03')}
${support('05')}
${support('06')}
${id}_outpatient_frequency_times int2 ${need} ${name}_通所リハ頻度・回数（週）
${id}_outpatient_time int4 ${need} ${name}_通所リハ・時間（分）`;
}

export const form0420 = `
${keys}
create_date day * 計画作成日
reviewed_date_month int2 - 見直し予定時期_月
reviewed_date_day code:life-answer-reviewed-date-day - 見直し予定時期_頃
# group-1 家族
family_flag code:life-answer-applies + 家族_課題
family_status code:life-answer-family-status + 家族_現在の状況
living_with text12 - 同居家族
# group-2 福祉用具等
welfare_equipment_flag code:life-answer-applies + 福祉用具等_課題
stick_status code:life-answer-applies + 杖
hardness_status code:life-answer-applies + 装具
walker_status code:life-answer-applies + 歩行器
wheelchair_status code:life-answer-applies + 車いす
handrail_status code:life-answer-applies + 手すり
bed_status code:life-answer-applies + ベッド
portable_toilet_status code:life-answer-applies + ポータブルトイレ
welfare_equipment_other code:life-answer-applies + 福祉用具等_その他
welfare_equipment_other_content text15 - 福祉用具等_その他詳細
welfare_equipment_adjust_status code:life-answer-welfare-equipment-adjust-status + 福祉用具等_調整_現在の状況
# group-3 住環境
living_environment_flag code:life-answer-applies + 住環境_課題
living_house code:life-answer-applies + 一戸建
living_apartment_building code:life-answer-applies + 集合住宅
living_apartment_floor int3 - 集合住宅_階
living_stairs code:life-answer-applies + 階段
living_elevator code:life-answer-applies + エレベータ
living_step_entrance code:life-answer-applies + 玄関前の段差
living_handrail code:life-answer-applies + 住環境_手すり
living_handrail_location text15 - 手すり_設置場所
living_dinning_on_seat code:life-answer-applies + 食卓_座卓
living_dinning_on_table_chair code:life-answer-applies + 食卓_テーブル・いす
toilet_western_style code:life-answer-applies + トイレ_洋式
toilet_japanese_style code:life-answer-applies + トイレ_和式
portable_toilet code:life-answer-applies + トイレ_ポータブルトイレ
living_environment_other code:life-answer-applies + 住環境_その他
living_environment_other_content text15 - 住環境_その他詳細
living_environment_adjust_status code:life-answer-living-environment-adjust-status + 住環境_調整
# group-4 自宅周辺
house_circumference_flag code:life-answer-applies + 自宅周辺_課題
house_circumference text38 - 自宅周辺詳細
# group-5 交通機関の利用
transportation_flag code:life-answer-applies + 交通機関の利用_課題
transportation_status code:life-answer-yes-no + 交通機関の利用_現在の状況
transportation text38 - 交通機関の利用
# group-6 サービスの利用
services_flag code:life-answer-applies + サービスの利用_課題
services text38 - サービスの利用
# group-7 その他
other_environment_flag code:life-answer-applies + その他_課題
other_environment text38 - その他
# group-8 社会参加の状況
content_of_roles_home_general_flag code:life-interest ? 家庭内の役割の内容_1
content_of_roles_shopping_flag code:life-interest - 家庭内の役割の内容_2
content_of_roles_garden_home_care_flag code:life-interest - 家庭内の役割の内容_3
content_of_roles_take_care_pets_flag code:life-interest - 家庭内の役割の内容_4
content_of_roles_other_flag code:life-interest - 家庭内の役割の内容_5
content_of_roles_nothing_flag code:life-answer-applies + 家庭内の役割の内容_特になし
leisure_activity_watching_reading_flag code:life-interest ? 余暇活動（内容）_1
leisure_activity_watching_reading_frequency int2 - 余暇活動（頻度）_1
leisure_activity_hobby_flag code:life-interest - 余暇活動（内容）_2
leisure_activity_hobby_frequency int2 - 余暇活動（頻度）_2
leisure_activity_walking_flag code:life-interest - 余暇活動（内容）_3
leisure_activity_walking_frequency int2 - 余暇活動（頻度）_3
leisure_activity_garden_work code:life-interest - 余暇活動（内容）_4
leisure_activity_garden_work_frequency int2 - 余暇活動（頻度）_4
leisure_activity_other_flag code:life-interest - 余暇活動（内容）_5
leisure_activity_other_frequency int2 - 余暇活動（頻度）_5
leisure_activity_nothing_flag code:life-answer-applies + 余暇活動（内容）_特になし
social_activity_neighborhood_meeting_flag code:life-interest ? 社会地域活動（内容）_1
social_activity_neighborhood_meeting_frequency int2 - 社会地域活動（頻度）_1
social_activity_club_of_aged_flag code:life-interest - 社会地域活動（内容）_2
social_activity_club_of_aged_frequency int2 - 社会地域活動（頻度）_2
social_activity_work_flag code:life-interest - 社会地域活動（内容）_3
social_activity_work_frequency int2 - 社会地域活動（頻度）_3
social_activity_Neighboring_flag code:life-interest - 社会地域活動（内容）_4
social_activity_Neighboring_frequency int2 - 社会地域活動（頻度）_4
social_activity_other_flag code:life-interest - 社会地域活動（内容）_5
social_activity_other_frequency int2 - 社会地域活動（頻度）_5
social_activity_nothing_flag code:life-answer-applies + 社会地域活動（内容）_特になし
rehabilitation_result_hobby code:life-interest ? リハビリテーション終了後に行いたい社会参加等の取組_1
rehabilitation_result_outing code:life-interest - リハビリテーション終了後に行いたい社会参加等の取組_2
rehabilitation_result_travel code:life-interest - リハビリテーション終了後に行いたい社会参加等の取組_3
rehabilitation_result_walk code:life-interest - リハビリテーション終了後に行いたい社会参加等の取組_4
rehabilitation_result_volunteer code:life-interest - リハビリテーション終了後に行いたい社会参加等の取組_5
rehabilitation_result_other code:life-interest - リハビリテーション終了後に行いたい社会参加等の取組_6
rehabilitation_result_nothing code:life-answer-applies + リハビリテーション終了後に行いたい社会参加等の取組_特になし
${activities.map(activity).join('\n')}
iadl_total_start_status int2(0..45) + 合計点数_リハ開始時
iadl_total_current_status int2(0..45) + 合計点数_現状
# group-24 活動と参加に影響を及ぼす課題の要因分析
important_issues_acitives_participation text234 - 活動と参加において重要性の高い課題
problems_dysfunction_affect_activities_participation text234 - 活動と参加に影響を及ぼす機能障害の課題
other_problems_affect_activities_participation text234 - 活動と参加に影響を及ぼす機能障害以外の要因
# group-25 リハビリテーションサービス
visit_frequency_flag code:life-answer-applies + 訪問・通所頻度
visit_frequency_times int2 ? 訪問・通所頻度・回数（週）
use_time_flag code:life-answer-applies + 利用時間
use_time_content_times int2 ? 利用時間・時間（週）
not_use_transfer_flag code:life-answer-applies + 送迎なし
${[1, 2, 3, 4, 5].map(service).join('\n')}
week_total_time int4 + 週合計時間
care_share_flag code:life-answer-applies + 他事業所の担当者と共有すべき事項
care_share_contents text85 - 他事業所の担当者と共有すべき事項_内容
nursing_share_flag code:life-answer-applies + 介護支援専門員と共有すべき事項
nursing_share_contents text85 - 介護支援専門員と共有すべき事項_内容
other_share_flag code:life-answer-applies + その他、共有すべき事項
other_share_name text15 - その他共有すべき事項・名称
other_share_contents text85 - その他、共有すべき事項_内容
information_providing_01 code:life-answer-applies + 情報提供先01_介護支援専門員
information_providing_02 code:life-answer-applies + 情報提供先02_医師
information_providing_03 code:life-answer-applies + 情報提供先03_（地域密着型)通所介護
information_providing_04 code:life-answer-applies + 情報提供先04_その他
information_providing_04_name text30 - 情報提供先04名称_その他
`;
