/**
 * Extensions: known, allowed where they stand, modifying only where they say so, and as their definition asks.
 * @see https://hl7.org/fhir/R4/extensibility.html
 */
import type { Definitions } from '../definitions/definitions.ts';
import { type ElementSchema, elementAt, type StructureDefinition } from '../definitions/element-schema.ts';
import type { JsonObject } from '../fhir/types.ts';
import { evaluateConstraint } from './constraint.ts';
import type { ItemRule } from './element-rule.ts';
import { applyProfile } from './nested-rule.ts';
import type { Compiler } from './profile.ts';
import { addFinding, addIssue, addIssueAt, type Report } from './report.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An element that holds extensions. */
interface Holder {
  /** What it goes by in an extension's context: its path, the path in its data type, its type and what they derive from. */
  readonly names: ReadonlySet<string>;
  /** What expressions about it are compiled for: its type, or the path of its definition. */
  readonly focus: string;
}

function holderAt(path: readonly string[], definitions: Definitions): Holder {
  const names = new Set<string>(['Element', path.join('.')]);
  let schema = definitions.typeSchema(path[0]!);
  let children: readonly ElementSchema[] = schema?.children ?? [];
  let type = path[0]!;
  let own = path[0]!;
  for (const step of path.slice(1)) {
    const [name, chosen] = step.split('.ofType(');
    const element = children.find(child => child.name === name);
    if (!element) return { names, focus: 'Element' };
    type = chosen?.slice(0, -1) ?? element.types[0]?.code ?? 'Element';
    own = element.path;
    const target = element.contentReference && schema ? elementAt(schema, element.contentReference) : element;
    children = target?.children ?? [];
    own = target?.path ?? own;
    if (element.children || element.contentReference) continue;
    schema = definitions.typeSchema(type);
    children = schema?.children ?? [];
  }
  names.add(own).add(own.replace(/\[x\]$/, ''));
  for (let at = definitions.typeSchema(path[0]!)?.base; at !== undefined; at = definitions.typeSchema(at)?.base)
    names.add([at, ...path.slice(1)].join('.'));
  names.add(path.map(step => step.replace(/\.ofType\(.*$/, '[x]')).join('.'));
  for (
    let at = definitions.typeSchema(type);
    at;
    at = at.base === undefined ? undefined : definitions.typeSchema(at.base)
  )
    names.add(at.name);
  return { names, focus: path.length === 1 || children !== schema?.children ? own : type };
}

/** Steps from the resource to the element that holds the extension. */
function placeInResource(report: Report): string[] {
  const steps: string[] = [String(report.scope.resource['resourceType'] ?? '')];
  for (let i = report.scope.start; i < report.depth; i++) {
    const segment = report.segments[i];
    if (typeof segment === 'string') steps.push(segment);
  }
  steps.pop();
  return steps;
}

/** Places that were met; they depend on R4 alone. */
const places = new Map<string, Holder>();
const mostPlaces = 5000;

function holderOf(steps: readonly string[], definitions: Definitions): Holder {
  const place = steps.join('/');
  const found = places.get(place) ?? holderAt(steps, definitions);
  if (places.size < mostPlaces) places.set(place, found);
  return found;
}

/** The `_name` object of a primitive has an id and extensions only. */
const isOnPrimitive = (holder: JsonObject): boolean =>
  Object.keys(holder).every(name => name === 'id' || name === 'extension') && holder['url'] === undefined;

interface Context {
  readonly type: string;
  readonly expression: string;
}

function isAllowed({ type, expression }: Context, names: ReadonlySet<string>, holder: JsonObject): boolean {
  if (type === 'fhirpath') return true;
  if (type === 'extension') return holder['url'] === expression || String(holder['url']) === expression.split('#')[0];
  return names.has(expression) || names.has(expression.replace(/^.*#/, '')) || names.has(expression.split('|')[0]!);
}

/** Contexts of old versions are paths without a kind. */
function contextsOf(definition: StructureDefinition): readonly Context[] {
  const list = (definition['context'] ?? []) as (Context | string)[];
  return list.map(one => (typeof one === 'string' ? { type: 'element', expression: one } : one));
}

function checkContext(
  definition: StructureDefinition,
  url: string,
  holder: JsonObject,
  report: Report,
  definitions: Definitions,
  severity: 'error' | 'warning',
): void {
  const contexts = contextsOf(definition);
  if (contexts.length === 0) return;
  const steps = placeInResource(report);
  const { names } = holderOf(steps, definitions);
  if (contexts.some(one => isAllowed(one, names, holder))) return;
  const allowed = contexts.map(one => one.expression).join(', ');
  addFinding(report, severity, 'structure', {
    en: `the extension ${url} is not allowed on ${steps.join('.')}, only on ${allowed}`,
    ja: `拡張 ${url} は ${steps.join('.')} では使えません（使える場所: ${allowed}）`,
  });
}

/** contextInvariant: rules about the element that holds the extension. */
function checkContextInvariants(
  definition: StructureDefinition,
  holder: JsonObject,
  report: Report,
  compiler: Compiler,
): void {
  const list = definition['contextInvariant'];
  if (!Array.isArray(list)) return;
  const { focus } = holderOf(placeInResource(report), compiler.definitions);
  for (const expression of list) {
    const services = {
      definitions: compiler.definitions,
      codes: compiler.codes,
      conforms: (value: JsonObject, profile: string, own: Report) => compiler.conforms(value, profile, own, definition),
    };
    if (evaluateConstraint(String(expression), [focus], services)(holder, report) !== false) continue;
    addIssue(report, 'invariant', {
      en: `the extension is not allowed here: ${String(expression)} does not hold`,
      ja: `この拡張はここでは使えません（条件 ${String(expression)} を満たしていません）`,
    });
  }
}

function checkModifier(definition: StructureDefinition, url: string, inModifier: boolean, report: Report): void {
  const modifier = definition.snapshot?.element[0]?.isModifier === true;
  if (modifier === inModifier) return;
  addIssue(
    report,
    'structure',
    modifier
      ? {
          en: `the extension ${url} modifies meaning, so it belongs into modifierExtension`,
          ja: `拡張 ${url} は意味を変えるものなので、modifierExtension に入れてください`,
        }
      : {
          en: `the extension ${url} modifies nothing, so it belongs into extension`,
          ja: `拡張 ${url} は意味を変えるものではないので、extension に入れてください`,
        },
  );
}

/** Sub-extensions have plain names, which the definition of the outer one lists. */
function checkInner(value: JsonObject, definition: StructureDefinition, report: Report): void {
  const listed = (definition.snapshot?.element ?? [])
    .filter(one => /^Extension\.extension\.url$/.test(one.path))
    .map(one => one['fixedUri']);
  const inner = value['extension'];
  if (!Array.isArray(inner) || listed.length === 0) return;
  inner.forEach((one: unknown, i) => {
    if (!isObject(one) || typeof one['url'] !== 'string' || one['url'].includes(':') || listed.includes(one['url']))
      return;
    report.segments[report.depth++] = 'extension';
    report.segments[report.depth++] = i;
    addIssue(report, 'structure', {
      en: `the extension has no part "${one['url']}"; known: ${listed.join(', ')}`,
      ja: `この拡張に「${one['url']}」という部分はありません（使えるもの: ${listed.join('・')}）`,
    });
    report.depth -= 2;
  });
}

/** Extensions of other FHIR versions' elements are made from those versions, which are not installed. */
const crossVersion = /^http:\/\/hl7\.org\/fhir\/[1-5]\.\d\/StructureDefinition\/extension-/;

/** The rule of every extension. */
export function extensionRule(compiler: Compiler): ItemRule {
  const { definitions, options } = compiler;
  return (value, report, _type, holder) => {
    if (!isObject(value)) return;
    const url = value['url'];
    if (typeof url !== 'string') return;
    const nested = isInExtension(report);
    if (!url.includes(':')) {
      if (!nested)
        addIssueAt(report, 'url', 'value', {
          en: `found "${url}", expected an absolute URL`,
          ja: `「${url}」は絶対 URL ではありません`,
        });
      return;
    }
    const compiled = compiler.profile(url);
    const inModifier = placeKind(report) === 'modifierExtension';
    if (!compiled || 'problem' in compiled) {
      const severity = inModifier ? 'error' : options.unknownExtensions;
      if (!crossVersion.test(url)) unknownExtension(report, url, severity);
      return;
    }
    const { definition } = compiled;
    if (definition.type !== 'Extension') {
      addIssue(report, 'structure', {
        en: `${url} is no extension but a ${definition.type}`,
        ja: `${url} は拡張ではなく ${definition.type} です`,
      });
      return;
    }
    checkContext(definition, url, holder, report, definitions, isOnPrimitive(holder) ? 'warning' : 'error');
    checkContextInvariants(definition, holder, report, compiler);
    checkModifier(definition, url, inModifier, report);
    checkInner(value, definition, report);
    applyProfile(value, url, report, compiler);
  };
}

function unknownExtension(report: Report, url: string, severity: 'error' | 'warning'): void {
  addFinding(report, severity, 'not-found', {
    en: `the extension ${url} is not known here, so it was not checked`,
    ja: `拡張 ${url} は登録されていないため、検証していません`,
  });
}

/** Whether the extension at hand lies in another: `…extension[0].extension[1]`. */
function isInExtension(report: Report): boolean {
  const above = report.segments[report.depth - 3];
  const holder = typeof above === 'number' ? report.segments[report.depth - 4] : above;
  return holder === 'extension' || holder === 'modifierExtension';
}

const placeKind = (report: Report): unknown => report.segments[report.depth - 2];
