/** The example data: the files are what the generator makes, the numbers are well-formed, nothing is there twice. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import t from 'tap';
import { loadDefinitions } from '../src/definitions/definitions.ts';
import type { Resource } from '../src/fhir/types.ts';
import { createValidator } from '../src/validation/validator.ts';
import { startServer } from './support.ts';

interface Identifier {
  system: string;
  value: string;
}
interface Entry {
  fullUrl: string;
  resource: { resourceType: string; identifier?: Identifier | Identifier[] };
  request?: { method: string; url: string };
}
interface Bundle {
  resourceType: 'Bundle';
  type: string;
  identifier?: Identifier;
  entry: Entry[];
}

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../examples');
const load = (name: string) => import(pathToFileURL(path.join(folder, name)).href);
const make: { files: Record<string, Bundle>; textOf(content: unknown): string } = await load('make.mjs');
const { checkDigit, ids }: { checkDigit(digits: string): string; ids: Record<string, string> } =
  await load('make/shared.mjs');

const { mistakes }: { mistakes: string[] } = await load('make/refusal.mjs');

const jsonFiles = fs
  .readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.json'))
  .map(name => name.split(path.sep).join('/'))
  .sort();
const bundles = Object.entries(make.files).filter(([, content]) => content.resourceType === 'Bundle');
const identifiers = (of: Identifier | Identifier[] | undefined) => (Array.isArray(of) ? of : of ? [of] : []);

t.test('the files are what the generator makes', async t => {
  t.same(jsonFiles, Object.keys(make.files).sort());
  for (const name of jsonFiles) {
    const text = fs.readFileSync(path.join(folder, name), 'utf8');
    t.equal(text, make.textOf(make.files[name]), `${name}: run node examples/make.mjs`);
    t.ok(JSON.parse(text).resourceType, name);
  }
});

t.test('everything is valid R4, and the refused certificate has just the mistakes that are told', async t => {
  // Extensions of this project's own profiles, which are not loaded here.
  const validator = createValidator(loadDefinitions(), { options: { unknownExtensions: 'warning' } });
  for (const [name, { type, entry }] of bundles) {
    const bare = type === 'transaction' ? entry.map(({ resource }) => resource) : [make.files[name]];
    for (const resource of bare)
      t.same(
        validator.validateResource(resource as unknown as Resource).filter(one => one.severity === 'error'),
        [],
        `${name}: ${resource?.resourceType}`,
      );
  }
  const found = validator.validateResource(make.files['refusal/certificate.json'] as unknown as Resource);
  const errors = found.filter(one => one.severity === 'error');
  t.same(errors.map(({ expression }) => expression?.replace(/\[\d+\]/g, '')).sort(), [...mistakes].sort());
});

t.test('what claims a profile of our own fulfils it', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const ours = bundles.flatMap(([, { entry }]) =>
    entry
      .map(({ resource }) => resource as unknown as Resource)
      .filter(one => JSON.stringify(one.meta).includes('engawa/fhir')),
  );
  t.ok(ours.length > 50);
  for (const resource of ours) {
    const profiles = (resource.meta?.profile ?? []).filter(one => one.includes('engawa/fhir'));
    for (const one of profiles) t.ok(server.services.validator.knowsProfile(one), one);
    const found = server.services.validator.validateResource({ ...resource, meta: { profile: profiles } });
    t.same(
      found.filter(one => one.severity === 'error'),
      [],
      resource.resourceType,
    );
  }
});

t.test('nothing is there twice', async t => {
  const keys = new Map<string, string>();
  const documents = new Set<string>();
  for (const [name, { entry, identifier, type }] of bundles) {
    t.equal(new Set(entry.map(({ fullUrl }) => fullUrl)).size, entry.length, `${name}: fullUrls`);
    if (type === 'transaction') {
      for (const { request } of entry) {
        const url = request?.url ?? '';
        t.notOk(keys.has(url), `${name}: ${url} is also in ${keys.get(url)}`);
        keys.set(url, name);
      }
    } else {
      const value = identifier?.value ?? '';
      t.match(value, /^[0-4][0-9][1-3][0-9]{7}\^20[2-3][0-9]\^[A-Za-z0-9-]{1,36}$/, `${name}: Bundle-ID`);
      t.notOk(documents.has(value), `${name}: ${value}`);
      documents.add(value);
    }
    const resources = entry.flatMap(({ resource }) =>
      identifiers(resource.identifier).map(({ system, value }) => `${resource.resourceType} ${system}|${value}`),
    );
    t.equal(new Set(resources).size, resources.length, `${name}: identifiers`);
  }
});

t.test('references inside a Bundle lead to an entry', async t => {
  for (const [name, content] of bundles) {
    const text = JSON.stringify(content);
    const there = new Set(content.entry.map(({ fullUrl }) => fullUrl));
    const asked = [...text.matchAll(/"reference":"(urn:uuid:[^"]+)"/g)].map(([, urn]) => urn as string);
    t.same(
      asked.filter(urn => !there.has(urn)),
      [],
      name,
    );
  }
});

t.test('check digits', async t => {
  for (const known of ['435073', '131128', '271007', '141002', '011007'])
    t.equal(checkDigit(known.slice(0, -1)), known.slice(-1), known);

  const ours = bundles.flatMap(([, { entry }]) => entry.flatMap(({ resource }) => identifiers(resource.identifier)));
  const numbers = ours.flatMap(({ system, value }) => {
    if (system === ids.insurer || system === ids.office) return [value];
    if (system.endsWith('/insurance-medical-institution-no')) return [value.slice(3)];
    if (system.endsWith('/JP_Insurance_memberID')) return [value.slice(0, 8)];
    return [];
  });
  t.ok(numbers.length > 10);
  for (const number of new Set(numbers)) t.equal(checkDigit(number.slice(0, -1)), number.slice(-1), number);
  const insured = ours.filter(({ system }) => system === ids.insured);
  t.equal(new Set(insured.map(({ value }) => value)).size, 20);
  for (const { value } of insured) t.match(value, /^492017:(\d{10}|H\d{9})$/);
});

t.test('every resource says that it is test data, and no number can be a real one', async t => {
  for (const [name, { entry }] of bundles)
    for (const { resource } of entry) {
      const text = JSON.stringify(resource);
      t.match(text, /"code":"HTEST"/, `${name}: ${resource.resourceType}`);
      for (const [, value] of text.matchAll(/"system":"phone","value":"([^"]*)"/g)) t.equal(value, '00-0000-0000');
      for (const [, value] of text.matchAll(/"postalCode":"([^"]*)"/g)) t.equal(value, '000-0000');
    }
});
