/**
 * A layout says what the columns of a master's file are. Layouts are data: a new kind, or a new edition of one, is a row
 * in layouts/, or a JSON file given with --map.
 */
import type { Message } from '../../fhir/types.ts';

/** A column by its number from 1, or by its heading. */
export type Column = number | string;

/** Another name of a concept. */
export interface NameColumn {
  readonly column: Column;
  readonly language?: string;
  /** Code of the use, such as `kana`; absent = a display in another language. */
  readonly use?: string;
}

/** A property of a concept. */
export interface PropertyColumn {
  readonly column: Column;
  readonly code: string;
  readonly type?: 'code' | 'string' | 'integer' | 'decimal';
  readonly description?: string;
  /** True when value sets are to be filtered by it. */
  readonly indexed?: boolean;
}

/** What the last column of a period holds: the last day or month in force, or the first day no longer in force. */
export type EndUnit = 'last-day' | 'last-month' | 'first-day-after';

/** A column whose value decides something. */
export interface Choice {
  readonly column: Column;
  readonly values: readonly string[];
}

/** The layout of a master's file. */
export interface Layout {
  readonly kind: string;
  readonly title: Message;
  /** Canonical of the code system. */
  readonly url: string;
  readonly name: string;
  readonly language?: string;
  readonly separator: 'comma' | 'tab';
  readonly encoding?: 'auto' | 'utf-8' | 'shift_jis' | 'utf-16le';
  /** Lines before the first row, the headings among them. */
  readonly skipLines?: number;
  /** True when the last of the skipped lines holds headings (then columns may be named). */
  readonly header?: boolean;
  /** The code; several columns are joined. */
  readonly code: Column | readonly Column[];
  /** Pattern of a whole code; rows whose code does not fit, such as headings, are left out. */
  readonly codePattern?: string;
  readonly display: Column;
  readonly definition?: Column;
  readonly names?: readonly NameColumn[];
  readonly properties?: readonly PropertyColumn[];
  readonly parent?: Column;
  readonly validFrom?: Column;
  readonly validUntil?: { readonly column: Column; readonly unit: EndUnit };
  readonly inactive?: Choice;
  readonly deprecated?: Choice;
  /** Rows to leave out; rows to take only. */
  readonly skip?: Choice;
  readonly take?: Choice;
  readonly caseSensitive?: boolean;
  /** True when a code may come in several rows, of which the first counts. */
  readonly repeats?: boolean;
  /** True when the layout was read in a public specification or file; false = it still needs a real file. */
  readonly sampled: boolean;
  readonly note?: Message;
}

/** Thrown for a layout or a file that cannot be used; says where and what was expected. */
export class ImportError extends Error {
  readonly text: Message;
  constructor(text: Message) {
    super(text.en);
    this.name = 'ImportError';
    this.text = text;
  }
}
