#!/usr/bin/env node
// Terminology alone: imports a master of 100,000 invented diseases, asks it in process and over HTTP.
//   node bench/terminology.mjs [--seconds 4] [--rounds 1] [--folder FOLDER] [--json]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loader, median, note, print, script } from './measure.mjs';
import { importMaster, measureTerminology, terminologyRows } from './terminology-rows.mjs';

const usage = `node bench/terminology.mjs [--seconds 4] [--rounds 1] [--folder FOLDER] [--json]
  --seconds  length of each measurement
  --rounds   how often all is measured; the median counts
  --folder   where the database lies (default: the system's temporary folder)
  --json     every figure of every round
`;
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '1' },
    folder: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [seconds, rounds] = [Number(options.seconds), Number(options.rounds)];
if (options.help || !(seconds > 0) || !(rounds >= 1)) {
  process.stderr.write(usage);
  process.exit(options.help ? 0 : 2);
}
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const built = spawnSync(process.execPath, [path.join(root, 'build.mjs'), '--if-missing'], { stdio: 'inherit' });
if (built.status !== 0) process.exit(1);

/** Answers one core gives in a second of its own time, which other processes on the machine do not change much. */
const perCore = ({ serverCpuMicroseconds }) => 1_000_000 / serverCpuMicroseconds;

const temporary = fs.mkdtempSync(path.join(options.folder ?? os.tmpdir(), 'engawa-bench-'));
const load = loader({ temporary, seconds });
try {
  const { folder, perSecond } = importMaster({ root, temporary, note });
  const all = [];
  for (let round = 1; round <= rounds; round++) {
    note(`round ${round} of ${rounds}`);
    const results = {};
    const step = async (name, work) => {
      results[name] = await work();
      const { serverCpuMicroseconds: cpu } = results[name];
      const cost = cpu ? `, ${cpu.toFixed(0)} µs of CPU each: ${perCore(results[name]).toFixed(0)}/s on one core` : '';
      note(`  ${name}: ${results[name].perSecond.toFixed(0)}/s${cost}`);
    };
    await measureTerminology({ step, load, script, seconds, folder });
    all.push(results);
  }
  const table = terminologyRows(all, name => median(all.map(one => one[name].perSecond)), median);
  if (options.json) process.stdout.write(`${JSON.stringify({ imported: perSecond, table, rounds: all }, null, 2)}\n`);
  else print(table);
} finally {
  fs.rmSync(temporary, { recursive: true, force: true });
}
