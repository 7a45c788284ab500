// What a hospital sends: a 診療情報提供書 (document) and 5情報 Bundles (collection) about one patient,
// in the shape of JP-CLINS (eReferral, JP_Bundle_CLINS) as published in its edition 1.10.0.
import { people } from './people.mjs';
import {
  address,
  clinicNumber,
  coding,
  hl7,
  hospitalNumber,
  jp,
  names,
  phone,
  test,
  urn,
  withCheckDigit,
} from './shared.mjs';

export const edition = '1.10.0';
export const resourceId = `${jp}/core/IdSystem/resourceInstance-identifier`;
export const person = people[0];
const hanako = `${person.family} ${person.given}`;
export const doctor = { family: '見本', given: '治', familyKana: 'ミホン', givenKana: 'オサム' };
const homeDoctor = { family: '例示', given: '薫', familyKana: 'レイジ', givenKana: 'カオル' };
export const hospital = { number: hospitalNumber, name: '縁側市立見本病院', line: '東町1番地' };
const clinic = { number: clinicNumber, name: 'よりあい見本診療所', line: '西町2番地' };

export const meta = (profile, lastUpdated) => ({ lastUpdated, profile: [`${profile}|${edition}`], ...test });
export const identifier = value => [{ system: resourceId, value: `${hospitalNumber}-${value}` }];
export const ref = (fullUrl, type, display) => ({ reference: fullUrl, type, ...(display && { display }) });
export const class_ = { system: `${hl7}/v3-ActCode`, code: 'AMB', display: '外来' };
const institution = {
  url: `${jp}/clins/Extension/StructureDefinition/JP_eCS_InstitutionNumber`,
  valueIdentifier: { system: `${jp}/core/IdSystem/insurance-medical-institution-no`, value: hospitalNumber },
};
const department = {
  url: `${jp}/eCS/Extension/StructureDefinition/JP_eCS_Department`,
  valueCodeableConcept: {
    ...coding('http://jami.jp/SS-MIX2/CodeSystem/ClinicalDepartment', '08', '循環器科'),
    text: '循環器内科',
  },
};

/** 後期高齢者医療: insurer of 8 digits, no 記号, 番号, no 枝番. */
export const memberId = `${withCheckDigit('3949001')}::49000001:`;

export const patient = now => ({
  resourceType: 'Patient',
  meta: meta(`${jp}/eCS/StructureDefinition/JP_Patient_eCS`, now),
  identifier: [
    { system: `urn:oid:1.2.392.100495.20.3.51.1${hospitalNumber}`, value: '0000000001' },
    { system: `${jp}/clins/Idsystem/JP_Insurance_memberID`, value: memberId },
  ],
  name: names(person),
  gender: person.gender,
  birthDate: person.birthDate,
  address: [address(person.line)],
});

export const organization = ({ number, name, line }, now) => ({
  resourceType: 'Organization',
  meta: meta(`${jp}/eCS/StructureDefinition/JP_Organization_eCS`, now),
  identifier: [{ system: `${jp}/core/IdSystem/insurance-medical-institution-no`, value: number }],
  type: [coding(`${hl7}/organization-type`, 'prov', 'Healthcare Provider')],
  name,
  telecom: [phone],
  address: [address(line)],
});

export const practitioner = (who, now) => ({
  resourceType: 'Practitioner',
  meta: meta(`${jp}/eCS/StructureDefinition/JP_Practitioner_eCS`, now),
  name: names(who),
});

export const encounter = (id, day, reason) => ({
  resourceType: 'Encounter',
  identifier: identifier(id),
  status: 'finished',
  class: class_,
  ...(reason && { reasonCode: [{ text: reason }] }),
  period: { start: day },
});

/** A contained resource names its profile: the rules of 5情報 look for it. */
const inside = (type, { resourceType, id, ...rest }) => ({
  resourceType,
  id,
  meta: { profile: [`${jp}/eCS/StructureDefinition/JP_${type}_eCS`] },
  ...rest,
});

/** A diagnosis; with `sent` it carries what a 5情報 Bundle asks for besides. */
export const condition = (id, { code, name, text = name, modifier, onset, status = 'active', now }, subject, sent) => ({
  resourceType: 'Condition',
  meta: meta(`${jp}/eCS/StructureDefinition/JP_Condition_eCS`, now),
  ...(sent && {
    contained: [inside('Encounter', { ...encounter(`ENC-${id}`, sent), id: 'encounter' })],
    extension: [institution, department],
  }),
  identifier: identifier(id),
  clinicalStatus: coding(`${hl7}/condition-clinical`, status, status === 'active' ? 'Active' : 'Resolved'),
  verificationStatus: coding(`${hl7}/condition-ver-status`, 'confirmed', 'Confirmed'),
  category: [coding(`${hl7}/condition-category`, 'encounter-diagnosis', 'Encounter Diagnosis')],
  code: {
    ...(modifier && {
      extension: [
        {
          url: `${jp}/core/Extension/StructureDefinition/JP_Condition_DiseasePrefixModifier`,
          valueCodeableConcept: coding('http://medis.or.jp/CodeSystem/master-disease-modKeyNumber', ...modifier),
        },
      ],
    }),
    ...coding('http://medis.or.jp/CodeSystem/master-disease-keyNumber', code, name),
    text,
  },
  subject: ref(subject, 'Patient'),
  ...(sent && { encounter: { reference: '#encounter' } }),
  onsetDateTime: onset,
  ...(status !== 'active' && { abatementDateTime: '2019-12' }),
});

export const angina = { code: '20058911', name: '狭心症', onset: '2026-06-09' };
const fracture = {
  code: '20080427',
  name: '前腕骨折',
  text: '左前腕骨折',
  modifier: ['27000358', '左'],
  onset: '2019-09',
  status: 'resolved',
};

const allergy = (id, subject, now, sent) => ({
  resourceType: 'AllergyIntolerance',
  meta: meta(`${jp}/eCS/StructureDefinition/JP_AllergyIntolerance_eCS`, now),
  ...(sent && { extension: [institution, department] }),
  identifier: identifier(id),
  clinicalStatus: coding(`${hl7}/allergyintolerance-clinical`, 'active', 'Active'),
  verificationStatus: coding(`${hl7}/allergyintolerance-verification`, 'confirmed', 'Confirmed'),
  category: ['food'],
  code: { ...coding(`${jp}/core/CodeSystem/JP_JfagyFoodAllergen_CS`, 'J9FC11310000', 'さば'), text: 'さば' },
  patient: ref(subject, 'Patient'),
  recordedDate: '2026-10-05',
  reaction: [{ manifestation: [{ text: 'じんましん' }] }],
});

/** A section of the document: code and display of the JP-CLINS section list, a sentence, and what it points to. */
export const section = (code, title, text, entry) => ({
  title,
  code: coding(`${jp}/clins/CodeSystem/document-section`, code, `${title}セクション`),
  text: { status: 'additional', div: `<div xmlns="http://www.w3.org/1999/xhtml">${text}</div>` },
  ...(entry && { entry }),
});

function makeReferral() {
  const now = '2026-10-05T15:30:00+09:00';
  const u = Object.fromEntries(
    [
      'composition',
      'patient',
      'doctor',
      'home-doctor',
      'hospital',
      'clinic',
      'visit',
      'angina',
      'fracture',
      'allergy',
    ].map(name => [name, urn(`referral ${name}`)]),
  );
  const purpose = '病状が落ち着いたため、今後の訪問診療と薬の調整をお願いします。';
  const composition = {
    resourceType: 'Composition',
    meta: meta(`${jp}/eReferral/StructureDefinition/JP_Composition_eReferral`, now),
    language: 'ja',
    extension: [
      { url: 'http://hl7.org/fhir/StructureDefinition/composition-clinicaldocument-versionNumber', valueString: '1.0' },
    ],
    identifier: { system: resourceId, value: `${hospitalNumber}^2026^REFERRAL-0001` },
    status: 'final',
    type: coding(`${jp}/Common/CodeSystem/doc-typecodes`, '57133-1', '診療情報提供書'),
    category: [coding(`${jp}/Common/CodeSystem/doc-subtypecodes`, 'OUTPATIENT', '外来文書')],
    subject: ref(u.patient, 'Patient', hanako),
    encounter: ref(u.visit, 'Encounter'),
    date: now,
    author: [ref(u.doctor, 'Practitioner', '見本 治'), ref(u.hospital, 'Organization', hospital.name)],
    title: '診療情報提供書',
    custodian: ref(u.hospital, 'Organization', hospital.name),
    event: [{ code: [{ text: '診療情報提供書発行' }], period: { start: '2026-10-05' } }],
    section: [
      section('920', '紹介元情報', hospital.name, [ref(u.hospital, 'Organization'), ref(u.doctor, 'Practitioner')]),
      section('910', '紹介先情報', clinic.name, [ref(u.clinic, 'Organization'), ref(u['home-doctor'], 'Practitioner')]),
      {
        title: '構造情報',
        code: coding(`${jp}/clins/CodeSystem/document-section`, '300', '構造情報セクション'),
        section: [
          section('950', '紹介目的', purpose, [ref(u.visit, 'Encounter')]),
          section('340', '傷病名・主訴', '狭心症。坂道での胸の圧迫感。', [ref(u.angina, 'Condition')]),
          section('360', '現病歴', '2026年6月から坂道で胸の圧迫感があり受診。内服を始めてから症状は出ていない。', [
            ref(u.angina, 'Condition'),
          ]),
          section('370', '既往歴', '2019年 左前腕骨折。治癒。', [ref(u.fracture, 'Condition')]),
          section('510', 'アレルギー・不耐性反応', 'さばでじんましん。', [ref(u.allergy, 'AllergyIntolerance')]),
          section('640', '社会歴・生活習慣', '長女と二人暮らし。要介護２。訪問介護、訪問看護、通所介護を利用中。'),
          section('430', '投薬指示', '処方は別紙のとおり。'),
          section('420', '診療方針指示', '月2回の訪問診療。発作時は当院へ連絡。'),
        ],
      },
      section('220', '備考・連絡情報', '担当の介護支援専門員にも写しを渡しました。'),
    ],
  };
  const entry = [
    [u.composition, composition],
    [u.patient, patient(now)],
    [u.doctor, practitioner(doctor, now)],
    [u['home-doctor'], practitioner(homeDoctor, now)],
    [u.hospital, organization(hospital, now)],
    [u.clinic, organization(clinic, now)],
    [
      u.visit,
      {
        ...encounter('ENC-0001', '2026-10-05', purpose),
        meta: meta(`${jp}/eCS/StructureDefinition/JP_Encounter_eCS`, now),
      },
    ],
    [u.angina, condition('COND-0001', { ...angina, now }, u.patient)],
    [u.fracture, condition('COND-0002', { ...fracture, now }, u.patient)],
    [u.allergy, allergy('ALG-0001', u.patient, now)],
  ];
  return bundle('document', `${jp}/clins/StructureDefinition/JP_Bundle_eReferral`, 'REFERRAL-0001', now, entry);
}

export const bundle = (type, profile, number, now, entry, tag) => ({
  resourceType: 'Bundle',
  meta: { ...meta(profile, now), ...(tag && { tag: [tag] }) },
  language: 'ja',
  identifier: { system: `${jp}/clins/bundle-identifier`, value: `${hospitalNumber}^2026^${number}` },
  type,
  timestamp: now,
  entry: entry.map(([fullUrl, resource]) => ({ fullUrl, resource })),
});

/** A 5情報 Bundle: the patient first, then resources of one type only. */
function makeCollection(type, number, now, resources) {
  const subject = urn(`${number} patient`);
  const entry = [
    [subject, patient(now)],
    ...resources(subject).map((resource, i) => [urn(`${number} ${i}`), resource]),
  ];
  const tag = { system: `${jp}/clins/CodeSystem/BundleResourceType_CS`, code: type };
  return bundle('collection', `${jp}/clins/StructureDefinition/JP_Bundle_CLINS`, number, now, entry, tag);
}

const materials = {
  serum: { ...coding(`${jp}/core/CodeSystem/JP_ObservationSampleMaterialCode_CS`, '023', '血清'), text: '血清' },
  blood: { text: '全血(添加物入り)' },
};

/** A laboratory result with the local code and the JLAC10 code of one of the 43 items. */
function labResult(id, subject, { local, code, short, name, material, value, unit, ucum, low, high }) {
  const quantity = amount => ({ value: amount, unit, system: 'http://unitsofmeasure.org', code: ucum });
  return {
    resourceType: 'Observation',
    meta: meta(`${jp}/eCS/StructureDefinition/JP_Observation_LabResult_eCS`, '2026-10-05T13:05:00+09:00'),
    contained: [
      inside('Encounter', { ...encounter('ENC-0001', '2026-10-05'), id: 'encounter' }),
      { resourceType: 'Specimen', id: 'specimen', type: materials[material] },
      inside('Practitioner', { resourceType: 'Practitioner', id: 'performer', name: names(doctor).slice(0, 1) }),
    ],
    extension: [institution, department],
    identifier: identifier(id),
    status: 'final',
    category: [coding(`${jp}/core/CodeSystem/JP_SimpleObservationCategory_CS`, 'laboratory', 'Laboratory')],
    code: {
      coding: [
        { system: `${jp}/clins/CodeSystem/JP_CLINS_ObsLabResult_LocalCode_CS`, code: local, display: name },
        { system: `${jp}/clins/CodeSystem/JLAC10/JP_CLINS_ObsLabResult_CoreLabo_CS`, code, display: short },
      ],
      text: name,
    },
    subject: ref(subject, 'Patient'),
    encounter: { reference: '#encounter' },
    effectiveDateTime: '2026-10-05T09:40:00+09:00',
    issued: '2026-10-05T11:20:00+09:00',
    performer: [{ reference: '#performer' }],
    valueQuantity: quantity(value),
    specimen: { reference: '#specimen' },
    ...(low !== undefined && { referenceRange: [{ low: quantity(low), high: quantity(high) }] }),
  };
}

const results = [
  {
    local: 'L0001',
    code: '3A015000002327101',
    short: 'ALB',
    name: 'アルブミン',
    material: 'serum',
    value: 3.6,
    unit: 'g/dL',
    ucum: 'g/dL',
    low: 4.1,
    high: 5.1,
  },
  {
    local: 'L0002',
    code: '3C015000002327101',
    short: 'Cre',
    name: 'クレアチニン',
    material: 'serum',
    value: 0.82,
    unit: 'mg/dL',
    ucum: 'mg/dL',
    low: 0.46,
    high: 0.79,
  },
  {
    local: 'L0003',
    code: '3D046000001920402',
    short: 'HbA1c-NGSP',
    name: 'HbA1c(NGSP)',
    material: 'blood',
    value: 6.2,
    unit: '%',
    ucum: '%',
    low: 4.9,
    high: 6.0,
  },
  {
    local: 'L0004',
    code: '2A030000001930901',
    short: 'Hb',
    name: 'ヘモグロビン',
    material: 'blood',
    value: 11.4,
    unit: 'g/dL',
    ucum: 'g/dL',
    low: 11.6,
    high: 14.8,
  },
];

export const referral = makeReferral();
export const conditions = makeCollection('Condition', 'CONDITION-0001', '2026-10-05T16:00:00+09:00', subject => [
  condition('COND-0001', { ...angina, now: '2026-10-05T16:00:00+09:00' }, subject, '2026-10-05'),
]);
export const allergies = makeCollection('AllergyIntolerance', 'ALLERGY-0001', '2026-10-05T16:00:00+09:00', subject => [
  allergy('ALG-0001', subject, '2026-10-05T16:00:00+09:00', true),
]);
export const labResults = makeCollection('Observation', 'LAB-0001', '2026-10-05T13:05:00+09:00', subject =>
  results.map((result, i) => labResult(`LAB-0001-${i + 1}`, subject, result)),
);
