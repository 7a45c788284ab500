/** `--workers 2` on SQLite: two processes, one port, one order of writes; one that dies is replaced; SIGTERM ends all. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import t from 'tap';

const root = path.dirname(import.meta.dirname);
const base = async (child: ReturnType<typeof spawn>): Promise<string> =>
  new Promise(resolve => {
    let text = '';
    child.stderr!.on('data', part => {
      text += part;
      const found = /http:\/\/127\.0\.0\.1:\d+\/fhir/.exec(text);
      if (found) resolve(found[0]);
    });
  });
const workersOf = (pid: number): number[] =>
  execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([own]) => own!);
/** A port of its own: one that the system chooses would change when no worker listens for a moment. */
const freePort = async (): Promise<string> => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
};
const until = async (holds: () => boolean) => {
  for (let tries = 0; tries < 200 && !holds(); tries++) await new Promise(resolve => setTimeout(resolve, 50));
};

t.test('two workers write in one order, and one that dies is replaced', async t => {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-workers-'));
  const args = [
    'dist/main.js',
    'serve',
    '--workers',
    '2',
    '--port',
    await freePort(),
    '--data',
    data,
    '--log-level',
    'silent',
  ];
  // A crash on demand: Node ends with 1 when nobody catches an error.
  const crash = "--import data:text/javascript,process.on('SIGUSR2',()=>process.exit(1))";
  const env = { ...process.env, NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} ${crash}` };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = new Promise<number | null>(resolve => child.on('exit', resolve));
  const url = await base(child);
  const create = async (value: string) => {
    const answer = await fetch(`${url}/Patient`, {
      method: 'POST',
      headers: {
        'content-type': 'application/fhir+json',
        'if-none-exist': `identifier=urn:w|${value}`,
        connection: 'close',
      },
      body: JSON.stringify({ resourceType: 'Patient', identifier: [{ system: 'urn:w', value }] }),
    });
    return answer.status;
  };
  for (let round = 0; round < 5; round++) {
    const statuses = await Promise.all(Array.from({ length: 32 }, () => create(String(round))));
    t.equal(statuses.filter(status => status === 201).length, 1, 'one was created');
    t.equal(statuses.filter(status => status === 200).length, 31, 'the others found it');
  }
  for (const signal of ['SIGKILL', 'SIGUSR2'] as const) {
    const [victim] = workersOf(child.pid!);
    process.kill(victim!, signal);
    await until(() => !workersOf(child.pid!).includes(victim!));
    await until(() => workersOf(child.pid!).length === 2);
    t.equal(workersOf(child.pid!).length, 2, `${signal}: there are two again`);
    // The new one may not listen yet.
    let status = 0;
    for (let tries = 0; tries < 200 && status === 0; tries++) {
      status = await create('0').catch(() => 0);
      if (status === 0) await new Promise(resolve => setTimeout(resolve, 50));
    }
    t.equal(status, 200, 'and they answer');
  }
  const open = fs.readdirSync(data).filter(name => (fs.statSync(path.join(data, name)).mode & 0o077) !== 0);
  t.same(open, [], 'no file with data can be read by other users of the machine');
  child.kill('SIGTERM');
  t.equal(await exited, 0);
});
