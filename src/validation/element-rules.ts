/**
 * The rules of several elements on one object. The walk goes over the properties there are; elements that must be there, and
 * choices that leave out types, are looked at besides.
 */
import type { JsonObject } from '../fhir/types.ts';
import type { ElementRule } from './element-rule.ts';
import type { Slot } from './item.ts';
import type { Report } from './report.ts';

/** What a property is: one of the elements that are looked at first, or a slot of another. */
export interface Place {
  /** The elements looked at first that it is, as bits. */
  readonly bits: number;
  readonly rule: ElementRule | undefined;
  readonly slot: Slot | undefined;
  /** True for the `_name` of the slot. */
  readonly sibling: boolean;
}

/** Fewer elements than this are looked at in their own order. */
const fewElements = 4;

/** Elements that a number has bits for. */
const mostBits = 31;

/** What the properties of an object are. */
function placesOf(elements: readonly ElementRule[], asked: readonly ElementRule[]): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  asked.slice(0, mostBits).forEach((rule, i) => {
    for (const { name, under } of rule.slots)
      for (const one of under === undefined ? [name] : [name, under]) {
        const bits = (places.get(one)?.bits ?? 0) | (1 << i);
        places.set(one, { bits, rule: undefined, slot: undefined, sibling: false });
      }
  });
  for (const rule of elements)
    for (const slot of asked.includes(rule) ? [] : rule.slots) {
      const add = (name: string, sibling: boolean): void =>
        void places.set(name, { bits: places.get(name)?.bits ?? 0, rule, slot, sibling });
      if (!rule.besideOnly) add(slot.name, false);
      if (slot.under !== undefined) add(slot.under, !rule.besideOnly);
    }
  return places;
}

/** Looks at elements in their order; false when it was cut short: who only asks whether there is an error has seen one. */
function askEach(asked: readonly ElementRule[], present: number, value: JsonObject, report: Report): boolean {
  for (let i = 0; i < asked.length; i++) {
    if (report.probing && report.errors > 0) return false;
    const rule = asked[i]!;
    if (i >= mostBits || (present & (1 << i)) !== 0) rule.check(value, report);
    else if (rule.needed) rule.absent(value, report);
  }
  return true;
}

/** Joins the rules of the elements of an object. */
export function joinElements(elements: readonly ElementRule[]): (value: JsonObject, report: Report) => void {
  const few = elements.filter(one => !one.besideOnly).length < fewElements;
  const asked = elements.filter(one => !one.besideOnly && (one.demanding || one.narrow || few));
  const places = placesOf(elements, asked);
  return (value, report) => {
    const { waiting } = report;
    const { places: met } = waiting;
    const from = waiting.top;
    let present = 0;
    for (const name in value) {
      const place = places.get(name);
      if (place === undefined) continue;
      present |= place.bits;
      if (place.rule !== undefined) met[waiting.top++] = place;
    }
    const to = waiting.top;
    if (askEach(asked, present, value, report))
      for (let i = from; i < to; i++) {
        const { rule, slot, sibling } = met[i]!;
        if (!sibling || value[slot!.name] === undefined) rule!.visit(slot!, value, report);
      }
    waiting.top = from;
  };
}
