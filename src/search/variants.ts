/**
 * Variant characters: the table 髙 → 高 from the ConceptMap in terminology/engawa-characters. A change to it changes what
 * is extracted, so it goes with a new extractor version (registry.ts).
 */
import fs from 'node:fs';
import type { Resource } from '../fhir/types.ts';
import type { Variants } from './fold.ts';

const file = new URL('../../terminology/engawa-characters/ConceptMap-variant-characters.json', import.meta.url);

interface ConceptMap extends Resource {
  group?: { element?: { code: string; target?: { code: string }[] }[] }[];
}

let loaded: Variants | undefined;

/** The table as a map from a variant to the character it is searched as. */
export function loadVariants(): Variants {
  if (loaded) return loaded;
  const variants = new Map<string, string>();
  for (const { element = [] } of (JSON.parse(fs.readFileSync(file, 'utf8')) as ConceptMap).group ?? []) {
    for (const { code, target } of element) if (target?.[0]) variants.set(code, target[0].code);
  }
  loaded = variants;
  return variants;
}
