/**
 * Store: what both databases implement. It keeps versions and index rows; it knows no search parameter and no profile.
 * Times are UTC milliseconds. Everything a request may read is read through a {@link Readable} (see access/).
 */
import type { Sql, SqlValue } from './sql.ts';
import type { TermTables } from './terms.ts';

declare const readable: unique symbol;
/**
 * A condition over the alias `v` of table `version` that says what the caller may read.
 * Only access/ makes one, so no path to data can forget it.
 */
export type Readable = Sql & {
  readonly [readable]: true;
  /** True when it lets everything through, so that it need not be looked at row by row. */
  readonly always?: boolean;
};

/** One stored version of a resource. `text` is the JSON as it goes over the wire; empty for a deletion. */
export interface Version {
  readonly type: string;
  readonly id: string;
  /** Counts up from 1 without gaps. */
  readonly versionId: number;
  readonly lastUpdated: number;
  readonly deleted: boolean;
  /** Position in the change feed: one order of all commits, without gaps. */
  readonly seq: number;
  /** How the version came to be. */
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly text: string;
}

/** The current state of a resource: its newest version, without how it came to be. */
export type Current = Omit<Version, 'method'>;

/** A table of the search index: its columns in key order; the store appends `seq`, the version's position. */
export interface IndexTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: 'INTEGER' | 'REAL' | 'TEXT' }[];
  /** The leading columns that make the primary key, followed by `seq`; the rest is payload. */
  readonly key: number;
  /** How many of the key's last columns come after `seq` instead of before it: PRIMARY KEY (a, b, seq, c) has 1. */
  readonly afterSeq?: number | undefined;
  /** A second index on (seq, first column): finds the values of one version. */
  readonly bySeq?: boolean;
  /** A third index on some columns; where there is a condition, of those rows only that fulfil it: there are few. */
  readonly some?: { readonly columns: readonly string[]; readonly where?: string };
  /** A row is shared by all versions that need it: it has no `seq`, and is never removed with a version. */
  readonly shared?: boolean;
}

/** One row of the search index: the values in the order of the table's columns, without `seq`. */
export interface IndexRow {
  readonly table: string;
  readonly values: readonly SqlValue[];
}

/**
 * What the access predicate needs to know of a resource; set by the server, never from client tags.
 * References are `Type/id`.
 */
export interface AccessFacts {
  /** The persons the resource belongs to (Patient compartment). */
  readonly persons: readonly string[];
  /** The organisation that wrote it, from the caller. */
  readonly authorOrganization: string | null;
  /** Information class (which kind of record it is), a small number; 0 = not classified. */
  readonly informationClass: number;
  /** Not to be shown before this time to others than its author; null = at once. */
  readonly releasedAt: number | null;
}

/** The resource's text with holes for what only the commit knows; see fhir/json.ts `stampable`. */
export interface TextTemplate {
  readonly before: string;
  readonly after: string;
}

/** A fact that must still hold inside the commit. */
export type Precondition =
  /** The current version of this resource; 0 = it does not exist or is deleted. */
  | { readonly kind: 'version'; readonly type: string; readonly id: string; readonly versionId: number }
  /** The resource exists and is not deleted. */
  | { readonly kind: 'exists'; readonly type: string; readonly id: string }
  /** No version of the type is newer than this position; 0 = there is none. */
  | { readonly kind: 'newest'; readonly type: string; readonly seq: number }
  /**
   * A conditional interaction's search finds exactly these resources (at most two are looked at).
   * `key` names the condition, so that a database with parallel writers can lock it.
   */
  | {
      readonly kind: 'matches';
      readonly key: string;
      readonly query: Sql;
      readonly ids: readonly string[];
      /** Absent = not known. */
      readonly begins?: Begins;
    };

/**
 * What can change the answer of a search: nothing but a new version of a resource of this type, and one that begins to match has an
 * index row with one of these values.
 */
export interface Begins {
  readonly type: string;
  readonly hashes: readonly bigint[];
}

/** A prepared write. Creating, updating, patching, deleting, importing all end as one of these. */
export interface Change {
  readonly type: string;
  readonly id: string;
  readonly method: Version['method'];
  /** Absent for a deletion. */
  readonly template?: TextTemplate;
  /** Fingerprint of the template (store/hash.ts `contentHash`), where it was needed before. */
  readonly content?: bigint;
  /** May be looked at more than once. */
  readonly rows: Iterable<IndexRow>;
  readonly access: AccessFacts;
  readonly preconditions: readonly Precondition[];
  /**
   * Make a new version even when the content is the same: the client named the version it holds (If-Match), so others
   * who hold it must notice. Without it, the same content again changes nothing.
   */
  readonly always?: boolean;
  /** Refuse instead of writing over an existing resource (an id the server made itself must be new). */
  readonly mustBeNew?: boolean;
}

/** What became of one Change. */
export interface Committed {
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'deleted' | 'absent';
  /** The current version afterwards; undefined when there never was one ('absent'). */
  readonly version?: Version;
}

/** Why a list of changes was not applied: nothing of it is stored. */
export interface Conflict {
  /** Index into the list of changes. */
  readonly change: number;
  readonly precondition: Precondition | { readonly kind: 'new' };
}

/** The answer of a commit: all applied, or none. */
export type CommitResult =
  /** `position` is the change feed's position right after: reads as of it see this commit and none later. */
  | { readonly ok: true; readonly committed: readonly Committed[]; readonly position: number }
  | { readonly ok: false; readonly conflict: Conflict };

/** One version of a resource; all of its versions without `versionId`. */
export interface ListedVersion {
  readonly type: string;
  readonly id: string;
  readonly versionId?: number;
}

/** Which versions a history asks for. */
export interface HistoryScope {
  readonly type?: string;
  readonly id?: string;
  /** Only versions with lastUpdated at or after this. */
  readonly since?: number;
  /** Only versions that were current at or before this (`_at`): [from, to) in milliseconds. */
  readonly at?: readonly [number, number];
  /** Only these. */
  readonly listed?: readonly ListedVersion[];
  /** Oldest first; newest first without it. */
  readonly ascending?: boolean;
  /** Only versions before this position. */
  readonly beforeSeq?: number | undefined;
  /** Only versions after this position. */
  readonly afterSeq?: number | undefined;
  readonly limit: number;
}

/** A row as the database gives it, by column name. */
export type Row = Readonly<Record<string, SqlValue>>;

/** Thrown by a store when the disk is full; nothing of the commit is stored. */
export class DiskFullError extends Error {}
/**
 * Thrown by a store when the database cannot be reached or is starting. A write that was under way may or may not have been
 * stored when `unknown` is true; otherwise nothing of it is.
 */
export class UnavailableError extends Error {
  readonly unknown: boolean;
  constructor(message: string, unknown = false) {
    super(message);
    this.unknown = unknown;
  }
}
/** Thrown by a store when a query used up its time; the query is stopped. */
export class QueryTimeoutError extends Error {
  /** What was being looked for, in words without values. */
  plan?: string;
}

/** Where the database stands, seen in one look: the same for all nodes that share it. */
export interface StoreState {
  /** Position of the newest commit: a search as of this position sees one moment. */
  readonly position: number;
  /** True when superseded versions still have index rows, so that a search has to exclude them. */
  readonly stale: boolean;
}

/** What opening either database needs. `now` gives UTC milliseconds. */
export interface StoreOptions {
  /** The tables of the search index. */
  readonly tables: readonly IndexTable[];
  readonly now: () => number;
}

/** The interface of both databases. */
export interface Store {
  /** Resolves when the database can be used; rejects when it cannot be opened. */
  ready(): Promise<void>;
  /** Applies a list of changes, all or nothing, in order; durable when the promise resolves. */
  commit(changes: readonly Change[]): Promise<CommitResult>;
  /**
   * The current version (or the one that was current at position `asOf`), also when it is a deletion;
   * undefined when there is none or the caller may not see it.
   */
  read(type: string, id: string, access: Readable, asOf?: number): Promise<Current | undefined>;
  readVersion(type: string, id: string, versionId: number, access: Readable): Promise<Version | undefined>;
  /** Versions in the order of commits; one row more than `limit` tells that there is a next page. */
  history(scope: HistoryScope, access: Readable): Promise<readonly Version[]>;
  /** Number of versions in a history. */
  historyCount(scope: Omit<HistoryScope, 'beforeSeq' | 'afterSeq' | 'limit'>, access: Readable): Promise<number>;
  /**
   * All rows of a query; throws {@link QueryTimeoutError} after `budgetMs`. It sees at least the last {@link state} that was
   * asked for on this node, and every commit of anybody when `newest` is given.
   */
  select(query: Sql, options?: { budgetMs?: number; newest?: boolean }): Promise<readonly Row[]>;
  /** The rows in chunks, so that memory stays bounded and other requests get their turn. */
  stream(query: Sql, options?: { budgetMs?: number; chunk?: number }): AsyncIterable<readonly Row[]>;
  /** The state right now, with every commit that was acknowledged by any node before the call. */
  state(): Promise<StoreState>;
  /** Superseded versions whose index rows may go, oldest first: those superseded before the time given. */
  stale(before: number, limit: number): Promise<readonly Version[]>;
  /**
   * Adds index rows to versions that have index rows already (a new search parameter); what is there stays, but for tables whose
   * key leads with `seq`: their rows say what is known of a version as a whole, and take the place of those that are there.
   */
  addRows(versions: readonly { readonly seq: number; readonly rows: readonly IndexRow[] }[]): Promise<void>;
  /**
   * Removes at most `limit` rows of each index table whose first column, `param`, is one of the values given (what used to be
   * indexed and is not any more); the number of rows removed.
   */
  forget(params: readonly number[], limit: number): Promise<number>;
  /** Drops index tables nobody asks for any more. */
  tidy(): Promise<void>;
  /** What the program has noted about this database under a name. */
  note(name: string): Promise<string | undefined>;
  /** Notes something, in place of what was there. */
  setNote(name: string, text: string): Promise<void>;
  /** Removes index rows of superseded versions. */
  purge(versions: readonly { readonly seq: number; readonly rows: readonly IndexRow[] }[]): Promise<void>;
  /** Imported terminology masters. */
  readonly terms: TermTables;
  /** A secret of this database, made once (signs page links). */
  secret(name: string): Promise<Uint8Array>;
  /** Folds the journal, frees the file. */
  close(): Promise<void>;
}
