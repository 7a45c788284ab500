// After all test files: stops PostgreSQL and writes the report that lists every case under both databases.
import fs from 'node:fs';
import path from 'node:path';
import { stateFile, stopKept } from './postgres.mjs';

stopKept();
const folder = path.dirname(stateFile);
const lines = path.join(folder, 'stores.ndjson');
if (fs.existsSync(lines)) {
  const cases = new Map();
  for (const line of fs.readFileSync(lines, 'utf8').trim().split('\n')) {
    const { file, name, store, passed } = JSON.parse(line);
    const key = `${file}: ${name}`;
    cases.set(key, { ...cases.get(key), [store]: passed });
  }
  const word = passed => (passed === undefined ? 'not run' : passed ? 'passed' : 'FAILED');
  const rows = [...cases].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { sqlite, postgres }]) => `| ${name} | ${word(sqlite)} | ${word(postgres)} |`);
  const count = store => [...cases.values()].filter(one => one[store]).length;
  const head = `${cases.size} cases: SQLite ${count('sqlite')} passed, PostgreSQL ${count('postgres')} passed`;
  fs.writeFileSync(path.join(folder, 'stores.md'), `# Every case under both databases\n\n${head}\n\n| case | SQLite | PostgreSQL |\n|---|---|---|\n${rows.join('\n')}\n`);
  process.stderr.write(`${head}; the list is in .tap/stores.md\n`);
}
