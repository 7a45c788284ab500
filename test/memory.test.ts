/** What is remembered must not keep alive what it was cut from, nor what is large itself. */
import v8 from 'node:v8';
import vm from 'node:vm';
import t from 'tap';
import { parseJson } from '../src/fhir/json.ts';
import { remember } from '../src/fhir/remember.ts';
import { hash64 } from '../src/store/hash.ts';

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc') as () => void;

/** Megabytes that are still in use after work on pieces of many large texts. */
function kept(
  work: (piece: string) => unknown,
  cut = (whole: string, i: number) => whole.slice(500_000, 500_040 + i),
): number {
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 100; i++) {
    const whole = `${i} `.padEnd(1_000_000, `identifier-${i} `);
    work(cut(whole, i));
  }
  collect();
  return (process.memoryUsage().heapUsed - before) / 1e6;
}

t.test('hashes and memories of frequent texts keep the pieces, not the wholes', async t => {
  t.ok(kept(hash64) < 20, 'hash64');
  const known = remember(text => ({ length: text.length }));
  t.ok(kept(known) < 20, 'remember');
});

t.test('large texts themselves are not kept, however often they come', async t => {
  const whole = (text: string) => text;
  const twice = (work: (text: string) => unknown) => (text: string) => [work(text), work(text)];
  t.ok(kept(twice(hash64), whole) < 20, 'hash64');
  t.ok(kept(twice(remember(text => text.length)), whole) < 20, 'remember');
  const read = (text: string) => parseJson(JSON.stringify([text, text.slice(0, 100)]));
  t.ok(kept(twice(read), whole) < 20, 'parseJson');
});
