/**
 * What /metadata says of search: only what is really answered.
 * @see https://hl7.org/fhir/R4/capabilitystatement.html
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { JsonObject } from '../fhir/types.ts';
import type { Registry } from './registry.ts';
import { searchTypes } from './types/all.ts';

/** Parameters of every type that are not defined by an expression, and those that shape the answer. */
const everywhere: readonly JsonObject[] = [
  { name: '_id', definition: 'http://hl7.org/fhir/SearchParameter/Resource-id', type: 'token' },
  { name: '_lastUpdated', definition: 'http://hl7.org/fhir/SearchParameter/Resource-lastUpdated', type: 'date' },
  { name: '_text', definition: 'http://hl7.org/fhir/SearchParameter/DomainResource-text', type: 'string' },
  { name: '_content', definition: 'http://hl7.org/fhir/SearchParameter/Resource-content', type: 'string' },
  { name: '_filter', definition: 'http://hl7.org/fhir/SearchParameter/filter', type: 'special' },
  { name: '_list', type: 'special', documentation: 'id of a List' },
  { name: '_has', type: 'special', documentation: '_has:[type]:[reference]:[parameter]' },
];
const results: readonly JsonObject[] = [
  '_sort',
  '_count',
  '_include',
  '_revinclude',
  '_summary',
  '_total',
  '_elements',
  '_contained',
  '_containedType',
].map(name => ({ name, type: 'special' }));

/** A type that has no parameters but those of all types. */
const plainest = 'Binary';

/** Search of a type for its CapabilityStatement entry; of the system when the type is undefined. */
export function capabilitiesOf(type: string | undefined, definitions: Definitions, registry: Registry) {
  const own = [...registry(type ?? plainest).byCode.values()].filter(param => searchTypes.has(param.type));
  const search = own.map(
    (param): JsonObject => ({
      name: param.code,
      definition: param.url,
      type: param.type,
      ...(param.description && { documentation: param.description }),
    }),
  );
  if (type === undefined)
    return {
      search: [...everywhere, ...search, { name: '_type', type: 'special' }, ...results],
      includes: [],
      revIncludes: [],
    };
  return {
    search: [...everywhere, ...search].toSorted((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1)),
    includes: ['*', ...own.filter(param => param.type === 'reference').map(param => `${type}:${param.code}`)],
    revIncludes: definitions.resourceTypes.flatMap(source => includesTo(source, type, registry)),
  };
}

function includesTo(source: string, type: string, registry: Registry): string[] {
  return [...registry(source).byCode.values()]
    .filter(param => param.type === 'reference' && param.targets.includes(type))
    .map(param => `${source}:${param.code}`);
}
