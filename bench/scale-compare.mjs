#!/usr/bin/env node
// How searches grow from one database to another, both made by scale.mjs with --keep: each question is asked of one and of the
// other in turn, in one process, so that both meet the same compiled code, the same heap and the same garbage collector.
//   node bench/scale-compare.mjs --small FOLDER --large FOLDER [--sizes 100000,1000000] [--rounds 1000] [--seeds 1,2,3] [--only 'TEXT;TEXT']
// All kinds are warmed up on both first. Times are of the processor, the garbage collector's and the compiler's threads included:
// a question of 0.05 ms meets a collection in one of a hundred cases, so run it with `node --max-semi-space-size=64` to see the search.
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { counts, randomOf, resourcesOfPatient, searches } from './scale-data.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { values: options } = parseArgs({
  options: {
    small: { type: 'string' },
    large: { type: 'string' },
    sizes: { type: 'string', default: '100000,1000000' },
    rounds: { type: 'string', default: '1000' },
    seeds: { type: 'string', default: '1,2,3' },
    only: { type: 'string' },
    dist: { type: 'string', default: path.join(root, 'dist') },
  },
});
const load = file => import(pathToFileURL(path.join(options.dist, file)));
const { createServices } = await load('services.js');
const { readConfig } = await load('config.js');
const rounds = Number(options.rounds);
const sizes = options.sizes.split(',').map(Number);

async function open(folder, resources) {
  const services = createServices(readConfig(new Map([['data', folder], ['packages', path.join(folder, 'none')]]), {}));
  await services.store.ready();
  await services.search.refresh(services.store);
  const patients = Math.floor(resources / resourcesOfPatient);
  const kinds = [...searches(patients, Date.now()), ...counts()].filter(([name]) => !options.only || options.only.split(';').some(one => name.includes(one)));
  return { ...services, access: services.access.condition({ kind: 'anonymous' }), kinds };
}

async function ask({ search, store, access }, [type, query]) {
  const started = process.cpuUsage();
  const page = await search.find({ types: [type], path: type, query, lenient: false, access, base: 'http://localhost/fhir' }, store);
  let bytes = 0;
  for (const matches of [page.matches, page.included])
    for await (const texts of search.texts(matches, store)) for (const text of texts) bytes += text.length;
  const used = process.cpuUsage(started);
  return (used.user + used.system) / 1000;
}

const at = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
const median = list => at([...list].sort((a, b) => a - b), 0.5);

/** One kind with one seed: sorted times of both databases. */
async function measure(small, large, kind, seed) {
  const sides = [small, large].map(side => ({ side, random: randomOf(seed + 1, 7), times: [] }));
  for (let i = -Math.ceil(rounds / 10); i < rounds; i++) {
    for (const { side, random, times } of i % 2 ? sides : [...sides].reverse()) {
      const ms = await ask(side, side.kinds[kind][1](random));
      if (i >= 0) times.push(ms);
    }
  }
  return sides.map(({ times }) => times.sort((a, b) => a - b));
}

const small = await open(options.small, sizes[0]);
const large = await open(options.large, sizes[1]);
for (const kind of small.kinds.keys()) await measure(small, large, kind, 99);
const number = (value, width = 7) => value.toFixed(2).padStart(width);
process.stdout.write(`${sizes[0]} | ${sizes[1]} resources; ${rounds} rounds for each of the seeds ${options.seeds}; milliseconds of the processor, median of the seeds\n`);
process.stdout.write(`${''.padEnd(36)}      p50         |        p98        |        p99        | growth of p50, p98, p99\n`);
for (const [kind, [name]] of small.kinds.entries()) {
  const runs = [];
  for (const seed of options.seeds.split(',').map(Number)) runs.push(await measure(small, large, kind, seed));
  const figures = [0.5, 0.98, 0.99].map(part => [0, 1].map(side => median(runs.map(run => at(run[side], part)))));
  const growth = [0.5, 0.98, 0.99].map(part => median(runs.map(run => at(run[1], part) / at(run[0], part))));
  process.stdout.write(`${name.padEnd(36)} ${figures.map(([a, b]) => `${number(a)} |${number(b)}`).join('  | ')}  | ${growth.map(one => number(one, 5)).join(' ')}\n`);
}
await small.store.close();
await large.store.close();
