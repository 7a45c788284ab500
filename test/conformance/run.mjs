#!/usr/bin/env node
// Runs the conformance suites of others against the built server and compares with baseline.json.
//   npm run conformance [-- --update] [--only name,name] [--all] [--modules FOLDER] [--reports FOLDER] [--failures]
// --update raises the baseline (never lowers it); --all adds the slow Synthea suite; --modules names a folder whose node_modules
// holds fhir-kit-client and fhirclient; --reports keeps each runner's JSON report; --failures prints what failed;
// --postgres runs the servers on a PostgreSQL of its own instead of SQLite: the scores must be the same.
// The suites are not part of this repository: they are looked for beside the checkout. Without them there is nothing to do.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startServer } from './server.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const suites = path.resolve(root, '../shared/suites');
const fixtures = path.resolve(root, '../shared/fixtures/jp');
const runners = path.resolve(root, '../shared/tools/suites');
const baselineFile = path.join(root, 'test/conformance/baseline.json');
const minutes = 60_000;

const { values: options } = parseArgs({
  options: {
    update: { type: 'boolean' },
    all: { type: 'boolean' },
    only: { type: 'string' },
    modules: { type: 'string' },
    reports: { type: 'string' },
    failures: { type: 'boolean' },
    postgres: { type: 'boolean' },
  },
});

/** A PostgreSQL that gives each server a database of its own. */
async function startDatabases() {
  const [{ default: pg }, { startPostgres }] = await Promise.all([import('pg'), import('../postgres.mjs')]);
  const server = await startPostgres({ flags: [] });
  let number = 0;
  const settings = async () => {
    const name = `suite_${++number}`;
    const client = new pg.Client(server.url);
    await client.connect();
    await client.query(`CREATE DATABASE ${name}`);
    await client.end();
    return ['--database', server.url.replace(/\/postgres$/, `/${name}`)];
  };
  return { settings, stop: server.stop };
}

/** A folder that the clients' runner can load both client libraries from, or undefined. */
function clientModules() {
  for (const folder of options.modules ? [path.resolve(options.modules)] : [root]) {
    const resolve = createRequire(path.join(folder, 'package.json')).resolve;
    try {
      resolve('fhirclient');
      if (fs.existsSync(path.join(folder, 'node_modules/fhir-kit-client/dist/index.js'))) return folder;
    } catch {}
  }
  return undefined;
}

/**
 * Each suite: the runner's file and arguments. `server: 'own'` = needs an empty server; `load` = runs before, its exit code counts.
 * `settings` = options of an own server; `slow` = only with --all.
 */
const modules = clientModules();
const list = [
  { name: 'roundtrip', runner: 'run-roundtrip.mjs', suite: 'examples-r4' },
  // Its examples break one rule of their own specification (Questionnaire/qs1 has items without linkId): without checks all must come back.
  {
    name: 'roundtrip-unchecked',
    runner: 'run-roundtrip.mjs',
    suite: 'examples-r4',
    server: 'own',
    settings: ['--validation', 'off'],
  },
  // Its dates without a zone are meant as UTC.
  {
    name: 'testscript',
    runner: 'run-testscript.mjs',
    suite: 'testscript',
    args: ['--fhirpath', root],
    server: 'own',
    settings: ['--timezone', '+00:00'],
  },
  { name: 'race', program: path.join(root, 'test/conformance/race.mjs') },
  {
    name: 'jp-instances',
    program: path.join(root, 'test/conformance/jp-instances.mjs'),
    args: ['--dir', path.join(fixtures, 'instances'), '--tools', runners],
  },
  {
    name: 'jp-documents',
    program: path.join(root, 'test/conformance/documents.mjs'),
    args: ['--dir', path.join(fixtures, 'instances/jp-clins'), '--negative', path.join(fixtures, 'negative/jp-clins')],
    server: 'own',
  },
  {
    name: 'jp-documents-checkup',
    program: path.join(root, 'test/conformance/documents.mjs'),
    args: ['--dir', path.join(fixtures, 'instances/jp-echeckup')],
    server: 'own',
  },
  {
    name: 'jp-documents-referral',
    program: path.join(root, 'test/conformance/documents.mjs'),
    args: ['--dir', path.join(fixtures, 'instances/jp-ereferral')],
    server: 'own',
  },
  { name: 'patch-json', runner: 'run-patch.mjs', suite: 'patch' },
  { name: 'patch-xml', runner: 'run-patch.mjs', suite: 'patch', args: ['--xml'] },
  { name: 'fhirpath', runner: 'run-fhirpath.mjs', suite: 'fhirpath-r4' },
  // Cases on data without types test the language alone; test/fhirpath.test.ts does that.
  { name: 'fhirpath-js', runner: 'run-fhirpath.mjs', suite: 'fhirpath-js', args: ['--model-only'] },
  { name: 'validate-json', runner: 'run-validate-json.mjs', suite: 'validate-json' },
  { name: 'snapshot', runner: 'run-snapshot.mjs', suite: 'snapshot' },
  // Recorded with wrong displays as errors, and its security cases with that switch; half of its definitions break R4 themselves.
  {
    name: 'validator',
    runner: 'run-validate.mjs',
    suite: 'validator-r4',
    args: ['--tier', 'core,option'],
    server: 'own',
    settings: ['--validation', 'warn', '--display-issues', 'error', '--embedded-html', 'error'],
  },
  // Versions of a resource share an id there, which a server keeps one of: so they are sent along with each request.
  {
    name: 'terminology',
    runner: 'run-tx.mjs',
    suite: 'terminology',
    args: ['--modes', 'general,tx.fhir.org', '--setup', 'tx-resource'],
  },
  {
    name: 'ucum',
    program: path.join(root, 'test/conformance/ucum.mjs'),
    suite: 'ucum',
  },
  {
    name: 'facts',
    program: path.join(root, 'test/conformance/facts.mjs'),
    args: ['--dir', path.resolve(suites, '../facts/kaigo')],
  },
  {
    name: 'clients',
    runner: 'run-clients.mjs',
    args: ['--modules', modules],
    missing: !modules && 'fhirclient is not installed',
  },
  // Its data holds a URI with a space, which is not valid R4; what it tests is search.
  {
    name: 'candle-search',
    runner: 'run-candle.mjs',
    suite: 'candle-search',
    server: 'own',
    settings: ['--validation', 'off'],
  },
  {
    name: 'synthea-search',
    runner: 'run-synthea.mjs',
    suite: 'synthea-search',
    server: 'own',
    settings: ['--timezone', '+00:00'],
    load: ['--load', path.join(suites, 'synthea-data')],
    slow: true,
  },
];

/** Examples of the specification break rules of the specification; what is tested with them is storing, not judging. */
const sharedSettings = ['--validation', 'warn'];

const note = text => process.stderr.write(`${text}\n`);

/** Runs a program to its end; its lines go to the log, each after the suite's name. */
function run(name, words, timeout) {
  return new Promise(resolve => {
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'], timeout });
    child.stdout.setEncoding('utf8');
    let rest = '';
    child.stdout.on('data', chunk => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) note(`  ${name}: ${line}`);
    });
    child.on('close', (code, signal) => resolve(signal ? `stopped after ${timeout / minutes} minutes` : code));
  });
}

/** Runs one suite against a server; counts from the report. */
async function runSuite(suite, base, folder) {
  const started = Date.now();
  const report = path.join(folder, `${suite.name}.json`);
  const program = suite.program ?? path.join(runners, suite.runner);
  if (suite.load) {
    const loaded = await run(suite.name, [program, base, ...suite.load], 30 * minutes);
    if (loaded !== 0) return { ...suite, passed: 0, failed: 0, skipped: 0, remark: `loading failed (${loaded})` };
  }
  const from = suite.suite ? ['--dir', path.join(suites, suite.suite)] : [];
  const ended = await run(
    suite.name,
    [program, base, ...from, ...(suite.args ?? []), '--report', report],
    suite.slow ? 30 * minutes : 5 * minutes,
  );
  const seconds = (Date.now() - started) / 1000;
  if (!fs.existsSync(report))
    return { ...suite, passed: 0, failed: 0, skipped: 0, seconds, remark: `no report (${ended})` };
  const { passed, failed, skipped, results } = JSON.parse(fs.readFileSync(report, 'utf8'));
  if (options.failures)
    for (const { id, why } of results.filter(({ result }) => result === 'fail'))
      note(`  ${suite.name} ✗ ${id}: ${why}`);
  return { ...suite, passed, failed, skipped, seconds };
}

function printTable(rows) {
  const header = ['suite', 'passed', 'failed', 'skipped', 'baseline', 'seconds', ''];
  const lines = rows.map(({ name, passed, failed, skipped, baseline, seconds, remark }) =>
    [name, passed ?? '–', failed ?? '–', skipped ?? '–', baseline ?? '–', seconds?.toFixed(0) ?? '–', remark ?? ''].map(
      String,
    ),
  );
  const widths = header.map((title, i) => Math.max(title.length, ...lines.map(line => line[i].length)));
  const row = cells =>
    cells
      .map((cell, i) => (i && i < 6 ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  process.stdout.write(
    `\n${[row(header), row(widths.map(width => '-'.repeat(width))), ...lines.map(row)].join('\n')}\n`,
  );
}

/** The baseline with each score that rose; a score that fell stays as it was. */
const raise = (baseline, rows) =>
  Object.fromEntries(
    [...new Set([...Object.keys(baseline), ...rows.map(({ name }) => name)])]
      .sort()
      .map(name => [name, Math.max(baseline[name] ?? 0, rows.find(row => row.name === name)?.passed ?? 0)])
      .filter(([name, passed]) => name in baseline || passed > 0),
  );

async function main() {
  if (!fs.existsSync(suites) || !fs.existsSync(runners)) {
    process.stdout.write(
      'conformance: the suites are not here (../shared/suites, ../shared/tools/suites); nothing to do.\n',
    );
    return 0;
  }
  if (spawnSync(process.execPath, [path.join(root, 'build.mjs'), '--if-missing'], { stdio: 'inherit' }).status !== 0)
    return 1;
  const baseline = fs.existsSync(baselineFile) ? JSON.parse(fs.readFileSync(baselineFile, 'utf8')) : {};
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-conformance-'));
  const reports = options.reports ? path.resolve(options.reports) : temporary;
  fs.mkdirSync(reports, { recursive: true });
  const names = options.only?.split(',');
  const chosen = list.filter(({ name, slow }) => (names ? names.includes(name) : !slow || options.all));

  const postgres = options.postgres ? await startDatabases() : undefined;
  const rows = [];
  let shared;
  try {
    for (const suite of chosen) {
      if (suite.missing) {
        rows.push({ ...suite, remark: `not run: ${suite.missing}` });
        continue;
      }
      note(`${suite.name} …`);
      const own = suite.server === 'own';
      const server =
        (own ? undefined : shared) ??
        (await startServer(path.join(temporary, own ? suite.name : 'shared'), [
          ...(own ? (suite.settings ?? []) : sharedSettings),
          ...((await postgres?.settings()) ?? []),
        ]));
      if (!own) shared = server;
      const result = await runSuite(suite, server.base, reports);
      if (server.ended()) {
        result.remark = `the server ended: ${server.ended()}`;
        if (!own) shared = undefined;
      }
      if (own) await server.stop();
      rows.push(result);
    }
  } finally {
    await shared?.stop();
    await postgres?.stop();
    if (options.reports)
      for (const name of fs.readdirSync(temporary).filter(name => name.endsWith('.log')))
        fs.copyFileSync(path.join(temporary, name), path.join(reports, name));
    fs.rmSync(temporary, { recursive: true, force: true });
  }

  for (const row of rows) row.baseline = baseline[row.name];
  const below = rows.filter(row => !row.missing && row.passed < (row.baseline ?? 0));
  for (const row of below) row.remark = [row.remark, 'BELOW THE BASELINE'].filter(Boolean).join(', ');
  printTable(rows);
  if (options.update) {
    fs.writeFileSync(baselineFile, `${JSON.stringify(raise(baseline, rows), null, 2)}\n`);
    process.stdout.write('\nbaseline.json: scores that rose are the new baseline.\n');
  }
  const broken = rows.filter(row => row.remark?.startsWith('the server ended'));
  return below.length || broken.length ? 1 : 0;
}

process.exitCode = await main();
