/**
 * Variant characters: the table 髙 → 高 from the ConceptMap in terminology/engawa-characters.
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { Resource } from '../fhir/types.ts';
import type { Variants } from './fold.ts';

/** Canonical of the table. */
export const variantsCanonical = 'https://w3id.org/engawa/fhir/ConceptMap/variant-characters';

interface ConceptMap extends Resource {
  group?: { element?: { code: string; target?: { code: string }[] }[] }[];
}

/** The table as a map from a variant to the character it is searched as; empty when it is not loaded. */
export function loadVariants(definitions: Definitions): Variants {
  const found = definitions.byCanonical('ConceptMap', variantsCanonical) as ConceptMap | undefined;
  const variants = new Map<string, string>();
  for (const { element = [] } of found?.group ?? []) {
    for (const { code, target } of element) if (target?.[0]) variants.set(code, target[0].code);
  }
  return variants;
}
