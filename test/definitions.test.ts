// Definitions: the cache made at build, schemas of types, XML ↔ JSON.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { buildCache } from '../src/definitions/base.ts';
import { conceptsOmitted } from '../src/definitions/compact.ts';
import { loadDefinitions } from '../src/definitions/definitions.ts';
import { elementAt, fieldsOf, toTypeSchema } from '../src/definitions/element-schema.ts';
import { nearest } from '../src/definitions/nearest.ts';
import { jsonToXml, xmlToJson } from '../src/definitions/xml.ts';
import { parseJson } from '../src/fhir/json.ts';
import { FhirError, type Issue } from '../src/fhir/outcome.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const corpus = path.join(root, 'node_modules/hl7.fhir.r4.examples');
const cases = <T>(name: string): T[] => JSON.parse(fs.readFileSync(path.join(root, 'test/cases', name), 'utf8'));

const folder = t.testdir();
buildCache(folder);
const definitions = loadDefinitions(folder);
const limits = { maxDepth: 100 };

const refusal = (run: () => unknown): FhirError => {
  try {
    run();
  } catch (error) {
    if (error instanceof FhirError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

t.test('the cache', async t => {
  t.equal(buildCache(folder), 0, 'is not made again when it is up to date');
  t.equal(definitions.resourceTypes.length, 146);
  t.ok(definitions.isResourceType('Patient'));
  for (const name of ['Resource', 'DomainResource', 'HumanName', '__proto__', 'constructor', ''])
    t.notOk(definitions.isResourceType(name), `${name} is no concrete resource type`);
  t.equal(definitions.typeSchema('toString'), undefined);
  t.ok(definitions.all('SearchParameter').length > 1300);
  t.same(
    definitions
      .all('CompartmentDefinition')
      .map(one => one['code'])
      .sort(),
    ['Device', 'Encounter', 'Patient', 'Practitioner', 'RelatedPerson'],
  );
  t.equal(definitions.all('ValueSet'), definitions.all('ValueSet'), 'a list is made once');
  t.throws(() => loadDefinitions(path.join(folder, 'nowhere')), { code: 'ENOENT' });
});

t.test('resources by canonical', async t => {
  const url = 'http://hl7.org/fhir/ValueSet/administrative-gender';
  t.equal(definitions.byCanonical('ValueSet', url)?.id, 'administrative-gender');
  t.equal(definitions.byCanonical('ValueSet', `${url}|4.0.1`)?.id, 'administrative-gender');
  t.equal(definitions.byCanonical('ValueSet', `${url}|5.0.0`), undefined);
  t.equal(definitions.byCanonical('CodeSystem', url), undefined, 'of the type asked for only');
  t.equal(definitions.byCanonical('Patient', url), undefined);
  const patient = definitions.byCanonical('StructureDefinition', 'http://hl7.org/fhir/StructureDefinition/Patient')!;
  const elements = (
    patient['snapshot'] as { element: { path: string; constraint?: { key: string }[]; binding?: unknown }[] }
  ).element;
  t.same(
    elements.find(one => one.path === 'Patient.contact')?.constraint?.map(one => one.key),
    ['ele-1', 'pat-1'],
  );
  t.same(elements.find(one => one.path === 'Patient.gender')?.binding, {
    strength: 'required',
    valueSet: `${url}|4.0.1`,
  });
});

t.test('code lists that need a licence are left out, their rules kept', async t => {
  const include = (one: { [name: string]: unknown }) =>
    (one['compose'] as { include: { [name: string]: unknown }[] }).include;
  const rules = definitions.all('ValueSet').flatMap(include);
  const guarded = rules.filter(
    rule => rule['system'] === 'http://snomed.info/sct' || rule['system'] === 'http://loinc.org',
  );
  t.ok(guarded.length > 100);
  t.notOk(guarded.some(rule => rule['concept']));
  t.ok(guarded.some(rule => (rule['extension'] as { url: string }[] | undefined)?.[0]?.url === conceptsOmitted));
});

interface SchemaCase {
  path: string;
  expected: { [name: string]: unknown };
}
t.test('schemas of types', async t => {
  for (const { path: asked, expected } of cases<SchemaCase>('definitions/elements.json')) {
    const type = definitions.typeSchema(asked.split('.')[0] ?? '');
    const element = type && elementAt(type, asked);
    t.match(element && { ...element, max: String(element.max) }, expected, asked);
  }
  const names = definitions
    .typeSchema('Patient')
    ?.children.map(child => child.name)
    .slice(0, 10);
  t.same(names, [
    'id',
    'meta',
    'implicitRules',
    'language',
    'text',
    'contained',
    'extension',
    'modifierExtension',
    'identifier',
    'active',
  ]);
  t.match(definitions.typeSchema('decimal'), { kind: 'primitive-type', pattern: /^-\?/ });
  t.equal(definitions.typeSchema('Age')?.base, 'Quantity');
  const fields = fieldsOf(definitions.typeSchema('Observation')?.children ?? []);
  t.match(fields.get('valueQuantity'), { name: 'valueQuantity', type: 'Quantity', element: { name: 'value' } });
  t.equal(fields.get('value'), undefined);
  const empty = { resourceType: 'StructureDefinition', url: 'urn:x', kind: 'resource', abstract: false, type: 'X' };
  t.throws(() => toTypeSchema(empty), /no snapshot/);
});

t.test('names that were meant', async t => {
  for (const [found, meant] of [
    ['gendre', 'gender'],
    ['Gender', 'gender'],
    ['birthdate', 'birthDate'],
    ['namne', 'name'],
    ['xyz', undefined],
  ])
    t.equal(nearest(found!, ['name', 'gender', 'birthDate']), meant, String(found));
});

interface PairCase {
  name: string;
  json: string;
  xml: string;
}
t.test('XML and JSON of the same resource', async t => {
  for (const { name, json, xml } of cases<PairCase>('xml/round-trip.json')) {
    t.equal(jsonToXml(json, definitions), xml, `${name}: to XML`);
    t.equal(xmlToJson(xml, definitions, limits), json, `${name}: to JSON`);
    t.equal(xmlToJson(jsonToXml(json, definitions, { pretty: true }), definitions, limits), json, `${name}: pretty`);
  }
  for (const { name, json, xml, notes = [] } of cases<PairCase & { notes?: [string, string][] }>('xml/read.json')) {
    const found: Issue[] = [];
    t.equal(xmlToJson(xml, definitions, { ...limits, notes: found }), json, name);
    t.same(
      found.map(({ expression }) => expression),
      notes.map(([expression]) => expression),
      `${name}: notes`,
    );
    for (const [i, [, message]] of notes.entries())
      t.ok(found[i]?.message.en.includes(message), `${name}: ${found[i]?.message.en}`);
  }
});

interface RefusedCase {
  name: string;
  xml: string;
  problem: string;
  location: string;
  message: string;
  expression?: string;
  maxDepth?: number;
}
t.test('XML that is refused', async t => {
  for (const { name, xml, problem, location, message, expression, maxDepth = 100 } of cases<RefusedCase>(
    'xml/refused.json',
  )) {
    const error = refusal(() => xmlToJson(xml, definitions, { maxDepth }));
    const [issue] = error.issues;
    t.same([error.problem, issue?.location, issue?.expression], [problem, location, expression], name);
    t.ok(issue?.message.en.includes(message), `${name}: ${issue?.message.en}`);
    t.match(issue?.message.ja, /[ぁ-ん]/, `${name}: in Japanese`);
  }
});

t.test('JSON that XML cannot hold', async t => {
  for (const { name, json, message, expression } of cases<{
    name: string;
    json: string;
    message: string;
    expression?: string;
  }>('xml/unwritable.json')) {
    const [issue] = refusal(() => jsonToXml(json, definitions)).issues;
    t.equal(issue?.expression, expression, name);
    t.ok(issue?.message.en.includes(message), `${name}: ${issue?.message.en}`);
  }
});

t.test('the published examples survive JSON → XML → JSON', async t => {
  const definitional = /^(SearchParameter|ValueSet|CodeSystem|StructureDefinition|ConceptMap)-/;
  const files = fs
    .readdirSync(corpus)
    .filter((file, i) => /^[A-Z].*\.json$/.test(file) && (i % 40 === 0 || !definitional.test(file)));
  const changed = files.filter(file => {
    const json = fs.readFileSync(path.join(corpus, file), 'utf8');
    if (json.length > 300_000) return false;
    const back = xmlToJson(jsonToXml(json, definitions), definitions, limits);
    const inOrder = (text: string) => JSON.stringify(sorted(parseJson(text, { lossless: true })));
    return inOrder(back) !== inOrder(json);
  });
  t.ok(files.length > 700);
  t.same(changed, []);
});

/** The same value with the members of objects by name, as their order has no meaning. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, sorted(item)]),
  );
}

t.test('Names of members are read as they stand, whatever they are made of and whatever was read before', async t => {
  const names = [
    '',
    'a',
    'id',
    'di',
    '1',
    '__proto',
    'constructor',
    'x'.repeat(59),
    'x'.repeat(60),
    'x'.repeat(61),
    '氏名',
    'a\u00e9',
    '𠮷',
  ];
  // More than are remembered: their places are taken by others again and again.
  for (let i = 0; i < 10_000; i++) names.push(`n${(i * 7919) % 10_000}`);
  const object = Object.fromEntries(names.map((name, i) => [name, i]));
  for (let round = 0; round < 2; round++) t.same(parseJson(JSON.stringify(object)), object);
  t.same(parseJson('{"\\u0069d":1,"a\\n":2}'), { id: 1, 'a\n': 2 });
  for (const text of [
    '{"id":1,"id":2}',
    '{"id":1,"\\u0069d":2}',
    '{"__proto__":1}',
    '{"id',
    '{"id\n":1}',
    '{"id" 1}',
    '{"\ud800":1}',
  ])
    t.equal(
      problemOf(() => parseJson(text)),
      'syntax',
      JSON.stringify(text),
    );
});

function problemOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof FhirError ? error.problem : String(error);
  }
}
