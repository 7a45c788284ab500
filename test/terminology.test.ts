/**
 * Terminology operations through the whole server, on both databases: each file in test/cases/terminology holds questions
 * and answers. `given` is stored first, `imports` are imported as masters first.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import t from 'tap';
import type { JsonObject } from '../src/fhir/types.ts';
import type { TermTables } from '../src/store/terms.ts';
import { importTerms } from '../src/store/terms-place.ts';
import { importMaster } from '../src/terminology/masters/import.ts';
import type { Layout } from '../src/terminology/masters/layout.ts';
import { findLayout } from '../src/terminology/masters/layouts/all.ts';
import { runOnStores } from './stores.ts';
import { difference, readCases, type TestServer } from './support.ts';

/** A master's file, line by line, to be imported as an edition. */
interface GivenMaster {
  /** A kind of layout, or a layout. */
  readonly kind: string | Layout;
  readonly edition: string;
  readonly from?: string;
  readonly to?: string;
  readonly lines: readonly string[];
}

/** A question and what must come back. */
interface Question {
  /** Such as `CodeSystem/$lookup`; or a search such as `GET Patient?…`, or `PUT`. */
  readonly ask: string;
  /** Parameters by name; what is no plain value is sent as Parameters. Absent = the path says it all. */
  readonly with?: Readonly<Record<string, unknown>>;
  /** A resource that is sent as it is. */
  readonly resource?: JsonObject;
  readonly language?: string;
  readonly status?: number;
  /** Parameters of the answer by name (several of a name as a list, parts as objects); null = absent. */
  readonly answer?: Readonly<Record<string, unknown>>;
  /** Issues of the answer, all of them. */
  readonly issues?: readonly unknown[];
  /** One issue that must be among them. */
  readonly issue?: unknown;
  /** Codes of an expansion in order, and how many there are in all. */
  readonly codes?: readonly string[];
  readonly total?: number | null;
  /** Ids a search finds. */
  readonly found?: readonly string[];
  readonly body?: unknown;
  /** A regular expression for the text of the answer. */
  readonly text?: string;
}

interface TerminologyCase {
  readonly name: string;
  readonly spec?: string;
  readonly settings?: Record<string, string>;
  readonly given?: readonly JsonObject[];
  readonly imports?: readonly GivenMaster[];
  readonly questions: readonly Question[];
}

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;

function toParameter(name: string, value: unknown): JsonObject[] {
  if (Array.isArray(value)) return value.flatMap(one => toParameter(name, one));
  if (typeof value === 'boolean') return [{ name, valueBoolean: value }];
  if (typeof value === 'number') return [{ name, valueInteger: value }];
  if (typeof value === 'string') return [{ name, valueString: value }];
  const object = value as JsonObject;
  if (object['resourceType'] !== undefined) return [{ name, resource: object }];
  return [{ name, [object['coding'] === undefined ? 'valueCoding' : 'valueCodeableConcept']: object }];
}

async function ask(server: TestServer, { ask: what, with: words = {}, resource, language }: Question) {
  const [method, url] = / /.test(what) ? what.split(/ (.*)/s) : ['', what];
  const values = Object.entries(words);
  const plain = values.every(([, value]) => isPlain(value));
  const query = values.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&');
  const payload = resource ?? {
    resourceType: 'Parameters',
    parameter: values.flatMap(([name, value]) => toParameter(name, value)),
  };
  return server.app.inject({
    method: (method || (plain ? 'GET' : 'POST')) as 'GET',
    url: `/fhir/${url}${plain && query !== '' ? `?${query}` : ''}`,
    headers: { 'content-type': 'application/fhir+json', ...(language && { 'accept-language': language }) },
    ...((resource || !plain) && { payload: JSON.stringify(payload) }),
  });
}

const valueIn = (holder: JsonObject): unknown => {
  const key = Object.keys(holder).find(one => one.startsWith('value') || one === 'resource');
  return key ? holder[key] : holder['part'] ? readParameters(holder['part'] as JsonObject[]) : undefined;
};

/** Parameters as an object; names that come several times as lists. */
function readParameters(parameters: readonly JsonObject[]): Record<string, unknown> {
  const found: Record<string, unknown[]> = {};
  for (const one of parameters) found[String(one['name'])] = [...(found[String(one['name'])] ?? []), valueIn(one)];
  return Object.fromEntries(Object.entries(found).map(([name, list]) => [name, list.length === 1 ? list[0] : list]));
}

function issuesOf(body: JsonObject): unknown[] {
  const parameters = (body['parameter'] ?? []) as JsonObject[];
  const outcome =
    body['resourceType'] === 'OperationOutcome'
      ? body
      : (parameters.find(one => one['name'] === 'issues')?.['resource'] as JsonObject | undefined);
  return ((outcome?.['issue'] ?? []) as JsonObject[]).map(issue => {
    const details = issue['details'] as { coding?: { code: string }[]; text?: string } | undefined;
    return {
      id: (issue['extension'] as JsonObject[] | undefined)?.[0]?.['valueString'],
      severity: issue['severity'],
      code: issue['code'],
      type: details?.coding?.[0]?.code,
      text: details?.text,
      at: (issue['expression'] as string[] | undefined)?.[0],
    };
  });
}

function codesOf(body: JsonObject): string[] {
  const walk = (list: readonly JsonObject[]): string[] =>
    list.flatMap(one => [String(one['code']), ...walk((one['contains'] ?? []) as JsonObject[])]);
  return walk(((body['expansion'] as JsonObject | undefined)?.['contains'] ?? []) as JsonObject[]);
}

function check(question: Question, body: JsonObject): string | undefined {
  const { answer, issue, issues, codes, total, found, body: whole } = question;
  const entries = (body['entry'] ?? []) as { resource: JsonObject }[];
  const expansion = body['expansion'] as JsonObject | undefined;
  return [
    answer && difference(answer, readParameters((body['parameter'] ?? []) as JsonObject[]), 'answer'),
    issues && difference(issues, issuesOf(body), 'issues'),
    issue && !issuesOf(body).some(one => !difference(issue, one)) ? 'the issue is not there' : undefined,
    codes && difference(codes, codesOf(body), 'codes'),
    total === undefined ? undefined : difference(total, expansion?.['total'], 'total'),
    found && difference([...found].sort(), entries.map(one => String(one.resource['id'])).sort(), 'found'),
    whole === undefined ? undefined : difference(whole, body, 'body'),
  ].find(Boolean) as string | undefined;
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-terminology-'));
t.teardown(() => fs.rmSync(folder, { recursive: true, force: true }));

async function importAll(server: TestServer, masters: readonly GivenMaster[]): Promise<void> {
  for (const { kind, edition, from, to, lines } of masters) {
    const file = path.join(folder, 'master.csv');
    fs.writeFileSync(file, lines.map(line => `${line}\r\n`).join(''));
    const layout = typeof kind === 'string' ? findLayout(kind)! : kind;
    const period = { ...(from && { validFrom: from }), ...(to && { validTo: to }) };
    const { config, store } = server.services;
    const work = (tables: TermTables) => importMaster(tables, { layout, file, version: edition, ...period });
    await (config.database === ''
      ? work(store.terms)
      : importTerms({ database: config.database, data: folder }, work, 0));
  }
}

async function run(server: TestServer, one: TerminologyCase): Promise<string | undefined> {
  for (const resource of one.given ?? []) {
    const answer = await server.app.inject({
      method: 'PUT',
      url: `/fhir/${String(resource['resourceType'])}/${String(resource['id'])}`,
      headers: { 'content-type': 'application/fhir+json' },
      payload: JSON.stringify(resource),
    });
    if (answer.statusCode !== 201) return `given ${String(resource['id'])}: ${answer.payload.slice(0, 300)}`;
  }
  await importAll(server, one.imports ?? []);
  // On PostgreSQL a node copies what was imported; writes go on with what it has until then.
  await server.services.terminology.refresh();
  for (const question of one.questions) {
    const answer = await ask(server, question);
    const status = question.status ?? 200;
    const problem =
      answer.statusCode === status
        ? check(question, answer.json() as JsonObject)
        : `found status ${answer.statusCode}, expected ${status}`;
    if (question.text !== undefined && !new RegExp(question.text).test(answer.payload)) return `${question.ask}: text`;
    if (problem)
      return `${question.ask} ${JSON.stringify(question.with ?? {}).slice(0, 200)}: ${problem} (${answer.payload.slice(0, 600)})`;
  }
  return undefined;
}

for (const { file, cases } of readCases<TerminologyCase>('terminology'))
  runOnStores(`terminology/${file}`, cases, (server, one) => run(server, one));
