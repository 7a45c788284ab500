#!/usr/bin/env node
// Times are of the processor, so that a busy machine does not show in them.
// How searches and the disk grow with the data: loads synthetic patients in this process, and measures on the way.
//   node bench/scale.mjs [--resources 1000000] [--at 100000,1000000] [--folder FOLDER] [--rounds 60] [--seed 1] [--keep] [--open]
// --at: numbers of resources at which searches are measured; --keep leaves the database; --open measures one that is there.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { counts, patientRecord, randomOf, resourcesOfPatient, searches } from './scale-data.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { values: options } = parseArgs({
  options: {
    resources: { type: 'string', default: '1000000' },
    at: { type: 'string' },
    folder: { type: 'string' },
    rounds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    dist: { type: 'string', default: path.join(root, 'dist') },
    keep: { type: 'boolean', default: false },
    open: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const wanted = Number(options.resources);
const stops = (options.at ?? options.resources).split(',').map(Number);
const [seed, rounds] = [Number(options.seed), Number(options.rounds)];
const folder = options.folder ?? fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-scale-'));
const load = file => import(pathToFileURL(path.join(options.dist, file)));
const { createServices } = await load('services.js');
const { readConfig } = await load('config.js');
const { stampable } = await load('fhir/json-text.js');
const note = text => process.stdout.write(`${text}\n`);

const services = createServices(readConfig(new Map([['data', folder], ['packages', path.join(folder, 'none')]]), {}));
await services.store.ready();
await services.search.refresh(services.store);
const { store, search } = services;
const access = services.access.condition({ kind: 'anonymous' });

const toChange = resource => ({
  type: resource.resourceType,
  id: resource.id,
  method: 'PUT',
  template: stampable(JSON.stringify(resource), resource.id),
  rows: search.extract(resource),
  access: { persons: search.persons(resource), authorOrganization: null, informationClass: 0, releasedAt: null },
  preconditions: [],
});

/** Loads patients up to a number of resources; resources a second. */
async function fill(from, to) {
  const started = performance.now();
  const chunk = 25;
  for (let n = from; n < to; n += chunk) {
    const changes = [];
    for (let i = n; i < Math.min(n + chunk, to); i++) changes.push(...patientRecord(seed, i).map(toChange));
    const result = await store.commit(changes);
    if (!result.ok) throw new Error('the data is there already; use another folder');
  }
  const seconds = (performance.now() - started) / 1000;
  note(`loaded ${((to - from) * resourcesOfPatient).toLocaleString('en')} resources in ${seconds.toFixed(0)} s: ${Math.round(((to - from) * resourcesOfPatient) / seconds)} a second`);
}

const input = ([type, query]) => ({ types: [type], path: type, query, lenient: false, access, base: 'http://localhost/fhir' });

async function ask(question) {
  const started = process.cpuUsage();
  const page = await search.find(input(question), store);
  let bytes = 0;
  for (const matches of [page.matches, page.included])
    for await (const texts of search.texts(matches, store)) for (const text of texts) bytes += text.length;
  const used = process.cpuUsage(started);
  return { ms: (used.user + used.system) / 1000, rows: page.matches.length, total: page.total, bytes };
}

const at = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

async function measure(list, patients) {
  const figures = {};
  for (const [name, make] of list) {
    if (options.only && !name.includes(options.only)) continue;
    const random = randomOf(seed + 1, 7);
    for (let i = 0; i < Math.min(40, rounds); i++) await ask(make(random));
    const times = [];
    let rows = 0;
    let total = 0;
    for (let i = 0; i < rounds; i++) {
      const answer = await ask(make(random));
      times.push(answer.ms);
      rows += answer.rows;
      total += answer.total ?? 0;
    }
    times.sort((a, b) => a - b);
    figures[name] = { p50: at(times, 0.5), p95: at(times, 0.95), p99: at(times, 0.99), rows: rows / rounds };
    note(`  ${name.padEnd(36)} p50 ${at(times, 0.5).toFixed(2).padStart(8)} ms   p95 ${at(times, 0.95).toFixed(2).padStart(8)} ms   p99 ${at(times, 0.99).toFixed(2).padStart(8)} ms   ${(rows / rounds).toFixed(0)} rows${total ? `, total ${Math.round(total / rounds)}` : ''}`);
  }
  return figures;
}

async function size(resources) {
  const bytes = fs.statSync(path.join(folder, 'engawa.db')).size;
  const [row] = await store.select({ text: 'SELECT avg(length(CAST(text AS BLOB))) AS text FROM (SELECT text FROM body LIMIT 40000) b', values: [] });
  note(`disk: ${(bytes / resources).toFixed(0)} bytes a resource, of which its text ${Number(row.text).toFixed(0)}; ${(bytes / 2 ** 20).toFixed(0)} MB in all`);
}

const results = [];
let loaded = options.open ? wanted / resourcesOfPatient : 0;
for (const stop of stops) {
  const patients = Math.floor(stop / resourcesOfPatient);
  if (!options.open) await fill(loaded, patients);
  loaded = patients;
  note(`\n${(patients * resourcesOfPatient).toLocaleString('en')} resources`);
  await size(patients * resourcesOfPatient);
  results.push(await measure([...searches(patients, Date.now()), ...counts()], patients));
}
if (results.length > 1) {
  note('\ngrowth of p99 from the first to the last number of resources');
  for (const [name, first] of Object.entries(results[0]))
    note(`  ${name.padEnd(36)} ${(results.at(-1)[name].p99 / first.p99).toFixed(2)}`);
}
await store.close();
if (!options.keep && !options.open && !options.folder) fs.rmSync(folder, { recursive: true, force: true });
