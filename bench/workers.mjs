// Transactions and searches a second with 1 and with 2 workers, side by side.
//   node bench/workers.mjs [--database postgres://…] [--seconds 6] [--connections 32]
// Without --database: SQLite in a folder that is removed afterwards. Load and server share the machine, so look at the ratio.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import autocannon from 'autocannon';

const option = (name, initial) => (process.argv.includes(`--${name}`) ? process.argv[process.argv.indexOf(`--${name}`) + 1] : initial);
const root = path.dirname(import.meta.dirname);
const seconds = Number(option('seconds', '6'));
const run = Date.now().toString(36);

async function start(workers, data) {
  const database = option('database');
  const place = database ? ['--database', database] : ['--data', data];
  const args = ['dist/main.js', 'serve', '--port', '0', '--workers', String(workers), '--log-level', 'silent', ...place];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  const base = await new Promise(resolve => {
    let text = '';
    child.stderr.on('data', part => {
      text += part;
      const found = /http:\/\/127\.0\.0\.1:\d+\/fhir/.exec(text);
      if (found) resolve(found[0]);
    });
  });
  await new Promise(resolve => setTimeout(resolve, 1500));
  return { base, stop: () => new Promise(resolve => (child.on('exit', resolve), child.kill('SIGTERM'))) };
}

let number = 0;
const observation = () => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: `c${number % 50}` }] },
  subject: { reference: `Patient/${run}-${number++ % 500}` },
  effectiveDateTime: new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString(),
  valueQuantity: { value: number % 300, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
});
const transaction = () => JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: Array.from({ length: 10 }, () => ({ resource: observation(), request: { method: 'POST', url: 'Observation' } })) });

const measure = (url, requests) =>
  autocannon({ url, connections: Number(option('connections', '32')), duration: seconds, headers: { 'content-type': 'application/fhir+json' }, requests });

async function both(workers) {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-bench-'));
  const { base, stop } = await start(workers, data);
  const writes = await measure(base, [{ method: 'POST', path: '/fhir', setupRequest: request => ({ ...request, body: transaction() }) }]);
  const search = () => `/fhir/Observation?patient=${run}-${Math.floor(Math.random() * 500)}&code=c${Math.floor(Math.random() * 50)}&_sort=-date`;
  const searches = await measure(base, [{ method: 'GET', setupRequest: request => ({ ...request, path: search() }) }]);
  await stop();
  fs.rmSync(data, { recursive: true, force: true });
  return { transactions: writes['2xx'] / writes.duration, searches: searches['2xx'] / searches.duration, failed: writes.non2xx + searches.non2xx };
}

const [one, two] = [await both(1), await both(2)];
console.log(`${option('database') ? 'PostgreSQL' : 'SQLite'}: a second, with 1 → 2 workers`);
for (const [name, key] of [['transactions of 10', 'transactions'], ['searches (patient, code, newest first)', 'searches']])
  console.log(`  ${name.padEnd(42)} ${Math.round(one[key])} → ${Math.round(two[key])}  (× ${(two[key] / one[key]).toFixed(2)})`);
console.log(`  not answered with 2xx: ${one.failed} → ${two.failed}`);
