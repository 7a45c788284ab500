/**
 * The masters of terminology/: as many codes as there are in their sources (a number that changes is a decision, not an
 * accident), each with its name and its source; and the names and canonicals others bind to.
 */
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { JsonObject } from '../src/fhir/types.ts';
import { packagesFolder } from '../src/terminology/packages.ts';
import { casesFolder } from './support.ts';

interface Concept {
  readonly code: string;
  readonly display?: string;
  readonly property?: readonly JsonObject[];
  readonly concept?: readonly Concept[];
}

const resources = fs
  .readdirSync(packagesFolder)
  .flatMap(name => fs.readdirSync(path.join(packagesFolder, name)).map(file => path.join(packagesFolder, name, file)))
  .filter(file => !file.endsWith('package.json'))
  .map(file => ({ file, resource: JSON.parse(fs.readFileSync(file, 'utf8')) as JsonObject }));

const all = (list: readonly Concept[]): Concept[] => list.flatMap(one => [one, ...all(one.concept ?? [])]);
const systems = resources
  .filter(({ resource }) => resource['resourceType'] === 'CodeSystem')
  .map(({ resource }) => ({ resource, concepts: all((resource['concept'] ?? []) as Concept[]) }));
const textOf = (concept: Concept, code: string): unknown =>
  concept.property?.find(one => one['code'] === code)?.['valueCode'];

t.test('each code system has the codes it should have', async t => {
  const expected = JSON.parse(fs.readFileSync(path.join(casesFolder, 'masters/counts.json'), 'utf8')) as object;
  const counts = systems.map(({ resource, concepts }) => [String(resource['url']), concepts.length] as const);
  // Others may be added; those that are listed stay as they are.
  t.match(Object.fromEntries(counts), expected);
  for (const { resource, concepts } of systems) {
    t.equal(resource['count'], concepts.length, `count of ${String(resource['id'])}`);
    t.equal(new Set(concepts.map(one => one.code)).size, concepts.length, `codes of ${String(resource['id'])}`);
  }
});

t.test('each code has a name, and a source: its own with an edition, or one of the whole code system', async t => {
  const sources = new Set(systems.find(({ resource }) => resource['id'] === 'source')!.concepts.map(one => one.code));
  for (const { resource, concepts } of systems) {
    const whole = /Source: |出典/.test(String(resource['description']));
    const named = (one: Concept) =>
      sources.has(String(textOf(one, 'source'))) && one.property?.some(property => property['code'] === 'edition');
    const poor = concepts.filter(one => !one.display || !(whole || named(one))).map(one => one.code);
    t.strictSame(poor, [], String(resource['id']));
  }
});

t.test('each file is named after its resource, in one place only', async t => {
  const urls = resources.map(({ resource }) => `${String(resource['url'])}`).filter(url => url !== 'undefined');
  t.equal(new Set(urls).size, urls.length);
  for (const { file, resource } of resources)
    t.equal(path.basename(file), `${String(resource['resourceType'])}-${String(resource['id'])}.json`);
});

t.test('concept maps and value sets name codes that exist', async t => {
  const codes = new Map(
    systems.map(({ resource, concepts }) => [resource['url'], new Set(concepts.map(one => one.code))]),
  );
  const check = (where: string, url: unknown, code: unknown) => {
    const known = codes.get(url);
    if (known) t.ok(known.has(String(code)), `${where}: ${String(url)}#${String(code)}`);
  };
  for (const { file, resource } of resources) {
    const compose = resource['compose'] as { include: JsonObject[] } | undefined;
    for (const part of compose?.include ?? [])
      for (const one of (part['concept'] ?? []) as JsonObject[])
        check(path.basename(file), part['system'], one['code']);
    for (const group of (resource['group'] ?? []) as JsonObject[]) {
      for (const element of (group['element'] ?? []) as JsonObject[]) {
        check(path.basename(file), group['source'], element['code']);
        for (const target of (element['target'] ?? []) as JsonObject[])
          if (target['code'] !== undefined) check(path.basename(file), group['target'], target['code']);
      }
    }
  }
});
