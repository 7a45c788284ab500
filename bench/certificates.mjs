#!/usr/bin/env node
// Three nights of an insurer's file of certificates by the command line: all new, the same file again, one row in a hundred changed.
//   node bench/certificates.mjs [--rows 300000] [--heap MB] [--folder FOLDER] [--database postgres://…]
// Wall-clock rates: the program reads in one thread and writes in another, so give it two free cores.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { register } from 'tsx/esm/api';

register();
const { csvLine, rowsOfPerson } = await import('../test/certificate-rows.ts');
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '300000' },
    heap: { type: 'string' },
    folder: { type: 'string', default: os.tmpdir() },
    database: { type: 'string' },
  },
});
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const place = fs.mkdtempSync(path.join(values.folder, 'engawa-bench-certificates-'));

/** Writes the file of a night; every hundredth row is issued a day later when `changed`. */
function writeFile(name, changed) {
  const file = path.join(place, name);
  const out = fs.openSync(file, 'w');
  const wanted = Number(values.rows);
  let count = 0;
  for (let n = 0; count < wanted; n++) {
    let text = '';
    for (const row of rowsOfPerson(n)) {
      if (count === wanted) break;
      if (changed && count % 100 === 0) row.issued = String(Number(row.issued) + 1);
      text += csvLine(row);
      count++;
    }
    fs.writeSync(out, text);
  }
  fs.closeSync(out);
  return file;
}

/** The largest resident set of a process so far, MB (Linux; elsewhere 0). */
function peakOf(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
  } catch {
    return 0;
  }
}

/** Pushes a file: seconds by the clock, peak memory in MB, and what the command said at its end. */
function push(file) {
  const args = [...(values.heap ? [`--max-old-space-size=${values.heap}`] : []), 'dist/main.js', 'push-certificates', file];
  const where = values.database ? ['--database', values.database] : [];
  const child = spawn(process.execPath, [...args, '--data', path.join(place, 'data'), '--receipts', `${file}.receipts`, ...where], { cwd: root });
  const started = performance.now();
  let [said, peak] = ['', 0];
  const watch = setInterval(() => { peak = Math.max(peak, peakOf(child.pid)); }, 250);
  for (const stream of [child.stdout, child.stderr]) stream.on('data', part => { said = (said + part).slice(-4000); });
  return new Promise(resolve =>
    child.on('close', () => {
      clearInterval(watch);
      resolve({ seconds: (performance.now() - started) / 1000, peak, said: said.trim().split(/[\r\n]/).at(-1) });
    }),
  );
}

try {
  for (const [night, name, changed] of [['first', 'one.csv', false], ['second', 'two.csv', false], ['third', 'three.csv', true]]) {
    const file = writeFile(name, changed);
    const { seconds, peak, said } = await push(file);
    const rate = (Number(values.rows) / seconds).toFixed(0);
    process.stdout.write(`${night} night: ${seconds.toFixed(1)} s, ${rate} rows/s, at most ${peak.toFixed(0)} MB resident; ${said}\n`);
  }
} finally {
  fs.rmSync(place, { recursive: true });
}
