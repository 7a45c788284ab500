// The insurer: itself and the offices, the person, certificates and burden.
import { careLevels } from '../people.mjs';
import {
  address,
  careOffices,
  codes,
  coding,
  extensions,
  hl7,
  ids,
  insurerName,
  insurerNumber,
  names,
  profile,
  test,
  upsert,
} from '../shared.mjs';
import { bundle, insurer, subject } from './words.mjs';

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

export const patient = person =>
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

export function certificate(person, history, level, period) {
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

export function burden(person, history, percent, year) {
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
