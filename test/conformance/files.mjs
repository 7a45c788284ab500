#!/usr/bin/env node
// The long run over generated national files: 2,000 seeded variants of each interface, LIFE form and claim file there and back, 5,000
// damaged files of each kind.
//   node test/conformance/files.mjs [-- --variants 2000] [--damages 5000]
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { variants: { type: 'string', default: '2000' }, damages: { type: 'string', default: '5000' } },
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
for (const file of ['test/careplan.test.ts', 'test/claims.test.ts', 'test/life.test.ts', 'test/damaged-files.test.ts']) {
  // Rows of LIFE files are cheap: each way of filling has all the seeds.
  const own = file.includes('life') ? { ...env, ENGAWA_TEST_VARIANTS: String(values.variants) } : env;
  const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', file], { cwd: root, env: own, encoding: 'utf8' });
  for (const line of stdout.split('\n')) if (/^(?:ok|not ok) |^ {4}not ok /.test(line)) process.stdout.write(`${line}\n`);
  if (status !== 0) process.exitCode = status ?? 1;
}
process.stdout.write(`care-plan files: ${seeds * 3} variants of each set, ${values.damages} damaged deliveries\n`);
process.stdout.write(`claim files: ${seeds * 3} variants of each kind, ${values.damages} damaged files\n`);
process.stdout.write(`LIFE files: ${values.variants} rows of each form, filled in each of three ways\n`);
process.stdout.write(`LIFE, opinions, certificates as CSV and as JSON lines: ${values.damages} damaged files of each\n`);
