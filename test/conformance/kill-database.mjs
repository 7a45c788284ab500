// Kills PostgreSQL (-9) under load and starts it again, while the nodes stay: every acknowledged write must be there, whole
// transactions only, versions and the feed without gaps, and the nodes must come back by themselves.
//   node test/conformance/kill-database.mjs [--cycles 50] [--nodes 2] [--writers 8]
import pg from 'pg';
import { startPostgres } from '../postgres.mjs';
import { startNode } from './nodes.mjs';

const option = (name, initial) => Number(process.argv.includes(`--${name}`) ? process.argv[process.argv.indexOf(`--${name}`) + 1] : initial);
const cycles = option('cycles', 50);
const postgres = await startPostgres({ flags: [] });
const nodes = await Promise.all(Array.from({ length: option('nodes', 2) }, () => startNode(postgres.url)));
const run = Date.now().toString(36);
const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
const failures = [];
const counts = { acknowledged: 0, unavailable: 0, refused: 0, checks: 0 };
const fail = text => failures.push(text) <= 20 && console.log(`x ${text}`);
const check = (holds, text) => {
  counts.checks++;
  if (!holds) fail(text);
};

let turn = 0;
async function send(method, path, body) {
  const { port } = nodes[turn++ % nodes.length];
  const answer = await fetch(`http://127.0.0.1:${port}/fhir/${path}`, { method, headers: { 'content-type': 'application/fhir+json' }, body: body && JSON.stringify(body) });
  const json = await answer.json().catch(() => undefined);
  if (answer.status >= 500 && answer.status !== 503) fail(`${method} ${path}: HTTP ${answer.status}`);
  if (answer.status === 503 && !answer.headers.get('retry-after')) fail('503 without Retry-After');
  return { status: answer.status, json };
}

const patient = (id, n) => ({ resourceType: 'Patient', id, name: [{ text: `${n}` }] });
const keys = new Map();
const bundles = [];
let stopped = false;

async function writer(number) {
  for (let n = 1; !stopped; n++) {
    if (n % 4 === 0) {
      const bundle = { value: `${run}-${number}-${n}`, size: 2 + (n % 7), acknowledged: false };
      bundles.push(bundle);
      const resource = { resourceType: 'Patient', identifier: [{ system: 'urn:kill', value: bundle.value }] };
      const entry = Array.from({ length: bundle.size }, () => ({ request: { method: 'POST', url: 'Patient' }, resource }));
      const { status } = await send('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
      bundle.acknowledged = status === 200;
      note(status);
      continue;
    }
    const id = `${run}-${number}-${n % 3}`;
    const key = keys.get(id) ?? { sent: 0, acknowledged: 0 };
    keys.set(id, key);
    const { status } = await send('PUT', `Patient/${id}`, patient(id, ++key.sent));
    if (status < 300) key.acknowledged = key.sent;
    note(status);
    if (status === 503) await pause(50);
  }
}

function note(status) {
  if (status < 300) counts.acknowledged++;
  else if (status === 503) counts.unavailable++;
  else fail(`a write was answered ${status}`);
}

const writers = Array.from({ length: option('writers', 8) }, (_, number) => writer(number));
const recovery = [];
for (let cycle = 0; cycle < cycles; cycle++) {
  await pause(150 + Math.random() * 500);
  await postgres.restart();
  const begun = performance.now();
  while ((await send('PUT', `Patient/${run}-probe`, patient(`${run}-probe`, `${cycle} ${begun}`))).status >= 300) await pause(20);
  recovery.push(performance.now() - begun);
}
stopped = true;
await Promise.all(writers);

for (const [id, { sent, acknowledged }] of keys) {
  const { json } = await send('GET', `Patient/${id}/_history?_count=1000`);
  const texts = (json?.entry ?? []).map(entry => Number(entry.resource.name[0].text));
  check((texts[0] ?? 0) >= acknowledged && (texts[0] ?? 0) <= sent, `${id}: ${texts[0]} is there, ${acknowledged} was acknowledged, ${sent} sent`);
  const versions = (json?.entry ?? []).map(entry => Number(entry.resource.meta.versionId));
  check(versions.every((version, i) => version === versions.length - i), `${id}: versions ${versions.slice(0, 5)}`);
}
for (const { value, size, acknowledged } of bundles) {
  const { json } = await send('GET', `Patient?identifier=urn:kill|${value}&_summary=count`);
  check(json?.total === size || (!acknowledged && json?.total === 0), `${value}: ${json?.total} of ${size}, acknowledged: ${acknowledged}`);
}
const client = new pg.Client(postgres.url);
await client.connect();
const { rows } = await client.query('SELECT count(*)::int AS n, max(seq)::int AS last FROM version');
check(rows[0].n === rows[0].last, `the feed has ${rows[0].n} versions up to position ${rows[0].last}`);
await client.end();

for (const { child } of nodes) {
  check(child.exitCode === null, 'a node ended');
  child.kill('SIGTERM');
}
await Promise.all(nodes.map(({ child }) => new Promise(resolve => child.on('exit', resolve))));
await postgres.stop();
recovery.sort((a, b) => a - b);
console.log(`${cycles} cycles: ${counts.acknowledged} writes acknowledged, ${counts.unavailable} answered 503; back ${Math.round(recovery[recovery.length >> 1])} ms after the restart (at most ${Math.round(recovery.at(-1))} ms)`);
console.log(`kill-database: ${counts.checks - failures.length} passed, ${failures.length} failed`);
process.exit(failures.length > 0 ? 1 : 0);
