/**
 * Definitions: every loaded conformance resource, found by canonical, by type and id, or by type name.
 */
import type { Resource } from '../fhir/types.ts';
import { cacheFolder, type Entries, type Group, readGroup } from './cache.ts';
import type { ElementSchema, StructureDefinition, TypeSchema } from './element-schema.ts';

/** Types of conformance resources the server computes with. */
export type DefinitionType = Exclude<Group, 'TypeSchema'>;

/** All loaded conformance resources. Read-only for everybody but the loader. */
export interface Definitions {
  /** The 146 concrete resource types, sorted. */
  readonly resourceTypes: readonly string[];
  isResourceType(name: string): boolean;
  /** Schema of a resource type or data type (`Patient`, `HumanName`, `decimal`); undefined when there is none. */
  typeSchema(name: string): TypeSchema | undefined;
  /** A conformance resource by canonical, with or without `|version`. */
  byCanonical(type: string, canonical: string, asker?: Resource): Resource | undefined;
  /** Every definition of a canonical without version, from all packages and editions. */
  editions(type: string, url: string): readonly Resource[];
  /**
   * A StructureDefinition with its snapshot.
   * @param asker the definition that names it: its package is looked at first
   * @throws SnapshotError when it has no snapshot and none can be made
   */
  profile(canonical: string, asker?: Resource): StructureDefinition | undefined;
  /** Grows when definitions are added or removed; what was compiled before may be out of date then. */
  readonly generation: number;
  /** All conformance resources of a type: SearchParameter, CompartmentDefinition, StructureDefinition, ValueSet… */
  all(type: DefinitionType | 'NamingSystem' | 'ImplementationGuide'): readonly Resource[];
}

/** A group of resources: places by canonical, each parsed once when asked for. */
interface Shelf {
  readonly places: ReadonlyMap<string, readonly number[]>;
  readonly entries: Entries;
  readonly parsed: (Resource | undefined)[];
  all?: readonly Resource[];
}

const definitionTypes: ReadonlySet<string> = new Set<DefinitionType>([
  'SearchParameter',
  'CompartmentDefinition',
  'StructureDefinition',
  'OperationDefinition',
  'ValueSet',
  'CodeSystem',
  'ConceptMap',
]);

function openShelf(folder: string, type: DefinitionType): Shelf {
  const entries = readGroup(folder, type);
  const places = new Map<string, number[]>();
  entries.heads.forEach(([url], place) => {
    const same = places.get(url);
    if (same) same.push(place);
    else places.set(url, [place]);
  });
  return { places, entries, parsed: [] };
}

function take(shelf: Shelf, place: number): Resource {
  shelf.parsed[place] ??= JSON.parse(shelf.entries.texts[place] ?? 'null') as Resource;
  return shelf.parsed[place];
}

function find(shelf: Shelf, canonical: string): Resource | undefined {
  const bar = canonical.indexOf('|');
  const url = bar < 0 ? canonical : canonical.slice(0, bar);
  const version = bar < 0 ? undefined : canonical.slice(bar + 1);
  const places = shelf.places.get(url) ?? [];
  const place = places.find(at => version === undefined || shelf.entries.heads[at]?.[1] === version);
  return place === undefined ? undefined : take(shelf, place);
}

/** JSON has no Infinity: `max` of `*` is stored as null. */
function restoreMax(elements: readonly ElementSchema[]): void {
  for (const element of elements) {
    (element as { max: number | null }).max ??= Infinity;
    if (element.children) restoreMax(element.children);
  }
}

function parseSchema(text: string): TypeSchema {
  const schema = JSON.parse(text) as TypeSchema;
  restoreMax(schema.children);
  return schema;
}

/** Type schemas by name, parsed at first use. */
function openSchemas(folder: string) {
  const { heads, texts } = readGroup(folder, 'TypeSchema');
  const waiting = new Map(heads.map(([name], place) => [name, texts[place] ?? '']));
  const parsed = new Map<string, TypeSchema>();
  return {
    names: heads,
    find(name: string): TypeSchema | undefined {
      const known = parsed.get(name);
      if (known) return known;
      const text = waiting.get(name);
      if (text === undefined) return undefined;
      const schema = parseSchema(text);
      parsed.set(name, schema);
      return schema;
    },
  };
}

const abstractResources: ReadonlySet<string> = new Set(['Resource', 'DomainResource']);

/**
 * Opens the definitions cache. Type schemas are read now, each other group at its first use.
 * @param folder of the cache made by the build
 * @throws Error when the cache was not built
 */
export function loadDefinitions(folder: string = cacheFolder): Definitions {
  const schemas = openSchemas(folder);
  const resources = schemas.names.filter(([name, kind]) => kind === 'resource' && !abstractResources.has(name));
  const resourceTypes = resources.map(([name]) => name).sort();
  const known = new Set(resourceTypes);
  const shelves = new Map<string, Shelf>();
  const shelf = (type: DefinitionType): Shelf => {
    const open = shelves.get(type) ?? openShelf(folder, type);
    shelves.set(type, open);
    return open;
  };
  return {
    resourceTypes,
    isResourceType: name => known.has(name),
    typeSchema: schemas.find,
    byCanonical: (type, canonical) =>
      definitionTypes.has(type) ? find(shelf(type as DefinitionType), canonical) : undefined,
    editions(type, url) {
      if (!definitionTypes.has(type)) return [];
      const open = shelf(type as DefinitionType);
      return (open.places.get(url) ?? []).map(place => take(open, place));
    },
    profile: canonical => find(shelf('StructureDefinition'), canonical) as StructureDefinition | undefined,
    generation: 0,
    all(type) {
      if (type === 'NamingSystem' || type === 'ImplementationGuide') return [];
      const open = shelf(type);
      open.all ??= open.entries.texts.map((_, place) => take(open, place));
      return open.all;
    },
  };
}
