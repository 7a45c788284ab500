/**
 * The rules of several elements on one object. The walk goes over the properties there are; elements that must be there, and
 * choices that leave out types, are looked at besides.
 */
import type { JsonObject } from '../fhir/types.ts';
import type { ElementRule } from './element-rule.ts';
import type { Slot } from './item.ts';
import type { Report } from './report.ts';

interface Place {
  readonly rule: ElementRule;
  readonly slot: Slot;
  /** True for the `_name` of the slot. */
  readonly sibling: boolean;
}

/** Fewer elements than this are looked at in their own order. */
const fewElements = 4;

/** Elements that a number has bits for. */
const mostBits = 31;

/** Which of the elements that are looked at first a property is, as bits. */
function bitsOf(asked: readonly ElementRule[]): ReadonlyMap<string, number> {
  const byName = new Map<string, number>();
  asked.slice(0, mostBits).forEach((rule, i) => {
    for (const { name, under } of rule.slots)
      for (const one of [name, under]) if (one !== undefined) byName.set(one, (byName.get(one) ?? 0) | (1 << i));
  });
  return byName;
}

/** Looks at elements in their order; false when it was cut short: who only asks whether there is an error has seen one. */
function askEach(
  asked: readonly ElementRule[],
  bits: ReadonlyMap<string, number>,
  value: JsonObject,
  report: Report,
): boolean {
  let present = 0;
  for (const name in value) present |= bits.get(name) ?? 0;
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
  const bits = bitsOf(asked);
  const bySlot = new Map<string, Place>();
  for (const rule of elements)
    for (const slot of asked.includes(rule) ? [] : rule.slots)
      if (rule.besideOnly) {
        if (slot.under !== undefined) bySlot.set(slot.under, { rule, slot, sibling: false });
      } else {
        bySlot.set(slot.name, { rule, slot, sibling: false });
        if (slot.under !== undefined) bySlot.set(slot.under, { rule, slot, sibling: true });
      }
  return (value, report) => {
    if (asked.length > 0 && !askEach(asked, bits, value, report)) return;
    if (bySlot.size === 0) return;
    for (const name in value) {
      const found = bySlot.get(name);
      if (found !== undefined && (!found.sibling || value[found.slot.name] === undefined))
        found.rule.visit(found.slot, value, report);
    }
  };
}
