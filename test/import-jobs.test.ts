/** Imports that go on after their answer: every node tells how far one is and what came of it, also after a restart. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import t from 'tap';
import { delivery, filesOf } from './careplan-data.ts';
import { startOn, stores } from './stores.ts';
import { startServer, type TestServer } from './support.ts';
import { writeZip } from './zip.ts';

/** Plans of some persons; the supplement tells who they are. */
function plans(persons: number): Buffer {
  const all = delivery('plan', 1, 'random', persons, 2);
  for (const one of all['UPHOSOKU'] ?? [])
    Object.assign(one, { name: '縁側 花子', kana: 'エンガワ ハナコ', sex: '2', birthDate: '19400312' });
  return Buffer.from(writeZip(filesOf(all)));
}

async function start(server: TestServer, payload: Buffer): Promise<string> {
  const headers = { 'content-type': 'application/zip', prefer: 'respond-async' };
  const answer = await server.app.inject({ method: 'POST', url: '/fhir/$import', headers, payload });
  if (answer.statusCode !== 202) throw new Error(answer.payload);
  return String(answer.headers['content-location']).replace(/^https?:\/\/[^/]+/, '');
}

const ask = (server: TestServer, url: string) => server.app.inject({ url });

/** The answer of a job when it is over. */
async function answerOf(server: TestServer, url: string) {
  let answer = await ask(server, url);
  while (answer.statusCode === 202) {
    await new Promise(resolve => setImmediate(resolve));
    answer = await ask(server, url);
  }
  return answer;
}

const countOf = (body: { parameter: { name: string; valueInteger?: number }[] }, name: string) =>
  body.parameter.find(one => one.name === name)?.valueInteger;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-jobs-'));
t.teardown(() => fs.rmSync(folder, { recursive: true }));

for (const store of stores)
  t.test(`two nodes on ${store}: both tell of a job`, async t => {
    const file = path.join(folder, 'two.db');
    const options = store === 'sqlite' ? { file } : {};
    const one = await startOn(store, options);
    const other = await startOn(store, { ...options, keep: true });
    t.teardown(() => Promise.all([one.close(), other.close()]).then(() => undefined));
    const url = await start(one, plans(3));
    const [here, there] = [await answerOf(one, url), await answerOf(other, url)];
    t.equal(here.statusCode, 200);
    t.equal(countOf(here.json(), 'stored'), 3);
    t.same(there.json(), here.json(), 'the other node has the same answer');
    t.equal((await ask(other, `${url}0`)).statusCode, 404, 'another number');
  });

t.test('imports sent at the same moment keep places of their own, also when all have been used', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const headers = { 'content-type': 'application/fhir+ndjson', prefer: 'respond-async' };
  const send = async (i: number) => {
    const payload = `{"resourceType":"Basic","id":"b${i}","code":{"text":"x"}}`;
    const answer = await server.app.inject({ method: 'POST', url: '/fhir/$import', headers, payload });
    return String(answer.headers['content-location']).replace(/^https?:\/\/[^/]+/, '');
  };
  for (let round = 0; round < 4; round++) {
    const urls = await Promise.all(Array.from({ length: 20 }, (_, i) => send(round * 20 + i)));
    const answers = await Promise.all(urls.map(url => answerOf(server, url)));
    t.same(
      answers.map(one => [one.statusCode, one.statusCode === 200 && countOf(one.json(), 'stored')]),
      urls.map(() => [200, 1]),
      `round ${round + 1}`,
    );
  }
});

t.test('a job that was cut off says so, and sent again it is done', async t => {
  const file = path.join(folder, 'cut.db');
  const first = startServer({ file });
  const payload = plans(40);
  const url = await start(first, payload);
  await first.close();
  const start2 = Date.UTC(2026, 4, 1);
  const second = startServer({ file, now: () => start2 });
  t.teardown(() => second.close());
  const answer = await ask(second, url);
  t.equal(answer.statusCode, 500);
  t.match(answer.json(), { resourceType: 'OperationOutcome', issue: [{ code: 'transient', diagnostics: /[Ss]end/ }] });
  const again = await answerOf(second, await start(second, payload));
  t.equal(again.statusCode, 200);
  const [stored = 0, unchanged = 0] = ['stored', 'unchanged'].map(name => countOf(again.json(), name));
  t.equal(stored + unchanged, 40);
});

t.test('what refuses a job is told by every node', async t => {
  const file = path.join(folder, 'full.db');
  const one = startServer({ file });
  const other = startServer({ file });
  t.teardown(() => Promise.all([one.close(), other.close()]).then(() => undefined));
  const commit = one.services.store.commit;
  const full = Object.assign(new Error('full'), { name: 'DiskFullError' });
  one.services.store.commit = () => Promise.reject(full);
  const url = await start(one, plans(1));
  t.equal((await answerOf(one, url)).statusCode, 500);
  t.match((await answerOf(other, url)).json(), { issue: [{ code: 'exception' }] });
  one.services.store.commit = commit;
});
