/**
 * Definitions beyond those of R4: resources that were stored on the server, installed packages and the bundled ones.
 * A canonical is looked for from the place that asks: the asker's own package, what it depends on, then stored resources,
 * other packages (newest first), bundled packages, R4. So two packages may hold different definitions of one canonical.
 */
import type { Resource } from '../fhir/types.ts';
import type { Definitions } from './definitions.ts';
import type { StructureDefinition } from './element-schema.ts';
import { compareVersions, type InstalledPackage, type PackageEntry, sameName, satisfies } from './package.ts';
import { generateSnapshot } from './snapshot.ts';

/** Definitions that can grow. */
export interface OpenDefinitions extends Definitions {
  /** Adds a resource with a canonical, or replaces the one of the same type and id. */
  put(resource: Resource): void;
  remove(type: string, id: string): void;
  addPackage(added: InstalledPackage): void;
  readonly packages: readonly InstalledPackage[];
  /** Something that asks from within a package, as one of its definitions would. */
  askerIn(one: InstalledPackage): Resource;
}

interface Shelf {
  readonly source: InstalledPackage;
  readonly places: ReadonlyMap<string, readonly PackageEntry[]>;
  readonly read: Map<PackageEntry, Resource>;
}

const keyOf = (type: string, url: string): string => `${type} ${url}`;

function openShelf(source: InstalledPackage): Shelf {
  const places = new Map<string, PackageEntry[]>();
  for (const entry of source.entries) {
    const key = keyOf(entry.type, entry.url);
    places.set(key, [...(places.get(key) ?? []), entry]);
  }
  return { source, places, read: new Map() };
}

/** Newest first; what comes with the program after everything that was installed. */
const bundledLast = (a: Shelf, b: Shelf): number =>
  Number(a.source.bundled ?? false) - Number(b.source.bundled ?? false) ||
  compareVersions(b.source.version, a.source.version);

/** Which of several versions fits: the one asked for, one that begins like it (`1` → `1.10.0`), else the newest. */
function fitting<T>(
  found: readonly T[],
  versionOf: (one: T) => string,
  asked: string | undefined,
): { best: T; exact: boolean } | undefined {
  const sorted = [...found].sort((a, b) => compareVersions(versionOf(b), versionOf(a)));
  const [newest] = sorted;
  if (newest === undefined) return undefined;
  if (asked === undefined) return { best: newest, exact: true };
  const fit =
    sorted.find(one => versionOf(one) === asked) ?? sorted.find(one => versionOf(one).startsWith(`${asked}.`));
  return fit === undefined ? { best: newest, exact: false } : { best: fit, exact: true };
}

class Overlay {
  readonly packages: InstalledPackage[] = [];
  generation = 0;
  private readonly base: Definitions;
  private readonly shelves: Shelf[] = [];
  private readonly stored = new Map<string, Resource[]>();
  private readonly home = new WeakMap<object, Shelf>();

  constructor(base: Definitions) {
    this.base = base;
  }

  addPackage(added: InstalledPackage): void {
    this.packages.push(added);
    this.shelves.push(openShelf(added));
    this.shelves.sort(bundledLast);
    this.generation++;
  }

  askerIn(one: InstalledPackage): Resource {
    const asker: Resource = { resourceType: 'ImplementationGuide' };
    const shelf = this.shelves.find(other => other.source === one);
    if (shelf) this.home.set(asker, shelf);
    return asker;
  }

  put(resource: Resource): void {
    const url = resource['url'];
    if (resource.id !== undefined) this.remove(resource.resourceType, resource.id);
    if (typeof url !== 'string') return;
    const key = keyOf(resource.resourceType, url);
    this.stored.set(key, [...(this.stored.get(key) ?? []), resource]);
    this.generation++;
  }

  remove(type: string, id: string): void {
    for (const [key, list] of this.stored) {
      const kept = list.filter(one => one.id !== id || one.resourceType !== type);
      if (kept.length === list.length) continue;
      if (kept.length > 0) this.stored.set(key, kept);
      else this.stored.delete(key);
      this.generation++;
    }
  }

  byCanonical(type: string, canonical: string, asker?: Resource): Resource | undefined {
    const bar = canonical.indexOf('|');
    const url = bar < 0 ? canonical : canonical.slice(0, bar);
    const version = bar < 0 ? undefined : canonical.slice(bar + 1);
    const found = this.look(keyOf(type, url), version, asker);
    if (found?.exact) return found.resource;
    const core = this.base.byCanonical(type, canonical);
    if (core) return core;
    return found?.resource ?? (version === undefined ? undefined : this.base.byCanonical(type, url));
  }

  editions(type: string, url: string): readonly Resource[] {
    const key = keyOf(type, url);
    const packaged = this.shelves.flatMap(shelf => (shelf.places.get(key) ?? []).map(entry => this.read(shelf, entry)));
    return [...(this.stored.get(key) ?? []), ...packaged, ...this.base.editions(type, url)];
  }

  private read(shelf: Shelf, entry: PackageEntry): Resource {
    let resource = shelf.read.get(entry);
    if (!resource) {
      resource = shelf.source.read(entry);
      shelf.read.set(entry, resource);
      this.home.set(resource, shelf);
    }
    return resource;
  }

  private look(
    key: string,
    version: string | undefined,
    asker: Resource | undefined,
  ): { resource: Resource; exact: boolean } | undefined {
    let second: { resource: Resource; exact: boolean } | undefined;
    const home = asker && this.home.get(asker);
    // Bundled definitions ask like everybody else, so that what is installed wins for them too.
    const near = home && !home.source.bundled ? this.neighbours(home) : [];
    const stored = fitting(this.stored.get(key) ?? [], one => String(one['version'] ?? ''), version);
    for (const shelf of near) {
      const found = this.on(shelf, key, version);
      if (found?.exact) return found;
      second ??= found;
    }
    if (stored?.exact) return { resource: stored.best, exact: true };
    for (const shelf of this.shelves) {
      if (near.includes(shelf)) continue;
      // Bundled ones come last: another version of an installed definition is still nearer to what is meant than ours.
      if (second && shelf.source.bundled) break;
      const found = this.on(shelf, key, version);
      if (found?.exact) return found;
      second ??= found;
    }
    return second ?? (stored && { resource: stored.best, exact: false });
  }

  /** A package and, breadth first, those it depends on. */
  private neighbours(home: Shelf): readonly Shelf[] {
    const list = [home];
    for (const shelf of list)
      for (const [name, range] of Object.entries(shelf.source.dependencies)) {
        const named = this.shelves.filter(one => sameName(name, one.source.name) && !list.includes(one));
        const fit = named.find(one => satisfies(one.source.version, range)) ?? named[0];
        if (fit) list.push(fit);
      }
    return list;
  }

  private on(
    shelf: Shelf,
    key: string,
    version: string | undefined,
  ): { resource: Resource; exact: boolean } | undefined {
    const found = fitting(shelf.places.get(key) ?? [], one => one.version, version);
    if (!found) return undefined;
    const resource = this.read(shelf, found.best);
    const dummy =
      version === undefined && resource.resourceType === 'StructureDefinition' && this.isDummy(resource, shelf);
    return { resource, exact: found.exact && !dummy };
  }

  /** A profile repeated in another package without saying anything (a placeholder) gives way to the real one. */
  private isDummy(resource: Resource, shelf: Shelf): boolean {
    const elements = ((resource['differential'] as { element?: unknown[] } | undefined)?.element ?? []).length;
    if (elements > 1 || resource['derivation'] !== 'constraint') return false;
    const key = keyOf('StructureDefinition', String(resource['url']));
    return this.shelves.some(other => other !== shelf && other.places.has(key));
  }

  all(type: string): readonly Resource[] {
    const stored = [...this.stored.values()].flat().filter(one => one.resourceType === type);
    const packaged = this.shelves.flatMap(shelf =>
      shelf.source.entries
        .filter(entry => entry.type === type)
        .map(entry => this.on(shelf, keyOf(type, entry.url), entry.version || undefined)?.resource),
    );
    return [...stored, ...packaged.filter(one => one !== undefined)];
  }

  snapshot(definition: StructureDefinition): void {
    generateSnapshot(definition, (canonical, asker) => this.structure(canonical, asker));
  }

  private structure(canonical: string, asker: StructureDefinition): StructureDefinition | undefined {
    return this.byCanonical('StructureDefinition', canonical, asker) as StructureDefinition | undefined;
  }
}

/** Types of definitions that R4 itself brings. */
const baseTypes: ReadonlySet<string> = new Set([
  ...[
    'SearchParameter',
    'CompartmentDefinition',
    'StructureDefinition',
    'OperationDefinition',
    'ValueSet',
    'CodeSystem',
  ],
  'ConceptMap',
]);

/** Definitions over those of R4 that can be added to. */
export function openDefinitions(base: Definitions): OpenDefinitions {
  const overlay = new Overlay(base);
  return {
    ...base,
    byCanonical: (type, canonical, asker) => overlay.byCanonical(type, canonical, asker),
    editions: (type, url) => overlay.editions(type, url),
    all: type => [...(baseTypes.has(type) ? base.all(type) : []), ...overlay.all(type)],
    put: resource => overlay.put(resource),
    remove: (type, id) => overlay.remove(type, id),
    addPackage: added => overlay.addPackage(added),
    packages: overlay.packages,
    askerIn: one => overlay.askerIn(one),
    get generation() {
      return overlay.generation;
    },
    profile(canonical, asker) {
      const found = overlay.byCanonical('StructureDefinition', canonical, asker) as StructureDefinition | undefined;
      if (found) overlay.snapshot(found);
      return found;
    },
  };
}
