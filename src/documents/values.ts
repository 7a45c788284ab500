/** Reading JSON of which nothing is known yet. */
import type { JsonObject } from '../fhir/types.ts';

/** The object, or an empty one for anything else. */
export const object = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

/** The list's objects; a single object counts as a list of one. */
export const objects = (value: unknown): readonly JsonObject[] =>
  (Array.isArray(value) ? value : [value]).filter(
    (one): one is JsonObject => typeof one === 'object' && one !== null && !Array.isArray(one),
  );

/** The text, or undefined for anything else and for an empty text. */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The codings of a CodeableConcept or a list of them. */
export const codings = (concept: unknown): readonly JsonObject[] =>
  objects(concept).flatMap(one => objects(one['coding']));

/** True when a coding of the concept has the code. */
export const hasCode = (concept: unknown, system: string, code: string): boolean =>
  codings(concept).some(one => one['system'] === system && one['code'] === code);
