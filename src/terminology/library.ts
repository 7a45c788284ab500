/**
 * The library: every code system, value set, concept map and naming system that can be asked for, wherever it is kept.
 * Places are asked in the order: resources of this server, installed packages and R4's own definitions, imported
 * masters, grammars. A resource of the same canonical in an earlier place wins.
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { Resource } from '../fhir/types.ts';
import { splitCanonical } from './canonical.ts';
import { objects, text } from './json.ts';
import type { Packages } from './packages.ts';
import { headOf, resourceSystem } from './resource-system.ts';
import type { CodeSystem, SystemHead } from './shapes.ts';
import type { StoredResources } from './stored.ts';

/** The kinds of resources the library keeps. */
export type Kind = 'CodeSystem' | 'ValueSet' | 'ConceptMap' | 'NamingSystem';

/** Code systems that are no resources: imported masters and grammars. */
export interface SystemSource {
  /** Heads and code systems of a URL, one for each edition. */
  systems(url: string): readonly SystemEntry[];
  urls(): Iterable<string>;
}

/** A code system that is opened when it is used. */
export interface SystemEntry {
  readonly head: SystemHead;
  open(): CodeSystem;
}

const opened = new WeakMap<Resource, CodeSystem>();

/** The code system of a resource, made once. */
export function openResource(resource: Resource): CodeSystem {
  let system = opened.get(resource);
  if (!system) {
    system = resourceSystem(resource);
    opened.set(resource, system);
  }
  return system;
}

const heads = new WeakMap<Resource, SystemHead>();

/** The entry of a CodeSystem resource. */
export function resourceEntry(resource: Resource): SystemEntry {
  let head = heads.get(resource);
  if (!head) {
    head = headOf(resource);
    heads.set(resource, head);
  }
  return { head, open: () => openResource(resource) };
}

/** Where everything is found. */
export interface Library {
  /** All resources of a canonical, one for each version; earlier places win over later ones. */
  resources(kind: Kind, url: string): readonly Resource[];
  /** All code systems of a URL, one for each version. */
  systems(url: string): readonly SystemEntry[];
  /** Every concept map. */
  conceptMaps(): Iterable<Resource>;
  /** URLs of all code systems that have content. */
  systemUrls(): Iterable<string>;
  /** The URL a code system goes by, for one of its other names such as `urn:oid:…`. */
  preferred(system: string): string;
  /** Counts up when anything changed. */
  generation(): number;
}

/** Names of code systems → their URL, from naming systems and identifiers. */
function collectAliases(resources: Iterable<Resource>, aliases: Map<string, string>): void {
  const note = (name: string | undefined, url: string) => {
    if (name !== undefined && name !== url && !aliases.has(name)) aliases.set(name, url);
  };
  for (const resource of resources) {
    if (resource.resourceType === 'NamingSystem') {
      const ids = objects(resource['uniqueId']);
      const uris = ids.filter(id => id['type'] === 'uri');
      const url = text((uris.find(id => id['preferred'] === true) ?? uris[0])?.['value']);
      if (url === undefined || resource['kind'] !== 'codesystem') continue;
      for (const id of ids) note(id['type'] === 'oid' ? oidUrn(text(id['value'])) : text(id['value']), url);
    } else {
      const url = text(resource['url']);
      if (url !== undefined) for (const id of objects(resource['identifier'])) note(oidUrn(text(id['value'])), url);
    }
  }
}

function oidUrn(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (value.startsWith('urn:oid:')) return value;
  return /^[0-2](\.\d+)+$/.test(value) ? `urn:oid:${value}` : undefined;
}

/** What the library is made of. */
export interface LibraryParts {
  readonly definitions: Definitions;
  readonly packages: Packages;
  readonly stored: StoredResources;
  readonly sources: readonly SystemSource[];
  /** Counts up when the sources changed. */
  sourceGeneration(): number;
}

function merge(lists: readonly (readonly Resource[])[]): Resource[] {
  const seen = new Set<string>();
  const merged: Resource[] = [];
  for (const list of lists) {
    for (const resource of list) {
      const version = text(resource['version']) ?? '';
      if (!seen.has(version)) merged.push(resource);
      seen.add(version);
    }
  }
  return merged;
}

/** Joins the places to one library. */
export function createLibrary({ definitions, packages, stored, sources, sourceGeneration }: LibraryParts): Library {
  let aliases: Map<string, string> | undefined;
  let aliasesOf = -1;
  const generation = () => stored.generation() * 1_000_000 + sourceGeneration();
  const resources = (kind: Kind, url: string): readonly Resource[] => {
    const known = definitions.byCanonical(kind, url);
    return merge([stored.resources(kind, url), packages.resources(kind, url), known ? [known] : []]);
  };
  const aliasMap = () => {
    if (!aliases || aliasesOf !== generation()) {
      aliases = new Map();
      collectAliases(stored.all('NamingSystem'), aliases);
      collectAliases(packages.all('NamingSystem'), aliases);
      collectAliases(stored.all('CodeSystem'), aliases);
      collectAliases(packages.all('CodeSystem'), aliases);
      aliasesOf = generation();
    }
    return aliases;
  };
  return {
    resources,
    systems: url => [
      ...resources('CodeSystem', url).map(resourceEntry),
      ...sources.flatMap(source => source.systems(url)),
    ],
    *conceptMaps() {
      yield* stored.all('ConceptMap');
      yield* packages.all('ConceptMap');
      yield* definitions.all('ConceptMap');
    },
    *systemUrls() {
      const seen = new Set<string>();
      const all = [...stored.all('CodeSystem'), ...packages.all('CodeSystem'), ...definitions.all('CodeSystem')].map(
        one => text(one['url']),
      );
      for (const url of [...all, ...sources.flatMap(source => [...source.urls()])]) {
        if (url === undefined || seen.has(url)) continue;
        seen.add(url);
        yield url;
      }
    },
    preferred: system => aliasMap().get(system) ?? system,
    generation,
  };
}

/** True when a resource answers to a canonical. */
export function answersTo(resource: Resource, canonical: string): boolean {
  const { url, version } = splitCanonical(canonical);
  return resource['url'] === url && (version === undefined || resource['version'] === version);
}
