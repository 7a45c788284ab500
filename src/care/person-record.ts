/**
 * The person of a certificate row: a Patient of the profile kaigo-person, and what a row changes in one that is there already.
 * Of a person that must not be disclosed no address is kept.
 */
import type { JsonObject, Resource } from '../fhir/types.ts';
import { type CertificateRecord, dayOf } from './certificate-record.ts';
import { extensionUrl, insuredPerson, objects } from './names.ts';

const representation = 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation';

function nameOf(text: string, code: string): JsonObject {
  const [family = '', ...given] = text.split(/[\s\u3000]+/).filter(Boolean);
  return {
    extension: [{ url: representation, valueCode: code }],
    use: 'official',
    text,
    family,
    ...(given.length > 0 && { given }),
  };
}

/** Business key of a person: insurer and insured number. */
export const personKey = ({ insurer, insured }: CertificateRecord): string => `${insurer}:${insured}`;

const isUndisclosed = (record: CertificateRecord): boolean => record['undisclosed'] === '1';

/** Two rows of one person as one: an address, and whether it may be disclosed, that the later leaves empty are those of the earlier. */
export function combineRows(earlier: CertificateRecord | undefined, later: CertificateRecord): CertificateRecord {
  if (!earlier || (later['undisclosed'] && later['address'])) return later;
  const { undisclosed = '', address = '', postal = '' } = earlier;
  return { ...later, ...(!later['undisclosed'] && { undisclosed }), ...(!later['address'] && { address, postal }) };
}

/** What a row says of the person. */
function said(record: CertificateRecord, isHidden: boolean): JsonObject {
  const { name = '', kana = '', sex, birth, postal, address } = record;
  const place = isHidden ? undefined : address;
  return {
    name: [nameOf(name, 'IDE'), nameOf(kana, 'SYL')],
    gender: sex === '1' ? 'male' : 'female',
    birthDate: dayOf(birth),
    ...(place && { address: [{ text: place, ...(postal && { postalCode: postal }), country: 'JP' }] }),
  };
}

const mark: JsonObject = { url: extensionUrl('kaigo-not-disclosed'), valueBoolean: true };

/** The Patient of a row, without id. */
export const toPatient = (record: CertificateRecord): JsonObject => ({
  resourceType: 'Patient',
  meta: { profile: [extensionUrl('kaigo-person')] },
  ...(isUndisclosed(record) && { extension: [mark] }),
  identifier: [{ system: insuredPerson, value: personKey(record) }],
  active: true,
  ...said(record, isUndisclosed(record)),
});

const isOurName = (one: JsonObject): boolean => objects(one['extension']).some(each => each['url'] === representation);

/**
 * A Patient that is there already, with what a row says of the person; everything else stays, and so does what the row leaves empty.
 * @returns the same object when the row says nothing new
 */
export function mergePatient(stored: Resource, record: CertificateRecord): Resource {
  const before = objects(stored['extension']);
  const isHidden = record['undisclosed'] ? isUndisclosed(record) : before.some(one => one['url'] === mark['url']);
  const own = said(record, isHidden);
  const others = objects(stored['name']).filter(one => !isOurName(one));
  const extensions = before.filter(one => one['url'] !== mark['url']);
  const extension = isHidden ? [...extensions, mark] : extensions;
  const { address, telecom, extension: _extension, ...rest } = stored;
  const merged = {
    ...rest,
    ...(extension.length > 0 && { extension }),
    ...(address !== undefined && !isHidden && { address }),
    ...own,
    name: [...(own['name'] as JsonObject[]), ...others],
    ...(telecom !== undefined && !isHidden && { telecom }),
  } as Resource;
  return sameValues(stored, merged) ? stored : merged;
}

/** True when two JSON values are the same, whatever the order of members. */
function sameValues(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, i) => sameValues(one, b[i]));
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [left, right] = [Object.entries(a), b as JsonObject];
  return left.length === Object.keys(b).length && left.every(([key, value]) => sameValues(value, right[key]));
}
