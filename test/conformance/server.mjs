// Starts the built server as a user would, for the conformance suites and the benchmark.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * Flags of Node.js, those of `npm start`: short-lived objects of many requests at once are copied less often, and none of them is taken
 * for long-lived beforehand, from where it would keep others.
 */
const flags = ['--max-semi-space-size=64', '--no-allocation-site-pretenuring'];

/** A TCP port that is free now. */
export const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

/** The environment without settings of the user's own server. */
const environment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ENGAWA_')));

/** Waits until `url` answers; throws when the process has ended or nothing answers in time. */
export async function untilAnswers(url, child, timeoutMs = 30_000) {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`ended with ${child.exitCode ?? child.signalCode} before it answered`);
    const answer = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
    if (answer?.ok) {
      await answer.arrayBuffer();
      return;
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error(`did not answer at ${url} within ${timeoutMs / 1000} s`);
}

/** Ends a process: SIGTERM, after 10 seconds SIGKILL. */
export const stopProcess = child =>
  new Promise(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
    child.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    child.kill('SIGTERM');
  });

/**
 * Starts `dist/main.js serve` on a free port and waits for its first answer. What it prints goes to FOLDER.log.
 * @param folder data folder
 * @param more further options of the command line
 * @returns base (service base URL), pid, log (file), ended() (why it ended, if it did), stop()
 */
export async function startServer(folder, more = []) {
  const port = await freePort();
  const options = ['--port', String(port), '--data', folder, '--log-level', 'error', ...more];
  const log = `${folder}.log`;
  const output = fs.openSync(log, 'a');
  const child = spawn(process.execPath, [...flags, path.join(root, 'dist/main.js'), 'serve', ...options], {
    stdio: ['ignore', output, output],
    env: environment(),
  });
  fs.closeSync(output);
  const base = `http://127.0.0.1:${port}/fhir`;
  let stopping = false;
  const reason = () => child.signalCode ?? (child.exitCode === null ? undefined : `exit code ${child.exitCode}`);
  try {
    await untilAnswers(`${base}/metadata`, child);
  } catch (error) {
    await stopProcess(child);
    throw new Error(`the server ${error.message}:\n${fs.readFileSync(log, 'utf8').slice(-2000)}`);
  }
  return {
    base,
    pid: child.pid,
    log,
    ended: () => (stopping ? undefined : reason()),
    stop: () => {
      stopping = true;
      return stopProcess(child);
    },
  };
}
