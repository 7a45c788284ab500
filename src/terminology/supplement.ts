/**
 * Supplements: a CodeSystem that adds designations, properties and extensions to the concepts of another one.
 * @see https://hl7.org/fhir/R4/codesystem.html#supplements
 */
import type { JsonObject, Resource } from '../fhir/types.ts';
import { objects, text } from './json.ts';
import { supplementConcepts } from './resource-system.ts';
import { type CodeSystem, type Concept, type Designation, type PropertyDefinition, versioned } from './shapes.ts';

interface Layer {
  readonly canonical: string;
  readonly language: string | undefined;
  readonly concepts: ReadonlyMap<string, JsonObject>;
}

function overlay(concept: Concept, layer: Layer): Concept {
  const more = layer.concepts.get(concept.code);
  if (!more) return concept;
  const designations: Designation[] = (objects(more['designation']) as unknown as Designation[]).map(one => ({
    ...one,
    source: layer.canonical,
  }));
  const display = text(more['display']);
  if (display !== undefined && display !== concept.display)
    designations.unshift({
      ...(layer.language && { language: layer.language }),
      value: display,
      source: layer.canonical,
    });
  return {
    ...concept,
    designation: [...(concept.designation ?? []), ...designations],
    property: [...(concept.property ?? []), ...objects(more['property'])],
    extension: [...(concept.extension ?? []), ...objects(more['extension'])],
  };
}

/** A code system with supplements laid over it; the answers are made when asked for. */
export function withSupplements(system: CodeSystem, supplements: readonly Resource[]): CodeSystem {
  if (supplements.length === 0) return system;
  const layers: Layer[] = supplements.map(resource => ({
    canonical: versioned(String(resource['url']), text(resource['version'])),
    language: text(resource['language']),
    concepts: supplementConcepts(resource),
  }));
  const properties = supplements.flatMap(resource => objects(resource['property']) as unknown as PropertyDefinition[]);
  const laidOver = (concept: Concept): Concept => layers.reduce(overlay, concept);
  return {
    head: {
      ...system.head,
      supplements: layers.map(layer => layer.canonical),
      properties: [...system.head.properties, ...properties],
    },
    size: system.size,
    hierarchical: system.hierarchical,
    find(code) {
      const concept = system.find(code);
      return concept && laidOver(concept);
    },
    *concepts() {
      for (const concept of system.concepts()) yield laidOver(concept);
    },
    parents: code => system.parents(code),
    children: code => system.children(code),
    roots: () => system.roots(),
    ...(system.filter && {
      filter: (property: string, op: string, value: string) => system.filter!(property, op, value),
    }),
    ...(system.explain && { explain: (code: string) => system.explain!(code) }),
  };
}
