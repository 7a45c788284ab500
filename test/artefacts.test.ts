/**
 * The project's own conformance resources: every JSON in profiles/ and terminology/ is what its name says and valid, every
 * profile and questionnaire has examples that pass and examples that fail at the place and by the rule they name.
 */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import type { StructureDefinition } from '../src/definitions/element-schema.ts';
import { type Issue, operationOutcome } from '../src/fhir/outcome.ts';
import type { JsonObject, Resource } from '../src/fhir/types.ts';
import { applyJsonPatch } from '../src/interactions/patch/json-patch.ts';
import { casesFolder, startServer } from './support.ts';

const root = path.join(import.meta.dirname, '..');

interface Artefact {
  readonly file: string;
  readonly resource: Resource & { url?: string };
}

const artefacts: Artefact[] = ['profiles', 'terminology'].flatMap(area =>
  fs
    .readdirSync(path.join(root, area), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.json') && path.basename(name) !== 'package.json')
    .sort()
    .map(name => ({
      file: `${area}/${name}`,
      resource: JSON.parse(fs.readFileSync(path.join(root, area, name), 'utf8')) as Resource,
    })),
);
const ofType = (type: string) => artefacts.filter(({ resource }) => resource.resourceType === type);

/** Questionnaires use extensions of SDC, whose package an operator may install or not. */
const server = startServer({ settings: { 'unknown-extensions': 'warning' } });
t.teardown(() => server.close());
const { validator, definitions } = server.services;

const isError = (one: Issue) => one.severity === 'error' || one.severity === 'fatal';
const tell = (issues: readonly Issue[]) =>
  issues.map(one => `${one.expression ?? ''} [${one.rule ?? one.code}] ${one.message.en}`);

t.test('every artefact is what its file name says, and valid', async t => {
  for (const { file, resource } of artefacts) {
    t.equal(path.basename(file), `${resource.resourceType}-${String(resource.id)}.json`, file);
    t.same(tell(validator.validateResource(resource).filter(isError)), [], file);
  }
});

/** What the server itself makes with extensions of its own. */
const ownAnswers: Resource[] = [];

t.test('what the server says of itself and of findings is valid', async t => {
  const strict = startServer();
  t.teardown(() => strict.close());
  const findings: Issue[] = [
    {
      severity: 'error',
      code: 'invariant',
      message: { en: 'a finding', ja: '指摘' },
      rule: 'pat-1',
      profile: 'http://hl7.org/fhir/StructureDefinition/Patient',
    },
  ];
  const made = [
    (await strict.app.inject('/fhir/metadata')).json() as Resource,
    (await strict.app.inject('/fhir/metadata?mode=terminology')).json() as Resource,
    operationOutcome(findings, 'ja') as Resource,
  ];
  ownAnswers.push(
    ...made,
    definitions.byCanonical('ValueSet', 'http://hl7.org/fhir/ValueSet/observation-vitalsignresult')!,
  );
  for (const resource of made)
    t.same(tell(strict.services.validator.validateResource(resource).filter(isError)), [], resource.resourceType);
});

t.test('one canonical, one file', async t => {
  const seen = new Map<string, string>();
  for (const { file, resource } of artefacts) {
    const key = `${resource.resourceType} ${resource.url ?? file}`;
    t.notOk(seen.has(key), `${file}: ${resource.url} is also in ${seen.get(key)}`);
    seen.set(key, file);
  }
});

t.test('what is made from masters is what the maker makes', async t => {
  const { files, textOf } = (await import(pathToFileURL(path.join(root, 'profiles/make.mjs')).href)) as {
    files: Record<string, unknown>;
    textOf(content: unknown): string;
  };
  for (const [name, content] of Object.entries(files))
    t.equal(
      fs.readFileSync(path.join(root, 'profiles', name), 'utf8'),
      textOf(content),
      `${name}: run node profiles/make.mjs`,
    );
});

t.test('structure definitions are differentials in two languages, and get their snapshots', async t => {
  for (const { file, resource } of ofType('StructureDefinition')) {
    const own = resource as unknown as StructureDefinition & JsonObject;
    t.notOk(own.snapshot, `${file}: kept as a differential`);
    const made = definitions.profile(own.url);
    t.ok((made?.snapshot?.element.length ?? 0) > 0, `${file}: snapshot`);
    t.match(String(own['title']), /[ぁ-んァ-ヶ一-龠]/, `${file}: title in Japanese`);
    t.match(String(own['description']), /[A-Za-z]{3}.*[ぁ-んァ-ヶ一-龠]|[ぁ-んァ-ヶ一-龠].*[A-Za-z]{3}/s, file);
  }
});

/** A case that must fail: a whole resource, or a valid example with JSON Patch steps. */
interface Invalid {
  readonly name: string;
  readonly from?: string;
  readonly patch?: unknown;
  readonly resource?: Resource;
  /** Place and rule (an invariant's key, else the issue type) of each error, in any order. */
  readonly expect: readonly (readonly [expression: string, rule: string])[];
}

const withCases = [
  ...ofType('StructureDefinition').filter(
    ({ resource }) =>
      resource['derivation'] === 'constraint' && resource['kind'] === 'resource' && resource['abstract'] !== true,
  ),
  ...ofType('Questionnaire'),
];
const folderOf = (id: string) => path.join(casesFolder, 'profiles', id);
const read = <T>(id: string, name: string): T =>
  JSON.parse(fs.readFileSync(path.join(folderOf(id), name), 'utf8')) as T;
const validNames = (id: string) =>
  fs.existsSync(folderOf(id)) ? fs.readdirSync(folderOf(id)).filter(name => /^valid.*\.json$/.test(name)) : [];
const optionsFor = ({ resource }: Artefact) =>
  resource.resourceType === 'StructureDefinition' ? { profiles: [resource.url!] } : {};

/** Masters that have owners: they are imported, never bundled. */
const mastersOfOthers =
  /jpfhir|CodeSystem\/service-code|medis\.or\.jp|jami\.jp|capstandard\.jp|urn:oid:(?:1\.2\.392|2\.16\.840)/;

t.test('examples that are valid', async t => {
  for (const one of withCases) {
    const id = String(one.resource.id);
    t.ok(validNames(id).length > 0, `${id}: at least one valid example`);
    for (const name of validNames(id)) {
      const found = validator.validateResource(read<Resource>(id, name), optionsFor(one));
      t.same(tell(found.filter(isError)), [], `${id}/${name}`);
      const unchecked = found.filter(
        one => /not installed|not known here/.test(one.message.en) && !mastersOfOthers.test(one.message.en),
      );
      t.same(tell(unchecked), [], `${id}/${name}: everything it names is known`);
    }
  }
});

t.test('examples that are not valid fail at the named place', async t => {
  for (const one of withCases) {
    const id = String(one.resource.id);
    const cases = fs.existsSync(path.join(folderOf(id), 'invalid.json')) ? read<Invalid[]>(id, 'invalid.json') : [];
    t.ok(cases.length >= 2, `${id}: at least two invalid examples`);
    for (const { name, from = 'valid.json', patch, resource, expect } of cases) {
      const broken = resource ?? applyJsonPatch(read<Resource>(id, from), patch);
      const found = validator.validateResource(broken, optionsFor(one)).filter(isError);
      const places = found.map(issue => [issue.expression ?? '', issue.rule ?? issue.code].join(' '));
      t.same([...new Set(places)].sort(), [...new Set(expect.map(pair => pair.join(' ')))].sort(), `${id}: ${name}`);
      t.ok(
        found.every(issue => /[ぁ-んァ-ヶ一-龠]/.test(issue.message.ja)),
        `${id}: ${name}: told in Japanese`,
      );
    }
  }
});

t.test('every extension is used by an example', async t => {
  const examples = withCases.flatMap(({ resource }) =>
    validNames(String(resource.id)).map(name => JSON.stringify(read(String(resource.id), name))),
  );
  // Questionnaires of the project are examples of the extensions that forms have.
  const others = [...ofType('Questionnaire').map(({ resource }) => resource), ...ownAnswers];
  const used = [...examples, ...others.map(one => JSON.stringify(one))].join('\n');
  for (const { file, resource } of ofType('StructureDefinition'))
    if (resource['type'] === 'Extension' && resource['abstract'] !== true)
      t.ok(used.includes(`"url":"${resource.url}"`), `${file}: no valid example has it`);
});

interface Row {
  readonly field: { readonly ja: string; readonly en: string };
  readonly element?: readonly string[];
  readonly reason?: { readonly ja: string; readonly en: string };
}

/** True when a path such as `Patient.name.family` leads somewhere below a type. */
function leadsSomewhere(type: string, steps: readonly string[]): boolean {
  const [step, ...rest] = steps;
  if (step === undefined) return true;
  const schema = definitions.typeSchema(type);
  let children = schema?.children ?? [];
  for (const [i, name] of [step, ...rest].entries()) {
    const child = children.find(one => one.name === name.replace(/\[x\]$/, ''));
    if (!child) return false;
    if (child.children) children = child.children;
    else return child.types.some(one => leadsSomewhere(one.code, steps.slice(i + 1)));
  }
  return true;
}

function elementExists(place: string): boolean {
  const [id, at = ''] = place.split(/#(.*)/s);
  const owner = artefacts.find(({ resource }) => resource.id === id)?.resource;
  if (owner?.resourceType === 'StructureDefinition') {
    const known = new Set(definitions.profile(owner.url!)?.snapshot?.element.map(one => one.id));
    const steps = at.split('.');
    const slices = steps.map((_, i) => steps.slice(0, i + 1).join('.')).filter(one => /:[^.]*$/.test(one));
    return (
      known.has(at) ||
      (slices.every(one => known.has(one)) &&
        leadsSomewhere(
          steps[0]!,
          steps.slice(1).map(one => one.split(':')[0]!),
        ))
    );
  }
  const find = (list: unknown, key: string): boolean =>
    ((list ?? []) as JsonObject[]).some(one => one[key] === at || find(one['item'], key) || find(one['concept'], key));
  if (owner?.resourceType === 'Questionnaire') return find(owner['item'], 'linkId');
  return owner?.resourceType === 'CodeSystem' && find(owner['concept'], 'code');
}

t.test(
  'coverage tables: every element exists, every field has one or a reason, the Markdown is up to date',
  async t => {
    const folder = path.join(root, 'docs/coverage');
    const { tables, markdown } = (await import(pathToFileURL(path.join(folder, 'make.mjs')).href)) as {
      tables: Record<string, { rows: Row[] }>;
      markdown(table: unknown): string;
    };
    for (const [name, table] of Object.entries(tables)) {
      for (const { field, element = [], reason } of table.rows) {
        t.ok(element.length > 0 || (reason?.ja && reason.en), `${name}, ${field.ja}: an element or a reason`);
        for (const place of element) t.ok(elementExists(place), `${name}, ${field.ja}: ${place}`);
      }
      const text = fs.readFileSync(path.join(folder, `${name}.md`), 'utf8');
      t.equal(text, markdown(table), `${name}.md: run node docs/coverage/make.mjs`);
    }
  },
);
