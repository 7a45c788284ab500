/**
 * The vocabulary of FHIR R4 that every layer shares.
 * @see https://hl7.org/fhir/R4/resource.html
 */

/** A JSON object as it came over the wire; what it holds is checked by the validator, not by the type. */
export interface JsonObject {
  [name: string]: unknown;
}

/** Resource.meta as far as the server itself reads it. */
export interface Meta extends JsonObject {
  versionId?: string;
  lastUpdated?: string;
  profile?: string[];
}

/** Any FHIR resource: `resourceType` is known, the rest is data. */
export interface Resource extends JsonObject {
  resourceType: string;
  id?: string;
  meta?: Meta;
}

/** A message in the two languages the server speaks; the one the client asked for is sent. */
export interface Message {
  readonly en: string;
  readonly ja: string;
}

/** Languages of messages, chosen by Accept-Language. */
export type Language = keyof Message;
