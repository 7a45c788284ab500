/** What is remembered must not keep alive what it was cut from. */
import v8 from 'node:v8';
import vm from 'node:vm';
import t from 'tap';
import { remember } from '../src/fhir/remember.ts';
import { hash64 } from '../src/store/hash.ts';

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc') as () => void;

/** Megabytes that are still in use after work on many large texts. */
function kept(work: (piece: string) => unknown): number {
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 100; i++) {
    const whole = `${i} `.padEnd(1_000_000, `identifier-${i} `);
    work(whole.slice(500_000, 500_040 + i));
  }
  collect();
  return (process.memoryUsage().heapUsed - before) / 1e6;
}

t.test('hashes and memories of frequent texts keep the pieces, not the wholes', async t => {
  t.ok(kept(hash64) < 20, 'hash64');
  const known = remember(text => ({ length: text.length }));
  t.ok(kept(known) < 20, 'remember');
});
