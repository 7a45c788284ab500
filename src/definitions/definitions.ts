/**
 * Definitions: every loaded conformance resource, found by canonical, by type and id, or by type name.
 */
import type { Resource } from '../fhir/types.ts';
import type { TypeSchema } from './element-schema.ts';

/** All loaded conformance resources. Read-only for everybody but the loader. */
export interface Definitions {
  /** The 146 concrete resource types, sorted. */
  readonly resourceTypes: readonly string[];
  isResourceType(name: string): boolean;
  /** Schema of a resource type or data type (`Patient`, `HumanName`, `decimal`); undefined when there is none. */
  typeSchema(name: string): TypeSchema | undefined;
  /** A conformance resource by canonical, with or without `|version`. */
  byCanonical(type: string, canonical: string): Resource | undefined;
  /** All conformance resources of a type: SearchParameter, CompartmentDefinition, StructureDefinition, ValueSet… */
  all(type: 'SearchParameter' | 'CompartmentDefinition' | 'StructureDefinition' | 'OperationDefinition' | 'ValueSet' | 'CodeSystem' | 'ConceptMap'): readonly Resource[];
}
