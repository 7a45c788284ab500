/** Columns of FORM_0210_2021 (口腔衛生管理情報), in the notation of ../column.ts. */
import { keys } from './keys.ts';

/** What a dental hygienist did and told, six times. Ids are not made alike: each time says what is its own. */
interface Visit {
  /** `+` for the first, which is required; `?` for the others. */
  readonly need: '+' | '?';
  readonly dated: string;
  readonly job: string;
  readonly staff: string;
  /** Beginning of the ids of その他. */
  readonly other: string;
}

const job = 'life-job';
const visits: readonly Visit[] = [
  { need: '+', dated: '実施日', job, staff: '', other: 'is_oral_care_01' },
  { need: '?', dated: '記入日', job, staff: '_02', other: 'is_oral_care_02' },
  {
    need: '?',
    dated: '記入日',
    job: 'life-answer-oral-care-record-staff-job-category-03',
    staff: '_03',
    other: 'is_oral_care_03',
  },
  { need: '?', dated: '記入日', job, staff: '_04', other: 'is_oral_management_04' },
  { need: '?', dated: '記入日', job, staff: '_05', other: 'is_oral_management_05' },
  { need: '?', dated: '記入日', job, staff: '_06', other: 'is_oral_management_06' },
];

function visit({ need, dated, job, staff, other }: Visit, i: number): string {
  const [n, group] = [`0${i + 1}`, 19 + 3 * i];
  const asked = (id: string, name: string): string => `${id} code:life-answer-yes-no ${need} ${name}`;
  return `# group-${group} 歯科衛生士が実施した口腔ケアの内容及び介護職員への具体的な技術的助言及び指導の内容の要点（${i + 1}回目）
oral_care_filing_date_${n} day ${need} ${dated}
oral_care_record_staff_job_category_${n} code:${job} ${need} 記入者職員職種
oral_care_filing_staff${staff} text18 - 記入者
# group-${group + 1} 口腔衛生等の管理
${asked(`is_oral_management_${n}_01`, '口腔の清掃')}
${asked(`is_oral_management_${n}_02`, '口腔の清掃に関する指導')}
${asked(`is_oral_management_${n}_03`, '義歯の清掃')}
${asked(`is_oral_management_${n}_04`, '義歯の清掃に関する指導')}
${asked(`is_oral_management_${n}_05`, '摂食・嚥下等の口腔機能に関する指導')}
${asked(`is_oral_management_${n}_06`, '誤嚥性肺炎の予防に関する指導')}
${asked(`${other}_other`, 'その他')}
${other}_other_contents text50 - その他（具体的に）
# group-${group + 2} 介護職員への技術的助言等の内容
${asked(`is_oral_care_support_${n}_01`, '入所者のリスクに応じた口腔清掃等の実施')}
${asked(`is_oral_care_support_${n}_02`, '口腔清掃にかかる知識、技術の習得の必要性')}
${asked(`is_oral_care_support_${n}_03`, '食事の状態、食形態等の確認')}
${asked(`is_oral_care_support_${n}_04`, '現在の取組の継続')}
${asked(`is_oral_care_support_${n}_other`, 'その他')}
is_oral_care_support_${n}_other_contents text50 - その他（具体的に）`;
}

export const form0210 = `
${keys}
care_level code:care-level * 要介護度
disease_name text100 - 病名等
family_dentist code:life-answer-yes-no + かかりつけ歯科医
denture_using code:life-answer-yes-no + 入れ歯の使用
# group-1 食形態
food_form_enteral_nutrition code:life-answer-yes-no + 経腸栄養
food_form_tube_feeding code:life-answer-yes-no + 静脈栄養
food_form_ingestion code:life-answer-yes-no + 経口摂取
meal_form code:life-answer-meal-form ? 食事の形態（コード）
# group-2 誤嚥性肺炎の発症・罹患
aspiration_pneumonitis code:life-answer-yes-no + 誤嚥性肺炎の発症・罹患
date_of_onset_01 day ? 発症日(1)
date_of_onset_02 day - 発症日(2)
date_of_onset_03 day - 発症日(3)
date_of_onset_04 day - 発症日(4)
date_of_onset_05 day - 発症日(5)
# group-3 同一月内の訪問歯科衛生指導（医療保険）の実施の有無
is_visiting_dental_hygiene_guidance code:life-answer-yes-no + 実施の有無
visiting_dental_hygiene_guidance_frequency int2 ? 回数
# group-4 口腔に関する問題点（スクリーニング）
filing_date_01 day + 記入日
record_staff_job_category_01 code:life-job + 記入者職員職種
filing_staff_01 text18 - 記入者
# group-5 口腔衛生状態
is_teeth_status_problem code:life-answer-yes-no + 口腔衛生状態の問題
# group-6 口腔衛生状態の問題の詳細
is_teeth_staining code:life-answer-yes-no + 歯の汚れ
is_denture_staining code:life-answer-yes-no + 義歯の汚れ
is_coating_tongue code:life-answer-yes-no + 舌苔
is_problem_bad_breath code:life-answer-yes-no + 口臭
# group-7 口腔機能の状態
is_teeth_fucntion_problem code:life-answer-yes-no + 口腔機能の状態の問題
# group-8 口腔機能の状態の問題の詳細
is_problem_spill_food code:life-answer-yes-no + 食べこぼし
is_move_tongue code:life-answer-yes-no + 舌の動きが悪い
is_choke code:life-answer-yes-no + むせ
is_phlegm code:life-answer-yes-no + 痰がらみ
is_dryness_of_mouth code:life-answer-yes-no + 口腔乾燥
# group-9 歯数
is_number_of_teeth code:life-answer-yes-no + 歯数の問題
number_of_teeth int2(0..28) ? 歯数
# group-10 歯の問題
is_teeth_problem code:life-answer-yes-no + 歯の問題
# group-11 歯の問題の詳細
is_caries code:life-answer-yes-no + う蝕
is_broken_teeth code:life-answer-yes-no + 歯の破折
is_desorption code:life-answer-yes-no + 修復物脱離
is_teeth_problem_other code:life-answer-yes-no + その他
teeth_problem_other_contents text50 - その他（具体的に）
# group-12 義歯の問題
is_denture_problem code:life-answer-yes-no + 義歯の問題
# group-13 義歯の問題の詳細
is_denture_nonconformity code:life-answer-yes-no + 不適合
is_broken_denture code:life-answer-yes-no + 破損
is_denture_other code:life-answer-yes-no + その他
denture_other_contents text50 - その他（具体的に）
# group-14 歯肉・粘膜の問題
is_gingivitis code:life-answer-yes-no + 歯周病
is_ulceration code:life-answer-yes-no + 口腔粘膜疾患（潰瘍等）
# group-15 口腔衛生管理の実施内容（アセスメント）
filing_date_02 day + 記入日
record_staff_job_category_02 code:life-job + 記入者職員職種
filing_staff_02 text18 - 記入者
oral_management_indicator_name text18 - 指示を行った歯科医師名
# group-16 歯科疾患
is_odontopathy_01 code:life-answer-yes-no + 予防
is_odontopathy_02 code:life-answer-yes-no + 重症化予防
# group-17 口腔衛生
is_oral_hygiene_01 code:life-answer-yes-no + 自立
is_oral_hygiene_02 code:life-answer-yes-no + 介護者の口腔清掃の技術向上
is_oral_hygiene_03 code:life-answer-yes-no + 専門職の定期的な口腔清掃等
is_oral_hygiene_04 code:life-answer-is-oral-hygiene-04 + 摂食・嚥下機能
is_oral_hygiene_05 code:life-answer-is-oral-hygiene-04 + 食形態
is_oral_hygiene_06 code:life-answer-is-oral-hygiene-04 + 栄養状態
is_oral_hygiene_07 code:life-answer-yes-no + 誤嚥性肺炎の予防
is_oral_hygiene_other code:life-answer-yes-no + その他
is_oral_hygiene_other_contents text50 - その他（具体的に）
# group-18 実施内容
is_contents_01 code:life-answer-yes-no + 口腔の清掃
is_contents_02 code:life-answer-yes-no + 口腔の清掃に関する指導
is_contents_03 code:life-answer-yes-no + 義歯の清掃
is_contents_04 code:life-answer-yes-no + 義歯の清掃に関する指導
is_contents_05 code:life-answer-yes-no + 摂食・嚥下等の口腔機能に関する指導
is_contents_06 code:life-answer-yes-no + 誤嚥性肺炎の予防に関する指導
is_contents_other code:life-answer-yes-no + その他
is_contents_other_contents text50 - その他（具体的に）
implementation_frequency code:life-answer-implementation-frequency + 実施頻度
implementation_frequency_contents text50 - 実施頻度その他（具体的に）
${visits.map(visit).join('\n')}
other_notice text200 - その他の事項
`;
