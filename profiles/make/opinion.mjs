// 主治医意見書: the form from 2026-04 without the doctor's consent box, and the form before it with the box.
import { forPerson, known, populated, takesOver } from './populate.mjs';
import { atMost, conceptsOf, is, isTrue, item, questionnaire, readSystem, unit } from './shared.mjs';

const master = readSystem('opinion-item');
const displays = new Map(conceptsOf(master).map(({ code, display }) => [code, display]));
/** An item of the form by its number; the text is the master's, without the number in brackets. */
const q = (code, type, en, more = {}) =>
  item(code, type, displays.get(code).replace(/^\(\d\) /, ''), en, {
    code: { system: master.url, code, display: displays.get(code) },
    ...more,
  });
const form = number => `opinion-form-answer-${number}`;
const choice = (code, en, more = {}) => q(code, 'choice', en, { options: form(code), ...more });
const many = (code, en, more = {}) => choice(code, en, { repeats: true, ...more });
const group = (code, en, items, more = {}) => q(code, 'group', en, { items, ...more });
const other = (code, option) =>
  item(`${code}.other`, 'string', 'その他の内容', 'Which other', { when: [is(code, form(code), option)] });

const consent = choice('0-14', 'Consent of the physician to the use of the opinion');
const head = [
  q('0-1', 'date', 'Day of writing', { required: true }),
  q('0-2', 'string', 'Person in kana'),
  q('0-3', 'string', 'Person', { required: true }),
  q('0-4', 'choice', 'Sex', { options: 'sex' }),
  q('0-5', 'date', 'Date of birth'),
  item('0-5.age', 'integer', '年齢（歳）', 'Age', { extension: unit('歳', 'a') }),
  q('0-6', 'string', 'Postal code'),
  q('0-7', 'string', 'Address'),
  q('0-8', 'string', 'Telephone'),
  q('0-9', 'string', 'Physician', { required: true }),
  q('0-10', 'string', 'Medical institution'),
  q('0-11', 'string', 'Its address'),
  item('0-11.postal', 'string', '医療機関 郵便番号', 'Its postal code'),
  q('0-12', 'string', 'Its telephone'),
  q('0-13', 'string', 'Its fax'),
];
const visits = [
  q('0-15', 'date', 'Day of the last examination'),
  choice('0-16', 'How often an opinion was written'),
  choice('0-17', 'Seen by other departments'),
  many('0-18', 'Which departments', { when: [is('0-17', form('0-17'), '1')] }),
  other('0-18', '13'),
];
const disease = [
  item(
    '1-1',
    'group',
    '診断名と発症年月日',
    'Diagnoses with their onset; the first is the direct cause (特定疾病 of secondary insured persons)',
    {
      repeats: true,
      extension: atMost(3),
      items: [
        item('1-1.name', 'string', '診断名', 'Diagnosis', { required: true }),
        item('1-2', 'string', '発症年月日（記入のまま）', 'Onset as it was written'),
        item('1-2.date', 'date', '発症年月日（日付として読めるとき）', 'Onset, when it can be read as a date'),
      ],
    },
  ),
  choice('1-3', 'Stability of the symptoms'),
  q('1-4', 'text', 'How they are unstable', { when: [is('1-3', form('1-3'), '2')] }),
  q('1-5', 'text', 'Course and treatment with drugs'),
];
const special = [many('2-1', 'Treatments'), many('2-2', 'Special responses'), many('2-3', 'Incontinence')];

const degree = code =>
  item(`${code}.degree`, 'choice', '程度', 'Degree', { options: 'opinion-answer-degree', when: [isTrue(code)] });
const part = code => item(`${code}.part`, 'string', '部位', 'Part of the body', { when: [isTrue(code)] });
const checked = (code, en) => [q(code, 'boolean', en), part(code), degree(code)];
const limb = (number, ja, en) => {
  const code = `3-13.${number}`;
  return [item(code, 'boolean', ja, en), ...(number === 5 ? [part(code)] : []), degree(code)];
};
const sides = (number, ja, en) =>
  item(`3-17.${number}`, 'choice', ja, en, { options: 'opinion-bit-sides', repeats: true });
const mind = [
  q('3-1', 'choice', 'Independence of elderly persons with disabilities', {
    options: 'disability-independence',
    required: true,
  }),
  q('3-2', 'choice', 'Independence of elderly persons with dementia', {
    options: 'dementia-independence',
    required: true,
  }),
  choice('3-3', 'Short-term memory'),
  choice('3-4', 'Ability to decide'),
  choice('3-5', 'Ability to communicate'),
  choice('3-6', 'Behavioural and psychological symptoms'),
  many('3-7', 'Which symptoms', { when: [is('3-6', form('3-6'), '2')] }),
  other('3-7', '12'),
  choice('3-8', 'Other mental or neurological symptoms', { options: form('3-6') }),
  item('3-8.name', 'string', '症状名', 'Symptoms', { when: [is('3-8', form('3-6'), '2')] }),
  item('3-8.specialist', 'choice', '専門医受診の有無', 'Seen by a specialist', {
    options: form('0-17'),
    when: [is('3-8', form('3-6'), '2')],
  }),
  item('3-8.department', 'string', '専門医の科', 'Department of the specialist', {
    when: [is('3-8.specialist', form('0-17'), '1')],
  }),
];
const body = [
  choice('3-9', 'Dominant hand'),
  item('3-10.height', 'decimal', '身長', 'Height', { extension: unit('cm', 'cm') }),
  item('3-10.weight', 'decimal', '体重', 'Weight', { extension: unit('kg', 'kg') }),
  choice('3-11', 'Change of weight in 6 months'),
  q('3-12', 'boolean', 'Missing limbs'),
  part('3-12'),
  group('3-13', 'Paralysis', [
    ...limb(1, '右上肢', 'Right arm'),
    ...limb(2, '左上肢', 'Left arm'),
    ...limb(3, '右下肢', 'Right leg'),
    ...limb(4, '左下肢', 'Left leg'),
    ...limb(5, 'その他', 'Other'),
  ]),
  ...checked('3-14', 'Loss of muscle strength'),
  ...checked('3-15', 'Contracture'),
  ...checked('3-16', 'Joint pain'),
  group('3-17', 'Ataxia, involuntary movements', [
    sides(1, '上肢', 'Arms'),
    sides(2, '下肢', 'Legs'),
    sides(3, '体幹', 'Trunk'),
  ]),
  ...checked('3-18', 'Pressure ulcer'),
  ...checked('3-19', 'Other skin disease'),
];

const needs = conceptsOf(readSystem(form('4-10')));
const medical = group('4-10', 'Need of medical management: no, checked, underlined', [
  ...needs
    .slice(0, -1)
    .map(({ code, display }) => item(`4-10.${code}`, 'choice', display, undefined, { options: 'opinion-mark' })),
  item('4-10.other', 'string', 'その他の医療系サービスの内容', 'Which other medical service', {
    when: [is('4-10.12', 'opinion-mark', '1'), is('4-10.12', 'opinion-mark', '2')],
  }),
  item(
    '4-10.consultation',
    'choice',
    '看護職員の訪問による相談・支援（2009年追加の様式）',
    'Counselling visits by nurses (form of 2009)',
    { options: 'opinion-mark' },
  ),
  item('4-10.13', 'boolean', '特記すべき項目なし', 'Nothing to note'),
]);
const caution = ([number, ja, en]) => [
  item(`4-11.${number}`, 'choice', ja, en, { options: 'opinion-answer-caution' }),
  item(`4-11.${number}.text`, 'string', `${ja}の留意事項`, `What to mind: ${en}`, {
    when: [is(`4-11.${number}`, 'opinion-answer-caution', '2')],
  }),
];
const life = [
  choice('4-1', 'Walking outdoors'),
  choice('4-2', 'Wheelchair'),
  many('4-3', 'Walking aids', { exclusive: ['1'] }),
  choice('4-4', 'Eating'),
  choice('4-5', 'Nutrition'),
  q('4-6', 'text', 'What to mind in nutrition'),
  many('4-7', 'States that are there or likely'),
  other('4-7', '14'),
  q('4-8', 'text', 'How to deal with them'),
  choice('4-9', 'Prospect with services'),
  medical,
  group('4-11', 'What to mind when services are given', [
    ...[
      [1, '血圧', 'blood pressure'],
      [2, '摂食', 'eating'],
      [3, '嚥下', 'swallowing'],
      [4, '移動', 'moving'],
      [5, '運動', 'exercise'],
    ].flatMap(caution),
    item('4-11.6', 'string', 'その他', 'Other'),
    item('4-11.7', 'boolean', '特記すべき項目なし', 'Nothing to note'),
  ]),
  choice('4-12', 'Infectious diseases'),
  item('4-12.text', 'string', '感染症の内容', 'Which infectious disease', { when: [is('4-12', form('4-12'), '2')] }),
];

const sections = withConsent => [
  group('0', 'Head of the form', [...head, ...(withConsent ? [consent] : []), ...visits]),
  group('1', 'Diseases', disease),
  group('2', 'Special medical care in the past 14 days', special),
  group('3', 'Mind and body', [...mind, ...body]),
  group('4', 'Daily life and services', life),
  group('5', 'Remarks', [q('5-1', 'text', 'Remarks')]),
];

/** A physician goes on from the last opinion; the day, the consent and how many there were are asked anew. */
const population = {
  extension: [forPerson, takesOver(true)],
  expressions: {
    '0-1': 'today()',
    '0-2': known.kana,
    '0-3': known.name,
    '0-4': known.sex,
    '0-5': known.birth,
    '0-5.age': known.age,
    '0-6': known.postal,
    '0-7': known.address,
    '0-8': known.phone,
  },
  fresh: ['0-14', '0-15', '0-16'],
};

/** The form since 2026-04. An absent consent is no refusal: what the person agreed to at application decides. */
export const opinion = populated(
  questionnaire({
    id: 'kaigo-physician-opinion',
    ja: '主治医意見書',
    en: 'Physician opinion',
    description:
      '主治医意見書（2026年4月からの様式、医師の同意欄なし）。 The physician opinion, form since 2026-04, without the consent box of the physician.',
    effective: { start: '2026-04-01' },
    item: sections(false),
  }),
  population,
);

/** The form until 2026-03, with the consent box. */
export const opinionWithConsent = populated(
  questionnaire({
    id: 'kaigo-physician-opinion-with-consent',
    ja: '主治医意見書（医師の同意欄あり）',
    en: 'Physician opinion with the consent box',
    description:
      '主治医意見書（2026年3月までの様式、医師の同意欄あり）。 The physician opinion, form until 2026-03, with the consent box of the physician.',
    effective: { end: '2026-03-31' },
    item: sections(true),
  }),
  population,
);
