/** LIFE files over HTTP on both databases: merging, parents, persons, files out. Cases are in cases/life/imports.json. */
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { JsonObject } from '../src/fhir/types.ts';
import { allForms, type Form } from '../src/files/forms/life/all.ts';
import { readZip } from '../src/files/zip.ts';
import { Chance, type Fill } from './careplan-data.ts';
import { encode, recordFor, textOf, usersFor } from './life-data.ts';
import { startOn, stores } from './stores.ts';
import { casesFolder, type TestServer } from './support.ts';
import { writeZip } from './zip.ts';

/** Cells of a row beside those of a least (or full) row of the person with the number. */
type Cells = Readonly<Record<string, string>> & {
  readonly person?: string;
  readonly number?: string;
  readonly fill?: Fill;
};

interface Step {
  /** Persons whose rows of SERVICE_USER_INFO are sent. */
  readonly users?: readonly number[];
  readonly send?: Readonly<Record<string, readonly Cells[]>>;
  /** Sends what an export gives. */
  readonly sendExport?: string;
  /** A resource put as it is. */
  readonly put?: JsonObject & { readonly id: string; readonly resourceType: string };
  readonly expect?: { stored?: number; unchanged?: number; refused?: number; kinds?: string[]; findings?: string[] };
  /** Columns of a response after the step: text, null where the column is not there, ' ' where it was deleted. */
  readonly answers?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Number of resources by search. */
  readonly left?: Readonly<Record<string, number>>;
  /** A response that is stored again without the total of the Barthel index. */
  readonly withoutTotal?: string;
  /** Responses whose Observations are extracted and stored. */
  readonly extract?: readonly string[];
  /** Parameters of $adl-gain of the one office by name, and what it answers. */
  readonly gain?: { readonly query: string; readonly expect: Readonly<Record<string, unknown>> };
}

interface Case {
  readonly name: string;
  readonly steps: readonly Step[];
}

const formOf = (id: string): Form => allForms.find(one => one.id === id)!;

function rowFor(form: Form, { person = '1', number = 'R1', fill = 'least', ...cells }: Cells) {
  const own = { insured_no: person.padStart(10, '0'), external_system_management_number: number };
  return { ...recordFor(form, new Chance(1, fill), 1), ...own, ...cells };
}

function filesOf({ users, send = {} }: Step) {
  const files = Object.entries(send).map(([id, rows]) => {
    const form = formOf(id);
    return {
      name: `${id}_1.csv`,
      bytes: encode(
        textOf(
          form,
          rows.map(one => rowFor(form, one)),
        ),
        'utf-8',
      ),
    };
  });
  if (!users) return files;
  const { form, records } = usersFor(users);
  return [...files, { name: `${form.id}_1.csv`, bytes: encode(textOf(form, records), 'ms932') }];
}

interface Answer {
  readonly counts: Readonly<Record<string, number>>;
  readonly kinds: readonly string[];
  readonly places: readonly string[];
}

function readAnswer({ parameter }: { parameter: JsonObject[] }): Answer {
  const parts = (one: JsonObject) => (one['part'] ?? []) as (JsonObject & { resource?: { issue: JsonObject[] } })[];
  const named = (name: string) => parameter.filter(one => one['name'] === name);
  const issues = named('unit').flatMap(unit => parts(unit).flatMap(part => part.resource?.issue ?? []));
  return {
    counts: Object.fromEntries(
      ['stored', 'unchanged', 'refused'].map(name => [name, Number(named(name)[0]?.['valueInteger'])]),
    ),
    kinds: named('summary').map(one => String(parts(one).find(part => part['name'] === 'kind')?.['valueCode'])),
    places: issues.flatMap(one => (one['location'] ?? []) as string[]),
  };
}

async function send(server: TestServer, files: { name: string; bytes: Uint8Array }[]): Promise<Answer> {
  const answer = await server.app.inject({
    method: 'POST',
    url: '/fhir/$import',
    headers: { 'content-type': 'application/zip' },
    payload: Buffer.from(writeZip(files)),
  });
  if (answer.statusCode !== 200) throw new Error(answer.payload);
  return readAnswer(answer.json());
}

async function exported(server: TestServer, query: string): Promise<{ name: string; bytes: Uint8Array }[]> {
  const answer = await server.app.inject({ url: `/fhir/$export-files?standard=life&${query}` });
  if (answer.statusCode === 204) return [];
  if (answer.statusCode !== 200) throw new Error(answer.payload);
  return await readZip(answer.rawPayload, 1e8);
}

const everyItem = (items: readonly JsonObject[]): JsonObject[] =>
  items.flatMap(one => [one, ...everyItem((one['item'] ?? []) as JsonObject[])]);

async function search(server: TestServer, query: string) {
  const answer = await server.app.inject({ url: `/fhir/${query}` });
  return answer.json<{ total: number; entry?: { resource: JsonObject }[] }>();
}

async function responseOf(server: TestServer, key: string): Promise<JsonObject | undefined> {
  const system = 'https://w3id.org/engawa/fhir/IdSystem/life-record';
  const { entry = [] } = await search(server, `QuestionnaireResponse?identifier=${system}|${encodeURIComponent(key)}`);
  return entry[0]?.resource;
}

/** Stores what is extracted from a response, as a client that agrees does. */
async function extract(server: TestServer, key: string): Promise<void> {
  const id = String((await responseOf(server, key))?.['id']);
  const { parameter } = (
    await server.app.inject({ url: `/fhir/QuestionnaireResponse/${id}/$extract`, method: 'POST' })
  ).json<{ parameter: JsonObject[] }>();
  const bundle = parameter.find(one => one['name'] === 'return')!['resource'];
  const headers = { 'content-type': 'application/fhir+json' };
  const payload = JSON.stringify(bundle);
  const stored = await server.app.inject({ url: '/fhir/', method: 'POST', headers, payload });
  if (stored.statusCode !== 200) throw new Error(stored.payload);
}

/** What $adl-gain of the one office answers, by name of the parameter. */
async function gainOf(server: TestServer, query: string): Promise<Record<string, unknown>> {
  const { entry = [] } = await search(server, 'Organization');
  const url = `/fhir/Organization/${String(entry[0]?.resource['id'])}/$adl-gain?${query}`;
  const { parameter } = (await server.app.inject({ url })).json<{ parameter: JsonObject[] }>();
  return Object.fromEntries(
    parameter.map(({ name, ...rest }) => [
      name,
      rest['valueInteger'] ?? rest['valueDecimal'] ?? (rest['valueCoding'] as JsonObject | undefined)?.['code'],
    ]),
  );
}

/** The cells of a response. */
async function answersOf(server: TestServer, key: string, names: readonly string[]): Promise<Record<string, unknown>> {
  const resource = await responseOf(server, key);
  const items = everyItem((resource?.['item'] ?? []) as JsonObject[]);
  const cell = (name: string): unknown => {
    if (name === 'status') return resource?.['status'];
    const item = items.find(one => one['linkId'] === name);
    const [answer] = (item?.['answer'] ?? []) as JsonObject[];
    const [value] = Object.values(answer ?? {});
    return item === undefined ? null : answer === undefined ? ' ' : ((value as { code?: string }).code ?? value);
  };
  return Object.fromEntries(names.map(name => [name, cell(name)]));
}

async function put(server: TestServer, resource: NonNullable<Step['put']>): Promise<void> {
  const answer = await server.app.inject({
    method: 'PUT',
    url: `/fhir/${resource.resourceType}/${resource.id}`,
    headers: { 'content-type': 'application/fhir+json' },
    payload: JSON.stringify(resource),
  });
  if (answer.statusCode >= 300) throw new Error(answer.payload);
}

/** Whether an answer is what a step expects. */
function checkAnswer(t: Test, expect: NonNullable<Step['expect']>, answer: Answer, name: string): void {
  const { kinds = [], findings, ...counts } = expect;
  t.same(answer.counts, { stored: 0, unchanged: 0, refused: 0, ...counts }, name);
  t.same(answer.kinds, kinds, `${name}: kinds`);
  if (findings) t.same(answer.places, findings, `${name}: places`);
}

/** Takes the total out of a stored response. */
async function removeTotal(server: TestServer, key: string): Promise<void> {
  const response = (await responseOf(server, key)) as NonNullable<Step['put']> & { item: { item?: JsonObject[] }[] };
  for (const one of response.item) if (one.item) one.item = one.item.filter(({ linkId }) => linkId !== 'barthel_total');
  await put(server, response);
}

async function runStep(t: Test, server: TestServer, step: Step, name: string): Promise<void> {
  if (step.put) await put(server, step.put);
  if (step.withoutTotal) await removeTotal(server, step.withoutTotal);
  const files = step.sendExport === undefined ? filesOf(step) : await exported(server, step.sendExport);
  if (files.length > 0) checkAnswer(t, step.expect ?? {}, await send(server, files), name);
  for (const [key, expected] of Object.entries(step.answers ?? {}))
    t.same(await answersOf(server, key, Object.keys(expected)), expected, `${name}: ${key}`);
  for (const [query, count] of Object.entries(step.left ?? {}))
    t.equal(
      (await search(server, `${query}${query.includes('?') ? '&' : '?'}_summary=count`)).total,
      count,
      `${name}: ${query}`,
    );
  for (const key of step.extract ?? []) await extract(server, key);
  if (step.gain) t.match(await gainOf(server, step.gain.query), step.gain.expect, `${name}: $adl-gain`);
}

const cases = JSON.parse(fs.readFileSync(path.join(casesFolder, 'life/imports.json'), 'utf8')) as Case[];

for (const store of stores)
  t.test(`LIFE files on ${store}`, async t => {
    for (const { name, steps } of cases) {
      const server = await startOn(store);
      for (const [i, step] of steps.entries()) await runStep(t, server, step, `${name}, step ${i + 1}`);
      await server.close();
    }
  });

t.test('files out: what came in, by data type, office and month', async t => {
  const server = await startOn('sqlite');
  t.teardown(() => server.close());
  const rows: Record<string, readonly Cells[]> = {
    FORM_0000_2021: [{}, { number: 'R2', evaluate_date: '20260415' }],
    FORM_0500_2021: [{ number: 'R3' }],
  };
  const files = filesOf({ users: [1], send: rows });
  t.same((await send(server, files)).counts, { stored: 4, unchanged: 0, refused: 0 });
  const names = async (query: string) =>
    (await exported(server, query)).map(one => one.name.replace(/_1_4970100014_15_\d{14}\.csv$/, ''));
  t.same(await names(''), ['SERVICE_USER_INFO', 'FORM_0000_2021', 'FORM_0500_2021']);
  t.same(await names('kind=FORM_0000_2021'), ['FORM_0000_2021']);
  t.same(await names('from=4970100014_15&month=202604'), ['SERVICE_USER_INFO', 'FORM_0000_2021']);
  t.same(await names('from=4970100014_16'), []);
  const texts = Object.fromEntries(
    (await exported(server, '')).map(({ name, bytes }) => [name.split('_1_')[0], Buffer.from(bytes).toString()]),
  );
  const { form, records } = usersFor([1]);
  t.equal(texts[form.id], `\ufeff${textOf(form, records)}`);
  const first = formOf('FORM_0000_2021');
  t.equal(
    texts[first.id],
    `\ufeff${textOf(
      first,
      rows['FORM_0000_2021']!.map(one => rowFor(first, one)),
    )}`,
  );
});
