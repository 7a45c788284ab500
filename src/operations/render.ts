/** $render: a document as an HTML page for people. */
import { renderDocument } from '../documents/narrative/render.ts';
import { parseJson } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import type { FhirRequest, FhirResponse, Operation, Services } from '../interactions/interaction.ts';
import { gone, notFound } from '../interactions/read.ts';

/** Read so that decimals keep their digits. */
const read = (text: string): Resource => parseJson(text, { lossless: true, maxDepth: 1000 }) as Resource;

async function stored(services: Services, request: FhirRequest, type: string, id: string): Promise<Resource> {
  const version = await services.store.read(type, id, services.access.condition(request.caller), request.asOf);
  if (!version) throw notFound(type, id);
  if (version.deleted) throw gone(version);
  return read(version.text);
}

/** The Bundle that is meant: the one sent, the stored one, or the one a DocumentReference is about. */
async function bundleOf(services: Services, request: FhirRequest): Promise<Resource> {
  const { type, id } = request.params;
  if (id === undefined) {
    const { body } = request;
    if (body?.kind === 'resource' && body.resource.resourceType === 'Bundle') return read(body.text);
    throw new FhirError('invalid', { en: 'Expected a Bundle as the body', ja: '本文に Bundle を送ってください' });
  }
  const resource = await stored(services, request, type!, id);
  if (type === 'Bundle') return resource;
  const related = (resource['context'] as { related?: { reference?: string }[] } | undefined)?.related ?? [];
  const bundle = related.map(one => /^Bundle\/([A-Za-z0-9\-.]{1,64})$/.exec(one.reference ?? '')?.[1]).find(Boolean);
  if (bundle === undefined)
    throw new FhirError('not-found', {
      en: 'This document has no Bundle to be shown',
      ja: 'この文書には表示できる Bundle がありません',
    });
  return stored(services, request, 'Bundle', bundle);
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const html = renderDocument(await bundleOf(services, request), request.language);
  return {
    status: 200,
    // Narratives come from others: nothing in them may run or load.
    headers: { 'Content-Security-Policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:" },
    body: { kind: 'bytes', bytes: Buffer.from(html), contentType: 'text/html; charset=utf-8' },
  };
}

/** GET [base]/Bundle/[id]/$render, [base]/DocumentReference/[id]/$render; POST [base]/Bundle/$render. */
export const render: Operation = {
  name: 'render',
  levels: ['type', 'instance'],
  types: ['Bundle', 'DocumentReference'],
  definition: 'https://w3id.org/engawa/fhir/OperationDefinition/render',
  readOnly: true,
  handle,
};
