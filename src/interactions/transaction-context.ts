/**
 * What the entries of a transaction are to each other: which resources it deletes and writes, and where its references lead.
 * @see https://hl7.org/fhir/R4/http.html#trules
 */
import { FhirError } from '../fhir/outcome.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import { splitEscaped, unescapeValue } from '../search/types/search-type.ts';
import type { Change } from '../store/store.ts';
import { personIn, withLocalPerson } from './about-person.ts';
import { asEntryError, type Entry } from './entry.ts';
import type { FhirRequest } from './interaction.ts';
import { type Match, parseQuery } from './match.ts';
import type { Patched } from './patch.ts';
import type { Route } from './router.ts';

/** What a transaction does besides: conditions are decided as if its deletions and writes were done already. */
export interface TransactionContext {
  /** Ids of a type that the transaction deletes. */
  deleted(type: string): ReadonlySet<string>;
  /** Ids of resources the transaction writes, or finds instead, that fulfil a condition on identifiers or ids; undefined for other conditions. */
  written(type: string, query: string): readonly string[] | undefined;
  /** Resources of a type as the transaction writes them, by id. */
  replaced(type: string): ReadonlyMap<string, Resource>;
  /** The same by `system|value` of their identifiers. */
  byIdentifier(type: string): ReadonlyMap<string, readonly Resource[]>;
  /** The same by the person (`Patient/id`) they are about. */
  byPerson(type: string): ReadonlyMap<string, readonly Resource[]>;
}

/** An entry with its route, and the identity it was given. */
export interface Step {
  readonly entry: Entry;
  readonly route: Route;
  readonly request: FhirRequest;
  /** The id a write ends up with; undefined for deletions, patches and reads. */
  id?: string;
  /** What the condition of a conditional create or update found. */
  match?: Match | undefined;
  /** A conditional create found this resource: nothing is written. */
  existingId?: string | undefined;
  /** What a patch makes of the current version. */
  patched?: Patched | undefined;
  changes: readonly Change[];
}

/** Interactions that change something. */
export const writes = new Set([
  'create',
  'update',
  'conditional-update',
  'patch',
  'conditional-patch',
  'delete',
  'conditional-delete',
]);
export const isDeletion = (step: Step): boolean =>
  step.route.name === 'delete' || step.route.name === 'conditional-delete';
export const isPatch = (step: Step): boolean => step.route.name === 'patch' || step.route.name === 'conditional-patch';
export const isRead = (step: Step): boolean => !writes.has(step.route.name);

/** The identifiers that the search parameter `identifier` looks at. */
const identifiersOf = ({ identifier, masterIdentifier }: JsonObject): readonly JsonObject[] =>
  [identifier, masterIdentifier].flat().filter(one => typeof one === 'object' && one !== null) as JsonObject[];

function hasIdentifier(resource: JsonObject, value: string): boolean {
  const parts = splitEscaped(value, '|').map(unescapeValue);
  const [system, code] = parts.length > 1 ? parts : [undefined, parts[0]];
  return identifiersOf(resource).some(
    one =>
      (system === undefined || (one['system'] ?? '') === system) &&
      (code === '' ? system !== '' : one['value'] === code),
  );
}

/** Parameters whose conditions can be decided by a resource alone. */
const decided: Readonly<Record<string, (resource: Resource, value: string) => boolean>> = {
  identifier: hasIdentifier,
  _id: ({ id }, value) => id === value,
};

/** True when a resource fulfils a condition that can be decided by it alone. */
const fulfils = (resource: Resource, parameters: readonly (readonly [string, string])[]): boolean =>
  parameters.every(([name, value]) => splitEscaped(value, ',').some(one => decided[name]!(resource, one)));

/** The key of a condition on one whole identifier, as most are; undefined for others. */
function keyOf(parameters: readonly (readonly [string, string])[]): string | undefined {
  const [name, value = ''] = parameters.length === 1 ? parameters[0]! : [];
  if (name !== 'identifier' || splitEscaped(value, ',').length > 1) return undefined;
  const parts = splitEscaped(value, '|').map(unescapeValue);
  return parts.length === 2 && parts.every(part => part !== '') ? parts.join('|') : undefined;
}

/** Resources by what each is told under. */
function groupBy(resources: readonly Resource[], keys: (one: Resource) => Iterable<string>) {
  const found = new Map<string, Resource[]>();
  for (const resource of resources)
    for (const key of new Set(keys(resource))) {
      const known = found.get(key);
      if (known) known.push(resource);
      else found.set(key, [resource]);
    }
  return found;
}

/** What a step writes; undefined when it writes nothing, or what is no longer the client's to say. */
export const resourceOf = ({ existingId, entry, patched }: Step): Resource | undefined =>
  existingId === undefined ? (patched?.resource ?? entry.content?.resource) : undefined;

/** A function with a memory for what it was asked before. */
function once<T>(make: (type: string) => T): (type: string) => T {
  const made = new Map<string, T>();
  return type => {
    const value = made.get(type) ?? make(type);
    made.set(type, value);
    return value;
  };
}

/** What the steps write of a type, under the ids it gets. */
function writtenOf(type: string, steps: readonly Step[], targets: Targets): readonly Resource[] {
  return steps.flatMap(step => {
    const [id, resource] = [step.patched?.id ?? step.id, resourceOf(step)];
    const isWritten = id !== undefined && resource?.resourceType === type && step.route.params['type'] === type;
    if (!isWritten) return [];
    const lead = (one: string) => targets.conditions.get(one) ?? targetOf(one, step.entry, targets.entries);
    return [{ ...withLocalPerson(resource, step.request.base, lead), id }];
  });
}

/** What conditional creates would have written, under the ids of what they found instead. */
const foundOf = (type: string, steps: readonly Step[]): readonly Resource[] =>
  steps.flatMap(({ existingId, route, entry }) =>
    existingId !== undefined && route.params['type'] === type ? [{ ...entry.content!.resource, id: existingId }] : [],
  );

/** Where references lead: `fullUrl` of an entry, or a condition, → `Type/id`. */
export interface Targets {
  readonly entries: ReadonlyMap<string, string>;
  readonly conditions: ReadonlyMap<string, string>;
}

const noTargets: Targets = { entries: new Map(), conditions: new Map() };

/** The context of a transaction's steps; they must have their identities, and its deletions their changes. */
export function contextOf(steps: readonly Step[], targets = noTargets): TransactionContext {
  const deletions = steps.flatMap(step => step.changes).filter(change => change.template === undefined);
  const resources = once(type => writtenOf(type, steps, targets));
  const found = once(type => foundOf(type, steps));
  const keysOf = (one: Resource) => identifiersOf(one).map(key => `${key['system']}|${key['value']}`);
  const byIdentifier = once(type => groupBy(resources(type), keysOf));
  const foundByIdentifier = once(type => groupBy(found(type), keysOf));
  return {
    deleted: once(type => new Set(deletions.filter(change => change.type === type).map(change => change.id))),
    replaced: once(type => new Map(resources(type).map(one => [one.id!, one]))),
    byIdentifier,
    byPerson: once(type => groupBy(resources(type), one => [personIn(one) ?? ''])),
    written(type, query) {
      const parameters = parseQuery(query);
      if (parameters.length === 0 || parameters.some(([name]) => !Object.hasOwn(decided, name))) return undefined;
      const key = keyOf(parameters);
      const likely =
        key === undefined
          ? [found(type), resources(type)]
          : [foundByIdentifier(type).get(key) ?? [], byIdentifier(type).get(key) ?? []];
      return likely.flatMap(some => some.filter(one => fulfils(one, parameters)).map(one => one.id!));
    },
  };
}

/** fullUrl → Type/id of every entry that is written or was found. */
export function referenceTargets(steps: readonly Step[]): ReadonlyMap<string, string> {
  const targets = new Map<string, string>();
  for (const { entry, route, id, existingId } of steps) {
    if (entry.fullUrl === undefined || id === undefined) continue;
    if (targets.has(entry.fullUrl))
      throw asEntryError(
        new FhirError('invalid', {
          en: 'two entries have the same fullUrl',
          ja: '同じ fullUrl のエントリーが2つあります',
        }),
        entry,
      );
    targets.set(entry.fullUrl, `${route.params['type']}/${existingId ?? id}`);
  }
  return targets;
}

/** An operation on a resource that has no id yet: `urn:uuid:…/$render?_format=pdf`. */
const operationOnEntry = /^(urn:uuid:[^/]+)(\/\$.+)$/;

/**
 * Where a reference in an entry leads; undefined when not to an entry of this Bundle. A relative reference is read from the
 * base of the entry's own fullUrl, a version of an entry leads to the entry, an operation on an entry stays one.
 * @see https://hl7.org/fhir/R4/bundle.html#references
 */
export function targetOf(
  reference: string,
  entry: Pick<Entry, 'fullUrl'>,
  targets: ReadonlyMap<string, string>,
): string | undefined {
  const [, on, operation = ''] = operationOnEntry.exec(reference) ?? [];
  const known = on === undefined ? undefined : targets.get(on);
  if (known !== undefined) return known + operation;
  const [whole = '', fragment] = reference.split('#');
  const url = whole.replace(/\/_history\/[^/]*$/, '');
  const base = /^(https?:\/\/.*\/)[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/.exec(entry.fullUrl ?? '')?.[1];
  const relative = /^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/.test(url) && base !== undefined;
  const target = targets.get(url) ?? (relative ? targets.get(base + url) : undefined);
  return target === undefined ? undefined : target + (fragment === undefined ? '' : `#${fragment}`);
}
