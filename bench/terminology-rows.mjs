// The rows about terminology: a master of 100,000 invented diseases, asked in this process's place and over HTTP.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { startServer } from '../test/conformance/server.mjs';
import { code, concepts, piece, system, writeMaster } from './master.mjs';

const pick = (count, make) => Array.from({ length: count }, (_, i) => make(i));
const anyCode = i => code((i * 7919) % concepts);
const lookups = pick(2000, i => ({
  method: 'GET',
  path: `/fhir/CodeSystem/$lookup?system=${encodeURIComponent(system)}&code=${anyCode(i)}`,
}));
const validations = pick(2000, i => ({
  method: 'GET',
  path: `/fhir/CodeSystem/$validate-code?url=${encodeURIComponent(system)}&code=${anyCode(i)}`,
}));
const expansions = pick(500, i => ({
  method: 'GET',
  path: `/fhir/ValueSet/$expand?url=${encodeURIComponent(`${system}?fhir_vs`)}&filter=${encodeURIComponent(piece(i))}&count=20`,
}));

/** A data folder with a master of 100,000 invented diseases, imported by the command; how long that took. */
export function importMaster({ root, temporary, note }) {
  const folder = path.join(temporary, 'master');
  fs.mkdirSync(folder);
  const { file, map } = writeMaster(folder);
  const started = performance.now();
  const words = ['terminology', 'import', 'csv', file, '--map', map, '--edition', '1', '--data', folder];
  const { status } = spawnSync(process.execPath, [path.join(root, 'dist/main.js'), ...words], { stdio: 'ignore' });
  if (status !== 0) throw new Error('the master could not be imported');
  const perSecond = concepts / ((performance.now() - started) / 1000);
  note(`imported ${concepts} concepts at ${perSecond.toFixed(0)}/s`);
  return { folder, perSecond };
}

/** Codes of a master of 100,000: in this process's place without HTTP, then over HTTP. */
export async function measureTerminology({ step, load, script, seconds, folder }) {
  const { lookup, validate } = await script('terminology-inside.mjs', folder, String(seconds));
  await step('lookupInside', async () => lookup);
  await step('validateInside', async () => validate);
  const engawa = await startServer(folder);
  try {
    await step('lookup', () => load(engawa, 200, lookups, { warmup: 3 }));
    await step('validate', () => load(engawa, 200, validations));
    await step('expand', () => load(engawa, 200, expansions, { connections: 1 }));
  } finally {
    await engawa.stop();
  }
}

/** Terminology has fixed yardsticks: 8,000 answers a second on one core, a first page within 20 ms. */
export function terminologyRows(all, rate, median) {
  const row = (what, name) => ({
    what,
    engawa: `${rate(name).toFixed(0)}/s`,
    yardstick: '8000/s',
    ratio: rate(name) / 8000,
    goal: 1,
  });
  const p99 = median(all.map(round => round.expand.p99));
  return [
    row('$lookup, in process', 'lookupInside'),
    row('$validate-code, in process', 'validateInside'),
    row('$lookup', 'lookup'),
    row('$validate-code', 'validate'),
    {
      what: '$expand, Japanese filter, first page, p99',
      engawa: `${p99.toFixed(1)} ms`,
      yardstick: '20 ms',
      ratio: p99 / 20,
      goal: 1,
      lower: true,
    },
  ];
}
