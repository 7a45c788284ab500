/**
 * HTTP headers FHIR gives a meaning, as values: Prefer, ETag and If-Match, If-None-Match, If-Modified-Since, Location.
 * @see https://hl7.org/fhir/R4/http.html#versioning
 */
import { FhirError } from '../fhir/outcome.ts';
import type { Current } from '../store/store.ts';
import type { FhirRequest, Prefer } from './interaction.ts';

const returns = ['minimal', 'representation', 'OperationOutcome'] as const;

/**
 * Reads a Prefer header. What is not known is ignored, as RFC 7240 section 2 says (a known client library sends
 * `return=presentation`); only an unknown `handling` is refused, because ignoring it would change what a search finds.
 * @throws FhirError 'invalid' for a value of `handling` that does not exist
 */
export function parsePrefer(header: string | undefined): Prefer {
  if (header === undefined) return {};
  const prefer: { -readonly [K in keyof Prefer]: Prefer[K] } = {};
  for (const part of header.split(/[,;]/)) {
    const [name = '', value = ''] = part.trim().replaceAll('"', '').split('=');
    if (name === 'return') {
      const known = returns.find(one => one === value);
      if (known) prefer.return = known;
    } else if (name === 'handling') {
      if (value !== 'strict' && value !== 'lenient') throw unknownPreference('handling', value, ['strict', 'lenient']);
      prefer.handling = value;
    } else if (name === 'respond-async') prefer.respondAsync = true;
  }
  return prefer;
}

function unknownPreference(name: string, found: string, expected: readonly string[]): FhirError {
  return new FhirError(
    'invalid',
    {
      en: `Prefer: ${name}=${found} is not known; expected one of ${expected.join(', ')}`,
      ja: `Prefer: ${name}=${found} は使えません（${expected.join('・')} のどれか）`,
    },
    { location: 'Prefer' },
  );
}

/** ETag of a version: `W/"3"`. */
export const etag = (versionId: number): string => `W/"${versionId}"`;

/**
 * The version an If-Match header (or Bundle.entry.request.ifMatch) names; undefined when there is none, `'*'` for any, 0 for an
 * ETag that no version of this server has: then the condition is false.
 * @throws FhirError 'invalid' when it is no ETag
 * @see RFC 9110 section 13.1.1
 */
export function parseIfMatch(header: string | undefined): number | '*' | undefined {
  if (header === undefined) return undefined;
  const value = header.trim();
  if (value === '*') return '*';
  const tag = /^(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/.exec(value)?.[1];
  if (tag === undefined)
    throw new FhirError(
      'invalid',
      {
        en: `If-Match: found ${value}, expected a version as the server gives it in ETag, such as W/"3"`,
        ja: `If-Match: 「${value}」ではなく、ETag で返した版（例: W/"3"）を指定してください`,
      },
      { location: 'If-Match' },
    );
  return /^[1-9]\d{0,14}$/.test(tag) ? Number(tag) : 0;
}

/** True when the client has this version already (If-None-Match, else If-Modified-Since): answer 304. */
export function isNotModified(request: FhirRequest, version: Current): boolean {
  const noneMatch = request.headers['if-none-match'];
  if (noneMatch !== undefined)
    return noneMatch
      .split(',')
      .some(tag => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === `"${version.versionId}"`);
  const since = request.headers['if-modified-since'];
  if (since === undefined) return false;
  const time = Date.parse(since);
  // HTTP dates have whole seconds: what changed within the second counts as not modified, as HTTP says.
  return !Number.isNaN(time) && Math.floor(version.lastUpdated / 1000) * 1000 <= time;
}

/** Under this key headers carry a version's exact time: `Last-Modified` has whole seconds only. Never sent as a header. */
const exactly = Symbol('lastUpdated');
type VersionHeaders = Record<string, string> & { readonly [exactly]?: string };

/** ETag and Last-Modified of a version. */
export function versionHeaders(version: Current): Record<string, string> {
  const updated = new Date(version.lastUpdated);
  const headers = { ETag: etag(version.versionId), 'Last-Modified': updated.toUTCString() };
  return Object.assign(headers, { [exactly]: updated.toISOString() });
}

/** `lastUpdated` of the version that {@link versionHeaders} were made of, also when they were copied. */
export const exactTime = (headers: VersionHeaders): string | undefined => headers[exactly];

/** Absolute URL of a version, for Location. */
export const versionUrl = (base: string, version: Current): string =>
  `${base}/${version.type}/${version.id}/_history/${version.versionId}`;
