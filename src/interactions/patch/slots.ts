/**
 * Elements in the JSON of FHIR: a primitive is two members (`birthDate` with the value, `_birthDate` with id and
 * extensions), a list of primitives two arrays side by side. A Slot is one element with both its sides.
 * @see https://hl7.org/fhir/R4/json.html#primitive
 */
import type { JsonObject, Resource } from '../../fhir/types.ts';
import type { Location, Step } from './locate.ts';
import { isObject } from './result.ts';

/** One element: its value, and what stands beside a primitive value. */
export interface Slot {
  readonly value?: unknown;
  readonly beside?: unknown;
}

/** The elements of a list, in order; empty when it is absent. */
export function readSlots(holder: JsonObject, name: string): Slot[] {
  const values = listOf(holder[name]);
  const beside = listOf(holder[`_${name}`]);
  return Array.from({ length: Math.max(values.length, beside.length) }, (_, i) => ({
    value: values[i] ?? undefined,
    beside: beside[i] ?? undefined,
  }));
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** Writes a list back; an array without content is left out. */
export function writeSlots(holder: JsonObject, name: string, slots: readonly Slot[]): void {
  const fill = (member: string, items: readonly unknown[]) => {
    if (items.some(item => item !== undefined)) holder[member] = items.map(item => item ?? null);
    else delete holder[member];
  };
  fill(
    name,
    slots.map(slot => slot.value),
  );
  fill(
    `_${name}`,
    slots.map(slot => slot.beside),
  );
}

/** Writes a single element. */
export function writeSlot(holder: JsonObject, name: string, { value, beside }: Slot): void {
  if (value === undefined) delete holder[name];
  else holder[name] = value;
  if (beside === undefined) delete holder[`_${name}`];
  else holder[`_${name}`] = beside;
}

/** The value at a location; undefined when there is none. */
export function valueAt(resource: Resource, location: Location): unknown {
  let value: unknown = resource;
  for (const { name, index } of location) {
    const member: unknown = isObject(value) ? value[name] : undefined;
    value = index === undefined ? member : listOf(member)[index];
  }
  return value;
}

/** The object a location's last step is in. */
export function holderOf(resource: Resource, location: Location): JsonObject {
  return valueAt(resource, location.slice(0, -1)) as JsonObject;
}

/** Removes an element with both its sides, and the elements above that it leaves empty. */
export function removeAt(resource: Resource, location: Location): void {
  const step = location.at(-1);
  if (!step) return;
  const holder = holderOf(resource, location);
  const onlyBeside = step.name.startsWith('_');
  const name = onlyBeside ? step.name.slice(1) : step.name;
  if (step.index === undefined) {
    delete holder[`_${name}`];
    if (!onlyBeside) delete holder[name];
  } else {
    const slots = readSlots(holder, name);
    const { value } = slots[step.index] ?? {};
    if (onlyBeside && value !== undefined) slots[step.index] = { value };
    else slots.splice(step.index, 1);
    writeSlots(holder, name, slots);
  }
  if (Object.keys(holder).length === 0) removeAt(resource, location.slice(0, -1));
}

/** Puts another element in the place of one, which may have another name (a choice of another type). */
export function replaceAt(resource: Resource, location: Location, name: string, slot: Slot): void {
  const step = location.at(-1) as Step;
  const holder = holderOf(resource, location);
  if (step.index === undefined) {
    renameMember(holder, step.name, name, slot);
    return;
  }
  const slots = readSlots(holder, step.name);
  slots[step.index] = slot;
  writeSlots(holder, step.name, slots);
}

/** Writes a slot under a new name at the place of the old one; the other members keep their order. */
function renameMember(holder: JsonObject, old: string, name: string, slot: Slot): void {
  const members = Object.entries(holder);
  for (const [member] of members) delete holder[member];
  let placed = false;
  for (const [member, value] of members)
    if (member !== old && member !== `_${old}`) holder[member] = value;
    else if (!placed) {
      writeSlot(holder, name, slot);
      placed = true;
    }
}

/** The location of a primitive's id and extensions, which is made if there is none yet. */
export function besideOf(resource: Resource, location: Location): Location {
  const { name, index } = location.at(-1) as Step;
  const holder = holderOf(resource, location);
  if (index === undefined) holder[`_${name}`] ??= {};
  else
    writeSlots(
      holder,
      name,
      readSlots(holder, name).map((slot, i) => (i === index ? { ...slot, beside: slot.beside ?? {} } : slot)),
    );
  return [...location.slice(0, -1), { name: `_${name}`, ...(index !== undefined && { index }) }];
}
