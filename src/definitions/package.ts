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

/** Folder of an installed package: `<name>#<version>`. */
export const packageFolderName = ({ name, version }: Pick<Manifest, 'name' | 'version'>): string =>
  `${name}#${version}`;

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

/** The files of an installed package. */
export const indexFile = 'index.json';
export const dataFile = 'definitions.ndjson';
/** Written into the index; a package installed by older code is read anew. */
export const format = 1;
/**
 * Ends of the names of what a process is writing (`new`), has moved away for it (`old`) or is removing (`gone`): its number, after a
 * character that no name or version of a package has.
 */
export const passing: RegExp = /~(\d+)\.(new|old|gone)$/;

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

/** A package that is not installed; each of its definitions is parsed anew when it is read, so that they need not all be in memory. */
export interface PackageSource extends Pick<InstalledPackage, 'entries' | 'read'> {
  readonly manifest: Manifest;
  /** Files that are no readable JSON. */
  readonly unreadable: readonly string[];
}

function naming<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PackageError)) throw error;
    const { en, ja } = error.text;
    throw new PackageError({ en: `${source}: ${en}`, ja: `${source}: ${ja}` });
  }
}

const filesOf = (source: string): ReadonlyMap<string, Buffer> =>
  fs.statSync(source).isDirectory() ? readFolder(source) : readTgz(fs.readFileSync(source));

/**
 * What a package says of itself, without a look at its definitions.
 * @param source path of a .tgz file or of a folder
 * @throws as {@link openSource}
 */
export const manifestOf = (source: string): Manifest => naming(source, () => readManifest(filesOf(source)));

/**
 * Opens a package that is not installed.
 * @param source path of a .tgz file or of a folder
 * @throws PackageError when it is not one, or not safe to read; Error (ENOENT …) when it cannot be opened
 */
export const openSource = (source: string): PackageSource => naming(source, () => openFiles(filesOf(source)));

/** A package that is not installed, used as it is. */
export const atHand = ({ manifest, entries, read }: PackageSource): InstalledPackage => ({
  ...manifest,
  entries,
  read,
});

/** The definition of a file, without what nothing computes with; undefined when it has none that is kept. */
function definitionIn(json: JsonObject): Resource | undefined {
  if (kept.has(String(json['resourceType'])) && typeof json['url'] === 'string') return trim(json) as Resource;
  if (json['resourceType'] !== 'NamingSystem') return undefined;
  return trim({ ...json, url: `urn:namingsystem:${String(json['id'])}` }) as Resource;
}

const headOf = (resource: Resource) => ({
  type: resource.resourceType,
  url: String(resource['url']),
  version: String(resource['version'] ?? ''),
  id: String(resource.id ?? ''),
});

function openFiles(files: ReadonlyMap<string, Buffer>): PackageSource {
  const manifest = readManifest(files);
  const held: Buffer[] = [];
  const entries: PackageEntry[] = [];
  const unreadable: string[] = [];
  for (const [name, bytes] of files) {
    if (!/^package\/[^/]+\.json$/.test(name) || /\/(?:package|\.index)\.json$/.test(name)) continue;
    const json = parse(bytes);
    const resource = json && definitionIn(json);
    if (!json) unreadable.push(name);
    if (resource) entries.push({ ...headOf(resource), offset: held.push(bytes) - 1, length: 0 });
  }
  return { manifest, entries, unreadable, read: ({ offset }) => definitionIn(parse(held[offset]!)!)! };
}

/** Opens an installed package; undefined when it was not written by `writePackage`. */
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

/** All installed packages of a folder, by name and version. */
export function openPackages(folder: string): readonly InstalledPackage[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .filter(name => name.includes('#') && !passing.test(name))
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
