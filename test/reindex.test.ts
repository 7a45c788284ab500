/**
 * The reindex job: what an older program or an end in the middle has left behind is indexed, forgotten or gone on with.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import t from 'tap';
import { readConfig } from '../src/config.ts';
import type { Resource } from '../src/fhir/types.ts';
import { purgeOnce } from '../src/purge.ts';
import { reindex } from '../src/reindex.ts';
import { DiskFullError } from '../src/store/store.ts';
import { testOnStores } from './stores.ts';
import type { TestServer } from './support.ts';

const header = { 'content-type': 'application/fhir+json' };

async function put(server: TestServer, id: string, family: string): Promise<void> {
  const payload = JSON.stringify({ resourceType: 'Patient', id, gender: 'female', name: [{ family }] });
  const answer = await server.app.inject({ method: 'PUT', url: `/fhir/Patient/${id}`, headers: header, payload });
  if (answer.statusCode !== 201) throw new Error(answer.payload);
}

/** Ids found, in order; the status when it is not 200. */
async function find(server: TestServer, query: string): Promise<string> {
  const answer = await server.app.inject({ url: `/fhir/Patient?${query}` });
  if (answer.statusCode !== 200) return String(answer.statusCode);
  const { entry = [] } = JSON.parse(answer.payload) as { entry?: { resource: { id: string } }[] };
  return entry
    .map(one => one.resource.id)
    .sort()
    .join(' ');
}

interface Index {
  done: number[];
  job?: { params: number[]; upTo: number; by: string; at: number };
}

const indexOf = async ({ services }: TestServer): Promise<Index> =>
  JSON.parse((await services.store.note('index Patient')) ?? '{"done":[]}') as Index;

testOnStores('an index is made anew, gone on with, and forgotten', async (t, start) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-reindex-'));
  const file = path.join(folder, 'engawa.db');
  let server = await start({ file });
  for (let i = 1; i <= 5; i++) await put(server, `p${i}`, `Mihon${i}`);
  t.equal(await find(server, 'family=mihon'), 'p1 p2 p3 p4 p5');
  await server.close();

  server = await start({ file, keep: true });
  t.equal(await find(server, 'family=mihon'), 'p1 p2 p3 p4 p5', 'opened again');
  const { done } = await indexOf(server);
  t.ok(done.length > 10, 'what is indexed is noted');
  t.notOk((await indexOf(server)).job, 'nothing is left to do');

  // As an older program left it: other rows, under other hashes, for sources that are no more.
  const token = { table: 'index_token', values: [4711, 1n, 0, 0] };
  const facts = { table: 'index_facts', values: [0, 'A11111A22222', 0] };
  await server.services.store.addRows([{ seq: 1, rows: [token, facts] }]);
  while ((await server.services.store.forget(done, 1000)) > 0);
  await server.services.store.setNote('index Patient', JSON.stringify({ done: [4711] }));
  t.equal(await find(server, 'family=mihon'), '', 'the index is gone');
  await server.close();
  server = await start({ file, keep: true });
  t.equal(await find(server, 'family=mihon'), 'p1 p2 p3 p4 p5', 'made anew');
  t.equal(await find(server, 'gender:missing=true'), '', 'with the facts');
  t.equal(await find(server, 'gender:missing=false'), 'p1 p2 p3 p4 p5');
  const known = { text: 'SELECT count(*) AS n FROM index_facts', values: [] };
  t.equal((await server.services.store.select(known))[0]!['n'], 5, 'which take the place of those that were there');
  t.same((await indexOf(server)).done.toSorted(), done.toSorted());
  t.equal(await server.services.store.forget([4711], 10), 0, 'what is no more is forgotten');

  // Ended in the middle: the first three were done.
  while ((await server.services.store.forget(done, 1000)) > 0);
  const job = { params: done, upTo: 3, by: 'another', at: 0 };
  await server.services.store.setNote('index Patient', JSON.stringify({ done: [], job }));
  await server.close();
  server = await start({ file, keep: true });
  t.equal(await find(server, 'family=mihon'), 'p4 p5', 'it goes on where it was');
  t.notOk((await indexOf(server)).job, 'and ends');

  // Somebody else is at it: what needs the index waits and then says so, the rest is answered.
  await server.services.store.setNote(
    'index Patient',
    JSON.stringify({ done: [], job: { ...job, at: Date.now() + 3_600_000 } }),
  );
  await server.close();
  server = await start({ file, keep: true });
  const refused = await server.app.inject({ url: '/fhir/Patient?family=mihon' });
  t.equal(refused.statusCode, 503);
  t.match((JSON.parse(refused.payload) as Problem).issue[0]?.diagnostics, /family.*being indexed \(\d+ %\)/);
  t.equal(await find(server, '_id=p1'), 'p1', 'what needs no index is answered');
  await put(server, 'p6', 'Mihon6');
  await server.services.store.setNote('index Patient', JSON.stringify({ done }));
  await server.close();
  fs.rmSync(folder, { recursive: true });
});

/** A parameter for people's marital status, as a client stores it. */
const parameter = {
  resourceType: 'SearchParameter',
  id: 'marital',
  url: 'https://example.org/SearchParameter/marital',
  name: 'Marital',
  status: 'active',
  description: 'Marital status',
  code: 'marital',
  base: ['Patient'],
  type: 'token',
  expression: 'Patient.maritalStatus',
};
const send = async (server: TestServer, resource: Resource): Promise<number> =>
  (
    await server.app.inject({
      method: 'PUT',
      url: `/fhir/${resource.resourceType}/${resource.id}`,
      headers: header,
      payload: JSON.stringify(resource),
    })
  ).statusCode;

testOnStores('what a process writes is found by a parameter that another one has stored', async (t, start) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-reindex-'));
  const file = path.join(folder, 'engawa.db');
  const one = await start({ file });
  const two = await start({ file, keep: true });
  const maritalStatus = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code: 'M' }] };
  const married = (id: string) => ({ resourceType: 'Patient', id, maritalStatus });
  t.equal(await send(two, married('a')), 201);
  t.equal(await send(one, parameter), 201);
  t.equal(await find(one, 'marital=M'), 'a', 'indexed for what is there');
  t.equal(await send(two, married('b')), 201, 'by a process that has searched for nothing since');
  t.equal(await find(one, 'marital=M'), 'a b');
  t.equal(await find(two, 'marital=M'), 'a b');
  await one.close();
  await two.close();
  fs.rmSync(folder, { recursive: true });
});

testOnStores('a look at the index that failed is made again', async (t, start) => {
  const server = await start();
  const { store } = server.services;
  const { setNote } = store;
  store.setNote = () => Promise.reject(new DiskFullError('full'));
  t.equal(await find(server, 'family=mihon'), '507', 'nothing can be noted');
  store.setNote = setNote;
  t.equal(await find(server, 'family=mihon'), '', 'there is room again');
  await server.close();
});

testOnStores('a version that was purged meanwhile gets no rows', async (t, start) => {
  const server = await start({ settings: { 'page-lifetime': '0' } });
  const { services } = server;
  for (const gender of ['male', 'female']) await send(server, { resourceType: 'Patient', id: 'a', gender });
  const old = { resourceType: 'Patient', id: 'a', gender: 'male' };
  const rows = services.search.extract(old);
  t.equal(await purgeOnce(services), 1);
  await services.store.addRows([{ seq: 1, rows }]);
  const left = await services.store.select({ text: 'SELECT count(*) AS n FROM index_token WHERE seq = 1', values: [] });
  t.equal(left[0]!['n'], 0);
  const facts = await services.store.select({ text: 'SELECT count(*) AS n FROM index_facts', values: [] });
  t.equal(facts[0]!['n'], 1, 'and nothing is known of it any more');
  t.equal(await find(server, 'gender=male'), '');
  await server.close();
});

interface Problem {
  issue: { diagnostics: string }[];
}

t.test('engawa reindex', async t => {
  const folder = t.testdir();
  const { startServer } = await import('./support.ts');
  const file = path.join(folder, 'engawa.db');
  let server = startServer({ file });
  await put(server, 'a', 'Mihon');
  const { done } = await indexOf(server);
  await find(server, 'family=mihon');
  while ((await server.services.store.forget((await indexOf(server)).done.concat(done), 1000)) > 0);
  await server.close();
  const told: string[] = [];
  const end = await reindex(readConfig(new Map([['data', folder]]), {}), line => told.push(line.en));
  t.match(end.en, /1 types/);
  t.match(told.at(-1), /Patient: 100 %/);
  server = startServer({ file });
  t.equal(await find(server, 'family=mihon'), 'a');
  await server.close();
});
