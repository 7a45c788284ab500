/** Index rows on their way to the file: packed, handed over, put in order, written. */
import Database from 'better-sqlite3';
import t from 'tap';
import { buffersOf, RowBatch, RowsOfVersion } from '../src/store/packed-rows.ts';
import { Gathered, keyOrder } from '../src/store/row-order.ts';
import type { SqlValue } from '../src/store/sql.ts';
import { SqliteIndexRows } from '../src/store/sqlite-index-rows.ts';
import type { IndexRow, IndexTable } from '../src/store/store.ts';
import { indexTableDdl } from '../src/store/tables.ts';

const column = (name: string, type: 'INTEGER' | 'REAL' | 'TEXT' = 'INTEGER') => ({ name, type });
const tables: readonly IndexTable[] = [
  { name: 'hashes', columns: [column('param'), column('code'), column('moment')], key: 2 },
  { name: 'numbers', columns: [column('param'), column('lo', 'REAL')], key: 2 },
  { name: 'texts', columns: [column('param'), column('text', 'TEXT')], key: 2 },
  { name: 'facts', columns: [column('inside'), column('params', 'TEXT')], key: 2, afterSeq: 2 },
  { name: 'words', columns: [column('param'), column('text', 'TEXT'), column('word')], key: 2, shared: true },
];

/** Numbers that look random, the same each time. */
function* numbers(): Generator<number, never> {
  for (let state = 7; ; state = (state * 48_271) % 2_147_483_647) yield state;
}
const random = numbers();
const next = (): number => random.next().value;

const rowsOf = (version: number): IndexRow[] =>
  Array.from({ length: (version % 5) + 1 }, (_, i) => [
    { table: 'hashes', values: [next() % 4, BigInt.asIntN(64, BigInt(next()) * 0x9e3779b97f4a7c15n), version] },
    { table: 'numbers', values: [-(next() % 3), (next() - 1_000_000_000) / 7] },
    { table: 'texts', values: [1, i % 2 === 0 ? '' : `見本${next() % 100}`] },
    { table: 'facts', values: [0, `p${i}`] },
    { table: 'words', values: [next() % 2, `語${next() % 10}`, 1] },
  ]).flat();

const versions = Array.from({ length: 500 }, (_, i) => rowsOf(i));
const everyOther = versions.flatMap((rows, i) => (i % 2 === 0 ? [{ rows, seq: 1000 - i }] : []));

/** What stands in the tables after some rows were written one way. */
function stored(write: (rows: SqliteIndexRows) => void): unknown {
  const db = new Database(':memory:');
  for (const table of tables) db.exec(indexTableDdl(table));
  const rows = new SqliteIndexRows(db, tables);
  write(rows);
  rows.write();
  return Object.fromEntries(tables.map(({ name }) => [name, db.prepare(`SELECT * FROM ${name}`).raw().all()]));
}

/** The same, each row by a statement of its own. */
function storedPlainly(): unknown {
  const db = new Database(':memory:');
  for (const table of tables) db.exec(indexTableDdl(table));
  for (const { rows, seq } of everyOther)
    for (const { table, values } of rows) {
      const all = tables.find(one => one.name === table)!.shared ? values : [...values, seq];
      db.prepare(`INSERT OR IGNORE INTO ${table} VALUES (${all.map(() => '?').join(', ')})`).run(...all);
    }
  return Object.fromEntries(tables.map(({ name }) => [name, db.prepare(`SELECT * FROM ${name}`).raw().all()]));
}

const byTable = (rows: Iterable<IndexRow>): readonly (readonly SqlValue[])[] =>
  tables.flatMap(({ name }) => [...rows].filter(row => row.table === name).map(row => [name, ...row.values]));

t.test('packed, handed over and unpacked they are the same', async t => {
  const made = new RowBatch();
  for (const rows of versions) made.add(rows);
  const packed = made.pack();
  const batch = RowBatch.of(structuredClone(packed, { transfer: buffersOf(packed) }));
  for (const [i, rows] of versions.entries())
    t.same(byTable(new RowsOfVersion(batch, i)), byTable(rows), `version ${i}`);
  t.equal(made.add(versions[3]!), 0, 'the next batch begins anew');
  t.same(byTable(new RowsOfVersion(made, 0)), byTable(versions[3]!));
});

t.test('what comes after a large batch is handed over as well, with few rows or none', async t => {
  const row = (i: number): IndexRow => ({ table: 'hashes', values: [1, BigInt(i), i] });
  const few = [{ table: 'facts', values: [0, 'p'] }];
  const made = new RowBatch();
  made.add(Array.from({ length: 70_000 }, (_, i) => row(i)));
  for (const rows of [[], few, [row(1)]]) {
    const first = made.pack();
    structuredClone(first, { transfer: buffersOf(first) });
    made.add(rows);
    const packed = made.pack();
    const batch = RowBatch.of(structuredClone(packed, { transfer: buffersOf(packed) }));
    t.same(byTable(new RowsOfVersion(batch, 0)), byTable(rows));
  }
});

t.test('gathered or handed over, all of them or some, the same is stored', async t => {
  const plainly = storedPlainly();
  t.same(
    stored(all => {
      for (const { rows, seq } of everyOther) all.add(rows, seq);
    }),
    plainly,
  );
  const batch = new RowBatch();
  for (const rows of versions) batch.add(rows);
  const handedOver = (all: SqliteIndexRows, upTo: number) => {
    for (const { rows, seq } of everyOther) {
      const i = versions.indexOf(rows);
      all.add(i < upTo ? new RowsOfVersion(batch, i) : rows, seq);
      if (i === 100) all.write();
    }
  };
  t.same(
    stored(all => handedOver(all, 500)),
    plainly,
  );
  t.same(
    stored(all => handedOver(all, 250)),
    plainly,
  );
  const nothing = stored(all => {
    for (const { rows, seq } of everyOther) all.add(rows, seq);
    all.forget();
  });
  t.ok(
    Object.values(nothing as Record<string, unknown[]>).every(rows => rows.length === 0),
    'what was forgotten is not written',
  );
});

t.test('they are written in the order of their keys, each once', async t => {
  const batch = new RowBatch();
  for (const rows of versions) batch.add(rows);
  const seqs = Float64Array.from(versions, (_, i) => 1000 - i);
  for (const table of tables) {
    const gathered = new Gathered([{ rows: batch.tables.get(table.name)!, seqs }]);
    const order = [...keyOrder(table, gathered)];
    t.same(
      order.toSorted((a, b) => a - b),
      order.map((_, i) => i),
      `${table.name}: each once`,
    );
    const keys = order.map(entry => {
      const values: SqlValue[] = [];
      gathered.values(entry, 2, values, 0);
      return table.name === 'facts' ? [gathered.seq(entry)] : values;
    });
    // Numbers are ordered by 32 of their bits.
    const near = (a: SqlValue, b: SqlValue) => typeof a === 'number' && Math.abs(a - Number(b)) < 1 + Math.abs(a) / 1e5;
    const wrong = keys.filter((key, i) => {
      const [before, at] = [keys[i - 1] ?? key, key.findIndex((value, n) => value !== (keys[i - 1] ?? key)[n])];
      return at >= 0 && before[at]! > key[at]! && !near(before[at]!, key[at]!);
    });
    t.same(wrong, [], `${table.name}: in order`);
  }
});
