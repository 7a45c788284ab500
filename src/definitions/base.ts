/**
 * Build step: the R4 definitions of the npm package hl7.fhir.r4.examples (CC0-1.0, the official 4.0.1 build)
 * become the compact cache in dist/definitions, the only thing a running server reads of them.
 * Skipped when the cache is newer than the package and than this code.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Resource } from '../fhir/types.ts';
import { compileBundled } from './bundled.ts';
import { cacheFolder, type Group, groupFile, writeGroup } from './cache.ts';
import { compact } from './compact.ts';
import { type StructureDefinition, toTypeSchema } from './element-schema.ts';

const resourceGroups: readonly Exclude<Group, 'TypeSchema'>[] = [
  'SearchParameter',
  'CompartmentDefinition',
  'OperationDefinition',
  'ValueSet',
  'CodeSystem',
  'ConceptMap',
  'StructureDefinition',
];

function packageFolder(): string {
  return path.dirname(createRequire(import.meta.url).resolve('hl7.fhir.r4.examples/package.json'));
}

function isFresh(folder: string, source: string): boolean {
  const groups: Group[] = ['TypeSchema', ...resourceGroups];
  const written = groups.map(group => fs.statSync(groupFile(folder, group), { throwIfNoEntry: false })?.mtimeMs ?? 0);
  const own = path.dirname(fileURLToPath(import.meta.url));
  const extension = path.extname(fileURLToPath(import.meta.url));
  const inputs = ['base', 'cache', 'compact', 'element-schema'].map(name => path.join(own, name + extension));
  return (
    Math.min(...written) >
    Math.max(...[path.join(source, 'package.json'), ...inputs].map(file => fs.statSync(file).mtimeMs))
  );
}

/** The package mixes definitions with examples of definitions; those are not for use. */
function isExample(resource: Resource): boolean {
  const id = String(resource.id);
  if (resource.resourceType === 'SearchParameter')
    return !resource['base'] || id === 'filter' || /^example(-|$)/.test(id);
  return /^example(-|\d*$)/.test(id) || resource['kind'] === 'logical';
}

function readResources(source: string, type: string): Resource[] {
  const files = fs
    .readdirSync(source)
    .filter(file => file.startsWith(`${type}-`))
    .sort();
  const resources = files.map(file => JSON.parse(fs.readFileSync(path.join(source, file), 'utf8')) as Resource);
  return resources.filter(resource => !isExample(resource));
}

function writeTypeSchemas(folder: string, definitions: readonly StructureDefinition[]): number {
  const types = definitions.filter(definition => definition.derivation !== 'constraint');
  const entries = types.map(toTypeSchema).map(value => ({ head: [value.name, value.kind, ''] as const, value }));
  return writeGroup(folder, 'TypeSchema', entries);
}

/**
 * Writes the cache, or does nothing when it is up to date.
 * @param folder of the cache
 * @returns bytes written; 0 when it was up to date
 * @throws Error when the package is not installed
 */
export function buildCache(folder: string = cacheFolder): number {
  const source = packageFolder();
  if (isFresh(folder, source)) return 0;
  fs.mkdirSync(folder, { recursive: true });
  let bytes = 0;
  for (const group of resourceGroups) {
    const resources = readResources(source, group);
    const entries = resources.map(resource => ({
      head: [String(resource['url']), String(resource['version'] ?? ''), String(resource.id)] as const,
      value: compact(resource),
    }));
    bytes += writeGroup(folder, group, entries);
    if (group === 'StructureDefinition') bytes += writeTypeSchemas(folder, resources as StructureDefinition[]);
  }
  return bytes;
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const bytes = buildCache();
  compileBundled();
  process.stderr.write(bytes > 0 ? `engawa: definitions cache written, ${Math.round(bytes / 1000)} kB\n` : '');
}
