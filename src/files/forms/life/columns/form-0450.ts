/** Columns of FORM_0450_2021 (生活行為向上リハビリテーション実施計画書(様式5情報)), in the notation of ../column.ts. */
import { keys } from './keys.ts';

const subjects = [
  ['action', '活動'],
  ['mind_body', '心身機能'],
  ['participation', '参加'],
] as const;
const phases = [
  ['01', '通所訓練期'],
  ['02', '社会適応訓練期'],
] as const;
const ways = [
  ['outpatient', '通所'],
  ['visit', '訪問'],
] as const;
const supports = ['01', '02', '03', '04', '05', '06', '07', '08'];

/** What is done for a subject in a phase, in each way and by the person alone. */
function plan(subject: string, phase: string, name: string): string {
  const byWay = ways.map(([id, way]) =>
    [
      `${subject}_${id}_flag_${phase} code:life-answer-applies - ${name}_${way}`,
      ...supports.map(n => `${subject}_${id}_${phase}_${n} code:life-support - ${name}_${way}_${n}`),
      `${subject}_${id}_remarks_${phase} text96 - ${name}_${way}_備考`,
    ].join('\n'),
  );
  return [...byWay, `${subject}_self_training_${phase} text120 - ${name}_自己訓練`].join('\n');
}

const plans = subjects.flatMap(([id, name]) => phases.map(([phase, title]) => plan(id, phase, `${name}_${title}`)));

export const form0450 = `
${keys}
create_date day * 作成年月日
self_target text120 - 本人の生活行為の目標
family_target text120 - 家族の目標
outpatient_training_start_01 day - 通所訓練期開始
outpatient_training_end_01 day - 通所訓練期終了
outpatient_frequency_01 int3 - 通所訓練期_通所頻度
outpatient_training_start_02 day - 社会適応訓練期開始
outpatient_training_end_02 day - 社会適応訓練期終了
outpatient_frequency_02 int3 - 社会適応訓練期_通所頻度
${plans.join('\n')}
support_evaluation text680 - 支援内容の評価
`;
