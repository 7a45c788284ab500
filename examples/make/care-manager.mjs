// What a care manager's software (居宅介護支援) sends: one person's 居宅サービス計画 with its goals, team and offices.
// The person and the certificate are already there (the insurer sent them): they are found by conditional references.
import { insuredKey } from './insurer.mjs';
import { people } from './people.mjs';
import {
  address,
  careOffices,
  codes,
  coding,
  conditional,
  engawa,
  hl7,
  ids,
  insurerNumber,
  names,
  phone,
  profile,
  serviceNames,
  test,
  upsert,
  urnOf,
} from './shared.mjs';

const person = people[0];
const planDate = '20260925';
/** Business key of a plan: insurer, insured number and 居宅サービス計画作成（変更）日. */
const planKey = { system: ids.carePlan, value: `${insurerNumber}:${person.insuredNumber}:${planDate}` };
const teamKey = { system: ids.careTeam, value: planKey.value };
const goalKey = number => ({ system: ids.goal, value: `${planKey.value}:${number}` });
const managerKey = { system: ids.careManager, value: '49000001' };
const period = { start: '2026-10-01', end: '2027-03-31' };

const subject = {
  reference: conditional('Patient', ids.insured, insuredKey(person).value),
  display: `${person.family} ${person.given}`,
};
const certificate = {
  reference: conditional('Coverage', ids.certificate, `${insurerNumber}:${person.insuredNumber}:1`),
  display: '介護保険被保険者証',
};
const manager = { reference: urnOf('Practitioner', managerKey.system, managerKey.value), display: '計画 立子' };
const officeRef = ({ number, name }) => ({
  reference: urnOf('Organization', ids.office, number),
  identifier: { system: ids.office, value: number },
  display: name,
});
const following = profile => ({ ...test, profile: [`${engawa}/StructureDefinition/${profile}`] });
const dated = (name, valueDate) => ({ url: `${engawa}/StructureDefinition/${name}`, valueDate });
const goalRef = number => ({ reference: urnOf('Goal', ids.goal, goalKey(number).value) });

const officeEntries = Object.values(careOffices).map(({ number, name, service }, i) => {
  const key = { system: ids.office, value: number };
  return upsert(
    {
      resourceType: 'Organization',
      meta: { profile: [profile('office')], ...test },
      identifier: [key],
      active: true,
      type: [
        coding(`${hl7}/organization-type`, 'prov', 'Healthcare Provider'),
        coding(codes.service, service, serviceNames[service]),
      ],
      name,
      telecom: [phone],
      address: [address(`南町${i + 1}番地`)],
    },
    key,
  );
});

const managerEntry = upsert(
  {
    resourceType: 'Practitioner',
    meta: test,
    identifier: [managerKey],
    active: true,
    name: names({ family: '計画', given: '立子', familyKana: 'ケイカク', givenKana: 'リツコ' }),
    qualification: [{ identifier: [managerKey], code: { text: '介護支援専門員' } }],
  },
  managerKey,
);

const teamEntry = upsert(
  {
    resourceType: 'CareTeam',
    meta: test,
    identifier: [teamKey],
    status: 'active',
    name: `${person.family} ${person.given}さんの担当チーム`,
    subject,
    period,
    participant: [
      { role: [{ text: '介護支援専門員' }], member: manager, onBehalfOf: officeRef(careOffices.management), period },
      ...Object.values(careOffices).map(office => ({
        role: [{ text: serviceNames[office.service] }],
        member: officeRef(office),
        period,
      })),
    ],
    managingOrganization: [officeRef(careOffices.management)],
  },
  teamKey,
);

const terms = { 'long-term': '長期目標', 'short-term': '短期目標' };

function goal(number, term, text, due, partOf) {
  const resource = {
    resourceType: 'Goal',
    meta: following('kaigo-care-goal'),
    ...(partOf && {
      extension: [
        {
          url: 'http://hl7.org/fhir/StructureDefinition/goal-relationship',
          extension: [
            { url: 'type', valueCodeableConcept: coding(`${hl7}/goal-relationship-type`, 'milestone', 'Milestone') },
            { url: 'target', valueReference: goalRef(partOf) },
          ],
        },
      ],
    }),
    identifier: [goalKey(number)],
    lifecycleStatus: 'active',
    category: [coding(codes.goalTerm, term, terms[term])],
    description: { text },
    subject,
    startDate: period.start,
    target: [{ dueDate: due }],
  };
  return upsert(resource, goalKey(number));
}

const goals = [
  goal(1, 'long-term', '近所の喫茶店まで、ひとりで安心して出かけられる。', '2027-03-31'),
  goal(2, 'short-term', '家の中を手すりを使って転ばずに移動できる。', '2026-12-31', 1),
  goal(3, 'long-term', '胸の症状に早く気づき、自宅での暮らしを続けられる。', '2027-03-31'),
  goal(4, 'short-term', '毎日の薬を飲み忘れず、体調を自分で書きとめられる。', '2026-12-31', 3),
];

const weekly = (days, time) => ({
  repeat: { frequency: days.length, period: 1, periodUnit: 'wk', dayOfWeek: days, ...(time && { timeOfDay: [time] }) },
});

const activity = ({ service, item, goals: served, office, scheduled, description }) => ({
  detail: {
    ...(service && { code: coding(codes.service, service, serviceNames[service]) }),
    ...(item && { code: { text: item } }),
    goal: served.map(goalRef),
    status: 'in-progress',
    ...scheduled,
    ...(office && { performer: [officeRef(office)] }),
    description,
  },
});

const activities = [
  {
    service: '11',
    office: careOffices.visit,
    goals: [2, 4],
    scheduled: { scheduledTiming: weekly(['tue', 'fri'], '10:00:00') },
    description: '身体介護：入浴の見守りと介助、服薬の声かけ',
  },
  {
    service: '13',
    office: careOffices.nurse,
    goals: [4],
    scheduled: { scheduledTiming: weekly(['wed'], '14:00:00') },
    description: '血圧・脈拍・体調の確認、服薬の管理、主治医への報告',
  },
  {
    service: '15',
    office: careOffices.day,
    goals: [1, 2],
    scheduled: { scheduledTiming: weekly(['mon', 'thu'], '09:30:00') },
    description: '歩行と立ち上がりの訓練、外出の練習、交流',
  },
  {
    service: '17',
    office: careOffices.equipment,
    goals: [2],
    scheduled: { scheduledPeriod: period },
    description: '手すりの貸与（玄関、廊下）',
  },
  {
    item: '家族による支援（介護保険の対象外）',
    goals: [1, 4],
    scheduled: { scheduledString: '毎日' },
    description: '長女：買い物、食事の用意、夜の薬の確認',
  },
];

const planEntry = upsert(
  {
    resourceType: 'CarePlan',
    meta: following('kaigo-care-plan'),
    extension: [dated('kaigo-plan-date', '2026-09-25'), dated('kaigo-first-plan-date', '2025-04-01')],
    identifier: [planKey],
    status: 'active',
    intent: 'plan',
    category: [coding(codes.planKind, 'kyotaku', '居宅サービス計画')],
    title: '居宅サービス計画書',
    description: '住み慣れた家での暮らしを続けながら、外へ出る楽しみを取り戻せるよう支援します。',
    subject,
    period,
    created: '2026-09-25',
    author: manager,
    contributor: [officeRef(careOffices.management)],
    careTeam: [{ reference: urnOf('CareTeam', teamKey.system, teamKey.value) }],
    supportingInfo: [certificate],
    goal: [1, 2, 3, 4].map(goalRef),
    activity: activities.map(activity),
  },
  planKey,
);

/** One transaction: offices, care manager, team, goals, plan. */
export const carePlan = {
  resourceType: 'Bundle',
  meta: test,
  type: 'transaction',
  entry: [...officeEntries, managerEntry, teamEntry, ...goals, planEntry],
};

/** The one search that brings the person, the certificates, the plan, its goals, team and offices. */
export const pullQuery = [
  ['identifier', `${ids.insured}|${insuredKey(person).value}`],
  ['_revinclude', 'Coverage:beneficiary'],
  ['_revinclude', 'CarePlan:patient'],
  ['_include:iterate', 'Coverage:payor'],
  ['_include:iterate', 'CarePlan:goal'],
  ['_include:iterate', 'CarePlan:care-team'],
  ['_include:iterate', 'CarePlan:performer'],
  ['_include:iterate', 'CareTeam:participant'],
];
