#!/usr/bin/env node
// Engawa next to its bare parts, in one run on one machine: the ratios are what counts (README.md says how to read them).
//   npm run bench [-- --seconds 4] [--rounds 3] [--json] [--folder FOLDER]
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { freePort, startServer, stopProcess, untilAnswers } from '../test/conformance/server.mjs';
import { identifierSystem, loinc, observation, observationsOf, patients, seed } from './data.mjs';
import { loader, median, note, print, script } from './measure.mjs';
import { importMaster, measureTerminology, terminologyRows } from './terminology-rows.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    folder: { type: 'string' },
  },
});
const seconds = Number(options.seconds);
const rounds = Number(options.rounds);
if (!(seconds > 0) || !(rounds >= 1)) {
  process.stderr.write('--seconds and --rounds are numbers above 0\n');
  process.exit(2);
}
const temporary = fs.mkdtempSync(path.join(options.folder ?? os.tmpdir(), 'engawa-bench-'));
const load = loader({ temporary, seconds });

/** The data folder with the master of terminology. */
let master;

const pick = (count, make) => Array.from({ length: count }, (_, i) => make(i));
const encoded = (system, value) => encodeURIComponent(`${system}|${value}`);
const mark = '@@@@@@@@@@@@';

const reads = pick(1000, i => ({ method: 'GET', path: `/fhir/Observation/${observation(i * 7).id}` }));
const without = ({ id, ...resource }) => resource;
const creates = pick(200, i => ({
  method: 'POST',
  path: '/fhir/Observation',
  headers: { prefer: 'return=minimal' },
  body: JSON.stringify({ ...without(observation(i)), identifier: [{ system: identifierSystem, value: `N${mark}` }] }),
}));
const updates = pick(1000, i => {
  const resource = observation(i * 7);
  const changed = { ...resource, identifier: [{ system: identifierSystem, value: `N${mark}` }] };
  return {
    method: 'PUT',
    path: `/fhir/Observation/${resource.id}`,
    headers: { prefer: 'return=minimal' },
    body: JSON.stringify(changed),
  };
});
const byIdentifier = pick(patients, i => ({
  method: 'GET',
  path: `/fhir/Patient?identifier=${encoded(identifierSystem, `P${i}`)}`,
}));
const byPatientCodeDate = pick(patients, i => ({
  method: 'GET',
  path: `/fhir/Observation?patient=Patient/p-${i}&code=${encoded('http://loinc.org', loinc[i % loinc.length])}&date=ge2020-01-01&_sort=-date&_count=20`,
}));
const transaction = pick(1, () => ({
  method: 'POST',
  path: '/fhir',
  headers: { prefer: 'return=minimal' },
  body: JSON.stringify({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: pick(100, i => ({
      resource: { ...without(observation(i)), identifier: [{ system: identifierSystem, value: `N${mark}-${i}` }] },
      request: { method: 'POST', url: 'Observation' },
    })),
  }),
}));

/** Engawa's data folder with the seed in it, and a bare database with the very same texts. */
async function prepare() {
  const folder = path.join(temporary, 'seed');
  const server = await startServer(folder);
  const started = Date.now();
  const count = await seed(server.base);
  note(`seeded ${count} resources by transactions in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  const file = path.join(temporary, 'bare.sqlite');
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.exec('CREATE TABLE row (key TEXT PRIMARY KEY, text TEXT NOT NULL)');
  const insert = database.prepare('INSERT INTO row VALUES (?, ?)');
  const texts = new Map();
  for (const { path: where } of reads)
    texts.set(where.slice('/fhir/'.length), await (await fetch(new URL(where, server.base))).text());
  database.transaction(() => {
    for (let i = 0; i < patients * observationsOf; i++) {
      const resource = observation(i);
      const key = `Observation/${resource.id}`;
      insert.run(key, texts.get(key) ?? JSON.stringify(resource));
    }
  })();
  database.close();
  await server.stop();
  const [text] = texts.values();
  fs.writeFileSync(path.join(temporary, 'row.json'), text);
  note(`a row is ${Buffer.byteLength(text)} bytes`);
  return { folder, file };
}

async function bareFastify(file) {
  const port = await freePort();
  const child = spawn(process.execPath, [path.join(here, 'bare-fastify.mjs'), file, String(port)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const base = `http://127.0.0.1:${port}/fhir`;
  await untilAnswers(`${base}/metadata`, child);
  return { base, pid: child.pid, stop: () => stopProcess(child) };
}

/** The mean of two measurements of a yardstick, one before and one after what it is held against. */
const mean = (before, after) => ({ ...after, perSecond: (before.perSecond + after.perSecond) / 2 });

/** One round: each server alone, in turn; yardsticks before and after, because a shared machine changes its mind. */
async function measure(round, seeded) {
  const results = {};
  const step = async (name, work) => {
    const result = await work();
    results[name] = results[name] ? mean(results[name], result) : result;
    const { perSecond, p50, serverCpuMicroseconds: cpu } = result;
    const cost = cpu ? `, ${cpu.toFixed(0)} µs of server CPU each` : '';
    note(`  ${name}: ${perSecond.toFixed(0)}/s${p50 ? `, p50 ${p50.toFixed(2)} ms` : ''}${cost}`);
  };
  const bareFolder = path.join(temporary, `bare-${round}`);
  const bareCommit = () =>
    step('bareCommit', () => script('bare-sqlite.mjs', bareFolder, String(seconds), path.join(temporary, 'row.json')));
  const bareRead = async () => {
    const bare = await bareFastify(seeded.file);
    await step('bareRead', () => load(bare, 200, reads));
    await bare.stop();
  };
  note(`round ${round} of ${rounds}`);
  const folder = path.join(temporary, `engawa-${round}`);
  fs.cpSync(seeded.folder, folder, { recursive: true });
  await bareRead();
  const engawa = await startServer(folder);
  try {
    await step('read', () => load(engawa, 200, reads));
    await step('searchIdentifier', () => load(engawa, 200, byIdentifier));
    await step('searchPatientCodeDate', () => load(engawa, 200, byPatientCodeDate));
    await bareCommit();
    await step('create', () => load(engawa, 201, creates));
    await step('update', () => load(engawa, 200, updates));
    await bareCommit();
    await step('transaction', () => load(engawa, 200, transaction, { connections: 1 }));
  } finally {
    await engawa.stop();
    fs.rmSync(folder, { recursive: true, force: true });
    fs.rmSync(bareFolder, { recursive: true, force: true });
  }
  await bareRead();
  await measureTerminology({ step, load, script, seconds, folder: master.folder });
  return results;
}

/** The table: what, Engawa's figure, its yardstick's figure, the ratio, the goal. */
function summary(all) {
  const rate = name => median(all.map(round => round[name].perSecond));
  const ratio = (name, yardstick) => median(all.map(round => round[name].perSecond / round[yardstick].perSecond));
  const row = (what, name, yardstick, yardstickName, goal) => ({
    what,
    engawa: `${rate(name).toFixed(0)}/s`,
    yardstick: `${yardstickName} ${rate(yardstick).toFixed(0)}/s`,
    ratio: ratio(name, yardstick),
    goal,
  });
  const ms = median(all.map(round => round.transaction.p50));
  return [
    row('read', 'read', 'bareRead', 'bare Fastify', 0.75),
    row('create, durable', 'create', 'bareCommit', 'bare SQLite', 1),
    row('update, durable', 'update', 'bareCommit', 'bare SQLite'),
    row('search: identifier', 'searchIdentifier', 'bareRead', 'bare Fastify'),
    row('search: patient, code, date, sorted', 'searchPatientCodeDate', 'bareRead', 'bare Fastify'),
    {
      what: 'transaction of 100',
      engawa: `${ms.toFixed(1)} ms`,
      yardstick: '30 ms',
      ratio: ms / 30,
      goal: 1,
      lower: true,
    },
    ...terminologyRows(all, rate, median),
  ];
}

/** Resources that are validated in a second, on one core. */
const validationGoal = 20_000;

/** Rows of the validation bench, which runs without a server. */
async function validation() {
  const rows = await script('validate.mjs', '--json');
  for (const { what, validate, ratio } of rows)
    note(`validation, ${what}: one input p50 ${validate.p50.toFixed(0)} µs, p99 ${validate.p99.toFixed(0)} µs; ${ratio.toFixed(3)} of JSON.parse`);
  return rows.map(({ what, validate }) => ({
    what: `validation, one core: ${what}`,
    engawa: `${validate.perSecond.toFixed(0)}/s`,
    yardstick: `${validationGoal}/s`,
    ratio: validate.perSecond / validationGoal,
    goal: 1,
  }));
}

const built = spawnSync(process.execPath, [path.join(root, 'build.mjs'), '--if-missing'], { stdio: 'inherit' });
if (built.status !== 0) process.exit(1);
try {
  const seeded = await prepare();
  master = importMaster({ root, temporary, note });
  const all = [];
  for (let round = 1; round <= rounds; round++) all.push(await measure(round, seeded));
  const table = [...summary(all), ...(await validation())];
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ node: process.version, cpus: os.cpus().length, seconds, table, rounds: all }, null, 2)}\n`,
    );
  else print(table);
} finally {
  fs.rmSync(temporary, { recursive: true, force: true });
}
