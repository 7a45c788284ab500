/**
 * Canonicals and identifier systems of long-term care insurance, as the profiles in profiles/engawa-kaigo/ define them, and
 * small readers of FHIR JSON that expect nothing: what is not there is undefined.
 */
import type { JsonObject } from '../fhir/types.ts';

const engawa = 'https://w3id.org/engawa/fhir';
export const codeSystem = (id: string): string => `${engawa}/CodeSystem/${id}`;
export const identifierSystem = (id: string): string => `${engawa}/IdSystem/${id}`;
export const extensionUrl = (id: string): string => `${engawa}/StructureDefinition/${id}`;

/** The identifier system of a person: insurer, colon, insured number. */
export const insuredPerson = identifierSystem('kaigo-insured-person');

/** The identifier system of each kind of certificate. */
export const certificateSystems: ReadonlyMap<string, string> = new Map(
  Object.entries({
    hihokensha: 'kaigo-hihokensha-certificate',
    futanwariai: 'kaigo-futan-wariai-certificate',
    futangendo: 'kaigo-futan-gendo-certificate',
    shafukuKeigen: 'kaigo-shafuku-keigen-certificate',
    gengakuMenjo: 'kaigo-gengaku-menjo-certificate',
  }).map(([kind, id]) => [kind, identifierSystem(id)]),
);

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The objects of an array; none when it is none. */
export const objects = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
export const object = (value: unknown): JsonObject | undefined => (isObject(value) ? value : undefined);
export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
export const number = (value: unknown): number | undefined => {
  const found = Number(value);
  return value === undefined || value === null || Number.isNaN(found) ? undefined : found;
};

/** The code of a CodeableConcept in one of our code systems. */
export const codeIn = (concept: unknown, system: string): string | undefined =>
  text(objects(object(concept)?.['coding']).find(one => one['system'] === codeSystem(system))?.['code']);

/** Extensions of an element by the id of their definition. */
export const extensionsOf = (element: JsonObject | undefined, id: string): readonly JsonObject[] =>
  objects(element?.['extension']).filter(one => one['url'] === extensionUrl(id));

/** The value of an extension or of its part: the property that begins with `value`. */
export const valueIn = (extension: JsonObject | undefined): unknown =>
  extension && Object.entries(extension).find(([name]) => name.startsWith('value'))?.[1];

/** The value of a part of a complex extension. */
export const partOf = (extension: JsonObject | undefined, part: string): unknown =>
  valueIn(objects(extension?.['extension']).find(one => one['url'] === part));
