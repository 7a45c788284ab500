// Profiles: snapshots, their rules, packages, the command line. Content is synthetic.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import t from 'tap';
import { findFiles } from '../src/commands/check-files.ts';
import { formats } from '../src/commands/report-formats.ts';
import { bundledPackages } from '../src/definitions/bundled.ts';
import { loadDefinitions } from '../src/definitions/definitions.ts';
import type { StructureDefinition } from '../src/definitions/element-schema.ts';
import { install } from '../src/definitions/install.ts';
import { installFolder } from '../src/definitions/install-folder.ts';
import { openDefinitions } from '../src/definitions/overlay.ts';
import { compareVersions, openPackages, openSource, satisfies } from '../src/definitions/package.ts';
import { generateSnapshot } from '../src/definitions/snapshot.ts';
import { toTree } from '../src/definitions/snapshot-tree.ts';
import { readTgz } from '../src/definitions/tar.ts';
import type { Resource } from '../src/fhir/types.ts';
import { withLocations } from '../src/validation/locate.ts';
import { SchemaMaker } from '../src/validation/profile-schema.ts';
import { createValidator } from '../src/validation/validator.ts';
import { packageInMemory, tgz } from './packages.ts';

const folder = path.join(import.meta.dirname, 'cases/profiles');
const cases = <T>(name: string): T => JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')) as T;
const base = loadDefinitions();
const definitions = openDefinitions(base);
for (const one of cases<Resource[]>('definitions.json')) definitions.put(one);
const validator = createValidator(definitions);

interface Case {
  name: string;
  profile?: string;
  resource: Resource;
  issues: [severity: string, expression: string, rule?: string][];
}

t.test('rules of profiles', async t => {
  for (const { name, profile, resource, issues } of cases<Case[]>('cases.json')) {
    const found = validator.validateResource(resource, { profiles: profile ? [profile] : [] });
    const asCase = found.map(({ severity, expression, rule }) => [severity, expression, ...(rule ? [rule] : [])]);
    t.same(asCase, issues, name);
    t.ok(
      found.every(one => /[ぁ-んァ-ヶ一-龠]/.test(one.message.ja)),
      `${name}: in Japanese`,
    );
  }
});

t.test('a schema is what the profile says beyond R4', async t => {
  const lab = definitions.profile('http://example.jp/StructureDefinition/lab')!;
  const schema = new SchemaMaker(definitions).make(lab, false);
  const value = schema.root.children.find(one => one.name === 'value')!;
  t.match(value, { typesNarrowed: true, slicing: { rules: 'closed' }, types: [{ code: 'Quantity' }] });
  t.match(value.slices, [{ sliceName: 'valueQuantity' }]);
  const coding = schema.root.children.find(one => one.name === 'code')!.children.find(one => one.name === 'coding')!;
  t.same(
    coding.slices.map(one => one.sliceName),
    ['core/na'],
    'a slash alone makes no re-slice',
  );
  t.equal(schema.root.children.find(one => one.name === 'status')!.cardinalityNarrowed, false);
});

t.test('snapshots', async t => {
  const patient = (elements: object[]): StructureDefinition =>
    ({
      resourceType: 'StructureDefinition',
      url: 'http://example.jp/x',
      kind: 'resource',
      abstract: false,
      type: 'Patient',
      baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
      derivation: 'constraint',
      differential: { element: elements },
    }) as unknown as StructureDefinition;
  const find = (canonical: string) => base.byCanonical('StructureDefinition', canonical) as StructureDefinition;
  const ids = (elements: object[]) => generateSnapshot(patient(elements), find, true).map(one => one.id);
  const sorted = ids([
    { path: 'Patient.gender', min: 1 },
    { path: 'Patient.name.family', min: 1 },
    { path: 'Patient.deceasedBoolean', min: 1 },
  ]);
  for (const id of ['Patient.name.family', 'Patient.name.id', 'Patient.deceased[x]:deceasedBoolean'])
    t.ok(sorted.includes(id), id);
  t.ok(sorted.indexOf('Patient.name') < sorted.indexOf('Patient.gender'), 'in the order of the base');
  const sliced = ids([
    { path: 'Patient.identifier', slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'open' } },
    { path: 'Patient.identifier', sliceName: 'a', max: '1' },
    { path: 'Patient.identifier', sliceName: 'a/b', max: '1' },
  ]).filter(id => id?.includes(':'));
  t.same(sliced, ['Patient.identifier:a', 'Patient.identifier:a/b']);
  for (const wrong of [
    [{ path: 'Patient.nome' }],
    [{ path: 'Person.name' }],
    [{ path: 'Patient.gender', fixedBoolean: true }],
    [{ path: 'Patient.name' }, { path: 'Patient.name' }],
  ])
    t.throws(() => ids(wrong), JSON.stringify(wrong));
  t.equal(toTree([], 'Patient').name, 'Patient');
});

t.test('constraints of the specification get their published snapshots', async t => {
  const corpus = path.join(import.meta.dirname, '../node_modules/hl7.fhir.r4.examples');
  const all = new Map<string, StructureDefinition>();
  for (const file of fs.readdirSync(corpus).filter(name => name.startsWith('StructureDefinition-'))) {
    const one = JSON.parse(fs.readFileSync(path.join(corpus, file), 'utf8')) as StructureDefinition;
    all.set(one.url, one);
  }
  // The published snapshots differ from their own sources there: the extension's own max, children of ElementDefinition's extensions, a slice's name in a reference.
  const exceptions = ['clinicaldocument', 'elementdefinition-de', 'provenance-relevant-history'];
  const view = (one: Record<string, unknown>) =>
    JSON.stringify([one['id'], one['min'], one['max'], one['type'], one['contentReference']]);
  let same = 0;
  for (const one of [...all.values()].filter(({ derivation, snapshot }) => derivation === 'constraint' && snapshot)) {
    const made = generateSnapshot(one, canonical => all.get(canonical.split('|')[0]!), true);
    const equal = made.map(view).join('\n') === one.snapshot!.element.map(view).join('\n');
    if (equal) same++;
    else t.ok(exceptions.includes(String(one.id)), String(one.id));
  }
  t.ok(same >= 436, `${same} equal`);
});

t.test('packages', async t => {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-packages-'));
  t.teardown(() => fs.rmSync(place, { recursive: true }));
  const profile = cases<Resource[]>('definitions.json').find(one => one.id === 'lab')!;
  const manifest = JSON.stringify({
    name: 'example.lab',
    version: '1.0.0',
    dependencies: { 'hl7.fhir.r4.core': '4.0.1', 'example.other': '1.x' },
  });
  const sources = path.join(place, 'sources');
  fs.mkdirSync(sources);
  fs.writeFileSync(
    path.join(sources, 'a.tgz'),
    tgz({
      'package/package.json': manifest,
      'package/x.json': JSON.stringify({ ...profile, snapshot: { element: [] } }),
      'package/broken.json': '{',
    }),
  );
  const { unreadable, problems, missing } = install(path.join(sources, 'a.tgz'), path.join(place, 'installed'));
  t.same([unreadable, problems, missing], [['package/broken.json'], [], ['example.other']]);
  const [opened] = openPackages(path.join(place, 'installed'));
  const stored = opened!.read(opened!.entries[0]!) as StructureDefinition;
  t.ok(stored.snapshot!.element.length > 20, 'an empty snapshot was made');
  t.same(installFolder(sources, path.join(place, 'again')), ['a.tgz']);
  t.same(installFolder(sources, path.join(place, 'again')), [], 'once');
  const [running] = openPackages(path.join(place, 'installed'));
  const longer = { 'package/a.json': JSON.stringify({ ...profile, url: 'http://example.jp/longer', id: 'longer' }) };
  const added = { 'package/package.json': manifest, ...longer, 'package/x.json': JSON.stringify(profile) };
  fs.writeFileSync(path.join(place, 'b.tgz'), tgz(added));
  install(path.join(place, 'b.tgz'), path.join(place, 'installed'));
  t.equal(running!.read(running!.entries[0]!).id, profile.id, 'who had it open before reads what was there');
  const wrong: Record<string, Record<string, string>> = {
    'no manifest': { 'package/x.json': '{}' },
    'zip slip': { 'package/../../x.json': '{}' },
    absolute: { '/etc/x.json': '{}' },
  };
  for (const [name, files] of Object.entries(wrong)) {
    fs.writeFileSync(path.join(place, 'bad.tgz'), tgz(files));
    t.throws(() => openSource(path.join(place, 'bad.tgz')), { message: /bad\.tgz: / }, name);
  }
  t.throws(() => readTgz(Buffer.from('no archive')), /not a \.tgz/);
  const whole = zlib.gzipSync(Buffer.alloc(100_000));
  t.throws(() => readTgz(whole.subarray(0, 50)), /not a \.tgz/);
  const room = t.intercept(zlib, 'gunzipSync', {
    value() {
      throw new RangeError('Array buffer allocation failed');
    },
  });
  t.throws(() => readTgz(whole), /100000 bytes when unpacked, does not fit into memory/);
  room.restore();
});

t.test('one canonical in two packages', async t => {
  const system = (count: number): Resource => ({
    resourceType: 'CodeSystem',
    id: 'c',
    url: 'http://example.jp/c',
    count,
  });
  const both = openDefinitions(base);
  const make = (name: string, count: number, dependencies = {}) =>
    packageInMemory({
      manifest: { name, version: `${count}.0.0`, dependencies },
      resources: [system(count)],
    });
  const [one, two] = [make('one', 1), make('two', 2)];
  const user = packageInMemory({
    manifest: { name: 'user', version: '1.0.0', dependencies: { 'one.r4': '1.x' } },
    resources: [],
  });
  for (const each of [one, two, user]) both.addPackage(each);
  const seen = (from?: typeof one) =>
    both.byCanonical('CodeSystem', 'http://example.jp/c', from && both.askerIn(from))?.['count'];
  t.same([seen(one), seen(two), seen(user), seen()], [1, 2, 1, 2]);
});

t.test('what is installed wins over what is bundled, for bundled definitions too', async t => {
  const both = openDefinitions(base);
  const make = (name: string, version: string, count: number) =>
    packageInMemory({
      manifest: { name, version, dependencies: {} },
      resources: [{ resourceType: 'CodeSystem', id: 'c', url: 'http://example.jp/c', count }],
    });
  const ours = { ...make('ours', '9.0.0', 1), bundled: true };
  both.addPackage(ours);
  const seen = () =>
    [undefined, both.askerIn(ours)].map(
      asker => both.byCanonical('CodeSystem', 'http://example.jp/c', asker)?.['count'],
    );
  t.same(seen(), [1, 1]);
  both.addPackage(make('official', '1.0.0', 2));
  t.same(seen(), [2, 2]);
  t.ok(bundledPackages().some(one => one.name === 'engawa.kaigo.profiles'));
});

t.test('versions', async t => {
  t.ok(compareVersions('1.10.0', '1.9.0') > 0);
  for (const [version, range, expected] of [
    ['1.2.3', '1.2.x', true],
    ['1.2.3', '^1.0.0', true],
    ['2.0.0', '^1.0.0', false],
    ['1.2.3', '~1.2.0', true],
    ['1.2.3', '1.2.3', true],
    ['1.2.3', '1.2.4', false],
    ['9', 'latest', true],
  ] as const)
    t.equal(satisfies(version, range), expected, `${version} ${range}`);
});

t.test('line and column', async t => {
  const text =
    '{\n  "resourceType": "Patient",\n  "name": [\n    { "family": "A" },\n    { "given": [1] }\n  ],\n  "deceasedBoolean": 1\n}';
  const issue = (expression: string) => ({
    severity: 'error' as const,
    code: 'value',
    message: { en: '', ja: '' },
    expression,
  });
  const found = withLocations(
    [issue('Patient.name[1].given[0]'), issue('Patient.deceased.ofType(boolean)'), issue('Patient.gender')],
    text,
  );
  t.same(
    found.map(one => one.location),
    ['line 5, column 17', 'line 7, column 3', 'line 1, column 1'],
  );
});

t.test('files and formats of the command', async t => {
  const found = findFiles(path.join(folder, '*.json'));
  t.ok(found?.some(file => file.endsWith('cases.json')));
  t.equal(findFiles(path.join(folder, 'nothing.json')), undefined);
  const issues = validator.validateResource({ resourceType: 'Patient', gender: 'x' });
  const results = [
    { file: 'a.json', issues },
    { file: 'b.ndjson', line: 3, issues: [] },
  ];
  for (const [name, write] of formats)
    t.match(write(results, 'en'), name === 'text' ? /a\.json:1:1: error/ : /a\.json/, name);
});
