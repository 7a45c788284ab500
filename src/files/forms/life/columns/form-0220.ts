/** Columns of FORM_0220_2021 (口腔機能向上サービス管理情報), in the notation of ../column.ts. */
import { keys } from './keys.ts';

/** Required the first time; what follows is asked when there is a further one. */
const needOf = (time: number): string => (time === 1 ? '+' : '?');

/** Screening, assessment and monitoring, three times. */
function screening(time: number): string {
  const [n, need, group] = [`0${time}`, needOf(time), 5 * time - 2];
  const other =
    time === 1 ? ['その他', 'その他（具体的に）'] : ['その他の疾患の可能性', 'その他の疾患の可能性 （具体的に）'];
  const staff = 'screening_and_monitoring_record_staff';
  const asked = (id: string, name: string) => `${id} code:life-answer-yes-no ${need} ${name}`;
  const known = (id: string, name: string) => `${id}_${n} code:life-answer-yes-no-unknown ${need} ${name}`;
  return `# group-${group} スクリーニング、アセスメント、モニタリング（${time}回目）
screening_and_monitoring_date_${n} day ${need} 実施日
# group-${group + 1} 記入者
${asked(`${staff}_job_category_${n}_01`, '看護職員')}
${asked(`${staff}_job_category_${n}_02`, '歯科衛生士')}
${asked(`${staff}_job_category_${n}_03`, '言語聴覚士')}
${staff}_name_${n} text60 - 記入者名
# group-${group + 2} 口腔衛生状態
${known('problem_bad_breath', '口臭')}
${known('teeth_staining', '歯の汚れ')}
${known('denture_staining', '義歯の汚れ')}
${known('coating_tongue', '舌苔')}
# group-${group + 3} 口腔機能
${known('problem_spill_food', '食べこぼし')}
${known('move_tongue', '舌の動きが悪い')}
${known('choke', 'むせ')}
${known('phlegm', '痰がらみ')}
${known('dryness_of_mouth', '口腔乾燥')}
# group-${group + 4} 特記事項
${asked(`is_possibility_of_tooth_denture_${n}`, '歯（う蝕、修復物脱離等）、義歯（義歯不適合等）、歯周病、口腔粘膜（潰瘍等）の疾患の可能性')}
${asked(`is_diseases_related_to_voice_language_function_${n}`, '音声・言語機能に関する疾患の可能性')}
${asked(`is_other_diseases_${n}`, other[0]!)}
other_diseases_contents_${n} text100 - ${other[1]}`;
}

/** A record of what was done, six times. */
function done(time: number): string {
  const [n, need, group] = [`0${time}`, needOf(time), 6 * time + 17];
  const asked = (id: string, name: string) => `${id} code:life-answer-yes-no ${need} ${name}`;
  return `# group-${group} 実施記録（${time}回目）
plan_date_${n} day ${need} 実施年月日
# group-${group + 1} サービス提供者
${asked(`record_service_provider_${n}_01`, '看護職員')}
${asked(`record_service_provider_${n}_02`, '歯科衛生士')}
${asked(`record_service_provider_${n}_03`, '言語聴覚士')}
record_service_provider_name_${n} text60 - サービス提供者名
# group-${group + 2} 口腔清掃、口腔清掃に関する指導
${asked(`contents_guidance_oral_cleaning_${n}_01`, '実施')}
# group-${group + 3} 摂食・嚥下等の口腔機能に関する指導
${asked(`contents_guidance_and_info_eating_and_swallowing_${n}_01`, '実施')}
# group-${group + 4} 音声・言語機能に関する指導
${asked(`contents_guidance_language_voice_function_${n}_01`, '実施')}
# group-${group + 5} その他
contents_notice_${n} text50 - その他（具体的に）
${asked(`contents_other_${n}_01`, '実施')}`;
}

export const form0220 = `
${keys}
care_level code:care-level * 要介護度
is_family_dentist code:life-answer-yes-no + かかりつけ歯科医
is_denture_using code:life-answer-yes-no + 入れ歯の使用
# group-1 食形態等
is_food_form_enteral_nutrition code:life-answer-yes-no + 経腸栄養
is_central_venous_nutrition code:life-answer-yes-no + 静脈栄養
food_form_ingestion code:life-answer-yes-no + 経口摂取
meal_form code:life-answer-meal-form ? 食事の形態（コード）
# group-2 誤嚥性肺炎の発症・罹患
aspiration_pneumonitis code:life-answer-yes-no + 誤嚥性肺炎の発症・罹患
date_of_onset_01 day ? 発症日(1)
date_of_onset_02 day - 発症日(2)
date_of_onset_03 day - 発症日(3)
date_of_onset_04 day - 発症日(4)
date_of_onset_05 day - 発症日(5)
${[1, 2, 3].map(screening).join('\n')}
# group-18 口腔機能改善管理計画
plan_create_date day + 作成日
# group-19 計画立案者
planner_01 code:life-answer-yes-no + 看護職員
planner_02 code:life-answer-yes-no + 歯科衛生士
planner_03 code:life-answer-yes-no + 言語聴覚士
# group-20 サービス提供者
service_provider_01 code:life-answer-yes-no + 看護職員
service_provider_02 code:life-answer-yes-no + 歯科衛生士
service_provider_03 code:life-answer-yes-no + 言語聴覚士
# group-21 目標
oral_cleaning_flag code:life-answer-is-oral-hygiene-04 + 口腔衛生
oral_cleaning_notice text50 - 口腔機能の改善目標の詳細
oral_cavity_function_flag code:life-answer-is-oral-hygiene-04 + 摂食・嚥下機能
oral_cavity_function_notice text50 - 摂食・嚥下機能の改善目標の詳細
food_form_flag code:life-answer-is-oral-hygiene-04 + 食形態
food_form_notice text50 - 食形態の改善目標の詳細
language_voice_function_flag code:life-answer-is-oral-hygiene-04 + 音声・言語機能
language_voice_function_notice text50 - 音声・言語機能の改善目標の詳細
is_prevention_of_aspiration_pneumonia code:life-answer-yes-no + 誤嚥性肺炎の予防
is_goal_other code:life-answer-yes-no + その他
goal_other_contents text50 - その他（具体的に）
# group-22 実施内容
is_contents_guidance_eating_and_swallowing code:life-answer-yes-no + 摂食・嚥下等の口腔機能に関する指導
is_contents_guidance_oral_cleaning code:life-answer-yes-no + 口腔清掃、口腔清掃に関する指導
is_contents_guidance_language_voice_function code:life-answer-yes-no + 音声・言語機能に関する指導
is_contents_other code:life-answer-yes-no + その他
is_contents_other_notices text50 - その他（具体的に）
${[1, 2, 3, 4, 5, 6].map(done).join('\n')}
contents_notice text200 - その他特記事項
`;
