/**
 * Tables of imported terminology masters: editions of code systems, their concepts, hierarchy, indexed properties and
 * the index of texts. Read synchronously (codes are checked while a resource is validated), written in short batches by
 * whoever imports, this process or another one. They are kept in an SQLite file of their own; beside PostgreSQL, which has them
 * for all nodes, that file is a copy.
 */

/** What is kept of one concept. Days are numbers such as 20260401; 0 = none. */
export interface TermConcept {
  readonly code: string;
  readonly display: string | null;
  /** JSON: what else there is (designation, property, definition); empty when there is nothing. */
  readonly detail: string;
}

/** A concept to be written. */
export interface TermRow extends TermConcept {
  /** Place in the edition, from 1. */
  readonly no: number;
  readonly inactive: boolean;
  /** First day in force, and first day no longer in force. */
  readonly from: number;
  readonly until: number;
  readonly parents: readonly string[];
  /** Values of properties that are looked up. */
  readonly indexed: readonly (readonly [property: string, value: string])[];
}

/** One edition of a master. `head` is JSON the store does not look into. */
export interface TermEdition {
  readonly id: number;
  readonly url: string;
  readonly version: string;
  readonly head: string;
  readonly concepts: number;
  /** True when some concepts have days, or are inactive. */
  readonly limited: boolean;
  readonly importedAt: number;
}

/** Which concepts of an edition are wanted: in the order of codes. */
export interface TermWish {
  readonly activeOnly: boolean;
  /** The day concepts must be in force; 0 = any. */
  readonly day: number;
}

/** A packed list of numbers of concepts that have a piece of text. */
export interface TermPosting {
  readonly gram: number;
  readonly numbers: Uint8Array;
}

/** The tables, as one database keeps them. */
export interface TermTables {
  /** Takes over what was imported by others; without it, everything is as it was at the last time. Quick when nothing was. */
  refresh(): Promise<void>;
  /** Counts up when an edition came or went, whoever did it. */
  generation(): number;
  /** All editions that are complete. */
  editions(): readonly TermEdition[];
  find(edition: number, code: string): TermConcept | undefined;
  byNumber(edition: number, no: number): TermConcept | undefined;
  /** Concepts by code, from an offset. */
  page(edition: number, wish: TermWish, offset: number, count: number): readonly TermConcept[];
  count(edition: number, wish: TermWish): number;
  /** True when the concept of that number is wanted. */
  fits(edition: number, no: number, wish: TermWish): boolean;
  /** All concepts by code after a code, for walking through all of them. */
  after(edition: number, code: string, count: number): readonly TermConcept[];
  parents(edition: number, code: string): readonly string[];
  children(edition: number, code: string): readonly string[];
  roots(edition: number): readonly string[];
  hasHierarchy(edition: number): boolean;
  withProperty(edition: number, property: string, value: string): readonly number[];
  isIndexed(edition: number, property: string): boolean;
  /** Packed numbers of the concepts that have a piece of text, block by block. */
  postings(edition: number, gram: number): readonly Uint8Array[];

  /** Opens an edition for writing; nobody sees it before {@link TermTables.finish}. */
  begin(edition: { readonly url: string; readonly version: string; readonly head: string }): number;
  /** Writes concepts in one transaction: keep batches small, others wait. A code that is there already is left as it is. */
  add(edition: number, rows: readonly TermRow[]): { readonly repeated: readonly string[] };
  addParents(edition: number, pairs: readonly (readonly [code: string, parent: string])[]): void;
  /** Keeps texts by code until they are read again, for masters whose concepts are spread over several files. */
  stage(edition: number, rows: readonly (readonly [code: string, text: string])[]): void;
  /** Drops up to so many kept texts; false when none are left. */
  unstage(edition: number, rows: number): boolean;
  /** Texts that were kept, by code; those after a code and a number. */
  staged(
    edition: number,
    code: string,
    n: number,
    count: number,
  ): readonly { readonly code: string; readonly n: number; readonly text: string }[];
  addPostings(edition: number, block: number, postings: readonly TermPosting[]): void;
  /** Makes the edition the one of its URL and version, in one step. */
  finish(edition: number, concepts: number): void;
  /** Editions that are not in use: replaced, withdrawn, or begun more than a day ago and never finished. */
  leftovers(): readonly number[];
  /** Takes an edition out of use. */
  withdraw(edition: number): void;
  /** Removes up to so many rows of an edition that is not in use; false when nothing is left. */
  clear(edition: number, rows: number): boolean;
}

/** The step that makes the tables. */
export const termTables: readonly string[] = [
  // state: 0 being written, 1 in use, 2 no longer in use
  `CREATE TABLE term_edition (
    id INTEGER PRIMARY KEY AUTOINCREMENT, url TEXT NOT NULL, version TEXT NOT NULL, head TEXT NOT NULL, state INTEGER NOT NULL,
    concepts INTEGER NOT NULL, limited INTEGER NOT NULL, imported_at INTEGER NOT NULL)`,
  'CREATE TABLE term_generation (n INTEGER NOT NULL)',
  'INSERT INTO term_generation (n) VALUES (1)',
  // id = edition * 16777216 + number
  'CREATE TABLE term_concept (id INTEGER PRIMARY KEY, code TEXT NOT NULL, display TEXT, detail TEXT NOT NULL)',
  // Narrow, so that walking all codes of an edition touches little.
  `CREATE TABLE term_code (
    edition INTEGER NOT NULL, code TEXT NOT NULL, no INTEGER NOT NULL, inactive INTEGER NOT NULL,
    valid_from INTEGER NOT NULL, valid_until INTEGER NOT NULL, PRIMARY KEY (edition, code)) WITHOUT ROWID`,
  `CREATE TABLE term_parent (
    edition INTEGER NOT NULL, code TEXT NOT NULL, parent TEXT NOT NULL,
    PRIMARY KEY (edition, code, parent)) WITHOUT ROWID`,
  `CREATE TABLE term_child (
    edition INTEGER NOT NULL, parent TEXT NOT NULL, code TEXT NOT NULL,
    PRIMARY KEY (edition, parent, code)) WITHOUT ROWID`,
  `CREATE TABLE term_property (
    edition INTEGER NOT NULL, property TEXT NOT NULL, value TEXT NOT NULL, no INTEGER NOT NULL,
    PRIMARY KEY (edition, property, value, no)) WITHOUT ROWID`,
  `CREATE TABLE term_stage (
    edition INTEGER NOT NULL, code TEXT NOT NULL, n INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (edition, code, n)) WITHOUT ROWID`,
  `CREATE TABLE term_gram (
    edition INTEGER NOT NULL, gram INTEGER NOT NULL, block INTEGER NOT NULL, numbers BLOB NOT NULL,
    PRIMARY KEY (edition, gram, block)) WITHOUT ROWID`,
];
