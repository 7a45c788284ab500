/** The columns every form begins with, in the notation of ../column.ts: office, service, person and number of the record. */
export const keys = `care_facility_id office * 事業所番号
service_code service * サービス種類コード
insurer_no digits6 * 保険者番号
insured_no insured * 被保険者番号
external_system_management_number id150 * 外部システム管理番号`;
