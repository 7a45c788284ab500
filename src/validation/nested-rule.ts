/**
 * What lies behind an element: profiles of its value, its own children, the rules of its type.
 */

import type { StructureDefinition } from '../definitions/element-schema.ts';
import { DecimalLiteral } from '../fhir/json.ts';
import type { JsonObject } from '../fhir/types.ts';
import { compileElement, type ElementContext, type ElementRule, type ItemRule } from './element-rule.ts';
import { joinElements } from './element-rules.ts';
import type { Compiler, Place } from './profile.ts';
import { applyCompiled, applyProfile } from './profile-run.ts';
import { findElement, type ProfileElement } from './profile-schema.ts';
import { addFinding, addIssue, type Report } from './report.ts';
import { scopeWithin } from './scope.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof DecimalLiteral);

/** Profiles of the value itself: it must conform to one of them. */
export function profileRules(element: ProfileElement, { compiler, definition, schema }: ElementContext): ItemRule[] {
  const rules: ItemRule[] = [];
  for (const code of new Set(element.types.map(type => type.code))) {
    const profile = element.types.filter(type => type.code === code).flatMap(type => type.profile ?? []);
    if (profile.length === 0 || code === 'Extension' || (!element.targetsNarrowed && !schema.base)) continue;
    const only = profile.length === 1 ? compiler.lookup(profile[0]!, definition) : undefined;
    rules.push((value, report, type) => {
      if (!isObject(value) || (type !== code && value['resourceType'] !== code && code !== 'Resource')) return;
      if (only) {
        applyCompiled(value, profile[0]!, only(), report);
        return;
      }
      const fitting = profile.find(one => compiler.conforms(value, one, report, definition));
      const chosen = fitting ?? profile.find(one => isUnusable(one, compiler, definition)) ?? profile[0]!;
      if (fitting === undefined && isUnusable(chosen, compiler, definition)) undecided(report, chosen, profile);
      else applyProfile(value, chosen, report, compiler, definition);
    });
  }
  return rules;
}

/** A profile that is not here, or cannot be used. */
function isUnusable(canonical: string, compiler: Compiler, asker: StructureDefinition): boolean {
  const compiled = compiler.profile(canonical, asker);
  return compiled === undefined || 'problem' in compiled;
}

/** Of several profiles none fits, but one of them could not be tried. */
function undecided(report: Report, canonical: string, profiles: readonly string[]): void {
  addFinding(report, 'warning', 'not-found', {
    en: `should conform to one of ${profiles.join(', ')}, but ${canonical} cannot be used here, so this was not decided`,
    ja: `${profiles.join('、')} のどれかに適合するはずですが、${canonical} を使用できないため判定していません`,
  });
}

/** Children that the element spells out itself, or those of the element it refers to. */
export function childRules(element: ProfileElement, context: ElementContext): ItemRule[] {
  if (element.contentReference && element.children.length === 0) {
    if (!context.schema.base) return [];
    let target: ReturnType<typeof joinElements> | undefined;
    return [
      (value, report) => {
        if (!isObject(value)) return;
        target ??= joinElements(
          childrenOf(findElement(context.schema.root, element.contentReference!) ?? element, context),
        );
        target(value, report);
      },
    ];
  }
  if (isPrimitive(element, context)) return besideRules(element, context);
  const children = childrenOf(element, context);
  if (children.length === 0) return [];
  const below = joinElements(children);
  const { isResourceType } = context.compiler.definitions;
  const resources = element.types.some(({ code }) => /Resource$/.test(code) || isResourceType(code));
  if (!resources)
    return [
      (value, report, _type, _parent, sibling) => {
        const object = isObject(value) ? value : sibling;
        if (object) below(object, report);
      },
    ];
  return [
    (value, report, _type, _parent, sibling) => {
      const object = isObject(value) ? value : sibling;
      if (!object) return;
      const before = report.scope;
      if (typeof object['resourceType'] === 'string') report.scope = scopeWithin(before, object, report.depth);
      below(object, report);
      report.scope = before;
    },
  ];
}

const isPrimitive = ({ types }: ProfileElement, { compiler }: ElementContext): boolean =>
  types.length > 0 && types.every(({ code }) => compiler.definitions.typeSchema(code)?.kind === 'primitive-type');

const nothing: JsonObject = {};

/** Children of a primitive: they lie in its `_name`, but for `value`, which is the primitive's own. */
function besideRules(element: ProfileElement, context: ElementContext): ItemRule[] {
  const children = element.children
    .filter(child => child.name !== 'value')
    .map(child => compileElement(child, context))
    .filter(one => one !== undefined);
  const below = children.length > 0 ? joinElements(children) : undefined;
  const needed = element.children.some(child => child.name === 'value' && child.min > 0);
  if (!below && !needed) return [];
  return [
    (value, report, _type, _parent, sibling) => {
      if (needed && value === undefined)
        addIssue(report, 'required', {
          en: 'the profile requires a value here; an extension cannot stand for it',
          ja: 'プロファイルで値が必須です（拡張だけでは足りません）',
        });
      below?.(sibling ?? nothing, report);
    },
  ];
}

/** How a resource lies in another, by the element that holds it. */
const placeOf = ({ name }: ProfileElement, { schema }: ElementContext): Place =>
  name === 'contained' ? 'contained' : schema.type === 'Bundle' ? 'entry' : 'parameter';

const childrenOf = (element: ProfileElement, context: ElementContext): readonly ElementRule[] =>
  element.children.map(child => compileElement(child, context)).filter(one => one !== undefined);

/** In R4 types: on into the type of the element. */
export function typeRules(element: ProfileElement, context: ElementContext): ItemRule[] {
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
  if (element.types.length === 1) return [...byType.values()];
  return [(value, report, type, parent, sibling) => byType.get(type)?.(value, report, type, parent, sibling)];
}

/** Extensions of a primitive. */
export function siblingRules(element: ProfileElement, { compiler, schema }: ElementContext): ItemRule[] {
  if (
    !schema.base ||
    !element.types.some(({ code }) => compiler.definitions.typeSchema(code)?.kind === 'primitive-type')
  )
    return [];
  const rule = compiler.typeRule('Element');
  return [(_value, report, _type, _parent, sibling) => sibling && rule(sibling, report)];
}
