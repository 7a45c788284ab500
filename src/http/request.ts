/**
 * HTTP → FhirRequest: path, query, headers, language, base URL, caller, body.
 * @see https://hl7.org/fhir/R4/http.html#general
 */
import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import { anonymous } from '../access/caller.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Language } from '../fhir/types.ts';
import { parsePrefer } from '../interactions/headers.ts';
import type { Body, FhirRequest, Services } from '../interactions/interaction.ts';
import { parseQuery } from '../interactions/match.ts';
import { pathParts } from '../interactions/path.ts';
import { type BodyExpectation, readBody, readForm } from './format.ts';

/** Where FHIR begins on this server. */
export const basePath = '/fhir';

/** The language of messages: the first of ja and en in Accept-Language by weight, else English. */
export function chooseLanguage(header: string | undefined): Language {
  if (!header) return 'en';
  const best = header
    .split(',')
    .map((part, order) => ({
      name: part.trim().slice(0, 2).toLowerCase(),
      weight: Number(/;\s*q=([\d.]+)/.exec(part)?.[1] ?? 1),
      order,
    }))
    .filter(({ name, weight }) => (name === 'ja' || name === 'en') && weight > 0)
    .sort((a, b) => b.weight - a.weight || a.order - b.order)[0];
  return best?.name === 'ja' ? 'ja' : 'en';
}

/** The path below the base, decoded and split; undefined when it is not below the base. */
export function splitPath(url: string): { path: string[]; queryText: string } | undefined {
  const mark = url.indexOf('?');
  const pathText = mark < 0 ? url : url.slice(0, mark);
  if (pathText !== basePath && !pathText.startsWith(`${basePath}/`)) return undefined;
  return { path: pathParts(pathText.slice(basePath.length + 1)), queryText: mark < 0 ? '' : url.slice(mark + 1) };
}

const bases = new Map<string, string>();

/** The service base URL as the client sees it. */
export function baseOf(services: Services, request: FastifyRequest): string {
  const { baseUrl, host: ownHost, port } = services.config;
  if (baseUrl !== '') return baseUrl.replace(/\/+$/, '');
  const asked = `${request.protocol}://${request.host ?? ''}`;
  const known = bases.get(asked);
  if (known !== undefined) return known;
  // The Host header is the client's: only what can be a host may get into links.
  const isHost = /^https?:\/\/[A-Za-z0-9.\-:[\]_]{1,255}$/.test(asked);
  const base = `${isHost ? asked : `${request.protocol}://${ownHost}:${port}`}${basePath}`;
  if (bases.size < 100) bases.set(asked, base);
  return base;
}

const isForm = (contentType: string | undefined): boolean =>
  contentType?.split(';')[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded';

/** Another body would be left out, and more be found than was asked for. @see https://hl7.org/fhir/R4/http.html#search */
function noForm(contentType = ''): FhirError {
  const found = contentType.slice(0, 100) || 'none';
  return new FhirError(
    'media-type',
    {
      en: `Content-Type: found ${found}, expected application/x-www-form-urlencoded with the search parameters`,
      ja: `Content-Type（${found}）は使えません。検索パラメータを application/x-www-form-urlencoded で送ってください`,
    },
    { location: 'Content-Type' },
  );
}

/** Whether a body is content of its own kind there. */
function contentAt(path: readonly string[], method: string): BodyExpectation['content'] {
  if (/^\$(?:import|push-certificates)$/.test(path.at(-1) ?? '')) return 'files';
  const isBinary = path[0] === 'Binary' && path.length <= 2 && !/^[$_]/.test(path.at(-1)!);
  return isBinary && method !== 'PATCH' ? 'binary' : undefined;
}

/** True when the path is one where form parameters are a search. */
const takesForm = (path: readonly string[]): boolean =>
  path.at(-1) === '_search' || Boolean(path.at(-1)?.startsWith('$'));

/** Bodies are read as they come. @throws FhirError 'media-type' for one that is packed. @see RFC 9110 section 15.5.16 */
function checkEncoding(encoding: string | undefined): void {
  if (encoding === undefined || /^\s*(?:identity)?\s*$/i.test(encoding)) return;
  throw new FhirError(
    'media-type',
    {
      en: `Content-Encoding: found ${encoding.slice(0, 40)}, expected none; send the body unpacked`,
      ja: `Content-Encoding「${encoding.slice(0, 40)}」には対応していません。圧縮せずに送ってください`,
    },
    { location: 'Content-Encoding', headers: { 'Accept-Encoding': 'identity' } },
  );
}

/**
 * Headers as text: they come as Latin-1, and a condition in UTF-8, as curl sends it, would find nothing and make a second resource.
 * @throws FhirError 'invalid' for a condition in another character set
 * @see RFC 9110 section 5.5
 */
function readHeaders(headers: FhirRequest['headers']): FhirRequest['headers'] {
  const condition = headers['if-none-exist'];
  if (condition === undefined || !/[\x80-\xff]/.test(condition)) return headers;
  const bytes = Buffer.from(condition, 'latin1');
  if (isUtf8(bytes)) return { ...headers, 'if-none-exist': bytes.toString('utf8') };
  throw new FhirError(
    'invalid',
    {
      en: 'If-None-Exist is not valid UTF-8; letters beyond ASCII can be percent-encoded, for example 山 as %E5%B1%B1',
      ja: 'If-None-Exist が正しい UTF-8 ではありません。日本語などの文字はパーセントエンコード（例: 山 → %E5%B1%B1）できます',
    },
    { location: 'If-None-Exist' },
  );
}

/**
 * The request without HTTP.
 * @param params values of the names in the route's pattern
 * @throws FhirError for a body or header that cannot be read
 */
export function toFhirRequest(
  services: Services,
  request: FastifyRequest,
  split: { path: string[]; queryText: string },
  params: FhirRequest['params'],
  language: Language,
): FhirRequest {
  const { path, queryText } = split;
  const headers = readHeaders(request.headers as FhirRequest['headers']);
  const contentType = headers['content-type'];
  const bytes = request.body as Buffer | undefined;
  let query: FhirRequest['query'] = queryText === '' ? [] : parseQuery(queryText);
  let body: Body | undefined;
  if (bytes && bytes.length > 0) {
    checkEncoding(headers['content-encoding']);
    if (isForm(contentType) && takesForm(path)) query = [...query, ...parseQuery(readForm(bytes, contentType!))];
    else if (path.at(-1) === '_search') throw noForm(contentType);
    else
      body = readBody(services, bytes, contentType, {
        content: contentAt(path, request.method),
        patch: request.method === 'PATCH',
      });
  }
  return {
    method: request.method as FhirRequest['method'],
    path,
    params,
    query,
    headers,
    prefer: parsePrefer(headers['prefer']),
    body,
    contentType,
    caller: anonymous,
    language,
    base: baseOf(services, request),
  };
}
