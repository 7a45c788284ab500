/**
 * Closure tables: which of the concepts a client has collected stand above which others.
 * @see https://hl7.org/fhir/R4/terminology-service.html#closure
 */
import type { JsonObject } from '../fhir/types.ts';
import { ancestors } from './hierarchy.ts';
import { text } from './json.ts';
import type { Scope } from './scope.ts';
import type { CodeSystem, Coding } from './shapes.ts';

/** Concepts of one code system in a closure table; `version` is the edition their relations were taken from. */
export interface ClosureGroup {
  readonly system: string;
  readonly version?: string;
  readonly codes: readonly string[];
}

/** Concepts as groups, to which more are added; the groups that were there keep their version. */
export function addConcepts(groups: readonly ClosureGroup[], more: readonly Coding[], scope: Scope): ClosureGroup[] {
  const bySystem = new Map(groups.map(group => [group.system, { ...group, codes: new Set(group.codes) }]));
  for (const { system = '', code } of more) {
    const version = scope.system(system)?.head.version;
    const group = bySystem.get(system) ?? {
      system,
      ...(version !== undefined && { version }),
      codes: new Set<string>(),
    };
    group.codes.add(code);
    bySystem.set(system, group);
  }
  return [...bySystem.values()].map(group => ({ ...group, codes: [...group.codes] }));
}

function* relations(system: CodeSystem, all: ReadonlySet<string>, fresh: ReadonlySet<string>): Generator<JsonObject> {
  for (const code of all) {
    const above: string[] = [];
    for (const one of ancestors(system, code)) if (all.has(one) && (fresh.has(code) || fresh.has(one))) above.push(one);
    if (above.length > 0) yield { code, target: above.map(one => ({ code: one, equivalence: 'subsumes' })) };
  }
}

/** ConceptMap.group: every relation between concepts of the table of which one at least is not in `before`. */
export function closureGroups(
  scope: Scope,
  before: readonly ClosureGroup[],
  after: readonly ClosureGroup[],
): JsonObject[] {
  return after.flatMap(({ system: url, version, codes }) => {
    const system = scope.system(url, version);
    const known = new Set(before.find(group => group.system === url)?.codes ?? []);
    const fresh = new Set(codes.filter(code => !known.has(code)));
    const element = system ? [...relations(system, new Set(codes), fresh)] : [];
    const versions = version === undefined ? {} : { sourceVersion: version, targetVersion: version };
    return element.length === 0 ? [] : [{ source: url, target: url, ...versions, element }];
  });
}

/** True when `before` is a part of `after`, so that a client who has it can be brought up to date. */
export function isPartOf(before: readonly ClosureGroup[], after: readonly ClosureGroup[]): boolean {
  return before.every(group => {
    const now = after.find(one => one.system === group.system);
    const codes = new Set(now?.codes ?? []);
    return now?.version === group.version && group.codes.every(code => codes.has(code));
  });
}

/** The first code system that is no longer here in the edition a table was made with. */
export function missingEdition(scope: Scope, groups: readonly ClosureGroup[]): ClosureGroup | undefined {
  return groups.find(({ system, version }) => scope.system(system)?.head.version !== version);
}

/** Groups as the compose of a ValueSet, which is how a table is kept. */
export function writeGroups(groups: readonly ClosureGroup[]): JsonObject {
  const include = groups.map(({ system, version, codes }) => ({
    system,
    ...(version !== undefined && { version }),
    concept: codes.map(code => ({ code })),
  }));
  return include.length === 0 ? {} : { compose: { include } };
}

/** Reads what {@link writeGroups} wrote. */
export function readGroups(resource: JsonObject): ClosureGroup[] {
  const compose = resource['compose'] as { include?: JsonObject[] } | undefined;
  return (compose?.include ?? []).map(part => {
    const version = text(part['version']);
    return {
      system: String(part['system']),
      ...(version !== undefined && { version }),
      codes: ((part['concept'] ?? []) as { code: string }[]).map(one => one.code),
    };
  });
}
