/** Columns of SERVICE_USER_INFO (利用者情報) of 1.0 and of 3.10, in the notation of ../column.ts. */

const columns = (kana: '-' | '*', more: string): string => `
care_facility_id office * 事業所番号
service_code service * サービス種類コード
external_system_management_number id150 * 外部システム管理番号
insurer_no digits6 * 保険者番号
insured_no insured * 被保険者番号
last_name text30 * 利用者姓
first_name text30 * 利用者名
last_name_kana text30 ${kana} 利用者姓半角カナ
first_name_kana text30 ${kana} 利用者名半角カナ
gender code:life-answer-gender * 利用者性別
birthday day * 利用者生年月日
certified_date day - 認定日
care_period_start day - 利用者介護認定年月日（開始）
care_period_end day - 利用者介護認定年月日（終了）
care_level code:care-level * 要介護度
impaired_elderly_independence_degree code:disability-independence-life - 障害高齢者の日常生活自立度
dementia_elderly_independence_degree code:dementia-independence-life - 認知症高齢者の日常生活自立度
start_date day - 利用開始日（入所日）
end_date day - 利用終了日（退所日）
death_date day - 死亡日
remarks text200 - 備考${more}
`;

/** 1.0. */
export const serviceUserInfo = columns('-', '');

/** 3.10: kana are required, and the version is told. */
export const serviceUserInfo0310 = columns('*', '\nversion version * バージョン番号');
