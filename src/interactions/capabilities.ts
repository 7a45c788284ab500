/**
 * capabilities: a CapabilityStatement made from what is really there: interactions, search parameters, operations, settings.
 * @see https://hl7.org/fhir/R4/capabilitystatement.html
 */

import { FhirError } from '../fhir/outcome.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import { releaseDate, version } from '../version.ts';
import type { FhirRequest, FhirResponse, Interaction, Services } from './interaction.ts';
import { parseSubset, subsetText } from './subset.ts';
import { terminologyCapabilities } from './terminology-capabilities.ts';

const typeInteractions = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'history-type',
  'create',
  'search-type',
];
const systemInteractions = ['transaction', 'batch', 'search-system', 'history-system'];

function operationsOf(services: Services, type: string | undefined): JsonObject[] {
  return services.operations
    .filter(operation =>
      type === undefined
        ? operation.levels.includes('system')
        : operation.levels.some(level => level !== 'system') && (!operation.types || operation.types.includes(type)),
    )
    .map(operation => ({ name: operation.name, definition: operation.definition }));
}

function resourceEntry(services: Services, type: string, names: ReadonlySet<string>): JsonObject {
  const { search, includes, revIncludes } = services.search.capabilities(type);
  const operation = operationsOf(services, type);
  return {
    type,
    profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
    interaction: typeInteractions.filter(name => names.has(name)).map(code => ({ code })),
    versioning: 'versioned-update',
    readHistory: names.has('vread'),
    updateCreate: names.has('update'),
    conditionalCreate: names.has('create'),
    conditionalRead: names.has('read') ? 'full-support' : 'not-supported',
    conditionalUpdate: names.has('conditional-update'),
    conditionalDelete: names.has('conditional-delete') ? services.config.conditionalDelete : 'not-supported',
    referencePolicy: ['literal', 'logical', 'local'],
    ...(includes.length > 0 && { searchInclude: includes }),
    ...(revIncludes.length > 0 && { searchRevInclude: revIncludes }),
    ...(search.length > 0 && { searchParam: search }),
    ...(operation.length > 0 && { operation }),
  };
}

const feature = (definition: string, key: string, value: unknown): JsonObject => ({
  url: 'http://hl7.org/fhir/uv/application-feature/StructureDefinition/feature',
  extension: [
    { url: 'definition', valueCanonical: definition },
    { url: 'value', [key]: value },
  ],
});

/** What terminology clients look for: code systems may be sent along, and which tests the answers were made for. */
const terminologyFeatures: readonly JsonObject[] = [
  feature('http://hl7.org/fhir/uv/tx-tests/FeatureDefinition/test-version', 'valueCode', '1.9.3'),
  feature('http://hl7.org/fhir/uv/tx-ecosystem/FeatureDefinition/CodeSystemAsParameter', 'valueBoolean', true),
];

/** The CapabilityStatement of this server at the base URL. */
export function capabilityStatement(services: Services, base: string): Resource {
  const names = new Set(services.interactions.map(interaction => interaction.name));
  if (names.has('batch')) names.add('transaction');
  const operation = operationsOf(services, undefined);
  return {
    resourceType: 'CapabilityStatement',
    extension: terminologyFeatures,
    url: `${base}/metadata`,
    version,
    name: 'Engawa',
    title: 'Engawa FHIR R4 server',
    status: 'active',
    date: services.startedAt,
    kind: 'instance',
    instantiates: ['http://hl7.org/fhir/CapabilityStatement/terminology-server'],
    software: { name: 'Engawa', version, releaseDate },
    implementation: { description: 'Engawa FHIR R4 server', url: base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'application/fhir+xml', 'json', 'xml'],
    patchFormat: ['application/json-patch+json', 'application/fhir+json', 'application/fhir+xml'],
    rest: [
      {
        mode: 'server',
        documentation:
          services.access.name === 'open'
            ? 'Access is open; the server listens on loopback only.'
            : 'Access is restricted.',
        resource: services.definitions.resourceTypes.map(type => resourceEntry(services, type, names)),
        interaction: systemInteractions.filter(name => names.has(name)).map(code => ({ code })),
        searchParam: services.search.capabilities(undefined).search,
        ...(operation.length > 0 && { operation }),
        compartment: services.definitions.all('CompartmentDefinition').map(one => one['url']),
      },
    ],
  };
}

const statements = new WeakMap<Services, Map<string, string>>();

function statementText(services: Services, base: string): string {
  const texts = statements.get(services) ?? new Map<string, string>();
  statements.set(services, texts);
  let text = texts.get(base);
  if (text === undefined) {
    text = JSON.stringify(capabilityStatement(services, base));
    // Base URLs follow the Host header: keep few, so that a client cannot fill the memory with them.
    if (texts.size < 8) texts.set(base, text);
  }
  return text;
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const mode = request.query.find(([name]) => name === 'mode')?.[1] ?? 'full';
  if (mode === 'terminology') {
    await services.terminology.refresh();
    return {
      status: 200,
      headers: {},
      body: { kind: 'resource', resource: terminologyCapabilities(services, request.base, version) },
    };
  }
  // A server may ignore the mode; the normative portion is what all of it is here.
  if (mode !== 'full' && mode !== 'normative')
    throw new FhirError(
      'not-supported',
      {
        en: `mode=${mode.slice(0, 40)} is not offered; expected full, normative or terminology`,
        ja: `mode=${mode.slice(0, 40)} には対応していません（full・normative・terminology のみ）`,
      },
      { location: 'mode' },
    );
  const text = statementText(services, request.base);
  const subset = parseSubset(request.query);
  return {
    status: 200,
    headers: {},
    body: { kind: 'text', text: subset ? subsetText(text, subset, services.definitions) : text },
  };
}

/** GET [base]/metadata. */
export const capabilities: Interaction = { name: 'capabilities', method: 'GET', path: 'metadata', handle };
