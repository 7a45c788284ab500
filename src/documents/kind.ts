/**
 * What kinds of documents there are to this server: a Bundle profile, its place in the exchange, and what is made of it.
 */
import type { JsonObject, Message } from '../fhir/types.ts';

/** A code with its system and name. */
export interface Code {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

/** One kind of document Bundle. */
export interface DocumentKind {
  /** Short name, also its code in the retention table. */
  readonly name: string;
  readonly title: Message;
  /** Canonical of its Bundle profile; undefined for a document of no known kind. */
  readonly profile: string | undefined;
  readonly bundleType: 'document' | 'collection';
  /** DocumentReference.type; undefined when the Composition says it. */
  readonly type?: Code;
  /** How a Bundle that does not name the profile is recognised. */
  readonly looksLike: (bundle: JsonObject) => boolean;
  /** True when the national exchange's rules beyond the profiles hold: size, keys, flags. */
  readonly national: boolean;
}
