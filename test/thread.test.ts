/** Work in threads: each asker gets the answer to what was asked. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { WorkThread } from '../src/thread.ts';

/** Says each text back, and fails at `fault`. */
const script = `import { parentPort } from 'node:worker_threads';
parentPort.on('message', text => {
  if (text === 'fault') throw new Error('given up');
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
