// Words that all chapters of the year share: systems, references, the person.
import { conditional, engawa, ids, insurerName, insurerNumber, test } from '../shared.mjs';

export const sid = name => `${engawa}/IdSystem/${name}`;
export const system = name => `${engawa}/CodeSystem/${name}`;
export const structure = name => `${engawa}/StructureDefinition/${name}`;
export const two = number => String(number).padStart(2, '0');
export const officeOf = ({ number, name }) => ({ identifier: { system: ids.office, value: number }, display: name });
export const organization = office => ({
  reference: conditional('Organization', ids.office, office.number),
  display: office.name,
});
export const insurer = { reference: conditional('Organization', ids.insurer, insurerNumber), display: insurerName };

export const subject = person => ({
  reference: conditional('Patient', ids.insured, person.key),
  display: `${person.family} ${person.given}`,
});
export const bundle = entry => ({ resourceType: 'Bundle', meta: test, type: 'transaction', entry });
