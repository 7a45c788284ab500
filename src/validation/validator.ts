/**
 * The validator: resource → findings. Synchronous and pure.
 */
import type { Issue } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';

/** Compiled checks of all types and profiles. */
export interface Validator {
  /** Findings of a resource against its type (and later its profiles), in document order; empty when there is none. */
  validateResource(resource: Resource, profiles?: readonly string[]): readonly Issue[];
}
