/**
 * StructureDefinition/$snapshot: the definition with the snapshot that follows from its base and differential.
 * @see https://hl7.org/fhir/R4/structuredefinition-operation-snapshot.html
 */
import type { StructureDefinition } from '../definitions/element-schema.ts';
import { generateSnapshot, SnapshotError } from '../definitions/snapshot.ts';
import { ShapeError } from '../definitions/snapshot-error.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import type { FhirRequest, FhirResponse, Operation, Services } from '../interactions/interaction.ts';
import { readText } from '../interactions/read.ts';

/** The definition in the body, in Parameters, named by `url`, or stored under the id. */
async function askedDefinition(services: Services, request: FhirRequest): Promise<Resource | undefined> {
  const { id } = request.params;
  if (id !== undefined) return JSON.parse(await readText(services, request, 'StructureDefinition', id)) as Resource;
  const body = request.body?.kind === 'resource' ? request.body.resource : undefined;
  if (body && body.resourceType !== 'Parameters') return body;
  const parameters = (Array.isArray(body?.['parameter']) ? body['parameter'] : []) as JsonObject[];
  const given = parameters.find(one => one['name'] === 'definition')?.['resource'] as Resource | undefined;
  if (given) return structuredClone(given);
  const named = parameters.find(one => one['name'] === 'url');
  const url = named?.['valueUri'] ?? named?.['valueString'] ?? request.query.find(([name]) => name === 'url')?.[1];
  return typeof url === 'string' ? services.definitions.byCanonical('StructureDefinition', url) : undefined;
}

/** What is wrong with the structure of a definition no snapshot could be made of; undefined when nothing is. */
function brokenDefinition({ validator }: Services, definition: Resource): FhirError | undefined {
  const issues = validator.validateResource(definition, { level: 'base' });
  return issues.some(one => one.severity === 'error') ? new FhirError('invalid', issues) : undefined;
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  await services.storedDefinitions.refresh();
  const definition = await askedDefinition(services, request);
  if (definition?.resourceType !== 'StructureDefinition' || typeof definition['url'] !== 'string')
    throw new FhirError('invalid', {
      en: 'There is no StructureDefinition; expected it as the body, as the parameter "definition", or its canonical as "url"',
      ja: 'StructureDefinition がありません。本文か parameter「definition」に入れるか、「url」で canonical を示してください',
    });
  const find = (canonical: string, asker: Resource) =>
    services.definitions.byCanonical('StructureDefinition', canonical, asker) as StructureDefinition | undefined;
  try {
    const element = generateSnapshot(
      definition as StructureDefinition,
      find,
      definition['derivation'] === 'constraint',
    );
    return { status: 200, headers: {}, body: { kind: 'resource', resource: { ...definition, snapshot: { element } } } };
  } catch (error) {
    const broken =
      error instanceof SnapshotError && !(error instanceof ShapeError)
        ? undefined
        : brokenDefinition(services, definition);
    throw broken ?? (error instanceof SnapshotError ? new FhirError('unprocessable', error.text) : error);
  }
}

/** POST [base]/StructureDefinition/$snapshot, GET with `url`, [base]/StructureDefinition/[id]/$snapshot. */
export const snapshot: Operation = {
  name: 'snapshot',
  levels: ['type', 'instance'],
  types: ['StructureDefinition'],
  definition: 'http://hl7.org/fhir/OperationDefinition/StructureDefinition-snapshot',
  readOnly: true,
  handle,
};
