/**
 * The rules of several elements on one object. The walk goes over the properties there are; elements that must be there, and
 * choices that leave out types, are looked at besides.
 */
import type { JsonObject } from '../fhir/types.ts';
import type { ElementRule } from './element-rule.ts';
import { beside, type Slot } from './item.ts';
import type { Report, Waiting } from './report.ts';

/** An element as a property holds it. */
export interface Found {
  readonly rule: ElementRule;
  readonly slot: Slot;
  /** Place of the slot among those of its element: of several types of a choice the first counts. */
  readonly order: number;
  /** True for the `_name` of the slot. */
  readonly sibling: boolean;
}

/** What a property is: elements that are looked at in their own order, by their number there, or one that is not. */
interface Place {
  readonly first: { readonly at: number; readonly found: Found }[];
  later: Found | undefined;
}

/** Fewer elements than this are looked at in their own order. */
const fewElements = 4;

/** What the properties of an object are. */
function placesOf(elements: readonly ElementRule[], asked: readonly ElementRule[]): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  const placeOf = (name: string): Place => {
    const place = places.get(name) ?? { first: [], later: undefined };
    places.set(name, place);
    return place;
  };
  for (const rule of elements) {
    const at = asked.indexOf(rule);
    rule.slots.forEach((slot, order) => {
      const { name, under } = slot;
      if (at >= 0) placeOf(name).first.push({ at, found: { rule, slot, order, sibling: false } });
      else if (!rule.besideOnly) placeOf(name).later = { rule, slot, order, sibling: false };
      if (under === undefined) return;
      const found = { rule, slot, order, sibling: true };
      if (at >= 0) placeOf(under).first.push({ at, found });
      else placeOf(under).later = found;
    });
  }
  return places;
}

/** Whether an element is rather in a property than in the one that was met before. */
const isBefore = (found: Found, before: Found): boolean =>
  found.order < before.order || (found.order === before.order && before.sibling);

/** False for a `_name` that is looked at with the value it stands beside. */
const isThere = ({ rule, slot, sibling }: Found, value: JsonObject): boolean =>
  !sibling || rule.besideOnly || value[slot.name] === undefined;

function visit({ rule, slot, sibling }: Found, own: unknown, value: JsonObject, report: Report): void {
  if (rule.besideOnly) rule.visit(slot, value[slot.name], own, value, report);
  else if (sibling) rule.visit(slot, undefined, own, value, report);
  else rule.visit(slot, own, beside(slot, value, report), value, report);
}

/** Notes which elements an object has; those that are looked at first lie at their number from `from` on. */
function meet(places: ReadonlyMap<string, Place>, from: number, value: JsonObject, waiting: Waiting): void {
  const { found, values } = waiting;
  for (const name in value) {
    const place = places.get(name);
    if (place === undefined) continue;
    const own = value[name];
    const { first, later } = place;
    for (let i = 0; i < first.length; i++) {
      const one = first[i]!;
      const at = from + one.at;
      if (found[at] !== undefined && !isBefore(one.found, found[at])) continue;
      found[at] = one.found;
      values[at] = own;
    }
    if (later === undefined) continue;
    found[waiting.top] = later;
    values[waiting.top++] = own;
  }
}

/** Elements in the order of the properties that hold them. */
function inOrderOfData(places: ReadonlyMap<string, Place>): (value: JsonObject, report: Report) => void {
  const named = new Map([...places].map(([name, { later }]) => [name, later!]));
  const alone = [...named.values()].every(one => one.sibling);
  return (value, report) => {
    if (alone && !report.siblings) return;
    for (const name in value) {
      const one = named.get(name);
      if (one !== undefined && isThere(one, value)) visit(one, value[name], value, report);
    }
  };
}

/** Joins the rules of the elements of an object. */
export function joinElements(elements: readonly ElementRule[]): (value: JsonObject, report: Report) => void {
  const count = elements.filter(one => !one.besideOnly).length;
  const few = count > 1 && count < fewElements;
  const asked = elements.filter(one => !one.besideOnly && (one.demanding || one.narrow || few));
  const places = placesOf(elements, asked);
  if (asked.length === 0) return inOrderOfData(places);
  return (value, report) => {
    const { waiting } = report;
    const { found, values } = waiting;
    const from = waiting.top;
    const rest = from + asked.length;
    for (let i = from; i < rest; i++) found[i] = undefined;
    waiting.top = rest;
    meet(places, from, value, waiting);
    const to = waiting.top;
    for (let i = from; i < rest; i++) {
      // Who only asks whether there is an error has seen one.
      if (report.probing && report.errors > 0) break;
      const one = found[i];
      if (one !== undefined) visit(one, values[i], value, report);
      else if (asked[i - from]!.needed) asked[i - from]!.absent(value, report);
    }
    for (let i = rest; i < to; i++) if (isThere(found[i]!, value)) visit(found[i]!, values[i], value, report);
    waiting.top = from;
  };
}
