/**
 * One person's set → one transaction Bundle: every entry conditional on its business key, so that twice is once.
 * What the set replaces or deletes is named as Removals; who runs the transaction looks up what is there.
 * @see https://hl7.org/fhir/R4/http.html#cond-update
 */
import { createHash } from 'node:crypto';
import type { JsonObject, Resource } from '../fhir/types.ts';

/** An identifier as a token: a business key. */
export interface Key {
  readonly system: string;
  readonly value: string;
}

/** A resource to be written, and the key it is found by. */
export interface Draft {
  readonly key: Key;
  readonly resource: Resource;
  /** True when one that is there already stays as it is: persons and offices belong to others. */
  readonly keep?: boolean;
  /** The version it was made from: another that came meanwhile is not written over. */
  readonly version?: string;
  /** True when it is stored as it is: it is written only when answers that its form calculates are not in it yet. */
  readonly isStored?: boolean;
}

/** Resources that must no longer be there: all of a type with an identifier, but those with the keys named. */
export interface Removal {
  readonly type: string;
  readonly key: Key;
  readonly but?: readonly Key[];
}

/** A urn:uuid that is the same each time for the same key. */
export function urnOf(type: string, { system, value }: Key): string {
  const hex = createHash('sha256').update(`${type} ${system}|${value}`).digest('hex');
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The search that finds a key. */
export const conditionOf = ({ system, value }: Key): string =>
  `identifier=${encodeURIComponent(system)}|${encodeURIComponent(value)}`;

/** A conditional reference: the one resource with the key. @see https://hl7.org/fhir/R4/http.html#trules */
export const conditionalReference = (type: string, key: Key): string => `${type}?${conditionOf(key)}`;

/** A resource as it came, without a business key; its text is kept, so that 1.50 stays 1.50. */
export interface PlainEntry {
  readonly text: string;
  readonly resource: Resource;
  readonly request: JsonObject;
}

function entryOf({ key, resource, keep, version }: Draft): JsonObject {
  const type = resource.resourceType;
  const condition = conditionOf(key);
  const request = keep
    ? { method: 'POST', url: type, ifNoneExist: condition }
    : { method: 'PUT', url: `${type}?${condition}`, ...(version !== undefined && { ifMatch: `W/"${version}"` }) };
  return { fullUrl: urnOf(type, key), resource, request };
}

/**
 * The transaction of a set, as text and parsed.
 * @param removed ids of resources that must go, as `Type/id`
 * @param plain resources without a business key
 */
export function toTransaction(
  drafts: readonly Draft[],
  removed: readonly string[],
  plain: readonly PlainEntry[] = [],
): { text: string; bundle: Resource } {
  const entries = [...removed.map(url => ({ request: { method: 'DELETE', url } })), ...drafts.map(entryOf)];
  const texts = [
    ...entries.map(one => JSON.stringify(one)),
    ...plain.map(({ text, request }) => `{"resource":${text},"request":${JSON.stringify(request)}}`),
  ];
  const entry = [...entries, ...plain.map(({ resource, request }) => ({ resource, request }))];
  return {
    text: `{"resourceType":"Bundle","type":"transaction","entry":[${texts.join(',')}]}`,
    bundle: { resourceType: 'Bundle', type: 'transaction', entry },
  };
}
