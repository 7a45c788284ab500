/** Work in threads: each asker gets the answer to what was asked. */
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
