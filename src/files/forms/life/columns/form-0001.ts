/** Columns of FORM_0001_2021 (科学的介護推進情報 (既往歴情報)), in the notation of ../column.ts. */
import { keys } from './keys.ts';

export const form0001 = `
${keys}
external_system_management_detail_number id150 * 外部システム管理明細番号
injury_code text10 + 病名（コード）
disease_name text100 - 病名
symptoms_appearance_date day + 発症年月日
`;
