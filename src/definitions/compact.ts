/**
 * What the cache keeps of a conformance resource: the parts a server computes with.
 * Narrative, prose and mappings go; so do the code lists of SNOMED CT and LOINC, whose redistribution needs a licence
 * (the ValueSet's rule stays, an extension says how many codes were listed).
 */
import type { JsonObject, Resource } from '../fhir/types.ts';

/** Marks a ValueSet include whose listed concepts were left out; valueUnsignedInt is their number. */
export const conceptsOmitted = 'https://w3id.org/engawa/fhir/StructureDefinition/concepts-omitted';

const unlicensed: ReadonlySet<unknown> = new Set(['http://snomed.info/sct', 'http://loinc.org']);

const everywhere = [
  'meta',
  'text',
  'contained',
  'identifier',
  'experimental',
  'date',
  'publisher',
  'contact',
  'description',
];
const prose = [
  ...everywhere,
  'extension',
  '_description',
  'useContext',
  'jurisdiction',
  'purpose',
  'copyright',
  'immutable',
];

function without(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

const list = (value: unknown): JsonObject[] => (Array.isArray(value) ? value : []);

const maxValueSet = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet';

/** An element definition without prose; also for the elements of installed packages. */
export function compactElement(element: JsonObject): JsonObject {
  const names = ['short', 'definition', 'comment', 'requirements', 'alias', 'mapping', 'isModifierReason'];
  const kept = without(element, [...names, 'meaningWhenMissing', 'orderMeaning', 'example', 'extension', 'condition']);
  if (kept['constraint'])
    kept['constraint'] = list(kept['constraint']).map(constraint =>
      without(constraint, ['xpath', 'requirements', 'source']),
    );
  if (kept['binding']) {
    const binding = without(kept['binding'] as JsonObject, ['description', 'extension']);
    const bounds = list((kept['binding'] as JsonObject)['extension']).filter(
      extension => extension['url'] === maxValueSet,
    );
    kept['binding'] = bounds.length > 0 ? { ...binding, extension: bounds } : binding;
  }
  return kept;
}

function compactStructure(resource: JsonObject): JsonObject {
  const kept = without(resource, [...prose, 'mapping', 'differential', 'keyword', 'fhirVersion']);
  const snapshot = resource['snapshot'] as { element: JsonObject[] };
  return { ...kept, snapshot: { element: snapshot.element.map(compactElement) } };
}

function compactInclude(include: JsonObject): JsonObject {
  const kept = without(include, ['extension']);
  const concepts = list(include['concept']);
  if (concepts.length === 0) return kept;
  if (unlicensed.has(include['system']))
    return { ...without(kept, ['concept']), extension: [{ url: conceptsOmitted, valueUnsignedInt: concepts.length }] };
  return { ...kept, concept: concepts.map(concept => without(concept, ['extension', 'designation'])) };
}

function compactValueSet(resource: JsonObject): JsonObject {
  const compose = (resource['compose'] ?? {}) as JsonObject;
  const rules = without(compose, ['extension']);
  for (const part of ['include', 'exclude']) if (compose[part]) rules[part] = list(compose[part]).map(compactInclude);
  return { ...without(resource, [...prose, 'expansion', 'language']), compose: rules };
}

/** Concept properties that change what a code may be used for. */
const usedProperties: ReadonlySet<unknown> = new Set([
  'status',
  'notSelectable',
  'abstract',
  'deprecationDate',
  'child',
]);

function compactConcept(concept: JsonObject): JsonObject {
  const kept = without(concept, ['definition', 'designation', 'extension', '_display', '_definition']);
  const properties = list(concept['property']).filter(property => usedProperties.has(property['code']));
  delete kept['property'];
  if (properties.length > 0) kept['property'] = properties;
  if (concept['concept']) kept['concept'] = list(concept['concept']).map(compactConcept);
  return kept;
}

function compactCodeSystem(resource: JsonObject): JsonObject {
  const kept = without(resource, [...prose, 'language']);
  return resource['concept'] ? { ...kept, concept: list(resource['concept']).map(compactConcept) } : kept;
}

function compactConceptMap(resource: JsonObject): JsonObject {
  const groups = list(resource['group']).filter(
    group => !unlicensed.has(group['source']) && !unlicensed.has(group['target']),
  );
  return { ...without(resource, prose), group: groups };
}

function compactOperation(resource: JsonObject): JsonObject {
  const parameter = (one: JsonObject): JsonObject => ({
    ...without(one, ['documentation', 'extension']),
    ...(one['part'] ? { part: list(one['part']).map(parameter) } : {}),
  });
  return { ...without(resource, [...prose, 'comment']), parameter: list(resource['parameter']).map(parameter) };
}

const compactors: ReadonlyMap<string, (resource: JsonObject) => JsonObject> = new Map([
  ['StructureDefinition', compactStructure],
  ['ValueSet', compactValueSet],
  ['CodeSystem', compactCodeSystem],
  ['ConceptMap', compactConceptMap],
  ['OperationDefinition', compactOperation],
]);

/** The part of a conformance resource the cache keeps. */
export function compact(resource: Resource): JsonObject {
  const compactor = compactors.get(resource.resourceType);
  return compactor ? compactor(resource) : without(resource, [...prose, 'xpath', 'xpathUsage']);
}
