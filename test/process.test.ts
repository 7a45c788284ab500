/** The server as a process: its door, its end, large answers, command lines that cannot be used. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import t from 'tap';
import { anonymous } from '../src/access/caller.ts';
import { findCommand } from '../src/commands.ts';
import { type Config, readConfig, SettingError } from '../src/config.ts';
import type { JsonObject, Resource } from '../src/fhir/types.ts';
import { exportCommand } from '../src/file-commands.ts';
import { bodyText } from '../src/http/routes.ts';
import { handleBatch, responseBundle } from '../src/interactions/batch.ts';
import { takePage } from '../src/interactions/history.ts';
import type { FhirRequest } from '../src/interactions/interaction.ts';
import { move } from '../src/move.ts';
import { filesIn } from '../src/operations/files/body.ts';
import { reindex } from '../src/reindex.ts';
import { startProblem } from '../src/start-problem.ts';
import { DiskFullError, type Store, type Version } from '../src/store/store.ts';
import { startServer } from './support.ts';
import { writeZip } from './zip.ts';

const bundleRequest: FhirRequest = {
  method: 'POST',
  path: [],
  params: {},
  query: [],
  headers: {},
  prefer: {},
  caller: anonymous,
  language: 'en',
  base: 'http://localhost/fhir',
};

const readsOf = (count: number) => ({
  resourceType: 'Bundle',
  type: 'batch',
  entry: Array.from({ length: count }, () => ({ request: { method: 'GET', url: 'metadata' } })),
});

t.test('reads are refused one by one once the answers of a batch are too large', async t => {
  const { services, close } = startServer();
  const bundle = readsOf(8);
  const { body } = await handleBatch(services, bundleRequest, JSON.stringify(bundle), bundle, 1000);
  let text = '';
  if (body?.kind === 'text') text = body.text;
  if (body?.kind === 'chunks') for await (const chunk of body.chunks) text += chunk;
  const statuses = JSON.parse(text).entry.map((entry: { response: { status: string } }) => entry.response.status);
  t.same(statuses.slice(-4), Array(4).fill('413 Payload Too Large'));
  t.equal(statuses[0], '200 OK');
  await close();
});

t.test('an entry of a batch that fails by a full disk or a bug is answered by itself', async t => {
  const { services, close } = startServer();
  const { store } = services;
  const commit: Store['commit'] = changes => {
    if (changes[0]!.type === 'Basic') throw new DiskFullError('full');
    if (changes[0]!.type === 'Flag') throw new TypeError('a bug');
    return store.commit(changes);
  };
  const failing = { ...services, store: Object.create(store, { commit: { value: commit } }) as Store };
  const put = (resource: Resource) => ({ request: { method: 'POST', url: resource.resourceType }, resource });
  const bundle = {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [
      put({ resourceType: 'Patient', active: true }),
      put({ resourceType: 'Basic', code: { text: 'x' } }),
      put({ resourceType: 'Flag', status: 'active', code: { text: 'x' }, subject: { reference: 'Patient/1' } }),
    ],
  };
  const { body, bugs } = await handleBatch(failing, bundleRequest, JSON.stringify(bundle), bundle);
  const { entry } = JSON.parse(body?.kind === 'text' ? body.text : '{}') as { entry: { response: JsonObject }[] };
  t.same(
    entry.map(one => one.response['status']),
    ['201 Created', '507 Insufficient Storage', '500 Internal Server Error'],
  );
  t.match(bugs, [/a bug/]);
  await close();
});

t.test('archives of one form count together when they are unpacked', async t => {
  const { services, close } = startServer({ settings: { 'max-body': '100' } });
  const file = (name: string) => ({ name, bytes: Buffer.alloc(300, 'x') });
  const form = (count: number) => {
    const parts = Array.from({ length: count }, (_, i) => [
      Buffer.from(`--x\r\nContent-Disposition: form-data; name="f"; filename="${i}.zip"\r\n\r\n`),
      Buffer.from(writeZip([file(`${i}.csv`)])),
      Buffer.from('\r\n'),
    ]);
    const bytes = Buffer.concat([...parts.flat(), Buffer.from('--x--')]);
    return {
      ...bundleRequest,
      contentType: 'multipart/form-data; boundary=x',
      body: { kind: 'bytes' as const, bytes },
    };
  };
  t.same(
    (await filesIn(services, form(1))).map(one => one.name),
    ['0.csv'],
  );
  await t.rejects(filesIn(services, form(2)), /more than 100 bytes together/);
  await close();
});

t.test('a resource with many values is indexed once for each', async t => {
  const { services, close } = startServer();
  const name = Array.from({ length: 300 }, (_, i) => ({ family: `F${i % 150}` }));
  const rows = services.search.extract({ resourceType: 'Patient', name });
  const texts = rows.filter(one => one.table === 'index_string').map(one => one.values.slice(0, 3).join(' '));
  t.equal(new Set(texts).size, texts.length);
  t.equal(texts.length % 150, 0);
  t.ok(texts.length >= 150);
  await close();
});

t.test('a large answer is written in pieces', async t => {
  const entries = Array.from({ length: 30_000 }, (_, i) => JSON.stringify({ fullUrl: `urn:x:${i}:${'x'.repeat(30)}` }));
  const { body } = responseBundle('batch-response', entries);
  if (body?.kind !== 'chunks') return t.fail('expected chunks');
  const pieces: string[] = [];
  for await (const piece of body.chunks) pieces.push(piece);
  t.ok(pieces.length > 10 && pieces.every(piece => piece.length < 70_000));
  t.same(JSON.parse(pieces.join('')).entry.map(JSON.stringify), entries);
});

t.test('what is converted as a whole is not collected without end', async t => {
  let made = 0;
  const chunks = async function* () {
    for (; made < 1000; made++) yield 'x'.repeat(100);
  };
  await t.rejects(bodyText({ kind: 'chunks', chunks: chunks() }, 1000), { problem: 'too-long', message: /fhir\+json/ });
  t.ok(made < 20);
  const left = 1000 - made;
  t.equal((await bodyText({ kind: 'chunks', chunks: chunks() })).length, left * 100);
});

t.test('others are answered while a long batch runs', async t => {
  const { app, close } = startServer();
  const entry = Array.from({ length: 500 }, () => ({ request: { method: 'GET', url: 'Patient?_count=1' } }));
  let done = false;
  const batch = app
    .inject({
      method: 'POST',
      url: '/fhir',
      headers: { 'content-type': 'application/fhir+json' },
      payload: { resourceType: 'Bundle', type: 'batch', entry },
    })
    .then(answer => {
      done = true;
      return answer;
    });
  await new Promise(resolve => setImmediate(resolve));
  t.equal((await app.inject('/fhir/Patient?_count=1')).statusCode, 200);
  t.notOk(done, 'the search did not wait for the end of the batch');
  t.equal((await batch).json().entry.length, 500);
  await close();
});

t.test('a page of a history ends before it is too large, but has one version at least', async t => {
  const versions = [50, 30, 30].map((size, seq) => ({ seq, text: 'x'.repeat(size) }) as Version);
  const sizes = (limit: number, most: number) => takePage(versions, limit, most).map(({ text }) => text.length);
  t.same(sizes(3, 100), [50, 30]);
  t.same(sizes(3, 10), [50]);
  t.same(sizes(2, 1000), [50, 30]);
  t.same(sizes(0, 1000), []);
});

/** Sends text over a connection of its own; the answer up to its end. `between` runs once the first part was received. */
async function speak(port: number, first: string, between?: { wait: Promise<unknown>; next: () => string }) {
  const socket = net.connect({ port, host: '127.0.0.1' });
  socket.setEncoding('utf8');
  socket.write(first);
  if (between) {
    await between.wait;
    socket.write(between.next());
  }
  let text = '';
  for await (const part of socket) text += part;
  return text;
}

t.test('request targets with a host, an Expect nobody knows', async t => {
  const { app, close } = startServer();
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const ask = (target: string, headers = '') =>
    speak(port, `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`);
  t.match(await ask(`http://localhost:${port}/fhir/metadata?_summary=true`), /^HTTP\/1.1 200 .*CapabilityStatement/s);
  t.match(await ask('http://evil.example/fhir/metadata'), /^HTTP\/1.1 403 .*rebinding/s);
  // Some programs write what a person typed into the URL as it is.
  t.match(await ask('/fhir/Patient?name=山田'), /^HTTP\/1.1 400 .*percent-encoded.*%E5%B1%B1/s);
  t.match(await ask('/fhir/metadata', 'Expect: foo\r\n'), /^HTTP\/1.1 417 .*OperationOutcome/s);
  await close();
});

t.test('what is answered while the server stops ends its connection', async t => {
  const { app, services } = startServer();
  const arrived = new Promise<void>(resolve => {
    app.addHook('onRequest', (_request, _reply, done) => {
      resolve();
      done();
    });
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const body = '{"resourceType":"Basic","code":{"text":"x"}}';
  const head = `POST /fhir/Basic HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/fhir+json\r\nContent-Length: ${body.length}\r\n\r\n`;
  let closed: Promise<unknown> | undefined;
  const closing = arrived.then(async () => {
    closed = app.close();
    await new Promise(resolve => setImmediate(resolve));
  });
  const text = await speak(port, head, { wait: closing, next: () => body });
  t.match(text, /^HTTP\/1.1 201 .*\r\nConnection: close\r\n/is);
  await closed;
  await services.store.close();
});

t.test('the log shows the names of parameters that are defined, and no others', async t => {
  const { app, logged, close } = startServer();
  await app.inject('/fhir/Patient?family:exact=x&general-practitioner.name=y&_count=1&TaroYamada=1&_Taro=1');
  t.match(logged.at(-1), /"parameters":\["family","general-practitioner","_count","\?"\]/);
  await close();
});

t.test('settings that cannot be used are refused with a sentence', async t => {
  for (const [flag, value] of [
    ['port', '99999'],
    ['max-body', '0'],
    ['page-size', '0'],
    ['timezone', 'foo'],
    ['base-url', 'notaurl'],
    ['data', ''],
    ['trusted-proxies', '10.0.0.0/99'],
  ] as const)
    t.throws(() => readConfig(new Map([[flag, value]]), {}), SettingError, `--${flag} ${value}`);
  for (const proxies of ['127.0.0.1', '10.0.0.0/8, ::1', 'loopback'])
    t.equal(readConfig(new Map([['trusted-proxies', proxies]]), {}).trustedProxies, proxies);
});

t.test('a misspelt command is told which one was meant', async t => {
  const told = (...words: string[]) => {
    try {
      return { found: findCommand(words)?.name ?? 'serve' };
    } catch (error) {
      return (error as SettingError).text;
    }
  };
  t.match(told('serv'), { en: /"serv", expected serve;/, ja: /「serv」ではなく serve を/ });
  t.match(told('moove', 'x'), { en: /expected move;/ });
  t.match(told('dance'), { en: /expected one of the commands serve, validate, .*import/ });
  t.match(told('move', 'x'), { en: /expected move / });
  t.same(told('backup', 'file'), { found: 'backup' });
});

t.test('a command that only reads refuses a folder without a database', async t => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-none-'));
  const config = readConfig(new Map([['data', folder]]), {});
  const tell = () => {};
  const refused = { name: 'SettingError', message: /there is no database in/ };
  await t.rejects(reindex(config, tell), refused);
  await t.rejects(exportCommand(config, path.join(folder, 'out'), new Map(), tell), refused);
  await t.rejects(move(config, path.join(folder, 'nowhere'), path.join(folder, 'to'), tell), refused);
  t.same(fs.readdirSync(folder), [], 'nothing was made');
});

t.test('a start that fails for reasons a user can mend', async t => {
  const config: Config = readConfig(new Map(), {});
  const tell = (fields: object, message = '') => startProblem(Object.assign(new Error(message), fields), config)?.en;
  for (const code of ['EEXIST', 'ENOTDIR', 'SQLITE_READONLY', 'SQLITE_READONLY_DBMOVED'])
    t.match(tell({ code }), /data folder .* cannot be written/);
  t.match(tell({ code: 'EACCES', path: `${config.data}/packages` }), /data folder .* cannot be written/);
  t.equal(tell({ code: 'ENOTDIR', path: '/elsewhere/x' }), '/elsewhere/x: found a file, expected a folder (ENOTDIR)');
  t.equal(tell({ code: 'EISDIR', path: '/a.part', dest: '/a' }), '/a: found a folder, expected a file (EISDIR)');
  t.equal(tell({ code: 'EISDIR', syscall: 'read' }), 'found a folder, expected a file (EISDIR)');
  for (const code of ['ENOSPC', 'SQLITE_FULL']) t.match(tell({ code }), /the disk is full/);
  t.match(tell({ code: 'ECONNREFUSED', syscall: 'connect' }), /database PostgreSQL cannot be used .* of a move/);
  for (const code of ['EACCES', 'EADDRNOTAVAIL']) t.match(tell({ code, syscall: 'listen' }), /cannot be listened on/);
  t.match(tell({ code: 'EADDRINUSE', syscall: 'listen' }), /is in use/);
  t.match(tell({}, 'the database has layout 9, this program knows up to 1; start a newer Engawa'), /newer Engawa/);
  t.match(tell({ code: 'SQLITE_BUSY' }, 'database is locked'), /another process keeps it/);
  t.equal(tell({}, 'a bug'), undefined);
});

t.test(
  'what commands write is in the language of the command line: of the locale, when nothing else is said',
  async t => {
    const data = t.testdir({ in: { 'wrong.csv': 'a' } });
    const report = (env: NodeJS.ProcessEnv) => {
      const main = path.join(import.meta.dirname, '../src/main.ts');
      const words = ['import', path.join(data, 'in'), '--data', path.join(data, 'data')];
      const { stderr } = spawnSync(process.execPath, ['--import', 'tsx', main, ...words], {
        env: { PATH: process.env['PATH'], ...env },
        encoding: 'utf8',
      });
      return stderr + fs.readFileSync(path.join(data, 'in/errors/report.txt'), 'utf8');
    };
    t.match(report({ LANG: 'ja_JP.UTF-8' }), /登録 0 組.*登録 0 組.*（受け付けませんでした）/s);
    t.match(report({ LANG: 'C' }), /0 sets stored.*0 sets stored.*\(refused\)/s);
  },
);

t.test('the command that npm links is there before the first build, may be run, and is the program', async t => {
  const root = path.join(import.meta.dirname, '..');
  const { bin, version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  const command = path.join(root, bin.engawa);
  t.notMatch(bin.engawa, /^dist/);
  t.ok(fs.statSync(command).mode & 0o111);
  const ran = spawnSync(command, ['--version'], { encoding: 'utf8' });
  t.match({ status: ran.status, stdout: ran.stdout }, { status: 0, stdout: `${version}\n` });
});
