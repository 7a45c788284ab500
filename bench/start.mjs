#!/usr/bin/env node
// A start with packages (.tgz): nothing prepared yet (cold), and again (warm). Time to the first answer and memory, of the server and of what it starts
// (Linux: reads /proc).
//   node bench/start.mjs --packages FOLDER [--rounds 3] [--semi-space 64]
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { freePort, stopProcess } from '../test/conformance/server.mjs';

const { values: options } = parseArgs({
  options: {
    packages: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    'semi-space': { type: 'string', default: '64' },
  },
});
const main = path.join(import.meta.dirname, '../dist/main.js');

/** Resident now and at most, in MB; undefined when the process has ended. */
function memoryOf(pid) {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = name => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024;
    return { now: field('VmRSS'), most: field('VmHWM') };
  } catch {
    return undefined;
  }
}

/** Seconds of CPU of a process and of what it started and waited for. */
function secondsOf(pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
}

/** Processes that a process, whichever of its threads, has started. */
function startedBy(pid) {
  try {
    return fs
      .readdirSync(`/proc/${pid}/task`)
      .flatMap(task => fs.readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean));
  } catch {
    return [];
  }
}

/** Looks at a process and its children every few milliseconds. */
function watch(pid) {
  const most = { child: 0, together: 0 };
  const timer = setInterval(() => {
    const server = memoryOf(pid);
    const children = startedBy(pid).map(memoryOf).filter(Boolean);
    most.child = Math.max(most.child, ...children.map(one => one.most));
    most.together = Math.max(most.together, (server?.now ?? 0) + children.reduce((sum, one) => sum + one.now, 0));
  }, 10);
  return { most, stop: () => clearInterval(timer) };
}

async function start(kind, round, data) {
  const port = await freePort();
  const young = [`--max-semi-space-size=${options['semi-space']}`, '--no-allocation-site-pretenuring'];
  const flags = [...young, main, 'serve', '--log-level', 'silent'];
  const places = ['--port', String(port), '--data', data, '--packages', options.packages];
  const begun = performance.now();
  const server = spawn(process.execPath, [...flags, ...places], { stdio: ['ignore', 'ignore', 'ignore'] });
  const watched = watch(server.pid);
  let answer;
  while (!answer) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    answer = await fetch(`http://127.0.0.1:${port}/fhir/metadata`).catch(() => undefined);
    if (!answer) await new Promise(resolve => setTimeout(resolve, 10));
  }
  await answer.arrayBuffer();
  const ms = Math.round(performance.now() - begun);
  const { now, most } = memoryOf(server.pid);
  const seconds = secondsOf(server.pid);
  watched.stop();
  await stopProcess(server);
  const figures = [`${answer.status} answer after ${ms} ms, ${seconds.toFixed(2)} s of CPU`, `resident then ${now.toFixed(0)} MB, at most ${most.toFixed(0)} MB`];
  if (watched.most.child > 0)
    figures.push(`what it started at most ${watched.most.child.toFixed(0)} MB, both together ${watched.most.together.toFixed(0)} MB`);
  process.stdout.write(`${kind}, round ${round}: ${figures.join('; ')}\n`);
}

for (let round = 1; round <= Number(options.rounds); round++) {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-start-'));
  for (const kind of ['cold', 'warm']) await start(kind, round, data);
  fs.rmSync(data, { recursive: true, force: true });
}
