/**
 * The shapes of terminology: a concept, a code system seen by the engine, whatever it is kept in (a resource, the tables
 * of an imported master, a grammar such as UCUM).
 * @see https://hl7.org/fhir/R4/codesystem.html
 */
import type { JsonObject } from '../fhir/types.ts';

/** Another name of a concept: CodeSystem.concept.designation; `source` is the supplement it came from. */
export interface Designation {
  readonly language?: string;
  readonly use?: JsonObject;
  readonly value: string;
  readonly extension?: readonly JsonObject[];
  readonly source?: string;
}

/** One concept, in the form of CodeSystem.concept. */
export interface Concept {
  readonly code: string;
  readonly display?: string;
  readonly definition?: string;
  readonly designation?: readonly Designation[];
  /** CodeSystem.concept.property: `code` and one `value…`. */
  readonly property?: readonly JsonObject[];
  readonly extension?: readonly JsonObject[];
}

/** A coded value as a client gives it. */
export interface Coding {
  readonly system?: string;
  readonly version?: string;
  readonly code: string;
  readonly display?: string;
}

/** http://hl7.org/fhir/codesystem-content-mode */
export type Content = 'complete' | 'fragment' | 'example' | 'not-present' | 'supplement';

/** CodeSystem.property: what a property code stands for. */
export interface PropertyDefinition {
  readonly code: string;
  readonly uri?: string;
  readonly type?: string;
}

/** What is said of a code system as a whole. Dates are days such as `2026-04-01`; `validTo` is the last day. */
export interface SystemHead {
  readonly url: string;
  readonly version?: string;
  readonly name?: string;
  readonly title?: string;
  readonly language?: string;
  readonly status?: string;
  readonly experimental?: boolean;
  readonly standardsStatus?: string;
  readonly content: Content;
  readonly caseSensitive: boolean;
  readonly valueSet?: string;
  readonly properties: readonly PropertyDefinition[];
  /** Supplements laid over it, as `url|version`. */
  readonly supplements: readonly string[];
  readonly validFrom?: string;
  readonly validTo?: string;
}

/** A page of a code system: concepts with all the words, active ones only, in force on a day only. */
export interface PageWish {
  readonly words: readonly string[];
  readonly offset: number;
  readonly count: number;
  readonly activeOnly: boolean;
  readonly day: string;
  readonly onlyInForce: boolean;
}

/** Why a grammar refuses a code, in both languages. */
export type Explanation = { readonly en: string; readonly ja: string };

/** A code system as the engine asks it. All answers are synchronous. */
export interface CodeSystem {
  readonly head: SystemHead;
  /** Number of concepts; undefined when they cannot be counted (a grammar). */
  readonly size: number | undefined;
  /** The concept of a code; where case does not matter, of the code written in another case. */
  find(code: string): Concept | undefined;
  /** All concepts in the system's order, parents before children; nothing for a grammar. */
  concepts(): Iterable<Concept>;
  /** Codes of the direct parents; of the direct children; of the concepts without parents. */
  parents(code: string): readonly string[];
  children(code: string): readonly string[];
  roots(): Iterable<string>;
  /** True when there is any hierarchy. */
  readonly hierarchical: boolean;
  /** Concepts whose texts may contain all the words, a superset that is quick to get; undefined = look at all. */
  textCandidates?(words: readonly string[]): Iterable<Concept> | undefined;
  /** Concepts with a property value, by index; undefined = look at all. */
  withProperty?(property: string, value: string): Iterable<Concept> | undefined;
  /** Canonical of a value set with the usual codes of a grammar. */
  readonly usual?: string;
  /** A page of all concepts that have the words; undefined = the system has no quick way. */
  page?(wish: PageWish): { readonly concepts: readonly Concept[]; readonly total: number | undefined } | undefined;
  /** Filters of its own, such as UCUM's `canonical`; undefined = the usual ones. */
  filter?(
    property: string,
    op: string,
    value: string,
  ): { test(concept: Concept): boolean; candidates?(): Iterable<Concept> } | undefined;
  /** For grammars: why a code is wrong. */
  explain?(code: string): Explanation | undefined;
}

/** The word for a canonical with its version. */
export function versioned(url: string, version: string | undefined): string {
  return version === undefined || version === '' ? url : `${url}|${version}`;
}
