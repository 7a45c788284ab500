/**
 * Search: cases are rows of test/cases/search/*.json, each with the sentence of the specification it stands for; the
 * labelled Japanese queries are measured by recall and precision.
 */
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { AccessPolicy } from '../src/access/readable.ts';
import { loadDefinitions } from '../src/definitions/definitions.ts';
import { compileExpression } from '../src/fhirpath/compile.ts';
import { fold } from '../src/search/fold.ts';
import { loadVariants } from '../src/search/variants.ts';
import { raw, sql } from '../src/store/sql.ts';
import { QueryTimeoutError, type Readable } from '../src/store/store.ts';
import { testOnStores } from './stores.ts';
import {
  casesFolder,
  difference,
  type InteractionCase,
  readCases,
  runSteps,
  startServer,
  type TestServer,
} from './support.ts';

interface Resource {
  resourceType: string;
  id: string;
}

interface Expected {
  readonly status?: number;
  /** Ids of the matches (`Type/id` where several types are searched); in this order when `ordered`. */
  readonly ids?: readonly string[];
  readonly ordered?: boolean;
  readonly included?: readonly string[];
  readonly total?: number;
  /** Part of the body. */
  readonly body?: unknown;
  /** Regular expression over the text of all issues. */
  readonly issue?: string;
  /** Regular expression the text of the body must not have. */
  readonly without?: string;
}

interface SearchCase {
  /** Section of the specification's search page whose sentence the row stands for. */
  readonly section: string;
  readonly says?: string;
  readonly ask: string;
  readonly method?: 'GET' | 'POST' | 'HEAD';
  readonly form?: string;
  readonly headers?: Record<string, string>;
  /** All pages are read, and the matches of all are expected, each once. */
  readonly pages?: boolean;
  /** Entries of a transaction after the first page, after the second and so on. */
  readonly between?: readonly (readonly object[])[];
  readonly expect: Expected;
}

interface SearchFile {
  readonly settings?: Record<string, string>;
  /** Resources, or the name of a file in `given/`. */
  readonly given: readonly Resource[] | string;
  readonly cases: readonly SearchCase[];
}

interface Page {
  entry?: Entry[];
  link: { relation: string; url: string }[];
}

interface Entry {
  resource: Resource & { issue?: { diagnostics: string }[] };
  search: { mode: string };
}

const folder = path.join(casesFolder, 'search');
const read = <T>(file: string): T => JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')) as T;

function load(server: TestServer, given: readonly Resource[]): Promise<string | undefined> {
  const entry = given.map(resource => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }));
  return transact(server, entry);
}

async function transact(server: TestServer, entry: readonly object[]): Promise<string | undefined> {
  const answer = await server.app.inject({
    method: 'POST',
    url: '/fhir',
    headers: { 'content-type': 'application/fhir+json' },
    payload: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }),
  });
  return answer.statusCode === 200 ? undefined : answer.payload.slice(0, 500);
}

const encode = (url: string): string => url.replace(/[^\x21-\x7e]|[|"<>^`{} ]/gu, encodeURIComponent);

async function ask(server: TestServer, { ask: url, method = 'GET', form, headers }: Omit<SearchCase, 'section'>) {
  return server.app.inject({
    method,
    url: url.startsWith('/') ? url : `/fhir/${encode(url)}`,
    headers: { ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }), ...headers },
    ...(form !== undefined && { payload: encode(form) }),
  });
}

/** An answer with the entries of all pages that follow; others write in between. */
async function askAll(server: TestServer, asked: SearchCase) {
  const answer = await ask(server, asked);
  if (!asked.pages) return answer;
  const first = answer.json() as Page;
  const entry = [...(first.entry ?? [])];
  for (let [page, number] = [first, 0]; ; number++) {
    const next = page.link.find(link => link.relation === 'next')?.url;
    if (next === undefined) return { statusCode: answer.statusCode, payload: JSON.stringify({ ...first, entry }) };
    const problem = await transact(server, asked.between?.[number] ?? []);
    if (problem) throw new Error(problem);
    page = (await server.app.inject({ url: new URL(next).pathname + new URL(next).search })).json() as Page;
    entry.push(...(page.entry ?? []));
  }
}

/** Where an answer differs from what is expected; undefined when it does not. */
function differs(expect: Expected, status: number, text: string): string | undefined {
  if (status !== (expect.status ?? 200)) return `status ${status}: ${text.slice(0, 300)}`;
  if (expect.without !== undefined && new RegExp(expect.without).test(text)) return `the body has ${expect.without}`;
  if (text === '') return undefined;
  const body = JSON.parse(text) as { total?: number; entry?: Entry[]; issue?: { diagnostics: string }[] };
  const entries = body.entry ?? [];
  if (expect.issue !== undefined) {
    const issues = [...(body.issue ?? []), ...entries.flatMap(one => one.resource.issue ?? [])]
      .map(issue => issue.diagnostics)
      .join('\n');
    if (!new RegExp(expect.issue).test(issues)) return `issues: ${issues || 'none'}`;
  }
  const typed = (wanted: readonly string[] | undefined) => wanted?.some(id => id.includes('/'));
  const idsOf = (mode: string, withType: boolean | undefined) =>
    entries
      .filter(one => one.search?.mode === mode)
      .map(one => (withType ? `${one.resource.resourceType}/${one.resource.id}` : one.resource.id));
  const sort = (ids: readonly string[], ordered?: boolean) => (ordered ? ids : ids.toSorted()).join(' ');
  const found = sort(idsOf('match', typed(expect.ids)), expect.ordered);
  if (expect.ids && found !== sort(expect.ids, expect.ordered)) return `found ${found || 'nothing'}`;
  const included = sort(idsOf('include', typed(expect.included)));
  if (expect.included && included !== sort(expect.included)) return `included ${included || 'nothing'}`;
  if (expect.total !== undefined && body.total !== expect.total) return `total ${body.total}`;
  return expect.body === undefined ? undefined : difference(expect.body, body, 'body');
}

for (const file of fs
  .readdirSync(folder)
  .filter(name => name.endsWith('.json') && name !== 'japanese.json')
  .sort()) {
  testOnStores(file, async (t, start) => {
    const { settings = {}, given, cases } = read<SearchFile>(file);
    const server = await start({ settings: { validation: 'base', ...settings } });
    t.equal(
      await load(server, typeof given === 'string' ? read<Resource[]>(`given/${given}`) : given),
      undefined,
      'given',
    );
    const failed: string[] = [];
    for (const one of cases) {
      const answer = await askAll(server, one);
      const problem = differs(one.expect, answer.statusCode, answer.payload);
      if (problem) failed.push(`${one.says ?? ''} ${one.ask}${one.form ? ` ${one.form}` : ''}: ${problem}`);
    }
    t.same(failed, [], `${cases.length} cases`);
    await server.close();
  });
}

t.test('every section of the search page that demands something has its rows', async t => {
  const sections = new Set(
    ['sentences.json', 'page.json'].flatMap(file => read<SearchFile>(file).cases.map(one => one.section)),
  );
  const numbered = (head: string, last: number, first = 1) =>
    Array.from({ length: last - first + 1 }, (_, i) => `${head}${first + i}`);
  // What is left out only describes: kinds of types (4.3), how current a result is (8), summary tables (9).
  const demanded = [...numbered('3.1.1.', 3), ...numbered('3.1.1.4.', 24), ...numbered('3.1.1.5.', 10)]
    .filter(section => section !== '3.1.1.4.3')
    .concat('3.1.1.4.10.1', '3.1.1.6', '3.1.1.7');
  t.same(
    demanded.filter(section => !sections.has(section)),
    [],
  );
  t.same(
    [...sections].filter(section => !demanded.includes(section)),
    [],
  );
});

for (const { file, cases } of readCases<InteractionCase>('search-steps')) {
  t.test(`steps: ${file}`, async t => {
    for (const one of cases) {
      const server = startServer({ settings: { validation: 'base' } });
      t.equal(await runSteps(server.app, one.steps), undefined, one.name);
      await server.close();
    }
  });
}

interface JapaneseSet {
  readonly given: readonly Resource[];
  /** Query, the ids that are right; everything else is wrong. */
  readonly queries: readonly (readonly [query: string, right: readonly string[]])[];
}

t.test('Japanese names and addresses: recall and precision', async t => {
  const { given, queries } = read<JapaneseSet>('japanese.json');
  const server = startServer({ settings: { validation: 'base' } });
  t.equal(await load(server, given), undefined, 'given');
  let [right, missed, wrong] = [0, 0, 0];
  const failed: string[] = [];
  for (const [query, ids] of queries) {
    const answer = await ask(server, { ask: `Patient?${query}&_count=200&_elements=id`, expect: {} });
    const found = new Set(((answer.json() as { entry?: Entry[] }).entry ?? []).map(one => one.resource.id));
    const hits = ids.filter(id => found.has(id)).length;
    right += hits;
    missed += ids.length - hits;
    wrong += found.size - hits;
    if (hits !== ids.length || found.size !== hits || answer.statusCode !== 200)
      failed.push(`${query}: found ${[...found].join(' ')}, right ${ids.join(' ')}`);
  }
  const percent = (part: number, whole: number) => `${((100 * part) / Math.max(whole, 1)).toFixed(1)} %`;
  t.comment(
    `${queries.length} queries: recall ${percent(right, right + missed)}, precision ${percent(right, right + wrong)}`,
  );
  t.same(failed, []);
  t.ok(queries.length >= 150, 'at least 150 queries');
  await server.close();
});

t.test('folding: a folded beginning is the beginning of the folded whole', async t => {
  const variants = loadVariants();
  for (const text of [
    '山田　太郎',
    'ヤマダ タロウ',
    'ｻｰﾊﾞｰ',
    'コーヒー',
    'オオノ',
    'Åse Müller',
    '髙橋',
    '東京都千代田区１ー２ー３',
    'ばゝ',
    '葛󠄀城',
    'ｶﾞﾝﾓ',
  ]) {
    const whole = fold(text, variants);
    for (let length = 1; length < text.length; length++) {
      const part = fold(text.slice(0, length), variants);
      const cutsLetter = /[\u{d800}-\u{dfff}]/u.test(text.slice(0, length)) || /^[ﾞﾟ]/.test(text.slice(length));
      if (!cutsLetter) t.ok(whole.startsWith(part), `${text.slice(0, length)} → ${part} begins ${whole}`);
    }
  }
});

t.test('pages show one moment, sealed against change', async t => {
  const server = startServer({ settings: { validation: 'base' } });
  const patients = Array.from({ length: 25 }, (_, i) => ({
    resourceType: 'Patient',
    id: `p${i}`,
    active: true,
    name: [{ family: `家族${i}` }],
  }));
  await load(server, patients);
  for (const query of [
    'active=true',
    'name=家族',
    '_sort=family',
    '_sort=-_lastUpdated',
    'active=true&_sort=family,_id',
    '',
    'active:not=false',
  ]) {
    const seen: string[] = [];
    let url: string | undefined = `/fhir/${encode(`Patient?${query}&_count=4`)}`;
    for (let page = 0; url && page < 50; page++) {
      const answer = await server.app.inject({ url });
      const body = answer.json() as { entry?: Entry[]; link: { relation: string; url: string }[] };
      seen.push(...(body.entry ?? []).map(one => one.resource.id));
      // While the pages are read, others write: one is changed, one is new, one goes.
      const change = {
        resourceType: 'Patient',
        id: `p${page}`,
        active: true,
        name: [{ family: `家族${page}`, given: [`${query}${page}`] }],
      };
      await load(server, [change, { ...change, id: `new${page}` }]);
      if (page === 2) await server.app.inject({ method: 'DELETE', url: '/fhir/Patient/p20' });
      const next = body.link.find(link => link.relation === 'next')?.url;
      url = next === undefined ? undefined : new URL(next).pathname + new URL(next).search;
    }
    const old = seen.filter(id => id.startsWith('p'));
    t.same(old.toSorted(), patients.map(one => one.id).toSorted(), `${query}: each once`);
    await load(server, patients);
    for (let i = 0; i < 50; i++) await server.app.inject({ method: 'DELETE', url: `/fhir/Patient/new${i}` });
  }
  const first = (await server.app.inject({ url: '/fhir/Patient?_count=2' })).json() as {
    link: { relation: string; url: string }[];
  };
  const next = new URL(first.link.find(link => link.relation === 'next')!.url);
  const token = next.searchParams.get('_page')!;
  const forged = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`;
  for (const url of [`/fhir/Patient?_page=${forged}`, `/fhir/Observation?_page=${token}`, '/fhir/Patient?_page=x'])
    t.equal((await server.app.inject({ url })).statusCode, 400, url.slice(0, 40));
  await server.close();
});

t.test(
  'what a policy hides is nowhere: matches, chains, _has, includes, totals, compartments, $everything',
  async t => {
    const server = startServer({ settings: { validation: 'base' } });
    await load(server, read<Resource[]>('given/base.json'));
    const hidden = raw("v.id NOT IN ('anna', 'bp1', 'doc')") as Readable;
    (server.services as { access: AccessPolicy }).access = { name: 'test', condition: () => hidden };
    const asked: readonly (readonly [ask: string, ids: string, included?: string])[] = [
      ['Patient?', 'bert carl dora'],
      ['Patient?_id=anna', ''],
      ['Patient?family=mü', 'dora'],
      ['Patient?_sort=family', 'bert dora carl'],
      ['Patient?_sort=gender', 'bert dora carl'],
      ['Patient?_sort=-gender,birthdate', 'bert dora carl'],
      ['Patient?gender:not=other&_sort=identifier', 'bert dora carl'],
      ['Patient?birthdate=ge1800&birthdate=le2100&_sort=birthdate', 'bert carl'],
      ['Patient?gender:missing=true', 'dora'],
      ['Patient?gender:missing=false', 'bert carl'],
      ['Patient?gender:not=male', 'dora'],
      ['Patient?birthdate=ne1900', 'bert carl'],
      ['Encounter?subject:Patient.family=müller', ''],
      ['Encounter?subject:Patient.gender=female', ''],
      ['Patient?_has:Observation:patient:combo-value-quantity=gt130||mmHg', 'bert'],
      ['Practitioner?_has:Encounter:practitioner:_id=stay', ''],
      ['Encounter?_id=stay&_include=*', 'stay', 'Location/ward Organization/acme'],
      ['Patient?_id=bert&_revinclude=Observation:subject', 'bert', 'Observation/g Observation/mg2 Observation/bp2'],
      ['DiagnosticReport?_include=DiagnosticReport:result', 'report', 'Observation/mg'],
      ['Observation?derived-from.code=85354-9', 'word'],
      ['Patient?_filter=family sw m', 'bert dora'],
      ['Patient?_text=kayaking', ''],
      ['Patient?_list=team', 'carl'],
      ['?_type=Patient,Practitioner', 'Patient/bert Patient/carl Patient/dora'],
      ['Observation?_sort=status&code=85354-9', 'bp2'],
    ];
    for (const [query, ids, included = ''] of asked) {
      const answer = await ask(server, { ask: `${query}${query.endsWith('?') ? '' : '&'}_total=accurate`, expect: {} });
      const split = (text: string) => text.split(' ').filter(Boolean);
      const expect = { ids: split(ids), included: split(included), total: split(ids).length };
      t.equal(differs(expect, answer.statusCode, answer.payload), undefined, query);
      const count = await ask(server, { ask: `${query}${query.endsWith('?') ? '' : '&'}_summary=count`, expect: {} });
      t.equal((count.json() as { total: number }).total, expect.total, `${query}: counted`);
    }
    t.equal((await ask(server, { ask: 'Patient/anna/$everything', expect: {} })).statusCode, 404);
    t.notMatch((await ask(server, { ask: 'Patient/anna/Observation', expect: {} })).payload, /"bp1"/);
    await server.close();
  },
);

t.test('a slow query is stopped in time, beside the others', async t => {
  const folder = t.testdir();
  const server = startServer({ file: path.join(folder, 'slow.db') });
  await load(server, [{ resourceType: 'Patient', id: 'p' }]);
  const endless = sql`WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE within_budget() = 1) SELECT count(*) FROM c`;
  let quick = 0;
  const timer = setInterval(() => quick++, 10);
  const stopped = await server.services.store.select(endless, { budgetMs: 600 }).catch(error => error as unknown);
  t.ok(stopped instanceof QueryTimeoutError, 'stopped');
  clearInterval(timer);
  t.ok(quick > 10, `others had ${quick} turns`);
  const long = sql`WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 2000000 AND within_budget() = 1) SELECT max(x) AS most FROM c`;
  t.same(
    await server.services.store.select(long, { budgetMs: 20_000 }),
    [{ most: 2_000_000 }],
    'a long one is answered',
  );
  await server.close();
});

t.test('every SearchParameter of R4 compiles', async t => {
  const definitions = loadDefinitions();
  const server = startServer({ settings: { validation: 'base' } });
  const named = new Set<string>();
  for (const type of definitions.resourceTypes) {
    for (const { definition } of server.services.search.capabilities(type).search as { definition?: string }[])
      if (definition) named.add(definition);
  }
  const absent = definitions.all('SearchParameter').filter(one => !named.has(String(one['url'])));
  t.same(
    absent.map(one => String(one['code'])).sort(),
    ['_query', 'age', 'birthOrderBoolean'],
    'absent: those without an expression, and named queries',
  );
  const ofAll = server.services.search.capabilities(undefined).search.map(one => one['name']);
  for (const name of ['_id', '_lastUpdated', '_tag', '_profile', '_security', '_source', '_content', '_type', '_list'])
    t.ok(ofAll.includes(name), `${name} is told of the whole server`);
  t.equal(ofAll.length, new Set(ofAll).size, 'each once');
  t.equal(compileExpression('Patient.name.where(', 'Patient', definitions.typeSchema), undefined);
  await server.close();
});
