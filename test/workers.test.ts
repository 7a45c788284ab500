/** `--workers 2` on SQLite: two processes, one port, one order of writes; one that dies is replaced; SIGTERM ends all. */
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
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
const until = async (holds: () => boolean) => {
  for (let tries = 0; tries < 200 && !holds(); tries++) await new Promise(resolve => setTimeout(resolve, 50));
};

t.test('two workers write in one order, and one that dies is replaced', async t => {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-workers-'));
  const args = ['dist/main.js', 'serve', '--workers', '2', '--port', '0', '--data', data, '--log-level', 'silent'];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
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
  const [victim] = workersOf(child.pid!);
  process.kill(victim!, 'SIGKILL');
  await until(() => !workersOf(child.pid!).includes(victim!));
  await until(() => workersOf(child.pid!).length === 2);
  t.equal(workersOf(child.pid!).length, 2, 'there are two again');
  t.equal(await create('0'), 200, 'and they answer');
  const open = fs.readdirSync(data).filter(name => (fs.statSync(path.join(data, name)).mode & 0o077) !== 0);
  t.same(open, [], 'no file with data can be read by other users of the machine');
  child.kill('SIGTERM');
  t.equal(await exited, 0);
});
