// The yardstick for reads: Fastify and nothing else, sending a row's text out of SQLite.
//   node bench/bare-fastify.mjs FILE PORT      (table row: key TEXT PRIMARY KEY, text TEXT)
import Database from 'better-sqlite3';
import Fastify from 'fastify';

const [file, port] = process.argv.slice(2);
const database = new Database(file, { readonly: true });
const read = database.prepare('SELECT text FROM row WHERE key = ?').pluck();
const app = Fastify();
app.get('/fhir/metadata', () => '{}');
app.get('/fhir/:type/:id', (request, reply) => {
  const text = read.get(`${request.params.type}/${request.params.id}`);
  if (text === undefined) return reply.code(404).send();
  return reply.header('content-type', 'application/fhir+json; charset=utf-8').send(text);
});
process.once('SIGTERM', () => process.exit(0));
await app.listen({ host: '127.0.0.1', port: Number(port) });
