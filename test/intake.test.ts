/** Document intake on both databases: cases made of the example Bundles, and what cases cannot say. */
import fs from 'node:fs';
import path from 'node:path';
import type { InjectOptions } from 'fastify';
import t from 'tap';
import { systemCaller } from '../src/access/caller.ts';
import type { JsonObject, Resource } from '../src/fhir/types.ts';
import { applyJsonPatch } from '../src/interactions/patch/json-patch.ts';
import { readPdf } from './pdf-text.ts';
import { runOnStores, testOnStores } from './stores.ts';
import { type InteractionCase, readCases, runSteps, type Step, type TestServer } from './support.ts';

const examples = path.join(import.meta.dirname, '../examples');
const readExample = (name: string): string => fs.readFileSync(path.join(examples, name), 'utf8');

/** `{ "$example": file, "patch": steps }` anywhere in a body is that example, changed. */
function filled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filled);
  if (typeof value !== 'object' || value === null) return value;
  const { $example, patch } = value as { $example?: string; patch?: unknown };
  if ($example === undefined) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one)]));
  const bundle = JSON.parse(readExample($example)) as Resource;
  return patch === undefined ? bundle : applyJsonPatch(bundle, patch);
}

const rulesOf = (outcome: JsonObject | undefined): unknown[] =>
  ((outcome?.['issue'] ?? []) as { details?: { coding?: { code: string }[] } }[]).map(
    one => one.details?.coding?.[0]?.code,
  );

/** What a case says of the answer beyond its shape: `$parameters` it has, `$rules` that were broken, `$findings` it tells. */
function special(expected: JsonObject, found: JsonObject): string | undefined {
  const parameters = (found['parameter'] ?? []) as JsonObject[];
  for (const wanted of (expected['$parameters'] ?? []) as JsonObject[])
    if (!parameters.some(one => JSON.stringify(one) === JSON.stringify(wanted)))
      return `no parameter ${JSON.stringify(wanted)}`;
  const findings = parameters.find(one => one['name'] === 'findings')?.['resource'] as JsonObject | undefined;
  for (const [name, list] of [
    ['$rules', rulesOf(found)],
    ['$findings', rulesOf(findings)],
  ] as const)
    for (const rule of (expected[name] ?? []) as string[])
      if (!list.includes(rule)) return `no finding ${rule} among ${list.join(', ')}`;
  return undefined;
}

/** Runs a step, keeps `$document` of a receipt, and looks at what is special. */
async function runIntake(server: TestServer, { steps }: InteractionCase): Promise<string | undefined> {
  const saved = new Map<string, string>();
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => saved.get(name) ?? whole);
  for (const { save, ...step } of steps) {
    let answer: JsonObject = {};
    const spy = {
      inject: async (request: InjectOptions) => {
        const response = await server.app.inject(request);
        if (response.payload.startsWith('{')) answer = response.json();
        return response;
      },
    };
    const { $parameters, $rules, $findings, ...body } = (step.expect.body ?? {}) as JsonObject;
    const expect = { ...step.expect, ...(step.expect.body !== undefined && { body }) };
    const one: Step = {
      ...step,
      do: fill(step.do),
      expect,
      ...(step.body !== undefined && { body: filled(step.body) }),
    };
    const problem = await runSteps(spy as unknown as typeof server.app, [one]);
    if (problem) return problem;
    const more = special({ $parameters, $rules, $findings }, answer);
    if (more) return `${step.do}: ${more} in ${JSON.stringify(answer).slice(0, 600)}`;
    const parameters = (answer['parameter'] ?? []) as { name: string; valueReference?: { reference: string } }[];
    for (const name of Object.keys(save ?? {}))
      saved.set(name, parameters.find(each => each.name === 'document')!.valueReference!.reference);
  }
  return undefined;
}

for (const { file, cases } of readCases<InteractionCase>('intake')) runOnStores(file, cases, runIntake);

const headers = { 'content-type': 'application/fhir+json' };

testOnStores('a document is kept byte for byte', async (t, start) => {
  const server = await start();
  const text = `\n ${readExample('hospital/referral.json').replace('"1.0"', '"\\u0031.0"')}\n`;
  const taken = await server.app.inject({ method: 'POST', url: '/fhir/$intake', headers, payload: text });
  t.equal(taken.statusCode, 201);
  const id = String(taken.headers.location).split('/').at(-1);
  const kept = await server.app.inject({ method: 'GET', url: `/fhir/Binary/${id}`, headers: { accept: '*/*' } });
  t.equal(kept.payload, text);
  t.equal(kept.headers['content-type'], 'application/fhir+json');
  for (const type of ['Binary', 'DocumentReference', 'Provenance', 'Patient', 'Composition', 'Condition']) {
    const found = await server.app.inject({ method: 'GET', url: `/fhir/${type}` });
    for (const { resource } of found.json().entry as { resource: Resource }[]) {
      const issues = server.services.validator.validateResource(resource);
      t.same(
        issues.filter(one => one.severity === 'error'),
        [],
        `${type} is valid`,
      );
    }
  }
  await server.close();
});

testOnStores('what comes out of a document keeps its digits, and is found by what its text says', async (t, start) => {
  const server = await start();
  const place = 'http://hl7.org/fhir/StructureDefinition/geolocation';
  const digits = `{ "url": "latitude", "valueDecimal": 35.10 }, { "url": "longitude", "valueDecimal": 1.3970e2 }`;
  const text = readExample('hospital/referral.json')
    .replace(/"address": \[\s*\{/, match => `${match} "extension": [{ "url": "${place}", "extension": [${digits}] }],`)
    .replace(/"subject": \{\s*"reference"/, match => match.replace('reference', '\\u0072eference'));
  const taken = await server.app.inject({ method: 'POST', url: '/fhir/$intake', headers, payload: text });
  t.equal(taken.statusCode, 201, taken.payload);
  const found = await server.app.inject({ method: 'GET', url: '/fhir/Patient' });
  t.match(found.payload, /35\.10 .*1\.3970e2 /s);
  t.match(found.json().entry[0].resource.meta.source, /^DocumentReference\/doc-/);
  const ofPerson = await server.app.inject({
    method: 'GET',
    url: `/fhir/Composition?subject=Patient/${found.json().entry[0].resource.id}&_summary=count`,
  });
  t.equal(ofPerson.json().total, 0, 'a reference under a name with escapes stays, in the index too');
  await server.close();
});

testOnStores('what the person has not been told is hidden from the person and the family', async (t, start) => {
  const server = await start();
  const bundle = JSON.parse(readExample('hospital/referral.json'));
  const hidden = bundle.entry.find((one: { resource: Resource }) => one.resource.resourceType === 'Condition');
  hidden.resource.meta.tag = [
    { system: 'http://jpfhir.jp/fhir/clins/CodeSystem/JP_ehrshrs_indication', code: 'UNINFORMED' },
  ];
  const taken = await server.app.inject({ method: 'POST', url: '/fhir/$intake', headers, payload: bundle });
  t.equal(taken.statusCode, 201);
  const parameters = taken.json().parameter as { name: string; valueReference: { reference: string } }[];
  const person = parameters.find(one => one.name === 'person')!.valueReference.reference;
  const { services } = server;
  const count = async (type: string, subject: string | null) => {
    const route = services.route('GET', [type]);
    const response = await route.handle(services, {
      method: 'GET',
      path: [type],
      params: { type },
      query: [['_summary', 'count']],
      headers: {},
      prefer: {},
      caller: { ...systemCaller, kind: 'user', subject },
      language: 'en',
      base: '',
    });
    let text = '';
    if (response.body?.kind === 'text') text = response.body.text;
    else if (response.body?.kind === 'chunks') for await (const chunk of response.body.chunks) text += chunk;
    else if (response.body?.kind === 'resource') text = JSON.stringify(response.body.resource);
    return (JSON.parse(text) as { total: number }).total;
  };
  for (const [type, all, own] of [
    ['Condition', 2, 1],
    ['Composition', 1, 0],
    ['Bundle', 1, 0],
    ['Binary', 1, 0],
    ['AllergyIntolerance', 1, 1],
    ['DocumentReference', 1, 1],
  ] as const) {
    t.equal(await count(type, 'Practitioner/1'), all, `${type} for a clinician`);
    t.equal(await count(type, person), own, `${type} for the person`);
    t.equal(await count(type, 'RelatedPerson/1'), own, `${type} for the family`);
  }
  await server.close();
});

testOnStores('what goes to nobody is sealed', async (t, start) => {
  const server = await start();
  const bundle = JSON.parse(readExample('hospital/conditions.json'));
  bundle.entry[1].resource.meta.tag = [
    { system: 'http://jpfhir.jp/fhir/clins/CodeSystem/JP_ehrshrs_indication', code: 'UNDELIVERED' },
  ];
  const taken = await server.app.inject({ method: 'POST', url: '/fhir/$intake', headers, payload: bundle });
  t.equal(taken.statusCode, 201);
  for (const type of ['Binary', 'Bundle', 'Condition', 'DocumentReference', 'Provenance']) {
    const all = await server.app.inject({ method: 'GET', url: `/fhir/${type}/_history` });
    t.notMatch(all.payload, /狭心症|20058911/, type);
    t.notMatch(all.payload, Buffer.from('20058911').toString('base64').slice(0, 9), type);
  }
  await server.close();
});

testOnStores('many documents of one new person at once make one person', async (t, start) => {
  const server = await start();
  const text = readExample('hospital/conditions.json');
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      server.app.inject({
        method: 'POST',
        url: '/fhir/$intake',
        headers,
        payload: text.replace(/\^2026\^CONDITION-0001/, `^2026^CONDITION-${i}`),
      }),
    ),
  );
  t.same([...new Set(answers.map(one => one.statusCode))], [201]);
  const patients = await server.app.inject({ method: 'GET', url: '/fhir/Patient?_summary=count' });
  t.equal(patients.json().total, 1);
  const same = await Promise.all(
    Array.from({ length: 6 }, () =>
      server.app.inject({
        method: 'POST',
        url: '/fhir/$intake',
        headers,
        payload: readExample('hospital/referral.json'),
      }),
    ),
  );
  t.equal(same.filter(one => one.statusCode === 201).length, 1, 'created once');
  t.equal(same.filter(one => one.statusCode === 200).length, 5, 'unchanged otherwise');
  await server.close();
});

testOnStores('documents are taken back when their time is over', async (t, start) => {
  let now = Date.UTC(2026, 3, 1);
  const server = await start({ now: () => (now += 1000) });
  const post = (url: string, payload: object | string) =>
    server.app.inject({ method: 'POST', url: `/fhir/${url}`, headers, payload });
  for (const name of ['conditions', 'allergies']) await post('$intake', readExample(`hospital/${name}.json`));
  now = Date.UTC(2031, 3, 1, 0);
  const ask = { resourceType: 'Parameters', parameter: [{ name: 'dryRun', valueBoolean: true }] };
  t.match(
    (await post('$expire', ask)).json().parameter,
    [{}, { name: 'count', valueInteger: 0 }],
    'the last day counts',
  );
  now += 86_400_000;
  t.match((await post('$expire', ask)).json().parameter, [{}, { valueInteger: 2 }, { valueInteger: 2 }]);
  t.match((await post('$expire', { resourceType: 'Parameters' })).json().parameter, [
    {},
    { valueInteger: 2 },
    { valueInteger: 0 },
  ]);
  const left = await server.app.inject({ method: 'GET', url: '/fhir/Condition?_summary=count' });
  t.equal(left.json().total, 0);
  await server.close();
});

t.test('receipts and refusals in Japanese', async t => {
  const { startServer } = await import('./support.ts');
  const server = startServer();
  const bundle = JSON.parse(readExample('hospital/conditions.json'));
  delete bundle.identifier;
  const refused = await server.app.inject({
    method: 'POST',
    url: '/fhir/$intake',
    headers: { ...headers, 'accept-language': 'ja' },
    payload: bundle,
  });
  t.match(refused.json().issue[0], { expression: ['Bundle.identifier'], details: { text: /文書の差し替え/ } });
  await server.close();
});

testOnStores('a document is made of a Composition, and shown as a page', async (t, start) => {
  const server = await start();
  const get = (url: string, accept = 'application/fhir+json', language = 'ja') =>
    server.app.inject({ method: 'GET', url: `/fhir/${url}`, headers: { accept, 'accept-language': language } });
  const taken = await server.app.inject({
    method: 'POST',
    url: '/fhir/$intake',
    headers,
    payload: readExample('hospital/discharge-summary.json'),
  });
  const id = String(taken.headers.location).split('/').at(-1);
  const found = (await get('Composition')).json().entry[0].resource as Resource;
  const made = await get(`Composition/${found.id}/$document`);
  t.equal(made.statusCode, 200);
  const bundle = made.json() as { type: string; entry: { fullUrl: string; resource: Resource }[] };
  t.equal(bundle.type, 'document');
  t.equal(bundle.entry[0]!.resource.resourceType, 'Composition');
  const sent = JSON.parse(readExample('hospital/discharge-summary.json')) as { entry: { resource: Resource }[] };
  t.same(
    bundle.entry.map(one => one.resource.resourceType).sort(),
    sent.entry.map(one => one.resource.resourceType).sort(),
  );
  t.same(
    server.services.validator.validateResource(made.json()).filter(one => one.severity === 'error'),
    [],
    'a valid document',
  );
  const kept = await server.app.inject({
    method: 'POST',
    url: `/fhir/Composition/${found.id}/$document?persist=true`,
    headers,
    payload: { resourceType: 'Parameters' },
  });
  t.equal(kept.statusCode, 201);
  t.equal((await get(`Bundle/${kept.json().id}`)).statusCode, 200);
  t.equal((await get('Composition/nobody/$document')).statusCode, 404);

  const pages = [`Bundle/${id}/$render`, `DocumentReference/${id}/$render`].map(url => get(url, 'text/html'));
  for (const page of await Promise.all(pages)) {
    t.equal(page.statusCode, 200);
    t.match(page.headers, { 'content-type': /^text\/html/, 'content-security-policy': /sandbox/ });
    for (const text of [
      '退院時サマリー',
      '縁側 花子',
      '1941年5月3日（昭和16年）',
      '狭心症',
      'アムロジピン錠５ｍｇ',
      '冠動脈造影で有意狭窄なし',
    ])
      t.ok(page.payload.includes(text), text);
  }
  const { content } = (await get(`DocumentReference/${id}`)).json() as { content: { attachment: { url: string } }[] };
  const paper = await get(content[1]!.attachment.url, '*/*');
  t.equal(paper.headers['content-type'], 'application/pdf', 'the second content is for people');
  t.match(readPdf(paper.rawPayload).pages.join('\n'), /退院時サマリー.*狭心症/s);
  t.match((await get(`Bundle/${id}/$render`, 'text/html', 'en')).payload, /Birth date<\/th><td>1941-05-03/);
  const sheet = await server.app.inject({
    method: 'POST',
    url: '/fhir/Bundle/$render',
    headers: { ...headers, accept: 'text/html' },
    payload: readExample('hospital/lab-results.json')
      .replaceAll('アルブミン', '<b>アルブミン</b>')
      .replace('"value": 6,', '"value": 6.0,'),
  });
  t.match(sheet.payload, /&lt;b&gt;アルブミン/);
  t.match(sheet.payload, /– 6\.0 %/, 'digits as they came');
  t.equal((await get(`DocumentReference/nobody/$render`, 'text/html')).statusCode, 404);
  await server.close();
});

testOnStores('a 特定健診 file becomes a document', async (t, start) => {
  const server = await start();
  const xml = fs.readFileSync(path.join(import.meta.dirname, 'cases/intake/checkup.xml'), 'utf8');
  const send = (content: string) =>
    server.app.inject({
      method: 'POST',
      url: '/fhir/$intake',
      headers,
      payload: {
        resourceType: 'Parameters',
        parameter: [{ name: 'checkup', valueBase64Binary: Buffer.from(content).toString('base64') }],
      },
    });
  const get = async (url: string) => (await server.app.inject({ method: 'GET', url: `/fhir/${url}` })).json();
  const taken = await send(xml);
  t.equal(taken.statusCode, 201, taken.payload);
  t.match(await get('Patient'), {
    entry: [
      {
        resource: {
          identifier: [{ value: '39490016::49000001:' }],
          name: [{ text: 'エンガワ ハナコ' }],
          gender: 'female',
          birthDate: '1941-05-03',
        },
      },
    ],
  });
  const hba1c = await server.app.inject({ method: 'GET', url: '/fhir/Observation?code=3D046000001920402' });
  t.match(hba1c.payload, /"valueQuantity":\{"value":6\.0,"unit":"%"/, 'digits as they were written');
  t.match(hba1c.json().entry[0].resource, {
    interpretation: [{ coding: [{ code: 'H' }] }],
    referenceRange: [{ low: { value: 4.6 }, high: { value: 5.5 } }],
  });
  t.equal((await get('Observation?code=9A110')).entry[0].resource.hasMember.length, 1);
  t.match((await get('Observation?code=3F015000002327101')).entry[0].resource, {
    dataAbsentReason: { text: '未実施' },
  });
  t.equal((await get('Coverage?_summary=count')).total, 1);
  t.equal((await get('Composition')).entry[0].resource.section.length, 2);
  const again = await send(xml);
  t.equal(again.statusCode, 200);
  t.match(again.json().parameter[1], { name: 'changed', valueInteger: 0 });
  const nobody = await send(xml.replace('<name>エンガワ　ハナコ</name>', ''));
  t.equal(nobody.statusCode, 422, 'what is missing is told by the rules of the document');
  for (const wrong of ['<a/>', '<ClinicalDocument>', `<!DOCTYPE x [<!ENTITY a "b">]>${xml.slice(38)}`])
    t.equal((await send(wrong)).statusCode, 400);
  await server.close();
});
