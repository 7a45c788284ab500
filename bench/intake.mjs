#!/usr/bin/env node
// Intake of document Bundles with all rules on: rate, CPU time a Bundle, memory; then the same again, which changes nothing.
//   node bench/intake.mjs [--count 1000] [--rounds 3] [--connections 16] [--file hospital/referral.json] [--folder FOLDER] [--packages FOLDER]
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
    connections: { type: 'string', default: '16' },
    file: { type: 'string', default: 'hospital/referral.json' },
    folder: { type: 'string' },
    packages: { type: 'string' },
  },
});
const [count, rounds, connections] = [options.count, options.rounds, options.connections].map(Number);
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

async function send(base, texts, expected) {
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

const temporary = fs.mkdtempSync(path.join(options.folder ?? os.tmpdir(), 'engawa-intake-'));
const server = await startServer(path.join(temporary, 'data'), options.packages ? ['--packages', options.packages] : []);
const { base } = server;
try {
  await send(base, Array.from({ length: 200 }, (_, i) => documentOf(900_000 + i)), 201);
  const line = (name, seconds, cpu, memory, note) =>
    process.stdout.write(
      `${name.padEnd(14)} ${String(Math.round(count / seconds)).padStart(6)} Bundles/s   ${String(Math.round(count / cpu)).padStart(6)} per CPU second   ${(1000 * (cpu / count)).toFixed(2)} ms CPU each   ${memory} MB   ${note}\n`,
    );
  const measure = async (name, texts, expected) => {
    const before = usage(server.pid);
    const started = performance.now();
    const changed = await send(base, texts, expected);
    const after = usage(server.pid);
    const sum = changed.reduce((total, one) => total + one, 0);
    line(name, (performance.now() - started) / 1000, after.cpu - before.cpu, after.memory, `${sum} resources changed`);
  };
  const size = Buffer.byteLength(documentOf(1));
  process.stdout.write(`${count} documents of ${Math.round(size / 1000)} kB a round, ${connections} connections, every rule on\n`);
  for (let round = 1; round <= rounds; round++)
    await measure(`round ${round}`, Array.from({ length: count }, (_, i) => documentOf(round * 10_000 + i)), 201);
  await measure('the same again', Array.from({ length: count }, (_, i) => documentOf(rounds * 10_000 + i)), 200);
} finally {
  await server.stop();
  fs.rmSync(temporary, { recursive: true, force: true });
}
