/**
 * Installing packages: read, give every profile its snapshot, write the compact form. Done once per package; the next start
 * opens what is there.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { Resource } from '../fhir/types.ts';
import { compactElement } from './compact.ts';
import { loadDefinitions } from './definitions.ts';
import type { StructureDefinition } from './element-schema.ts';
import { openDefinitions } from './overlay.ts';
import {
  installPackage,
  isStructure,
  openPackages,
  type PackageContent,
  packageInMemory,
  readPackage,
} from './package.ts';
import { generateSnapshot, SnapshotError } from './snapshot.ts';
import { hasSnapshot } from './snapshot-tree.ts';

/** What installing a package found. */
export interface Installed {
  readonly content: PackageContent;
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
 * @throws PackageError
 */
export function install(source: string, folder: string): Installed {
  const content = readPackage(source);
  const definitions = openDefinitions(loadDefinitions());
  for (const one of openPackages(folder)) definitions.addPackage(one);
  const own = packageInMemory(content);
  definitions.addPackage(own);
  const asker = definitions.askerIn(own);
  const problems: string[] = [];
  const make = (definition: StructureDefinition): void => {
    generateSnapshot(
      definition,
      canonical => definitions.byCanonical('StructureDefinition', canonical, asker) as StructureDefinition | undefined,
    );
  };
  fs.mkdirSync(folder, { recursive: true });
  installPackage(folder, content, resource => withSnapshot(structuredClone(resource), make, problems));
  const known = definitions.packages.map(one => one.name.replace(/\.r4b?$/, ''));
  const needed = Object.keys(content.manifest.dependencies).filter(name => !/^hl7\.fhir\.r4\./.test(name));
  return { content, problems, missing: needed.filter(name => !known.includes(name.replace(/\.r4b?$/, ''))) };
}

const ledger = 'sources.json';

/**
 * Installs the .tgz files of a folder that are new or changed since the last time, dependencies first as far as names tell.
 * @returns the files that were installed
 */
export function installFolder(sources: string, folder: string): readonly string[] {
  if (!fs.existsSync(sources)) return [];
  const file = path.join(folder, ledger);
  const done = (fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {}) as Record<string, number>;
  const fresh = fs
    .readdirSync(sources)
    .filter(name => name.endsWith('.tgz') && done[name] !== fs.statSync(path.join(sources, name)).mtimeMs)
    .sort();
  if (fresh.length === 0) return [];
  const order = fresh.map(name => ({
    name,
    needs: Object.keys(readPackage(path.join(sources, name)).manifest.dependencies).length,
  }));
  for (const { name } of order.sort((a, b) => a.needs - b.needs)) {
    install(path.join(sources, name), folder);
    done[name] = fs.statSync(path.join(sources, name)).mtimeMs;
  }
  fs.writeFileSync(file, JSON.stringify(done));
  return fresh;
}
