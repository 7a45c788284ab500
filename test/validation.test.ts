// Validation: the structure of the R4 types.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { loadDefinitions } from '../src/definitions/definitions.ts';
import { choiceName } from '../src/definitions/element-schema.ts';
import { openDefinitions } from '../src/definitions/overlay.ts';
import { parseJson } from '../src/fhir/json.ts';
import type { Resource } from '../src/fhir/types.ts';
import { createValidator } from '../src/validation/validator.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const corpus = path.join(root, 'node_modules/hl7.fhir.r4.examples');
const cases = <T>(name: string): T[] =>
  JSON.parse(fs.readFileSync(path.join(root, 'test/cases/validation', name), 'utf8'));

const rules = createValidator(loadDefinitions());
/** Structure alone; what profiles add is in profiles.test.ts. */
const validator = {
  ...rules,
  validateResource: (resource: Resource) => rules.validateResource(resource, { level: 'base' }),
};

t.test('right resources', async t => {
  for (const { name, resource } of cases<{ name: string; resource: Resource }>('valid.json'))
    t.same(validator.validateResource(resource), [], name);
});

interface InvalidCase {
  name: string;
  resource: Resource;
  issues: { code: string; expression: string; message: string; rule?: string }[];
}
t.test('wrong resources', async t => {
  for (const { name, resource, issues } of cases<InvalidCase>('invalid.json')) {
    const found = validator.validateResource(resource);
    const asCase = found.map(({ code, expression, rule }) => ({ code, expression, ...(rule && { rule }) }));
    t.same(
      asCase,
      issues.map(({ message, ...rest }) => rest),
      name,
    );
    for (const [i, { message }] of issues.entries())
      t.ok(found[i]?.message.en.includes(message), `${name}: ${found[i]?.message.en}`);
    t.ok(
      found.every(issue => issue.severity === 'error' && /[ぁ-ん]/.test(issue.message.ja)),
      `${name}: in Japanese`,
    );
  }
});

t.test('primitives', async t => {
  for (const { type, valid, invalid } of cases<{ type: string; valid: unknown[]; invalid: unknown[] }>(
    'primitives.json',
  )) {
    const findings = (value: unknown) => {
      const extension = [{ url: 'http://example.jp/x', [choiceName('value', type)]: value }];
      return validator.validateResource({ resourceType: 'Basic', code: { text: 'x' }, extension });
    };
    for (const value of valid) t.same(findings(value), [], `${type} ${JSON.stringify(value)}`);
    for (const value of invalid) {
      const found = findings(value);
      t.equal(found.length, 1, `no ${type}: ${JSON.stringify(value)}`);
      t.equal(found[0]?.expression, `Basic.extension[0].value.ofType(${type})`);
    }
  }
  const long = 'あ'.repeat(1024 * 1024);
  const named = (text: string) => validator.validateResource({ resourceType: 'Patient', name: [{ text }] });
  t.equal(named(long).length, 0, 'text of 1,048,576 characters');
  t.equal(named(`${long}。`).length, 1, 'text of one more');
});

t.test('numbers kept as literals', async t => {
  const read = (text: string) => parseJson(text, { lossless: true }) as Resource;
  const quantity = (value: string) =>
    read(`{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":${value}}}`);
  t.same(validator.validateResource(quantity('1.00')), []);
  t.match(validator.validateResource(quantity('1e999')), [
    { code: 'value', expression: 'Observation.value.ofType(Quantity).value' },
  ]);
  const patient = read('{"resourceType":"Patient","multipleBirthInteger":1.0,"maritalStatus":1.50,"name":[1.50]}');
  t.match(validator.validateResource(patient), [
    { code: 'value', expression: 'Patient.multipleBirth.ofType(integer)' },
    {
      code: 'structure',
      expression: 'Patient.maritalStatus',
      message: { en: /found the number 1.50, expected an object/ },
    },
    { code: 'structure', expression: 'Patient.name[0]' },
  ]);
});

t.test('members that JSON.parse makes', async t => {
  const found = validator.validateResource(JSON.parse('{"resourceType":"Patient","__proto__":{"active":true}}'));
  t.match(found, [{ code: 'structure', expression: 'Patient.__proto__' }]);
});

t.test(
  'narratives are read once, whatever their links: time that grew with the square of these would not end',
  async t => {
    const many = 1_000_000;
    const narratives: Readonly<Record<string, string>> = {
      'no links': `<p>${'"#'.repeat(many)}</p>`,
      'no link in an anchor': `<a ${'x="#" '.repeat(many / 4)}></a>`,
      'tags that do not end': '<a "#'.repeat(many),
      'links to one place far behind': `${'<a href="#a"/>'.repeat(many / 4)}<p id="a"/>`,
      'links to places of which each has its own': Array.from({ length: many / 10 }, (_, i) => `<a href="#p${i}"/>`)
        .concat(Array.from({ length: many / 10 }, (_, i) => `<p id="p${i}"/>`))
        .join(''),
      'a link to a place with a long name': `<a href="#${'a'.repeat(many)}"/>${'a'.repeat(2 * many)}`,
    };
    for (const [name, content] of Object.entries(narratives)) {
      const div = `<div xmlns="http://www.w3.org/1999/xhtml">${content}</div>`;
      const found = rules.validateResource({ resourceType: 'Patient', text: { status: 'generated', div } });
      const nowhere = found.filter(({ code }) => code === 'not-found').length;
      t.equal(nowhere, name.startsWith('a link') ? 1 : 0, name);
    }
  },
);

t.test('a tag with a million attributes is refused', async t => {
  const div = `<div xmlns="http://www.w3.org/1999/xhtml"><p${' x="y"'.repeat(1_000_000)}/></div>`;
  const found = rules.validateResource({ resourceType: 'Patient', text: { status: 'generated', div } });
  t.match(found, [{ severity: 'error', expression: 'Patient.text.div' }]);
});

t.test('sections by language are found in one pass, whatever the tags', async t => {
  const { given = [], profile = '' } = cases<RuleCase>('rules/texts.json').find(one =>
    one.name.includes('by language'),
  )!;
  const definitions = openDefinitions(loadDefinitions());
  for (const one of given) definitions.put(one);
  const div = `<div xmlns="http://www.w3.org/1999/xhtml"><${'a'.repeat(1_000_000)}</div>`;
  const found = createValidator(definitions).validateResource(
    { resourceType: 'Patient', text: { status: 'generated', div } },
    { profiles: [profile] },
  );
  t.match(found, [{ severity: 'error', expression: 'Patient.text.div' }]);
});

t.test('findings are limited', async t => {
  const entry = Array.from({ length: 2000 }, () => ({ foo: 1 }));
  t.equal(validator.validateResource({ resourceType: 'Bundle', type: 'collection', entry }).length, 500);
});

t.test('profiles that are known', async t => {
  const url = 'http://hl7.org/fhir/StructureDefinition/';
  for (const known of [`${url}Patient`, `${url}Patient|4.0.1`]) t.ok(validator.knowsProfile(known), known);
  for (const unknown of [`${url}Pateint`, 'Patient', '']) t.notOk(validator.knowsProfile(unknown), unknown);
});

interface RuleCase {
  name: string;
  given?: Resource[];
  options?: object;
  profile?: string;
  resource: Resource;
  issues: [severity: string, expression: string, rule?: string][];
}
t.test('rules beyond structure', async t => {
  const base = loadDefinitions();
  for (const file of fs.readdirSync(path.join(root, 'test/cases/validation/rules')))
    for (const { name, given = [], options, profile, resource, issues } of cases<RuleCase>(`rules/${file}`)) {
      const definitions = openDefinitions(base);
      for (const one of given) definitions.put(one);
      const found = createValidator(definitions, { ...(options && { options }) }).validateResource(resource, {
        profiles: profile ? [profile] : [],
      });
      const asCase = found.map(({ severity, expression, rule }) => [severity, expression, ...(rule ? [rule] : [])]);
      t.same(asCase.map(one => one.join(' ')).sort(), issues.map(one => one.join(' ')).sort(), `${file}: ${name}`);
      t.ok(
        found.every(one => /[ぁ-んァ-ヶ一-龠]/.test(one.message.ja)),
        `${name}: in Japanese`,
      );
    }
});

t.test('the published examples', async t => {
  const exceptions = cases<{ file: string; expression: string }>('published-exceptions.json');
  const files = fs.readdirSync(corpus).filter(file => /^[A-Z].*\.json$/.test(file));
  const found = files.flatMap(file => {
    const issue = validator
      .validateResource(JSON.parse(fs.readFileSync(path.join(corpus, file), 'utf8')))
      .find(({ severity }) => severity === 'error');
    return issue ? [`${file} ${issue.expression}`] : [];
  });
  t.ok(files.length > 5000);
  t.same(found.sort(), exceptions.map(({ file, expression }) => `${file} ${expression}`).sort());
});
