/**
 * Envelopes: what a document comes in. The exchange's own envelopes (file names, result codes) are given to registered vendors
 * only, so they are adapters: one file each, one line in envelopes/all.ts. The plain one is documented and complete.
 */
import type { Issue } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import type { DocumentKeys } from './keys.ts';

/** What is asked to be done with a document. */
export type Letter =
  | { readonly command: 'register'; readonly text: string; readonly bundle: Resource }
  | { readonly command: 'withdraw' | 'restore'; readonly keys: DocumentKeys };

/** What was read of an envelope: the letter, or why there is none. */
export type Opened = { readonly letter: Letter } | { readonly issues: readonly Issue[] };

/** A way of packing documents. */
export interface Envelope {
  readonly name: string;
  /** True for content this envelope knows how to open. */
  fits(resource: Resource): boolean;
  /** @param text JSON of the resource, read before */
  open(resource: Resource, text: string): Opened;
}
