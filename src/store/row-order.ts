/**
 * The order in which index rows are written: about that of the key of their table, so that neighbours come one after the other. Any order
 * stores the same; this one is told by 64 bits a row, which the engine sorts without asking back.
 */
import type { RowsOfTable } from './packed-rows.ts';
import type { SqlValue } from './sql.ts';
import type { IndexTable } from './store.ts';
import { leadsWithSeq } from './tables.ts';

/** Rows of one table that wait, and the position of each of their versions; 0 or none = not to be written. */
export interface Part {
  readonly rows: RowsOfTable;
  readonly seqs: Float64Array;
}

/** Bits of a row's place in the 64: the rest are ten of the first column and 32 of the second. */
const placeBits = 22;
const mostFirst = 1023;

/** Rows of some parts as one list. */
export class Gathered {
  length = 0;
  /** The part and the row of each entry. */
  readonly parts: Uint16Array;
  readonly rows: Uint32Array;
  private readonly sources: readonly Part[];

  constructor(sources: readonly Part[]) {
    const most = sources.reduce((sum, { rows }) => sum + rows.length, 0);
    this.parts = new Uint16Array(most);
    this.rows = new Uint32Array(most);
    this.sources = sources;
    for (const [i, { rows, seqs }] of sources.entries())
      for (let row = 0; row < rows.length; row++) {
        if (!(seqs[rows.owners[row]!]! > 0)) continue;
        this.parts[this.length] = i;
        this.rows[this.length++] = row;
      }
  }

  of(entry: number): Part {
    return this.sources[this.parts[entry]!]!;
  }

  seq(entry: number): number {
    const { rows, seqs } = this.of(entry);
    return seqs[rows.owners[this.rows[entry]!]!]!;
  }

  /** Writes the first values of an entry into a list, from a place on. */
  values(entry: number, count: number, list: SqlValue[], place: number): void {
    const { rows } = this.of(entry);
    const from = this.rows[entry]! * rows.width;
    for (let i = 0; i < count; i++) list[place + i] = rows.value(from + i);
  }

  /** True when the first values of two entries are the same. */
  isSame(one: number, other: number, count: number): boolean {
    const [a, b] = [this.of(one).rows, this.of(other).rows];
    const [from, begin] = [this.rows[one]! * a.width, this.rows[other]! * b.width];
    for (let i = 0; i < count; i++) if (a.value(from + i) !== b.value(begin + i)) return false;
    return true;
  }
}

/** So few rows are written sooner than put in order. */
const few = 16;

/** The entries in the order of their keys. */
export function keyOrder(table: IndexTable, gathered: Gathered): Uint32Array {
  const { length } = gathered;
  const order = new Uint32Array(length);
  for (let i = 0; i < length; i++) order[i] = i;
  if (length < few || length >= 2 ** placeBits) return order;
  const keys = new BigUint64Array(length);
  if (!fillKeys(table, gathered, new Uint32Array(keys.buffer))) return order;
  keys.sort();
  const halves = new Uint32Array(keys.buffer);
  const places = 2 ** placeBits - 1;
  for (let i = 0; i < length; i++) order[i] = halves[i * 2]! & places;
  return order;
}

/** Writes the 64 bits of each entry, lower half first. @returns false on a machine that has the upper half first */
function fillKeys(table: IndexTable, gathered: Gathered, keys: Uint32Array): boolean {
  if (new Uint8Array(new Uint32Array([1]).buffer)[0] !== 1) return false;
  const bySeq = leadsWithSeq(table);
  const first = bySeq ? () => 0 : ranks(gathered, 0);
  const second = bySeq ? (entry: number) => gathered.seq(entry) : secondColumn(gathered);
  for (let i = 0; i < gathered.length; i++) {
    const [one, two] = [Math.min(first(i), mostFirst), second(i)];
    keys[i * 2 + 1] = (one << placeBits) | (two >>> (32 - placeBits));
    keys[i * 2] = (two << placeBits) | i;
  }
  return true;
}

/** Ranks of the values of a column among each other. */
function ranks(gathered: Gathered, column: number): (entry: number) => number {
  const { length } = gathered;
  const numbers = new Map<SqlValue, number>();
  const ofEntry = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    const value = valueIn(gathered, i, column);
    let number = numbers.get(value);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(value, number);
    }
    ofEntry[i] = number;
  }
  const rankOf = new Uint32Array(numbers.size);
  const sorted = [...numbers].sort(([a], [b]) => (a! < b! ? -1 : a! > b! ? 1 : 0));
  for (const [rank, [, number]] of sorted.entries()) rankOf[number] = rank;
  return entry => rankOf[ofEntry[entry]!]!;
}

const valueIn = (gathered: Gathered, entry: number, column: number): SqlValue => {
  const { rows } = gathered.of(entry);
  return rows.value(gathered.rows[entry]! * rows.width + column);
};

/** 32 bits that order the values of the second column, about. */
function secondColumn(gathered: Gathered): (entry: number) => number {
  if (gathered.length === 0 || gathered.of(0).rows.width < 2) return () => 0;
  const place = (entry: number) => gathered.rows[entry]! * gathered.of(entry).rows.width + 1;
  if (gathered.of(0).rows.isText(place(0))) return ranks(gathered, 1);
  return entry => {
    const { rows } = gathered.of(entry);
    const at = place(entry);
    const upper = rows.halves[at * 2 + 1]!;
    // A negative number is the smaller the larger the rest of it is; an integer is in order but for its sign.
    return rows.isNumber(at) && upper >= 0x80000000 ? ~upper >>> 0 : (upper ^ 0x80000000) >>> 0;
  };
}
