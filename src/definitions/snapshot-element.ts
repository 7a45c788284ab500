/**
 * Laying one element definition over another: what a differential says replaces, adds to or narrows what the base says.
 * @see https://hl7.org/fhir/R4/profiling.html#snapshot
 */
import type { JsonObject } from '../fhir/types.ts';
import type { FullElement, Slicing } from './snapshot-tree.ts';

/** Properties that say where an element is, and those with a rule of their own. */
const special: ReadonlySet<string> = new Set(['id', 'path', 'sliceName', 'base', 'slicing', 'contentReference']);

/** Lists that grow: what tells two of their items apart. */
const growing: ReadonlyMap<string, (item: JsonObject | string) => unknown> = new Map([
  ['constraint', (item: JsonObject | string) => (item as JsonObject)['key']],
  ['mapping', (item: JsonObject | string) => `${(item as JsonObject)['identity']}|${(item as JsonObject)['map']}`],
  ['condition', (item: JsonObject | string) => item],
  ['alias', (item: JsonObject | string) => item],
  ['extension', (item: JsonObject | string) => (item as JsonObject)['url']],
  ['example', (item: JsonObject | string) => JSON.stringify(item)],
]);

function grow(base: unknown, added: unknown, keyOf: (item: JsonObject | string) => unknown): unknown[] {
  const old = (Array.isArray(base) ? base : []) as (JsonObject | string)[];
  const fresh = (Array.isArray(added) ? added : []) as (JsonObject | string)[];
  const kept = old.map(item => fresh.find(one => keyOf(one) === keyOf(item)) ?? item);
  const keys = new Set(old.map(keyOf));
  return [...kept, ...fresh.filter(item => !keys.has(keyOf(item)))];
}

function narrowBinding(base: unknown, added: unknown): unknown {
  const old = (base ?? {}) as JsonObject;
  return { ...(old['valueSet'] !== undefined && { valueSet: old['valueSet'] }), ...(added as JsonObject) };
}

/** Discriminators of both; order and rules of the newer one. */
export function mergeSlicing(base: Slicing | undefined, added: Slicing): Slicing {
  if (!base) return structuredClone(added);
  const known = new Set((base.discriminator ?? []).map(one => `${one.type} ${one.path}`));
  const fresh = (added.discriminator ?? []).filter(one => !known.has(`${one.type} ${one.path}`));
  const discriminator = [...(base.discriminator ?? []), ...fresh];
  return { ...base, ...added, ...(discriminator.length > 0 && { discriminator }) };
}

const isValue = (name: string): boolean => /^(?:fixed|pattern|minValue|maxValue)[A-Z]/.test(name);
const family = (name: string): string => /^(?:fixed|pattern|minValue|maxValue)/.exec(name)?.[0] ?? name;

/** Prose that begins with `...` continues the base's. */
const continued = (base: unknown, added: unknown): unknown =>
  typeof added === 'string' && added.startsWith('...') && typeof base === 'string'
    ? `${base}\r\n${added.slice(3)}`
    : added;

/** The base element with what the differential says. Neither is changed. */
export function overlay(base: FullElement, added: FullElement | undefined): FullElement {
  const merged: FullElement = structuredClone(base);
  if (!added) return merged;
  for (const [name, value] of Object.entries(added)) {
    if (special.has(name)) continue;
    const keyOf = growing.get(name);
    if (isValue(name)) for (const old of Object.keys(merged)) if (family(old) === family(name)) delete merged[old];
    if (keyOf) merged[name] = grow(merged[name], value, keyOf);
    else if (name === 'binding') merged[name] = narrowBinding(merged[name], value);
    else merged[name] = continued(merged[name], structuredClone(value));
  }
  if (added.slicing) merged.slicing = mergeSlicing(merged.slicing, added.slicing);
  return merged;
}

/** What the root of a type's profile says, completed by the element that uses it. */
export function underlay(profileRoot: FullElement, usage: FullElement, extension: boolean): FullElement {
  const merged = structuredClone(usage);
  for (const [name, value] of Object.entries(profileRoot)) {
    if (special.has(name) || name === 'type' || name === 'isModifier' || name === 'isModifierReason') continue;
    if (extension ? name === 'binding' : name === 'min' || name === 'max') continue;
    merged[name] =
      name === 'constraint' ? grow(value, usage['constraint'], growing.get(name)!) : structuredClone(value);
  }
  if (profileRoot.isModifier) merged.isModifier = true;
  return merged;
}
