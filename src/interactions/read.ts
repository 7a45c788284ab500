/**
 * read and vread, with conditional read (304) and `_summary` / `_elements`.
 * @see https://hl7.org/fhir/R4/http.html#read
 */
import { FhirError } from '../fhir/outcome.ts';
import type { Current } from '../store/store.ts';
import { refuseVersions } from './bundled/refuse.ts';
import { isNotModified, versionHeaders } from './headers.ts';
import type { FhirRequest, FhirResponse, Interaction, Services } from './interaction.ts';
import { parseSubset, subsetText } from './subset.ts';

/** "Not there" and "not yours" are this one answer. */
export function notFound(type: string, id: string): FhirError {
  return new FhirError('not-found', { en: `${type}/${id} is not known here`, ja: `${type}/${id} は見つかりません` });
}

/** 410 for what was deleted. @param version the deletion, once it is stored */
export function gone({ type, id }: { readonly type: string; readonly id: string }, version?: Current): FhirError {
  return new FhirError(
    'gone',
    { en: `${type}/${id} was deleted`, ja: `${type}/${id} は削除されています` },
    { headers: version ? versionHeaders(version) : {} },
  );
}

function answer(services: Services, request: FhirRequest, version: Current): FhirResponse {
  if (version.deleted) throw gone(version, version);
  const headers = versionHeaders(version);
  if (isNotModified(request, version)) return { status: 304, headers };
  const subset = parseSubset(request.query);
  const text = subset ? subsetText(version.text, subset, services.definitions) : version.text;
  return { status: 200, headers, body: { kind: 'text', text } };
}

/**
 * The JSON of a resource as the caller may see it: stored, or one that comes with the program.
 * @throws FhirError 'not-found', 'gone'
 */
export async function readText(
  services: Services,
  { caller, asOf }: Pick<FhirRequest, 'caller' | 'asOf'>,
  type: string,
  id: string,
): Promise<string> {
  const version = await services.store.read(type, id, services.access.condition(caller), asOf);
  const text = version?.deleted === false ? version.text : await services.shelf.read(type, id);
  if (text !== undefined) return text;
  throw version ? gone(version) : notFound(type, id);
}

/** What comes with the program has no versions here, so there is no ETag. */
function bundledAnswer(services: Services, request: FhirRequest, text: string): FhirResponse {
  const subset = parseSubset(request.query);
  const body = subset ? subsetText(text, subset, services.definitions) : text;
  return { status: 200, headers: {}, body: { kind: 'text', text: body } };
}

async function handleRead(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const type = request.params['type']!;
  const id = request.params['id']!;
  const version = await services.store.read(type, id, services.access.condition(request.caller), request.asOf);
  if (version && !version.deleted) return answer(services, request, version);
  const bundled = await services.shelf.read(type, id);
  if (bundled !== undefined) return bundledAnswer(services, request, bundled);
  if (!version) throw notFound(type, id);
  return answer(services, request, version);
}

async function handleVread(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const type = request.params['type']!;
  const id = request.params['id']!;
  const vid = request.params['vid']!;
  const version = /^[1-9]\d{0,14}$/.test(vid)
    ? await services.store.readVersion(type, id, Number(vid), services.access.condition(request.caller))
    : undefined;
  if (!version) {
    await refuseVersions(services, request, type, id);
    throw notFound(type, `${id}/_history/${vid}`);
  }
  return answer(services, request, version);
}

/** GET [base]/[type]/[id]. */
export const read: Interaction = { name: 'read', method: 'GET', path: '[type]/[id]', handle: handleRead };

/** GET [base]/[type]/[id]/_history/[vid]. */
export const vread: Interaction = {
  name: 'vread',
  method: 'GET',
  path: '[type]/[id]/_history/[vid]',
  handle: handleVread,
};
