/**
 * FHIR packages: read from .tgz or folder, installed as one compact file of definitions with an index, opened at start.
 * @see https://hl7.org/fhir/packages.html
 */
import fs from 'node:fs';
import path from 'node:path';
import type { JsonObject, Resource } from '../fhir/types.ts';
import type { StructureDefinition } from './element-schema.ts';
import { PackageError, readTgz } from './tar.ts';

/** What package.json says. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  readonly canonical?: string;
  /** Name → version or range. */
  readonly dependencies: Readonly<Record<string, string>>;
}

/** One definition of a package: where its JSON lies in the file. */
export interface PackageEntry {
  readonly type: string;
  readonly url: string;
  readonly version: string;
  readonly id: string;
  readonly offset: number;
  readonly length: number;
}

/** An installed package; its definitions are read when asked for. */
export interface InstalledPackage extends Manifest {
  readonly entries: readonly PackageEntry[];
  /** True for a package that comes with the program: an installed one of the same canonical wins. */
  readonly bundled?: boolean;
  read(entry: PackageEntry): Resource;
}

const indexFile = 'index.json';
const dataFile = 'definitions.ndjson';
/** Written into the index; a package installed by older code is read anew. */
const format = 1;

/** Resources with a canonical that the server computes with. */
const kept: ReadonlySet<string> = new Set([
  ...['StructureDefinition', 'ValueSet', 'CodeSystem', 'ConceptMap', 'SearchParameter', 'OperationDefinition'],
  ...[
    'NamingSystem',
    'Questionnaire',
    'CompartmentDefinition',
    'Measure',
    'Library',
    'ImplementationGuide',
    'CapabilityStatement',
  ],
]);

/** Largest single definition, in bytes. */
const maxFile = 200_000_000;

/** Files of a package folder, by path. */
function readFolder(folder: string): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  const root = fs.existsSync(path.join(folder, 'package', 'package.json')) ? path.join(folder, 'package') : folder;
  for (const entry of fs.readdirSync(root, { withFileTypes: true }))
    if (entry.isFile() && entry.name.endsWith('.json')) {
      const file = path.join(root, entry.name);
      if (fs.statSync(file).size <= maxFile) files.set(`package/${entry.name}`, fs.readFileSync(file));
    }
  return files;
}

function parse(bytes: Buffer): JsonObject | undefined {
  try {
    const text = bytes.toString('utf8');
    const value: unknown = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

const nameForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/;

function readManifest(files: ReadonlyMap<string, Buffer>): Manifest {
  const bytes = files.get('package/package.json');
  const json = bytes && parse(bytes);
  if (!json)
    throw new PackageError({
      en: 'there is no package/package.json, so this is no FHIR package',
      ja: 'package/package.json がないため、FHIR パッケージではありません',
    });
  const { name, version, title, canonical, dependencies } = json;
  if (typeof name !== 'string' || typeof version !== 'string' || !nameForm.test(name) || !nameForm.test(version))
    throw new PackageError({
      en: 'package.json has no usable name and version',
      ja: 'package.json に使える name と version がありません',
    });
  const needs = typeof dependencies === 'object' && dependencies !== null ? Object.entries(dependencies) : [];
  return {
    name,
    version,
    ...(typeof title === 'string' && { title }),
    ...(typeof canonical === 'string' && { canonical }),
    dependencies: Object.fromEntries(needs.map(([key, value]) => [key, String(value)])),
  };
}

/** Narratives and the differential of what has a snapshot go: nothing computes with them. */
function trim(resource: JsonObject): JsonObject {
  const { text: _text, mapping: _mapping, ...rest } = resource;
  return rest;
}

/** A package as it was read: what it says of itself and its definitions. */
export interface PackageContent {
  readonly manifest: Manifest;
  readonly resources: readonly Resource[];
  /** Files that are no readable JSON. */
  readonly unreadable: readonly string[];
}

/**
 * Reads a package.
 * @param source path of a .tgz file or of a folder
 * @throws PackageError when it is not one, or not safe to read; Error (ENOENT …) when it cannot be opened
 */
export function readPackage(source: string): PackageContent {
  try {
    return readFiles(fs.statSync(source).isDirectory() ? readFolder(source) : readTgz(fs.readFileSync(source)));
  } catch (error) {
    if (!(error instanceof PackageError)) throw error;
    const { en, ja } = error.text;
    throw new PackageError({ en: `${source}: ${en}`, ja: `${source}: ${ja}` });
  }
}

function readFiles(files: ReadonlyMap<string, Buffer>): PackageContent {
  const manifest = readManifest(files);
  const resources: Resource[] = [];
  const unreadable: string[] = [];
  for (const [name, bytes] of files) {
    if (!/^package\/[^/]+\.json$/.test(name) || /\/(?:package|\.index)\.json$/.test(name)) continue;
    const json = parse(bytes);
    if (!json) unreadable.push(name);
    else if (kept.has(String(json['resourceType'])) && typeof json['url'] === 'string')
      resources.push(trim(json) as Resource);
    else if (json['resourceType'] === 'NamingSystem')
      resources.push(trim({ ...json, url: `urn:namingsystem:${String(json['id'])}` }) as Resource);
  }
  return { manifest, resources, unreadable };
}

/** Folder of an installed package: `<name>#<version>`. */
export const packageFolderName = ({ name, version }: Pick<Manifest, 'name' | 'version'>): string =>
  `${name}#${version}`;

/**
 * Writes a package's definitions below the folder of installed packages; a package of the same name and version is replaced.
 * @param prepare completes a definition before it is written, such as giving a profile its snapshot
 */
export function installPackage(
  folder: string,
  content: PackageContent,
  prepare: (resource: Resource) => Resource = one => one,
): string {
  const target = path.join(folder, packageFolderName(content.manifest));
  const draft = `${target}.new`;
  fs.rmSync(draft, { recursive: true, force: true });
  fs.mkdirSync(draft, { recursive: true });
  const lines: Buffer[] = [];
  let offset = 0;
  const entries: PackageEntry[] = content.resources.map(resource => {
    const line = Buffer.from(`${JSON.stringify(prepare(resource))}\n`);
    lines.push(line);
    const entry = {
      type: resource.resourceType,
      url: String(resource['url']),
      version: String(resource['version'] ?? ''),
      id: String(resource.id ?? ''),
      offset,
      length: line.length - 1,
    };
    offset += line.length;
    return entry;
  });
  fs.writeFileSync(path.join(draft, dataFile), Buffer.concat(lines));
  fs.writeFileSync(path.join(draft, indexFile), JSON.stringify({ format, manifest: content.manifest, entries }));
  fs.rmSync(target, { recursive: true, force: true });
  fs.renameSync(draft, target);
  return target;
}

/** Opens an installed package; undefined when it was not written by {@link installPackage}. */
export function openPackage(folder: string): InstalledPackage | undefined {
  const file = path.join(folder, indexFile);
  if (!fs.existsSync(file)) return undefined;
  const index = JSON.parse(fs.readFileSync(file, 'utf8')) as {
    format: number;
    manifest: Manifest;
    entries: PackageEntry[];
  };
  if (index.format !== format) return undefined;
  // Opened at once: should the package be installed anew meanwhile, the places of the index are those of the file that was there.
  const open = fs.openSync(path.join(folder, dataFile), 'r');
  return {
    ...index.manifest,
    entries: index.entries,
    read({ offset, length }) {
      const bytes = Buffer.allocUnsafe(length);
      fs.readSync(open, bytes, 0, length, offset);
      return JSON.parse(bytes.toString('utf8')) as Resource;
    },
  };
}

/** A package that is not installed but at hand, such as our own. */
export function packageInMemory({ manifest, resources }: PackageContent): InstalledPackage {
  const entries = resources.map((resource, i) => ({
    type: resource.resourceType,
    url: String(resource['url']),
    version: String(resource['version'] ?? ''),
    id: String(resource.id ?? ''),
    offset: i,
    length: 0,
  }));
  return { ...manifest, entries, read: ({ offset }) => structuredClone(resources[offset]!) };
}

/** All installed packages of a folder, by name and version. */
export function openPackages(folder: string): readonly InstalledPackage[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .filter(name => name.includes('#') && !name.endsWith('.new'))
    .sort()
    .map(name => openPackage(path.join(folder, name)))
    .filter(one => one !== undefined);
}

/** Compares dotted versions by number where both have numbers: `1.10.0` is after `1.9.0`. */
export function compareVersions(a: string, b: string): number {
  const left = a.split(/[.\-+]/);
  const right = b.split(/[.\-+]/);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x = '', y = ''] = [left[i], right[i]];
    const both = /^\d+$/.test(x) && /^\d+$/.test(y);
    const order = both ? Number(x) - Number(y) : x < y ? -1 : x > y ? 1 : 0;
    if (order !== 0) return order;
  }
  return 0;
}

/** True when a version is within what a dependency asks: exact, `1.2.x`, `^1.2`, `~1.2`, `latest`, `current`, `*`. */
export function satisfies(version: string, range: string): boolean {
  const wanted = range.trim();
  if (/^(?:\*|latest|current|dev|x|)$/.test(wanted)) return true;
  const plain = wanted.replace(/^[\^~]/, '');
  if (plain === version) return true;
  const parts = plain.split('.').filter(part => part !== 'x' && part !== '*');
  const own = version.split('.');
  const fixed = wanted.startsWith('^') ? parts.slice(0, 1) : wanted.startsWith('~') ? parts.slice(0, 2) : parts;
  if (!fixed.every((part, i) => own[i] === part)) return false;
  if (wanted.startsWith('^') || wanted.startsWith('~')) return compareVersions(version, plain) >= 0;
  return plain.includes('x') || plain.includes('*') || parts.length < 3;
}

/** Names a package is known by: `jpfhir-terminology.r4` is asked for where the package calls itself `jpfhir-terminology`. */
export function sameName(asked: string, own: string): boolean {
  const plain = (name: string) => name.toLowerCase().replace(/\.r4b?$/, '');
  return plain(asked) === plain(own);
}

/** True for StructureDefinitions. */
export function isStructure(resource: Resource | undefined): resource is StructureDefinition {
  return resource?.resourceType === 'StructureDefinition';
}
