/**
 * Order of a result and the position of a page in it: a key of several columns, ended by seq, so that no two are equal.
 */
import { join, raw, type Sql, type SqlValue, sql } from '../store/sql.ts';

/** One column of the order. */
export interface OrderKey {
  readonly value: Sql;
  readonly descending: boolean;
  /** A whole number of 64 bits: it leaves the database as text, so that none is rounded. */
  readonly big?: boolean;
  /** The value, where all rows have the same: the database would sort by it. */
  readonly constant?: string | number;
  /** The value is that of an index row, which has no beginning where a position has {@link noBeginning}. */
  readonly open?: boolean;
}

/**
 * Values that have no beginning (`<5`) are sorted by this, and so every position tells them, whatever way they were found: what has no
 * value can come behind it in both directions.
 */
export const noBeginning = -1e307;

/** Where a value of a position lies among index rows. */
export const inIndex = <T extends string | number>(value: T): T | number =>
  value === noBeginning ? Number.NEGATIVE_INFINITY : value;

/** A key that all rows have the same of; the database is not asked for it. */
export const constantKey = (constant: string | number, descending: boolean): OrderKey => ({
  value: raw('0'),
  descending,
  constant,
});

/** A position: the values of the keys of the last row. */
export type Position = readonly (string | number)[];

/** Name of the nth key's column in the result. */
export const keyColumn = (index: number): string => `key${index}`;

/** The keys as columns of the SELECT. */
export function keyColumns(keys: readonly OrderKey[]): Sql {
  return join(
    keys.map((key, i) => {
      const value = key.big ? sql`CAST(${key.value} AS TEXT)` : key.value;
      return sql`${value} AS ${raw(keyColumn(i))}`;
    }),
    ', ',
  );
}

/** ORDER BY of the keys, by the names of their columns; one that leaves as text is ordered as the number it is. */
export function orderBy(keys: readonly OrderKey[]): Sql {
  const columns = keys.map((key, i) => `${key.big ? key.value.text : keyColumn(i)}${key.descending ? ' DESC' : ''}`);
  return raw(`ORDER BY ${columns.filter((_, i) => keys[i]!.constant === undefined).join(', ')}`);
}

/** Condition that a row lies after a position. */
export function after(keys: readonly OrderKey[], position: Position): Sql {
  const [{ constant }] = keys as readonly [OrderKey];
  if (constant !== undefined) {
    const side = compareRows(keys.slice(0, 1), [constant], position);
    return side === 0 ? after(keys.slice(1), position.slice(1)) : raw(side > 0 ? '1 = 1' : '1 = 0');
  }
  const sameDirection = keys.every(key => key.descending === keys[0]!.descending);
  const values = position.map((value, i): SqlValue => {
    if (keys[i]?.big) return BigInt(value);
    return keys[i]?.open ? inIndex(value) : value;
  });
  if (sameDirection) {
    const sign = raw(keys[0]!.descending ? '<' : '>');
    if (keys.length === 1) return sql`${keys[0]!.value} ${sign} ${values[0]!}`;
    return sql`(${join(
      keys.map(key => key.value),
      ', ',
    )}) ${sign} (${join(
      values.map(value => sql`${value}`),
      ', ',
    )})`;
  }
  const steps = keys.map((key, i) => {
    const equal = keys.slice(0, i).map((before, j) => sql`${before.value} = ${values[j]!}`);
    return join([...equal, sql`${key.value} ${raw(key.descending ? '<' : '>')} ${values[i]!}`], ' AND ');
  });
  // The first key alone is what an index is entered by.
  const [first] = keys as [OrderKey];
  return sql`${first.value} ${raw(first.descending ? '<=' : '>=')} ${values[0]!} AND (${join(
    steps.map(step => sql`(${step})`),
    ' OR ',
  )})`;
}

/** Compares two rows by their keys, as the database does. */
export function compareRows(keys: readonly { readonly descending: boolean }[], a: Position, b: Position): number {
  for (const [i, key] of keys.entries()) {
    const [left, right] = [a[i]!, b[i]!];
    if (left === right) continue;
    return left < right === key.descending ? 1 : -1;
  }
  return 0;
}

/**
 * LIMIT with the number in the text: SQLite plans a statement anew each time the value of `LIMIT ?` is bound, which costs
 * several times what a short query takes.
 */
export const atMost = (limit: number): Sql => raw(`LIMIT ${Math.min(Math.trunc(limit), Number.MAX_SAFE_INTEGER)}`);
