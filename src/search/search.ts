/**
 * The door to search: what interactions, operations and the store need of it.
 * The stages behind it: parse → plan → compile (see the folder's README).
 */

import type { JsonObject, Resource } from '../fhir/types.ts';
import type { Sql } from '../store/sql.ts';
import type { AccessFacts, Begins, IndexRow, IndexTable, Precondition, Readable, Store } from '../store/store.ts';
import type { Page } from './find.ts';
import type { Match } from './match.ts';
import type { FindInput } from './plan-query.ts';
import type { Progress } from './reindex.ts';

/** One parameter of a query: name with modifier and chain, and value, both decoded. */
export type QueryParameter = readonly [name: string, value: string];

/** The query of a conditional interaction, with what is known of the resources that could begin to match (search/begins.ts). */
export type MatchQuery = Sql & { readonly begins?: Begins };

/** Compiled search parameters: extraction of index rows and answering of queries. */
export interface Search {
  /** Tables handed to the store for its DDL. */
  readonly tables: readonly IndexTable[];
  /** The index rows of a resource; pure, the same text gives the same rows. */
  extract(resource: Resource, lastUpdated?: number): readonly IndexRow[];
  /**
   * What access needs to know of a resource: the persons of its Patient compartment(s).
   * @param id the id it is stored under; its own when absent
   */
  persons(resource: Resource, id?: string): readonly string[];
  /**
   * The query of a conditional interaction: selects `id` of at most two current matches.
   * Throws FhirError when a parameter is unknown, when there is none, or when it is a result parameter.
   */
  matchQuery(
    type: string,
    query: readonly QueryParameter[],
    access: Readable,
    store: Store,
    /** `all`: every match, not at most two (conditional delete of several). */
    options?: { readonly all?: boolean },
  ): MatchQuery;
  /** Takes over SearchParameters that clients have stored; once at start, later searches do it themselves. */
  refresh(store: Store): Promise<void>;
  /**
   * What extraction goes by: a condition for the commit of index rows, which fails when a SearchParameter has been written that
   * they were made without. Undefined before the first {@link Search.refresh}.
   */
  asExtracted(): Precondition | undefined;
  /** Makes all index rows anew, while the server runs or not; tells how far it is. The number of types. */
  rebuild(store: Store, tell: (progress: Progress) => void): Promise<number>;
  /** What is being indexed now. */
  indexing(): readonly Progress[];
  /** One page of a search. Throws FhirError for what cannot be searched. */
  find(input: FindInput, store: Store): Promise<Page>;
  /** The texts of a page's resources in the order given, in chunks so that memory stays bounded. */
  texts(matches: readonly Match[], store: Store): AsyncIterable<readonly string[]>;
  /**
   * What /metadata says of a type's search, or of the system's when `type` is undefined: CapabilityStatement
   * searchParam entries (only what is really indexed), searchInclude and searchRevInclude.
   */
  capabilities(type: string | undefined): {
    readonly search: readonly JsonObject[];
    readonly includes: readonly string[];
    readonly revIncludes: readonly string[];
  };
}

export { createSearch } from './create-search.ts';
export { listQuery } from './plan-list.ts';
export type { AccessFacts, FindInput, Match, Page, Progress };
