/** Read replicas: searches go there, and yet everybody sees what was acknowledged before; a replica that is behind or gone is passed over. */
import pg from 'pg';
import t from 'tap';
import { startPostgres, startReplica } from './postgres.mjs';
import { startServer } from './support.ts';

const json = { 'content-type': 'application/fhir+json' };

t.test('searches on a replica see every write that was acknowledged', async t => {
  const primary = await startPostgres();
  const first = startServer({ settings: { database: primary.url } });
  await first.services.store.ready();
  const replica = await startReplica(primary);
  const settings = { database: primary.url, replicas: replica.url };
  const [one, two] = [startServer({ settings }), startServer({ settings })];
  const write = async (n: number) => {
    const payload = { resourceType: 'Patient', identifier: [{ system: 'urn:r', value: String(n) }] };
    const answer = await one.app.inject({ method: 'POST', url: '/fhir/Patient', headers: json, payload });
    t.equal(answer.statusCode, 201);
  };
  const count = async (n: number) =>
    (await two.app.inject(`/fhir/Patient?identifier=urn:r|${n}&_summary=count`)).json().total;
  const onReplica = new pg.Client(replica.url);
  await onReplica.connect();
  for (let n = 0; n < 50; n++) {
    await write(n);
    t.equal(await count(n), 1, 'another node sees it at once');
  }
  const { rows } = await onReplica.query(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'engawa'",
  );
  t.ok(rows[0].n > 0, 'the replica was asked');
  await onReplica.query('SELECT pg_wal_replay_pause()');
  await write(100);
  t.equal(await count(100), 1, 'a replica that is behind is not believed');
  await onReplica.query('SELECT pg_wal_replay_resume()');
  await onReplica.end();
  await replica.stop();
  await write(101);
  t.equal(await count(101), 1, 'a replica that is gone is passed over');
  await Promise.all([first, one, two].map(server => server.close()));
  await primary.stop();
});
