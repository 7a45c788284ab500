#!/usr/bin/env node
// The server's memory while it streams everything of all patients, and pages of 1,000 (Linux: reads /proc).
//   node bench/memory.mjs --folder FOLDER [--rounds 3]     FOLDER: a database kept by bench/scale.mjs --keep
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { startServer } from '../test/conformance/server.mjs';

const { values: options } = parseArgs({ options: { folder: { type: 'string' }, rounds: { type: 'string', default: '3' } } });
const server = await startServer(options.folder);
const anonymous = () => {
  const status = fs.readFileSync(`/proc/${server.pid}/status`, 'utf8');
  // What the process itself holds; pages of the database file that are mapped belong to the system.
  return Math.round(Number(/RssAnon:\s+(\d+)/.exec(status)[1]) / 1024);
};

/** Reads an answer to its end without keeping it; the most memory seen, the bytes and the entries. */
async function stream(url) {
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, anonymous());
  }, 50);
  const answer = await fetch(`${server.base}/${url}`);
  let bytes = 0;
  let entries = 0;
  let rest = '';
  for await (const chunk of answer.body) {
    bytes += chunk.length;
    const text = rest + Buffer.from(chunk).toString('latin1');
    entries += text.split('"search":{"mode"').length - 1;
    rest = text.slice(-15);
  }
  clearInterval(timer);
  return { most, bytes, entries, status: answer.status };
}

process.stdout.write(`after start: ${anonymous()} MB\n`);
for (const [name, url, times] of [
  ['Patient/$everything', 'Patient/$everything', 1],
  ['pages of 1,000', 'Observation?_count=1000', 30],
  ['pages of 1,000 with includes', 'Observation?_count=1000&_include=Observation:patient&_include=Observation:encounter', 10],
]) {
  for (let round = 1; round <= Number(options.rounds); round++) {
    let most = 0;
    let last;
    const started = performance.now();
    for (let i = 0; i < times; i++) {
      last = await stream(url);
      most = Math.max(most, last.most);
    }
    const seconds = (performance.now() - started) / 1000;
    process.stdout.write(`${name}, round ${round}: ${last.status}, ${last.entries.toLocaleString('en')} entries, ${(last.bytes / 2 ** 20).toFixed(1)} MB each; memory at most ${most} MB; ${seconds.toFixed(1)} s\n`);
  }
}
await server.stop();
