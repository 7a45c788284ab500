/** Claims over HTTP on both databases: stored, unchanged, refused at the item, judged beside certificates, searched, written again. */
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { JsonObject } from '../src/fhir/types.ts';
import { readZip } from '../src/files/zip.ts';
import { type ClaimDelivery, encodeRows, fileOf, rowsOf } from './claims-data.ts';
import { rightDeliveries, type Served } from './claims-right.ts';
import { type StoreName, startOn, stores } from './stores.ts';
import { startServer, type TestServer } from './support.ts';
import { writeZip } from './zip.ts';

const engawa = 'https://w3id.org/engawa/fhir';
const headers = { 'content-type': 'application/fhir+json' };
const names = ['S2611001.CSV', 'P2611001.CSV', 'K2611001.CSV'];

const people: readonly Served[] = [1, 2].map(i => ({
  insured: String(i).padStart(10, '0'),
  month: '202610',
  birthDate: '19410503',
  sex: '2',
  careLevel: i === 1 ? '22' : '23',
  rate: i === 1 ? 90 : 80,
  times: 7 + i,
}));

/** The persons, and the 負担割合証 of the first: 1割. */
async function register(server: TestServer): Promise<void> {
  for (const { insured } of people) {
    const identifier = [{ system: `${engawa}/IdSystem/kaigo-insured-person`, value: `492017:${insured}` }];
    const person = { resourceType: 'Patient', identifier, gender: 'female', birthDate: '1941-05-03' };
    await server.app.inject({
      method: 'PUT',
      url: `/fhir/Patient/p${Number(insured)}`,
      headers,
      payload: JSON.stringify({ ...person, id: `p${Number(insured)}` }),
    });
  }
  const certificate = {
    resourceType: 'Coverage',
    meta: { profile: [`${engawa}/StructureDefinition/kaigo-burden-certificate`] },
    extension: [{ url: `${engawa}/StructureDefinition/kaigo-issue-date`, valueDate: '2026-07-20' }],
    identifier: [{ system: `${engawa}/IdSystem/kaigo-futan-wariai-certificate`, value: '492017:0000000001:1' }],
    status: 'active',
    type: { coding: [{ system: `${engawa}/CodeSystem/certificate-kind`, code: 'futanwariai' }] },
    subscriberId: '0000000001',
    beneficiary: { reference: 'Patient/p1' },
    period: { start: '2026-08-01', end: '2027-07-31' },
    payor: [{ display: '縁側市（見本）' }],
    costToBeneficiary: [
      {
        type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/coverage-copay-type', code: 'copaypct' }] },
        valueQuantity: { value: 10, unit: '%', system: 'http://unitsofmeasure.org', code: '%' },
      },
    ],
  };
  const answer = await server.app.inject({
    method: 'POST',
    url: '/fhir/Coverage',
    headers,
    payload: JSON.stringify(certificate),
  });
  if (answer.statusCode !== 201) throw new Error(answer.payload);
}

interface Answer {
  readonly stored: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly places: readonly string[];
  readonly texts: readonly string[];
}

async function send(server: TestServer, files: readonly { name: string; bytes: Uint8Array }[]): Promise<Answer> {
  const payload = Buffer.from(writeZip(files));
  const answer = await server.app.inject({
    method: 'POST',
    url: '/fhir/$import',
    headers: { 'content-type': 'application/zip' },
    payload,
  });
  if (answer.statusCode !== 200) throw new Error(answer.payload);
  const { parameter } = answer.json<{ parameter: JsonObject[] }>();
  const number = (name: string) => Number(parameter.find(one => one['name'] === name)?.['valueInteger']);
  const parts = parameter.filter(one => one['name'] === 'unit').flatMap(one => (one['part'] ?? []) as JsonObject[]);
  const issues = parts.flatMap(one => (one['resource'] as { issue?: JsonObject[] } | undefined)?.issue ?? []);
  return {
    stored: number('stored'),
    unchanged: number('unchanged'),
    refused: number('refused'),
    places: issues.flatMap(one => (one['location'] ?? []) as string[]),
    texts: issues.map(one => String(one['diagnostics'])),
  };
}

const filesOf = (all: readonly ClaimDelivery[]) => all.map((one, i) => fileOf(one, names[i]!));

/** A delivery with one item of a record otherwise. */
const changed = (one: ClaimDelivery, insured: string, name: string, key: string, value: string): ClaimDelivery => ({
  ...one,
  claims: one.claims.map(rows =>
    rows.map(row =>
      row.name === name && row.record['insured'] === insured
        ? { ...row, record: { ...row.record, [key]: value } }
        : row,
    ),
  ),
});

async function total(server: TestServer, query: string): Promise<number> {
  return (await server.app.inject({ url: `/fhir/${query}${query.includes('?') ? '&' : '?'}_summary=count` })).json<{
    total: number;
  }>().total;
}

async function checkStored(t: Test, server: TestServer): Promise<void> {
  for (const [query, expected] of [
    ['ExplanationOfBenefit', 6],
    ['Invoice', 1],
    [`ExplanationOfBenefit?identifier=${engawa}/IdSystem/kaigo-claim|492017:0000000001:202610:4970100022:7131`, 1],
    ['ExplanationOfBenefit?service-month=2026-10', 6],
    ['ExplanationOfBenefit?service-month=2026-09', 0],
    ['ExplanationOfBenefit?claim-form=8222', 2],
    ['ExplanationOfBenefit?item-service=112222', 2],
    ['ExplanationOfBenefit?patient=Patient/p2', 3],
    [`ExplanationOfBenefit?provider:identifier=${engawa}/IdSystem/kaigo-office-number|4970100014`, 4],
    [`Invoice?identifier=${engawa}/IdSystem/kaigo-claim-bill|4970100022:202610:7111:1:0:01`, 1],
    ['Invoice?claim-month=2026-11', 1],
  ] as const)
    t.equal(await total(server, query), expected, query);
}

async function checkWritten(t: Test, server: TestServer, files: readonly { bytes: Uint8Array }[]): Promise<void> {
  const answer = await server.app.inject({ url: '/fhir/$export-files?standard=claims', headers: { accept: '*/*' } });
  t.equal(answer.statusCode, 200, answer.statusCode === 200 ? '' : answer.payload.slice(0, 300));
  const written = (await readZip(answer.rawPayload, 1e7)).map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
  const sent = files.map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
  t.same([...written].sort(), [...sent].sort(), 'the same files');
  const part = await server.app.inject({ url: '/fhir/$export-files?standard=claims&kind=8222&month=202610' });
  t.match(await readZip(part.rawPayload, 1e7), [{ name: /^K2611001\.CSV$/ }], 'one kind');
}

async function checkRefusals(t: Test, server: TestServer): Promise<void> {
  const [claims] = rightDeliveries(people);
  const before = await total(server, 'ExplanationOfBenefit');
  const wrong: [string, string, string, string, RegExp, RegExp][] = [
    ['10', 'insurance-claimed', '99999', '請求額', /S2611001\.CSV, line 5, column \d+, item 16 保険 請求額/, /90 %/],
    ['10', 'insurance-copayment', '1', '利用者負担額', /item 17 保険 利用者負担額/, /cost \d+ less/],
    ['02', 'service-units', '1', 'サービス単位数', /line 4, column \d+, item 14 サービス単位数/, /units times number/],
    [
      '01',
      'insurance-units',
      '1',
      '合計',
      /line 3, column \d+, item 33 合計 保険 サービス単位数/,
      /sum of the rows 10/,
    ],
  ];
  for (const [record, key, value, what, place, text] of wrong) {
    const answer = await send(server, filesOf([changed(claims!, '0000000001', record, key, value)]));
    t.match(answer, { refused: 1 }, what);
    t.ok(
      answer.places.some(one => place.test(one)),
      `${what}: ${answer.places.join('; ')}`,
    );
    t.ok(
      answer.texts.some(one => text.test(one)),
      `${what}: ${answer.texts.join('; ')}`,
    );
  }
  t.equal(await total(server, 'ExplanationOfBenefit'), before, 'nothing of it is stored');
  const burden = await send(
    server,
    filesOf([{ ...claims!, claims: rightDeliveries([{ ...people[0]!, rate: 70 }])[0]!.claims }]),
  );
  t.match(burden, { stored: 2, refused: 0, places: [/item 29 保険給付率/], texts: [/burden leaves 90/] }, '負担割合証');
  const rows = rowsOf(claims!);
  const cut = await send(server, [{ name: names[0]!, bytes: encodeRows(rows.slice(0, -1)) }]);
  t.match(cut, { stored: 0, refused: 1, places: [/line 8, column 1, item 1 レコード種別/] }, 'without its end');
}

async function run(t: Test, store: StoreName): Promise<void> {
  const server = await startOn(store, { settings: { validation: 'profiles' } });
  t.teardown(() => server.close());
  const files = filesOf(rightDeliveries(people));
  t.match(await send(server, files), { stored: 1, refused: 6 }, 'nobody is there yet: a bill needs nobody');
  await register(server);
  const first = await send(server, files);
  t.match(first, { stored: 6, unchanged: 1, refused: 0, texts: [] }, first.texts.join('; '));
  t.match(await send(server, files), { stored: 0, unchanged: 7, refused: 0 });
  await checkStored(t, server);
  await checkWritten(t, server, files);
  await checkRefusals(t, server);
}

t.test("the example files: beside the insurer's certificates nothing is wrong with them", async t => {
  const server = startServer({ settings: { validation: 'profiles' } });
  t.teardown(() => server.close());
  const examples = path.join(import.meta.dirname, '../examples');
  const payload = fs.readFileSync(path.join(examples, 'insurer/certificates.json'), 'utf8');
  t.equal((await server.app.inject({ method: 'POST', url: '/fhir', headers, payload })).statusCode, 200);
  const folder = path.join(examples, 'claim-files');
  const files = fs.readdirSync(folder).map(name => ({ name, bytes: fs.readFileSync(path.join(folder, name)) }));
  t.match(await send(server, files), { stored: 7, refused: 0, texts: [] });
  t.match(await send(server, files), { stored: 0, unchanged: 7 });
  await checkWritten(t, server, files);
});

for (const store of stores) t.test(`claims on ${store}`, t => run(t, store));
