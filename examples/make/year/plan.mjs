// ケアマネジメント: the notification, the plan, its months and what was given.
import { careOffices, codes, coding, ids, profile, test, upsert } from '../shared.mjs';
import { officeOf, organization, sid, structure, subject, system, two } from './words.mjs';

export const unitsOfVisit = 387;

export function notification(person) {
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

export const planKey = person => ({ system: ids.carePlan, value: `${person.key}:20260925` });
export const kindOf = (code, display) => [coding(codes.planKind, code, display)];
export const activityKind = code => ({ url: structure('kaigo-activity-kind'), valueCode: code });

export function plan(person) {
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

export const lastDay = ([year, number]) => new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);

/** Days of a month on which the office comes. */
export const days = (person, [year, month]) =>
  Array.from({ length: person.planned }, (_, i) => `${year}-${two(month)}-${two(2 + i * 3)}`);
export const givenDays = (person, month, place) => days(person, month).slice(person.missed[place]);

export function monthly(person, month, kind, list) {
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
