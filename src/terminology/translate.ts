/**
 * $translate: the codes another code has in other code systems, by concept maps; in both directions.
 * @see https://hl7.org/fhir/R4/conceptmap-operation-translate.html
 */
import type { JsonObject, Resource } from '../fhir/types.ts';
import { isLater, splitCanonical } from './canonical.ts';
import { objects, text } from './json.ts';
import type { Scope } from './scope.ts';
import { type Coding, versioned } from './shapes.ts';

/** Another value a mapping may depend on: the element it is of, and its codes (or its text as a code). */
export interface Dependency {
  readonly element: string;
  readonly codings: readonly Coding[];
}

/** What is to be translated, and where to. */
export interface TranslateOptions {
  /** Concept maps to use; undefined = all that are known. */
  readonly maps: readonly Resource[] | undefined;
  /** Value sets or code systems: of the code, and of the result. */
  readonly source?: string;
  readonly target?: string;
  readonly targetSystem?: string;
  /** What mappings that hold under a condition only may depend on. */
  readonly dependencies: readonly Dependency[];
  /** From target to source. */
  readonly reverse: boolean;
  /** True when the client spoke R5: the answer then names the map as R5 does. */
  readonly r5: boolean;
}

interface Match {
  readonly equivalence: string;
  readonly concept: JsonObject;
  readonly map: string;
  readonly product: readonly JsonObject[];
}

const reversed: ReadonlyMap<string, string> = new Map([
  ['wider', 'narrower'],
  ['narrower', 'wider'],
  ['subsumes', 'specializes'],
  ['specializes', 'subsumes'],
]);

/** R5's words for R4's. */
const relationships: ReadonlyMap<string, string> = new Map([
  ['equivalent', 'equivalent'],
  ['equal', 'equivalent'],
  ['relatedto', 'related-to'],
  ['inexact', 'related-to'],
  ['wider', 'source-is-narrower-than-target'],
  ['subsumes', 'source-is-narrower-than-target'],
  ['narrower', 'source-is-broader-than-target'],
  ['specializes', 'source-is-broader-than-target'],
  ['unmatched', 'not-related-to'],
  ['disjoint', 'not-related-to'],
]);

const none: ReadonlySet<string> = new Set(['unmatched', 'disjoint']);

/** The maps that are known, of each the latest version. */
function knownMaps(scope: Scope): Iterable<Resource> {
  const latest = new Map<string, Resource>();
  const note = (map: Resource) => {
    const url = text(map['url']) ?? `#${String(map.id)}`;
    const before = latest.get(url);
    if (!before || isLater(text(before['version']), text(map['version']))) latest.set(url, map);
  };
  for (const map of scope.options.resources) if (map.resourceType === 'ConceptMap') note(map);
  for (const map of scope.library.conceptMaps()) note(map);
  return latest.values();
}

function scopeFits(map: Resource, kind: 'source' | 'target', asked: string | undefined): boolean {
  const stated = text(map[`${kind}Uri`]) ?? text(map[`${kind}Canonical`]);
  return asked === undefined || stated === undefined || splitCanonical(stated).url === splitCanonical(asked).url;
}

/** How the maps are walked through. */
interface Walk {
  readonly reverse: boolean;
  readonly targetSystem?: string;
  readonly dependencies: readonly Dependency[];
  /** Canonicals of the maps that sent here. */
  readonly path: readonly string[];
}

/** One element of a map and one of its targets. */
interface Mapping {
  readonly element: JsonObject;
  readonly target: JsonObject;
}

type Side = 'element' | 'target';

const indexes = new WeakMap<JsonObject, Record<Side, Map<unknown, Mapping[]>>>();

/** The mappings of a group that have a code on one side, in their order; the group is read once. */
function mappingsOf(group: JsonObject, side: Side, code: string): readonly Mapping[] {
  let index = indexes.get(group);
  if (!index) {
    index = { element: new Map(), target: new Map() };
    const note = (map: Map<unknown, Mapping[]>, key: unknown, mapping: Mapping) => {
      const list = map.get(key);
      if (list) list.push(mapping);
      else map.set(key, [mapping]);
    };
    for (const element of objects(group['element']))
      for (const target of objects(element['target'])) {
        note(index.element, element['code'], { element, target });
        note(index.target, target['code'], { element, target });
      }
    indexes.set(group, index);
  }
  return index[side].get(code) ?? [];
}

/** True when everything a mapping depends on was given, with the value it asks for. */
function holds(scope: Scope, target: JsonObject, dependencies: readonly Dependency[]): boolean {
  return objects(target['dependsOn']).every(condition => {
    const system = text(condition['system']);
    const url = system === undefined ? undefined : splitCanonical(system).url;
    return dependencies.some(
      ({ element, codings }) =>
        element === condition['property'] &&
        codings.some(
          one =>
            one.code === condition['value'] &&
            (url === undefined || one.system === undefined || scope.same(url, one.system)),
        ),
    );
  });
}

function* inGroup(scope: Scope, map: string, group: JsonObject, coding: Coding, walk: Walk): Generator<Match> {
  const { reverse } = walk;
  const [from, to] = reverse ? ['target', 'source'] : ['source', 'target'];
  const fromUrl = text(group[from!]);
  if (coding.system !== undefined && (fromUrl === undefined || !scope.same(fromUrl, coding.system))) return;
  const system = text(group[to!]);
  const version = text(group[`${to}Version`]);
  const concept = (code: string | undefined, display: string | undefined): JsonObject => ({
    ...(system !== undefined && { system }),
    ...(version !== undefined && { version }),
    ...(code !== undefined && { code }),
    ...(display !== undefined && { display }),
  });
  let mapped = false;
  for (const { element, target } of mappingsOf(group, reverse ? 'target' : 'element', coding.code)) {
    if (!holds(scope, target, walk.dependencies)) continue;
    mapped = true;
    const given = reverse ? element : target;
    const equivalence = text(target['equivalence']) ?? 'equivalent';
    const said = reverse ? (reversed.get(equivalence) ?? equivalence) : equivalence;
    yield {
      equivalence: said,
      concept: concept(text(given['code']), text(given['display'])),
      map,
      product: objects(target['product']),
    };
  }
  if (!mapped && !reverse) yield* unmapped(scope, map, group, coding, concept, walk);
}

function* unmapped(
  scope: Scope,
  map: string,
  group: JsonObject,
  coding: Coding,
  concept: (code: string | undefined, display: string | undefined) => JsonObject,
  walk: Walk,
): Generator<Match> {
  const rule = group['unmapped'] as JsonObject | undefined;
  if (rule?.['mode'] === 'provided')
    yield { equivalence: 'equivalent', concept: concept(coding.code, coding.display), map, product: [] };
  else if (rule?.['mode'] === 'fixed')
    yield { equivalence: 'inexact', concept: concept(text(rule['code']), text(rule['display'])), map, product: [] };
  else if (rule?.['mode'] === 'other-map') {
    const other = text(rule['url']) && scope.resource('ConceptMap', String(rule['url']));
    // Maps may send round in a circle.
    const path = [...walk.path, map];
    if (other && !path.includes(canonicalOf(other))) yield* inMap(scope, other, coding, { ...walk, path });
  }
}

function canonicalOf(map: Resource): string {
  return versioned(text(map['url']) ?? `ConceptMap/${String(map.id ?? '')}`, text(map['version']));
}

function* inMap(scope: Scope, map: Resource, coding: Coding, walk: Walk): Generator<Match> {
  const { reverse, targetSystem } = walk;
  for (const group of objects(map['group'])) {
    const to = text(group[reverse ? 'source' : 'target']);
    if (targetSystem !== undefined && to !== undefined && !scope.same(to, targetSystem)) continue;
    yield* inGroup(scope, canonicalOf(map), group, coding, walk);
  }
}

function writeMatch({ equivalence, concept, map, product }: Match, r5: boolean): JsonObject {
  return {
    name: 'match',
    part: [
      { name: 'equivalence', valueCode: equivalence },
      ...(r5 ? [{ name: 'relationship', valueCode: relationships.get(equivalence) ?? 'related-to' }] : []),
      ...(concept['code'] === undefined ? [] : [{ name: 'concept', valueCoding: concept }]),
      ...product.map(one => ({
        name: 'product',
        part: [
          { name: 'element', valueUri: one['property'] },
          {
            name: 'concept',
            valueCoding: { ...(one['system'] !== undefined && { system: one['system'] }), code: one['value'] },
          },
        ],
      })),
      r5 ? { name: 'originMap', valueCanonical: map } : { name: 'source', valueUri: map },
    ],
  };
}

/** Translates codings (several of one CodeableConcept) into a Parameters resource. */
export function translate(scope: Scope, codings: readonly Coding[], options: TranslateOptions): JsonObject {
  const { reverse, targetSystem, dependencies } = options;
  const walk: Walk = { reverse, dependencies, path: [], ...(targetSystem !== undefined && { targetSystem }) };
  const [from, to] = reverse ? (['target', 'source'] as const) : (['source', 'target'] as const);
  const fits = (map: Resource) => scopeFits(map, from, options.source) && scopeFits(map, to, options.target);
  const maps = options.maps ?? [...knownMaps(scope)].filter(fits);
  const matches = codings.flatMap(coding => maps.flatMap(map => [...inMap(scope, map, coding, walk)]));
  const result = matches.some(one => !none.has(one.equivalence));
  return {
    resourceType: 'Parameters',
    parameter: [{ name: 'result', valueBoolean: result }, ...matches.map(one => writeMatch(one, options.r5))],
  };
}
