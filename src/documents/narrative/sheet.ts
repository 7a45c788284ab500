/** Forms and documents as plain data: what a page for a browser and a PDF are both made of. */
import type { Language } from '../../fhir/types.ts';

/** Name and value of an item; an item without a value is left out unless the form shows its blanks (an empty text). */
export type Row = readonly [name: string, value: string | undefined];

/** A column of a grid; widths are shares of the whole. */
export interface Column {
  readonly name: string;
  readonly width: number;
}

/** A piece of a sheet. */
export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'rows'; readonly rows: readonly Row[] }
  | { readonly kind: 'grid'; readonly columns: readonly Column[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'text'; readonly text: string }
  /** What readers must not overlook, such as 未告知. */
  | { readonly kind: 'mark'; readonly text: string }
  /** A narrative as it was sent: XHTML. */
  | { readonly kind: 'narrative'; readonly html: string };

/** One form, such as 第2表; begins on a page of its own. */
export interface Sheet {
  readonly title: string;
  readonly landscape?: boolean;
  readonly blocks: readonly Block[];
}

/** Sheets that belong together. */
export interface Paper {
  readonly language: Language;
  readonly title: string;
  /** When it was written, as a FHIR date; stands in the properties of a PDF. */
  readonly date?: string | undefined;
  readonly sheets: readonly Sheet[];
}

/** Rows as a block; none when no row has a value. */
export function rowsBlock(rows: readonly Row[]): readonly Block[] {
  const filled = rows.filter(([, value]) => value !== undefined);
  return filled.length === 0 ? [] : [{ kind: 'rows', rows: filled }];
}

/** A grid without the columns in which no row has anything; none without rows. */
export function gridBlock(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly Block[] {
  const used = columns.map((_, i) => rows.some(row => (row[i] ?? '') !== ''));
  if (!used.some(Boolean)) return [];
  return [
    {
      kind: 'grid',
      columns: columns.filter((_, i) => used[i]),
      rows: rows.map(row => row.filter((_, i) => used[i])),
    },
  ];
}
