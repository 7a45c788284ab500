// A year in the life of an insured person (2026-04 to 2027-03), from a seed: what the municipality, the surveyor, the doctor, the
// care manager, the offices and the hospital send, month by month, and what must be true in the end. Everybody is invented.
import { careLevels } from './people.mjs';
import { application, opinion, result, steps } from './year/certification.mjs';
import { burden, certificate, patient } from './year/insurer.mjs';
import { months } from './year/person.mjs';
import { days, givenDays, lastDay, monthly, notification, plan, unitsOfVisit } from './year/plan.mjs';
import { barthel, secondTotal } from './year/scale.mjs';
import { bundle, structure, two } from './year/words.mjs';

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
