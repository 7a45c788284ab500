/**
 * Index rows of many versions, flat: eight bytes a value, table by table. Millions of small arrays take longer to collect as garbage
 * than to make; these are a few buffers, which another thread can be handed without a copy.
 */
import type { SqlValue } from './sql.ts';
import type { IndexRow } from './store.ts';

/** What a value is. */
const kindOf = { bigint: 0, number: 1, string: 2, null: 3 } as const;

/** Rows of one table as they are handed over. */
export interface PackedTable {
  readonly name: string;
  /** Values of a row. */
  readonly width: number;
  /** Number of rows; the lists have room for more. */
  readonly length: number;
  /** For each row the number of the version it belongs to. */
  readonly owners: Uint32Array;
  /** For each value what it is. */
  readonly kinds: Uint8Array;
  /** Eight bytes for each value: a number, an integer of 64 bits, the place of a text. */
  readonly cells: Float64Array;
  readonly texts: readonly string[];
}

const noBytes = new ArrayBuffer(0);
/** Rows whose room is kept for the next. */
const mostKept = 65_536;

/** Rows of one table. */
export class RowsOfTable {
  readonly name: string;
  readonly width: number;
  length = 0;
  owners: Uint32Array = new Uint32Array(noBytes);
  /** Upper and lower halves of the values, as the machine has them (little-endian: upper at odd places). */
  halves: Uint32Array = new Uint32Array(noBytes);
  private kinds: Uint8Array = new Uint8Array(noBytes);
  private cells: Float64Array = new Float64Array(noBytes);
  private integers: BigInt64Array = new BigInt64Array(noBytes);
  private texts: string[] = [];

  constructor(name: string, width: number) {
    this.name = name;
    this.width = width;
  }

  static of(packed: PackedTable): RowsOfTable {
    const rows = new RowsOfTable(packed.name, packed.width);
    rows.length = packed.length;
    rows.owners = packed.owners;
    rows.kinds = packed.kinds;
    rows.texts = packed.texts as string[];
    rows.look(packed.cells);
    return rows;
  }

  private look(cells: Float64Array): void {
    const buffer = cells.buffer as ArrayBuffer;
    this.cells = new Float64Array(buffer);
    this.integers = new BigInt64Array(buffer);
    this.halves = new Uint32Array(buffer);
  }

  private grow(): void {
    const rows = Math.max(64, this.owners.length * 2);
    const { owners, kinds, cells } = this;
    this.owners = new Uint32Array(rows);
    this.owners.set(owners);
    this.kinds = new Uint8Array(rows * this.width);
    this.kinds.set(kinds);
    this.look(new Float64Array(rows * this.width));
    this.cells.set(cells);
  }

  add(values: readonly SqlValue[], owner: number): void {
    if (this.length === this.owners.length) this.grow();
    let at = this.length * this.width;
    this.owners[this.length++] = owner;
    for (let i = 0; i < values.length; i++) this.put(at++, values[i]!);
  }

  private put(at: number, value: SqlValue): void {
    if (typeof value === 'number') {
      this.kinds[at] = kindOf.number;
      this.cells[at] = value;
    } else if (typeof value === 'bigint') {
      this.kinds[at] = kindOf.bigint;
      this.integers[at] = value;
    } else if (value === null) this.kinds[at] = kindOf.null;
    else {
      this.kinds[at] = kindOf.string;
      this.cells[at] = this.texts.length;
      this.texts.push(value);
    }
  }

  /** The value at a place: row × width + column. */
  value(at: number): SqlValue {
    const kind = this.kinds[at];
    if (kind === kindOf.number) return this.cells[at]!;
    if (kind === kindOf.bigint) return this.integers[at]!;
    return kind === kindOf.null ? null : this.texts[this.cells[at]!]!;
  }

  isNumber(at: number): boolean {
    return this.kinds[at] === kindOf.number;
  }

  isText(at: number): boolean {
    return this.kinds[at] === kindOf.string;
  }

  /** The first row of a version, or of the next that has one; rows are added version by version. */
  firstOf(owner: number): number {
    let [from, to] = [0, this.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.owners[middle]! < owner) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** Begins anew; room is kept, unless it is much. */
  clear(): void {
    this.length = 0;
    this.texts = [];
    if (this.owners.length <= mostKept) return;
    this.owners = new Uint32Array(noBytes);
    this.kinds = new Uint8Array(noBytes);
    this.look(new Float64Array(noBytes));
  }

  /** Gives away what was added; there is room for as much again. */
  pack(): PackedTable {
    const { name, width, length, texts, owners, kinds, cells } = this;
    this.owners = new Uint32Array(owners.length);
    this.kinds = new Uint8Array(kinds.length);
    this.look(new Float64Array(cells.length));
    return { name, width, length, texts, owners, kinds, cells };
  }
}

/** Rows of many versions. */
export class RowBatch {
  readonly tables: Map<string, RowsOfTable>;
  private owners = 0;

  constructor(tables: readonly RowsOfTable[] = []) {
    this.tables = new Map(tables.map(table => [table.name, table]));
  }

  static of(packed: readonly PackedTable[]): RowBatch {
    return new RowBatch(packed.map(RowsOfTable.of));
  }

  /** Adds the rows of a version. @returns its number, from 0 */
  add(rows: Iterable<IndexRow>): number {
    const owner = this.owners++;
    // Most come as a list, which is gone over without an object for each step.
    const list = Array.isArray(rows) ? (rows as readonly IndexRow[]) : [...rows];
    for (let i = 0; i < list.length; i++) {
      const { table, values } = list[i]!;
      let one = this.tables.get(table);
      if (!one) {
        one = new RowsOfTable(table, values.length);
        this.tables.set(table, one);
      }
      one.add(values, owner);
    }
    return owner;
  }

  /** What was added, to be handed over; begins anew. Tables without rows stay: they may share a buffer. */
  pack(): readonly PackedTable[] {
    const packed = [...this.tables.values()].filter(table => table.length > 0).map(table => table.pack());
    this.clear();
    return packed;
  }

  clear(): void {
    for (const table of this.tables.values()) table.clear();
    this.owners = 0;
  }
}

/** What of packed tables changes hands instead of being copied. */
export const buffersOf = (tables: readonly PackedTable[]): ArrayBuffer[] =>
  tables.flatMap(({ owners, kinds, cells }) => [owners, kinds, cells].map(one => one.buffer as ArrayBuffer));

/** The rows of one version of a batch, made while they are looked at. */
export class RowsOfVersion implements Iterable<IndexRow> {
  readonly batch: RowBatch;
  readonly owner: number;

  constructor(batch: RowBatch, owner: number) {
    this.batch = batch;
    this.owner = owner;
  }

  *[Symbol.iterator](): Generator<IndexRow> {
    for (const rows of this.batch.tables.values())
      for (let i = rows.firstOf(this.owner); i < rows.length && rows.owners[i] === this.owner; i++) {
        const from = i * rows.width;
        yield { table: rows.name, values: Array.from({ length: rows.width }, (_, n) => rows.value(from + n)) };
      }
  }
}
