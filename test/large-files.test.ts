/** Large files: others are answered while their rows are read, and what is told and held of them has an end. */
import t from 'tap';
import type { JsonObject } from '../src/fhir/types.ts';
import { careplan } from '../src/files/forms/careplan/standard.ts';
import { claims } from '../src/files/forms/claims/standard.ts';
import { allForms } from '../src/files/forms/life/all.ts';
import { life } from '../src/files/forms/life/standard.ts';
import { ndjson } from '../src/files/forms/ndjson/standard.ts';
import { opinion } from '../src/files/forms/opinion/standard.ts';
import type { Standard } from '../src/files/forms/standard.ts';
import { inMemory } from '../src/files/source.ts';
import { delivery, filesOf } from './careplan-data.ts';
import { delivery as claimDelivery, fileOf as claimFile } from './claims-data.ts';
import { full, fileOf as opinionFile } from './opinion-data.ts';
import { startServer, type TestServer } from './support.ts';
import { writeZip } from './zip.ts';

const rows = 300;

/** A file of each standard with as many rows. */
function largeFiles(): [Standard, string, Uint8Array][] {
  const plan = filesOf(delivery('given', 1, 'least', 1, rows))[0]!;
  const one = claimDelivery('slip', 1, 'least', '201903', 1);
  const claim = claimFile({ ...one, claims: Array.from({ length: rows }, () => one.claims[0]!) });
  const form = allForms.find(({ id }) => id === 'FORM_0500_2021')!;
  const head = `${form.id}\r\n${form.columns.map(({ key }) => key).join(',')}\r\n`;
  return [
    [careplan, plan.name, plan.bytes],
    [claims, claim.name, claim.bytes],
    [life, `${form.id}_1.csv`, Buffer.from(head + `${'1,'.repeat(form.columns.length - 1)}1\r\n`.repeat(rows))],
    [opinion, 'iken.csv', opinionFile(...Array.from({ length: rows }, () => full)).bytes],
    [ndjson, 'x.ndjson', Buffer.from('\n'.repeat(rows))],
  ];
}

/** Pauses before the first unit is ready. */
function pausesIn(standard: Standard, name: string, bytes: Uint8Array): number {
  let pauses = 0;
  for (const unit of standard.units([inMemory(name, bytes)], () => undefined)) {
    if (unit?.make) break;
    if (!unit) pauses++;
  }
  return pauses;
}

t.test('between two pauses of reading lies one row, or one piece of a file without rows', async t => {
  for (const [standard, name, bytes] of largeFiles()) {
    const found = pausesIn(standard, name, bytes);
    t.ok(found >= rows, `${standard.id}: ${found} pauses in ${rows} rows`);
    const flat = pausesIn(standard, name, Buffer.alloc(2_000_000, 'x'));
    t.ok(flat >= 7, `${standard.id}: ${flat} pauses in 2 MB without a line feed`);
  }
});

const post = (server: TestServer, name: string, payload: Uint8Array) =>
  server.app.inject({
    method: 'POST',
    url: `/fhir/$import?file=${name}`,
    headers: { 'content-type': 'text/csv' },
    payload: Buffer.from(payload),
  });

t.test('another request is answered while the rows of a file are read', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const one = claimDelivery('slip', 1, 'least', '201903', 1);
  const { name, bytes } = claimFile({ ...one, claims: Array.from({ length: 20_000 }, () => one.claims[0]!) });
  let isDone = false;
  // Without its end record the file is one unit: all there is to do is reading.
  const end = Buffer.from(bytes).lastIndexOf('\n', bytes.length - 2) + 1;
  const importing = post(server, name, bytes.subarray(0, end)).then(answer => {
    isDone = true;
    return answer;
  });
  for (let i = 0; i < 3; i++) {
    t.equal((await server.app.inject('/fhir/Patient?_count=1')).statusCode, 200);
    t.notOk(isDone, `question ${i + 1} did not wait for the end of the import`);
  }
  t.match((await importing).json(), { parameter: [{ valueInteger: 0 }, { valueInteger: 0 }, { valueInteger: 1 }] });
});

t.test('a file in which nearly every row is wrong: its answer has an end', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const [, , [, name, bytes]] = largeFiles() as [unknown, unknown, [Standard, string, Uint8Array]];
  const head = Buffer.from(bytes).toString().split('\r\n').slice(0, 2);
  const row = head[1]!.replace(/\w+/g, '!');
  const answer = await post(
    server,
    name,
    Buffer.from([...head, ...Array.from({ length: 2_500 }, () => row)].join('\r\n')),
  );
  t.equal(answer.statusCode, 200, answer.payload.slice(0, 300));
  const { parameter } = answer.json<{ parameter: (JsonObject & { part?: JsonObject[] })[] }>();
  const all = (of: string) => parameter.filter(one => one['name'] === of);
  t.equal(all('refused')[0]!['valueInteger'], 2_500);
  const issues = all('unit').flatMap(one =>
    one.part!.flatMap(part => (part['resource'] as JsonObject)?.['issue'] ?? []),
  );
  const counts = all('summary').map(one => one.part!.find(part => part['name'] === 'count')!['valueInteger']);
  t.equal(issues.length, 20_000);
  t.equal(all('left-out')[0]!['valueInteger'], counts.reduce((sum: number, one) => sum + Number(one), 0) - 20_000);
});

t.test('two files of one name are refused, both given back', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const { name } = claimFile(claimDelivery('slip', 1, 'least', '201903', 1));
  const entry = (folder: string, text: string) => ({ name: `${folder}/${name}`, bytes: Buffer.from(text) });
  const answer = await server.app.inject({
    method: 'POST',
    url: '/fhir/$import',
    headers: { 'content-type': 'application/zip' },
    payload: Buffer.from(writeZip([entry('a', 'one'), entry('b', 'two')])),
  });
  const { parameter } = answer.json<{ parameter: JsonObject[] }>();
  const data = parameter.flatMap(one => (one['valueAttachment'] as { data?: string } | undefined)?.data ?? []);
  t.same(
    data.map(one => Buffer.from(one, 'base64').toString()),
    ['one', 'two'],
  );
  t.match(answer.payload, /each name once/);
});

t.test('a file without a name, and an archive in an archive, are told as such', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const send = async (type: string, payload: Uint8Array) =>
    (
      await server.app.inject({
        method: 'POST',
        url: '/fhir/$import',
        headers: { 'content-type': type },
        payload: Buffer.from(payload),
      })
    ).payload;
  t.match(await send('text/csv', Buffer.from('1')), /the file has no name: give it in the parameter file/);
  const inner = { name: 'inner.zip', bytes: writeZip([{ name: 'a.csv', bytes: Buffer.from('1') }]) };
  t.match(await send('application/zip', writeZip([inner])), /archives in an archive are not opened/);
});
