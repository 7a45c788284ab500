/** A transaction pooler between Engawa and PostgreSQL: nothing may be kept on a connection, which the next transaction does not get. */
import net, { type AddressInfo } from 'node:net';
import t from 'tap';
import { startOn, testDatabase } from './stores.ts';
import { startServer } from './support.ts';

const json = { 'content-type': 'application/fhir+json' };

/** Messages of one direction of PostgreSQL's protocol: type, length, content. */
function* messages(bytes: Buffer): Generator<{ type: string; body: Buffer; end: number }> {
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 1 + bytes.readInt32BE(at + 1);
    if (end > bytes.length) return;
    yield { type: String.fromCharCode(bytes[at]!), body: bytes.subarray(at + 5, end), end };
    at = end;
  }
}

/** What was kept on connections: names of statements, settings. */
interface Watched {
  readonly names: Set<string>;
  readonly settings: Set<string>;
}

/**
 * A way to the database that notes what is kept on connections.
 * @param pooled it tells another process number than the database process has, as a pooler does
 */
async function watch(port: number, pooled: boolean): Promise<{ port: number; seen: Watched; close(): void }> {
  const seen: Watched = { names: new Set(), settings: new Set() };
  const sockets = new Set<net.Socket>();
  const server = net.createServer(client => {
    const database = net.connect(port, '127.0.0.1');
    let [sent, told]: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)];
    let greeted = false;
    let ready = false;
    client.on('data', (data: Buffer) => {
      database.write(data);
      sent = Buffer.concat([sent, data]);
      // The first message has no type.
      if (!greeted && sent.length >= 4) sent = sent.subarray(sent.readInt32BE(0));
      greeted = true;
      let done = 0;
      for (const { type, body, end } of messages(sent)) {
        done = end;
        const text = body.subarray(0, body.indexOf(0)).toString();
        if (type === 'P' && text !== '') seen.names.add(text);
        if (type === 'Q' && /(^|; *)SET (?!LOCAL)/.test(text)) seen.settings.add(text);
      }
      sent = sent.subarray(done);
    });
    database.on('data', (data: Buffer) => {
      if (ready) return client.write(data);
      told = Buffer.concat([told, data]);
      let done = 0;
      for (const { type, body, end } of messages(told)) {
        done = end;
        if (type === 'K' && pooled) body.writeInt32BE(body.readInt32BE(0) ^ 0x5555, 0);
        // The greeting is over.
        if (type === 'Z') ready = true;
      }
      client.write(ready ? told : told.subarray(0, done));
      told = told.subarray(done);
      return true;
    });
    for (const [from, to] of [
      [client, database],
      [database, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: (server.address() as AddressInfo).port, seen, close };
}

for (const pooled of [false, true])
  t.test(`${pooled ? 'through a pooler nothing' : 'something'} is kept on connections`, async t => {
    await (await startOn('postgres')).close();
    const url = new URL((await testDatabase()).url);
    const way = await watch(Number(url.port), pooled);
    url.port = String(way.port);
    const { app, services, close } = startServer({ settings: { database: url.href } });
    for (let i = 0; i < 4; i++) {
      const payload = { resourceType: 'Patient', identifier: [{ system: 'urn:p', value: `${i % 2}` }] };
      const headers = { ...json, 'if-none-exist': `identifier=urn:p|${i % 2}` };
      const made = await app.inject({ method: 'POST', url: '/fhir/Patient', headers, payload });
      t.equal(made.statusCode, i < 2 ? 201 : 200);
      t.equal((await app.inject('/fhir/Patient?identifier=urn:p|0&_total=accurate')).json().total, 1);
      t.equal((await app.inject(`/fhir/Patient/${made.json().id}/_history`)).json().total, 1);
    }
    let rows = 0;
    const all = { text: 'SELECT n FROM generate_series(1, 250) n WHERE within_budget() = 1', values: [] };
    for await (const chunk of services.store.stream(all, { budgetMs: 5000 })) rows += chunk.length;
    t.equal(rows, 250, 'a stream');
    const slow = { text: 'SELECT pg_sleep(5)', values: [] };
    await t.rejects(services.store.select(slow, { budgetMs: 20 }), /used up its time/);
    t.equal((await app.inject('/fhir/Patient?_summary=count')).json().total, 2, 'and on it goes');
    t.equal(way.seen.names.size === 0, pooled, 'names of statements');
    t.equal(way.seen.settings.size === 0, pooled, 'settings of connections');
    await close();
    way.close();
  });
