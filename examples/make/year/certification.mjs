// 要介護認定: the application with its steps, the opinion of the physician, the result.
import { careLevels } from '../people.mjs';
import {
  codes,
  coding,
  conditional,
  engawa,
  ids,
  insurerName,
  insurerNumber,
  profile,
  test,
  upsert,
  urnOf,
} from '../shared.mjs';
import { sid, structure, subject, system } from './words.mjs';

/** Steps of the certification, each with its day. */
export const steps = [
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

export function application(person, done) {
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
export function opinion(person, day) {
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

export function result(person) {
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
