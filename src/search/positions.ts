/**
 * positions: sets of versions, one bit for each position in the change feed. What a count needs of two large conditions is how
 * many versions they share: bits tell that without a look-up for each row.
 */
import { join, raw, type Sql, sql } from '../store/sql.ts';
import type { Condition, Range } from './condition.ts';
import type { RunSettings } from './match.ts';
import { atMost } from './order.ts';
import { inTime } from './readable.ts';

const comma = 44;
const zero = 48;

/** Calls a function with each number of a list like `12,7,530`. */
function eachNumber(list: string, call: (value: number) => void): void {
  if (list === '') return;
  let value = 0;
  for (let i = 0; i < list.length; i++) {
    const code = list.charCodeAt(i);
    if (code !== comma) {
      value = value * 10 + code - zero;
      continue;
    }
    call(value);
    value = 0;
  }
  call(value);
}

/** The numbers of a list like `12,7,530`, in its order. */
export function numbersOf(list: string): readonly number[] {
  const found: number[] = [];
  eachNumber(list, value => found.push(value));
  return found;
}

/** A set of whole numbers from 0 to `last`. */
export class Positions {
  private readonly words: Uint32Array;
  private readonly last: number;

  constructor(last: number) {
    this.last = last;
    this.words = new Uint32Array((last >>> 5) + 1);
  }

  /** Adds the numbers of a list like `12,7,530`; those beyond `last` are left out. Returns how many the list has. */
  add(list: string): number {
    let read = 0;
    eachNumber(list, value => {
      this.set(value);
      read++;
    });
    return read;
  }

  has(value: number): boolean {
    return value <= this.last && (this.words[value >>> 5]! & (1 << (value & 31))) !== 0;
  }

  /** The numbers in the set, ascending. */
  numbers(): readonly number[] {
    const found: number[] = [];
    this.words.forEach((word, i) => {
      for (let bit = 0; bit < 32 && word >>> bit !== 0; bit++) if ((word >>> bit) & 1) found.push(i * 32 + bit);
    });
    return found;
  }

  private set(value: number): void {
    if (value <= this.last) this.words[value >>> 5]! |= 1 << (value & 31);
  }

  /** Leaves only what the other set (of the same length) has as well. */
  keep(other: Positions): void {
    for (let i = 0; i < this.words.length; i++) this.words[i]! &= other.words[i]!;
  }

  /** Takes out what the other set (of the same length) has. */
  drop(other: Positions): void {
    for (let i = 0; i < this.words.length; i++) this.words[i]! &= ~other.words[i]!;
  }

  /** How many numbers are in the set. */
  get size(): number {
    let bits = 0;
    for (let word of this.words) {
      word -= (word >>> 1) & 0x55555555;
      word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
      bits += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
    }
    return bits;
  }
}

/** Most rows whose positions are read: their list has some 30 million characters. */
export const mostListed = 3_000_000;
/** The last position that has a bit: a set takes 12.5 MB at most, and a count holds up to four. */
const lastListed = 100_000_000;

/** Whether positions up to one can be read into sets. */
export const canList = (last: number | undefined): last is number => last !== undefined && last <= lastListed;

/**
 * The positions that selects of `seq` yield, as a set.
 * @returns undefined when they are more than {@link mostListed}
 */
export async function readPositions(
  selects: readonly Sql[],
  last: number,
  { store }: RunSettings,
  budgetMs: number,
): Promise<Positions | undefined> {
  const rows = join(selects, ' UNION ALL ');
  // A limit costs a quarter more; where there are not so many versions it is not needed.
  const some = last < mostListed ? rows : sql`${rows} ${atMost(mostListed + 1)}`;
  const query = sql`SELECT group_concat(q.seq, ',') AS positions FROM (${some}) q`;
  const [row] = await store.select(query, { budgetMs });
  const found = new Positions(last);
  return found.add(String(row?.['positions'] ?? '')) > mostListed ? undefined : found;
}

/** The ranges whose rows together are those of a condition, where they can be read as a set of versions. */
export function listable(part: Condition): readonly Range[] | undefined {
  if (part.op === 'range') return part.range.testOnly ? undefined : [part.range];
  const ranges = part.op === 'or' ? part.parts.map(listable) : [];
  return ranges.length > 0 && ranges.every(one => one !== undefined) ? ranges.flat() : undefined;
}

/** The positions of a range's rows. */
export const positionsOf = ({ table, where }: Range): Sql =>
  sql`SELECT x.seq AS seq FROM ${raw(table.name)} x WHERE ${inTime('x')} AND ${where}`;
