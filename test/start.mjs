// Starts the built server as README says (npm start), asks it for /metadata, stops it with SIGTERM, and expects exit code 0.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const freePort = () =>
  new Promise(resolve => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const port = await freePort();
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-start-'));
const root = path.dirname(import.meta.dirname);
const begun = performance.now();
const server = spawn(process.execPath, ['dist/main.js', 'serve', '--port', String(port), '--data', data, '--log-level', 'silent'], { cwd: root, stdio: 'inherit' });
const exited = new Promise(resolve => server.on('exit', (code, signal) => resolve({ code, signal })));

let answer;
for (let tries = 0; tries < 500 && !answer; tries++) {
  answer = await fetch(`http://127.0.0.1:${port}/fhir/metadata`).catch(() => undefined);
  if (!answer) await new Promise(resolve => setTimeout(resolve, 10));
}
const ms = Math.round(performance.now() - begun);
const statement = answer && (await answer.json());
const status = fs.existsSync(`/proc/${server.pid}/status`) ? fs.readFileSync(`/proc/${server.pid}/status`, 'utf8') : '';
const memoryMb = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
server.kill('SIGTERM');
const { code } = await exited;
fs.rmSync(data, { recursive: true, force: true });

const passed = statement?.resourceType === 'CapabilityStatement' && code === 0;
console.log(`start: first answer after ${ms} ms, ${memoryMb} MB, exit code ${code}`);
console.log(`${passed ? 1 : 0} passed, ${passed ? 0 : 1} failed`);
process.exit(passed ? 0 : 1);
