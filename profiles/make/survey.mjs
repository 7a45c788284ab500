// 認定調査票: 概況調査, 74 items of 基本調査 from the master of items, 特記事項. Numbers of items are the linkIds.
import { certificate, forPerson, known, populated, told, withCertificates } from './populate.mjs';
import { conceptsOf, engawa, is, item, propertyOf, questionnaire, readSystem, unit } from './shared.mjs';

const master = readSystem('survey-item');
const english = concept => concept.designation?.find(one => one.language === 'en')?.value;
const codeOf = concept => ({ system: master.url, code: concept.code, display: concept.display });
const note = number => item(`${number}.note`, 'text', `特記事項（${number}）`, `Notes on ${number}`, { repeats: true });

/** Options that exclude the others: ない. */
const none = { 'survey-answer-1-1': ['1'], 'survey-answer-1-2': ['1'] };

function question(concept) {
  const system = propertyOf(concept, 'answers').split('/').pop();
  const repeats = propertyOf(concept, 'multiple') === true;
  const common = { code: codeOf(concept), prefix: concept.code };
  const asked =
    system === 'special-medical-care'
      ? item(concept.code, 'boolean', concept.display, english(concept), common)
      : item(concept.code, 'choice', concept.display, english(concept), {
          ...common,
          required: true,
          repeats,
          options: system,
          exclusive: none[system] ?? [],
        });
  return [asked, note(concept.code)];
}

const group = concept =>
  item(concept.code, 'group', `第${concept.code}群 ${concept.display}`, english(concept), {
    code: codeOf(concept),
    prefix: concept.code,
    items: concept.concept.flatMap(question),
  });

const place = 'survey-place';
const surveyor = [
  item('overview.1.insurer', 'string', '保険者番号', 'Insurer number', { maxLength: 6 }),
  item('overview.1.insured', 'string', '被保険者番号', 'Insured number', { maxLength: 10 }),
  item('overview.1.date', 'dateTime', '実施日時', 'Day and time of the survey', { required: true }),
  item('overview.1.place', 'choice', '実施場所', 'Place', { options: place }),
  item('overview.1.place-text', 'string', '自宅外の場所', 'Which place outside', {
    when: [is('overview.1.place', place, 'outside')],
  }),
  item('overview.1.kana', 'string', '記入者 フリガナ', 'Surveyor in kana'),
  item('overview.1.name', 'string', '記入者氏名', 'Surveyor', { required: true }),
  item('overview.1.organization', 'string', '所属機関', 'Institution'),
];
const again = [is('overview.2.past', 'survey-past', 'again')];
const person = [
  item('overview.2.past', 'choice', '過去の認定', 'Earlier certifications', { options: 'survey-past' }),
  item('overview.2.past-date', 'date', '前回認定 年月日', 'Day of the last one', { when: again }),
  item('overview.2.past-level', 'choice', '前回認定結果', 'Its level', { when: again, options: 'care-level' }),
  item('overview.2.kana', 'string', '対象者 フリガナ', 'Person in kana'),
  item('overview.2.name', 'string', '対象者氏名', 'Person'),
  item('overview.2.sex', 'choice', '性別', 'Sex', { options: 'sex' }),
  item('overview.2.birth', 'date', '生年月日', 'Date of birth'),
  item('overview.2.age', 'integer', '年齢（歳）', 'Age', { extension: unit('歳', 'a') }),
  item('overview.2.address', 'string', '現住所', 'Address'),
  item('overview.2.phone', 'string', '電話', 'Telephone'),
  item('overview.2.family', 'group', '家族等連絡先', 'Family to be called', {
    repeats: true,
    items: [
      item('overview.2.family.address', 'string', '住所', 'Address'),
      item('overview.2.family.name', 'string', '氏名', 'Name'),
      item('overview.2.family.relationship', 'string', '調査対象者との関係', 'Relationship'),
      item('overview.2.family.phone', 'string', '電話', 'Telephone'),
    ],
  }),
];

/** Services used at home in the month of the survey; 回 = times, 日 = days, 品目 = items. */
const services = [
  ['visit', '（介護予防）訪問介護・訪問型サービス', 'Home help', '回'],
  ['bathing', '（介護予防）訪問入浴介護', 'Home bathing', '回'],
  ['nursing', '（介護予防）訪問看護', 'Home nursing', '回'],
  ['rehabilitation', '（介護予防）訪問リハビリテーション', 'Home rehabilitation', '回'],
  ['guidance', '（介護予防）居宅療養管理指導', 'In-home medical guidance', '回'],
  ['day', '通所介護・通所型サービス', 'Day care', '回'],
  ['day-rehabilitation', '（介護予防）通所リハビリテーション', 'Day rehabilitation', '回'],
  ['short-stay', '（介護予防）短期入所生活介護', 'Short stay', '日'],
  ['short-stay-medical', '（介護予防）短期入所療養介護', 'Medical short stay', '日'],
  ['specified', '（介護予防）特定施設入居者生活介護', 'Specified facility', '日'],
  [
    'equipment-rental',
    '（介護予防）福祉用具貸与（調査日の品目数）',
    'Equipment rental, items on the day of the survey',
    '品目',
  ],
  [
    'equipment-purchase',
    '特定（介護予防）福祉用具販売（過去6月の品目数）',
    'Equipment purchase, items in the past 6 months',
    '品目',
  ],
  ['night', '夜間対応型訪問介護', 'Night home help', '日'],
  ['dementia-day', '（介護予防）認知症対応型通所介護', 'Day care for dementia', '日'],
  ['small-multifunctional', '（介護予防）小規模多機能型居宅介護', 'Small multifunctional care', '日'],
  ['group-home', '（介護予防）認知症対応型共同生活介護', 'Group home', '日'],
  ['community-specified', '地域密着型特定施設入居者生活介護', 'Community-based specified facility', '日'],
  ['community-welfare', '地域密着型介護老人福祉施設入所者生活介護', 'Community-based welfare facility', '日'],
  ['round-the-clock', '定期巡回・随時対応型訪問介護看護', 'Round-the-clock home care', '回'],
  ['nursing-multifunctional', '看護小規模多機能型居宅介護', 'Nursing multifunctional care', '日'],
].map(([code, ja, en, kind]) =>
  item(`overview.3.${code}`, 'integer', ja, en, { extension: unit(kind === '品目' ? '品目' : `月${kind}`) }),
);
const use = [
  ...services,
  item('overview.3.modification', 'boolean', '住宅改修', 'Home modification'),
  item('overview.3.municipal', 'text', '市町村特別給付', 'Special benefits of the municipality'),
  item('overview.3.other', 'text', '介護保険給付外の在宅サービス', 'Services outside the insurance'),
  item('overview.3.facility', 'choice', '施設利用', 'Facility', { options: 'survey-facility' }),
  ...[
    ['name', '施設名', 'Name'],
    ['address', '施設住所', 'Address'],
    ['phone', '施設電話', 'Telephone'],
  ].map(([code, ja, en]) =>
    item(`overview.3.facility-${code}`, 'string', ja, `${en} of the facility`, {
      when: [{ question: 'overview.3.facility', operator: 'exists', answerBoolean: true }],
    }),
  ),
];
const family = [
  item('overview.4.family', 'choice', '家族状況', 'Household', { options: 'survey-household' }),
  item(
    'overview.4.text',
    'text',
    '家族状況・居住環境・日常的に使用する機器等',
    'Family, housing, devices in daily use',
  ),
];

const overview = item('overview', 'group', '概況調査', 'Overview', {
  items: [
    item('overview.1', 'group', 'Ⅰ 調査実施者（記入者）', 'Surveyor', { items: surveyor }),
    item('overview.2', 'group', 'Ⅱ 調査対象者', 'Person', { items: person }),
    item('overview.3', 'group', 'Ⅲ 現在受けているサービスの状況', 'Services in use', { items: use }),
    item('overview.4', 'group', 'Ⅳ 家族状況・居住環境等', 'Family and housing', { items: family }),
  ],
});

/** The questionnaire. */
export const survey = populated(
  questionnaire({
    id: 'kaigo-certification-survey',
    ja: '認定調査票',
    en: 'Certification survey form',
    description: `認定調査票（2009年改訂の様式）: 概況調査、基本調査74項目、特記事項。 The survey form of 2009: overview, 74 items, notes. Codes: ${engawa}/CodeSystem/survey-item.`,
    item: [overview, ...master.concept.map(group), item('note', 'text', '特記事項（全体）', 'Notes on the whole')],
  }),
  {
    extension: [forPerson, withCertificates],
    // What was found at the last visit is not taken over: it is looked at anew.
    expressions: {
      'overview.1.insurer': `${known.number}.substring(0, 6)`,
      'overview.1.insured': `${known.number}.substring(7)`,
      'overview.2.past': `iif(${told('careLevel')}.exists(), 'again', {})`,
      'overview.2.past-date': `${certificate('resource')}.resource.extension('${engawa}/StructureDefinition/kaigo-certification-date').value`,
      'overview.2.past-level': told('careLevel'),
      'overview.2.kana': known.kana,
      'overview.2.name': known.name,
      'overview.2.sex': known.sex,
      'overview.2.birth': known.birth,
      'overview.2.age': known.age,
      'overview.2.address': known.address,
      'overview.2.phone': known.phone,
      'overview.2.family.address': '%patient.contact.first().address.text',
      'overview.2.family.name': '%patient.contact.first().name.text',
      'overview.2.family.relationship':
        '%patient.contact.first().relationship.first().select(iif(text.exists(), text, coding.display.first()))',
      'overview.2.family.phone': "%patient.contact.first().telecom.where(system = 'phone').value.first()",
    },
  },
);

/** Numbers of the items of 基本調査. */
export const numbers = conceptsOf(master)
  .map(one => one.code)
  .filter(code => code.includes('-'));
