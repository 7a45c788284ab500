// A year in the life of an insured person (2026-04 to 2027-03), from a seed: what the municipality, the surveyor, the doctor, the
// care manager, the offices and the hospital send, month by month, and what must be true in the end. Everybody is invented.
import { careLevels } from './people.mjs';
import {
  address,
  careOffices,
  codes,
  coding,
  conditional,
  engawa,
  extensions,
  hl7,
  ids,
  insurerName,
  insurerNumber,
  names,
  profile,
  test,
  upsert,
  urnOf,
} from './shared.mjs';

/** Random numbers that are the same for the same seed (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
const pick = (random, list) => list[Math.floor(random() * list.length)];

const families = [
  ['縁側', 'エンガワ'],
  ['軒先', 'ノキサキ'],
  ['障子', 'ショウジ'],
  ['襖', 'フスマ'],
  ['欄間', 'ランマ'],
  ['格子', 'コウシ'],
  ['土間', 'ドマ'],
  ['簾', 'スダレ'],
];
const givens = [
  ['花子', 'ハナコ', 'female'],
  ['太郎', 'タロウ', 'male'],
  ['良子', 'ヨシコ', 'female'],
  ['隆', 'タカシ', 'male'],
  ['静', 'シズ', 'female'],
  ['守', 'マモル', 'male'],
];

const sid = name => `${engawa}/IdSystem/${name}`;
const system = name => `${engawa}/CodeSystem/${name}`;
const structure = name => `${engawa}/StructureDefinition/${name}`;
const two = number => String(number).padStart(2, '0');
const officeOf = ({ number, name }) => ({ identifier: { system: ids.office, value: number }, display: name });
const organization = office => ({
  reference: conditional('Organization', ids.office, office.number),
  display: office.name,
});
const insurer = { reference: conditional('Organization', ids.insurer, insurerNumber), display: insurerName };

/** The months after the new certificate: plans and services. */
const months = [
  [2026, 10],
  [2026, 11],
  [2026, 12],
  [2027, 1],
  [2027, 2],
  [2027, 3],
];
const levels = ['21', '22', '23', '24', '25'];
const unitsOfVisit = 387;

/** A person of the year: all that is decided by the seed. */
export function makePerson(index, seed) {
  const random = randomOf(seed * 100_003 + index);
  const [family, familyKana] = pick(random, families);
  const [given, givenKana, gender] = pick(random, givens);
  const before = pick(random, levels.slice(0, 4));
  const after = levels[levels.indexOf(before) + (random() < 0.5 ? 1 : 0)];
  const insuredNumber = String(1000 + index).padStart(10, '0');
  return {
    index,
    family,
    familyKana,
    given,
    givenKana,
    gender,
    birthDate: `19${two(30 + Math.floor(random() * 28))}-${two(1 + Math.floor(random() * 12))}-${two(1 + Math.floor(random() * 28))}`,
    line: `中央${1 + Math.floor(random() * 9)}丁目${index}番地`,
    insuredNumber,
    key: `${insurerNumber}:${insuredNumber}`,
    application: `${insurerNumber}:2026-${String(index).padStart(6, '0')}`,
    levels: { before, after },
    burdens: [10, pick(random, [10, 20, 30])],
    planned: 4 + Math.floor(random() * 5),
    missed: months.map(() => Math.floor(random() * 3)),
    barthel: [pick(random, [40, 55, 60, 75, 80]), pick(random, [-10, -5, 0, 5, 10, 15])],
    diagnosis: pick(random, ['変形性膝関節症', '脳梗塞後遺症', 'パーキンソン病', 'アルツハイマー型認知症', '骨粗鬆症']),
    independence: [pick(random, ['J1', 'J2', 'A1', 'A2']), pick(random, ['自立', 'Ⅰ', 'Ⅱa', 'Ⅱb'])],
  };
}

const subject = person => ({
  reference: conditional('Patient', ids.insured, person.key),
  display: `${person.family} ${person.given}`,
});
const bundle = entry => ({ resourceType: 'Bundle', meta: test, type: 'transaction', entry });

/** Insurer and offices: the same for all. */
export const places = () =>
  bundle([
    upsert(
      {
        resourceType: 'Organization',
        meta: { profile: [profile('insurer')], ...test },
        identifier: [{ system: ids.insurer, value: insurerNumber }],
        active: true,
        name: insurerName,
      },
      { system: ids.insurer, value: insurerNumber },
    ),
    ...[careOffices.management, careOffices.visit].map(({ number, name, service }) =>
      upsert(
        {
          resourceType: 'Organization',
          meta: { profile: [profile('office')], ...test },
          identifier: [{ system: ids.office, value: number }],
          active: true,
          type: [coding(codes.service, service, undefined)],
          name,
        },
        { system: ids.office, value: number },
      ),
    ),
  ]);

const patient = person =>
  upsert(
    {
      resourceType: 'Patient',
      meta: { profile: [profile('person')], ...test },
      identifier: [{ use: 'official', system: ids.insured, value: person.key, assigner: insurer }],
      active: true,
      name: names(person),
      gender: person.gender,
      birthDate: person.birthDate,
      address: [address(person.line)],
    },
    { system: ids.insured, value: person.key },
  );

function certificate(person, history, level, period) {
  const key = { system: ids.certificate, value: `${person.key}:${history}` };
  const { display, limit } = careLevels[level];
  return upsert(
    {
      resourceType: 'Coverage',
      meta: { profile: [profile('insured-certificate')], ...test },
      extension: [
        { url: extensions['issue-date'], valueDate: period.start },
        { url: extensions['care-level'], valueCodeableConcept: coding(codes.careLevel, level, display) },
        { url: extensions['certification-date'], valueDate: period.start },
        {
          url: extensions['benefit-limit'],
          extension: [{ url: 'units', valueQuantity: { value: limit, unit: '単位/月' } }],
        },
      ],
      identifier: [key],
      status: 'active',
      type: coding(codes.certificate, 'hihokensha', '介護保険被保険者証'),
      subscriberId: person.insuredNumber,
      beneficiary: subject(person),
      period,
      payor: [insurer],
    },
    key,
  );
}

function burden(person, history, percent, year) {
  const key = { system: ids.burden, value: `${person.key}:${history}` };
  return upsert(
    {
      resourceType: 'Coverage',
      meta: { profile: [profile('burden-certificate')], ...test },
      extension: [{ url: extensions['issue-date'], valueDate: `${year}-07-20` }],
      identifier: [key],
      status: 'active',
      type: coding(codes.certificate, 'futanwariai', '介護保険負担割合証'),
      subscriberId: person.insuredNumber,
      beneficiary: subject(person),
      period: { start: `${year}-08-01`, end: `${year + 1}-07-31` },
      payor: [insurer],
      costToBeneficiary: [
        {
          type: coding(`${hl7}/coverage-copay-type`, 'copaypct', 'Copay Percentage'),
          valueQuantity: { value: percent, unit: '%', system: 'http://unitsofmeasure.org', code: '%' },
        },
      ],
    },
    key,
  );
}

/** Steps of the certification, each with its day. */
const steps = [
  ['received', '2026-07-20'],
  ['survey-requested', '2026-07-21'],
  ['opinion-requested', '2026-07-21'],
  ['survey-done', '2026-08-03'],
  ['opinion-received', '2026-08-10'],
  ['first-judgement', '2026-08-20'],
  ['board-planned', '2026-08-21'],
  ['board-held', '2026-09-03'],
  ['certified', '2026-09-05'],
];

function application(person, done) {
  const key = { system: sid('kaigo-certification-application'), value: person.application };
  const taken = steps.slice(0, done);
  const code = (where, value) => coding(system(where), value, undefined);
  return upsert(
    {
      resourceType: 'Task',
      meta: { profile: [profile('certification-application')], ...test },
      extension: taken.map(([step, day]) => ({
        url: structure('kaigo-step'),
        extension: [
          { url: 'step', valueCodeableConcept: code('certification-step', step) },
          { url: 'at', valueDateTime: `${day}T10:00:00+09:00` },
          { url: 'by', valueReference: { display: insurerName } },
        ],
      })),
      identifier: [key],
      status: done === steps.length ? 'completed' : 'in-progress',
      businessStatus: code('certification-step', taken.at(-1)[0]),
      intent: 'order',
      code: code('care-task', 'certification-application'),
      for: subject(person),
      executionPeriod: { start: steps[0][1], ...(done === steps.length && { end: taken.at(-1)[1] }) },
      authoredOn: steps[0][1],
      requester: { display: `${person.family} ${person.given}` },
      owner: { identifier: { system: ids.insurer, value: insurerNumber } },
      input: [
        {
          type: code('care-task-field', 'application-kind'),
          valueCodeableConcept: code('certification-application-kind', 'renewal'),
        },
      ],
    },
    key,
  );
}

/** Key of the opinion, for its answers and its document. */
export const opinionKey = person => ({
  system: sid('kaigo-certification-answers'),
  value: `${person.application}:opinion`,
});

/** 主治医意見書: the answers, and the document whose paper this server draws from them. */
function opinion(person, day) {
  const key = opinionKey(person);
  const text = (linkId, valueString) => ({ linkId, answer: [{ valueString }] });
  const degree = (linkId, list, code) => ({
    linkId,
    answer: [{ valueCoding: { system: system(list), code, display: code } }],
  });
  const [physical, cognitive] = person.independence;
  const self = urnOf('DocumentReference', key.system, key.value);
  return [
    upsert(
      {
        resourceType: 'QuestionnaireResponse',
        meta: { profile: [profile('certification-answers')], ...test },
        identifier: key,
        questionnaire: `${engawa}/Questionnaire/kaigo-physician-opinion`,
        status: 'completed',
        subject: subject(person),
        authored: day,
        author: { display: '見本 医師' },
        item: [
          {
            linkId: '0',
            item: [
              { linkId: '0-1', answer: [{ valueDate: day }] },
              text('0-3', `${person.family} ${person.given}`),
              text('0-9', '見本 医師'),
            ],
          },
          { linkId: '1', item: [{ linkId: '1-1', item: [text('1-1.name', person.diagnosis)] }] },
          {
            linkId: '3',
            item: [
              degree('3-1', 'disability-independence', physical),
              degree('3-2', 'dementia-independence', cognitive),
            ],
          },
        ],
      },
      key,
    ),
    upsert(
      {
        resourceType: 'DocumentReference',
        meta: { profile: [profile('opinion-document')], ...test },
        identifier: [key],
        status: 'current',
        type: coding(system('care-document-kind'), 'physician-opinion', '主治医意見書'),
        subject: subject(person),
        date: `${day}T10:00:00+09:00`,
        author: [{ display: '見本 医師' }],
        content: [
          {
            attachment: {
              contentType: 'application/pdf',
              url: `${self}/$render?_format=pdf`,
              title: '主治医意見書',
              creation: day,
            },
          },
        ],
        context: {
          related: [
            { reference: urnOf('QuestionnaireResponse', key.system, key.value) },
            { reference: conditional('Task', sid('kaigo-certification-application'), person.application) },
          ],
        },
      },
      key,
    ),
  ];
}

function result(person) {
  const key = { system: sid('kaigo-certification-application'), value: person.application };
  const { display } = careLevels[person.levels.after];
  return upsert(
    {
      resourceType: 'Observation',
      meta: { profile: [profile('certification-result')], ...test },
      identifier: [key],
      status: 'final',
      code: coding(system('care-observation'), 'certification-result', undefined),
      subject: subject(person),
      focus: [{ reference: conditional('Task', key.system, key.value) }],
      effectiveDateTime: '2026-09-05',
      performer: [{ display: insurerName }],
      valueCodeableConcept: coding(codes.careLevel, person.levels.after, display),
      component: [
        {
          code: coding(system('certification-figure'), 'period', undefined),
          valuePeriod: { start: '2026-10-01', end: '2027-09-30' },
        },
      ],
    },
    key,
  );
}

function notification(person) {
  const key = { system: sid('kaigo-care-manager-notification'), value: `${person.key}:20260925` };
  const field = name => coding(system('care-task-field'), name, undefined);
  return upsert(
    {
      resourceType: 'Task',
      meta: { profile: [profile('care-manager-notification')], ...test },
      identifier: [key],
      status: 'accepted',
      intent: 'order',
      code: coding(system('care-task'), 'care-manager-notification', undefined),
      for: subject(person),
      executionPeriod: { start: '2026-10-01' },
      authoredOn: '2026-09-25',
      requester: { display: `${person.family} ${person.given}` },
      owner: officeOf(careOffices.management),
      input: [
        {
          type: field('notification-kind'),
          valueCodeableConcept: coding(system('care-notification-kind'), 'new', undefined),
        },
        {
          type: field('notification-variant'),
          valueCodeableConcept: coding(system('care-notification-variant'), 'care-management', undefined),
        },
        { type: field('service-start'), valueDate: '2026-10-01' },
      ],
    },
    key,
  );
}

const planKey = person => ({ system: ids.carePlan, value: `${person.key}:20260925` });
const kindOf = (code, display) => [coding(codes.planKind, code, display)];
const activityKind = code => ({ url: structure('kaigo-activity-kind'), valueCode: code });

function plan(person) {
  const key = planKey(person);
  return upsert(
    {
      resourceType: 'CarePlan',
      meta: { profile: [profile('care-plan')], ...test },
      extension: [
        { url: structure('kaigo-csv-version'), valueCode: '202407' },
        { url: structure('kaigo-plan-date'), valueDate: '2026-09-25' },
        { url: structure('kaigo-first-plan-date'), valueDate: '2026-09-25' },
      ],
      identifier: [key],
      status: 'active',
      intent: 'plan',
      category: kindOf('kyotaku', '居宅サービス計画'),
      title: '居宅サービス計画書',
      subject: subject(person),
      period: { start: '2026-10-01', end: '2027-03-31' },
      created: '2026-09-25',
      author: { display: '計画 立子' },
      contributor: [organization(careOffices.management)],
      description: '住み慣れた家での暮らしを続ける。',
    },
    key,
  );
}

const lastDay = ([year, number]) => new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);

/** Days of a month on which the office comes. */
const days = (person, [year, month]) =>
  Array.from({ length: person.planned }, (_, i) => `${year}-${two(month)}-${two(2 + i * 3)}`);
const givenDays = (person, month, place) => days(person, month).slice(person.missed[place]);

function monthly(person, month, kind, list) {
  const [year, number] = month;
  const stamp = `${year}${two(number)}`;
  const isPlan = kind === 'month';
  const key = isPlan
    ? { system: sid('kaigo-monthly-plan'), value: `${person.key}:${stamp}` }
    : { system: sid('kaigo-services-given'), value: `${person.key}:${stamp}:${careOffices.visit.number}:11` };
  const last = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return upsert(
    {
      resourceType: 'CarePlan',
      meta: { profile: [profile(isPlan ? 'monthly-plan' : 'services-given')], ...test },
      extension: [{ url: structure('kaigo-csv-version'), valueCode: '202407' }],
      identifier: [key],
      status: isPlan ? 'active' : 'completed',
      intent: 'order',
      category: isPlan ? kindOf('month', 'サービス利用票') : kindOf('given', 'サービス実績'),
      title: isPlan ? 'サービス利用票' : 'サービス実績',
      subject: subject(person),
      period: { start: `${year}-${two(number)}-01`, end: `${year}-${two(number)}-${last}` },
      ...(!isPlan && {
        basedOn: [
          { type: 'CarePlan', identifier: { system: sid('kaigo-monthly-plan'), value: `${person.key}:${stamp}` } },
        ],
      }),
      created: isPlan ? `${year}-${two(number)}-01` : `${year}-${two(number)}-${last}`,
      contributor: [organization(careOffices.management)],
      author: { display: '計画 立子' },
      activity: [
        {
          detail: {
            extension: [
              activityKind(isPlan ? 'planned' : 'given'),
              {
                url: structure('kaigo-time-range'),
                extension: [
                  { url: 'start', valueTime: '10:00:00' },
                  { url: 'end', valueTime: '11:00:00' },
                ],
              },
              ...list.map(date => ({
                url: structure('kaigo-service-day'),
                extension: [
                  { url: 'date', valueDate: date },
                  { url: 'times', valueInteger: 1 },
                  { url: 'units', valueInteger: unitsOfVisit },
                  { url: 'over30', valueCoding: { system: system('careplan-over-30-days'), code: '0' } },
                ],
              })),
            ],
            code: { coding: [{ system: system('service-code'), code: '112222' }] },
            status: isPlan ? 'scheduled' : 'completed',
            performer: [organization(careOffices.visit)],
          },
        },
      ],
    },
    key,
  );
}

/** The Barthel index as the office measured it, as $extract makes it of a form. */
function barthel(person, day, total) {
  const key = { system: `${engawa}/sid/extracted-item`, value: `year-${person.index}-${day}#barthel` };
  return upsert(
    {
      resourceType: 'Observation',
      meta: test,
      identifier: [key],
      status: 'final',
      code: coding(system('scale-score'), 'barthel-index', 'Barthel Index'),
      subject: subject(person),
      effectiveDateTime: day,
      performer: [organization(careOffices.visit)],
      valueInteger: total,
    },
    key,
  );
}

const secondTotal = ({ barthel: [first, change] }) => Math.max(0, Math.min(100, first + change));

/**
 * The year of a person: transactions in the order in which they are sent.
 * @returns {{ month: string, ja: string, en: string, bundle: object }[]}
 */
export function yearOf(person) {
  const event = (month, ja, en, ...entry) => ({ month, ja, en, bundle: bundle(entry) });
  // What a file of the same event is made from.
  const made = (one, facts) => ({ ...one, made: facts });
  const first = { start: '2025-10-01', end: '2026-09-30' };
  const second = { start: '2026-10-01', end: '2027-09-30' };
  return [
    event(
      '2026-04',
      '保険者：資格と証',
      'The insurer: person and certificates',
      patient(person),
      certificate(person, 1, person.levels.before, first),
      burden(person, 1, person.burdens[0], 2025),
    ),
    made(
      event(
        '2026-04',
        '事業所：Barthel Index（1回目）',
        'The office: first Barthel index',
        barthel(person, '2026-04-15', person.barthel[0]),
      ),
      { total: person.barthel[0] },
    ),
    event(
      '2026-07',
      '保険者：新しい負担割合証',
      'The insurer: the new burden',
      burden(person, 2, person.burdens[1], 2026),
    ),
    ...steps.flatMap(([step, day], i) => [
      ...(step === 'opinion-received'
        ? [event('2026-08', '主治医：意見書', 'The physician: the opinion', ...opinion(person, '2026-08-08'))]
        : []),
      event(day.slice(0, 7), `認定申請：${step}`, `Certification: ${step}`, application(person, i + 1)),
    ]),
    event(
      '2026-09',
      '保険者：認定結果と新しい証',
      'The insurer: result and new certificate',
      result(person),
      certificate(person, 2, person.levels.after, second),
    ),
    event(
      '2026-09',
      'ケアマネジャー：届出と計画',
      'The care manager: notification and plan',
      notification(person),
      plan(person),
    ),
    made(
      event(
        '2026-10',
        '事業所：Barthel Index（2回目）',
        'The office: second Barthel index',
        barthel(person, '2026-10-15', secondTotal(person)),
      ),
      { total: secondTotal(person) },
    ),
    ...months.flatMap((month, i) => {
      const name = `${month[0]}-${two(month[1])}`;
      return [
        made(
          event(
            name,
            'ケアマネジャー：利用票',
            'The care manager: plan of the month',
            monthly(person, month, 'month', days(person, month)),
          ),
          { created: `${name}-01`, days: days(person, month), units: unitsOfVisit },
        ),
        made(
          event(
            name,
            '事業所：実績',
            'The office: services given',
            monthly(person, month, 'given', givenDays(person, month, i)),
          ),
          { created: lastDay(month), days: givenDays(person, month, i), units: unitsOfVisit },
        ),
      ];
    }),
  ];
}

/** What must be true of a person when the year is over. */
export function expectedOf(person) {
  return {
    careLevels: { '2026-06-01': person.levels.before, '2026-11-01': person.levels.after },
    burdens: { '2026-06-01': person.burdens[0], '2026-11-01': person.burdens[1] },
    limit: careLevels[person.levels.after].limit,
    planned: months.length * person.planned * unitsOfVisit,
    given: months.reduce((sum, month, i) => sum + givenDays(person, month, i).length * unitsOfVisit, 0),
    gain: secondTotal(person) - person.barthel[0],
    first: person.barthel[0],
    counts: { Patient: 1, Coverage: 4, Task: 2, CarePlan: 1 + 2 * months.length, Observation: 3, DocumentReference: 1 },
  };
}

/** Units of the service days in plans of a kind: `planned` or `given`. */
export function unitsIn(plans, kind) {
  let sum = 0;
  for (const one of plans)
    for (const { detail } of one.activity ?? []) {
      const own = detail?.extension ?? [];
      if (!own.some(({ url, valueCode }) => url === structure('kaigo-activity-kind') && valueCode === kind)) continue;
      for (const { url, extension } of own)
        if (url === structure('kaigo-service-day')) {
          const value = name => extension.find(each => each.url === name)?.valueInteger ?? 0;
          sum += value('times') * value('units');
        }
    }
  return sum;
}
