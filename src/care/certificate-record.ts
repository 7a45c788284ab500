/**
 * A row of an insurer's certificate file as a Coverage of the profiles kaigo-…-certificate. The same row gives the same text.
 * Keys of a record are those of the layout in files/certificates/layout.ts; dates are YYYYMMDD, 00000000 = none.
 */
import type { JsonObject } from '../fhir/types.ts';
import { certificateSystems, codeSystem, extensionUrl, identifierSystem } from './names.ts';

/** A row by keys; an empty text is an item that is not there. */
export type CertificateRecord = Readonly<Record<string, string>>;

/** YYYYMMDD → YYYY-MM-DD; undefined for none. */
export const dayOf = (text: string | undefined): string | undefined =>
  text && !text.startsWith('0000') ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}` : undefined;

const coding = (system: string, code: string): JsonObject => ({ coding: [{ system: codeSystem(system), code }] });
const percentType: JsonObject = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/coverage-copay-type', code: 'copaypct' }],
};
const percent = (value: string | number): JsonObject => ({
  value: Number(value),
  unit: '%',
  system: 'http://unitsofmeasure.org',
  code: '%',
});
const units = (value: string): JsonObject => ({ value: Number(value), unit: '単位/月' });
const extension = (id: string, type: string, value: unknown): JsonObject => ({
  url: extensionUrl(id),
  [`value${type}`]: value,
});

type Part = readonly [url: string, type: string, value: unknown];
const complex = (id: string, parts: readonly (Part | undefined)[]): JsonObject => ({
  url: extensionUrl(id),
  extension: parts.filter(part => part !== undefined).map(([url, type, value]) => ({ url, [`value${type}`]: value })),
});

function period(start: string | undefined, end: string | undefined): JsonObject | undefined {
  const [from, to] = [dayOf(start), dayOf(end)];
  return from || to ? { ...(from && { start: from }), ...(to && { end: to }) } : undefined;
}

/** `a/b;c/d` → [['a', 'b'], ['c', 'd']]. */
const listOf = (text: string | undefined): readonly (readonly string[])[] =>
  (text ?? '')
    .split(';')
    .filter(one => one.trim() !== '')
    .map(one => one.split('/').map(part => part.trim()));

const periodPart = (start: string | undefined, end: string | undefined): Part | undefined => {
  const value = period(start, end);
  return value && ['period', 'Period', value];
};

/** 区分支給限度基準額 and 種類支給限度基準額. */
function limitExtensions(record: CertificateRecord): JsonObject[] {
  const { limit } = record;
  const list: JsonObject[] = [];
  if (limit)
    list.push(
      complex('kaigo-benefit-limit', [
        ['units', 'Quantity', units(limit)],
        periodPart(record['limitFrom'], record['limitTo']),
      ]),
    );
  for (const [service = '', value = '0'] of listOf(record['serviceLimits']))
    list.push(
      complex('kaigo-service-limit', [
        ['service', 'CodeableConcept', coding('service-type', service)],
        ['units', 'Quantity', units(value)],
      ]),
    );
  return list;
}

function insuredExtensions(record: CertificateRecord): JsonObject[] {
  const { level, certified, opinion, services, office, officeName, author, notified } = record;
  const list: JsonObject[] = [];
  if (level) list.push(extension('kaigo-care-level', 'CodeableConcept', coding('care-level', level)));
  const day = dayOf(certified);
  if (day) list.push(extension('kaigo-certification-date', 'Date', day));
  list.push(...limitExtensions(record));
  const designated = listOf(services).map(
    ([code = '']): Part => ['service', 'CodeableConcept', coding('service-type', code)],
  );
  if (opinion || designated.length > 0)
    list.push(complex('kaigo-board-opinion', [opinion ? ['text', 'String', opinion] : undefined, ...designated]));
  for (const [kind = '', start, end, rate] of listOf(record['restrictions']))
    list.push(
      complex('kaigo-benefit-restriction', [
        ['kind', 'CodeableConcept', coding('benefit-restriction', kind)],
        periodPart(start, end),
        rate ? ['rate', 'Integer', Number(rate)] : undefined,
      ]),
    );
  if (office || officeName || author === '2') list.push(officeExtension(office, officeName, author, notified));
  for (const [kind, name = '', start, end] of listOf(record['stays']))
    list.push(
      complex('kaigo-facility-stay', [
        kind ? ['kind', 'CodeableConcept', coding('service-type', kind)] : undefined,
        ['facility', 'Reference', { display: name }],
        periodPart(start, end),
      ]),
    );
  return list;
}

function officeExtension(
  office: string | undefined,
  name: string | undefined,
  author: string | undefined,
  notified: string | undefined,
): JsonObject {
  const day = dayOf(notified);
  const reference: JsonObject = {
    ...(office && { identifier: { system: identifierSystem('kaigo-office-number'), value: office } }),
    display: name || office || '自己作成',
  };
  return complex('kaigo-care-management-office', [
    ['office', 'Reference', reference],
    author ? ['kind', 'CodeableConcept', coding('claim-plan-author', author)] : undefined,
    day ? ['notified', 'Date', day] : undefined,
  ]);
}

/** 負担割合: one row for the whole period, or two with their own. */
function burdenRows(record: CertificateRecord): JsonObject[] {
  const two = Boolean(record['burden2']);
  return ['1', '2']
    .filter(n => record[`burden${n}`])
    .map(n => {
      const own = two ? period(record[`burden${n}From`], record[`burden${n}To`]) : undefined;
      return {
        ...(own && { extension: [extension('kaigo-applicable-period', 'Period', own)] }),
        type: percentType,
        valueQuantity: percent(record[`burden${n}`]!),
      };
    });
}

/** Codes of burden-limit-kind in the order of a row. */
export const limitKinds = [
  'unit-private',
  'unit-semi-private',
  'private-welfare',
  'private-health',
  'shared',
  'meal-facility',
  'meal-short-stay',
];

const limitRows = (record: CertificateRecord): JsonObject[] =>
  limitKinds
    .filter(kind => record[`limit.${kind}`])
    .map(kind => ({
      type: {
        coding: [
          { system: codeSystem('burden-limit-kind'), code: kind },
          { system: 'http://terminology.hl7.org/CodeSystem/coverage-copay-type', code: 'maxoutofpocket' },
        ],
      },
      valueMoney: { value: Number(record[`limit.${kind}`]), currency: 'JPY' },
    }));

const reliefRows = (record: CertificateRecord): JsonObject[] =>
  ['care', 'meal', 'room']
    .filter(kind => record[`relief.${kind}`])
    .map(kind => ({ type: coding('relief-kind', kind), valueQuantity: percent(record[`relief.${kind}`]!) }));

interface Kind {
  readonly profile: string;
  extensions?(record: CertificateRecord): JsonObject[];
  costs?(record: CertificateRecord): JsonObject[];
}

const kinds: Readonly<Record<string, Kind>> = {
  hihokensha: { profile: 'kaigo-insured-certificate', extensions: insuredExtensions },
  futanwariai: { profile: 'kaigo-burden-certificate', costs: burdenRows },
  futangendo: {
    profile: 'kaigo-limit-certificate',
    extensions: ({ stage }) =>
      stage ? [extension('kaigo-burden-stage', 'CodeableConcept', coding('burden-limit-stage', stage))] : [],
    costs: limitRows,
  },
  shafukuKeigen: {
    profile: 'kaigo-relief-certificate',
    extensions: record =>
      listOf(record['reliefServices']).map(([code = '']) =>
        extension('kaigo-relief-service', 'CodeableConcept', coding('service-type', code)),
      ),
    costs: reliefRows,
  },
  gengakuMenjo: {
    profile: 'kaigo-exemption-certificate',
    costs: ({ benefitRate }) => [{ type: percentType, valueQuantity: percent(100 - Number(benefitRate)) }],
  },
};

/** Kinds of certificates a row can be. */
export const recordKinds: ReadonlySet<string> = new Set(Object.keys(kinds));

/** Business key of a certificate: insurer, insured number, 履歴番号. */
export const certificateKey = ({ insurer, insured, history }: CertificateRecord): string =>
  `${insurer}:${insured}:${history}`;

/**
 * The Coverage of a row, without id.
 * @param person,payor references such as `Patient/1`
 */
export function toCoverage(record: CertificateRecord, person: string, payor: string): JsonObject {
  const kind = kinds[record['kind']!]!;
  const undisclosed = record['undisclosed'] === '1';
  const costs = kind.costs?.(record) ?? [];
  return {
    resourceType: 'Coverage',
    meta: { profile: [extensionUrl(kind.profile)] },
    extension: [
      extension('kaigo-issue-date', 'Date', dayOf(record['issued'])),
      ...(undisclosed ? [extension('kaigo-not-disclosed', 'Boolean', true)] : []),
      ...(kind.extensions?.(record) ?? []),
    ],
    identifier: [{ system: certificateSystems.get(record['kind']!), value: certificateKey(record) }],
    status: record['deleted'] === '1' ? 'entered-in-error' : 'active',
    type: coding('certificate-kind', record['kind']!),
    subscriberId: record['insured'],
    beneficiary: { reference: person },
    period: period(record['from'], record['to']),
    payor: [{ reference: payor }],
    ...(costs.length > 0 && { costToBeneficiary: costs }),
  };
}
