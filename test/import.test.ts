/** National files over HTTP and from the command line: sets, replacing, deleting, refusing, reports. Cases are in cases/import/. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import t from 'tap';
import { readConfig } from '../src/config.ts';
import type { JsonObject } from '../src/fhir/types.ts';
import { exportCommand } from '../src/file-commands.ts';
import { parseFileName } from '../src/files/forms/careplan/file-name.ts';
import { careplanLayouts } from '../src/files/forms/careplan/layouts/all.ts';
import { writeRow } from '../src/files/layout.ts';
import { encodeMs932 } from '../src/files/ms932.ts';
import { readZip } from '../src/files/zip.ts';
import { importCommand } from '../src/import-command.ts';
import { Watcher } from '../src/watch.ts';
import { damage } from './careplan-damage.ts';
import { type Delivery, delivery, filesOf, personNumber } from './careplan-data.ts';
import { type StoreName, startOn, stores } from './stores.ts';
import { casesFolder, startServer, type TestServer } from './support.ts';
import { writeZip } from './zip.ts';

const examples = path.join(import.meta.dirname, '../examples/care-plan-files');
const exampleFiles = () =>
  fs.readdirSync(examples).map(name => ({ name, bytes: new Uint8Array(fs.readFileSync(path.join(examples, name))) }));

type Files = { name: string; bytes: Uint8Array }[];

/** The answer of an import, as far as tests look at it. */
interface Answer {
  readonly stored: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly kinds: readonly string[];
  readonly places: readonly string[];
  readonly texts: readonly string[];
  readonly rows: Record<string, string>;
}

function readAnswer(parameters: { parameter: JsonObject[] }): Answer {
  const all = (name: string) => parameters.parameter.filter(one => one['name'] === name);
  const number = (name: string) => Number(all(name)[0]?.['valueInteger']);
  const parts = (one: JsonObject) => (one['part'] ?? []) as (JsonObject & { resource?: { issue: JsonObject[] } })[];
  const issues = all('unit').flatMap(unit => parts(unit).flatMap(part => part.resource?.issue ?? []));
  const attachments = all('refused-rows').map(one => one['valueAttachment'] as { title: string; data: string });
  return {
    stored: number('stored'),
    unchanged: number('unchanged'),
    refused: number('refused'),
    kinds: all('summary').map(one => String(parts(one).find(part => part['name'] === 'kind')?.['valueCode'])),
    places: issues.flatMap(one => (one['location'] ?? []) as string[]),
    texts: issues.map(one => String(one['diagnostics'])),
    rows: Object.fromEntries(
      attachments.map(({ title, data }) => [title, Buffer.from(data, 'base64').toString('latin1')]),
    ),
  };
}

async function send(server: TestServer, files: Files, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await server.app.inject({
    method: 'POST',
    url: '/fhir/$import',
    headers: { 'content-type': 'application/zip', ...headers },
    payload: Buffer.from(writeZip(files)),
  });
  if (answer.statusCode !== 200) throw new Error(answer.payload);
  return readAnswer(answer.json());
}

interface Case {
  readonly name: string;
  readonly set: string;
  /** What depends on how the store decides runs on both of them. */
  readonly stores?: 'both';
  readonly fill?: 'full';
  readonly without?: string[];
  readonly damage?: { file: string; row: number; item?: number; value?: string; cut?: number; repeat?: boolean }[];
  readonly rename?: Record<string, string>;
  readonly then?: string;
  readonly expect: {
    stored?: number;
    refused?: number;
    kinds?: string[];
    findings?: string[];
    rows?: Record<string, 'all' | 'part'>;
  };
  readonly again?: { stored?: number; unchanged?: number };
  readonly left?: Record<string, number>;
}

/** The files of a case, damaged as it says. */
function filesOfCase(one: Case): Files {
  const all: Delivery = delivery(one.set, 7, one.fill ?? 'least', 2, 3);
  for (const kind of one.without ?? []) delete all[kind];
  const names = Object.fromEntries(filesOf(all).map(({ name }) => [parseFileName(name)!.kind, name]));
  return Object.entries(all).map(([kind, records]) => {
    const layout = careplanLayouts.get(kind)![0]!;
    const rows = records.flatMap((record, i) => {
      const [damage] = (one.damage ?? []).filter(({ file, row }) => file === kind && row === i + 1);
      const { item, value = '', cut, repeat } = damage ?? {};
      const changed = item === undefined ? record : { ...record, [layout.fields[item - 1]!.key]: value };
      const text = writeRow(layout, changed);
      const row = cut === undefined ? text : text.split(',').slice(0, cut).join(',');
      return repeat ? [row, row] : [row];
    });
    const { bytes } = encodeMs932(rows.map(row => `${row}\r\n`).join(''));
    return { name: one.rename?.[kind] ?? names[kind]!, bytes };
  });
}

/** The persons of the cases. */
async function register(server: TestServer, persons = 2): Promise<void> {
  for (let i = 1; i <= persons; i++) {
    const { insurer, insured } = personNumber(i);
    const system = 'https://w3id.org/engawa/fhir/IdSystem/kaigo-insured-person';
    const identifier = [{ system, value: `${insurer}:${insured}` }];
    const payload = JSON.stringify({ resourceType: 'Patient', identifier, name: [{ text: '見本' }] });
    const headers = { 'content-type': 'application/fhir+json' };
    await server.app.inject({ method: 'POST', url: '/fhir/Patient', headers, payload });
  }
}

/** The second delivery of a case. */
function later(one: Case, files: Files): Files {
  if (one.then === undefined) return files;
  if (one.then === 'shorter') {
    const all = delivery(one.set, 7, one.fill ?? 'least', 2, 3);
    const firsts = Object.entries(all).map(([kind, rows]) => [
      kind,
      rows.filter((row, k) => rows.findIndex(({ insured }) => insured === row['insured']) === k),
    ]);
    return filesOf(Object.fromEntries(firsts) as Delivery, '20260501000000');
  }
  const plans = delivery(one.set, 7, 'least', 2, 3)['UP1KYO']!;
  const key = ['version', 'insurer', 'insured', 'planDate'];
  const rows = plans.map(plan => Object.fromEntries(key.map(item => [item, plan[item]!])));
  return filesOf({ [one.then]: rows }, '20260501000000');
}

function checkFirst({ expect }: Case, answer: Answer, files: Files): string | undefined {
  const { stored = 0, refused = 0, kinds = [], findings, rows } = expect;
  const found = [answer.stored, answer.refused, [...answer.kinds].sort().join()].join(' ');
  const wanted = [stored, refused, [...kinds].sort().join()].join(' ');
  if (found !== wanted) return `found ${found}, expected ${wanted}: ${answer.texts.join('; ')}`;
  if (findings && findings.join() !== answer.places.join()) return `found ${answer.places.join()}`;
  for (const [kind, share] of Object.entries(rows ?? {})) {
    const [name, text = ''] = Object.entries(answer.rows).find(([title]) => title.startsWith(kind)) ?? [];
    const original = Buffer.from(files.find(file => file.name === name)!.bytes).toString('latin1');
    const isPart = share === 'all' ? original === text : original.startsWith(text) && original.length > text.length;
    if (text === '' || !isPart) return `${kind}: found the rows ${text}`;
  }
  return undefined;
}

async function runCase(store: StoreName, one: Case): Promise<string | undefined> {
  const server = await startOn(store);
  try {
    if (!one.expect.kinds?.includes('person')) await register(server);
    const files = filesOfCase(one);
    const problem = checkFirst(one, await send(server, files), files);
    if (problem) return problem;
    const second = one.again ? await send(server, later(one, files)) : undefined;
    for (const [name, count] of Object.entries(one.again ?? {}))
      if (second?.[name as 'stored'] !== count)
        return `again: ${name} is ${second?.[name as 'stored']}: ${second?.texts}`;
    for (const [type, count] of Object.entries(one.left ?? {})) {
      const { total } = (await server.app.inject({ url: `/fhir/${type}?_summary=count` })).json<{ total: number }>();
      if (total !== count) return `${type}: ${total} are left, expected ${count}`;
    }
    return undefined;
  } finally {
    await server.close();
  }
}

for (const store of stores)
  t.test(`sets on ${store}`, async t => {
    const cases = JSON.parse(fs.readFileSync(path.join(casesFolder, 'import/sets.json'), 'utf8')) as Case[];
    for (const one of cases)
      if (store === 'sqlite' || one.stores === 'both') t.equal(await runCase(store, one), undefined, one.name);
  });

t.test('the example files: in, the same again, out as they were', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const files = exampleFiles();
  t.match(await send(server, files), { stored: 5, unchanged: 0, refused: 0 });
  t.match(await send(server, files), { stored: 0, unchanged: 5, refused: 0 });
  for (const [query, expected] of [
    ['plan-date=2026-09-25', 1],
    ['plan-date=ge2026-09-01', 2],
    ['service-day=2026-10-06', 2],
    ['contributor:identifier=https://w3id.org/engawa/fhir/IdSystem/kaigo-office-number|4970100014', 3],
    ['category=https://w3id.org/engawa/fhir/CodeSystem/kaigo-care-plan-kind|given', 1],
    ['performer:identifier=https://w3id.org/engawa/fhir/IdSystem/kaigo-office-number|4970100048', 2],
  ] as const) {
    const found = await server.app.inject({ url: `/fhir/CarePlan?_summary=count&${query}` });
    t.equal(found.json<{ total: number }>().total, expected, query);
  }
  const sides = [
    'from=4970100014&to=4970100022_11',
    'from=4970100022_11&kind=UPJSK',
    'from=4900100018_46&to=4970100022_11',
  ];
  const written = new Map<string, Uint8Array>();
  for (const side of sides) {
    const answer = await server.app.inject({
      url: `/fhir/$export-files?standard=careplan&${side}`,
      headers: { accept: '*/*' },
    });
    t.equal(answer.headers['content-type'], 'application/zip', side);
    for (const { name, bytes } of await readZip(answer.rawPayload, 1e8))
      written.set(name.replace(/_\d{14}/, ''), bytes);
  }
  for (const { name, bytes } of files) t.same(written.get(name.replace(/_\d{14}/, '')), Buffer.from(bytes), name);
  t.equal(written.size, files.length);
  const deletion = 'deletion=DLT1KYO:492017:0000000101:20260925&from=4970100014_43&to=4970100022_11';
  const away = await server.app.inject({ url: `/fhir/$export-files?${deletion}` });
  const [file] = await readZip(away.rawPayload, 1e6);
  t.match(file!.name, /^DLT1KYO_4970100014_43_4970100022_11_\d{14}\.CSV$/);
  t.equal(Buffer.from(file!.bytes).toString(), '202407,492017,0000000101,20260925\r\n');
  const everything = await server.app.inject({ url: '/fhir/$export-files' });
  const all = await readZip(everything.rawPayload, 1e8);
  t.same(
    all
      .map(({ name }) => name)
      .filter(name => /^UP2KYO/.test(name))
      .map(name => name.slice(0, -19))
      .sort(),
    ['UP2KYO_4970100014_43_4970100022_11', 'UP2KYO_4970100014_43_4970100048_17'],
    'each office with the type of its service, in words in table 2',
  );
  const back = startServer();
  t.match(await send(back, all as Files), { refused: 0 }, 'and what is written is taken again');
  await back.close();
  const none = await server.app.inject({ url: '/fhir/$export-files?month=199901&kind=UPPLAN' });
  t.equal(none.statusCode, 204);
});

t.test('generated files: through the server and back', async t => {
  for (const [i, name] of ['plan', 'month', 'given', 'basic', 'preventive'].entries()) {
    const server = startServer({ settings: { validation: 'profiles' } });
    await register(server);
    for (const fill of ['full', 'random', 'least'] as const) {
      const files = filesOf(delivery(name, i + 11, fill, 2, 6));
      const answer = await send(server, files);
      t.equal(answer.stored, 2, `${name}, ${fill}: ${answer.texts.slice(0, 3).join('; ')}`);
      const [from, to] = name === 'given' ? ['4970100022_11', '4970100014_43'] : ['4970100014_43', '4970100022_11'];
      const out = await server.app.inject({ url: `/fhir/$export-files?from=${from}&to=${to}` });
      t.equal(out.statusCode, 200, `${name}, ${fill}: ${out.statusCode === 200 ? '' : out.payload.slice(0, 300)}`);
      const written = (await readZip(out.rawPayload, 1e8)).map(one => [
        one.name.replace(/_\d{14}/, ''),
        new TextDecoder('shift_jis').decode(one.bytes),
      ]);
      // Plans of other days stay beside those of an earlier delivery; months and services given are replaced.
      for (const file of files) {
        const text = new TextDecoder('shift_jis').decode(file.bytes);
        const [, found = ''] = written.find(([title]) => title === file.name.replace(/_\d{14}/, '')) ?? [];
        const whole =
          name === 'month' || name === 'given' ? found === text : text.split('\r\n').every(row => found.includes(row));
        t.ok(whole, `${name}, ${fill}: ${file.name}`);
      }
    }
    await server.close();
  }
});

for (const store of stores)
  t.test(`同意日 of a preventive plan is a consent to the version that was stored, on ${store}`, async t => {
    const server = await startOn(store, { settings: { validation: 'profiles' } });
    t.teardown(() => server.close());
    await register(server);
    const all = delivery('preventive', 3, 'full', 2, 2);
    const [first, second] = all['UPYOBO']! as Record<string, string>[];
    Object.assign(first!, { consentedOn: '20260401', consentedBy: '縁側 一郎' });
    Object.assign(second!, { consentedOn: '00000000', consentedBy: '' });
    const consents = async () => {
      const found = await server.app.inject({ url: '/fhir/Consent?_sort=identifier' });
      const { entry = [] } = found.json<{ entry?: { resource: JsonObject }[] }>();
      return entry.map(({ resource }) => resource);
    };
    t.match(await send(server, filesOf(all)), { stored: 2, refused: 0 });
    const [one, ...others] = await consents();
    t.equal(others.length, 0, 'without a day there is none');
    t.match(one, {
      dateTime: '2026-04-01',
      performer: [{ display: '縁側 一郎' }],
      organization: [{ identifier: { value: '4970100014' } }],
      provision: { data: [{ reference: { reference: /^CarePlan\/[^/]+\/_history\/1$/ } }] },
    });
    t.match(await send(server, filesOf(all)), { stored: 0, unchanged: 2 }, 'the same again');
    const key = `${first!['insurer']}:${first!['insured']}:${first!['planDate']}`;
    first!['policy'] = '新しい方針';
    t.match(await send(server, filesOf(all, '20260501000000')), { stored: 1, unchanged: 1 }, 'another version');
    const values = (await consents()).map(({ identifier }) => (identifier as { value: string }[])[0]!.value);
    t.same(values.sort(), [`${key}:1`, `${key}:2`], 'a consent for each');
    const deletion = { DLTYOBO: [{ ...personNumber(1), planDate: first!['planDate']! }] };
    t.match(await send(server, filesOf(deletion, '20260601000000')), { stored: 1, refused: 0 }, 'the plan goes');
    t.equal((await consents()).length, 2, 'what was consented to stays known');
  });

t.test('damaged deliveries: what the answer says was made is there, and nothing else', async t => {
  for (let seed = 1; seed <= 13; seed++) {
    const name = ['plan', 'month', 'given', 'basic', 'preventive'][seed % 5]!;
    const { what, files } = damage(delivery(name, seed, 'random', 3, 2), seed);
    const server = startServer();
    await register(server, 3);
    const payload = Buffer.from(writeZip(files));
    const headers = { 'content-type': 'application/zip' };
    const answer = await server.app.inject({ method: 'POST', url: '/fhir/$import', headers, payload });
    const units = answer.json<{ parameter: JsonObject[] }>().parameter.filter(one => one['name'] === 'unit');
    const created = units.flatMap(one => (one['part'] as JsonObject[]).filter(part => part['name'] === 'created'));
    const sum = created.reduce((total, one) => total + Number(one['valueInteger']), 3);
    const { total } = (
      await server.app.inject({
        url: '/fhir?_type=Patient,Organization,CarePlan,Goal,QuestionnaireResponse,Consent&_summary=count',
      })
    ).json<{ total: number }>();
    t.equal(total, sum, `seed ${seed}: ${what}`);
    await server.close();
  }
});

t.test('a plan that came over REST is written as files too', async t => {
  const server = startServer({ settings: { validation: 'profiles' } });
  t.teardown(() => server.close());
  const headers = { 'content-type': 'application/fhir+json' };
  for (const name of ['insurer/certificates.json', 'care-manager/care-plan.json']) {
    const payload = fs.readFileSync(path.join(examples, '..', name), 'utf8');
    const answer = await server.app.inject({ method: 'POST', url: '/fhir', headers, payload });
    t.equal(answer.statusCode, 200, `${name}: ${answer.statusCode === 200 ? '' : answer.payload.slice(0, 500)}`);
  }
  const { total } = (await server.app.inject({ url: '/fhir/CarePlan?_summary=count' })).json<{ total: number }>();
  t.equal(total, 1);
  const plan = (await server.app.inject({ url: '/fhir/CarePlan' })).json<{
    entry: { resource: { activity: { detail: { performer: { identifier: { value: string } }[] } }[] } }[];
  }>();
  const receiver = plan.entry[0]!.resource.activity[0]!.detail.performer[0]!.identifier.value;
  const out = await server.app.inject({ url: `/fhir/$export-files?to=${receiver}_11` });
  t.equal(out.statusCode, 200, out.statusCode === 200 ? '' : out.payload.slice(0, 500));
  const files = (await readZip(out.rawPayload, 1e7)).map(({ name, bytes }) => [
    name.split('_')[0]!,
    new TextDecoder('shift_jis').decode(bytes),
  ]);
  t.same(
    files.map(([kind]) => kind),
    ['UP1KYO', 'UP2KYO', 'UPHOSOKU'],
  );
  const [, rows = ''] = files[1]!;
  t.equal(rows.split('\r\n').length - 1, 5, 'a row for each activity');
  t.match(
    rows,
    /"家の中を手すりを使って転ばずに移動できる。\n毎日の薬を[^"]*",,"令和8年10月1日～令和8年12月31日",.*訪問介護.*週2回/,
  );
  t.match(files[2]![1], /^202407,/);
  // Back again: the same plan, now with everything a file says.
  const again = await send(server, (await readZip(out.rawPayload, 1e7)) as Files);
  t.match(again, { stored: 1, refused: 0 }, again.texts.join('; '));
});

t.test('ways to send', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const [file] = exampleFiles().filter(({ name }) => name.startsWith('UPKIHON_4'));
  const { name, bytes } = file!;
  const post = (headers: Record<string, string>, payload: Buffer | string, url = '/fhir/$import') =>
    server.app.inject({ method: 'POST', url, headers, payload });
  const one = await post({ 'content-type': 'text/csv' }, Buffer.from(bytes), `/fhir/$import?file=${name}`);
  t.match(readAnswer(one.json()), { stored: 1 }, 'one file, named in the query');
  const disposition = { 'content-type': 'text/csv', 'content-disposition': `attachment; filename="${name}"` };
  t.match(readAnswer((await post(disposition, Buffer.from(bytes))).json()), { unchanged: 1 }, 'named in a header');
  const parameters = {
    resourceType: 'Parameters',
    parameter: [{ name: 'file', valueAttachment: { title: name, data: Buffer.from(bytes).toString('base64') } }],
  };
  const fhir = await post({ 'content-type': 'application/fhir+json' }, JSON.stringify(parameters));
  t.match(readAnswer(fhir.json()), { unchanged: 1 }, 'Parameters');
  const form = Buffer.concat([
    Buffer.from(
      `--x\r\nContent-Disposition: form-data; name="a"; filename="${name}"\r\nContent-Type: text/csv\r\n\r\n`,
    ),
    bytes,
    Buffer.from('\r\n--x--\r\n'),
  ]);
  const multipart = await post({ 'content-type': 'multipart/form-data; boundary=x' }, form);
  t.match(readAnswer(multipart.json()), { unchanged: 1 }, 'a form');
  const job = await post(
    { 'content-type': 'application/zip', prefer: 'respond-async' },
    Buffer.from(writeZip([file!])),
  );
  t.equal(job.statusCode, 202);
  const place = String(job.headers['content-location']).replace(/^https?:\/\/[^/]+/, '');
  let status = await server.app.inject({ url: place });
  while (status.statusCode === 202) {
    await new Promise(resolve => setImmediate(resolve));
    status = await server.app.inject({ url: place });
  }
  t.match(readAnswer(status.json()), { unchanged: 1 }, 'a job');
  const wrong: [string, Record<string, string>, Buffer | string, number][] = [
    ['nothing', { 'content-type': 'application/fhir+json' }, '{"resourceType":"Parameters"}', 400],
    ['half an archive', { 'content-type': 'application/zip' }, Buffer.from(writeZip([file!])).subarray(0, 300), 400],
    ['a damaged archive', { 'content-type': 'application/zip' }, Buffer.from(writeZip([file!])).fill(0, 100, 200), 400],
  ];
  const [plain, packed] = [Buffer.from('abc'), Buffer.from(writeZip([{ name, bytes: Buffer.from('abc') }]))];
  const flipped = Buffer.from(packed);
  const at = flipped.indexOf(zlib.deflateRawSync(plain));
  zlib.deflateRawSync(Buffer.from('abd')).copy(flipped, at);
  wrong.push(['an archive with another checksum', { 'content-type': 'application/zip' }, flipped, 400]);
  for (const odd of ['a\0.csv', '..', 'a/..', `${'x'.repeat(300)}.csv`])
    wrong.push([
      `an archive with the name ${JSON.stringify(odd.slice(0, 8))}`,
      { 'content-type': 'application/zip' },
      Buffer.from(writeZip([{ name: odd, bytes: plain }])),
      400,
    ]);
  const misnamed = `attachment; filename*=UTF-8''%E0%A4%A`;
  wrong.push(['a name written wrongly', { 'content-type': 'text/csv', 'content-disposition': misnamed }, plain, 400]);
  for (const [what, headers, payload, expected] of wrong)
    t.equal((await post(headers, payload)).statusCode, expected, what);
  t.equal((await server.app.inject({ url: '/fhir/$import-status?job=x' })).statusCode, 404);
  for (const query of ['standard=x', 'from=1', 'to=x', 'deletion=x', 'deletion=DLT1KYO:1', 'month=202613'])
    t.equal((await server.app.inject({ url: `/fhir/$export-files?${query}` })).statusCode, 400, query);
});

t.test('NDJSON: each line for itself, numbers as they were written', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const value =
    '{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50}}';
  const payload = `\ufeff{"resourceType":"Patient","id":"p1"}\n\n${value}\r\nno JSON\n{"resourceType":"Patient","nome":"x"}\n{"resourceType":"Patient"}`;
  const send = async () => {
    const headers = { 'content-type': 'application/fhir+ndjson' };
    return readAnswer((await server.app.inject({ method: 'POST', url: '/fhir/$import', headers, payload })).json());
  };
  const first = await send();
  t.match(first, { stored: 3, refused: 2, kinds: ['content'], rows: { 'body.ndjson': /^no JSON\n\{.*"x"\}\n$/ } });
  t.same(first.places, ['body.ndjson, line 4, column 1', 'body.ndjson, line 5']);
  t.match(await send(), { stored: 1, unchanged: 2, refused: 2 });
  t.match((await server.app.inject({ url: '/fhir/Observation/o1' })).payload, /"value":1\.50/);
});

t.test('a file that is another file is given up, and others are answered meanwhile', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const name = 'UP2KYO_4970100014_43_4970100022_11_20260925173000.CSV';
  const rows = Buffer.from(',\r\n'.repeat(12_000));
  const [first] = exampleFiles().filter(one => one.name.startsWith('UP1KYO'));
  const answer = await send(server, [
    { ...first!, name: name.replace('UP2', 'UP1') },
    { name, bytes: rows },
  ] as Files);
  t.match(answer, { stored: 0, refused: 2 }, 'the set it may belong to is refused as well');
  t.match(answer.texts.join(' '), /more than 10000 rows cannot be read/);
  t.equal(answer.rows[name]!.length, rows.length, 'all of it is given back');

  const nested = `{"resourceType":"Patient","extension":${'['.repeat(5000)}${']'.repeat(5000)}}`;
  const twice = '{"resourceType":"Patient","gender":"male","gender":"female"}';
  const post = (payload: string) =>
    server.app.inject({
      method: 'POST',
      url: '/fhir/$import',
      headers: { 'content-type': 'application/fhir+ndjson' },
      payload,
    });
  const strict = await post(`${nested}\n${twice}\n`);
  t.equal(strict.statusCode, 200, strict.payload.slice(0, 200));
  t.match(readAnswer(strict.json()), { stored: 0, refused: 2 }, 'read as strictly as other requests');
  let done = false;
  const lines = post('{\n'.repeat(60_000)).then(found => {
    done = true;
    return found;
  });
  await new Promise(resolve => setImmediate(resolve));
  t.equal((await server.app.inject('/fhir/metadata?_summary=true')).statusCode, 200);
  t.notOk(done, 'the question did not wait for the end of the import');
  t.match(readAnswer((await lines).json()), { refused: 10_001 });
});

t.test('messages in Japanese, nothing about persons in the log', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const files = filesOf(delivery('given', 1, 'least', 1, 1));
  const answer = await send(server, files, { 'accept-language': 'ja' });
  t.match(answer.texts[0], /1行目: 「492017:0000000001」: この保険者番号・被保険者番号の人は登録されていません。先に/);
  t.notMatch(server.logged.join(''), /0000000001/);
});

t.test('characters that MS932 has not are told when files are written', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  await send(server, exampleFiles());
  const found = await server.app.inject({
    url: '/fhir/CarePlan?identifier=https://w3id.org/engawa/fhir/IdSystem/kaigo-care-plan|',
  });
  const plan = found.json<{ entry: { resource: JsonObject & { id: string } }[] }>().entry[0]!.resource;
  const payload = JSON.stringify({ ...plan, description: '一行目\r\n山𠮷さん' });
  await server.app.inject({
    method: 'PUT',
    url: `/fhir/CarePlan/${plan.id}`,
    headers: { 'content-type': 'application/fhir+json' },
    payload,
  });
  const answer = await server.app.inject({ url: '/fhir/$export-files?kind=UP1KYO&to=4970100022_11' });
  t.equal(answer.statusCode, 422);
  t.match(answer.json(), { issue: [{ location: [/UP1KYO_.*line 3, column 2, item 24 総合的な援助の方針/] }] });
});

t.test('the command line: import, export-files, watch', async t => {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-files-'));
  t.teardown(() => fs.rmSync(place, { recursive: true }));
  const config = readConfig(new Map([['data', path.join(place, 'data')]]), {});
  const told: string[] = [];
  const tell = (line: { en: string }) => void told.push(line.en);
  const done = await importCommand(config, examples, new Map(), tell);
  t.match(done, { en: '5 sets stored, 0 unchanged, 0 refused', failed: false });
  t.match(told.at(-1), /100 % {2}5 sets/);
  const flags = new Map([['kind', 'UPJSK']]);
  t.match(await exportCommand(config, path.join(place, 'out'), flags, tell), { en: /^1 files written/ });
  const server = startServer();
  t.teardown(() => server.close());
  const folders = {
    incoming: path.join(place, 'in'),
    done: path.join(place, 'done'),
    errors: path.join(place, 'errors'),
  };
  for (const folder of Object.values(folders)) fs.mkdirSync(folder);
  for (const { name, bytes } of filesOf(delivery('given', 1, 'least', 1, 1)))
    fs.writeFileSync(path.join(folders.incoming, name), bytes);
  fs.writeFileSync(path.join(folders.incoming, 'broken.zip'), 'PK\u0003\u0004 no archive');
  fs.writeFileSync(path.join(folders.incoming, '.hidden.csv'), 'a');
  const watcher = new Watcher(server.services, config, folders);
  t.same(await watcher.look(tell), [], 'a file may still be growing');
  t.match(await watcher.look(tell), [
    { en: /20260401093000: 0 sets stored, 0 unchanged, 1 refused\n {2}UPJSK\S*, line 1: .*nobody/s },
    { en: /broken/ },
  ]);
  t.same(fs.readdirSync(folders.incoming), ['.hidden.csv']);
  t.same(fs.readdirSync(folders.done).length, 2);
  const name = fs.readdirSync(folders.errors).find(one => one.startsWith('UPJSK'))!;
  t.same(
    fs.readFileSync(path.join(folders.errors, name)),
    fs.readFileSync(path.join(folders.done, name)),
    'as it came',
  );
  t.match(fs.readFileSync(path.join(folders.errors, '20260401093000.report.txt'), 'utf8'), /person: 1/);
  fs.writeFileSync(path.join(folders.incoming, 'broken.zip'), 'PK\u0003\u0004 another');
  fs.symlinkSync(path.join(place, 'nowhere'), path.join(folders.incoming, 'gone.csv'));
  await watcher.look(tell);
  await watcher.look(tell);
  t.match(fs.readFileSync(path.join(folders.done, 'broken.zip'), 'utf8'), /no archive/, 'what is done stays');
  t.match(fs.readFileSync(path.join(folders.done, 'broken.2.zip'), 'utf8'), /another/);
});
