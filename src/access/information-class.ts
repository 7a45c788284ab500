/**
 * Information classes: what kind of record a resource is, as far as it decides who may see it. Kept with every version.
 */
import type { JsonObject } from '../fhir/types.ts';

/** The classes. 0 = nothing special. */
export const informationClass = {
  ordinary: 0,
  /** 未告知: the person has not been told; not for the person and the family. */
  notTold: 1,
} as const;

/** Code system of the marks a sender sets. Source: JP-CLINS 1.10.0, JP_ehrshrs_indication. */
const indication = 'http://jpfhir.jp/fhir/clins/CodeSystem/JP_ehrshrs_indication';

/** The class of a resource, from the marks in its meta.tag. */
export function informationClassOf(resource: JsonObject): number {
  const tags = (resource['meta'] as JsonObject | undefined)?.['tag'];
  if (!Array.isArray(tags)) return informationClass.ordinary;
  const told = tags.some((tag: JsonObject | null) => tag?.['system'] === indication && tag['code'] === 'UNINFORMED');
  return told ? informationClass.notTold : informationClass.ordinary;
}
