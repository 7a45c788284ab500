// A 特定健診 report of the hospital (健診結果報告書), in the shape of eCheckup as published in its edition 1.5.0.
import { bundle, doctor, hospital, patient, person, practitioner, ref, resourceId } from './hospital.mjs';
import { coding, hl7, hospitalNumber, jp, test, urn, withCheckDigit } from './shared.mjs';

const edition = '1.5.0';
const now = '2026-11-02T13:00:00+09:00';
const day = '2026-11-02';
const canonical = name => `${jp}/eCheckup/StructureDefinition/${name}`;
const meta = name => ({ lastUpdated: now, profile: [`${canonical(name)}|${edition}`], ...test });
const u = Object.fromEntries(
  [
    'composition',
    'patient',
    'doctor',
    'hospital',
    'visit',
    'ticket',
    'insurance',
    'insurer',
    'height',
    'weight',
    'systolic',
    'smoking',
    'ecg',
    'ecg-finding',
  ].map(name => [name, urn(`checkup ${name}`)]),
);

const composition = {
  resourceType: 'Composition',
  meta: meta('JP_Composition_eCheckupGeneral'),
  language: 'ja',
  extension: [
    { url: 'http://hl7.org/fhir/StructureDefinition/composition-clinicaldocument-versionNumber', valueString: '1.0' },
  ],
  identifier: { system: resourceId, value: `${hospitalNumber}^2026^CHECKUP-0001` },
  status: 'final',
  type: coding(`${jp}/Common/CodeSystem/doc-typecodes`, '53576-5', '検診・健診報告書'),
  category: [coding('urn:oid:2.16.840.1.113883.2.2.1.6.1001', '10', '特定健診情報')],
  subject: ref(u.patient, 'Patient', `${person.family} ${person.given}`),
  encounter: ref(u.visit, 'Encounter'),
  date: now,
  author: [ref(u.doctor, 'Practitioner'), ref(u.hospital, 'Organization')],
  title: '健康診断結果報告書',
  custodian: ref(u.hospital, 'Organization'),
  event: [{ code: [coding('urn:oid:1.2.392.200119.6.1002', '010', '特定健康診査')], period: { start: day, end: day } }],
  section: [
    {
      title: '検査結果',
      code: coding(`${jp}/eCheckup/CodeSystem/section-code`, '01011', '特定健診検査結果セクション'),
      text: { status: 'additional', div: '<div xmlns="http://www.w3.org/1999/xhtml">身長、体重、血圧、心電図</div>' },
      entry: [
        ref(u.ticket, 'Coverage'),
        ref(u.insurance, 'Coverage'),
        ref(u.height, 'Observation'),
        ref(u.weight, 'Observation'),
        ref(u.systolic, 'Observation'),
        ref(u.ecg, 'Observation'),
      ],
    },
    {
      title: '問診結果',
      code: coding(`${jp}/eCheckup/CodeSystem/section-code`, '01012', '特定健診問診結果セクション'),
      text: { status: 'additional', div: '<div xmlns="http://www.w3.org/1999/xhtml">喫煙なし</div>' },
      entry: [ref(u.smoking, 'Observation')],
    },
  ],
};

const categories = {
  'body-measurement': 'Body Measurement',
  'vital-signs': 'Vital Signs',
  'social-history': 'Social History',
  procedure: 'Procedure',
};

const item = (code, display, category, value) => ({
  resourceType: 'Observation',
  meta: meta('JP_Observation_eCheckupGeneral'),
  status: 'final',
  category: [coding(`${jp}/core/CodeSystem/JP_SimpleObservationCategory_CS`, category, categories[category])],
  code: coding('urn:oid:1.2.392.200119.6.1005', code, display),
  subject: ref(u.patient, 'Patient'),
  effectiveDateTime: day,
  ...value,
});
const quantity = (value, unit) => ({ valueQuantity: { value, unit, system: 'http://unitsofmeasure.org', code: unit } });

const group = {
  resourceType: 'Observation',
  meta: meta('JP_ObservationGroup_eCheckupGeneral'),
  status: 'final',
  code: coding(`${jp}/eCheckup/CodeSystem/observationGroup-codes`, '9A110', '心電図検査'),
  subject: ref(u.patient, 'Patient'),
  effectiveDateTime: day,
  hasMember: [
    {
      extension: [{ url: `${jp}/Common/Extension/StructureDefinition/observatioGroupRelationship`, valueCode: 'COMP' }],
      ...ref(u['ecg-finding'], 'Observation'),
    },
  ],
};

const coverage = (profile, more) => ({
  resourceType: 'Coverage',
  meta: meta(profile),
  status: 'active',
  beneficiary: ref(u.patient, 'Patient'),
  period: { start: '2026-04-01', end: '2027-03-31' },
  payor: [ref(u.insurer, 'Organization')],
  ...more,
});

const person_ = {
  ...patient(now),
  meta: {
    ...meta('JP_Patient_eCheckupGeneral'),
    profile: [`${jp}/clins/StructureDefinition/JP_Patient_eCheckupGeneral|${edition}`],
  },
};
// Without 枝番, as 後期高齢者医療 has it.
const insured = '49000001';

export const checkup = {
  ...bundle('document', `${jp}/clins/StructureDefinition/JP_Bundle_eCheckupGeneral`, 'CHECKUP-0001', now, [
    [u.composition, composition],
    [u.patient, person_],
    [u.doctor, { ...practitioner(doctor, now), meta: meta('JP_Practitioner_eCheckupGeneral') }],
    [
      u.hospital,
      {
        resourceType: 'Organization',
        meta: meta('JP_Organization_eCheckupGeneral'),
        identifier: [{ system: `${jp}/core/IdSystem/insurance-medical-institution-no`, value: hospitalNumber }],
        type: [
          coding(`${jp}/eCheckup/CodeSystem/report-organization-code`, 'exec-org', '健診実施機関'),
          coding(`${jp}/eCheckup/CodeSystem/report-organization-code`, 'doc-org', '報告書作成機関'),
        ],
        name: hospital.name,
        address: [{ text: `見本県縁側市${hospital.line}` }],
      },
    ],
    [
      u.visit,
      {
        resourceType: 'Encounter',
        meta: meta('JP_Encounter_eCheckupGeneral'),
        status: 'finished',
        class: { system: `${jp}/eCheckup/CodeSystem/encounter-category`, code: 'checkup', display: '健診' },
        period: { start: day, end: day },
        serviceProvider: ref(u.hospital, 'Organization'),
      },
    ],
    [
      u.ticket,
      coverage('JP_CoverageService_eCheckupGeneral', {
        type: coding('urn:oid:1.2.392.200119.6.208', '1', '受診券整理番号'),
        subscriberId: '26100000001',
      }),
    ],
    [
      u.insurance,
      coverage('JP_CoverageInsurance_eCheckupGeneral', {
        extension: [
          { url: `${jp}/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonNumber`, valueString: insured },
        ],
        identifier: [{ system: `${jp}/core/IdSystem/JP_Coverage_id`, value: insured }],
        type: coding(`${jp}/core/mhlw/CodeSystem/InsuranceMajorCategory`, '7', '後期高齢者'),
        subscriberId: insured,
        relationship: coding(`${jp}/core/mhlw/CodeSystem/InsuredPersonCategory`, '1', '被保険者'),
      }),
    ],
    [
      u.insurer,
      {
        resourceType: 'Organization',
        meta: meta('JP_OrganizationInsurer_eCheckupGeneral'),
        identifier: [{ system: `${jp}/core/mhlw/IdSystem/InsurerNumber`, value: withCheckDigit('3949001') }],
        type: [coding(`${hl7}/organization-type`, 'ins', 'Insurance Company')],
        name: '見本県後期高齢者医療広域連合',
      },
    ],
    [u.height, item('9N001000000000001', '身長', 'body-measurement', quantity(151.2, 'cm'))],
    [u.weight, item('9N006000000000001', '体重', 'body-measurement', quantity(48.5, 'kg'))],
    [u.systolic, item('9A751000000000001', '収縮期血圧(1回目)', 'vital-signs', quantity(134, 'mm[Hg]'))],
    [u.smoking, item('9N736000000000011', '喫煙', 'social-history', { valueString: 'いいえ' })],
    [u.ecg, group],
    [u['ecg-finding'], item('9A110160800000049', '心電図(所見)', 'procedure', { valueString: '異常なし' })],
  ]),
};
checkup.meta.profile = [`${jp}/clins/StructureDefinition/JP_Bundle_eCheckupGeneral|${edition}`];
