// What the parts of the examples share: systems and canonicals, check digits, names, identities that are always the same.
// Everything here is invented. The prefecture number 49 does not exist in Japan (01–47), so no number made here can be real.
import { createHash } from 'node:crypto';

export const engawa = 'https://w3id.org/engawa/fhir';
export const jp = 'http://jpfhir.jp/fhir';
export const hl7 = 'http://terminology.hl7.org/CodeSystem';

/** Our own identifier systems; what their values look like is in README.md. */
export const ids = {
  insurer: `${engawa}/IdSystem/kaigo-insurer-number`,
  insured: `${engawa}/IdSystem/kaigo-insured-person`,
  certificate: `${engawa}/IdSystem/kaigo-hihokensha-certificate`,
  burden: `${engawa}/IdSystem/kaigo-futan-wariai-certificate`,
  office: `${engawa}/IdSystem/kaigo-office-number`,
  careManager: `${engawa}/IdSystem/care-manager-number`,
  carePlan: `${engawa}/IdSystem/kaigo-care-plan`,
  careTeam: `${engawa}/IdSystem/kaigo-care-team`,
  goal: `${engawa}/IdSystem/kaigo-care-plan-goal`,
};

/** Our own code systems. */
export const codes = {
  careLevel: `${engawa}/CodeSystem/care-level`,
  certificate: `${engawa}/CodeSystem/certificate-kind`,
  service: `${engawa}/CodeSystem/service-type`,
  goalTerm: `${engawa}/CodeSystem/kaigo-goal-term`,
  planKind: `${engawa}/CodeSystem/kaigo-care-plan-kind`,
};

/** Our own code system of restrictions, and of who makes the plan. */
export const moreCodes = {
  restriction: `${engawa}/CodeSystem/benefit-restriction`,
  planAuthor: `${engawa}/CodeSystem/claim-plan-author`,
};

/** Canonical of one of our own profiles. */
export const profile = name => `${engawa}/StructureDefinition/kaigo-${name}`;

/** Our own extensions. */
export const extensions = Object.fromEntries(
  [
    'care-level',
    'certification-date',
    'benefit-limit',
    'issue-date',
    'care-management-office',
    'benefit-restriction',
  ].map(name => [name, `${engawa}/StructureDefinition/kaigo-${name}`]),
);

/**
 * Check digit of 保険者番号, 事業所番号 and 医療機関コード: modulus 10, weights 2, 1, 2, 1 … from the right,
 * the digits of each product added.
 */
export function checkDigit(digits) {
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const product = Number(digit) * (i % 2 === 0 ? 2 : 1);
    return total + Math.floor(product / 10) + (product % 10);
  }, 0);
  return String((10 - (sum % 10)) % 10);
}
export const withCheckDigit = digits => digits + checkDigit(digits);

/** A urn:uuid that is the same each time for the same name. */
export function urn(name) {
  const hex = createHash('sha256').update(`engawa example ${name}`).digest('hex');
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** "Test health data": the standard's mark for resources about nobody. */
export const test = { security: [{ system: `${hl7}/v3-ActReason`, code: 'HTEST', display: 'test health data' }] };

export const insurerNumber = withCheckDigit('49201');
export const insurerName = '縁側市（見本）';
export const hospitalNumber = `491${withCheckDigit('010001')}`;
export const clinicNumber = `491${withCheckDigit('010002')}`;
export const careOffices = {
  management: { number: withCheckDigit('497010001'), name: 'ひだまり居宅介護支援事業所（見本）', service: '43' },
  visit: { number: withCheckDigit('497010002'), name: 'ひだまり訪問介護（見本）', service: '11' },
  nurse: { number: withCheckDigit('496010001'), name: '縁側訪問看護ステーション（見本）', service: '13' },
  day: { number: withCheckDigit('497010003'), name: 'デイサービス陽だまりの庭（見本）', service: '15' },
  equipment: { number: withCheckDigit('497010004'), name: '見本福祉用具レンタル', service: '17' },
};

/** サービス種類 of the offices above. */
export const serviceNames = { 11: '訪問介護', 13: '訪問看護', 15: '通所介護', 17: '福祉用具貸与', 43: '居宅介護支援' };

const representation = code => [
  { url: 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation', valueCode: code },
];

/** Kanji (IDE) and kana (SYL) name, as JP Core writes them. */
export const names = ({ family, given, familyKana, givenKana }) => [
  { extension: representation('IDE'), use: 'official', text: `${family} ${given}`, family, given: [given] },
  {
    extension: representation('SYL'),
    use: 'official',
    text: `${familyKana} ${givenKana}`,
    family: familyKana,
    given: [givenKana],
  },
];

/** An invented address; the postal code and any telephone number cannot be reached. */
export const address = line => ({
  text: `見本県縁側市${line}`,
  line: [line],
  city: '縁側市',
  state: '見本県',
  postalCode: '000-0000',
  country: 'JP',
});
export const phone = { system: 'phone', value: '00-0000-0000' };

/** An entry of a transaction that writes a resource under its business key: there = update, not there = create. */
export const upsert = (resource, { system, value }) => ({
  fullUrl: urn(`${resource.resourceType} ${system}|${value}`),
  resource,
  request: {
    method: 'PUT',
    url: `${resource.resourceType}?identifier=${encodeURIComponent(`${system}|${value}`)}`,
  },
});

/** The fullUrl that {@link upsert} gives a resource: what others in the same Bundle refer to. */
export const urnOf = (type, system, value) => urn(`${type} ${system}|${value}`);

/** A conditional reference: the server looks it up when the transaction is applied. */
export const conditional = (type, system, value) => `${type}?identifier=${encodeURIComponent(`${system}|${value}`)}`;

export const coding = (system, code, display) => ({ coding: [{ system, code, display }] });
