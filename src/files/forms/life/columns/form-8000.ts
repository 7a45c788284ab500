/** Columns of FORM_8000_2021 (その他情報), in the notation of ../column.ts. */
import { keys } from './keys.ts';

export const form8000 = `
${keys}
# group-1 各アセスメント様式情報
record_staff_job_category_01 code:life-job - 記録職員職種
evaluate_date_01 day - 評価日
evaluate_method code:life-answer-evaluate-method - 評価方法
bath code:12=life-answer-bath-hokatsu,34=life-answer-bath-mds,56=life-answer-bath-r4 - 入浴
urination code:12=life-answer-urination-hokatsu,56=life-answer-urination-r4 - 排尿
defecation code:12=life-answer-urination-hokatsu,56=life-answer-urination-r4 - 排便
meal_support code:12=life-answer-urination-hokatsu,34=life-answer-bath-mds,56=life-answer-meal-support-r4 - 食事介助
changing_clothes_upper_body code:12=life-answer-urination-hokatsu,34=life-answer-bath-mds,56=life-answer-changing-clothes-upper-body-r4 - 更衣（上衣）
changing_clothes_lower_body code:12=life-answer-urination-hokatsu,34=life-answer-bath-mds,56=life-answer-changing-clothes-upper-body-r4 - 更衣（下衣）
personal_hygiene code:34=life-answer-bath-mds,56=life-answer-personal-hygiene-r4 - 個人衛生（洗顔・洗髪・爪切り）
personal_hygiene_[hair_styling] code:life-answer-personal-hygiene-hair-styling-hokatsu - 個人衛生（整髪）
personal_hygiene_[face_wash] code:life-answer-personal-hygiene-hair-styling-hokatsu - 個人衛生（洗顔）
personal_hygiene_[nail_cutting] code:life-answer-personal-hygiene-hair-styling-hokatsu - 個人衛生（爪切り）
roll_over code:12=life-answer-roll-over-hokatsu,56=life-answer-roll-over-r4 - 寝返り
sitting_continuous code:12=life-answer-sitting-continuous-hokatsu,56=life-answer-roll-over-r4 - 座位の保持
standup_while_sitting code:56=life-answer-roll-over-r4 - 座位での乗り移り
standup_continuous code:12=life-answer-standup-continuous-hokatsu,56=life-answer-roll-over-r4 - 立位の保持
# group-2 基本チェックリスト
record_staff_job_category_02 code:life-job - 記録職員職種
evaluate_date_02 day - 評価日
go_out_by_bus_train code:life-answer-go-out-by-bus-train - バスや電車で、一人で外出していますか
go_shopping_daily_good code:life-answer-go-out-by-bus-train - 日用品の買い物をしていますか
deposit_withdraw_money code:life-answer-go-out-by-bus-train - 預貯金の出し入れをしていますか
visit_friend code:life-answer-go-out-by-bus-train - 友人の家を訪ねていますか
discuss_with_family_or_friend code:life-answer-go-out-by-bus-train - 家族や友人の相談にのっていますか
climb_stair_without_handrails_or_walls code:life-answer-go-out-by-bus-train - 階段を手すりや壁をつたわらずに昇っていますか
standup_from_chair_without_grab_anything code:life-answer-go-out-by-bus-train - 椅子に座った状態から何もつかまらずに立ち上がっています
walk_in_15min code:life-answer-go-out-by-bus-train - 15分位続けて歩いていますか
fallen_in_1_year_past code:life-answer-fallen-in-1-year-past - この1年間に転んだことがありますか
afraid_of_falling code:life-answer-fallen-in-1-year-past - 転倒に対する不安は大きいですか
weight_loss_2_to_3_kg_over_6months code:life-answer-fallen-in-1-year-past - 6ヶ月間で2kgから3kg以上の体重減少がありましたか
height dec3.1 - 身長（cm）
weight dec3.1 - 体重（kg）
bmi dec3.1 - BMI
difficult_to_eat_hard_food_than_half_a_year_ago code:life-answer-fallen-in-1-year-past - 半年前に比べて固いものが食べにくくなりましたか
choked_by_tea_or_soup code:life-answer-fallen-in-1-year-past - お茶や汁物等でむせることがありますか
care_about_thirst code:life-answer-fallen-in-1-year-past - 口の渇きが気になりますか
go_out_once_per_week code:life-answer-go-out-by-bus-train - 週に1回以上は外出していますか
go_out_less_than_last_year code:life-answer-fallen-in-1-year-past - 昨年と比べて外出の回数が減っていますか
often_ask_same_thing code:life-answer-fallen-in-1-year-past - 周りの人から｢いつも同じ事を聞く｣などの物忘れがあると言われますか
make_a_phone_by_your_self code:life-answer-go-out-by-bus-train - 自分で電話番号を調べて、電話をかけることをしていますか
did_you_ever_do_not_know_datetime code:life-answer-fallen-in-1-year-past - 今日が何月何日かわからない時がありますか
no_sense_of_fulfillment_in_daily_life code:life-answer-fallen-in-1-year-past - （ここ2週間）毎日の生活に充実感がない
no_longer_enjoy_what_had_enjoyed_before code:life-answer-fallen-in-1-year-past - （ここ2週間）これまで楽しんでやれていたことが楽しめなくなった
difficult_to_do_what_had_done_easy_before code:life-answer-fallen-in-1-year-past - （ここ2週間）以前は楽にできていたことが今はおっくうに感じられる
do_not_think_your_self_is_a_helpful_person code:life-answer-fallen-in-1-year-past - （ここ2週間）自分が役に立つ人間だと思えない
feel_tired code:life-answer-fallen-in-1-year-past - （ここ2週間）わけもなく疲れたような感じがする
# group-3 改定長谷川式認知症スケール
record_staff_job_category_03 code:life-job - 記録職員職種
evaluate_date_03 day - 評価日
dementia_scale int2 - 改定長谷川式認知症スケール
dementia_scale_age_how_old_are_you code:life-answer-dementia-scale-age-how-old-are-you - 年齢　お年はいくつですか？
dementia_scale_time_perception_what_date_is_today code:life-answer-dementia-scale-time-perception-what-date-is-toda - 時間の見当識　今日は何年何月何日ですか？何曜日ですか？
dementia_scale_location_perception_where_are_we_now code:life-answer-dementia-scale-location-perception-where-are-we - 場所の見当識　私たちが今いるところはどこですか？
dementia_scale_repeat_names_of_three_things code:life-answer-dementia-scale-repeat-names-of-three-things - 復唱　（3つのものの名前を繰り返す）
dementia_scale_calculation_subtract_100_to_7_in_order code:life-answer-dementia-scale-calculation-subtract-100-to-7-in - 計算　100から7を順番に引く（2回）
dementia_scale_recite_number_in_reverse_order_1 code:life-answer-dementia-scale-age-how-old-are-you - 数字の逆唱　６－８－２
dementia_scale_recite_number_in_reverse_order_2 code:life-answer-dementia-scale-age-how-old-are-you - 数字の逆唱　３－５－２－９
dementia_scale_delayed_playback_of_three_words_1 code:life-answer-dementia-scale-delayed-playback-of-three-words-1 - ３つの言葉の遅延再生　No.12のものの名前を思い出す（１つめ）
dementia_scale_delayed_playback_of_three_words_2 code:life-answer-dementia-scale-delayed-playback-of-three-words-1 - ３つの言葉の遅延再生　No.12のものの名前を思い出す（２つめ）
dementia_scale_delayed_playback_of_three_words_3 code:life-answer-dementia-scale-delayed-playback-of-three-words-1 - ３つの言葉の遅延再生　No.12のものの名前を思い出す（３つめ）
dementia_scale_memorize_article_name_five_unrelated_things code:life-answer-dementia-scale-memorize-article-name-five-unrela - 物品記銘　相互に無関係な５つのものの名前をきく
dementia_scale_language_fluency_say_vegetable_names code:life-answer-dementia-scale-language-fluency-say-vegetable-na - 言語の流暢性　野菜の名前をできるだけたくさん言う
# group-4 FIM
record_staff_job_category_04 code:life-job - 記録職員職種
evaluate_date_04 day - 評価日
fim_meal code:life-answer-fim - 食事
fim_personal_hygiene_and_adjustment code:life-answer-fim - 整容
fim_bed_bath code:life-answer-fim - 清拭
fim_changing_clothes_upper_body code:life-answer-fim - 更衣（上半身）
fim_changing_clothes_lower_body code:life-answer-fim - 更衣（下半身）
fim_toilet code:life-answer-fim - トイレ
fim_defecation_control code:life-answer-fim - 排尿コントロール
fim_urination_control code:life-answer-fim - 排便コントロール
fim_bed_wheelchair_transfer code:life-answer-fim - ベッド・車椅子移乗
fim_toilet_transfer code:life-answer-fim - トイレ移乗
fim_bathtub_shower_transfer code:life-answer-fim - 浴槽・シャワー移乗
fim_walking_wheelchair_movement code:life-answer-fim - 歩行・車椅子移動
fim_stair_movement code:life-answer-fim - 階段移動
fim_understanding code:life-answer-fim - 理解
fim_express code:life-answer-fim - 表出
fim_social_interaction code:life-answer-fim - 社会的交流
fim_problem_solving code:life-answer-fim - 問題解決
fim_memory code:life-answer-fim - 記憶
`;
