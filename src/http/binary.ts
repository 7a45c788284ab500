/**
 * Binary resources as their own content: raw bytes in, raw bytes out.
 * @see https://hl7.org/fhir/R4/binary.html#rest
 */
import type { FhirRequest, FhirResponse } from '../interactions/interaction.ts';
import type { Route } from '../interactions/router.ts';

/** A Binary sent as bytes becomes a Binary resource with contentType and data (base64). */
export function binaryRequest(request: FhirRequest): FhirRequest {
  const { body } = request;
  if (body?.kind !== 'bytes' || request.path.at(-1)?.startsWith('$')) return request;
  const resource = {
    resourceType: 'Binary',
    ...(request.params['id'] !== undefined && { id: request.params['id'] }),
    contentType: request.contentType ?? 'application/octet-stream',
    ...(request.headers['x-security-context'] && {
      securityContext: { reference: request.headers['x-security-context'] },
    }),
    data: Buffer.from(body.bytes).toString('base64'),
  };
  return { ...request, body: { kind: 'resource', text: JSON.stringify(resource), resource } };
}

/** True when an XML document begins with the element Binary. */
function isBinaryXml(text: string): boolean {
  const before = /\s+|<\?.*?\?>|<!--.*?-->/sy;
  const root = /<(?:[\w.-]+:)?Binary[\s/>]/y;
  for (let at = 0; ; at = before.lastIndex) {
    before.lastIndex = root.lastIndex = at;
    if (!before.test(text)) return root.test(text);
  }
}

/** True when JSON is a Binary, whatever the order of its members; of what cannot be read, when it seems to be meant as one. */
function isBinaryJson(text: string): boolean {
  try {
    return (JSON.parse(text) as { resourceType?: unknown } | null)?.resourceType === 'Binary';
  } catch {
    return /^\s*\{\s*"resourceType"\s*:\s*"Binary"/.test(text);
  }
}

/** Whether content that is sent to Binary is a Binary resource itself. @see https://hl7.org/fhir/R4/binary.html#rest */
export function isBinaryResource(bytes: Uint8Array, kind: 'json' | 'xml'): boolean {
  const text = new TextDecoder().decode(bytes);
  if (!text.includes('Binary')) return false;
  return kind === 'xml' ? isBinaryXml(text) : isBinaryJson(text);
}

/** Operations that give files and choose their form themselves. */
const givesFiles = ['$export-files', '$render'];

/** True when a Binary is read and the client did not ask for the FHIR form, and for operations that give files. */
export function wantsBinary(route: Route, request: FhirRequest): boolean {
  if (givesFiles.includes(route.name)) return true;
  if ((route.name !== 'read' && route.name !== 'vread') || route.params['type'] !== 'Binary') return false;
  return !request.query.some(([name]) => name === '_format') && !/fhir|json|xml/.test(request.headers['accept'] ?? '');
}

/** What can be a media type in a header; a stored code may hold other characters. @see RFC 9110 section 8.3.1 */
const mediaType = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+\s*(?:;[\x20-\x7e]*)?$/;

/** The content of a Binary as bytes of its own type; of no known type when that cannot be told in a header. */
export function binaryResponse(response: FhirResponse): FhirResponse {
  if (response.body?.kind !== 'text') return response;
  const { contentType, data } = JSON.parse(response.body.text) as { contentType?: unknown; data?: unknown };
  // Stored content is anybody's: a browser that shows it must not run it in this server's name.
  const headers = { ...response.headers, 'Content-Security-Policy': "sandbox; default-src 'none'" };
  const type =
    typeof contentType === 'string' && mediaType.test(contentType) ? contentType : 'application/octet-stream';
  const bytes = Buffer.from(typeof data === 'string' ? data : '', 'base64');
  return { ...response, headers, body: { kind: 'bytes', bytes, contentType: type } };
}
