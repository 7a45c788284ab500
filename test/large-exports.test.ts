/** Exports of many sets: what is held of them has an end, and archives are made while they are sent. */
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { Resource } from '../src/fhir/types.ts';
import { claims } from '../src/files/forms/claims/standard.ts';
import { OutFiles } from '../src/files/out-files.ts';
import { Spool } from '../src/files/spool.ts';
import { readZip } from '../src/files/zip.ts';
import { writeZip } from '../src/files/zip-write.ts';
import { findCodes } from './careplan-data.ts';
import { delivery, fileOf } from './claims-data.ts';
import { filesFrom, unitsIn } from './file-units.ts';
import { startServer } from './support.ts';

t.test('bytes that are put aside come back, from memory and from disk', async t => {
  const folder = path.join(t.testdir(), 'new');
  const spool = new Spool(folder);
  const parts = Array.from({ length: 50 }, (_, i) => Buffer.alloc(400_000 + i, i));
  const places = parts.map(one => spool.append(one));
  t.ok(spool['held'].reduce((sum, one) => sum + one.length, 0) <= 8_388_608, 'not much of 20 MB is held');
  t.same(fs.readdirSync(folder), [], 'its file has no name');
  const wrong = parts.filter((one, i) => !one.equals(Buffer.concat([...spool.read(places[i]!)])));
  t.equal(wrong.length, 0);
  const across = { from: places[10]!.from, to: places.at(-1)!.to };
  t.ok(Buffer.concat([...spool.read(across)]).equals(Buffer.concat(parts.slice(10))), 'across both');
  spool.close();
  spool.close();
});

t.test('sets stand in the order of their keys, and findings at the lines they have then', t => {
  const spool = new Spool(t.testdir());
  const files = new OutFiles<string>(spool);
  const finding = {
    kind: 'format',
    severity: 'error',
    line: 2,
    rule: { en: '', ja: '' },
    mend: { en: '', ja: '' },
  } as const;
  for (const [key, text, findings] of [
    ['b', 'b1\r\nb2\r\n', [finding]],
    ['a', 'a1\r\na2\r\na3\r\n', []],
  ] as const)
    files.add('x', 'x', files.put(key, 2, { bytes: Buffer.from(text), findings }));
  const [file] = files.list();
  t.equal(Buffer.concat([...files.readAll(file!)]).toString(), 'a1\r\na2\r\na3\r\nb1\r\nb2\r\n');
  t.match(files.findings(file!, 'x.csv', 3), [{ file: 'x.csv', line: 7 }]);
  spool.close();
  t.end();
});

t.test('an archive is made while it is sent; what breaks a file breaks it', async t => {
  const files = [
    { name: 'a.csv', bytes: Buffer.alloc(3_000_000, 'abc') },
    { name: '見本.csv', bytes: Buffer.from('x') },
    { name: 'empty', bytes: Buffer.alloc(0) },
  ];
  const sources = files.map(({ name, bytes }) => ({
    name,
    pieces: () => [bytes.subarray(0, 1000), bytes.subarray(1000)],
  }));
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeZip(sources)) chunks.push(chunk);
  t.same(await readZip(Buffer.concat(chunks), 1e7), files);
  const broken = function* (): Generator<Uint8Array> {
    yield Buffer.from('x');
    throw new Error('the disk is gone');
  };
  const read = async () => {
    for await (const _ of writeZip([{ name: 'x', pieces: broken }]));
  };
  await t.rejects(read(), { message: 'the disk is gone' });
});

t.test('a value of a claim that cannot be written is told with its line and column in the file', async t => {
  const one = delivery('detail', 1, 'full', '201903', 3);
  const drafts = unitsIn(claims, [{ name: 'S.CSV', chunks: () => [fileOf(one).bytes] }], findCodes).flatMap(
    unit => unit.make!({ codes: findCodes, office: () => undefined }).drafts,
  );
  const resources = drafts.map(draft => draft.resource);
  const last = resources.filter(resource => resource.resourceType === 'ExplanationOfBenefit').at(-1)!;
  // A character of its last text becomes one that is found in the file, and one that MS932 has not.
  const file = async (character: string) => {
    const at = JSON.stringify(last).lastIndexOf('―');
    const text = JSON.stringify(last).slice(0, at) + character + JSON.stringify(last).slice(at + 1);
    const changed = resources.map(one => (one === last ? (JSON.parse(text) as Resource) : one));
    return (await filesFrom(claims, foundOf(changed), options, findCodes))[0]!;
  };
  const right = new TextDecoder('shift_jis').decode((await file('鰯')).bytes);
  const before = right.slice(0, right.indexOf('鰯'));
  const place = { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
  t.match((await file('𠮷')).findings, [{ kind: 'unwritable', ...place, value: '𠮷' }]);
  const firstLine = right.split('\n').findIndex(text => text.startsWith('2,') && text.includes('"0000000003"'));
  t.ok(firstLine > 40, 'behind the rows of other claims');
});

const options = { stamp: '20261101000000' };

const foundOf = (resources: readonly Resource[]) => ({
  all: async function* (type: string, system: string) {
    for (const one of resources)
      if (one.resourceType === type && JSON.stringify(one['identifier']).includes(system)) yield one;
  },
  read: async () => undefined,
  byKey: async () => undefined,
});

t.test('an export in a batch is no part of its answer, and is let go', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const payload = {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [{ request: { method: 'GET', url: '$export-files?standard=claims' } }],
  };
  const answer = await server.app.inject({ method: 'POST', url: '/fhir', payload });
  t.match(answer.json(), { entry: [{ response: { status: /^204/ } }] });
});
