/**
 * The three keys a document is known by in the national exchange (person's number, Bundle.identifier.system and .value), and
 * the ids that follow from them: the same keys give the same ids on every server.
 * Source: JP-CLINS 1.10.0, deletion and update of Bundles.
 */
import { hash } from 'node:crypto';
import type { JsonObject } from '../fhir/types.ts';
import { identifiers } from './systems.ts';
import { object, objects, text } from './values.ts';

/** A number with the system it belongs to. */
export interface Numbered {
  readonly system: string;
  readonly value: string;
}

/** What a document is replaced and withdrawn by. */
export interface DocumentKeys {
  readonly person: Numbered;
  readonly document: Numbered;
}

/** A kind of number that stands for a person, best first. */
export interface PersonNumber {
  readonly system: string;
  /** True when one number is one person's alone; false when a household may share it. */
  readonly isIndividual: (value: string) => boolean;
}

/** 後期高齢者医療: insurers whose numbers begin with 39 number every person. Source: 法別番号. */
const elderly = /^39/;

/** Numbers by which persons are found. */
export const personNumbers: readonly PersonNumber[] = [
  // 保険者番号:記号:番号:枝番 — without 枝番 a family may share the number.
  { system: identifiers.member, isIndividual: value => elderly.test(value) || /:\d\d$/.test(value) },
  { system: identifiers.publicMember, isIndividual: () => true },
  { system: identifiers.insured, isIndividual: () => true },
];

/** A number as it is compared: full and half width alike. */
export const folded = (value: string): string => value.normalize('NFKC').trim();

const wide = (value: string): string => value.replace(/[!-~]/g, one => String.fromCharCode(one.charCodeAt(0) + 0xfee0));

/** The forms a number may be stored in: as sent, half width, and with 記号・番号 in full width. */
export function spellings({ system, value }: Numbered): readonly string[] {
  const half = folded(value);
  if (system !== identifiers.member) return [...new Set([value, half])];
  const [insurer = '', symbol = '', number = '', branch = ''] = half.split(':');
  return [...new Set([value, half, [insurer, wide(symbol), wide(number), branch].join(':')])];
}

/** The identifiers of a resource that have a system and a value. */
export function numbersOf(resource: JsonObject): readonly Numbered[] {
  return objects(resource['identifier']).flatMap(one => {
    const [system, value] = [text(one['system']), text(one['value'])];
    return system !== undefined && value !== undefined ? [{ system, value }] : [];
  });
}

/** The number a person is found by, best kind first; undefined when the person has none of the known kinds. */
export function personNumber(patient: JsonObject): Numbered | undefined {
  const own = numbersOf(patient);
  for (const { system } of personNumbers) {
    const found = own.find(one => one.system === system);
    if (found) return found;
  }
  return own[0];
}

/** True when nobody else can have the number. */
export function isIndividual({ system, value }: Numbered): boolean {
  return personNumbers.find(one => one.system === system)?.isIndividual(folded(value)) ?? true;
}

/** The keys of a Bundle; undefined when its identifier or the person's number is missing. */
export function documentKeys(bundle: JsonObject, patient: JsonObject): DocumentKeys | undefined {
  const person = personNumber(patient);
  const { system, value } = object(bundle['identifier']);
  const [documentSystem, documentValue] = [text(system), text(value)];
  if (!person || documentSystem === undefined || documentValue === undefined) return undefined;
  return { person, document: { system: documentSystem, value: documentValue } };
}

/** The first 128 bits of the SHA-256 of some texts, in hexadecimal. */
function digest(parts: readonly string[]): string {
  return hash('sha256', parts.join('\u0001')).slice(0, 32);
}

/** Id of the Bundle, Binary, DocumentReference and Provenance of a document. */
export function documentId({ person, document }: DocumentKeys): string {
  return `doc-${digest([person.system, folded(person.value), document.system, document.value])}`;
}

/** Id of a person that intake made: of the number and the birth date. */
export function personId(number: Numbered, birthDate: string): string {
  return `p-${digest([number.system, folded(number.value), birthDate])}`;
}

/** Id of an organisation that intake made: of its national number. */
export function organizationId({ system, value }: Numbered): string {
  return `o-${digest([system, value])}`;
}

/** Id of a resource taken out of a document: of the document, the type, and what the resource is called there. */
export function extractedId(document: string, type: string, name: string): string {
  return `x-${digest([document, type, name])}`;
}
