/** Work in threads: each asker gets the answer to what was asked. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { WorkThread } from '../src/thread.ts';

/** Says each text back, and fails at `fault`; `wait` it leaves unanswered. */
const script = `import { parentPort } from 'node:worker_threads';
parentPort.on('message', text => {
  if (text === 'fault') throw new Error('given up');
  if (text === 'wait') return;
  parentPort.postMessage(text);
});
`;

t.test("what a thread says after it was given up is nobody else's answer", async t => {
  const folder = t.testdir({ 'worker.mjs': script });
  const thread = new WorkThread<string, string>({
    script: pathToFileURL(path.join(folder, 'worker.mjs')),
    tooLong: () => new Error('too long'),
  });
  t.equal(await thread.run('one'), 'one');
  const first = thread['worker']!;
  await t.rejects(thread.run('fault'), { message: 'given up' });
  const next = thread.run('next');
  first.emit('message', 'too late');
  t.equal(await next, 'next');
});

t.test('too many that wait are turned away, with a time to come again; the others are answered', async t => {
  const folder = t.testdir({ 'worker.mjs': script });
  const thread = new WorkThread<string, string>({
    script: pathToFileURL(path.join(folder, 'worker.mjs')),
    tooLong: () => new Error('too long'),
  });
  const first = thread.run('wait');
  const waiting = Array.from({ length: 32 }, (_, i) => thread.run(`text ${i}`));
  const refused = await thread.run('one more').catch((error: unknown) => error);
  t.match(refused, { problem: 'throttled', status: 429, headers: { 'Retry-After': /^\d+$/ } });
  thread['worker']!.emit('message', 'answered');
  t.equal(await first, 'answered');
  t.same(
    await Promise.all(waiting),
    waiting.map((_, i) => `text ${i}`),
  );
  t.equal(await thread.run('again'), 'again', 'there is room again');
});

t.test('a thread keeps its process alive while it has work, and only then', t => {
  const program = `import { WorkThread } from ${JSON.stringify(new URL('../src/thread.ts', import.meta.url).href)};
const thread = new WorkThread({ script: new URL('worker.mjs', import.meta.url), tooLong: () => new Error('too long') });
thread.run('one').then(() => thread.run('fault')).catch(() => thread.run('next')).then(said => process.stdout.write(said));`;
  const folder = t.testdir({ 'worker.mjs': script, 'program.mjs': program });
  const { stdout, status } = spawnSync(process.execPath, ['--import', 'tsx', path.join(folder, 'program.mjs')], {
    encoding: 'utf8',
    // Not how long it takes: a process that an idle thread keeps alive ends with that, a minute later.
    timeout: 50_000,
  });
  t.same({ stdout, status }, { stdout: 'next', status: 0 });
  t.end();
});
