/**
 * References: relative, absolute, urn:uuid, canonical|version and #fragment, taken apart and put together.
 * @see https://hl7.org/fhir/R4/references.html
 */

/** A reference taken apart. */
export type ParsedReference =
  /** `Patient/1` or `Patient/1/_history/2`: a resource of this server. */
  | { readonly kind: 'local'; readonly type: string; readonly id: string; readonly versionId?: string }
  /** A RESTful URL of another server. */
  | {
      readonly kind: 'absolute';
      readonly url: string;
      readonly type: string;
      readonly id: string;
      readonly versionId?: string;
    }
  /** Any other URI, such as a canonical, with its version and fragment kept apart. */
  | { readonly kind: 'uri'; readonly uri: string; readonly version?: string; readonly fragment?: string }
  /** `urn:uuid:…` and `urn:oid:…`. */
  | { readonly kind: 'urn'; readonly urn: string }
  /** `#id`: a contained resource; an empty id is the container itself. */
  | { readonly kind: 'fragment'; readonly id: string };

const restful =
  /^(?:(https?:\/\/.+)\/)?([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/;

/**
 * Takes a reference apart.
 * @param base the service base URL without a slash at the end: absolute references below it become local
 * @see https://hl7.org/fhir/R4/references.html#literal
 */
export function parseReference(text: string, base = ''): ParsedReference {
  if (text.startsWith('#')) return { kind: 'fragment', id: text.slice(1) };
  if (text.startsWith('urn:')) return { kind: 'urn', urn: text };
  const match = restful.exec(text);
  if (match) {
    const [, server, type, id, versionId] = match as unknown as [
      string,
      string | undefined,
      string,
      string,
      string | undefined,
    ];
    const rest = versionId === undefined ? { type, id } : { type, id, versionId };
    if (server === undefined || (base !== '' && server === base)) return { kind: 'local', ...rest };
    return { kind: 'absolute', url: `${server}/${type}/${id}`, ...rest };
  }
  return parseCanonical(text);
}

/**
 * Takes a canonical apart: `url|version#fragment`.
 * @see https://hl7.org/fhir/R4/references.html#canonical
 */
export function parseCanonical(text: string): ParsedReference & { kind: 'uri' } {
  const hash = text.indexOf('#');
  const whole = hash < 0 ? text : text.slice(0, hash);
  const bar = whole.lastIndexOf('|');
  return {
    kind: 'uri',
    uri: bar < 0 ? whole : whole.slice(0, bar),
    ...(bar >= 0 && { version: whole.slice(bar + 1) }),
    ...(hash >= 0 && { fragment: text.slice(hash + 1) }),
  };
}

/** `Type/id` of a reference to a resource of this server, without its version; undefined for any other. */
export function localReference(text: string, base = ''): string | undefined {
  const parsed = parseReference(text, base);
  return parsed.kind === 'local' ? `${parsed.type}/${parsed.id}` : undefined;
}
