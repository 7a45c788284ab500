/** Columns of FORM_0002_2021 (科学的介護推進情報 (服薬情報)), in the notation of ../column.ts. */
import { keys } from './keys.ts';

export const form0002 = `
${keys}
external_system_management_detail_number id150 * 外部システム管理明細番号
dispensing_date day + 調剤等年月日
prescription_number int3 + 処方番号
chemical_code_type code:life-answer-chemical-code-type + 薬品コード種別
chemical_code text9 + 薬品コード
drug_name text120 - 薬品名称
dose dec6.5 + 用量
unit_name text12 + 単位名
dosage_form_code code:life-answer-dosage-form-code + 剤形コード
dispensing_quantity int3 + 調剤数量
method_name text100 - 用法名称
`;
