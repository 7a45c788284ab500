/** Columns of FORM_0420_2021 (リハビリテーション計画書（介護）), in the notation of ../column.ts. */
export const form0420 = `
care_facility_id office * 事業所番号
service_code service * サービス種類コード
insurer_no digits6 * 保険者番号
insured_no insured * 被保険者番号
external_system_management_number id150 * 外部システム管理番号
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
# group-9 食事の用意
prepare_meals_start_status code:life-answer-prepare-meals-start-status + 食事の用意_リハ開始時
prepare_meals_current_status code:life-answer-prepare-meals-start-status + 食事の用意_現状
prepare_meals_notices text30 - 食事の用意_特記事項
# group-10 食事の片付け
clean_meals_start_status code:life-answer-prepare-meals-start-status + 食事の片付け_リハ開始時
clean_meals_current_status code:life-answer-prepare-meals-start-status + 食事の片付け_現状
clean_meals_notices text30 - 食事の片付け_特記事項
# group-11 洗濯
washing_start_status code:life-answer-washing-start-status + 洗濯_リハ開始時
washing_current_status code:life-answer-washing-start-status + 洗濯_現状
washing_notices text30 - 洗濯_特記事項
# group-12 掃除や整頓
cleaning_tidy_start_status code:life-answer-washing-start-status + 掃除や整頓_リハ開始時
cleaning_tidy_current_status code:life-answer-washing-start-status + 掃除や整頓_現状
cleaning_tidy_notices text30 - 掃除や整頓_特記事項
# group-13 力仕事
heavy_lifting_start_status code:life-answer-washing-start-status + 力仕事_リハ開始時
heavy_lifting_current_status code:life-answer-washing-start-status + 力仕事_現状
heavy_lifting_notices text30 - 力仕事_特記事項
# group-14 買物
shopping_start_status code:life-answer-washing-start-status + 買物_リハ開始時
shopping_current_status code:life-answer-washing-start-status + 買物_現状
shopping_notices text30 - 買物_特記事項
# group-15 外出
outing_start_status code:life-answer-washing-start-status + 外出_リハ開始時
outing_current_status code:life-answer-washing-start-status + 外出_現状
outing_notices text30 - 外出_特記事項
# group-16 屋外歩行
outdoor_walking_start_status code:life-answer-washing-start-status + 屋外歩行_リハ開始時
outdoor_walking_current_status code:life-answer-washing-start-status + 屋外歩行_現状
outdoor_walking_notices text30 - 屋外歩行_特記事項
# group-17 趣味
hobby_start_status code:life-answer-washing-start-status + 趣味_リハ開始時
hobby_current_status code:life-answer-washing-start-status + 趣味_現状
hobby_notices text30 - 趣味_特記事項
# group-18 交通手段の利用
use_transportation_start_status code:life-answer-washing-start-status + 交通手段の利用_リハ開始時
use_transportation_current_status code:life-answer-washing-start-status + 交通手段の利用_現状
use_transportation_notices text30 - 交通手段の利用_特記事項
# group-19 旅行
travel_start_status code:life-answer-washing-start-status + 旅行_リハ開始時
travel_current_status code:life-answer-washing-start-status + 旅行_現状
travel_notices text30 - 旅行_特記事項
# group-20 庭仕事
garden_work_start_status code:life-answer-garden-work-start-status + 庭仕事_リハ開始時
garden_work_current_status code:life-answer-garden-work-start-status + 庭仕事_現状
garden_work_notices text30 - 庭仕事_特記事項
# group-21 家や車の手入れ
care_home_car_start_status code:life-answer-care-home-car-start-status + 家や車の手入れ_リハ開始時
care_home_car_current_status code:life-answer-care-home-car-start-status + 家や車の手入れ_現状
care_home_car_notices text30 - 家や車の手入れ_特記事項
# group-22 読書
reading_start_status code:life-answer-reading-start-status + 読書_リハ開始時
reading_current_status code:life-answer-reading-start-status + 読書_現状
reading_notices text30 - 読書_特記事項
# group-23 仕事
work_start_status code:life-answer-work-start-status + 仕事_リハ開始時
work_current_status code:life-answer-work-start-status + 仕事_現状
work_notices text30 - 仕事_特記事項
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
# group-26 サービス1
no1_number int1 + サービス1_No.
no1_level2_code code:life-icf + サービス1_第二水準
no1_period text20 + サービス1_期間（月）
no1_outpatient_rehabilitation_01_service_personnel code:life-job + サービス1_担当職種_01
no1_outpatient_rehabilitation_01_id code:life-support + サービス1_リハコード01
no1_outpatient_rehabilitation_02_id code:life-support - サービス1_リハコード02
no1_outpatient_rehabilitation_02_service_personnel code:life-job - サービス1_担当職種_02
no1_outpatient_rehabilitation_03_id code:life-support - サービス1_リハコード03
no1_outpatient_rehabilitation_04_id code:life-support - サービス1_リハコード04
no1_outpatient_rehabilitation_03_service_personnel code:life-job - サービス1_担当職種_03
no1_outpatient_rehabilitation_05_id code:life-support - サービス1_リハコード05
no1_outpatient_rehabilitation_06_id code:life-support - サービス1_リハコード06
no1_outpatient_frequency_times int2 + サービス1_通所リハ頻度・回数（週）
no1_outpatient_time int4 + サービス1_通所リハ・時間（分）
# group-27 サービス2
no2_number int1 - サービス2_No.
no2_level2_code code:life-icf ? サービス2_第二水準
no2_period text20 ? サービス2_期間（月）
no2_outpatient_rehabilitation_01_service_personnel code:life-job ? サービス2_担当職種_01
no2_outpatient_rehabilitation_01_id code:life-support ? サービス2_リハコード01
no2_outpatient_rehabilitation_02_id code:life-support - サービス2_リハコード02
no2_outpatient_rehabilitation_02_service_personnel code:life-job - サービス2_担当職種_02
no2_outpatient_rehabilitation_03_id code:life-support - サービス2_リハコード03
no2_outpatient_rehabilitation_04_id code:life-support - サービス2_リハコード04
no2_outpatient_rehabilitation_03_service_personnel code:life-job - サービス2_担当職種_03
no2_outpatient_rehabilitation_05_id code:life-support - サービス2_リハコード05
no2_outpatient_rehabilitation_06_id code:life-support - サービス2_リハコード06
no2_outpatient_frequency_times int2 ? サービス2_通所リハ頻度・回数（週）
no2_outpatient_time int4 ? サービス2_通所リハ・時間（分）
# group-28 サービス3
no3_number int1 - サービス3_No.
no3_level2_code code:life-icf ? サービス3_第二水準
no3_period text20 ? サービス3_期間（月）
no3_outpatient_rehabilitation_01_service_personnel code:life-job ? サービス3_担当職種_01
no3_outpatient_rehabilitation_01_id code:life-support ? サービス3_リハコード01
no3_outpatient_rehabilitation_02_id code:life-support - サービス3_リハコード02
no3_outpatient_rehabilitation_02_service_personnel code:life-job - サービス3_担当職種_02
no3_outpatient_rehabilitation_03_id code:life-support - サービス3_リハコード03
no3_outpatient_rehabilitation_04_id code:life-support - サービス3_リハコード04
no3_outpatient_rehabilitation_03_service_personnel code:life-job - サービス3_担当職種_03
no3_outpatient_rehabilitation_05_id code:life-support - サービス3_リハコード05
no3_outpatient_rehabilitation_06_id code:life-support - サービス3_リハコード06
no3_outpatient_frequency_times int2 ? サービス3_通所リハ頻度・回数（週）
no3_outpatient_time int4 ? サービス3_通所リハ・時間（分）
# group-29 サービス4
no4_number int1 - サービス4_No.
no4_level2_code code:life-icf ? サービス4_第二水準
no4_period text20 ? サービス4_期間（月）
no4_outpatient_rehabilitation_01_service_personnel code:life-job ? サービス4_担当職種_01
no4_outpatient_rehabilitation_01_id code:life-support ? サービス4_リハコード01
no4_outpatient_rehabilitation_02_id code:life-support - サービス4_リハコード02
no4_outpatient_rehabilitation_02_service_personnel code:life-job - サービス4_担当職種_02
no4_outpatient_rehabilitation_03_id code:life-support - サービス4_リハコード03
no4_outpatient_rehabilitation_04_id code:life-support - サービス4_リハコード04
no4_outpatient_rehabilitation_03_service_personnel code:life-job - サービス4_担当職種_03
no4_outpatient_rehabilitation_05_id code:life-support - サービス4_リハコード05
no4_outpatient_rehabilitation_06_id code:life-support - サービス4_リハコード06
no4_outpatient_frequency_times int2 ? サービス4_通所リハ頻度・回数（週）
no4_outpatient_time int4 ? サービス4_通所リハ・時間（分）
# group-30 サービス5
no5_number int1 - サービス5_No.
no5_level2_code code:life-icf ? サービス5_第二水準
no5_period text20 ? サービス5_期間（月）
no5_outpatient_rehabilitation_01_service_personnel code:life-job ? サービス5_担当職種_01
no5_outpatient_rehabilitation_01_id code:life-support ? サービス5_リハコード01
no5_outpatient_rehabilitation_02_id code:life-support - サービス5_リハコード02
no5_outpatient_rehabilitation_02_service_personnel code:life-job - サービス5_担当職種_02
no5_outpatient_rehabilitation_03_id code:life-support - サービス5_リハコード03
no5_outpatient_rehabilitation_04_id code:life-support - サービス5_リハコード04
no5_outpatient_rehabilitation_03_service_personnel code:life-job - サービス5_担当職種_03
no5_outpatient_rehabilitation_05_id code:life-support - サービス5_リハコード05
no5_outpatient_rehabilitation_06_id code:life-support - サービス5_リハコード06
no5_outpatient_frequency_times int2 ? サービス5_通所リハ頻度・回数（週）
no5_outpatient_time int4 ? サービス5_通所リハ・時間（分）
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
