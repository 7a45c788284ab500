/** Results as they are given out: type and JSON. */

import { DecimalLiteral } from '../fhir/json.ts';
import { Decimal } from './decimal.ts';
import { type Item, Node, systemName, systemOf, TypeValue } from './item.ts';
import { Quantity } from './quantity.ts';
import { untyped } from './shape.ts';

/** One value of a result. */
export interface Value {
  /** `HumanName`, `code` (FHIR); `String`, `Quantity` (System). */
  readonly type: string;
  readonly namespace: 'FHIR' | 'System';
  /** JSON: decimals are DecimalLiteral when their digits need it, Long is text, a System quantity is a FHIR one. */
  readonly value: unknown;
}

/** A decimal that is written with its digits. */
export function decimalJson(value: Decimal): number | DecimalLiteral {
  const text = value.toString();
  return String(value.number) === text ? value.number : new DecimalLiteral(text);
}

function quantityJson({ value, unit, kind }: Quantity): unknown {
  if (kind === 'calendar') return { value: decimalJson(value), unit };
  return { value: decimalJson(value), unit, system: 'http://unitsofmeasure.org', code: unit };
}

/** A result's value, or none: primitives that have extensions only are left out. */
export function toValues(item: Item): Value[] {
  if (item instanceof Node && item.shape !== untyped)
    return item.value === undefined ? [] : [{ type: item.shape.name, namespace: 'FHIR', value: item.value }];
  const system = systemOf(item);
  if (system === undefined) return [];
  if (system instanceof Node) return [{ type: 'Any', namespace: 'System', value: system.value }];
  if (system instanceof TypeValue)
    return [{ type: 'SimpleTypeInfo', namespace: 'System', value: { namespace: system.namespace, name: system.name } }];
  const type = systemName(system)!;
  return [{ type, namespace: 'System', value: systemJson(system) }];
}

function systemJson(value: Item): unknown {
  if (value instanceof Decimal) return decimalJson(value);
  if (value instanceof Quantity) return quantityJson(value);
  return typeof value === 'boolean' || typeof value === 'number' ? value : String(value);
}
