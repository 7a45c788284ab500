/**
 * The rules of one element of a profile: what it asks of each value, of their number and of their slices.
 */
import type { StructureDefinition } from '../definitions/element-schema.ts';
import { DecimalLiteral } from '../fhir/json.ts';
import type { JsonObject, Message } from '../fhir/types.ts';
import { bindingCheck } from './binding.ts';
import { constraintRules } from './constraint-rule.ts';
import { beside, countOf, otherChoice, runValues, type Slot, slotsOf } from './item.ts';
import { narrativeRules } from './narrative.ts';
import { childRules, profileRules, siblingRules, typeRules } from './nested-rule.ts';
import type { Compiler } from './profile.ts';
import type { ProfileElement, ProfileSchema } from './profile-schema.ts';
import { referenceRule } from './reference-rule.ts';
import { addIssue, addIssueAt, type Report } from './report.ts';
import { compileSlices } from './slices.ts';
import { valueRules } from './value-rule.ts';

/**
 * Checks one value. `value` is undefined for a primitive that has only extensions.
 * @param sibling the `_name` object of a primitive
 */
export type ItemRule = (
  value: unknown,
  report: Report,
  type: string,
  parent: JsonObject,
  sibling: JsonObject | undefined,
) => void;

/** An element's rules, ready to run on the object that holds it. */
export interface ElementRule {
  readonly slots: readonly Slot[];
  /** Rules of each value, without those of the element's number. */
  readonly own: readonly ItemRule[];
  /** True when the number of its values counts, or that of its slices. */
  readonly demanding: boolean;
  /** True when there may be something to say where the element is not there. */
  readonly needed: boolean;
  /** What there is to say of an object that has the element under none of its names. */
  absent(parent: JsonObject, report: Report): void;
  /** True when a property with another type of the choice has to be looked for. */
  readonly narrow: boolean;
  /** True when nothing is asked of the value, only of the `_name` beside it. */
  readonly besideOnly: boolean;
  /** Checks the element where it is: with its value and the `_name` beside it. */
  visit(slot: Slot, value: unknown, sibling: unknown, parent: JsonObject, report: Report): void;
}

/** Where an element belongs. */
export interface ElementContext {
  readonly schema: ProfileSchema;
  readonly definition: StructureDefinition;
  readonly compiler: Compiler;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof DecimalLiteral);

function bindingRules(element: ProfileElement, { compiler, definition }: ElementContext): ItemRule[] {
  if (!element.binding) return [];
  const byType = new Map(
    element.types.map(({ code }) => [code, bindingCheck(element.binding!, code, compiler.codes, definition)]),
  );
  if ([...byType.values()].every(check => check === undefined)) return [];
  const [only] = byType.values();
  if (byType.size === 1) return [(value, report) => only!(value, report)];
  return [(value, report, type) => byType.get(type)?.(value, report)];
}

/** A resource of the types the profile leaves. */
function resourceTypeRules(element: ProfileElement, { compiler, schema }: ElementContext): ItemRule[] {
  const codes = element.types.map(type => type.code);
  if (schema.base || codes.length === 0 || !codes.every(code => compiler.definitions.isResourceType(code))) return [];
  return [
    (value, report) => {
      const type = isObject(value) ? value['resourceType'] : undefined;
      if (typeof type === 'string' && !codes.includes(type)) addIssue(report, 'structure', wrongType(element, type));
    },
  ];
}

/** Ids are used once within a resource; snapshot and differential name the same elements. */
function idRules(element: ProfileElement, { schema }: ElementContext): ItemRule[] {
  if (!schema.base || element.name !== 'id' || element.basePath !== 'Element.id') return [];
  return [
    (value, report) => {
      if (typeof value !== 'string') return;
      const { scope } = report;
      scope.ids ??= new Set();
      const { ids } = scope;
      const part = report.segments[scope.start];
      const key = part === 'snapshot' || part === 'differential' ? `${part} ${value}` : value;
      if (ids.has(key))
        addIssue(report, 'duplicate', {
          en: `the id "${value}" is used twice in the resource`,
          ja: `id「${value}」がリソース内で重複しています`,
        });
      ids.add(key);
    },
  ];
}

/** Rules of one value of an element but for those of its `_name`. */
const ownRules = (element: ProfileElement, context: ElementContext): readonly ItemRule[] => [
  ...valueRules(element, context.compiler),
  ...bindingRules(element, context),
  ...constraintRules(element, context),
  ...referenceRule(element, context),
  ...resourceTypeRules(element, context),
  ...idRules(element, context),
  ...narrativeRules(element),
  ...profileRules(element, context),
  ...typeRules(element, context),
  ...childRules(element, context),
];

/** Rules of one value of an element. */
export const itemRules = (element: ProfileElement, context: ElementContext): readonly ItemRule[] => [
  ...ownRules(element, context),
  ...siblingRules(element, context),
];

function cardinality(element: ProfileElement, count: number, report: Report): void {
  const { name, min, max } = element;
  if (count < min)
    addIssueAt(
      report,
      name,
      'required',
      count === 0
        ? { en: 'missing; the profile requires this element', ja: 'プロファイルで必須の要素がありません' }
        : { en: `found ${count}, expected at least ${min}`, ja: `${count}個ありますが、${min}個以上必要です` },
    );
  else if (count > max)
    addIssueAt(
      report,
      name,
      'structure',
      max === 0
        ? { en: 'found, but the profile does not allow this element', ja: 'プロファイルで使えない要素があります' }
        : { en: `found ${count}, expected at most ${max}`, ja: `${count}個ありますが、${max}個までです` },
    );
}

function wrongType(element: ProfileElement, type: string): Message {
  const allowed = element.types.map(one => one.code).join(', ');
  return { en: `found the type ${type}, expected ${allowed}`, ja: `型が ${type} です。${allowed} にしてください` };
}

const noRules: readonly ItemRule[] = [];

/** The check of a choice that is under none of its names: it may be there with a type it cannot have. */
const orOther =
  ({ name }: ProfileElement, visit: ElementRule['visit'], absent: ElementRule['absent']): ElementRule['absent'] =>
  (parent, report) => {
    const other = otherChoice(name, parent);
    if (other) visit(other, parent[other.name], beside(other, parent, report), parent, report);
    else absent(parent, report);
  };

/** Compiles an element with all below it; undefined when it asks for nothing beyond R4's structure. */
export function compileElement(element: ProfileElement, context: ElementContext): ElementRule | undefined {
  const { base } = context.schema;
  const { min, max } = element;
  const values = ownRules(element, context);
  const own = [...values, ...siblingRules(element, context)];
  const slices = base ? undefined : compileSlices(element, context);
  const narrowed = !base && (element.cardinalityNarrowed || element.typesNarrowed);
  if (own.length === 0 && !slices && !narrowed) return undefined;
  const slots = slotsOf(element);
  const missing = narrowed && min > 0;
  const narrow = element.choice && element.typesNarrowed;
  const visit: ElementRule['visit'] = (slot, value, sibling, parent, report) => {
    if (narrowed) {
      const count = countOf(value, sibling);
      if (count < min || count > max) cardinality(element, count, report);
    }
    if (slot.wrong && max > 0) {
      addIssueAt(report, slot.segment, 'structure', wrongType(element, slot.type));
      return;
    }
    if (own.length > 0) runValues(slot, value, sibling, own, parent, report);
    slices?.(slot, value, sibling, parent, report);
  };
  const missed = (parent: JsonObject, report: Report): void => {
    if (missing) cardinality(element, 0, report);
    slices?.(undefined, undefined, undefined, parent, report);
  };
  const absent = narrow ? orOther(element, visit, missed) : missed;
  return {
    slots,
    own: own.length > 0 ? own : noRules,
    demanding: missing || slices !== undefined,
    needed: narrow || missing || (slices !== undefined && element.slices.some(slice => slice.min > 0)),
    absent,
    narrow,
    besideOnly: values.length === 0 && !slices && !narrowed,
    visit,
  };
}
