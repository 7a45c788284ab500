/** Columns of FORM_0800_2021 (薬剤変更情報), in the notation of ../column.ts. */
import { keys } from './keys.ts';

export const form0800 = `
${keys}
create_date day * 記録日
external_system_management_detail_number id150 * 外部システム管理明細番号
start_date day + 処方開始年月日
drug_code_category code:life-answer-chemical-code-type + 薬品コード種別
drug_code text9 + 薬品コード
drug_name text120 - 薬剤名称
change_status code:life-answer-change-status ? ステータス
reason code:life-answer-reason - 理由
admission_information code:life-answer-applies + 入所時情報
exit_information code:life-answer-applies + 退所時情報
`;
