/**
 * Objects: a Shape is a list of elements compiled for look-up by property name; the walk goes over the properties an object
 * has, so its cost is that of the data, not of the definition.
 * @see https://hl7.org/fhir/R4/json.html
 */
import { choiceName, type ElementSchema, type Field } from '../definitions/element-schema.ts';
import { nearest } from '../definitions/nearest.ts';
import { DecimalLiteral } from '../fhir/json.ts';
import type { JsonObject, Message } from '../fhir/types.ts';
import { addIssue, addIssueAt, isFull, mismatch, objectExpected, type Report } from './report.ts';
import type { Check, ObjectCheck } from './rule.ts';

/** One property an object may have. */
export interface Slot {
  /** Element name, as it stands in FHIRPath. */
  readonly segment: string;
  /** Property without the `_` of a sibling. */
  readonly property: string;
  readonly sibling: boolean;
  readonly required: boolean;
  /** Bit of a choice element, by which a second value is noticed; 0 for other elements. */
  readonly choiceBit: number;
  readonly check: Check;
}

/** Elements may not be empty but for their id (ele-1); resources may, and siblings of a value. Resources say their type. */
export type ShapeKind = 'resource' | 'element' | 'sibling';

/** The properties of objects of one type, and the elements they must have. */
export interface Shape {
  readonly slots: ReadonlyMap<string, Slot>;
  readonly requiredCount: number;
  readonly required: readonly {
    readonly element: ElementSchema;
    readonly properties: readonly string[];
    readonly check: Check;
  }[];
  readonly kind: ShapeKind;
}

const emptyObject: Message = {
  en: 'found an empty object; leave the element out instead',
  ja: '空のオブジェクトは使えません。要素ごと省いてください',
};
const onlyId: Message = {
  en: 'found an id alone; an element must have a value or children',
  ja: 'id だけの要素は使えません。値か子要素が必要です',
};

/** How many names a message lists. */
const maxNames = 30;

/** A check that runs several, in order. */
export function inOrder(checks: readonly Check[]): Check {
  const [first, second] = checks;
  if (!first) return () => {};
  if (!second) return first;
  if (checks.length === 2)
    return (value, report, parent) => {
      first(value, report, parent);
      second(value, report, parent);
    };
  return (value, report, parent) => {
    for (const check of checks) check(value, report, parent);
  };
}

/** Property names of an element: one, or one per type of a choice. */
const propertiesOf = (element: ElementSchema): string[] =>
  element.choice ? element.types.map(type => choiceName(element.name, type.code)) : [element.name];

/** All slots have one shape, which an object made from another has not: reading them is the most frequent thing there is. */
const slotOf = (
  segment: string,
  property: string,
  sibling: boolean,
  required: boolean,
  choiceBit: number,
  check: Check,
): Slot => ({ segment, property, sibling, required, choiceBit, check });

/**
 * Compiles a list of elements.
 * @param fields the properties of those elements
 * @param checkOf the check of a property
 * @param siblingOf the check of its `_name` sibling, for primitives that may have one
 */
export function compileShape(
  fields: ReadonlyMap<string, Field>,
  kind: ShapeKind,
  checkOf: (field: Field) => Check,
  siblingOf: (field: Field) => Check | undefined,
): Shape {
  const slots = new Map<string, Slot>();
  const required = new Map<ElementSchema, Shape['required'][number]>();
  const choices: ElementSchema[] = [];
  if (kind === 'resource')
    slots.set(
      'resourceType',
      slotOf('resourceType', 'resourceType', false, false, 0, () => {}),
    );
  for (const field of fields.values()) {
    const { name, element } = field;
    if (element.choice && !choices.includes(element)) choices.push(element);
    const check = checkOf(field);
    const choiceBit = element.choice ? 1 << choices.indexOf(element) : 0;
    const segment = element.choice ? `${element.name}.ofType(${field.type})` : element.name;
    const isRequired = element.min > 0;
    const slot = (sibling: boolean, own: Check): Slot => slotOf(segment, name, sibling, isRequired, choiceBit, own);
    slots.set(name, slot(false, check));
    const sibling = siblingOf(field);
    if (sibling) slots.set(`_${name}`, slot(true, sibling));
    if (isRequired && !required.has(element))
      required.set(element, { element, properties: propertiesOf(element), check });
  }
  return { slots, requiredCount: required.size, required: [...required.values()], kind };
}

/** Ways on from an unknown property: choices that need their type, a name like it, or all that are known. */
function suggestion(shape: Shape, property: string): Message {
  const slots = [...shape.slots.values()].filter(slot => !slot.sibling);
  const choices = slots
    .filter(slot => slot.choiceBit > 0 && slot.segment.startsWith(`${property}.ofType(`))
    .map(slot => slot.property);
  const some = choices.slice(0, 3);
  if (some.length > 0)
    return {
      en: `its type belongs into the name, such as ${some.join(', ')}`,
      ja: `${some.join('、')} のように、型を名前に含めてください`,
    };
  const near = nearest(property, shape.slots.keys());
  if (near !== undefined) return { en: `did you mean "${near}"?`, ja: `「${near}」ではありませんか` };
  const known = slots.map(slot => slot.property);
  const rest = known.length > maxNames ? ' …' : '';
  const listed = known.slice(0, maxNames);
  return { en: `known here: ${listed.join(', ')}${rest}`, ja: `使える要素: ${listed.join('、')}${rest}` };
}

const plainName = /^[A-Za-z_][A-Za-z0-9_]{0,60}$/;

function reportUnknown(shape: Shape, property: string, value: JsonObject, report: Report): void {
  if (isFull(report) || value instanceof DecimalLiteral) return;
  const { en, ja } = suggestion(shape, property);
  const quoted = JSON.stringify(property.slice(0, 60));
  const message = { en: `unknown element ${quoted}; ${en}`, ja: `${quoted} という要素はありません。${ja}` };
  const sibling = property.startsWith('_') && shape.slots.has(property.slice(1)) ? property.slice(1) : property;
  if (plainName.test(property)) addIssueAt(report, sibling, 'structure', message);
  else addIssue(report, 'structure', message);
}

function reportSecondChoice(slot: Slot, value: JsonObject, shape: Shape, report: Report): void {
  const found = Object.keys(value).filter(
    name => shape.slots.get(name)?.choiceBit === slot.choiceBit && !name.startsWith('_'),
  );
  addIssueAt(report, slot.segment.replace(/\.ofType\(.*$/, ''), 'structure', {
    en: `found ${found.join(' and ')}, expected one of them`,
    ja: `${found.join(' と ')} が同時にあります。どれか1つだけにしてください`,
  });
}

function reportMissing(shape: Shape, value: JsonObject, report: Report): void {
  for (const { element, properties, check } of shape.required) {
    if (properties.some(name => value[name] !== undefined || value[`_${name}`] !== undefined)) continue;
    report.segments[report.depth++] = element.name;
    check(undefined, report, value);
    report.depth--;
  }
}

/** Checks the properties of an object against a shape. */
export function walk(shape: Shape, value: JsonObject, report: Report): void {
  const { slots } = shape;
  const { segments, depth } = report;
  let count = 0;
  let required = 0;
  let choices = 0;
  report.depth = depth + 1;
  for (const property in value) {
    count++;
    const slot = slots.get(property);
    if (slot === undefined) {
      report.depth = depth;
      reportUnknown(shape, property, value, report);
      report.depth = depth + 1;
      continue;
    }
    segments[depth] = slot.segment;
    slot.check(value[property], report, value);
    if (slot.sibling) {
      report.siblings = true;
      if (value[slot.property] !== undefined) continue;
    }
    if (slot.required) required++;
    if (slot.choiceBit === 0) continue;
    if ((choices & slot.choiceBit) !== 0) {
      report.depth = depth;
      reportSecondChoice(slot, value, shape, report);
      report.depth = depth + 1;
    }
    choices |= slot.choiceBit;
  }
  report.depth = depth;
  if (required < shape.requiredCount) reportMissing(shape, value, report);
  if (count <= 1 && shape.kind === 'element') reportEmpty(count, value, report);
}

/** Objects of at most one property, where a number kept as a literal is found out too: asking each object would cost more. */
function reportEmpty(count: number, value: JsonObject, report: Report): void {
  if (value instanceof DecimalLiteral) addIssue(report, 'structure', mismatch(value, objectExpected));
  else if (count === 0) addIssue(report, 'structure', emptyObject);
  else if (value['id'] !== undefined) addIssue(report, 'invariant', onlyId, 'ele-1');
}

/** An object check that compiles its shape when it is first needed; types refer to each other in circles. */
export function lazily(shape: () => Shape): ObjectCheck {
  let compiled: Shape | undefined;
  return (value, report) => {
    compiled ??= shape();
    walk(compiled, value, report);
  };
}
