// The load client, a process of its own: node bench/load.mjs JOB.json → one line of JSON.
// A job: { port, connections, seconds, warmup, requests: [{ method, path, headers?, body? }] }. Each connection sends one request,
// waits for the whole answer, sends the next; requests are taken at random. `@@@@@@@@@@@@` in a path or body becomes a number that
// is never used twice. It speaks HTTP/1.1 on plain sockets, because a full HTTP client costs more CPU than the server it measures.
import fs from 'node:fs';
import net from 'node:net';

const mark = '@@@@@@@@@@@@';
const job = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const run = String(Date.now()).slice(-6);

/** Request text as bytes, and where the number goes. */
function prepare({ method, path, headers = {}, body }) {
  const lines = { host: `127.0.0.1:${job.port}`, accept: 'application/fhir+json', ...headers };
  if (body !== undefined) {
    lines['content-type'] ??= 'application/fhir+json';
    lines['content-length'] = Buffer.byteLength(body);
  }
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  const bytes = Buffer.from(`${method} ${path} HTTP/1.1\r\n${head.join('')}\r\n${body ?? ''}`);
  const holes = [];
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + mark.length)) holes.push(at);
  return { bytes, holes };
}
const requests = job.requests.map(prepare);

let counter = 0;
function nextRequest() {
  const { bytes, holes } = requests[Math.floor(Math.random() * requests.length)];
  if (holes.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  const number = run + String(++counter).padStart(mark.length - run.length, '0');
  for (const at of holes) copy.write(number, at, 'latin1');
  return copy;
}

const latencies = [];
const statuses = {};
let counting = false;
let over = false;
let answered = 0;
let received = 0;
let sample;

/** Reads answers off a socket: calls `done(status)` at the end of each. */
function answers(socket, done) {
  let rest = Buffer.alloc(0);
  let status = 0;
  let left = 0;
  let mode = 'head';
  const end = () => {
    mode = 'head';
    done(status);
  };
  socket.on('data', data => {
    received += data.length;
    rest = rest.length ? Buffer.concat([rest, data]) : data;
    while (rest.length) {
      if (mode === 'head') {
        const to = rest.indexOf('\r\n\r\n');
        if (to < 0) return;
        const head = rest.latin1Slice(0, to + 2);
        status = Number(head.slice(9, 12));
        const length = /\r\ncontent-length: *(\d+)/i.exec(head);
        sample ??= { status, head: head.split('\r\n').slice(1, -1) };
        rest = rest.subarray(to + 4);
        mode = length ? 'body' : /\r\ntransfer-encoding: *chunked/i.test(head) ? 'size' : 'body';
        left = length ? Number(length[1]) : 0;
        if (mode === 'body' && left === 0) end();
      } else if (mode === 'body') {
        if (rest.length < left) {
          left -= rest.length;
          rest = rest.subarray(rest.length);
          return;
        }
        rest = rest.subarray(left);
        end();
      } else {
        const to = rest.indexOf('\r\n');
        if (to < 0) return;
        const size = Number.parseInt(rest.latin1Slice(0, to), 16);
        if (rest.length < to + 2 + size + 2) return;
        rest = rest.subarray(to + 2 + size + 2);
        if (size === 0) end();
      }
    }
  });
}

function connect() {
  return new Promise((resolve, reject) => {
    const socket = net.connect(job.port, '127.0.0.1');
    socket.setNoDelay(true);
    let sent = 0;
    const send = () => {
      sent = performance.now();
      socket.write(nextRequest());
    };
    answers(socket, status => {
      if (counting) {
        latencies.push(performance.now() - sent);
        statuses[status] = (statuses[status] ?? 0) + 1;
        answered += 1;
      }
      if (over) socket.destroy();
      else send();
    });
    socket.once('connect', send);
    socket.once('error', reject);
    socket.once('close', () => (over ? resolve() : reject(new Error('the server closed a connection'))));
  });
}

const wait = seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000));
/** CPU time of another process in microseconds, where the system tells (Linux). */
function cpuOf(pid) {
  try {
    const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  } catch {
    return undefined;
  }
}

const connections = Promise.all(Array.from({ length: job.connections }, connect));
connections.catch(error => {
  process.stdout.write(`${JSON.stringify({ error: error.message })}\n`);
  process.exit(1);
});
await wait(job.warmup);
counting = true;
const cpuBefore = job.pid && cpuOf(job.pid);
const own = process.cpuUsage();
received = 0;
const from = performance.now();
await wait(job.seconds);
counting = false;
const seconds = (performance.now() - from) / 1000;
const cpuAfter = job.pid && cpuOf(job.pid);
const used = process.cpuUsage(own);
over = true;
await connections;
latencies.sort((a, b) => a - b);
const at = share => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
process.stdout.write(
  `${JSON.stringify({
    perSecond: answered / seconds,
    p50: at(0.5),
    p99: at(0.99),
    statuses,
    bytes: answered ? Math.round(received / answered) : 0,
    serverCpuMicroseconds: cpuAfter === undefined ? undefined : (cpuAfter - cpuBefore) / answered,
    clientCpuMicroseconds: (used.user + used.system) / answered,
    sample,
  })}\n`,
);
