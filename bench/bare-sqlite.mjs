// The yardstick for durable writes: better-sqlite3 alone, one row a transaction, WAL, synchronous=FULL, no HTTP.
//   node bench/bare-sqlite.mjs FOLDER SECONDS TEXT-FILE → { "perSecond": … }
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';

const [folder, seconds, textFile] = process.argv.slice(2);
fs.mkdirSync(folder, { recursive: true });
const text = fs.readFileSync(textFile, 'utf8');
const database = new Database(path.join(folder, 'bare.sqlite'));
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec('CREATE TABLE IF NOT EXISTS row (key INTEGER PRIMARY KEY, text TEXT NOT NULL)');
const insert = database.prepare('INSERT INTO row (text) VALUES (?)');
/** Commits for a while; the number of commits a second. */
const commit = duration => {
  const from = performance.now();
  let count = 0;
  while (performance.now() - from < duration * 1000) {
    insert.run(text);
    count += 1;
  }
  return count / ((performance.now() - from) / 1000);
};
commit(0.5);
process.stdout.write(`${JSON.stringify({ perSecond: commit(Number(seconds)) })}\n`);
database.close();
