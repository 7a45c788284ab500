#!/usr/bin/env node
// The long run over generated national files: 2,000 seeded variants of each interface, LIFE form and claim file there and back, 5,000
// damaged files of each kind. Each test file is a process; as many run side by side as there are cores, the longest first.
//   node test/conformance/files.mjs [-- --variants 2000] [--damages 5000] [--only careplan,claims,life,damaged-files] [--jobs 2]
import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const parts = ['life', 'careplan', 'claims', 'damaged-files'];
const { values } = parseArgs({
  options: {
    variants: { type: 'string', default: '2000' },
    damages: { type: 'string', default: '5000' },
    only: { type: 'string', default: parts.join() },
    jobs: { type: 'string', default: String(os.availableParallelism()) },
  },
  strict: false,
});
const root = path.join(import.meta.dirname, '../..');
// Each seed is filled in three ways: everything, the least, by chance.
const seeds = Math.ceil(Number(values.variants) / 3);
const env = {
  ...process.env,
  ENGAWA_TEST_VARIANTS: String(seeds),
  ENGAWA_TEST_DAMAGES: String(values.damages),
  TAP_TIMEOUT: '3600',
};

/** Runs a test file to its end; what it says is told in one piece. */
function run(part) {
  // Rows of LIFE files are cheap: each way of filling has all the seeds.
  const own = part === 'life' ? { ...env, ENGAWA_TEST_VARIANTS: String(values.variants) } : env;
  const words = ['--import', 'tsx', `test/${part}.test.ts`];
  return new Promise(resolve => {
    const child = spawn(process.execPath, words, { cwd: root, env: own, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', chunk => (text += chunk));
    child.on('close', status => {
      const lines = text.split('\n').filter(line => /^(?:ok|not ok) |^ {4}not ok /.test(line));
      process.stdout.write(`${part}\n${lines.join('\n')}\n`);
      // A process that was killed has no status; a test that failed does not always give one.
      if (status !== 0 || lines.length === 0 || lines.some(line => /^ *not ok/.test(line))) process.exitCode = 1;
      resolve();
    });
  });
}

const chosen = parts.filter(part => String(values.only).split(',').includes(part));
const waiting = [...chosen];
const work = async () => {
  for (let part = waiting.shift(); part; part = waiting.shift()) await run(part);
};
await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, work));

const figures = {
  careplan: `care-plan files: ${seeds * 3} variants of each set, ${values.damages} damaged deliveries`,
  claims: `claim files: ${seeds * 3} variants of each kind, ${values.damages} damaged files`,
  life: `LIFE files: ${values.variants} rows of each form, filled in each of three ways`,
  'damaged-files': `LIFE, opinions, certificates as CSV and as JSON lines: ${values.damages} damaged files of each`,
};
for (const part of chosen) process.stdout.write(`${figures[part]}\n`);
