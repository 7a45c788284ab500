#!/usr/bin/env node
// Care-plan files of many persons in, the same again, services given out, by the commands of the command line on an empty SQLite database.
//   node bench/files.mjs [--persons 1000] [--rows 20] [--folder FOLDER]
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
const { exportCommand } = await import('../dist/file-commands.js');
const { importCommand } = await import('../dist/import-command.js');
const { readConfig } = await import('../dist/config.js');
const config = readConfig(new Map([['data', path.join(place, 'data')]]), {});

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

/** Runs a command of the command line in this process; rates by the clock and by the CPU it took. */
async function run(what, count, command) {
  const [started, before] = [performance.now(), process.cpuUsage()];
  const done = await command();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  const cpu = (user + system) / 1e6;
  const rate = per => `${(persons / per).toFixed(0)} sets/s, ${(count / per).toFixed(0)} rows/s`;
  process.stdout.write(`${what}: ${seconds.toFixed(1)} s (${rate(seconds)}); CPU ${cpu.toFixed(1)} s (${rate(cpu)}); ${done.en}\n`);
}

try {
  const parts = [write('plan', '20260401000000'), write('month', '20260402000000'), write('given', '20260501000000')];
  for (const { folder, count } of parts) await run(`${path.basename(folder)} in`, count, () => importCommand(config, folder, new Map(), () => {}));
  await run('plan in again', parts[0].count, () => importCommand(config, parts[0].folder, new Map(), () => {}));
  const out = path.join(place, 'out');
  await run('services given out', parts[2].count, () => exportCommand(config, out, new Map([['kind', 'UPJSK']]), () => {}));
} finally {
  fs.rmSync(place, { recursive: true });
}
