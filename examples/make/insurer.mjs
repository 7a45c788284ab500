// What a municipality (保険者) sends: the insurer, 20 insured people, their 被保険者証 and 負担割合証.
import { careLevels, people } from './people.mjs';
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
  jp,
  moreCodes,
  names,
  profile,
  test,
  upsert,
  urnOf,
} from './shared.mjs';

const insurerKey = { system: ids.insurer, value: insurerNumber };
const insurerRef = { reference: urnOf('Organization', ids.insurer, insurerNumber), display: insurerName };

const insurer = upsert(
  {
    resourceType: 'Organization',
    meta: { profile: [profile('insurer')], ...test },
    identifier: [insurerKey],
    active: true,
    type: [coding(`${hl7}/organization-type`, 'govt', 'Government')],
    name: insurerName,
    address: [address('本町1番地')],
  },
  insurerKey,
);

/** Business key of a person: insurer and insured number. */
export const insuredKey = person => ({ system: ids.insured, value: `${insurerNumber}:${person.insuredNumber}` });
/** Business key of a certificate: insurer, insured number and 履歴番号. */
const certificateKey = (system, person, history) => ({
  system,
  value: `${insurerNumber}:${person.insuredNumber}:${history}`,
});
const personRef = person => ({
  reference: urnOf('Patient', ids.insured, insuredKey(person).value),
  display: `${person.family} ${person.given}`,
});

const patient = person =>
  upsert(
    {
      resourceType: 'Patient',
      meta: { profile: [profile('person'), `${jp}/core/StructureDefinition/JP_Patient`], ...test },
      identifier: [{ use: 'official', ...insuredKey(person), assigner: insurerRef }],
      active: true,
      name: names(person),
      gender: person.gender,
      birthDate: person.birthDate,
      address: [address(person.line)],
    },
    insuredKey(person),
  );

const coverage = (name, key, kind, display, person, rest, more = []) =>
  upsert(
    {
      resourceType: 'Coverage',
      meta: { profile: [profile(name)], ...test },
      extension: [{ url: extensions['issue-date'], valueDate: rest.issued }, ...more],
      identifier: [key],
      status: 'active',
      type: coding(codes.certificate, kind, display),
      subscriberId: person.insuredNumber,
      beneficiary: personRef(person),
      relationship: coding(`${hl7}/subscriber-relationship`, 'self', 'Self'),
      period: rest.period,
      payor: [insurerRef],
      ...(rest.costToBeneficiary && { costToBeneficiary: rest.costToBeneficiary }),
    },
    key,
  );

/** 被保険者証: care level, limit, 居宅介護支援事業者 (of 要介護 people) and, for one person, a 給付制限. */
function certificate(person) {
  const { display, limit } = careLevels[person.careLevel];
  const office = careOffices.management;
  const more = [
    { url: extensions['care-level'], valueCodeableConcept: coding(codes.careLevel, person.careLevel, display) },
    { url: extensions['certification-date'], valueDate: person.period.start },
    {
      url: extensions['benefit-limit'],
      extension: [{ url: 'units', valueQuantity: { value: limit, unit: '単位/月' } }],
    },
  ];
  if (person.careLevel >= '21')
    more.push({
      url: extensions['care-management-office'],
      extension: [
        {
          url: 'office',
          valueReference: { identifier: { system: ids.office, value: office.number }, display: office.name },
        },
        { url: 'kind', valueCodeableConcept: coding(moreCodes.planAuthor, '1', '居宅介護支援事業所') },
        { url: 'notified', valueDate: person.period.start },
      ],
    });
  if (person.family === '鴨居')
    more.push({
      url: extensions['benefit-restriction'],
      extension: [
        { url: 'kind', valueCodeableConcept: coding(moreCodes.restriction, 'reduction', '給付額減額') },
        { url: 'period', valuePeriod: { start: '2026-09-01', end: '2027-02-28' } },
      ],
    });
  const rest = { issued: person.period.start, period: person.period };
  return coverage(
    'insured-certificate',
    certificateKey(ids.certificate, person, 1),
    'hihokensha',
    '介護保険被保険者証',
    person,
    rest,
    more,
  );
}

/** 負担割合証 of one year, August to July. */
function burdenCertificate(person) {
  const percent = { value: person.burden, unit: '%', system: 'http://unitsofmeasure.org', code: '%' };
  return coverage(
    'burden-certificate',
    certificateKey(ids.burden, person, 1),
    'futanwariai',
    '介護保険負担割合証',
    person,
    {
      issued: '2026-07-20',
      period: { start: '2026-08-01', end: '2027-07-31' },
      costToBeneficiary: [
        { type: coding(`${hl7}/coverage-copay-type`, 'copaypct', 'Copay Percentage'), valueQuantity: percent },
      ],
    },
  );
}

/** One transaction: 1 insurer, 20 people, 20 被保険者証, 19 負担割合証. */
export const certificates = {
  resourceType: 'Bundle',
  meta: test,
  type: 'transaction',
  entry: [
    insurer,
    ...people.flatMap(person => [
      patient(person),
      certificate(person),
      ...(person.burden === null ? [] : [burdenCertificate(person)]),
    ]),
  ],
};
