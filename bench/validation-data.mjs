// Synthetic resources for the validation bench, with profiles of R4 and of this project. The same each time, and without errors.
import { observation } from './data.mjs';

const vitalCategory = [
  {
    coding: [
      {
        system: 'http://terminology.hl7.org/CodeSystem/observation-category',
        code: 'vital-signs',
        display: 'Vital Signs',
      },
    ],
  },
];
const loinc = (code, text) => ({ coding: [{ system: 'http://loinc.org', code }], text });
const quantity = (value, unit, code) => ({ value, unit, system: 'http://unitsofmeasure.org', code });
const vital = (profile, code, text, more) => ({
  resourceType: 'Observation',
  meta: { profile: [`http://hl7.org/fhir/StructureDefinition/${profile}`] },
  status: 'final',
  category: vitalCategory,
  code: loinc(code, text),
  subject: { reference: 'urn:uuid:00000000-0000-4000-8000-000000000001' },
  effectiveDateTime: '2026-04-01T09:00:00+09:00',
  ...more,
});

const bloodPressure = i =>
  vital('bp', '85354-9', '血圧', {
    component: [
      { code: loinc('8480-6', '収縮期血圧'), valueQuantity: quantity(120 + (i % 30), 'mmHg', 'mm[Hg]') },
      { code: loinc('8462-4', '拡張期血圧'), valueQuantity: quantity(70 + (i % 20), 'mmHg', 'mm[Hg]') },
    ],
  });
const weight = i =>
  vital('bodyweight', '29463-7', '体重', { valueQuantity: quantity(50 + (i % 30), 'kg', 'kg') });
const pulse = i => vital('heartrate', '8867-4', '脈拍', { valueQuantity: quantity(60 + (i % 40), '/min', '/min') });
const laboratory = i => {
  const { id, ...rest } = observation(i);
  return { ...rest, subject: { reference: 'urn:uuid:00000000-0000-4000-8000-000000000001' } };
};

const patient = {
  resourceType: 'Patient',
  identifier: [{ system: 'https://w3id.org/engawa/fhir/IdSystem/bench', value: 'P1' }],
  name: [
    {
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation', valueCode: 'IDE' }],
      use: 'official',
      text: '見本 花子',
      family: '見本',
      given: ['花子'],
    },
  ],
  gender: 'female',
  birthDate: '1941-05-03',
  address: [{ text: '縁側市日向町1-2-3', postalCode: '999-0001', country: 'JP' }],
};
const practitioner = { resourceType: 'Practitioner', name: [{ text: '見本 一郎', family: '見本', given: ['一郎'] }] };
const organization = { resourceType: 'Organization', name: '縁側市立見本病院', telecom: [{ system: 'phone', value: '00-0000-0000' }] };

const narrative = text => ({ status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>${text}</p></div>` });
const urn = number => `urn:uuid:00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** A document with a Composition, the people, and 20 results in two sections. */
function document(i) {
  const results = Array.from({ length: 20 }, (_, k) => (k % 2 ? bloodPressure(i + k) : laboratory(i * 20 + k)));
  const entries = results.map((_, k) => ({ reference: urn(10 + k) }));
  const composition = {
    resourceType: 'Composition',
    meta: { profile: ['http://hl7.org/fhir/StructureDefinition/clinicaldocument'] },
    extension: [
      {
        url: 'http://hl7.org/fhir/StructureDefinition/composition-clinicaldocument-versionNumber',
        valueString: '1.0',
      },
    ],
    status: 'final',
    type: loinc('11503-0', '検査報告'),
    subject: { reference: urn(1) },
    date: '2026-04-01T12:00:00+09:00',
    author: [{ reference: urn(2) }],
    custodian: { reference: urn(3) },
    title: '検査報告',
    text: narrative('検査の報告'),
    section: [
      { title: 'バイタル', code: loinc('8716-3', 'バイタル'), text: narrative('血圧'), entry: entries.filter((_, k) => k % 2) },
      { title: '検体検査', code: loinc('30954-2', '検体検査'), text: narrative('血液'), entry: entries.filter((_, k) => !(k % 2)) },
    ],
  };
  const all = [composition, patient, practitioner, organization];
  return {
    resourceType: 'Bundle',
    identifier: { system: 'https://w3id.org/engawa/fhir/IdSystem/bench', value: `D${i}` },
    type: 'document',
    timestamp: '2026-04-01T12:00:00+09:00',
    entry: [
      ...all.map((resource, k) => ({ fullUrl: urn(k), resource })),
      ...results.map((resource, k) => ({ fullUrl: urn(10 + k), resource })),
    ],
  };
}

const outside = { reference: 'Patient/p-1' };
export const singles = Array.from({ length: 40 }, (_, i) => [bloodPressure, weight, pulse, laboratory][i % 4](i)).map(one => ({
  ...one,
  subject: outside,
}));
export const documents = Array.from({ length: 5 }, (_, i) => document(i));
