// A certificate with six mistakes, each of a kind that really happens, and where the server must find them.
import { codes, ids, insurerNumber, test } from './shared.mjs';

/** Not valid FHIR, on purpose. */
export const wrongCertificate = {
  resourceType: 'Coverage',
  meta: test,
  identifier: [{ system: ids.certificate, value: `${insurerNumber}:9999999999:1` }],
  status: 'active',
  type: { coding: [{ system: codes.certificate, code: 'hihokensha' }] },
  subscriberId: 9999999999, // a number where a string belongs
  beneficiary: [{ display: '間違 多' }], // an array where one value belongs
  period: { start: '令和8年4月1日' }, // not a FHIR date
  careLevel: '22', // no such element
  costToBeneficiary: [{ valueQuantity: { value: '10', unit: '%' } }], // text where a number belongs
  // payor is missing: one is required
};

/** FHIRPath of each mistake. */
export const mistakes = [
  'Coverage.subscriberId',
  'Coverage.beneficiary',
  'Coverage.period.start',
  'Coverage.careLevel',
  'Coverage.costToBeneficiary.value.ofType(Quantity).value',
  'Coverage.payor',
];
