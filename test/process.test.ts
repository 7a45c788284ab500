/** The server as a process: its door, its end, large answers, command lines that cannot be used. */
import t from 'tap';
import { anonymous } from '../src/access/caller.ts';
import { handleBatch, responseBundle } from '../src/interactions/batch.ts';
import { takePage } from '../src/interactions/history.ts';
import type { FhirRequest } from '../src/interactions/interaction.ts';
import type { Version } from '../src/store/store.ts';
import { startServer } from './support.ts';

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

t.test('a large answer is written in pieces', async t => {
  const entries = Array.from({ length: 30_000 }, (_, i) => JSON.stringify({ fullUrl: `urn:x:${i}:${'x'.repeat(30)}` }));
  const { body } = responseBundle('batch-response', entries);
  if (body?.kind !== 'chunks') return t.fail('expected chunks');
  const pieces: string[] = [];
  for await (const piece of body.chunks) pieces.push(piece);
  t.ok(pieces.length > 10 && pieces.every(piece => piece.length < 70_000));
  t.same(JSON.parse(pieces.join('')).entry.map(JSON.stringify), entries);
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
