/** Work in threads: each asker gets the answer to what was asked. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { WorkThread } from '../src/thread.ts';

/** Says each text back; at `fault` it fails, and sends one more message while it ends. */
const script = `import { parentPort } from 'node:worker_threads';
parentPort.on('message', text => {
  if (text !== 'fault') return parentPort.postMessage(text);
  process.on('exit', () => parentPort.postMessage('too late'));
  throw new Error('given up');
});
`;

t.test('what a thread says after it was given up is nobody else\'s answer', async t => {
  const folder = t.testdir({ 'worker.mjs': script });
  const thread = new WorkThread<string, string>({
    script: pathToFileURL(path.join(folder, 'worker.mjs')),
    tooLong: () => new Error('too long'),
  });
  const [first, fault, next] = await Promise.allSettled([thread.run('one'), thread.run('fault'), thread.run('next')]);
  t.match(first, { status: 'fulfilled', value: 'one' });
  t.match(fault, { status: 'rejected', reason: { message: 'given up' } });
  t.match(next, { status: 'fulfilled', value: 'next' });
});
