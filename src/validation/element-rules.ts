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

/** Fewer elements than this are quicker to ask for one by one. */
const fewElements = 4;

/** Joins the rules of the elements of an object. */
export function joinElements(elements: readonly ElementRule[]): (value: JsonObject, report: Report) => void {
  const few = elements.filter(one => !one.besideOnly).length < fewElements;
  const asked = elements.filter(one => !one.besideOnly && (one.demanding || one.narrow || few));
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
    for (const rule of asked) {
      // Who only wants to know whether there is an error has seen enough.
      if (report.probing && report.errors > 0) return;
      rule.check(value, report);
    }
    if (bySlot.size === 0) return;
    for (const name in value) {
      const found = bySlot.get(name);
      if (found !== undefined && (!found.sibling || value[found.slot.name] === undefined))
        found.rule.visit(found.slot, value, report);
    }
  };
}
