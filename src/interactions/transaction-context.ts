/**
 * What the entries of a transaction are to each other: which resources it deletes and writes, and where its references lead.
 * @see https://hl7.org/fhir/R4/http.html#trules
 */
import { FhirError } from '../fhir/outcome.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import type { Change, Precondition } from '../store/store.ts';
import { asEntryError, type Entry } from './entry.ts';
import type { FhirRequest } from './interaction.ts';
import { type Match, parseQuery } from './match.ts';
import type { Route } from './router.ts';

/** What a transaction does besides: conditions are decided as if its deletions and writes were done already. */
export interface TransactionContext {
  /** Ids of a type that the transaction deletes. */
  deleted(type: string): ReadonlySet<string>;
  /** Ids of resources the transaction writes that fulfil a condition made of identifiers. */
  written(type: string, query: string): readonly string[];
  /** Resources of a type that the transaction writes, under the ids they get, by `system|value` of their identifiers; patched ones are not known. */
  byIdentifier(type: string): ReadonlyMap<string, readonly Resource[]>;
  /** Ids of a type that the transaction writes anew, whatever their identifiers are then. */
  replaced(type: string): ReadonlySet<string>;
}

/** An entry with its route, and the identity it was given. */
export interface Step {
  readonly entry: Entry;
  readonly route: Route;
  readonly request: FhirRequest;
  /** The id a write ends up with; undefined for deletions and reads. */
  id?: string;
  /** What the condition of a conditional create or update found. */
  match?: Match | undefined;
  /** A conditional create found this resource: nothing is written. */
  existingId?: string | undefined;
  found?: Precondition;
  changes: readonly Change[];
}

function hasIdentifier(resource: JsonObject, value: string): boolean {
  const identifiers = (Array.isArray(resource['identifier']) ? resource['identifier'] : [resource['identifier']]) as (
    | JsonObject
    | undefined
  )[];
  const [system, code] = value.includes('|') ? value.split('|') : [undefined, value];
  return identifiers.some(
    one => one?.['value'] === code && (system === undefined || (one?.['system'] ?? '') === system),
  );
}

/** True for a condition made of identifiers only that the resource fulfils. */
function fulfils(resource: JsonObject, query: string): boolean {
  const parameters = parseQuery(query);
  return (
    parameters.length > 0 &&
    parameters.every(
      ([name, value]) => name === 'identifier' && value.split(',').some(one => hasIdentifier(resource, one)),
    )
  );
}

/** Resources under their ids by `system|value`. */
function byIdentifier(resources: readonly Resource[]): ReadonlyMap<string, readonly Resource[]> {
  const found = new Map<string, Resource[]>();
  for (const resource of resources) {
    const identifiers = Array.isArray(resource['identifier']) ? (resource['identifier'] as readonly JsonObject[]) : [];
    for (const key of new Set(identifiers.map(one => `${one?.['system']}|${one?.['value']}`)))
      found.set(key, [...(found.get(key) ?? []), resource]);
  }
  return found;
}

/** A function with a memory for what it was asked before. */
function once<T>(make: (type: string) => T): (type: string) => T {
  const made = new Map<string, T>();
  return type => {
    const value = made.get(type) ?? make(type);
    made.set(type, value);
    return value;
  };
}

/** The context of a transaction's steps; they must have their identities, and its deletions their changes. */
export function contextOf(steps: readonly Step[]): TransactionContext {
  const deletions = steps.flatMap(step => step.changes).filter(change => change.template === undefined);
  const replacing = (type: string) =>
    steps.flatMap(({ id, existingId, route, entry }) => {
      const resource = entry.content?.resource;
      const isWhole = id !== undefined && existingId === undefined && resource?.resourceType === type;
      return isWhole && route.params['type'] === type ? [{ ...resource, id }] : [];
    });
  return {
    byIdentifier: once(type => byIdentifier(replacing(type))),
    replaced: once(type => new Set(replacing(type).map(one => one.id))),
    deleted: once(type => new Set(deletions.filter(change => change.type === type).map(change => change.id))),
    written: (type, query) =>
      steps
        .filter(step => step.id !== undefined && step.route.params['type'] === type)
        .filter(step => fulfils(step.entry.content?.resource ?? { resourceType: type }, query))
        .map(step => step.existingId ?? step.id!),
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

const normalized = (query: string): string =>
  parseQuery(query)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('&');

/** One condition may stand once: twice it would make two resources of what is meant to be one. */
export function refuseSameCondition(steps: readonly Step[]): void {
  const seen = new Map<string, Step>();
  for (const step of steps) {
    const query =
      step.route.name === 'conditional-update'
        ? step.entry.queryText
        : step.route.name === 'create'
          ? step.request.headers['if-none-exist']
          : undefined;
    if (query === undefined) continue;
    const key = `${step.route.params['type']}?${normalized(query.replace(/^[^?=]*\?/, ''))}`;
    const other = seen.get(key);
    if (other)
      throw asEntryError(
        new FhirError('invalid', {
          en: `the same condition stands in entry ${other.entry.index + 1}; each may be there once, references can use that entry's fullUrl`,
          ja: `同じ条件が${other.entry.index + 1}番目のエントリーにもあります。1回だけにし、参照にはそのエントリーの fullUrl を使ってください`,
        }),
        step.entry,
      );
    seen.set(key, step);
  }
}

/** Each resource may be changed by one entry. */
export function refuseSameTarget(steps: readonly Step[]): void {
  const seen = new Map<string, Step>();
  for (const step of steps) {
    for (const { type, id } of step.changes) {
      const other = seen.get(`${type}/${id}`);
      if (other)
        throw asEntryError(
          new FhirError('invalid', {
            en: `${type}/${id} is changed by entry ${other.entry.index + 1} too; each resource may be there once`,
            ja: `${type}/${id} は${other.entry.index + 1}番目のエントリーでも変更されています（1回だけにしてください）`,
          }),
          step.entry,
        );
      seen.set(`${type}/${id}`, step);
    }
  }
}
