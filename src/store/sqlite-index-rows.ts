/**
 * Index rows on their way into an SQLite file: gathered over a transaction, then written table by table in the order of their
 * keys, many with one statement. In that order each page is found once however many rows it takes, so that the cost of a row
 * grows little with the file; and a statement for many rows costs half of one for each.
 */
import type Database from 'better-sqlite3';
import type { KnownRows } from './known-rows.ts';
import { RowBatch, RowsOfVersion } from './packed-rows.ts';
import { Gathered, keyOrder, type Part } from './row-order.ts';
import { insertRows } from './rows.ts';
import type { SqlValue } from './sql.ts';
import type { IndexRow, IndexTable } from './store.ts';

type Statement = Database.Statement<unknown[], unknown>;

/** Rows that one statement takes, most first. */
const sizes = [64, 8, 1] as const;

/** Versions whose rows wait at most; what is written early finds its pages again in the cache. */
const mostWaiting = 20_000;

/** Writes rows of one table. */
class TableWriter {
  private readonly db: Database.Database;
  private readonly table: IndexTable;
  private readonly known: KnownRows | undefined;
  private readonly statements = new Map<number, Statement>();

  constructor(db: Database.Database, table: IndexTable, known: KnownRows | undefined) {
    this.db = db;
    this.table = table;
    this.known = table.shared ? known : undefined;
  }

  write(parts: readonly Part[]): void {
    const gathered = new Gathered(parts);
    const order = this.withoutKnown(keyOrder(this.table, gathered), gathered);
    let at = 0;
    for (const size of sizes)
      for (; order.length - at >= size; at += size) this.statement(size).run(this.bound(gathered, order, at, size));
  }

  private withoutKnown(order: Uint32Array, gathered: Gathered): Uint32Array {
    const { known, table } = this;
    if (!known) return order;
    let before = -1;
    return order.filter(entry => {
      // In the order of keys, what many versions share comes once for each of them, one after the other.
      if (before >= 0 && gathered.isSame(entry, before, table.key)) return false;
      before = entry;
      const key: SqlValue[] = [];
      gathered.values(entry, table.key, key, 0);
      return !known.has(table.name, key);
    });
  }

  private bound(gathered: Gathered, order: Uint32Array, from: number, size: number): SqlValue[] {
    const { columns, shared } = this.table;
    const width = columns.length;
    const bound = new Array<SqlValue>(size * (shared ? width : width + 1));
    let at = 0;
    for (let i = from; i < from + size; i++) {
      gathered.values(order[i]!, width, bound, at);
      at += width;
      if (!shared) bound[at++] = gathered.seq(order[i]!);
    }
    return bound;
  }

  private statement(size: number): Statement {
    let statement = this.statements.get(size);
    if (!statement) {
      statement = this.db.prepare(insertRows(this.table, size));
      this.statements.set(size, statement);
    }
    return statement;
  }
}

/** Versions of a batch that wait. */
interface Waiting {
  readonly batch: RowBatch;
  /** Their positions, by number. */
  seqs: Float64Array;
}

/** The index rows of a transaction. Nothing that reads index tables may run before {@link write}. */
export class SqliteIndexRows {
  private readonly tables: ReadonlyMap<string, TableWriter>;
  /** Rows that come one by one. */
  private readonly own: Waiting = { batch: new RowBatch(), seqs: new Float64Array(256) };
  /** Batches that were made elsewhere. */
  private readonly others = new Map<RowBatch, Waiting>();
  private count = 0;

  /** @param known rows of shared tables that need not be written again */
  constructor(db: Database.Database, tables: readonly IndexTable[], known?: KnownRows) {
    this.tables = new Map(tables.map(table => [table.name, new TableWriter(db, table, known)]));
  }

  /** Takes the rows of the version at a position. */
  add(rows: Iterable<IndexRow>, seq: number): void {
    if (rows instanceof RowsOfVersion) put(this.waiting(rows.batch), rows.owner, seq);
    else put(this.own, this.own.batch.add(rows), seq);
    if (++this.count >= mostWaiting) this.write();
  }

  private waiting(batch: RowBatch): Waiting {
    let one = this.others.get(batch);
    if (!one) {
      one = { batch, seqs: new Float64Array(256) };
      this.others.set(batch, one);
    }
    return one;
  }

  /** Writes what waits. */
  write(): void {
    if (this.count === 0) return;
    const all = [this.own, ...this.others.values()];
    const names = new Set(all.flatMap(({ batch }) => [...batch.tables.keys()]));
    for (const name of names) {
      const parts = all.flatMap(({ batch, seqs }) => {
        const rows = batch.tables.get(name);
        return rows && rows.length > 0 ? [{ rows, seqs }] : [];
      });
      if (parts.length > 0) this.tables.get(name)!.write(parts);
    }
    this.forget();
  }

  /** Drops what waits: it was written, or its transaction failed. */
  forget(): void {
    this.own.batch.clear();
    this.own.seqs.fill(0, 0, this.count);
    this.others.clear();
    this.count = 0;
  }
}

function put(waiting: Waiting, owner: number, seq: number): void {
  if (owner >= waiting.seqs.length) {
    const { seqs } = waiting;
    waiting.seqs = new Float64Array(Math.max(owner + 1, seqs.length * 2));
    waiting.seqs.set(seqs);
  }
  waiting.seqs[owner] = seq;
}
