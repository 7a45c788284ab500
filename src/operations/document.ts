/**
 * $document: a document Bundle of a Composition and what it refers to; kept as a Bundle when asked (`persist`).
 * @see https://hl7.org/fhir/R4/composition-operation-document.html
 */

import { stringifyJson } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import { localReference } from '../fhir/reference.ts';
import type { Resource } from '../fhir/types.ts';
import type { FhirRequest, FhirResponse, Operation, Services } from '../interactions/interaction.ts';
import { askedIn } from '../interactions/parameters.ts';
import { gone, notFound } from '../interactions/read.ts';
import { listReferences } from '../interactions/references.ts';
import { commitPrepared, prepareWrite, writeResponse } from '../interactions/write.ts';
import type { Current } from '../store/store.ts';

/** Most resources of one document. */
const most = 2000;

interface Part {
  readonly reference: string;
  readonly text: string;
  readonly resource: Resource;
}

async function readPart(services: Services, request: FhirRequest, reference: string): Promise<Part | undefined> {
  const [type = '', id = ''] = reference.split('/');
  const version = await services.store.read(type, id, services.access.condition(request.caller), request.asOf);
  if (!version || version.deleted) return undefined;
  return { reference, text: version.text, resource: JSON.parse(version.text) as Resource };
}

/** The resources a resource refers to, as `Type/id`; versions and fragments are left out. */
function targets(services: Services, request: FhirRequest, { resource }: Part): readonly string[] {
  return listReferences(structuredClone(resource), services.definitions)
    .filter(([, kind]) => kind === 'reference')
    .map(([one]) => localReference(one.split('#')[0]!, request.base))
    .filter(one => one !== undefined);
}

/**
 * The Composition, what it refers to, and what that refers to in turn: documents stand alone.
 * @param lenient leaves out what is not there instead of refusing
 */
async function collect(
  services: Services,
  request: FhirRequest,
  first: Part,
  lenient = false,
): Promise<readonly Part[]> {
  const parts = [first];
  const seen = new Set([first.reference]);
  for (let i = 0; i < parts.length; i++)
    for (const reference of targets(services, request, parts[i]!)) {
      if (seen.has(reference)) continue;
      seen.add(reference);
      const part = await readPart(services, request, reference);
      if (part) parts.push(part);
      else if (i === 0 && !lenient) throw missing(reference);
      if (parts.length > most) throw tooMany();
    }
  return parts;
}

/** A Composition and what it refers to, as far as it is there and the caller may see it. */
export function collectDocument(
  services: Services,
  request: FhirRequest,
  composition: Resource,
): Promise<readonly Part[]> {
  const reference = `Composition/${composition.id ?? ''}`;
  const resource = JSON.parse(stringifyJson(composition)) as Resource;
  return collect(services, request, { reference, text: stringifyJson(composition), resource }, true);
}

function missing(reference: string): FhirError {
  return new FhirError(
    'unprocessable',
    {
      en: `The Composition refers to ${reference}, which is not there; a document needs everything its Composition refers to`,
      ja: `Composition が参照している ${reference} がありません。文書には Composition が参照するものがすべて必要です`,
    },
    { expression: 'Composition' },
  );
}

function tooMany(): FhirError {
  return new FhirError('too-costly', {
    en: `The document would hold more than ${most} resources`,
    ja: `文書のリソースが ${most} 件を超えます`,
  });
}

/** JSON of the Bundle; the resources' texts as they are stored. */
function bundleText(services: Services, base: string, parts: readonly Part[]): string {
  const id = services.newId();
  const now = new Date(services.now()).toISOString();
  const head = {
    resourceType: 'Bundle',
    id,
    identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${services.newId()}` },
    type: 'document',
    timestamp: now,
  };
  const entries = parts.map(
    ({ reference, text }) => `{"fullUrl":${JSON.stringify(`${base}/${reference}`)},"resource":${text}}`,
  );
  return `${JSON.stringify(head).slice(0, -1)},"entry":[${entries.join(',')}]}`;
}

const known = new Set(['id', 'persist', '_format', '_pretty']);

function refuse(name: string, en: string, ja: string): FhirError {
  return new FhirError(
    'invalid',
    { en: `$document, ${name}: ${en}`, ja: `$document の ${name}: ${ja}` },
    { location: name },
  );
}

/** Parameters by name. @throws FhirError for one that would be left out: the document would be another than was asked for */
function readAsked(request: FhirRequest): ReadonlyMap<string, string> {
  const asked = new Map(askedIn(request));
  for (const name of asked.keys())
    if (!known.has(name))
      throw refuse(name, 'not known; expected id or persist', 'ありません（id・persist が使えます）');
  const persist = asked.get('persist') ?? 'false';
  if (persist !== 'true' && persist !== 'false')
    throw refuse(
      'persist',
      `found "${persist.slice(0, 40)}", expected true or false`,
      `「${persist.slice(0, 40)}」ではなく true か false にしてください`,
    );
  if (persist === 'true' && request.method !== 'POST')
    throw refuse('persist', 'a GET stores nothing; send it by POST', 'GET では保存できません。POST で送ってください');
  return asked;
}

/** The id of the Composition that is asked for. */
function idOf(request: FhirRequest, asked: ReadonlyMap<string, string>): string {
  const [id, own] = [asked.get('id'), request.params['id']];
  if (own !== undefined && id !== undefined)
    throw refuse('id', `the URL names Composition/${own} already`, `URL で Composition/${own} が指定されています`);
  if (own !== undefined) return own;
  if (id === undefined)
    throw new FhirError('required', {
      en: 'Expected the id of a Composition',
      ja: 'Composition の id を指定してください',
    });
  if (!id.includes('/')) return id;
  const [type, named] = localReference(id, request.base)?.split('/') ?? [];
  if (type === 'Composition' && named !== undefined) return named;
  throw refuse(
    'id',
    `found "${id.slice(0, 200)}", expected a Composition of this server`,
    `「${id.slice(0, 200)}」ではなく、このサーバーの Composition にしてください`,
  );
}

async function compositionOf(services: Services, request: FhirRequest, id: string): Promise<Part> {
  const version: Current | undefined = await services.store.read(
    'Composition',
    id,
    services.access.condition(request.caller),
    request.asOf,
  );
  if (!version) throw notFound('Composition', id);
  if (version.deleted) throw gone(version);
  return { reference: `Composition/${id}`, text: version.text, resource: JSON.parse(version.text) as Resource };
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const asked = readAsked(request);
  const parts = await collect(services, request, await compositionOf(services, request, idOf(request, asked)));
  const text = bundleText(services, request.base, parts);
  if (asked.get('persist') !== 'true') return { status: 200, headers: {}, body: { kind: 'text', text } };
  const resource = JSON.parse(text) as Resource;
  const id = resource.id!;
  const { committed } = await commitPrepared(services, async () => [
    await prepareWrite(services, request, { type: 'Bundle', id, text, resource, method: 'POST', mustBeNew: true }),
  ]);
  return writeResponse(request, committed[0]!);
}

/** GET and POST [base]/Composition/[id]/$document, [base]/Composition/$document?id=. */
export const document: Operation = {
  name: 'document',
  levels: ['type', 'instance'],
  types: ['Composition'],
  definition: 'http://hl7.org/fhir/OperationDefinition/Composition-document',
  readOnly: true,
  handle,
};
