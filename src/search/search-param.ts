/**
 * SearchParam: a SearchParameter as compiled for one resource type.
 * @see https://hl7.org/fhir/R4/searchparameter.html
 */
import type { Expression } from '../fhirpath/compile.ts';
import type { ExtractorVersions } from './sources.ts';

/** Types of search parameters, http://hl7.org/fhir/search-param-type. */
export type SearchParamType =
  | 'number'
  | 'date'
  | 'string'
  | 'token'
  | 'reference'
  | 'composite'
  | 'quantity'
  | 'uri'
  | 'special';

/** Where values come from: one or more expressions whose values share their index rows. */
export interface Source {
  /** Stands for the source in the index: the same on every machine; changes when what is extracted changes. */
  readonly param: number;
  /** The same for other versions of the extractors. */
  readonly paramAt: (versions: ExtractorVersions) => number;
  readonly kind: SearchParamType;
  /** Its values are names of persons or things, whose words are found by themselves. */
  readonly ofName: boolean;
  readonly expressions: readonly Expression[];
  /** At most one value a resource. */
  readonly single: boolean;
  /** The one type its references can have, for references that leave it out. */
  readonly soleTarget?: string;
  /** Types that parameters ask for alone (`patient`), of all that its references can lead to. */
  readonly onlyTargets?: readonly string[];
  /** Compiled components of a composite. */
  readonly components?: readonly Component[];
  /**
   * For a composite over the whole resource: the sources whose rows hold its components already. All combinations of
   * their values are in the resource, so "each component is true of the resource" is the same, and needs no rows.
   */
  readonly whole?: readonly Source[];
}

/** One component of a composite parameter, evaluated on each value of the composite's expression. */
export interface Component {
  /** Type of the component's own parameter. */
  readonly kind: SearchParamType;
  /** Types its values can have, over all values of the composite's expression. */
  readonly types: readonly string[];
  /** Expression for a focus type, compiled on first use. */
  readonly on: (focus: Parameters<Parameters<Expression['evaluate']>[1]>[1]) => Expression | undefined;
}

/** A search parameter of one resource type. */
export interface SearchParam {
  readonly code: string;
  readonly type: SearchParamType;
  /** The resource type it is compiled for. */
  readonly resourceType: string;
  /** Canonical of its SearchParameter. */
  readonly url: string;
  readonly description: string;
  readonly sources: readonly Source[];
  /** Types a reference can point to. */
  readonly targets: readonly string[];
  /** Set when the expression takes only references to this type (`patient` of Observation). */
  readonly onlyTarget?: string;
  /** Components of a composite: their parameters. */
  readonly components: readonly SearchParam[];
  /** True when its source makes the moment of the resource. */
  readonly isMoment: boolean;
  /** One of the specification's own. */
  readonly isCore: boolean;
}

/** All parameters of a type and what its resources are indexed by. */
export interface TypeParams {
  readonly resourceType: string;
  readonly byCode: ReadonlyMap<string, SearchParam>;
  readonly sources: readonly Source[];
  /** Stands for what is known of a version as a whole (shapes.ts), as a source's param for its rows. */
  readonly facts: number;
  /** The source of the resource's moment (its clinical date). */
  readonly moment?: Source;
  /** Codes of parameters that exist but cannot be indexed. */
  readonly absent: readonly string[];
}
