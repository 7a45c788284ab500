/**
 * Where an extension may stand: the contexts its definition names, and its rules about the element that holds it.
 * @see https://hl7.org/fhir/R4/defining-extensions.html#context
 */
import type { Definitions } from '../definitions/definitions.ts';
import { type ElementSchema, elementAt, type StructureDefinition } from '../definitions/element-schema.ts';
import { laterContexts } from '../definitions/published-extensions.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { JsonObject } from '../fhir/types.ts';
import { compileFhirPath } from '../fhirpath/fhirpath.ts';
import { evaluateConstraint } from './constraint.ts';
import type { Compiler } from './profile.ts';
import { addFinding, addIssue, type Report } from './report.ts';

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
  if (path.length === 1 && ['url', 'status'].every(name => schema?.children.some(child => child.name === name)))
    names.add('CanonicalResource').add('MetadataResource');
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

/** Whether the holder is among what an expression finds in its resource. */
function isSelected(expression: string, holder: JsonObject, { scope }: Report, definitions: Definitions): boolean {
  try {
    const found = compileFhirPath(
      expression,
      { definitions },
      { trusted: true, asFilters: true },
    )(scope.resource, {
      resource: scope.resource,
      rootResource: scope.container,
    });
    return found.some(({ value }) => value === holder);
  } catch (error) {
    if (error instanceof FhirError) return true;
    throw error;
  }
}

function isAllowed(
  { type, expression }: Context,
  names: ReadonlySet<string>,
  holder: JsonObject,
  report: Report,
  definitions: Definitions,
): boolean {
  if (type === 'fhirpath') return isSelected(expression, holder, report, definitions);
  if (type === 'extension') return holder['url'] === expression || String(holder['url']) === expression.split('#')[0];
  return names.has(expression) || names.has(expression.replace(/^.*#/, '')) || names.has(expression.split('|')[0]!);
}

/** Where a definition's extension may stand, with the places that were judged by their names alone. */
interface Contexts {
  readonly list: readonly Context[];
  /** True when it may stand on every element. */
  readonly anywhere: boolean;
  readonly byName: boolean;
  readonly known: Map<string, boolean>;
}

const contexts = new WeakMap<StructureDefinition, Contexts>();

/** Contexts of old versions are paths without a kind. */
function contextsOf(definition: StructureDefinition, url: string): Contexts {
  let found = contexts.get(definition);
  if (!found) {
    const raw = (definition['context'] ?? []) as (Context | string)[];
    const own = raw.map(one => (typeof one === 'string' ? { type: 'element', expression: one } : one));
    const list = [
      ...own,
      ...(own.length > 0 ? laterContexts(url) : []).map(expression => ({ type: 'element', expression })),
    ];
    const anywhere = list.some(one => one.type === 'element' && one.expression === 'Element');
    found = { list, anywhere, byName: list.every(one => one.type === 'element'), known: new Map() };
    contexts.set(definition, found);
  }
  return found;
}

/** Whether an extension may stand where it does. */
export function checkContext(
  definition: StructureDefinition,
  url: string,
  holder: JsonObject,
  report: Report,
  definitions: Definitions,
): void {
  const found = contextsOf(definition, url);
  if (found.list.length > 0 && !found.anywhere) checkPlace(found, url, holder, report, definitions);
}

function checkPlace(
  { list, byName, known }: Contexts,
  url: string,
  holder: JsonObject,
  report: Report,
  definitions: Definitions,
): void {
  const steps = placeInResource(report);
  const place = steps.join('/');
  if (byName && known.get(place) === true) return;
  const { names } = holderOf(steps, definitions);
  const allowedHere = list.some(one => isAllowed(one, names, holder, report, definitions));
  if (byName && known.size < mostPlaces) known.set(place, allowedHere);
  if (allowedHere) return;
  const allowed = list.map(one => one.expression).join(', ');
  addFinding(report, isOnPrimitive(holder) ? 'warning' : 'error', 'structure', {
    en: `the extension ${url} is not allowed on ${steps.join('.')}, only on ${allowed}`,
    ja: `拡張 ${url} は ${steps.join('.')} では使えません（使える場所: ${allowed}）`,
  });
}

/** contextInvariant: rules about the element that holds the extension. */
export function checkContextInvariants(
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
