/**
 * A 特定健診 file as a 健診結果報告書 Bundle in the shape of eCheckup 1.5.0. The same file gives the same text, so sending it
 * again changes nothing. What the file does not say is left out; the rules of the Bundle then tell what is missing.
 */
import type { JsonObject } from '../../fhir/types.ts';
import { canonicals, identifiers } from '../systems.ts';
import type { CdaOrganization, CheckupFile } from './cda.ts';
import { concept, dateOf, digest, Entries, edition, given, instantOf, jp } from './entries.ts';
import { addResult, Digits, isQuestion } from './results.ts';

const addressOf = (text: string | undefined, postalCode?: string): JsonObject[] | undefined =>
  text === undefined ? undefined : [given({ text, postalCode })];

function nameOf(name: string | undefined): JsonObject[] | undefined {
  if (name === undefined) return undefined;
  const text = name.replace(/[\s\u3000]+/g, ' ').trim();
  const kana = /^[\u30a0-\u30ff ]+$/.test(text);
  const url = 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation';
  const [family, ...rest] = text.split(' ');
  return [
    given({
      extension: [{ url, valueCode: kana ? 'SYL' : 'IDE' }],
      text,
      family,
      given: rest.length > 0 ? rest : undefined,
    }),
  ];
}

const genders: Readonly<Record<string, string>> = { '1': 'male', '2': 'female' };

function addPeople(entries: Entries, file: CheckupFile): void {
  const { person, reporter } = file;
  const member = [person.insurer, person.symbol, person.number, person.branch].join(':');
  const patient = entries.add('patient', 'Patient', 'JP_Patient_eCheckupGeneral', {
    identifier: [{ system: identifiers.member, value: member }],
    name: nameOf(person.name),
    gender: genders[person.gender ?? ''],
    birthDate: dateOf(person.birth),
    address: addressOf(person.address, person.postalCode),
  });
  const own = entries.list.find(one => one.fullUrl === patient['reference'])!;
  own.resource['meta'] = {
    ...(own.resource['meta'] as JsonObject),
    profile: [`${jp}/clins/StructureDefinition/JP_Patient_eCheckupGeneral|${edition}`],
  };
  entries.add('doctor', 'Practitioner', 'JP_Practitioner_eCheckupGeneral', { name: nameOf(file.doctor) });
  entries.add('reporter', 'Organization', 'JP_Organization_eCheckupGeneral', {
    identifier: reporter.number && [{ system: identifiers.institution, value: reporter.number }],
    type: ['exec-org', 'doc-org'].map(code => concept(`${jp}/eCheckup/CodeSystem/report-organization-code`, code)),
    name: reporter.name,
    telecom: reporter.telephone && [{ system: 'phone', value: reporter.telephone }],
    address: addressOf(reporter.address),
  });
  const day = dateOf(file.visited);
  entries.add('visit', 'Encounter', 'JP_Encounter_eCheckupGeneral', {
    status: 'finished',
    class: { system: `${jp}/eCheckup/CodeSystem/encounter-category`, code: 'checkup', display: '健診' },
    period: given({ start: day, end: day }),
    serviceProvider: entries.ref('reporter', 'Organization'),
  });
}

/** The ticket and the insurer; the references for the section of examinations. */
function addTicket(entries: Entries, file: CheckupFile): readonly JsonObject[] {
  const { ticket } = file;
  if (!ticket) return [];
  const insurer: CdaOrganization | undefined = file.insurer;
  const number = insurer?.number ?? file.person.insurer;
  const payor = entries.add('insurer', 'Organization', 'JP_OrganizationInsurer_eCheckupGeneral', {
    identifier: [{ system: identifiers.insurer, value: number.padStart(8, '0') }],
    type: [concept('http://terminology.hl7.org/CodeSystem/organization-type', 'ins', 'Insurance Company')],
    name: insurer?.name ?? `保険者 ${number}`,
  });
  const coverage = entries.add('ticket', 'Coverage', 'JP_CoverageService_eCheckupGeneral', {
    status: 'active',
    type: concept('urn:oid:1.2.392.200119.6.208', '1'),
    subscriberId: ticket.number,
    beneficiary: entries.ref('patient', 'Patient'),
    period: dateOf(ticket.end) && { end: dateOf(ticket.end) },
    payor: [payor],
  });
  return [coverage];
}

/** Sections of examinations and of questions: 特定健診 (report kind 10) has its own, other check-ups the general ones. */
const sectionCodes = {
  specific: [
    ['01011', '特定健診検査結果セクション'],
    ['01012', '特定健診問診結果セクション'],
  ],
  general: [
    ['01910', '検査結果セクション'],
    ['01920', '問診結果セクション'],
  ],
} as const;

const section = (
  [code, display]: readonly [code: string, display: string],
  title: string,
  entry: readonly JsonObject[],
): JsonObject[] =>
  entry.length === 0
    ? []
    : [
        {
          title,
          code: concept(`${jp}/eCheckup/CodeSystem/section-code`, code, display),
          text: { status: 'additional', div: `<div xmlns="http://www.w3.org/1999/xhtml">${title}</div>` },
          entry,
        },
      ];

/** The Composition: who reports what on whom; its sections point to the results. */
function compositionOf(entries: Entries, file: CheckupFile, key: string, sections: readonly JsonObject[]): JsonObject {
  const day = dateOf(file.visited);
  const event = given({
    code: file.program && [concept('urn:oid:1.2.392.200119.6.1002', file.program)],
    period: day && { start: day, end: day },
  });
  return given({
    resourceType: 'Composition',
    meta: entries.meta('JP_Composition_eCheckupGeneral'),
    language: 'ja',
    extension: [
      { url: 'http://hl7.org/fhir/StructureDefinition/composition-clinicaldocument-versionNumber', valueString: '1.0' },
    ],
    identifier: { system: identifiers.resource, value: key },
    status: 'final',
    type: concept(`${jp}/Common/CodeSystem/doc-typecodes`, '53576-5', '検診・健診報告書'),
    category: file.report && [concept('urn:oid:2.16.840.1.113883.2.2.1.6.1001', file.report)],
    subject: entries.ref('patient', 'Patient'),
    encounter: entries.ref('visit', 'Encounter'),
    date: madeAt(file),
    author: [entries.ref('doctor', 'Practitioner'), entries.ref('reporter', 'Organization')],
    title: '健康診断結果報告書',
    custodian: entries.ref('reporter', 'Organization'),
    event: [event],
    section: sections,
  });
}

const madeAt = (file: CheckupFile): string | undefined => instantOf(file.made) ?? instantOf(file.visited);

/** A file as JSON text of the Bundle. */
export function checkupBundle(file: CheckupFile): string {
  const { person, reporter } = file;
  const day = dateOf(file.visited);
  const seed = digest([person.insurer, person.symbol, person.number, person.branch, day, reporter.number].join('|'));
  const entries = new Entries(seed, madeAt(file));
  addPeople(entries, file);
  const coverage = addTicket(entries, file);
  const results = file.results.map((one, i) => ({
    code: one.code.code,
    ref: addResult(entries, one, `result ${i}`, day),
  }));
  const refs = (question: boolean) => results.filter(one => isQuestion(one.code) === question).map(one => one.ref);
  const kinds = file.report === '10' ? sectionCodes.specific : sectionCodes.general;
  const key = `${reporter.number ?? ''}^${(day ?? '').slice(0, 4)}^CDA-${seed.slice(0, 24)}`;
  const composition = compositionOf(entries, file, key, [
    ...section(kinds[0], '検査結果', [...coverage, ...refs(false)]),
    ...section(kinds[1], '問診結果', refs(true)),
  ]);
  const bundle = given({
    resourceType: 'Bundle',
    meta: given({ lastUpdated: madeAt(file), profile: [`${canonicals.checkup}|${edition}`] }),
    language: 'ja',
    identifier: { system: identifiers.bundle, value: key },
    type: 'document',
    timestamp: madeAt(file),
    entry: [{ fullUrl: entries.url('composition'), resource: composition }, ...entries.list],
  });
  return write(bundle);
}

/** JSON with numbers as they were written. */
function write(value: unknown): string {
  const mark = '\u0001';
  const text = JSON.stringify(value, (_, one: unknown) => (one instanceof Digits ? `${mark}${one.text}${mark}` : one));
  return text.replace(/"\\u0001(-?\d+(?:\.\d+)?)\\u0001"/g, '$1');
}
