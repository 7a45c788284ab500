/**
 * What a reference means where it stands: a contained resource, an entry of the Bundle around it, or something elsewhere.
 * @see https://hl7.org/fhir/R4/bundle.html#references
 */
import type { JsonObject } from '../fhir/types.ts';
import type { DocumentMemory, Scope, Target } from './report.ts';

export type { Target } from './report.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const entriesOf = (bundle: JsonObject): readonly JsonObject[] =>
  Array.isArray(bundle['entry']) ? (bundle['entry'] as unknown[]).filter(isObject) : [];

/** Entries of a Bundle by fullUrl, made once per Bundle. */
export function entryIndex(bundle: JsonObject, { memory }: Scope): ReadonlyMap<string, readonly JsonObject[]> {
  const known = memory.entries.get(bundle);
  if (known) return known;
  const index = new Map<string, JsonObject[]>();
  for (const entry of entriesOf(bundle)) {
    const url = entry['fullUrl'];
    if (typeof url !== 'string') continue;
    const same = index.get(url);
    if (same) same.push(entry);
    else index.set(url, [entry]);
  }
  memory.entries.set(bundle, index);
  return index;
}

const restful = /^(https?:\/\/.*?\/)?([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/;

/** Base of a RESTful fullUrl, with its slash; undefined for others. */
function baseOf(fullUrl: string | undefined): string | undefined {
  return fullUrl === undefined ? undefined : restful.exec(fullUrl)?.[1];
}

/** The absolute form of a reference as seen from an entry. */
export function absolute(reference: string, fullUrl: string | undefined): string {
  const plain = reference.includes('/_history/') ? reference.replace(/\/_history\/.*$/, '') : reference;
  if (plain.startsWith('urn:') || /^[a-z][a-z0-9+.-]*:/i.test(plain)) return plain;
  const base = baseOf(fullUrl);
  if (base !== undefined) return base + plain;
  // Among URNs a relative reference keeps their kind: `Patient/x` beside `urn:uuid:y` is `urn:uuid:x`.
  return fullUrl?.startsWith('urn:')
    ? fullUrl.slice(0, fullUrl.lastIndexOf(':') + 1) + (restful.exec(plain)?.[3] ?? plain)
    : plain;
}

/** The scope of a resource within another. */
export function innerScope(
  outer: Scope,
  resource: JsonObject,
  kind: 'contained' | 'entry' | 'parameter',
  start: number,
  fullUrl: unknown,
): Scope {
  const { bundle, memory } = outer;
  if (kind === 'contained') return scopeOf(resource, outer.container, bundle, outer.fullUrl, memory, start, outer);
  if (kind !== 'entry') return scopeOf(resource, resource, undefined, undefined, memory, start, outer);
  return scopeOf(resource, resource, outer.resource, textOf(fullUrl), memory, start, outer);
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** All scopes have one shape, so that reading them is quick. */
const scopeOf = (
  resource: JsonObject,
  container: JsonObject,
  bundle: JsonObject | undefined,
  fullUrl: string | undefined,
  memory: DocumentMemory,
  start: number,
  outer: Scope | undefined,
): Scope => ({ resource, container, bundle, fullUrl, memory, ids: undefined, start, outer });

/** The scope of a resource that stands where another does. */
export const scopeFrom = (
  { container, bundle, fullUrl, memory, outer }: Scope,
  resource: JsonObject,
  start: number,
): Scope => scopeOf(resource, container, bundle, fullUrl, memory, start, outer);

/** The entry of a resource in a Bundle; all of them are looked up when the first is. */
function entryOf(bundle: JsonObject, resource: JsonObject, { holders }: DocumentMemory): JsonObject | undefined {
  let known = holders.get(bundle);
  if (!known) {
    known = new Map(entriesOf(bundle).map(entry => [entry['resource'], entry]));
    holders.set(bundle, known);
  }
  return known.get(resource);
}

/** The scope of a resource of the document, seen from another: an entry of a Bundle around that, or contained in it. */
export function scopeWithin(outer: Scope, resource: JsonObject, start: number): Scope {
  for (let at: Scope | undefined = outer; at; at = at.outer) {
    const bundle = at.resource['resourceType'] === 'Bundle' ? at.resource : at.bundle;
    const entry = bundle && entryOf(bundle, resource, outer.memory);
    if (!entry) continue;
    const around = at.resource === bundle ? at : (at.outer ?? at);
    return scopeOf(resource, resource, bundle, textOf(entry['fullUrl']), outer.memory, start, around);
  }
  const contained = outer.container['contained'];
  const inside = Array.isArray(contained) && contained.includes(resource);
  return innerScope(outer, resource, inside ? 'contained' : 'parameter', start, undefined);
}

function containedTarget(scope: Scope, id: string): Target | undefined {
  if (id === '') return { resource: scope.container, scope };
  const list = Array.isArray(scope.container['contained']) ? (scope.container['contained'] as unknown[]) : [];
  const found = list.find((one): one is JsonObject => isObject(one) && one['id'] === id);
  return found && { resource: found, scope: scopeFrom(scope, found, scope.start) };
}

function entryTarget(entry: JsonObject, scope: Scope, bundle: JsonObject): Target | undefined {
  const resource = entry['resource'];
  if (!isObject(resource)) return undefined;
  return {
    resource,
    scope: scopeOf(resource, resource, bundle, textOf(entry['fullUrl']), scope.memory, scope.start, scope),
  };
}

/** Finds what a reference leads to; undefined when it is not within the document. */
export function resolve(reference: string, scope: Scope): Target | undefined {
  // Where there is neither a Bundle around nor anything contained there is nothing to find.
  if (scope.bundle === undefined && scope.outer === undefined && !reference.startsWith('#')) return undefined;
  let known = scope.memory.targets.get(scope.resource);
  if (!known) {
    known = new Map();
    scope.memory.targets.set(scope.resource, known);
  }
  const found = known.get(reference);
  if (found !== undefined || known.has(reference)) return found;
  const target = find(reference, scope);
  known.set(reference, target);
  return target;
}

function find(reference: string, scope: Scope): Target | undefined {
  if (reference.startsWith('#')) return containedTarget(scope, reference.slice(1));
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    if (!at.bundle) continue;
    const index = entryIndex(at.bundle, at);
    const whole = absolute(reference, at.fullUrl);
    const [url = '', fragment] = whole.includes('#') ? whole.split('#') : [whole];
    const entries =
      index.get(url) ?? (baseOf(at.fullUrl) === undefined ? byTypeAndId(at.bundle, reference) : undefined);
    const target = entries?.[0] && entryTarget(entries[0], at, at.bundle);
    if (target) return fragment ? containedTarget(target.scope, fragment) : target;
  }
  return undefined;
}

/** `Type/id` where the entries' fullUrls cannot say where it is. */
function byTypeAndId(bundle: JsonObject, reference: string): readonly JsonObject[] | undefined {
  const [, base, type, id] = restful.exec(reference) ?? [];
  if (base !== undefined || type === undefined) return undefined;
  const found = entriesOf(bundle).filter(
    ({ resource, fullUrl }) =>
      isObject(resource) &&
      resource['resourceType'] === type &&
      resource['id'] === id &&
      (typeof fullUrl !== 'string' || fullUrl.startsWith('urn:')),
  );
  return found.length > 0 ? found : undefined;
}

/** Type named by a reference (`Patient/1`, `http://…/Patient/1`); undefined when it names none. */
export function typeNamed(reference: string): string | undefined {
  return restful.exec(reference)?.[2];
}
