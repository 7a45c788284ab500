/**
 * 特定健診情報ファイル (HL7 CDA R2) read into plain values: the person, who reported, the visit, the results.
 * Source: 特定健診情報ファイル仕様説明書 (厚生労働省), with the identifiers of its OID table; 枝番 since its version 4.
 */
import { all, attribute, below, first, type Xml } from './xml.ts';

const root = '1.2.392.200119.6';
/** OIDs of identifiers in the header. */
const oids = {
  insurer: `${root}.101`,
  institution: `${root}.102`,
  symbol: `${root}.204`,
  number: `${root}.205`,
  branch: `${root}.211`,
};

/** An institution or insurer. */
export interface CdaOrganization {
  readonly number: string | undefined;
  readonly name: string | undefined;
  readonly telephone: string | undefined;
  readonly address: string | undefined;
}

/** One result; `members` when it is a group. */
export interface CdaResult {
  readonly code: { readonly system: string; readonly code: string; readonly display: string | undefined };
  readonly value: Xml | undefined;
  readonly interpretation: string | undefined;
  readonly method: string | undefined;
  readonly low: Xml | undefined;
  readonly high: Xml | undefined;
  readonly members: readonly { readonly relation: string; readonly result: CdaResult }[];
}

/** What a file says. */
export interface CheckupFile {
  readonly report: string | undefined;
  readonly program: string | undefined;
  readonly made: string | undefined;
  readonly visited: string | undefined;
  readonly person: {
    readonly insurer: string;
    readonly symbol: string;
    readonly number: string;
    readonly branch: string;
    readonly name: string | undefined;
    readonly gender: string | undefined;
    readonly birth: string | undefined;
    readonly address: string | undefined;
    readonly postalCode: string | undefined;
  };
  readonly reporter: CdaOrganization;
  readonly doctor: string | undefined;
  readonly ticket: { readonly number: string; readonly end: string | undefined } | undefined;
  readonly insurer: CdaOrganization | undefined;
  readonly results: readonly CdaResult[];
}

const id = (from: Xml | undefined, oid: string): string | undefined =>
  attribute(
    all(from, 'id').find(one => one.attributes['root'] === oid),
    'extension',
  );
const value = (from: Xml | undefined): string | undefined => attribute(from, 'value');
/** All text below, in order. */
const textOf = (from: Xml | undefined): string | undefined => {
  const parts = from ? [from.text, ...from.children.map(one => textOf(one) ?? '')] : [];
  return parts.join('').trim() || undefined;
};

function organization(from: Xml | undefined): CdaOrganization {
  const address = first(from, 'addr');
  return {
    number: id(from, oids.institution) ?? id(from, oids.insurer) ?? attribute(first(from, 'id'), 'extension'),
    name: textOf(first(from, 'name')),
    telephone: value(first(from, 'telecom'))?.replace(/^tel:/, ''),
    address: address && (address.text || textOf(address)),
  };
}

function result(observation: Xml): CdaResult | undefined {
  const code = first(observation, 'code');
  const [own, system] = [attribute(code, 'code'), attribute(code, 'codeSystem')];
  if (own === undefined || system === undefined) return undefined;
  const range = first(observation, 'referenceRange', 'observationRange', 'value');
  const members = all(observation, 'entryRelationship').flatMap(one => {
    const inner = first(one, 'observation');
    const read = inner && result(inner);
    return read ? [{ relation: attribute(one, 'typeCode') ?? 'COMP', result: read }] : [];
  });
  return {
    code: { system, code: own, display: attribute(code, 'displayName') },
    value: first(observation, 'value'),
    interpretation: attribute(first(observation, 'interpretationCode'), 'code'),
    method: attribute(first(observation, 'methodCode'), 'code'),
    low: first(range, 'low'),
    high: first(range, 'high'),
    members,
  };
}

/** The results of all sections. */
function resultsOf(document: Xml): readonly CdaResult[] {
  const sections = [...below(first(document, 'component', 'structuredBody'), 'section')];
  return sections
    .flatMap(section => all(section, 'entry'))
    .map(entry => first(entry, 'observation'))
    .flatMap(observation => (observation ? [result(observation)] : []))
    .filter(one => one !== undefined);
}

function personOf(document: Xml): CheckupFile['person'] {
  const role = first(document, 'recordTarget', 'patientRole');
  const patient = first(role, 'patient');
  const address = first(role, 'addr');
  return {
    insurer: (id(role, oids.insurer) ?? '').padStart(8, '0'),
    symbol: id(role, oids.symbol) ?? '',
    number: id(role, oids.number) ?? '',
    branch: id(role, oids.branch) ?? '',
    name: textOf(first(patient, 'name')),
    gender: attribute(first(patient, 'administrativeGenderCode'), 'code'),
    birth: value(first(patient, 'birthTime')),
    address: address?.text || undefined,
    postalCode: textOf(first(address, 'postalCode')),
  };
}

/** Codes of 健診を実施した医師の氏名. */
const doctorItem = '9N516000000000049';

/** Reads a file; undefined when it is no ClinicalDocument. */
export function readCheckup(document: Xml | undefined): CheckupFile | undefined {
  if (document?.name !== 'ClinicalDocument') return undefined;
  const event = first(document, 'documentationOf', 'serviceEvent');
  const holder = all(document, 'participant').find(one => one.attributes['typeCode'] === 'HLD');
  const entity = first(holder, 'associatedEntity');
  const ticket = attribute(first(entity, 'id'), 'extension');
  const results = resultsOf(document);
  const named = results.find(one => one.code.code === doctorItem)?.value;
  return {
    report: attribute(first(document, 'code'), 'code'),
    program: attribute(first(event, 'code'), 'code'),
    made: value(first(document, 'effectiveTime')),
    visited: value(first(event, 'effectiveTime')),
    person: personOf(document),
    reporter: organization(first(document, 'author', 'assignedAuthor', 'representedOrganization')),
    doctor: textOf(first(document, 'author', 'assignedAuthor', 'assignedPerson', 'name')) ?? textOf(named),
    ticket: ticket === undefined ? undefined : { number: ticket, end: value(first(holder, 'time', 'high')) },
    insurer: entity && organization(first(entity, 'scopingOrganization')),
    results,
  };
}
