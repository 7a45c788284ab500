/** Who asks one short query after the other lets others have their turn. */
import { sql } from '../src/store/sql.ts';
import { testOnStores } from './stores.ts';

/** Some milliseconds of counting, less than sends a query to the thread of slow ones. */
const short = sql`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) SELECT max(i) AS most FROM n`;
const queries = 200;

testOnStores('many short queries', async (t, start) => {
  const server = await start();
  const { store } = server.services;
  let turns = 0;
  let asking = true;
  const count = () => {
    turns++;
    if (asking) setImmediate(count);
  };
  setImmediate(count);
  for (let i = 0; i < queries; i++)
    t.equal(Number((await store.select(short, { budgetMs: 60_000 }))[0]!['most']), 30_000);
  asking = false;
  t.ok(turns > 3, `others had ${turns} turns`);
  await server.close();
});
