/** The entries of the Bundle that is being made, and the small pieces all of them share. */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../../fhir/types.ts';

export const jp = 'http://jpfhir.jp/fhir';
export const edition = '1.5.0';
export const canonical = (name: string): string => `${jp}/eCheckup/StructureDefinition/${name}|${edition}`;
export const oid = (system: string): string => `urn:oid:${system}`;

/** HL7 time such as `20261102` or `202611021300` as a FHIR date or instant in Japan. */
export function dateOf(time: string | undefined): string | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)/.exec(time ?? '');
  return match ? `${match[1]}-${match[2]}-${match[3]}` : undefined;
}
export const instantOf = (time: string | undefined): string | undefined => {
  const day = dateOf(time);
  const clock = /^\d{8}(\d\d)(\d\d)(\d\d)?/.exec(time ?? '');
  return day && `${day}T${clock ? `${clock[1]}:${clock[2]}:${clock[3] ?? '00'}` : '00:00:00'}+09:00`;
};

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
export const concept = (system: string, code: string, display?: string): JsonObject => ({
  coding: [{ system, code, ...(display && { display }) }],
});
/** Values that are there. */
export const given = (values: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** Collects the entries of a Bundle; a name gives the same fullUrl each time. */
export class Entries {
  readonly list: { fullUrl: string; resource: JsonObject }[] = [];
  private readonly seed: string;
  readonly meta: (name: string) => JsonObject;

  constructor(seed: string, lastUpdated: string | undefined) {
    this.seed = seed;
    this.meta = name => given({ lastUpdated, profile: [canonical(name)] });
  }

  url(name: string): string {
    const hex = digest(`${this.seed} ${name}`);
    return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }

  add(name: string, type: string, profile: string, values: JsonObject): JsonObject {
    const resource = given({ resourceType: type, meta: this.meta(profile), ...values });
    this.list.push({ fullUrl: this.url(name), resource });
    return this.ref(name, type);
  }

  ref(name: string, type: string): JsonObject {
    return { reference: this.url(name), type };
  }
}
