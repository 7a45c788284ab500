/** The store under load and failure: races, durability, atomicity, the clock, the purge. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import t from 'tap';
import { systemCaller } from '../src/access/caller.ts';
import { purgeOnce } from '../src/purge.ts';
import { contentHash, refHash } from '../src/store/hash.ts';
import { type Sql, sql } from '../src/store/sql.ts';
import type { AccessFacts, Change, Readable } from '../src/store/store.ts';
import { testOnStores } from './stores.ts';
import { startServer } from './support.ts';

const json = { 'content-type': 'application/fhir+json' };
const folder = () => fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-test-'));

testOnStores('parallel conditional creates of one identifier make one resource', async (t, start) => {
  const { app, close } = await start();
  for (let round = 0; round < 20; round++) {
    const identifier = [{ system: 'urn:race', value: String(round) }];
    const send = () =>
      app.inject({
        method: 'POST',
        url: '/fhir/Patient',
        headers: { ...json, 'if-none-exist': `identifier=urn:race|${round}` },
        payload: { resourceType: 'Patient', identifier },
      });
    const answers = await Promise.all(Array.from({ length: 64 }, send));
    t.equal(answers.filter(answer => answer.statusCode === 201).length, 1, 'one was created');
    t.equal(answers.filter(answer => answer.statusCode === 200).length, 63, 'the others found it');
    t.equal(new Set(answers.map(answer => answer.json().id)).size, 1, 'all name the same resource');
  }
  await close();
});

testOnStores(
  'parallel conditional writes of many business keys, by several conditions, make one of each',
  async (t, start) => {
    const { app, close } = await start();
    const conditions = [
      (n: number) => `identifier=urn:many|${n}`,
      (n: number) => `identifier=${n}`,
      (n: number) => `identifier=urn:many|${n},urn:none|${n}`,
      (n: number) => `identifier=urn:many|${n}&_id:not=none`,
    ];
    const send = (n: number, i: number) =>
      app.inject({
        method: 'PUT',
        url: `/fhir/Patient?${conditions[i % conditions.length]!(n)}`,
        headers: json,
        payload: {
          resourceType: 'Patient',
          identifier: [{ system: 'urn:many', value: String(n) }],
          name: [{ text: `${i}` }],
        },
      });
    const answers = await Promise.all(Array.from({ length: 160 }, (_, i) => send(i % 40, Math.floor(i / 40))));
    t.equal(answers.filter(answer => answer.statusCode === 201).length, 40, 'one of each was created');
    t.equal(answers.filter(answer => answer.statusCode === 200).length, 120, 'the others found it');
    t.equal((await app.inject('/fhir/Patient?_summary=count')).json().total, 40);
    await close();
  },
);

testOnStores(
  'parallel conditional updates of one business key make one resource and lose nothing',
  async (t, start) => {
    const { app, close } = await start();
    const send = (n: number) =>
      app.inject({
        method: 'PUT',
        url: '/fhir/Patient?identifier=urn:race|u',
        headers: json,
        payload: {
          resourceType: 'Patient',
          identifier: [{ system: 'urn:race', value: 'u' }],
          name: [{ text: String(n) }],
        },
      });
    const answers = await Promise.all(Array.from({ length: 32 }, (_, n) => send(n)));
    t.equal(answers.filter(answer => answer.statusCode === 201).length, 1);
    t.equal(answers.filter(answer => answer.statusCode === 200).length, 31);
    const id = answers[0]!.json().id;
    const history = (await app.inject(`/fhir/Patient/${id}/_history?_count=100`)).json();
    t.same(
      history.entry.map((entry: { resource: { meta: { versionId: string } } }) => entry.resource.meta.versionId),
      Array.from({ length: 32 }, (_, i) => String(32 - i)),
      'every version is there',
    );
    await close();
  },
);

testOnStores('writers with If-Match: each version has one winner', async (t, start) => {
  const { app, close } = await start();
  await app.inject({
    method: 'PUT',
    url: '/fhir/Patient/a',
    headers: json,
    payload: { resourceType: 'Patient', id: 'a' },
  });
  let written = 0;
  const writer = async (name: number) => {
    for (let done = 0; done < 5; ) {
      const current = (await app.inject('/fhir/Patient/a')).json();
      const version = current.meta.versionId;
      const payload = { ...current, name: [...(current.name ?? []), { text: `${name}-${done}` }] };
      const answer = await app.inject({
        method: 'PUT',
        url: '/fhir/Patient/a',
        headers: { ...json, 'if-match': `W/"${version}"` },
        payload,
      });
      if (answer.statusCode === 200) {
        done++;
        written++;
      } else t.equal(answer.statusCode, 412);
    }
  };
  await Promise.all(Array.from({ length: 32 }, (_, name) => writer(name)));
  const last = (await app.inject('/fhir/Patient/a')).json();
  t.equal(last.name.length, written, 'no update is lost');
  t.equal(last.meta.versionId, String(written + 1), 'versions have no gap');
  await close();
});

testOnStores('what was answered is there after closing and opening again; the feed has no gap', async (t, start) => {
  const file = path.join(folder(), 'engawa.db');
  const first = await start({ file });
  for (let i = 0; i < 5; i++)
    await first.app.inject({
      method: 'POST',
      url: '/fhir/Patient',
      headers: json,
      payload: { resourceType: 'Patient', name: [{ text: `N${i}` }] },
    });
  await first.app.inject({
    method: 'POST',
    url: '/fhir/Patient',
    headers: json,
    payload: { resourceType: 'Patient', active: 'no' },
  });
  const secret = await first.services.store.secret('x');
  await first.close();
  const second = await start({ file, keep: true });
  const history = (await second.app.inject('/fhir/_history')).json();
  t.equal(history.entry.length, 5);
  t.equal((await second.services.store.state()).position, 5);
  t.same(await second.services.store.secret('x'), secret, 'a secret is made once');
  await second.close();
});

testOnStores('lastUpdated never goes back along versions, whatever the clock does', async (t, start) => {
  const times = [Date.UTC(2026, 0, 2), Date.UTC(2026, 0, 1), Date.UTC(2025, 0, 1), Date.UTC(2026, 0, 3)];
  let reading = -1;
  const { app, close } = await start({ now: () => times[Math.min(Math.max(reading, 0), 3)]! });
  const seen: string[] = [];
  for (reading = 0; reading < 4; reading++) {
    const answer = await app.inject({
      method: 'PUT',
      url: '/fhir/Patient/a',
      headers: json,
      payload: { resourceType: 'Patient', id: 'a', name: [{ text: String(reading) }] },
    });
    seen.push(answer.json().meta.lastUpdated);
  }
  t.same(seen, [...seen].sort());
  await close();
});

testOnStores('purging takes the index rows of old versions, and searches stay right', async (t, start) => {
  const { app, services, close } = await start({ settings: { 'page-lifetime': '0' } });
  for (const gender of ['male', 'female', 'other'])
    await app.inject({
      method: 'PUT',
      url: '/fhir/Patient/a',
      headers: json,
      payload: { resourceType: 'Patient', id: 'a', gender, name: [{ text: gender }] },
    });
  const count = async (query: string) => (await app.inject(`/fhir/Patient?${query}&_summary=count`)).json().total;
  const counts = async () => [
    await count('gender=male'),
    await count('gender=female'),
    await count('gender=other'),
    await count('gender:missing=false'),
  ];
  t.ok((await services.store.state()).stale);
  t.same(await counts(), [0, 0, 1, 1], 'before');
  t.equal(await purgeOnce(services), 2);
  t.notOk((await services.store.state()).stale);
  t.same(await counts(), [0, 0, 1, 1], 'after');
  await app.inject({ method: 'DELETE', url: '/fhir/Patient/a' });
  t.same(await counts(), [0, 0, 0, 0], 'after a deletion');
  t.equal(await purgeOnce(services), 1);
  t.same(await counts(), [0, 0, 0, 0], 'after the last purge');
  for (const table of services.search.tables.filter(one => !one.shared))
    t.equal(
      (await services.store.select({ text: `SELECT count(*) AS n FROM ${table.name} WHERE seq > 0`, values: [] }))[0]![
        'n'
      ],
      0,
      `${table.name} has no row of a version (those at 0 say what is indexed)`,
    );
  await close();
});

t.test('the log holds no content and no values', async t => {
  const { app, logged, close } = startServer();
  await app.inject({
    method: 'PUT',
    url: '/fhir/Patient/secret-id',
    headers: json,
    payload: { resourceType: 'Patient', id: 'secret-id', name: [{ family: 'Himitsu' }] },
  });
  await app.inject('/fhir/Patient?family=Himitsu&identifier=urn:x|Himitsu');
  await app.inject('/fhir/Patient?name:Himitsu=1');
  await app.inject({
    method: 'POST',
    url: '/fhir/Patient',
    headers: json,
    payload: '{"resourceType":"Patient","name":"Himitsu',
  });
  await app.inject('/fhir/Patient/Himitsu');
  t.ok(logged.length >= 5);
  for (const line of logged) t.notMatch(line, /Himitsu|secret-id/, line);
  t.match(logged[1]!, /"parameters":\["family","identifier"\]/);
  await close();
});

/** Conditions an access rule is made of, each over the facts of one version. */
const rules: Readonly<Record<string, Sql>> = {
  person: sql`v.person = ${refHash('Patient/a')}`,
  'another person': sql`EXISTS (SELECT 1 FROM resource_person p WHERE p.seq = v.seq AND p.h = ${refHash('Patient/b')})`,
  author: sql`v.author = ${refHash('Organization/x')}`,
  class: sql`v.class = 7`,
  release: sql`v.released_at = 1234567890123`,
};

t.test('commits one turn after the other share a flush; the first does not wait for those that never end', async t => {
  const { services, close } = startServer({ file: path.join(folder(), 'engawa.db') });
  const access: AccessFacts = { persons: [], authorOrganization: null, informationClass: 0, releasedAt: null };
  const template = { before: '{"resourceType":"Person","id":"p","meta":{', after: '}}' };
  const put: Change = { type: 'Person', id: 'p', method: 'PUT', access, rows: [], preconditions: [], template };
  /** How many had been handed over, one in each turn, when the first was told. */
  const handedOver = async (most: number) => {
    const told: number[] = [];
    const all: Promise<unknown>[] = [];
    for (let n = 1; n <= most; n++) {
      all.push(services.store.commit([put]).then(() => told.push(n === 1 ? all.length : 0)));
      await new Promise(setImmediate);
    }
    await Promise.all(all);
    return told[0]!;
  };
  t.equal(await handedOver(8), 8);
  const first = await handedOver(200);
  t.ok(first > 8 && first < 40, `told after ${first}`);
  await close();
});

testOnStores('a deletion belongs to whom the version before it belonged to', async (t, start) => {
  const { services, close } = await start();
  const { store } = services;
  const nobody: AccessFacts = { persons: [], authorOrganization: null, informationClass: 0, releasedAt: null };
  const facts: AccessFacts = {
    persons: ['Patient/a', 'Patient/b'],
    authorOrganization: 'Organization/x',
    informationClass: 7,
    releasedAt: 1_234_567_890_123,
  };
  const template = { before: '{"resourceType":"Person","id":"p","meta":{', after: '}}' };
  const change = (id: string, method: Change['method'], access: AccessFacts): Change => ({
    ...{ type: 'Person', id, method, access, rows: [], preconditions: [] },
    ...(method !== 'DELETE' && { template }),
  });
  await store.commit([change('p', 'PUT', facts)]);
  await store.commit([change('p', 'DELETE', nobody)]);
  // Within one commit: what is deleted was not in the database before.
  await store.commit([change('q', 'PUT', facts), change('q', 'DELETE', nobody)]);
  for (const id of ['p', 'q'])
    for (const [name, rule] of Object.entries(rules)) {
      const seen = await store.history({ type: 'Person', id, limit: 10 }, rule as Readable);
      t.same(
        seen.map(version => version.method),
        ['DELETE', 'PUT'],
        `${id} by ${name}`,
      );
    }
  await close();
});

testOnStores(
  'texts of any length and script are stored byte for byte, and known again by their fingerprint',
  async (t, start) => {
    const { services, close } = await start();
    const access = { persons: [], authorOrganization: null, informationClass: 0, releasedAt: null };
    const contents = ['', 'a', '山田𠮷', `${'x'.repeat(16_000)}é`, '漢'.repeat(400_000), 'y'.repeat(1_100_000), 'あ'];
    const change = (content: string, i: number, more = {}): Change => ({
      type: 'Basic',
      id: `text-${i}`,
      method: 'PUT',
      template: { before: `{"${content}":{`, after: `},"text":"${content}"}` },
      rows: [],
      access,
      preconditions: [],
      ...more,
    });
    const all = contents.map((content, i) => change(content, i));
    const first = await services.store.commit(all);
    t.ok(first.ok && first.committed.every(one => one.outcome === 'created'));
    // Other programs and earlier versions made the fingerprint of the whole text.
    const known = all.map(one => ({ ...one, content: contentHash(one.template!) }));
    const again = await services.store.commit(known);
    t.ok(again.ok && again.committed.every(one => one.outcome === 'unchanged'));
    for (const [i, content] of contents.entries()) {
      const found = await services.store.read('Basic', `text-${i}`, services.access.condition(systemCaller));
      const stamp = `"versionId":"1","lastUpdated":"${new Date(found!.lastUpdated).toISOString()}"`;
      t.ok(found!.text === `{"${content}":{${stamp}},"text":"${content}"}`, `text ${i}`);
    }
    await close();
  },
);
