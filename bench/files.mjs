#!/usr/bin/env node
// Care-plan files of many persons in, the same again, services given out, by the command line on an empty SQLite database.
//   node bench/files.mjs [--persons 1000] [--rows 20] [--folder FOLDER]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { register } from 'tsx/esm/api';

register();
const { delivery, filesOf } = await import('../test/careplan-data.ts');
const { values } = parseArgs({
  options: {
    persons: { type: 'string', default: '1000' },
    rows: { type: 'string', default: '20' },
    folder: { type: 'string', default: os.tmpdir() },
  },
});
const [persons, rows] = [Number(values.persons), Number(values.rows)];
const place = fs.mkdtempSync(path.join(values.folder, 'engawa-bench-files-'));
const program = path.join(import.meta.dirname, '../dist/main.js');

/** Writes the files of a kind of set; how many rows they have. */
function write(name, stamp) {
  const folder = path.join(place, name);
  fs.mkdirSync(folder);
  const all = delivery(name, 1, 'random', persons, rows);
  // Who is to be made from the supplement needs a name, kana, sex and a day of birth.
  for (const one of all.UPHOSOKU ?? []) Object.assign(one, { name: '縁側 花子', kana: 'エンガワ ハナコ', sex: '2', birthDate: '19400312' });
  // A town has some offices, not one for each row.
  for (const records of [all.UP2KYO, all.UPPLAN, all.UPSIKYU])
    for (const one of records ?? []) if (/^49[0-8]/.test(one.officeNumber) && one.officeNumber !== '4970100022') one.officeNumber = `49701${one.officeNumber.slice(-2)}000`;
  for (const file of filesOf(all, stamp)) fs.writeFileSync(path.join(folder, file.name), file.bytes);
  return { folder, count: Object.values(all).reduce((sum, one) => sum + one.length, 0) };
}

function run(what, count, ...words) {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [program, ...words, '--data', path.join(place, 'data')], { encoding: 'utf8' });
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`${what}: ${stderr.slice(-2000)}`);
  const rates = `${(persons / seconds).toFixed(0)} sets/s${count ? `, ${(count / seconds).toFixed(0)} rows/s` : ''}`;
  process.stdout.write(`${what}: ${seconds.toFixed(1)} s, ${rates} (start of the program included)\n`);
}

try {
  const parts = [write('plan', '20260401000000'), write('month', '20260402000000'), write('given', '20260501000000')];
  for (const { folder, count } of parts) run(`${path.basename(folder)} in`, count, 'import', folder);
  run('plan in again, unchanged', parts[0].count, 'import', parts[0].folder);
  run('services given out', parts[2].count, 'export-files', path.join(place, 'out'), '--kind', 'UPJSK');
} finally {
  fs.rmSync(place, { recursive: true });
}
