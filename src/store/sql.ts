/**
 * SQL as data: text with values kept apart, joined safely; `?` is turned into the database's own placeholder by the store.
 */

/** What a column can hold and a statement can be given. */
export type SqlValue = string | number | bigint | null;

/** A piece of SQL: its text with `?` for each value. */
export interface Sql {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

const isSql = (part: unknown): part is Sql => typeof part === 'object' && part !== null && 'text' in part;

/** Template tag: sql`… ${value} …`; a nested Sql is spliced in, anything else becomes a value. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Sql | SqlValue)[]): Sql {
  let text = strings[0] ?? '';
  const values: SqlValue[] = [];
  parts.forEach((part, i) => {
    if (isSql(part)) {
      text += part.text;
      values.push(...part.values);
    } else {
      text += '?';
      values.push(part);
    }
    text += strings[i + 1] ?? '';
  });
  return { text, values };
}

/** Text that is part of the program (a table's or column's name), never of a request. */
export function raw(text: string): Sql {
  return { text, values: [] };
}

/** Fragments joined by a separator such as `' AND '`. */
export function join(parts: readonly Sql[], separator: string): Sql {
  return { text: parts.map(part => part.text).join(separator), values: parts.flatMap(part => part.values) };
}

const mostTogether = 100;

/** Tests of which one must hold, in brackets. Many are put in brackets by the hundred: SQLite refuses expressions that are 1,000 deep. */
export function anyOf(tests: readonly Sql[]): Sql {
  const bracketed = (some: readonly Sql[]): Sql => sql`(${join(some, ' OR ')})`;
  if (tests.length <= mostTogether) return bracketed(tests);
  const groups = Array.from({ length: Math.ceil(tests.length / mostTogether) }, (_, i) =>
    bracketed(tests.slice(i * mostTogether, (i + 1) * mostTogether)),
  );
  return anyOf(groups);
}

/** `(?, ?, ?)` for a list of values; the list must not be empty. */
export function list(values: readonly SqlValue[]): Sql {
  return { text: `(${values.map(() => '?').join(', ')})`, values };
}
