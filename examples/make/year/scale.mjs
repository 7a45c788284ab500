// The office: what it measures.
import { careOffices, coding, engawa, test, upsert } from '../shared.mjs';
import { organization, subject, system } from './words.mjs';

/** The Barthel index as the office measured it, as $extract makes it of a form. */
export function barthel(person, day, total) {
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

export const secondTotal = ({ barthel: [first, change] }) => Math.max(0, Math.min(100, first + change));
