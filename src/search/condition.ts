/**
 * Condition: what a resource has to fulfil, as a tree of plain data between plan and SQL. Its leaves are ranges of index
 * rows, sets of resources, and tests on the version itself.
 */
import type { Resource } from '../fhir/types.ts';
import { refHash } from '../store/hash.ts';
import type { Sql } from '../store/sql.ts';
import type { IndexTable } from '../store/store.ts';

/** SQL expressions for the version that is being tested. */
export interface At {
  readonly seq: Sql;
  readonly moment: Sql;
  /** Hash of `Type/id`. */
  readonly h: Sql;
  readonly lastUpdated: Sql;
}

/** Codes of a source, of some systems or of any. */
export interface Codes {
  readonly param: number;
  readonly hashes: readonly bigint[];
  readonly systems?: readonly number[];
  /** The source's codes are of few systems, which shapes tell. */
  readonly few: boolean;
}

/** A run of rows in one index table: a version fulfils it when one of its rows lies inside. */
export interface Range {
  readonly table: IndexTable;
  /** Condition over the table's alias `x`. */
  readonly where: Sql;
  /** The columns that order its rows, after those fixed by equality: `moment`, or `lo`, `hi` …; none when there is no one order. */
  readonly walk: readonly string[];
  /**
   * How one version is looked up in it: by moment and seq as in the key, by seq with the second index (or a key that is
   * fixed up to seq), or only through the set of all its versions.
   */
  readonly probe: 'moment' | 'seq' | 'set';
  /** True when one version can have several rows inside. */
  readonly repeats: boolean;
  /** The source whose values the rows are in the order of `walk`, when no version has more than one. */
  readonly orders?: number;
  /** Words it is about, as a condition over `index_word y`: few are resolved before the query, and walked. */
  readonly words?: { readonly param: number; readonly which: Sql };
  /** What fulfils it is among what fulfils that, which the key finds. */
  readonly among?: Condition;
  /** Values of a source that do not fulfil it are found there, with others: what fulfils its opposite has one of these, or none. */
  readonly beside?: { readonly param: number; readonly found: Condition };
  /** Shapes it is about, as a condition over `index_shape y` of what stands for a type: they are resolved before the query. */
  readonly shapes?: { readonly facts: number; readonly which: Sql };
  /** It is the rows of some codes of a source (of some systems, else of any): what has none of them can be found beside them. */
  readonly codes?: Codes;
  /**
   * It is about versions of some shapes: each version lies in one such range, once. What is found is in the order of versions, also
   * where many such ranges have to be gathered: their number may change between two pages.
   */
  readonly ofShape?: boolean;
  /** The part of the condition that the key can find, for an estimate of its rows, when it cannot find the whole. */
  readonly estimate?: Sql;
  /** Where no row of the table fulfils this, `estimate` is the whole condition: it is looked for before the query. */
  readonly unless?: Sql;
  /** Only those of them count that fulfil this as well; it is looked for among the first. */
  readonly unlessOnly?: Sql;
  /** Its rows are found by reading through more than they are: it drives only when nothing else can. */
  readonly scan?: boolean;
  /** Its rows cannot be found by the condition, only looked up for a version. */
  readonly testOnly?: boolean;
  /** The same condition told from the version alone, without a row. */
  readonly atVersion?: (at: At) => Sql;
  /** The same condition told from the moment alone; only for the parameter the moment is made of. */
  readonly atMoment?: (at: At) => Sql;
  /** How selective it usually is, for plans without sampling: lower is looked at first. */
  readonly rank: number;
}

/** What a resource has to fulfil. */
export type Condition =
  | { readonly op: 'range'; readonly range: Range }
  | { readonly op: 'ids'; readonly hashes: readonly bigint[] }
  /** References of the sources to a resource of a type that fulfils a condition; `large` when many do. */
  | {
      readonly op: 'chain';
      readonly params: readonly number[];
      readonly type: string;
      readonly inner: Condition;
      readonly large?: boolean;
    }
  /** Referenced through the sources by a resource of a type that fulfils a condition. */
  | {
      readonly op: 'has';
      readonly params: readonly number[];
      readonly type: string;
      readonly inner: Condition;
      readonly large?: boolean;
    }
  /**
   * Refers by canonical through the sources to a resource of `innerType` that fulfils a condition, or is referred to by one
   * (then `urls` are the sources of its own URL); looked up before the query.
   */
  | {
      readonly op: 'canonical';
      readonly direction: 'to' | 'from';
      readonly name: string;
      readonly params: readonly number[];
      readonly urls: readonly number[];
      readonly innerType: string;
      readonly inner: Condition;
    }
  /** References to a contained resource (`via` has a row for each, with its place) that fulfils a condition. */
  | { readonly op: 'inside'; readonly via: Range; readonly type: string; readonly inner: Condition }
  | { readonly op: 'or' | 'and'; readonly parts: readonly Condition[] }
  /** `among`: what fulfils it is among what fulfils that, which can be walked. */
  | { readonly op: 'not'; readonly part: Condition; readonly among?: Condition }
  | { readonly op: 'test'; readonly test: (at: At) => Sql }
  /** Tested on the resource itself, after everything else; only as one of the conditions of a whole search. */
  | { readonly op: 'body'; readonly name: string; readonly test: (resource: Resource) => boolean };

/** One condition of several: none never holds, one is itself. */
export function anyOf(parts: readonly Condition[]): Condition {
  return parts.length === 1
    ? parts[0]!
    : { op: 'or', parts: parts.flatMap(part => (part.op === 'or' ? part.parts : [part])) };
}

/** All of several conditions: none always holds. */
export function allOf(parts: readonly Condition[]): Condition {
  return parts.length === 1
    ? parts[0]!
    : { op: 'and', parts: parts.flatMap(part => (part.op === 'and' ? part.parts : [part])) };
}

/** The opposite. */
export function not(part: Condition): Condition {
  return part.op === 'not' ? part.part : { op: 'not', part };
}

/** Never fulfilled. */
export const never: Condition = { op: 'or', parts: [] };

/** Key of a resource in the database. */
export const hashOf = (type: string, id: string): bigint => refHash(`${type}/${id}`);

const names = new WeakMap<Condition, string>();

/** Notes which parameter a condition comes from, for the plan in words. */
export function named<T extends Condition>(condition: T, name: string): T {
  if (name !== '') names.set(condition, name);
  return condition;
}

/** The parameter a condition comes from; empty when it is not known. */
export const nameOf = (condition: Condition): string => names.get(condition) ?? '';
