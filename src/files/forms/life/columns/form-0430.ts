/** Columns of FORM_0430_2021 (リハビリテーション会議録(様式3情報)), in the notation of ../column.ts. */
import { keys } from './keys.ts';

export const form0430 = `
${keys}
create_date day * 作成年月日
event_date day - 開催日
event_place text33 - 開催場所
event_start_hour int2(0..23) - 開催時間（時）
event_start_minute int2(0..59) - 開催時間（分）
event_end_hour int2(0..23) - 終了時間（時）
event_end_minute int2(0..59) - 終了時間（分）
event_count int3 - 開催回数
attendee_01_job_type_id code:life-job - 参加者・職種01
attendee_02_job_type_id code:life-job - 参加者・職種02
attendee_03_job_type_id code:life-job - 参加者・職種03
attendee_04_job_type_id code:life-job - 参加者・職種04
attendee_05_job_type_id code:life-job - 参加者・職種05
attendee_06_job_type_id code:life-job - 参加者・職種06
attendee_07_job_type_id code:life-job - 参加者・職種07
attendee_08_job_type_id code:life-job - 参加者・職種08
attendee_09_job_type_id code:life-job - 参加者・職種09
attendee_10_job_type_id code:life-job - 参加者・職種10
attendee_11_job_type_id code:life-job - 参加者・職種11
attendee_12_job_type_id code:life-job - 参加者・職種12
attendee_13_job_type_id code:life-job - 参加者・職種13
attendee_14_job_type_id code:life-job - 参加者・職種14
rehabilitation_support_policy text784 - リハビリテーション支援方針
rehabilitation_detail text784 - リハビリテーションの内容
shate_matters text784 - 各サービス間の提供に当たって共有すべき事項
service_user_flag code:life-answer-applies - 利用者又は家族構成員不参加理由，_利用者
family_flag code:life-answer-applies - 利用者又は家族構成員不参加理由，_家族
family_service_user_onparticipation_reason text114 - 利用者又は家族構成員不参加理由，_家族_不参加理由
service_personnel_01_flag code:life-answer-applies - 利用者又は家族構成員不参加理由，_サービス担当者01
nonparticipation_01_job_type_id text26 - 利用者又は家族構成員不参加理由，_サービス担当者01_職種01
nonparticipation_reason_01 text114 - 利用者又は家族構成員不参加理由，_サービス担当者01_職種01_不参加理由
service_personnel_02_flag code:life-answer-applies - サービス担当者02
nonparticipation_02_job_type_id text26 - 利用者又は家族構成員不参加理由，_サービス担当者02_職種02
nonparticipation_reason_02 text114 - 利用者又は家族構成員不参加理由，_サービス担当者02_職種02_不参加理由
consideration text616 - 次の開催予定と検討事項
`;
