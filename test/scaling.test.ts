/**
 * The statements for Citus in docs/scaling.md, on PostgreSQL: every table has its place, every unique key holds the column rows are
 * spread by, and a server works on the tables afterwards. Citus itself is not here; two functions with its names stand for it.
 */
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { purgeOnce } from '../src/purge.ts';
import { startOn, testDatabase } from './stores.ts';
import { startServer } from './support.ts';

const json = { 'content-type': 'application/fhir+json' };
const docs = fs.readFileSync(path.join(import.meta.dirname, '../docs/scaling.md'), 'utf8');
const statements = /```sql\n(.*?)```/s.exec(docs)![1]!;

/** Citus refuses to spread a table with a unique index that lacks the column: so do these. */
const functions = `
  CREATE TABLE spread (name text, col text, beside text);
  CREATE FUNCTION create_distributed_table(tab text, col text, colocate_with text DEFAULT '', shard_count int DEFAULT 32) RETURNS void
    LANGUAGE plpgsql AS $$ BEGIN
      IF EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = tab::regclass AND i.indisunique
        AND NOT (SELECT a.attnum FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attname = col) = ANY (i.indkey::int2[]))
      THEN RAISE EXCEPTION 'a unique index of % lacks %', tab, col; END IF;
      INSERT INTO spread VALUES (tab, col, colocate_with); END $$;
  CREATE FUNCTION create_reference_table(tab text) RETURNS void
    LANGUAGE sql AS $$ INSERT INTO spread VALUES (tab::regclass::text, NULL, NULL) $$;`;

t.test('the statements that spread rows fit the tables, and the server works on', async t => {
  await (await startOn('postgres')).close();
  const { client, url } = await testDatabase();
  await client.query(functions);
  await client.query(statements);
  const { rows: twice } = await client.query('SELECT name FROM spread GROUP BY name HAVING count(*) > 1');
  t.same(twice, [], 'no table has two places');
  const { rows: missing } = await client.query(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'spread' AND tablename NOT IN (SELECT name FROM spread)",
  );
  t.same(missing, [], 'no table is forgotten');
  await client.query('DROP TABLE spread CASCADE; DROP FUNCTION create_distributed_table, create_reference_table');

  const server = startServer({ settings: { database: url } });
  const put = (n: number) =>
    server.app.inject({
      method: 'PUT',
      url: '/fhir/Observation/o',
      headers: json,
      payload: {
        ...{ resourceType: 'Observation', id: 'o', status: 'final', code: { text: `${n}` } },
        subject: { reference: 'Patient/p' },
      },
    });
  t.same([(await put(1)).statusCode, (await put(2)).statusCode], [201, 200]);
  t.equal((await server.app.inject('/fhir/Observation?patient=p')).json().total, 1);
  t.equal(await purgeOnce({ ...server.services, now: () => Number.MAX_SAFE_INTEGER }), 1);
  t.equal((await server.app.inject({ method: 'DELETE', url: '/fhir/Observation/o' })).statusCode, 200);
  t.equal((await server.app.inject('/fhir/Observation/o/_history')).json().total, 3);
  const places = await client.query('SELECT count(DISTINCT place)::int AS n FROM version');
  t.equal(places.rows[0].n, 1, 'all versions of a person lie in one place');
  await server.close();
});
