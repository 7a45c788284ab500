/**
 * The three marks of the exchange: LTS (長期保存, keep longer), UNINFORMED (未告知, the person has not been told),
 * UNDELIVERED (未提供, give to nobody).
 * Source: JP-CLINS 1.10.0, code system JP_ehrshrs_indication.
 */
import type { JsonObject } from '../fhir/types.ts';
import { codeSystems } from './systems.ts';
import { object, objects } from './values.ts';

/** A mark. */
export type Flag = 'LTS' | 'UNINFORMED' | 'UNDELIVERED';

/** The marks of a resource, from its meta.tag. */
export function flagsOf(resource: JsonObject): ReadonlySet<Flag> {
  const { tag } = object(resource['meta']);
  if (tag === undefined) return none;
  const found = objects(tag).filter(one => one['system'] === codeSystems.indication);
  return found.length === 0 ? none : new Set(found.map(one => String(one['code']) as Flag));
}

const none: ReadonlySet<Flag> = new Set();
