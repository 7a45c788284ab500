#!/usr/bin/env node
// Intake of document Bundles with all rules on: rate, CPU time a Bundle, memory; then the same again, which changes nothing.
//   node bench/intake.mjs [--count 1000] [--rounds 3] [--connections 16,64] [--file hospital/referral.json] [--folder FOLDER] [--packages FOLDER]
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withCheckDigit } from '../examples/make/shared.mjs';
import { startServer } from '../test/conformance/server.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '16,64' },
    file: { type: 'string', default: 'hospital/referral.json' },
    folder: { type: 'string' },
    packages: { type: 'string' },
  },
});
const [count, rounds] = [options.count, options.rounds].map(Number);
// As systems send it: without the white space of the example file.
const template = JSON.stringify(JSON.parse(fs.readFileSync(path.join(root, 'examples', options.file), 'utf8')));
const insurer = withCheckDigit('3949001');

/** The document of another person: number, local number, birth date, document number and every fullUrl are its own. */
function documentOf(i) {
  const number = String(49_100_000 + i);
  const birth = `19${30 + (i % 30)}-0${1 + (i % 9)}-1${i % 9}`;
  return template
    .replaceAll(`${insurer}::49000001:`, `${insurer}::${number}:`)
    .replaceAll('"0000000001"', `"${String(i).padStart(10, '0')}"`)
    .replaceAll('1941-05-03', birth)
    .replaceAll('-0001"', `-${i}"`)
    .replaceAll(/urn:uuid:[0-9a-f]{8}/g, `urn:uuid:${i.toString(16).padStart(8, '0')}`);
}

/** CPU seconds and resident megabytes of a process (Linux). */
function usage(pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const rss = /VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1];
  return { cpu: (Number(fields[11]) + Number(fields[12])) / 100, memory: Math.round(Number(rss) / 1000) };
}

async function send(base, texts, connections, expected) {
  let next = 0;
  const changed = [];
  const work = async () => {
    for (let i = next++; i < texts.length; i = next++) {
      const answer = await fetch(`${base}/$intake`, {
        method: 'POST',
        headers: { 'content-type': 'application/fhir+json' },
        body: texts[i],
      });
      const body = await answer.json();
      if (answer.status !== expected) throw new Error(`HTTP ${answer.status} ${JSON.stringify(body).slice(0, 600)}`);
      changed.push(body.parameter.find(({ name }) => name === 'changed').valueInteger);
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  return changed;
}

const size = Math.round(Buffer.byteLength(documentOf(1)) / 1000);
const packages = options.packages ? ['--packages', options.packages] : [];

/** All rounds with a number of connections, on a database of their own. */
async function run(connections) {
  const temporary = fs.mkdtempSync(path.join(options.folder ?? os.tmpdir(), 'engawa-intake-'));
  const server = await startServer(path.join(temporary, 'data'), packages);
  const textsFrom = (from, amount) => Array.from({ length: amount }, (_, i) => documentOf(from + i));
  const measure = async (name, from, expected) => {
    // Made before the time begins: it is the server that is measured.
    const texts = textsFrom(from, count);
    const before = usage(server.pid);
    const started = performance.now();
    const changed = await send(server.base, texts, connections, expected);
    const [seconds, after] = [(performance.now() - started) / 1000, usage(server.pid)];
    const cpu = after.cpu - before.cpu;
    const sum = changed.reduce((total, one) => total + one, 0);
    process.stdout.write(
      `${name.padEnd(14)} ${String(Math.round(count / seconds)).padStart(6)} Bundles/s   ${String(Math.round(count / cpu)).padStart(6)} per CPU second   ${(1000 * (cpu / count)).toFixed(2)} ms CPU each   ${after.memory} MB   ${sum} resources changed\n`,
    );
  };
  try {
    await send(server.base, textsFrom(900_000, 200), connections, 201);
    process.stdout.write(`${count} documents of ${size} kB a round, ${connections} connections, every rule on\n`);
    for (let round = 1; round <= rounds; round++) await measure(`round ${round}`, round * 10_000, 201);
    await measure('the same again', rounds * 10_000, 200);
  } finally {
    await server.stop();
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

for (const connections of options.connections.split(',')) await run(Number(connections));
