/** Imported masters on both databases: every node answers alike from the moment an edition comes into use; moves carry them. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import t from 'tap';
import { moveTerms } from '../src/move.ts';
import { type Connection, openPool, withClient } from '../src/store/postgres-connection.ts';
import { PostgresTerms } from '../src/store/postgres-terms.ts';
import { openTermsCopy } from '../src/store/sqlite-terms-file.ts';
import type { TermTables } from '../src/store/terms.ts';
import { checksumOf } from '../src/store/terms-copy.ts';
import { importTerms, openTermsPlace } from '../src/store/terms-place.ts';
import { importMaster } from '../src/terminology/masters/import.ts';
import type { Layout } from '../src/terminology/masters/layout.ts';
import { type StoreName, startOn, testDatabase, testOnStores } from './stores.ts';
import type { TestServer } from './support.ts';

const folder = () => fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-terms-'));
const url = 'urn:example:services';
const layout: Layout = {
  ...{ kind: 'csv', title: { en: 'Services', ja: 'サービス' }, url, name: 'Services', separator: 'comma' },
  ...{ code: 1, display: 2, parent: 3, validFrom: 4, sampled: true },
  properties: [{ column: 5, code: 'unit', indexed: true }],
};

/** A master of many concepts, with a hierarchy, days, properties that are looked up, and texts. */
async function fill(tables: TermTables, version: string, concepts = 2500): Promise<void> {
  const file = path.join(folder(), 'master.csv');
  const rows = Array.from(
    { length: concepts },
    (_, i) => `c${i},訪問介護 ${version} ${i},${i > 0 ? 'c0' : ''},${i % 2 ? '20250401' : ''},${i % 3 ? '' : '単位'}`,
  );
  fs.writeFileSync(file, `${rows.join('\n')}\n`);
  await importMaster(tables, { layout, file, version });
}

/** Where a database is, for imports. */
async function placeOf(store: StoreName, data: string): Promise<{ database: string; data: string }> {
  return { database: store === 'postgres' ? (await testDatabase()).url : '', data };
}

/** What a server says of the master: names, a text, a child, a property. */
async function answers({ app }: TestServer): Promise<unknown[]> {
  const ask = async (path: string) => {
    const { statusCode, payload } = await app.inject(`/fhir/${path}`);
    const body = JSON.parse(payload) as {
      parameter?: { name: string; valueString?: string; valueBoolean?: boolean }[];
      expansion?: { total?: number; contains?: { code: string }[] };
    };
    const said = body.parameter?.filter(one => ['display', 'version', 'result'].includes(one.name));
    return [statusCode, said, body.expansion?.total, body.expansion?.contains?.map(one => one.code)];
  };
  const all = encodeURIComponent(`${url}?fhir_vs`);
  return Promise.all([
    ask(`CodeSystem/$lookup?system=${url}&code=c2499`),
    ask(`CodeSystem/$validate-code?url=${url}&code=c7`),
    ask(`CodeSystem/$subsumes?system=${url}&codeA=c0&codeB=c9`),
    ask(`ValueSet/$expand?url=${all}&filter=${encodeURIComponent('介護')}&count=3`),
  ]);
}

const display = (said: unknown[]) => JSON.stringify(said[0]);

testOnStores('what is imported is seen by every node at once, as a whole', async (t, start, store) => {
  const data = folder();
  const place = await placeOf(store, data);
  const one = await start({ file: path.join(data, 'engawa.db') });
  t.match(display(await answers(one)), /^\[404/, 'nothing is there');
  const two = await start({
    file: store === 'sqlite' ? path.join(data, 'engawa.db') : path.join(folder(), 'copy.db'),
    keep: true,
  });
  await importTerms(place, tables => fill(tables, '2025'), 0);
  const first = await answers(one);
  t.match(display(first), /訪問介護 2025 2499/);
  t.same(await answers(two), first, 'another node');
  await importTerms(place, tables => fill(tables, '2025', 2600), 0);
  await importTerms(place, tables => fill(tables, '2026'), 0);
  const second = await answers(two);
  t.match(display(second), /訪問介護 2026 2499/, 'a newer edition');
  t.same(await answers(one), second);
  t.match(
    (await one.app.inject(`/fhir/CodeSystem/$lookup?system=${url}&version=2025&code=c2599`)).payload,
    /2025 2599/,
  );
  const late = await start({
    file: store === 'sqlite' ? path.join(data, 'engawa.db') : path.join(folder(), 'copy.db'),
    keep: true,
  });
  t.same(await answers(late), second, 'a node that starts later');
  const masters = await openTermsPlace(place.database || data, 'write');
  for (const edition of await masters.editions()) await masters.remove(edition);
  await masters.close();
  for (const node of [one, two, late]) t.match(display(await answers(node)), /^\[404/, 'removed');
  for (const node of [one, two, late]) await node.close();
});

testOnStores('an import that breaks off leaves nothing', async (t, start, store) => {
  const data = folder();
  const place = await placeOf(store, data);
  const node = await start({ file: path.join(data, 'engawa.db') });
  await importTerms(place, tables => fill(tables, '1', 10), 0);
  const broken = importTerms(place, async tables => {
    await importMaster(tables, {
      layout: { ...layout, code: 'none', header: true },
      file: import.meta.filename,
      version: '1',
    });
  });
  await t.rejects(broken);
  t.match((await node.app.inject(`/fhir/CodeSystem/$lookup?system=${url}&code=c9`)).payload, /訪問介護 1 9/);
  t.same(
    fs.readdirSync(data).filter(name => name.startsWith('terms-import')),
    [],
  );
  await node.close();
});

t.test('what an import left that was killed goes with the next; what another is at stays', async t => {
  const data = folder();
  const place = await placeOf('postgres', data);
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const left = [`${dead}.db`, `${dead}.db-wal`, `${dead}.db-shm`, `${process.pid}.db`, `${process.ppid}.db`];
  for (const name of left) fs.writeFileSync(path.join(data, `terms-import-${name}`), 'left');
  await importTerms(place, tables => fill(tables, '1', 10), 0);
  t.same(
    fs.readdirSync(data).filter(name => name.startsWith('terms-import')),
    [`terms-import-${process.ppid}.db`],
  );
});

t.test('an edition that is offered is copied ahead, and used when all who copy it have it', async t => {
  const data = folder();
  const node = await startOn('postgres', { file: path.join(data, 'copy.db') });
  const { client } = await testDatabase();
  const place = await placeOf('postgres', data);
  await importTerms(place, tables => fill(tables, '1', 10), 0);
  await node.services.store.terms.refresh();
  // Another node begins to copy what comes, and is slow.
  await client.query(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.state = 1 THEN INSERT INTO term_holder VALUES (NEW.key, 'slow', 0, now()); END IF; RETURN NEW; END $$`);
  await client.query('CREATE TRIGGER slow AFTER UPDATE ON term_edition FOR EACH ROW EXECUTE FUNCTION slow()');
  const importing = importTerms(place, tables => fill(tables, '2', 10), 0);
  const rows = async (text: string) => (await client.query(text)).rows as { key: string; node: string }[];
  const ready = "SELECT key, node FROM term_holder WHERE node <> 'slow' AND complete = 1";
  for (let found = 0; found === 0; found = (await rows(ready)).length) await node.services.store.terms.refresh();
  t.equal(node.services.store.terms.editions().length, 1, 'it is here, but not in use');
  t.equal((await rows('SELECT key FROM term_edition WHERE state = 1')).length, 1);
  await client.query("UPDATE term_holder SET complete = 1 WHERE node = 'slow'");
  await importing;
  await node.services.store.terms.refresh();
  t.equal(node.services.store.terms.editions().length, 2);
  t.same(await rows('SELECT key FROM term_holder'), [], 'nothing is left behind');
  await client.query('DROP TRIGGER slow ON term_edition; DROP FUNCTION slow');
  await node.close();
});

/** Connections on which `before` may hold up a query, by its text. */
function heldUp(pool: ReturnType<typeof openPool>, before: (text: string) => Promise<void> | undefined) {
  const held = (client: Connection) =>
    new Proxy(client, {
      get: (target, name) =>
        name === 'query'
          ? async (asked: { text: string }) => {
              await before(asked.text);
              return target.query(asked);
            }
          : (Reflect.get(target, name) as unknown),
    });
  return <T>(work: (client: Connection) => Promise<T>) => withClient(pool, client => work(held(client)));
}

for (const held of ['SELECT data FROM term_part', 'SELECT parts FROM term_edition'])
  t.test(`an edition that another takes the place of while it is copied is given up for that one: ${held}`, async t => {
    await (await startOn('postgres')).close();
    const place = { database: (await testDatabase()).url, data: folder() };
    const pool = openPool(place.database, 4);
    const copy = openTermsCopy(':memory:');
    await importTerms(place, tables => fill(tables, '1', 10), 0);
    let replaced: Promise<void> | undefined;
    let waiting: Promise<void> | undefined;
    const replace = async () => {
      await importTerms(place, tables => fill(tables, '1', 20), 0);
      waiting = terms.refresh();
      // It has asked for the newest generation when only the query that is held up has a connection, and waits for the copy.
      while (pool.idleCount < pool.totalCount - 1) await new Promise(setImmediate);
    };
    const run = heldUp(pool, text => {
      if (!text.startsWith(held)) return undefined;
      replaced ??= replace();
      return replaced;
    });
    const terms = new PostgresTerms(copy.terms, run);
    const copied = () => copy.terms.editions().map(one => one.concepts);
    await terms.refresh();
    t.same(copied(), [20], 'nothing half is used');
    await waiting;
    t.same(copied(), [20]);
    await terms.close();
    await pool.end();
    copy.close();
  });

t.test('a node that tells what it copies, while that comes into use, leaves nothing behind', async t => {
  const node = await startOn('postgres', { file: path.join(folder(), 'copy.db') });
  const { url: database, client } = await testDatabase();
  await importTerms({ database, data: folder() }, tables => fill(tables, '1', 10), 0);
  const generation = 'UPDATE term_generation SET n = n + 1';
  await client.query(`UPDATE term_edition SET state = 1; ${generation}`);
  await client.query('BEGIN; UPDATE term_edition SET state = 2; DELETE FROM term_holder');
  await node.services.store.terms.refresh();
  const watcher = openPool(database, 1);
  const look = 'SELECT 1 FROM pg_locks WHERE NOT granted UNION ALL SELECT 1 FROM term_holder';
  while ((await watcher.query(look)).rows.length === 0);
  await client.query(`${generation}; COMMIT`);
  await node.services.store.terms.refresh();
  await node.close();
  t.same((await watcher.query('SELECT key FROM term_holder')).rows, []);
  await watcher.end();
});

t.test('processes on one data folder copy an edition once', async t => {
  const file = path.join(folder(), 'copy.db');
  const one = await startOn('postgres', { file });
  const two = await startOn('postgres', { file, keep: true });
  await importTerms(await placeOf('postgres', folder()), tables => fill(tables, '1'), 0);
  await Promise.all([one, two].map(node => node.services.store.terms.refresh()));
  const [here, there] = [one, two].map(node => node.services.store.terms.editions());
  t.same(there, here);
  t.equal(here![0]!.id, 1, 'there was no second copy');
  t.same(await answers(two), await answers(one));
  await Promise.all([one.close(), two.close()]);
});

t.test('a move carries masters there and back, and repeats nothing', async t => {
  await (await startOn('postgres')).close();
  const [first, second] = [folder(), folder()];
  const database = (await testDatabase()).url;
  await importTerms({ database: '', data: first }, tables => fill(tables, '1'));
  await importTerms({ database: '', data: first }, tables => fill(tables, '2', 4100));
  const sums = async (place: string) => {
    const terms = await openTermsPlace(place, 'read');
    const found: string[] = [];
    for (const edition of await terms.editions()) found.push(await checksumOf(terms, edition));
    await terms.close();
    return found;
  };
  const expected = await sums(first);
  t.equal(expected.length, 2);
  for (const [from, to] of [
    [first, database],
    [database, second],
  ] as const)
    for (const copied of [2, 0]) {
      const [source, target] = [await openTermsPlace(from, 'read'), await openTermsPlace(to, 'move')];
      let told = 0;
      t.equal(await moveTerms(source, target, () => void told++), 2);
      t.equal(told, copied);
      await Promise.all([source.close(), target.close()]);
      t.same(await sums(to), expected);
    }
  t.same(fs.readdirSync(folder()), [], 'a place without masters');
  t.same(await sums(folder()), []);
});
