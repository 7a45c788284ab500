/**
 * Installing packages: read, give every profile its snapshot, write the compact form. Done once per package; the next start
 * opens what is there.
 */
import type { Resource } from '../fhir/types.ts';
import { compactElement } from './compact.ts';
import { loadDefinitions } from './definitions.ts';
import type { StructureDefinition } from './element-schema.ts';
import { openDefinitions } from './overlay.ts';
import { atHand, isStructure, type Manifest, openPackages, openSource } from './package.ts';
import { generateSnapshot, SnapshotError } from './snapshot.ts';
import { hasSnapshot } from './snapshot-tree.ts';
import { writePackage } from './write-package.ts';

/** What installing a package found. */
export interface Installed {
  readonly manifest: Manifest;
  /** How many definitions it has. */
  readonly count: number;
  /** Files that are no readable JSON. */
  readonly unreadable: readonly string[];
  /** Definitions that got no snapshot, and why; they are tried again when they are used. */
  readonly problems: readonly string[];
  /** Dependencies that are not installed. */
  readonly missing: readonly string[];
}

function withSnapshot(
  resource: Resource,
  make: (definition: StructureDefinition) => void,
  problems: string[],
): Resource {
  if (!isStructure(resource)) return resource;
  if (!hasSnapshot(resource)) {
    delete resource.snapshot;
    try {
      make(resource);
    } catch (error) {
      if (!(error instanceof SnapshotError)) throw error;
      problems.push(error.text.en);
      return resource;
    }
  }
  const element = resource.snapshot!.element.map(one => compactElement(one)) as NonNullable<
    StructureDefinition['snapshot']
  >['element'];
  return { ...resource, snapshot: { element } };
}

/**
 * Installs a package into a folder.
 * @param source .tgz file or folder
 * @param before called before each definition; what it throws ends the work, and nothing is installed
 * @throws PackageError
 */
export function install(source: string, folder: string, before: () => void = () => {}): Installed {
  const opened = openSource(source);
  const { manifest, unreadable } = opened;
  const definitions = openDefinitions(loadDefinitions());
  for (const one of openPackages(folder)) definitions.addPackage(one);
  const own = atHand(opened);
  definitions.addPackage(own);
  const asker = definitions.askerIn(own);
  const problems: string[] = [];
  const make = (definition: StructureDefinition): void => {
    generateSnapshot(
      definition,
      canonical => definitions.byCanonical('StructureDefinition', canonical, asker) as StructureDefinition | undefined,
    );
  };
  writePackage(folder, opened, resource => {
    before();
    return withSnapshot(resource, make, problems);
  });
  const known = definitions.packages.map(one => one.name.replace(/\.r4b?$/, ''));
  const needed = Object.keys(manifest.dependencies).filter(name => !/^hl7\.fhir\.r4\./.test(name));
  const missing = needed.filter(name => !known.includes(name.replace(/\.r4b?$/, '')));
  return { manifest, count: opened.entries.length, unreadable, problems, missing };
}
