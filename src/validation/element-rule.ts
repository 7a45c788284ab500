/**
 * The rules of one element of a profile: what it asks of each value, of their number and of their slices.
 */
import type { StructureDefinition } from '../definitions/element-schema.ts';
import { DecimalLiteral } from '../fhir/json.ts';
import type { JsonObject, Message } from '../fhir/types.ts';
import { bindingCheck } from './binding.ts';
import { evaluateConstraint } from './constraint.ts';
import { type Compiler, type Place, propertiesOf } from './profile.ts';
import { findElement, type ProfileElement, type ProfileSchema } from './profile-schema.ts';
import { referenceRule } from './reference-rule.ts';
import { addFinding, addIssue, addIssueAt, isFull, type Report } from './report.ts';
import { innerScope } from './scope.ts';
import { compileSlices } from './slices.ts';
import { compareBound, equalsFixed, matchesPattern, shown } from './value.ts';

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
  readonly properties: readonly string[];
  /** Rules of each value, without those of the element's number. */
  readonly own: readonly ItemRule[];
  check(parent: JsonObject, report: Report): void;
}

/** Where an element belongs. */
export interface ElementContext {
  readonly schema: ProfileSchema;
  readonly definition: StructureDefinition;
  readonly compiler: Compiler;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof DecimalLiteral);

function valueRules(
  { fixed, pattern, minValue, maxValue, maxLength, minLength }: ProfileElement,
  compiler: Compiler,
): ItemRule[] {
  const rules: ItemRule[] = [];
  const add = (code: string, holds: (value: unknown) => boolean, message: (value: unknown) => Message): void => {
    rules.push((value, report) => {
      if (value !== undefined && !holds(value))
        addIssue(report, code, isFull(report) ? { en: '', ja: '' } : message(value));
    });
  };
  if (fixed)
    add(
      'value',
      value => equalsFixed(value, fixed.value),
      value => ({
        en: `found ${shown(value)}, expected exactly ${shown(fixed.value)}`,
        ja: `${shown(value)} ではなく ${shown(fixed.value)} でなければなりません`,
      }),
    );
  if (pattern)
    add(
      'value',
      value => matchesPattern(value, pattern.value),
      value => ({
        en: `found ${shown(value)}, expected at least ${shown(pattern.value)}`,
        ja: `${shown(value)} には ${shown(pattern.value)} が含まれている必要があります`,
      }),
    );
  const now = compiler.options.now;
  if (minValue)
    add(
      'value',
      value => (compareBound(value, minValue.value, 'min', now()) ?? 0) >= 0,
      value => ({
        en: `found ${shown(value)}, expected at least ${shown(minValue.value)}`,
        ja: `${shown(value)} は最小値 ${shown(minValue.value)} より小さい値です`,
      }),
    );
  if (maxValue)
    add(
      'value',
      value => (compareBound(value, maxValue.value, 'max', now()) ?? 0) <= 0,
      value => ({
        en: `found ${shown(value)}, expected at most ${shown(maxValue.value)}`,
        ja: `${shown(value)} は最大値 ${shown(maxValue.value)} より大きい値です`,
      }),
    );
  if (minLength !== undefined)
    add(
      'invalid',
      value => typeof value !== 'string' || [...value].length >= minLength,
      value => ({
        en: `found ${[...String(value)].length} characters, expected at least ${minLength}`,
        ja: `${[...String(value)].length}文字しかありません（${minLength}文字以上）`,
      }),
    );
  if (maxLength !== undefined)
    add(
      'too-long',
      value => typeof value !== 'string' || [...value].length <= maxLength,
      value => ({
        en: `found ${[...String(value)].length} characters, expected at most ${maxLength}`,
        ja: `${[...String(value)].length}文字ありますが、${maxLength}文字までです`,
      }),
    );
  return rules;
}

/** R-number of a national rule at the head of an invariant's text, such as `R0213`. */
const nationalRule = /^\s*[[(「]?\s*(R\d{3,5}[A-Z]?)/;

/** What expressions on an element are compiled for: its types, or its path when it brings its own children. */
function focusOf(element: ProfileElement, { schema }: ElementContext): readonly string[] {
  if (!element.basePath.includes('.')) return [schema.type];
  const codes = element.types.map(type => type.code);
  return codes.length === 0 || codes.includes('BackboneElement') || codes.includes('Element')
    ? [element.basePath]
    : codes;
}

function constraintRules(element: ProfileElement, context: ElementContext): ItemRule[] {
  const { compiler, definition } = context;
  const focus = focusOf(element, context);
  return element.constraints.map(({ key, severity, human, expression }) => {
    const services = {
      definitions: compiler.definitions,
      codes: compiler.codes,
      conforms: (value: JsonObject, profile: string, report: Report) =>
        compiler.conforms(value, profile, report, definition),
    };
    const evaluate = evaluateConstraint(expression, focus, services);
    const rule = nationalRule.exec(human)?.[1] ?? key;
    return (value, report, type, _parent, sibling) => {
      if (value === undefined && sibling === undefined) return;
      const holds = evaluate(value, report, type, sibling);
      if (holds === true) return;
      if (isFull(report)) {
        if (holds === false) addFinding(report, severity, 'invariant', { en: '', ja: '' });
        return;
      }
      if (holds === false)
        addFinding(report, severity, 'invariant', { en: `rule ${key}: ${human}`, ja: `規則 ${key}: ${human}` }, rule);
      else
        addFinding(
          report,
          'warning',
          'not-supported',
          { en: `rule ${key} could not be evaluated: ${human}`, ja: `規則 ${key} を評価できませんでした: ${human}` },
          rule,
        );
    };
  });
}

/** A code that is not there, and no reason is given for it. */
const isAbsentCode = (sibling: JsonObject | undefined): boolean =>
  sibling !== undefined &&
  !(
    Array.isArray(sibling['extension']) &&
    sibling['extension'].some((one: unknown) => isObject(one) && String(one['url']).endsWith('/data-absent-reason'))
  );

function bindingRules(element: ProfileElement, { compiler, definition }: ElementContext): ItemRule[] {
  if (!element.binding) return [];
  const byType = new Map(
    element.types.map(({ code }) => [code, bindingCheck(element.binding!, code, compiler.codes, definition)]),
  );
  if ([...byType.values()].every(check => check === undefined)) return [];
  return [
    (value, report, type, _parent, sibling) => {
      if (value !== undefined || isAbsentCode(sibling)) byType.get(type)?.(value, report);
    },
  ];
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

/** Ids are used once within a resource. */
function idRules(element: ProfileElement, { schema }: ElementContext): ItemRule[] {
  if (!schema.base || element.name !== 'id' || element.basePath !== 'Element.id') return [];
  return [
    (value, report) => {
      if (typeof value !== 'string') return;
      const ids = report.scope.ids;
      if (ids.has(value))
        addIssue(report, 'duplicate', {
          en: `the id "${value}" is used twice in the resource`,
          ja: `id「${value}」がリソース内で重複しています`,
        });
      ids.add(value);
    },
  ];
}

/** Profiles of the value itself: it must conform to one of them. */
function profileRules(element: ProfileElement, { compiler, definition, schema }: ElementContext): ItemRule[] {
  const rules: ItemRule[] = [];
  for (const code of new Set(element.types.map(type => type.code))) {
    const profile = element.types.filter(type => type.code === code).flatMap(type => type.profile ?? []);
    if (profile.length === 0 || code === 'Extension' || (!element.targetsNarrowed && !schema.base)) continue;
    rules.push((value, report, type) => {
      if (!isObject(value) || (type !== code && value['resourceType'] !== code && code !== 'Resource')) return;
      const chosen =
        profile.length === 1
          ? profile[0]!
          : (profile.find(one => compiler.conforms(value, one, report, definition)) ?? profile[0]!);
      applyProfile(value, chosen, report, compiler, definition);
    });
  }
  return rules;
}

/** Runs a profile on a value, each pair once. */
export function applyProfile(
  value: JsonObject,
  canonical: string,
  report: Report,
  compiler: Compiler,
  asker?: StructureDefinition,
): void {
  const compiled = compiler.profile(canonical, asker);
  if (!compiled) {
    addFinding(report, 'warning', 'not-found', {
      en: `the profile ${canonical} is not installed, so it was not checked`,
      ja: `プロファイル ${canonical} は登録されていないため、検証していません`,
    });
    return;
  }
  if ('problem' in compiled) {
    addFinding(report, 'error', 'processing', {
      en: `the profile ${canonical} cannot be used: ${compiled.problem.en}`,
      ja: `プロファイル ${canonical} を使用できません: ${compiled.problem.ja}`,
    });
    return;
  }
  const url = compiled.schema.url;
  const underway = report.underway.get(value) ?? new Set<string>();
  if (underway.has(url)) return;
  report.underway.set(value, underway.add(url));
  const before = report.profile;
  report.profile = url;
  const type = value['resourceType'];
  const { schema } = compiled;
  if (
    typeof type === 'string' &&
    schema.type !== type &&
    schema.type !== 'Resource' &&
    schema.type !== 'DomainResource'
  )
    addIssue(report, 'structure', {
      en: `found a ${type}, expected a ${schema.type}, which is what the profile ${url} is about`,
      ja: `${type} が見つかりました。プロファイル ${url} は ${schema.type} のものです`,
    });
  else compiled.rule(value, report);
  report.profile = before;
  if (report.probing) underway.delete(url);
}

/** Children that the element spells out itself, or those of the element it refers to. */
function childRules(element: ProfileElement, context: ElementContext): ItemRule[] {
  if (element.contentReference && element.children.length === 0) {
    if (!context.schema.base) return [];
    let target: readonly ElementRule[] | undefined;
    return [
      (value, report) => {
        if (!isObject(value)) return;
        target ??= childrenOf(findElement(context.schema.root, element.contentReference!) ?? element, context);
        for (const child of target) child.check(value, report);
      },
    ];
  }
  const children = childrenOf(element, context);
  if (children.length === 0) return [];
  return [
    (value, report, _type, _parent, sibling) => {
      const object = isObject(value) ? value : sibling;
      if (!object) return;
      const before = report.scope;
      if (typeof object['resourceType'] === 'string')
        report.scope = innerScope(before, object, placeOf(element, context), report.depth, undefined);
      for (const child of children) child.check(object, report);
      report.scope = before;
    },
  ];
}

/** How a resource lies in another, by the element that holds it. */
const placeOf = ({ name }: ProfileElement, { schema }: ElementContext): Place =>
  name === 'contained' ? 'contained' : schema.type === 'Bundle' ? 'entry' : 'parameter';

const childrenOf = (element: ProfileElement, context: ElementContext): readonly ElementRule[] =>
  element.children.map(child => compileElement(child, context)).filter(one => one !== undefined);

/** In R4 types: on into the type of the element. */
function typeRules(element: ProfileElement, context: ElementContext): ItemRule[] {
  const { compiler, schema } = context;
  if (!schema.base || element.children.length > 0 || element.contentReference) return [];
  const byType = new Map<string, ItemRule>();
  for (const { code } of element.types) {
    const kind = compiler.definitions.typeSchema(code)?.kind;
    const special = compiler.special.get(code);
    if (code === 'Resource') {
      const place = placeOf(element, context);
      byType.set(
        code,
        (value, report, _type, parent) => isObject(value) && compiler.resourceRule(value, report, place, parent),
      );
    } else if (special) {
      const rule = kind === 'complex-type' ? compiler.typeRule(code) : undefined;
      byType.set(code, (value, report, type, parent, sibling) => {
        special(value, report, type, parent, sibling);
        if (rule && isObject(value)) rule(value, report);
      });
    } else if (kind === 'complex-type' && code !== 'BackboneElement' && code !== 'Element') {
      const rule = compiler.typeRule(code);
      byType.set(code, (value, report) => isObject(value) && rule(value, report));
    }
  }
  if (byType.size === 0) return [];
  return [(value, report, type, parent, sibling) => byType.get(type)?.(value, report, type, parent, sibling)];
}

/** Extensions of a primitive. */
function siblingRules(element: ProfileElement, { compiler, schema }: ElementContext): ItemRule[] {
  if (
    !schema.base ||
    !element.types.some(({ code }) => compiler.definitions.typeSchema(code)?.kind === 'primitive-type')
  )
    return [];
  const rule = compiler.typeRule('Element');
  return [(_value, report, _type, _parent, sibling) => sibling && rule(sibling, report)];
}

/** Rules of one value of an element. */
export function itemRules(element: ProfileElement, context: ElementContext): readonly ItemRule[] {
  return [
    ...valueRules(element, context.compiler),
    ...bindingRules(element, context),
    ...constraintRules(element, context),
    ...referenceRule(element, context),
    ...resourceTypeRules(element, context),
    ...idRules(element, context),
    ...profileRules(element, context),
    ...typeRules(element, context),
    ...siblingRules(element, context),
    ...childRules(element, context),
  ];
}

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

/** One value of an element as it lies in JSON. */
export interface Item {
  readonly value: unknown;
  readonly sibling: JsonObject | undefined;
  readonly type: string;
  /** Place in an array; -1 for a single value. */
  readonly index: number;
  readonly segment: string;
}

/** All types a choice has in R4, so that a wrong one is seen as such. */
function findChoice(
  element: ProfileElement,
  parent: JsonObject,
  properties: readonly { name: string; type: string }[],
): { property: string; type: string; wrong: boolean } | undefined {
  for (const { name, type } of properties)
    if (parent[name] !== undefined || parent[`_${name}`] !== undefined) return { property: name, type, wrong: false };
  for (const key in parent) {
    const property = key.startsWith('_') ? key.slice(1) : key;
    const rest = property.startsWith(element.name) ? property.slice(element.name.length) : '';
    if (/^[A-Z]/.test(rest)) return { property, type: choiceType(rest), wrong: true };
  }
  return undefined;
}

const choiceType = (rest: string): string => {
  const lower = rest.charAt(0).toLowerCase() + rest.slice(1);
  return primitives.has(lower) ? lower : rest;
};
const primitives: ReadonlySet<string> = new Set([
  'base64Binary',
  'boolean',
  'canonical',
  'code',
  'date',
  'dateTime',
  'decimal',
  'id',
  'instant',
  'integer',
  'markdown',
  'oid',
  'positiveInt',
  'string',
  'time',
  'unsignedInt',
  'uri',
  'url',
  'uuid',
]);

/** The values of an element in an object. */
function itemsOf(
  element: ProfileElement,
  parent: JsonObject,
  properties: readonly { name: string; type: string }[],
): { items: Item[]; wrong?: string } {
  const found = element.choice
    ? findChoice(element, parent, properties)
    : { property: element.name, type: properties[0]!.type, wrong: false };
  if (!found) return { items: [] };
  const value = parent[found.property];
  const sibling = parent[`_${found.property}`];
  if (value === undefined && sibling === undefined) return { items: [] };
  const segment = element.choice ? `${element.name}.ofType(${found.type})` : element.name;
  const wrong = found.wrong ? { wrong: found.type } : {};
  if (!Array.isArray(value) && !Array.isArray(sibling))
    return {
      items: [{ value, sibling: isObject(sibling) ? sibling : undefined, type: found.type, index: -1, segment }],
      ...wrong,
    };
  const values = Array.isArray(value) ? value : [];
  const siblings = Array.isArray(sibling) ? sibling : [];
  const items: Item[] = [];
  for (let index = 0; index < Math.max(values.length, siblings.length); index++) {
    const own: unknown = siblings[index];
    items.push({
      value: values[index] ?? undefined,
      sibling: isObject(own) ? own : undefined,
      type: found.type,
      index,
      segment,
    });
  }
  return { items, ...wrong };
}

/** Runs rules on one item, at its place. */
export function runItem(item: Item, rules: readonly ItemRule[], parent: JsonObject, report: Report): void {
  const depth = report.depth;
  report.segments[report.depth++] = item.segment;
  if (item.index >= 0) report.segments[report.depth++] = item.index;
  const type = item.type === 'Resource' && isObject(item.value) ? 'Resource' : item.type;
  for (const rule of rules) rule(item.value, report, type, parent, item.sibling);
  report.depth = depth;
}

/** Compiles an element with all below it; undefined when it asks for nothing beyond R4's structure. */
export function compileElement(element: ProfileElement, context: ElementContext): ElementRule | undefined {
  const { base } = context.schema;
  const own = itemRules(element, context);
  const slices = base ? undefined : compileSlices(element, context);
  const narrowed = !base && (element.cardinalityNarrowed || element.typesNarrowed);
  if (own.length === 0 && !slices && !narrowed) return undefined;
  const properties = propertiesOf(element);
  return {
    properties: properties.map(one => one.name),
    own: own.length > 0 ? own : noRules,
    check(parent, report) {
      const { items, wrong } = itemsOf(element, parent, properties);
      if (narrowed) cardinality(element, items.length, report);
      if (items.length === 0 && !slices) return;
      if (wrong !== undefined && !base && element.max > 0) {
        addIssueAt(report, items[0]!.segment, 'structure', wrongType(element, wrong));
        return;
      }
      if (own.length > 0) for (const item of items) runItem(item, own, parent, report);
      slices?.(items, parent, report);
    },
  };
}
