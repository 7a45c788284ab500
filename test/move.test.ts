/** Moving a database there and back, backing it up and restoring it: the same versions, the same answers; damage is refused. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { backup, restore } from '../src/backup.ts';
import { readConfig, SettingError } from '../src/config.ts';
import { move } from '../src/move.ts';
import { startOn, testDatabase } from './stores.ts';
import { startServer, type TestServer } from './support.ts';

const folder = () => fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-move-'));
const json = { 'content-type': 'application/fhir+json' };
const config = (data: string) => readConfig(new Map([['data', data]]), {});

/** What a command was refused with. */
const refusal = (command: Promise<unknown>) =>
  command.then(
    () => undefined,
    (error: SettingError) => error.text,
  );

/** Some resources with several versions, a deletion, a resource of two persons. */
async function fill({ app }: TestServer, round: number): Promise<void> {
  for (let i = 0; i < 30; i++) {
    const id = `p${i % 20}`;
    const name = [{ text: `山田 ${round} ${i}` }];
    await app.inject({
      method: 'PUT',
      url: `/fhir/Patient/${id}`,
      headers: json,
      payload: { resourceType: 'Patient', id, name, birthDate: `1940-01-${10 + (i % 20)}` },
    });
  }
  const basedOn = ['p1', 'p2'].map(id => ({ actor: { reference: `Patient/${id}` }, status: 'accepted' }));
  for (const id of ['gone', 'stays'])
    await app.inject({
      method: 'PUT',
      url: `/fhir/Appointment/${id}`,
      headers: json,
      payload: { resourceType: 'Appointment', id, status: 'proposed', participant: basedOn },
    });
  await app.inject({ method: 'DELETE', url: '/fhir/Appointment/gone' });
  const link = ['p1', 'p2'].map(id => ({ target: { reference: `Patient/${id}` }, assurance: 'level1' }));
  await app.inject({
    method: 'PUT',
    url: '/fhir/Person/two',
    headers: json,
    payload: { resourceType: 'Person', id: 'two', gender: round % 2 ? 'male' : 'female', link },
  });
  await app.inject({ method: 'DELETE', url: `/fhir/Patient/p${round}` });
}

/** All that can be asked of a database: the whole history and some searches. */
async function dump({ app }: TestServer): Promise<unknown[]> {
  const urls = [
    '_history?_count=1000',
    'Patient?_count=1000',
    'Patient?name=山田&_sort=-birthdate,_id&_count=5',
    'Patient?birthdate=gt1940-01-20&_summary=count',
    'Person?link=Patient/p2&_summary=count',
  ];
  return Promise.all(
    urls.map(async url => {
      const { entry, total } = (await app.inject(`/fhir/${url}`)).json() as { entry?: unknown[]; total?: number };
      return { entry, total };
    }),
  );
}

/** Tables of a database; `place` and `resource` are PostgreSQL's own, old index rows and their list (`stale`) come and go by the purge. */
const own = { version: 'seq', body: 'seq', resource_person: 'h, seq', secret: 'name' };
const query = (table: string, columns: string): string => {
  const current = ' WHERE seq IN (SELECT seq FROM version WHERE end_seq IS NULL AND deleted = 0)';
  // Words and shapes are shared: those only old versions have are no loss.
  const used: Record<string, string> = {
    index_word: ` WHERE (param, word) IN (SELECT param, word FROM index_use${current})`,
    index_shape: ` WHERE shape IN (SELECT params FROM index_facts${current})`,
  };
  const which = used[table] ?? (table.startsWith('index_') ? current : '');
  return `SELECT ${columns} FROM ${table}${which} ORDER BY ${own[table as keyof typeof own] ?? columns}`;
};
const values = (row: object): string =>
  Object.values(row)
    .map(value => (Buffer.isBuffer(value) ? value.toString('hex') : String(value)))
    .join(' ');

/** Every row of every table, by table. */
function sqliteTables(folder: string): Map<string, { columns: string; rows: string[] }> {
  const db = new Database(path.join(folder, 'engawa.db'), { readonly: true });
  db.defaultSafeIntegers(true);
  const names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'index%'").pluck().all();
  const tables = [...Object.keys(own), ...(names as string[])].map(name => {
    const columns = (db.pragma(`table_info(${name})`) as { name: string }[]).map(column => column.name).join(', ');
    return [
      name,
      {
        columns,
        rows: db
          .prepare(query(name, columns))
          .all()
          .map(row => values(row as object)),
      },
    ] as const;
  });
  db.close();
  return new Map(tables);
}

t.test('a move there and back, resumed and repeated, is the same database', async t => {
  const [one, two] = [folder(), folder()];
  const { url } = await testDatabase();
  await (await startOn('postgres')).close();
  const lines: string[] = [];
  const tell = (line: { en: string }) => void lines.push(line.en);
  let source = startServer({ file: path.join(one, 'engawa.db') });
  await fill(source, 1);
  t.match(
    (await move(config(one), undefined, url, tell)).en,
    /moved and verified: 35 versions/,
    'while its server runs',
  );
  await fill(source, 2);
  const expected = await dump(source);
  await source.close();
  t.match((await move(config(one), one, url, tell)).en, / 34 copied now/, 'what came since');
  t.match(lines.at(-1), /100\.0 %/);
  const target = await startOn('postgres', { keep: true });
  t.same(await dump(target), expected, 'on PostgreSQL');
  await target.close();
  const before = sqliteTables(one);
  t.ok(before.get('resource_person')!.rows.length > 4, 'there are resources of several persons');
  t.equal(before.get('secret')!.rows.length, 1, 'and page links');
  const { client } = await testDatabase();
  for (const [name, { columns, rows }] of before) {
    const found = await client.query(query(name, columns));
    t.same(found.rows.map(row => values(row as object)).sort(), [...rows].sort(), `${name} on PostgreSQL`);
  }
  await move(config(two), url, two, tell);
  t.same(sqliteTables(two), before, 'every row of every table');
  source = startServer({ file: path.join(two, 'engawa.db') });
  t.same(await dump(source), expected, 'and back');
  await fill(source, 3);
  await source.close();
  await t.rejects(move(config(two), url, two, tell), SettingError, 'a target that has more is refused');
  const third = folder();
  const other = startServer({ file: path.join(third, 'engawa.db') });
  await fill(other, 9);
  await other.close();
  await t.rejects(move(config(third), third, url, tell), SettingError, 'a target with other data is refused');
});

t.test(
  'what is moved into a target that was started in between is found by the parameters of packages too',
  async t => {
    for (const from of ['sqlite', 'postgres'] as const) {
      const [one, two] = [folder(), folder()];
      const { url } = await testDatabase();
      const place = from === 'sqlite' ? one : url;
      const open = (data: string) =>
        data === url ? startOn('postgres', { keep: true }) : startServer({ file: path.join(data, 'engawa.db') });
      const cover = async (id: string) => {
        const source = await open(place);
        const resource = {
          ...{ resourceType: 'Coverage', id, status: 'active', subscriberId: `000000000${id}` },
          ...{ beneficiary: { display: 'X' }, payor: [{ display: 'Y' }] },
        };
        const answer = await source.app.inject({
          method: 'PUT',
          url: `/fhir/Coverage/${id}`,
          headers: json,
          payload: resource,
        });
        t.equal(answer.statusCode, 201, answer.payload);
        await source.close();
      };
      const found = async () => {
        const target = await open(two);
        const { entry = [] } = (
          await target.app.inject('/fhir/Coverage?subscriber-id=0000000001,0000000002&_sort=_id')
        ).json() as { entry?: { resource: { id: string } }[] };
        await target.close();
        return entry.map(one => one.resource.id);
      };
      if (from === 'postgres') await (await startOn('postgres')).close();
      await cover('1');
      await move(config(one), place, two, () => {});
      t.same(await found(), ['1'], `from ${from}`);
      await cover('2');
      await move(config(one), place, two, () => {});
      t.same(await found(), ['1', '2'], `from ${from}, after the second move`);
    }
  },
);

t.test('a backup under a running server restores to the same; a damaged one is refused', async t => {
  const [one, two] = [folder(), folder()];
  const source = startServer({ file: path.join(one, 'engawa.db') });
  await fill(source, 1);
  const { terms } = source.services.store;
  terms.finish(terms.begin({ url: 'urn:example:master', version: '1', head: '{}' }), 0);
  const file = path.join(two, 'day.backup');
  await backup(config(one), file);
  const expected = await dump(source);
  const masters = source.services.store.terms.editions();
  t.equal(masters.length, 1);
  await source.close();
  await restore(config(path.join(two, 'data')), file);
  const restored = startServer({ file: path.join(two, 'data/engawa.db') });
  t.same(await dump(restored), expected);
  t.same(restored.services.store.terms.editions(), masters, 'with the imported masters');
  await restored.close();
  await t.rejects(
    restore(config(path.join(two, 'data')), file),
    SettingError,
    'a database that is there is not written over',
  );
  const whole = fs.readFileSync(file);
  const flipped = Buffer.from(whole);
  flipped[whole.length >> 1]! ^= 0x20;
  for (const [name, bytes] of Object.entries({
    flipped,
    cut: whole.subarray(0, -100),
    short: whole.subarray(0, 4096),
    empty: Buffer.alloc(0),
  })) {
    fs.writeFileSync(file, bytes);
    const refused = await refusal(restore(config(path.join(two, name)), file));
    t.match(
      refused,
      { ja: /最後の行がありません|最後の行を読めません|長さが記録と違います|チェックサムが記録と違います/ },
      name,
    );
    t.same(fs.readdirSync(path.join(two, name)), [], `${name}: nothing is put in place`);
  }
});

t.test('a backup is never written over the database, and one that fails leaves nothing', async t => {
  const [one, two] = [folder(), folder()];
  const source = startServer({ file: path.join(one, 'engawa.db') });
  await fill(source, 1);
  const expected = await dump(source);
  for (const name of ['engawa.db', 'terms.db', 'engawa.db-wal'])
    t.match(await refusal(backup(config(one), path.join(one, name))), { ja: /データベースそのもの/ }, name);
  t.match(await refusal(backup(config(one), two)), { ja: /はフォルダです/ });
  t.match(await refusal(backup(config(one), path.join(two, 'none', 'day.backup'))), { ja: /先に作るか/ });
  t.same(await dump(source), expected, 'the database is as it was');
  await source.close();
  fs.writeFileSync(path.join(one, 'terms.db'), 'no database at all, but long enough to be looked at '.repeat(100));
  await t.rejects(backup(config(one), path.join(two, 'day.backup')));
  t.same(fs.readdirSync(two), [], 'nothing is left of a backup that failed');
});

t.test('a journal that is left of another database does not come into the one that is restored', async t => {
  const [one, two] = [folder(), folder()];
  const source = startServer({ file: path.join(one, 'engawa.db') });
  await fill(source, 1);
  const expected = await dump(source);
  const file = path.join(two, 'day.backup');
  await backup(config(one), file);
  await fill(source, 2);
  // As a power cut leaves it, after which somebody took the database file away.
  const left = path.join(two, 'data');
  fs.mkdirSync(left);
  fs.copyFileSync(path.join(one, 'engawa.db-wal'), path.join(left, 'engawa.db-wal'));
  await source.close();
  t.match(await refusal(restore(config(left), file)), { ja: /engawa\.db-wal.*ほかの場所に移す/ });
  t.same(fs.readdirSync(left), ['engawa.db-wal'], 'nothing is put in place');
  fs.rmSync(path.join(left, 'engawa.db-wal'));
  await restore(config(left), file);
  const restored = startServer({ file: path.join(left, 'engawa.db') });
  t.same(await dump(restored), expected);
  await restored.close();
});
