// FHIRPath: the language by its specification's sections, hostile expressions, invariants, $fhirpath; and the published
// examples against npm fhirpath (a sample: test/fhirpath/differential.ts runs them all).
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { loadDefinitions } from '../src/definitions/definitions.ts';
import { parseJson } from '../src/fhir/json.ts';
import { FhirError } from '../src/fhir/outcome.ts';
import type { Resource } from '../src/fhir/types.ts';
import { compileExpression } from '../src/fhirpath/compile.ts';
import { compileConstraint, compileFhirPath } from '../src/fhirpath/fhirpath.ts';
import { compareConstraints, compareSearch, constraintsByPath, examples, type Tally } from './fhirpath/differential.ts';
import { casesFolder, startServer } from './support.ts';

const definitions = loadDefinitions();
const read = <T>(name: string): T =>
  parseJson(fs.readFileSync(path.join(casesFolder, 'fhirpath', name), 'utf8'), { lossless: true }) as T;
const resources = read<Record<string, Resource>>('resources.json');

/** Expression; what it gives, or how it fails; and where: the name of a resource, or `lenient` for the patient unchecked. */
type Case = readonly [expression: string, expected: readonly unknown[] | string, where?: string];

const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, one: unknown) =>
      typeof one === 'object' && one !== null && 'text' in one && Object.keys(one).length === 1
        ? Number((one as { text: string }).text)
        : one,
    ),
  );

function run(expression: string, resource: Resource, strict: boolean): unknown[] | string {
  let stage = 'syntax';
  try {
    compileFhirPath(expression, { definitions });
    stage = 'semantic';
    const evaluate = compileFhirPath(expression, { definitions }, { strict, type: resource.resourceType });
    stage = 'execution';
    return evaluate(resource, { resource, now: Date.UTC(2026, 3, 1) }).map(one => plain(one.value));
  } catch (error) {
    if (error instanceof FhirError && error.issues[0]?.location?.startsWith('line ')) return stage;
    throw error;
  }
}

for (const file of ['paths.json', 'functions.json', 'operators.json'])
  t.test(file, async t => {
    for (const { section, cases } of read<{ section: string; cases: Case[] }[]>(file))
      for (const [expression, expected, where = 'patient'] of cases) {
        const found = run(expression, resources[where === 'lenient' ? 'patient' : where]!, where !== 'lenient');
        t.same(found, typeof expected === 'string' ? expected : plain(expected), `${section}: ${expression}`);
      }
  });

t.test('hostile expressions end, and are refused', async t => {
  const numbers = Array.from({ length: 60 }, (_, i) => i).join('|');
  const entries = Array.from({ length: 3000 }, (_, i) => ({ fullUrl: `urn:${i}` }));
  const bundle = { resourceType: 'Bundle', entry: entries };
  const hostile = {
    nested: '('.repeat(5000),
    chained: `a${'.a'.repeat(9000)}`,
    signs: '-'.repeat(15_000),
    'exponential regex': `'${'a'.repeat(40)}!'.matches('^(a+)+$')`,
    'alternating regex': `'${'a'.repeat(60)}!'.matches('^(a|aa)+$')`,
    'polynomial regex': `'${'a'.repeat(5000)}'.matches('a*a*a*a*a*b')`,
    'doubling text': `(${numbers}).aggregate($total & $total, 'abcdefgh')`,
    'doubling collection': `(${numbers}).aggregate($total.combine($total), 1)`,
    'nested loops': 'entry.all(%context.entry.all(%context.entry.all(true)))',
    'endless repeat': 'repeatAll($this)',
    'long text': 'x'.repeat(20_001),
  };
  for (const [name, expression] of Object.entries(hostile)) {
    const started = performance.now();
    const evaluate = () => compileFhirPath(expression, { definitions })(bundle, { steps: 200_000 });
    t.throws(evaluate, FhirError, name);
    t.ok(performance.now() - started < 2000, `${name}: in time`);
  }
  t.same(compileFhirPath(`(${numbers}).aggregate($total * $total, 99999.5)`, {})({}), [], 'numbers without end');
  t.same(compileFhirPath('__proto__.constructor | `constructor`', { definitions })(bundle), [], 'names of objects');
});

t.test('what other threads of the process work is not charged to a regular expression', async t => {
  const anHour = { user: 3_600_000_000, system: 0 };
  t.intercept(process, 'cpuUsage', { value: () => anHour });
  const evaluate = compileFhirPath(`'${'a'.repeat(40)}'.matches('^(a+)+$')`, { definitions });
  t.same(evaluate({}, { steps: 10_000_000 })[0]?.value, true);
});

t.test('a tree as deep as may be compiles', async t => {
  t.same(compileFhirPath(Array(990).fill('1').join('+'), {})({})[0]?.value, 990);
  t.same(
    compileFhirPath(`a${'.a'.repeat(990)}`, { definitions }, { type: 'Patient' })({ resourceType: 'Patient' }),
    [],
  );
});

t.test('invariants', async t => {
  const holds = (expression: string, type: string, value: unknown, resource: unknown = value) =>
    compileConstraint(expression, type, { definitions })(value, { resource });
  const contact = 'name.exists() or telecom.exists() or address.exists() or organization.exists()';
  t.equal(holds(contact, 'Patient.contact', { name: { family: 'x' } }), true);
  t.equal(holds(contact, 'Patient.contact', { gender: 'male' }), false);
  const period = 'start.hasValue().not() or end.hasValue().not() or (start <= end)';
  t.equal(holds(period, 'Period', { start: '2024-01-02', end: '2024-01-01' }), false);
  t.equal(holds(period, 'Period', { start: '2024-01', end: '2024-01-01' }), undefined);
  const element = 'hasValue() or (children().count() > id.count())';
  t.equal(holds(element, 'CodeableConcept', { id: 'x' }), false);
  t.equal(holds(element, 'Observation.status', 'final'), true);
  t.equal(compileConstraint(element, 'string', { definitions })(undefined, { sibling: { id: 'x' } }), false);
  t.equal(
    compileConstraint(element, 'string', { definitions })(undefined, { sibling: { extension: [{ url: 'u' }] } }),
    true,
  );
  t.equal(
    compileConstraint(period, 'Period', { definitions }),
    compileConstraint(period, 'Period', { definitions }),
    'kept',
  );
});

t.test('search expressions beyond plain paths', async t => {
  const values = (text: string, type: string, resource: Resource) => {
    const found: [unknown, string][] = [];
    const expression = compileExpression(text, type, definitions.typeSchema);
    expression?.evaluate(resource, (value, { code }) => found.push([value, code]), resource);
    return expression && found;
  };
  const patient = resources['patient']!;
  t.same(values("Patient.name.where(use = 'old' or use = 'official').given.take(1)", 'Patient', patient), [
    ['太郎', 'string'],
  ]);
  t.same(values('Patient.birthDate.yearOf()', 'Patient', patient), [[1950, 'integer']]);
  const reference = { reference: 'http://example.jp/fhir/Group/1' };
  const observation = { resourceType: 'Observation', subject: reference };
  const subject = 'Observation.subject.where(resolve() is Patient or resolve() is Group)';
  t.same(values(subject, 'Observation', observation), [[reference, 'Reference']]);
  t.same(values('Patient.name.single()', 'Patient', patient), [], 'what cannot be evaluated gives nothing');
  t.equal(values('Patient.name.', 'Patient', patient), undefined);
});

t.test('as npm fhirpath has it, on a sample of the published examples', async t => {
  const constraints = constraintsByPath(definitions);
  const [forConstraints, forSearch] = [new Map<string, Tally>(), new Map<string, Tally>()];
  for (const { name, resource } of examples(150)) {
    compareConstraints(definitions, constraints, resource, name, forConstraints);
    compareSearch(definitions, resource, name, forSearch);
  }
  const known = (example: string): boolean =>
    example.includes('engine "error:') || /Narrative\.div: own true, engine false/.test(example);
  for (const { expression, example } of [...forConstraints.values(), ...forSearch.values()])
    t.ok(example === undefined || known(example), `${expression}: ${example ?? ''}`);
});

t.test('$fhirpath', async t => {
  const server = startServer();
  const post = async (parameter: unknown[], url = '/fhir/$fhirpath') => {
    const answer = await server.app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/fhir+json' },
      payload: JSON.stringify({ resourceType: 'Parameters', parameter }),
    });
    return { status: answer.statusCode, text: answer.payload, body: answer.json() };
  };
  const resource = { name: 'resource', resource: resources['patient'] };
  const parts = (body: { parameter: { name: string; part: unknown[] }[] }) =>
    body.parameter.filter(one => one.name === 'result').map(one => one.part);

  const names = await post([
    { name: 'expression', valueString: 'name.given | name.period | contact | 1.50 | @T10:30' },
    resource,
  ]);
  t.equal(names.status, 200);
  const contact = { name: { family: '山田', given: ['花子'] } };
  t.match(parts(names.body), [
    [
      { name: 'string', valueString: '太郎' },
      { name: 'string', valueString: '一郎' },
      { name: 'Period', valuePeriod: { start: '2020-04-01', end: '2024-03' } },
      { name: 'BackboneElement', extension: [{ valueString: JSON.stringify(contact) }] },
      { name: 'decimal', valueDecimal: 1.5 },
      { name: 'time', valueString: '10:30' },
    ],
  ]);
  t.match(names.text, '"valueDecimal":1.50}', 'digits are kept');

  const each = await post([
    { name: 'expression', valueString: "use.trace('use') & %x" },
    { name: 'context', valueString: 'name' },
    { name: 'variables', part: [{ name: 'x', valueString: '!' }] },
    resource,
  ]);
  t.match(parts(each.body), [
    [{ valueString: 'official!' }, { name: 'trace', part: [{ valueString: 'use' }, { valueCode: 'official' }] }],
    [{ valueString: 'usual!' }, {}],
    [{ valueString: 'maiden!' }, {}],
  ]);

  for (const [expression, status] of [
    ['name.', 400],
    ['name.familie', 400],
    ['name.single()', 422],
    ['%y', 422],
  ] as const) {
    const refused = await post([{ name: 'expression', valueString: expression }, resource]);
    t.equal(refused.status, status, expression);
    t.match(refused.body.issue[0].location[0], /^line 1, column \d+$/);
  }
  t.equal((await post([resource])).status, 400, 'no expression');
  t.match(
    parts(
      (
        await post([
          { name: 'expression', valueString: "conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')" },
          resource,
        ])
      ).body,
    ),
    [[{ valueBoolean: true }]],
  );

  const gender = "gender.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')";
  t.match(parts((await post([{ name: 'expression', valueString: gender }, resource])).body), [
    [{ valueBoolean: true }],
  ]);
  const unknown = "gender.memberOf('http://example.jp/none')";
  t.same(parts((await post([{ name: 'expression', valueString: unknown }, resource])).body), []);

  await server.app.inject({
    method: 'PUT',
    url: '/fhir/Patient/p1',
    headers: { 'content-type': 'application/fhir+json' },
    payload: JSON.stringify(resources['patient']),
  });
  const stored = await server.app.inject({
    method: 'GET',
    url: `/fhir/Patient/p1/$fhirpath?expression=${encodeURIComponent('birthDate.yearOf()')}`,
  });
  t.match(parts(stored.json()), [[{ name: 'integer', valueInteger: 1950 }]], 'on an instance');
  t.equal(
    (await server.app.inject({ method: 'GET', url: '/fhir/Patient/none/$fhirpath?expression=id' })).statusCode,
    404,
  );
  await server.close();
});
