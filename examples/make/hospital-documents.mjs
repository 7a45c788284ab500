// More documents of the hospital: 退院時サマリー (with a prescription) and 患者サマリー（療養計画書）,
// in the shape of JP-CLINS (eDischargeSummary, ePCS) as published in its edition 1.10.0.
import {
  angina,
  bundle,
  condition,
  doctor,
  encounter,
  hospital,
  identifier,
  meta,
  organization,
  patient,
  person,
  practitioner,
  ref,
  resourceId,
  section,
} from './hospital.mjs';
import { coding, hl7, hospitalNumber, jp, urn } from './shared.mjs';

const profile = (folder, name) => `${jp}/${folder}/StructureDefinition/${name}`;
const version = {
  url: 'http://hl7.org/fhir/StructureDefinition/composition-clinicaldocument-versionNumber',
  valueString: '1.0',
};
const urns = (document, names) => Object.fromEntries(names.map(name => [name, urn(`${document} ${name}`)]));
const ucum = 'http://unitsofmeasure.org';
const tablet = value => ({
  value,
  unit: '錠',
  system: `${jp}/core/mhlw/CodeSystem/MedicationUnitMERIT9Code`,
  code: 'TAB',
});

/** One drug of a prescription: taken once a day after breakfast for 14 days. */
const prescription = (subject, now) => ({
  resourceType: 'MedicationRequest',
  meta: meta(profile('eCS', 'JP_MedicationRequest_eCS'), now),
  identifier: [
    { system: `${jp}/core/mhlw/IdSystem/Medication-RPGroupNumber`, value: '1' },
    { system: `${jp}/core/mhlw/IdSystem/MedicationAdministrationIndex`, value: '1' },
    ...identifier('RX-0001'),
  ],
  status: 'completed',
  intent: 'order',
  medicationCodeableConcept: {
    coding: [
      {
        system: 'http://capstandard.jp/iyaku.info/CodeSystem/YJ-code',
        code: '2171022F6276',
        display: 'アムロジピン錠５ｍｇ',
      },
    ],
    text: 'アムロジピン錠５ｍｇ',
  },
  subject: ref(subject, 'Patient'),
  authoredOn: '2026-10-20T10:00:00+09:00',
  dosageInstruction: [
    {
      extension: [
        {
          url: `${jp}/core/Extension/StructureDefinition/JP_MedicationDosage_PeriodOfUse`,
          valuePeriod: { start: '2026-10-20' },
        },
        {
          url: `${jp}/core/Extension/StructureDefinition/JP_MedicationDosage_UsageDuration`,
          valueDuration: { value: 14, unit: '日', system: ucum, code: 'd' },
        },
      ],
      text: '１日１回朝食後　１回１錠　１４日分',
      timing: {
        code: {
          ...coding(
            `${jp}/core/mhlw/CodeSystem/MedicationUsage_ePrescription`,
            '1011000400000000',
            '１日１回朝食後　服用',
          ),
          text: '１日１回朝食後',
        },
      },
      doseAndRate: [
        {
          type: coding(`${jp}/core/mhlw/CodeSystem/MedicationIngredientStrengthStrengthType`, '1', '製剤量'),
          doseQuantity: tablet(1),
        },
      ],
    },
  ],
  dispenseRequest: {
    quantity: tablet(14),
    expectedSupplyDuration: { value: 14, unit: '日', system: ucum, code: 'd' },
  },
});

const stay = (id, now, more) => ({
  ...encounter(id, '2026-10-12'),
  meta: meta(profile('eCS', 'JP_Encounter_eCS'), now),
  class: { system: `${hl7}/v3-ActCode`, code: 'IMP', display: '入院' },
  period: { start: '2026-10-12', end: '2026-10-20' },
  ...more,
});

const carePlan = (name, title, description, subject, now) => ({
  resourceType: 'CarePlan',
  meta: meta(profile('eCS', name), now),
  identifier: identifier(`PLAN-${name}`),
  status: 'active',
  intent: 'plan',
  ...(name === 'JP_CarePlan_eCS' && {
    text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${description}</div>` },
    category: [{ text: '退院時方針' }],
  }),
  title,
  description,
  subject: ref(subject, 'Patient'),
  period: { start: '2026-10-20' },
  created: '2026-10-20',
});

const course = (subject, now) => ({
  resourceType: 'DocumentReference',
  meta: meta(profile('eCS', 'JP_DocumentReference_eCS'), now),
  identifier: identifier('COURSE-0001'),
  status: 'current',
  docStatus: 'final',
  subject: ref(subject, 'Patient'),
  date: now,
  description: '入院中経過',
  content: [
    {
      attachment: {
        contentType: 'text/plain',
        data: Buffer.from('冠動脈造影で有意狭窄なし。内服を調整し症状は消失した。').toString('base64'),
        title: '入院中経過',
      },
    },
  ],
});

const structured = sections => ({
  title: '構造情報',
  code: coding(`${jp}/clins/CodeSystem/document-section`, '300', '構造情報セクション'),
  section: sections,
});

function makeDischarge() {
  const now = '2026-10-20T16:00:00+09:00';
  const u = urns('discharge', [
    'composition',
    'patient',
    'doctor',
    'hospital',
    'stay',
    'angina',
    'drug',
    'course',
    'plan',
  ]);
  const composition = {
    resourceType: 'Composition',
    meta: meta(profile('eDischargeSummary', 'JP_Composition_eDischargeSummary'), now),
    language: 'ja',
    extension: [version],
    identifier: { system: resourceId, value: `${hospitalNumber}^2026^DISCHARGE-0001` },
    status: 'final',
    type: coding(`${jp}/Common/CodeSystem/doc-typecodes`, '18842-5', '退院時サマリー'),
    category: [coding(`${jp}/Common/CodeSystem/doc-subtypecodes`, 'DISCHARGE', '退院時文書')],
    subject: ref(u.patient, 'Patient', `${person.family} ${person.given}`),
    encounter: ref(u.stay, 'Encounter'),
    date: now,
    author: [ref(u.doctor, 'Practitioner', '見本 治'), ref(u.hospital, 'Organization', hospital.name)],
    title: '退院時サマリー',
    custodian: ref(u.hospital, 'Organization', hospital.name),
    event: [{ period: { start: '2026-10-12', end: '2026-10-20' } }],
    section: [
      structured([
        section('322', '入院時詳細', '予定入院。', [ref(u.stay, 'Encounter')]),
        section('342', '入院時診断', '狭心症', [ref(u.angina, 'Condition')]),
        section('352', '主訴', '坂道での胸の圧迫感', [ref(u.angina, 'Condition')]),
        section('312', '入院理由', '冠動脈造影検査のため。', [ref(u.stay, 'Encounter')]),
        section('360', '現病歴', '2026年6月から労作時に胸の圧迫感があった。', [ref(u.angina, 'Condition')]),
        section('333', '入院中経過', '冠動脈造影で有意狭窄なし。内服を調整。', [ref(u.course, 'DocumentReference')]),
        section('324', '退院時詳細', '自宅へ退院。', [ref(u.stay, 'Encounter')]),
        section('344', '退院時診断', '狭心症', [ref(u.angina, 'Condition')]),
        section('444', '退院時投薬指示', 'アムロジピン錠５ｍｇ　１日１回', [ref(u.drug, 'MedicationRequest')]),
        section('424', '退院時方針指示', '訪問診療と訪問看護を継続。', [ref(u.plan, 'CarePlan')]),
      ]),
    ],
  };
  const discharged = {
    hospitalization: {
      dischargeDisposition: coding(`${jp}/Common/CodeSystem/discharge-disposition`, '1', '自宅'),
    },
  };
  return bundle('document', profile('clins', 'JP_Bundle_eDischargeSummary'), 'DISCHARGE-0001', now, [
    [u.composition, composition],
    [u.patient, patient(now)],
    [u.doctor, practitioner(doctor, now)],
    [u.hospital, organization(hospital, now)],
    [u.stay, stay('ENC-0002', now, discharged)],
    [u.angina, condition('COND-0001', { ...angina, now }, u.patient)],
    [u.drug, prescription(u.patient, now)],
    [u.course, course(u.patient, now)],
    [u.plan, carePlan('JP_CarePlan_eCS', '退院時方針', '月2回の訪問診療、週1回の訪問看護。', u.patient, now)],
  ]);
}

function makeSummary() {
  const now = '2026-10-25T11:00:00+09:00';
  const u = urns('summary', ['composition', 'patient', 'doctor', 'hospital', 'visit', 'angina', 'plan']);
  const composition = {
    resourceType: 'Composition',
    meta: meta(profile('ePCS', 'JP_Composition_ePCS'), now),
    language: 'ja',
    extension: [version],
    identifier: { system: resourceId, value: `${hospitalNumber}^2026^SUMMARY-0001` },
    status: 'final',
    type: coding(`${jp}/Common/CodeSystem/doc-typecodes`, '56447-6', '計画書'),
    category: [coding(`${jp}/Common/CodeSystem/doc-subtypecodes`, 'OUTPATIENT', '外来文書')],
    subject: ref(u.patient, 'Patient', `${person.family} ${person.given}`),
    encounter: ref(u.visit, 'Encounter'),
    date: now,
    author: [ref(u.doctor, 'Practitioner', '見本 治'), ref(u.hospital, 'Organization', hospital.name)],
    title: '患者サマリー（療養計画書）',
    section: [
      section('422', '計画サマリー', '塩分は1日6グラムまで。毎日30分歩く。', [
        ref(u.plan, 'CarePlan'),
        ref(u.angina, 'Condition'),
      ]),
    ],
  };
  return bundle('document', profile('clins', 'JP_Bundle_ePCS'), 'SUMMARY-0001', now, [
    [u.composition, composition],
    [u.patient, patient(now)],
    [u.doctor, practitioner(doctor, now)],
    [u.hospital, organization(hospital, now)],
    [u.visit, { ...encounter('ENC-0003', '2026-10-25'), meta: meta(profile('eCS', 'JP_Encounter_eCS'), now) }],
    [u.plan, carePlan('JP_CarePlan_ePCS', '療養計画', '塩分は1日6グラムまで。毎日30分歩く。', u.patient, now)],
    [u.angina, condition('COND-0001', { ...angina, now }, u.patient)],
  ]);
}

export const discharge = makeDischarge();
export const summary = makeSummary();
