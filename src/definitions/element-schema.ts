/**
 * ElementSchema: one StructureDefinition as nested plain data, in the order of its elements.
 * Made once at build (base types) or at start (profiles); validation, XML and _summary are driven by it.
 * @see https://hl7.org/fhir/R4/elementdefinition.html
 */

/** A type an element may have. */
export interface ElementType {
  /** Type name, such as `string`, `HumanName`, `Reference`, `BackboneElement`. */
  readonly code: string;
  /** Canonicals of profiles for Reference and canonical targets. */
  readonly targetProfile?: readonly string[];
  /** Canonicals of profiles the value itself must follow. */
  readonly profile?: readonly string[];
}

/** One element. A choice element `value[x]` has the name `value` and `choice: true`. */
export interface ElementSchema {
  /** JSON name, without `[x]`. */
  readonly name: string;
  /** FHIRPath of the definition, such as `Patient.name` or `Observation.value[x]`. */
  readonly path: string;
  readonly min: number;
  /** Infinity for `*`. */
  readonly max: number;
  /** True when JSON holds an array (decided by the base definition, so max 1 of a profile keeps the array). */
  readonly array: boolean;
  readonly choice?: boolean;
  readonly types: readonly ElementType[];
  /** Child elements of a BackboneElement or of an inline constrained type. */
  readonly children?: readonly ElementSchema[];
  /** Path of the element whose children this one reuses (`contentReference`), such as `Bundle.link`. */
  readonly contentReference?: string;
  readonly isSummary?: boolean;
  readonly isModifier?: boolean;
}

/** A resource type or data type. */
export interface TypeSchema {
  readonly name: string;
  readonly kind: 'resource' | 'complex-type' | 'primitive-type';
  readonly abstract: boolean;
  readonly children: readonly ElementSchema[];
  /** Regular expression of a primitive's lexical form, from the specification. */
  readonly pattern?: string;
}
