/** Starts with packages that are new: they are installed by a process of their own, whole or not at all. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { installFresh } from '../src/definitions/install-folder.ts';
import { tgz } from './packages.ts';

const main = path.join(import.meta.dirname, '../dist/main.js');
const lab = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, 'cases/profiles/definitions.json'), 'utf8')).find(
  (one: { id: string }) => one.id === 'lab',
);
const manifest = JSON.stringify({ name: 'example.lab', version: '1.0.0' });
const good = tgz({ 'package/package.json': manifest, 'package/lab.json': JSON.stringify(lab) });

/** What the process that installs does when it begins to write a package. */
const faults = {
  none: '',
  killed: "make(place); process.kill(process.pid, 'SIGKILL');",
  full: "throw Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'mkdir', path: String(place) });",
  // It waits until whoever started it is gone.
  left: `make(place); process.stderr.write('writing'); const starter = process.ppid;
    while (process.ppid === starter) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5); return;`,
};

const preload = (fault: keyof typeof faults): string =>
  `data:text/javascript,${encodeURIComponent(`
import fs from 'node:fs';
const make = fs.mkdirSync;
if (/install-program/.test(process.argv[1])) fs.mkdirSync = (place, ...rest) => {
  if (/\\.new$/.test(String(place))) { ${faults[fault]} }
  return make(place, ...rest);
};`)}`;

/** A folder with packages, and one for data. */
function places(t: Test, packages: Record<string, Buffer>) {
  const folder = t.testdir({ packages: {} });
  for (const [name, bytes] of Object.entries(packages)) fs.writeFileSync(path.join(folder, 'packages', name), bytes);
  const data = path.join(folder, 'data');
  return { folder, data, sources: path.join(folder, 'packages'), installed: path.join(data, 'packages') };
}

/** `engawa serve`; its base when it is ready, and what it wrote once it and all it started have ended. */
function serve(
  { data, sources }: { data: string; sources: string },
  fault: keyof typeof faults = 'none',
  more: string[] = [],
) {
  const words = [main, 'serve', '--port', '0', '--data', data, '--packages', sources, '--log-level', 'silent', ...more];
  const env = { ...process.env, NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import ${preload(fault)}` };
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let written = '';
  child.stderr.on('data', part => {
    written += part;
  });
  const closed = once(child, 'close').then(([code]) => ({ code, written }));
  const said = async (form: RegExp) => {
    while (!form.test(written))
      await Promise.race([once(child.stderr, 'data'), closed.then(() => assert.fail(written))]);
    return form.exec(written)![0];
  };
  return { child, closed, said };
}

type Served = ReturnType<typeof serve>;

/** The findings of a resource that lacks what the profile wants; then the server ends. */
async function findings(t: Test, { said, child, closed }: Served): Promise<unknown> {
  const base = await said(/http:\/\/127\.0\.0\.1:\d+\/fhir/);
  const answer = await fetch(`${base}/Observation/$validate?profile=${lab.url}`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify({
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      valueQuantity: { value: 1 },
    }),
  });
  const { issue } = (await answer.json()) as { issue: { severity: string }[] };
  t.ok(
    issue.some(one => one.severity === 'error'),
    'the profile was applied',
  );
  child.kill('SIGTERM');
  t.equal((await closed).code, 0);
  return issue;
}

/** The files below a folder with what they hold. */
const contentOf = (folder: string) =>
  Object.fromEntries(
    fs
      .readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(name => fs.statSync(path.join(folder, name)).isFile())
      .map(name => [name, fs.readFileSync(path.join(folder, name), 'utf8')]),
  );

t.test('the first start answers as the second, and as without a process of its own', async t => {
  const place = places(t, { 'lab.tgz': good });
  const first = await findings(t, serve(place));
  const made = contentOf(place.installed);
  t.same(await findings(t, serve(place)), first);
  t.same(contentOf(place.installed), made, 'nothing was made again');
  const other = path.join(place.folder, 'other');
  installFresh(place.sources, other);
  t.same(contentOf(other), made);
  t.same(Object.keys(made).length, 3);
});

t.test('a damaged package is told, and keeps nothing of itself', async t => {
  const place = places(t, { 'damaged.tgz': good.subarray(0, good.length / 2), 'lab.tgz': good });
  for (const [language, sentence] of [
    ['en', /damaged\.tgz: the file is not a \.tgz archive/],
    ['ja', /damaged\.tgz: \.tgz（gzip）のファイルではありません/],
  ] as const) {
    const { code, written } = await serve(place, 'none', ['--language', language]).closed;
    t.equal(code, 1);
    t.match(written, sentence);
    t.notMatch(written, / at /, 'no stack');
  }
  fs.rmSync(path.join(place.sources, 'damaged.tgz'));
  await findings(t, serve(place));
});

t.test('a full disk is told, and nothing half is left', async t => {
  const place = places(t, { 'lab.tgz': good });
  const { code, written } = await serve(place, 'full', ['--language', 'en']).closed;
  t.equal(code, 1);
  t.match(written, /the disk is full/);
  t.same(fs.readdirSync(place.installed), []);
});

t.test('when the process is killed, the server installs them itself', async t => {
  const place = places(t, { 'lab.tgz': good });
  await findings(t, serve(place, 'killed'));
  t.same(fs.readdirSync(place.installed).sort(), ['example.lab#1.0.0', 'sources.json']);
});

t.test('when the server is killed, the process ends too, and the next start begins anew', async t => {
  const place = places(t, { 'lab.tgz': good });
  const { child, closed, said } = serve(place, 'left');
  await said(/writing/);
  t.equal(fs.readdirSync(place.installed).length, 1, 'a draft');
  child.kill('SIGKILL');
  await closed;
  t.same(fs.readdirSync(place.installed), []);
  await findings(t, serve(place));
});

t.test(
  'what an earlier life left half written does not stop a start; what it had only moved away comes back',
  async t => {
    const place = places(t, { 'lab.tgz': good });
    for (const left of ['example.lab#1.0.0~PID.new', 'other.lab#1.0.0~PID.old', 'third.lab#1.0.0~PID.gone'])
      fs.mkdirSync(path.join(place.installed, left.replace('PID', String(process.pid))), { recursive: true });
    fs.writeFileSync(path.join(place.installed, 'sources.json'), '{"lab.tgz":17');
    installFresh(place.sources, place.installed);
    t.same(fs.readdirSync(place.installed).sort(), ['example.lab#1.0.0', 'other.lab#1.0.0', 'sources.json']);
  },
);

t.test('another process that puts the same package in place at the same moment disturbs nobody', async t => {
  const place = places(t, { 'lab.tgz': good });
  const { renameSync } = fs;
  let others = 0;
  fs.renameSync = (from, to) => {
    if (/#1\.0\.0$/.test(String(to)) && others++ < 2)
      fs.mkdirSync(path.join(String(to), 'theirs'), { recursive: true });
    renameSync(from, to);
  };
  t.teardown(() => Object.assign(fs, { renameSync }));
  installFresh(place.sources, place.installed);
  t.same(fs.readdirSync(place.installed).sort(), ['example.lab#1.0.0', 'sources.json']);
  t.same(fs.readdirSync(path.join(place.installed, 'example.lab#1.0.0')).sort(), ['definitions.ndjson', 'index.json']);
});
