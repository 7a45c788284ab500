/** Columns of FORM_0310_2021 (興味関心チェック情報), in the notation of ../column.ts. */
export const form0310 = `
care_facility_id office * 事業所番号
service_code service * サービス種類コード
insurer_no digits6 * 保険者番号
insured_no insured * 被保険者番号
external_system_management_number id150 * 外部システム管理番号
record_staff_job_category code:life-job + 記録職員職種
implementation_date day * 作成日
# group-1 自分でトイレへ行く
toilet_interested code:life-answer-applies - 興味がある
toilet_want_to_try code:life-answer-applies - してみたい
toilet_doing code:life-answer-applies - している
# group-2 一人でお風呂に入る
bath_interested code:life-answer-applies - 興味がある
bath_want_to_try code:life-answer-applies - してみたい
bath_doing code:life-answer-applies - している
# group-3 自分で服を着る
clothes_interested code:life-answer-applies - 興味がある
clothes_want_to_try code:life-answer-applies - してみたい
clothes_doing code:life-answer-applies - している
# group-4 自分で食べる
eating_interested code:life-answer-applies - 興味がある
eating_want_to_try code:life-answer-applies - してみたい
eating_doing code:life-answer-applies - している
# group-5 歯磨きをする
brushing_teeth_interested code:life-answer-applies - 興味がある
brushing_teeth_want_to_try code:life-answer-applies - してみたい
brushing_teeth_doing code:life-answer-applies - している
# group-6 身だしなみを整える
appearance_interested code:life-answer-applies - 興味がある
appearance_want_to_try code:life-answer-applies - してみたい
appearance_doing code:life-answer-applies - している
# group-7 好きなときに眠る
sleeping_interested code:life-answer-applies - 興味がある
sleeping_want_to_try code:life-answer-applies - してみたい
sleeping_doing code:life-answer-applies - している
# group-8 掃除・整理整頓
cleaning_interested code:life-answer-applies - 興味がある
cleaning_want_to_try code:life-answer-applies - してみたい
cleaning_doing code:life-answer-applies - している
# group-9 料理を作る
cooking_interested code:life-answer-applies - 興味がある
cooking_want_to_try code:life-answer-applies - してみたい
cooking_doing code:life-answer-applies - している
# group-10 買い物
shopping_interested code:life-answer-applies - 興味がある
shopping_want_to_try code:life-answer-applies - してみたい
shopping_doing code:life-answer-applies - している
# group-11 家や庭の手入れ・世話
gardening_interested code:life-answer-applies - 興味がある
gardening_want_to_try code:life-answer-applies - してみたい
gardening_doing code:life-answer-applies - している
# group-12 洗濯・洗濯物たたみ
washing_interested code:life-answer-applies - 興味がある
washing_want_to_try code:life-answer-applies - してみたい
washing_doing code:life-answer-applies - している
# group-13 自転車・車の運転
driving_interested code:life-answer-applies - 興味がある
driving_want_to_try code:life-answer-applies - してみたい
driving_doing code:life-answer-applies - している
# group-14 電車・バスでの外出
outgo_interested code:life-answer-applies - 興味がある
outgo_want_to_try code:life-answer-applies - してみたい
outgo_doing code:life-answer-applies - している
# group-15 孫・子供の世話
care_child_interested code:life-answer-applies - 興味がある
care_child_want_to_try code:life-answer-applies - してみたい
care_child_doing code:life-answer-applies - している
# group-16 動物の世話
care_pet_interested code:life-answer-applies - 興味がある
care_pet_want_to_try code:life-answer-applies - してみたい
care_pet_doing code:life-answer-applies - している
# group-17 友達とおしゃべり・遊ぶ
talking_interested code:life-answer-applies - 興味がある
talking_want_to_try code:life-answer-applies - してみたい
talking_doing code:life-answer-applies - している
# group-18 家族・親戚との団らん
gathering_family_interested code:life-answer-applies - 興味がある
gathering_family_want_to_try code:life-answer-applies - してみたい
gathering_family_doing code:life-answer-applies - している
# group-19 デート・異性との交流
going_date_interested code:life-answer-applies - 興味がある
going_date_want_to_try code:life-answer-applies - してみたい
going_date_doing code:life-answer-applies - している
# group-20 居酒屋に行く
go_drinking_spot_interested code:life-answer-applies - 興味がある
go_drinking_spot_want_to_try code:life-answer-applies - してみたい
go_drinking_spot_doing code:life-answer-applies - している
# group-21 ボランティア
volunteer_interested code:life-answer-applies - 興味がある
volunteer_want_to_try code:life-answer-applies - してみたい
volunteer_doing code:life-answer-applies - している
# group-22 地域活動（町内会・老人クラブ）
community_interested code:life-answer-applies - 興味がある
community_want_to_try code:life-answer-applies - してみたい
community_doing code:life-answer-applies - している
# group-23 お参り・宗教活動
religion_interested code:life-answer-applies - 興味がある
religion_want_to_try code:life-answer-applies - してみたい
religion_doing code:life-answer-applies - している
# group-24 生涯学習・歴史
history_interested code:life-answer-applies - 興味がある
history_want_to_try code:life-answer-applies - してみたい
history_doing code:life-answer-applies - している
# group-25 読書
reading_interested code:life-answer-applies - 興味がある
reading_want_to_try code:life-answer-applies - してみたい
reading_doing code:life-answer-applies - している
# group-26 俳句
haiku_interested code:life-answer-applies - 興味がある
haiku_want_to_try code:life-answer-applies - してみたい
haiku_doing code:life-answer-applies - している
# group-27 書道・習字
calligraphy_interested code:life-answer-applies - 興味がある
calligraphy_want_to_try code:life-answer-applies - してみたい
calligraphy_doing code:life-answer-applies - している
# group-28 絵を描く・絵手紙
drawing_interested code:life-answer-applies - 興味がある
drawing_want_to_try code:life-answer-applies - してみたい
drawing_doing code:life-answer-applies - している
# group-29 パソコン・ワープロ
pc_interested code:life-answer-applies - 興味がある
pc_want_to_try code:life-answer-applies - してみたい
pc_doing code:life-answer-applies - している
# group-30 写真
picture_interested code:life-answer-applies - 興味がある
picture_want_to_try code:life-answer-applies - してみたい
picture_doing code:life-answer-applies - している
# group-31 映画・観劇・演奏会
movie_interested code:life-answer-applies - 興味がある
movie_want_to_try code:life-answer-applies - してみたい
movie_doing code:life-answer-applies - している
# group-32 お茶・お花
tea_flower_interested code:life-answer-applies - 興味がある
tea_flower_want_to_try code:life-answer-applies - してみたい
tea_flower_doing code:life-answer-applies - している
# group-33 歌を歌う・カラオケ
singing_interested code:life-answer-applies - 興味がある
singing_want_to_try code:life-answer-applies - してみたい
singing_doing code:life-answer-applies - している
# group-34 音楽を聴く・楽器演奏
music_interested code:life-answer-applies - 興味がある
music_want_to_try code:life-answer-applies - してみたい
music_doing code:life-answer-applies - している
# group-35 将棋・囲碁・麻雀・ゲーム等
game_interested code:life-answer-applies - 興味がある
game_want_to_try code:life-answer-applies - してみたい
game_doing code:life-answer-applies - している
# group-36 体操･運動
exercise_interested code:life-answer-applies - 興味がある
exercise_want_to_try code:life-answer-applies - してみたい
exercise_doing code:life-answer-applies - している
# group-37 散歩
walking_interested code:life-answer-applies - 興味がある
walking_want_to_try code:life-answer-applies - してみたい
walking_doing code:life-answer-applies - している
# group-38 ゴルフ・グラウンドゴルフ・水泳・テニスなどのスポーツ
sports_interested code:life-answer-applies - 興味がある
sports_want_to_try code:life-answer-applies - してみたい
sports_doing code:life-answer-applies - している
# group-39 ダンス・踊り
dance_interested code:life-answer-applies - 興味がある
dance_want_to_try code:life-answer-applies - してみたい
dance_doing code:life-answer-applies - している
# group-40 野球・相撲等観戦
spectate_interested code:life-answer-applies - 興味がある
spectate_want_to_try code:life-answer-applies - してみたい
spectate_doing code:life-answer-applies - している
# group-41 競馬・競輪・競艇・パチンコ
gamble_interested code:life-answer-applies - 興味がある
gamble_want_to_try code:life-answer-applies - してみたい
gamble_doing code:life-answer-applies - している
# group-42 編み物
knitting_interested code:life-answer-applies - 興味がある
knitting_want_to_try code:life-answer-applies - してみたい
knitting_doing code:life-answer-applies - している
# group-43 針仕事
sewing_interested code:life-answer-applies - 興味がある
sewing_want_to_try code:life-answer-applies - してみたい
sewing_doing code:life-answer-applies - している
# group-44 畑仕事
field_interested code:life-answer-applies - 興味がある
field_want_to_try code:life-answer-applies - してみたい
field_doing code:life-answer-applies - している
# group-45 賃金を伴う仕事
job_interested code:life-answer-applies - 興味がある
job_want_to_try code:life-answer-applies - してみたい
job_doing code:life-answer-applies - している
# group-46 旅行・温泉
traveling_interested code:life-answer-applies - 興味がある
traveling_want_to_try code:life-answer-applies - してみたい
traveling_doing code:life-answer-applies - している
# group-47 その他（１）
other01 text50 - その他（1）内容
other01_interested code:life-answer-applies - 興味がある
other01_want_to_try code:life-answer-applies - してみたい
other01_doing code:life-answer-applies - している
# group-48 その他（２）
other02 text50 - その他（2）内容
other02_interested code:life-answer-applies - 興味がある
other02_want_to_try code:life-answer-applies - してみたい
other02_doing code:life-answer-applies - している
# group-49 その他（３）
other03 text50 - その他（3）内容
other03_interested code:life-answer-applies - 興味がある
other03_want_to_try code:life-answer-applies - してみたい
other03_doing code:life-answer-applies - している
# group-50 その他（４）
other04 text50 - その他（4）内容
other04_interested code:life-answer-applies - 興味がある
other04_want_to_try code:life-answer-applies - してみたい
other04_doing code:life-answer-applies - している
`;
