/** What connections leave behind: prepared statements, cursors whose connection is lost, two processes that open one file. */
import path from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { migrate, prepareFile } from '../src/store/sqlite-file.ts';
import { startOn, testDatabase } from './stores.ts';

const rowOf = (text: string) => ({ text, values: [] });

t.test('PostgreSQL keeps no more than some hundred statements, however many are asked', async t => {
  const { services, close } = await startOn('postgres');
  const found: unknown[] = [];
  for (let n = 0; n < 1200; n++) found.push(...(await services.store.select(rowOf(`SELECT ${n >> 1} AS n`))));
  t.same(
    found,
    Array.from({ length: 1200 }, (_, n) => ({ n: n >> 1 })),
  );
  const [row] = await services.store.select(rowOf('SELECT count(*) AS n FROM pg_prepared_statements'));
  t.ok(Number(row!['n']) > 300, 'statements that are asked again are prepared');
  t.ok(Number(row!['n']) <= 500, `${row!['n']} of them`);
  await close();
});

t.test('a connection that is lost in the middle of a stream goes back to its pool', async t => {
  const { services, close } = await startOn('postgres');
  const { client } = await testDatabase();
  const numbers = rowOf('SELECT pg_backend_pid() AS pid, n FROM generate_series(1, 100000) n');
  for (let time = 0; time < 12; time++) {
    for await (const [first] of services.store.stream(numbers, { chunk: 10 })) {
      const gone = 'SELECT count(*) AS n FROM pg_stat_activity WHERE pid = $1';
      await client.query('SELECT pg_terminate_backend($1)', [first!['pid']]);
      while (Number((await client.query(gone, [first!['pid']])).rows[0].n) > 0);
      if (time % 2 === 0) await new Promise(resolve => setImmediate(resolve));
      break;
    }
    t.same(await services.store.select(rowOf('SELECT 1 AS one')), [{ one: 1 }], `after ${time + 1}`);
  }
  await close();
});

t.test('of two processes that bring a file to the newest layout, the second finds it done', async t => {
  const file = path.join(t.testdir(), 'engawa.db');
  const [one, two] = [new Database(file), new Database(file)];
  prepareFile(one);
  // The first one is done between the other's look and its turn.
  const pragma = two.pragma.bind(two);
  let looked = false;
  two.pragma = (source: string, options?: Database.PragmaOptions) => {
    const found = pragma(source, options);
    if (source === 'user_version' && !looked) {
      looked = true;
      migrate(one, []);
    }
    return found;
  };
  migrate(two, []);
  t.equal(one.pragma('user_version', { simple: true }), two.pragma('user_version', { simple: true }));
  one.close();
  two.close();
});
