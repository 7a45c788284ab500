/**
 * Answers as entries of a response Bundle.
 * @see https://hl7.org/fhir/R4/bundle.html#Bundle.entry.response
 */
import { FhirError } from '../fhir/outcome.ts';
import { exactTime } from './headers.ts';
import type { FhirResponse, ResponseBody } from './interaction.ts';

const statusTexts: Record<number, string> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Payload Too Large',
  422: 'Unprocessable Entity',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  507: 'Insufficient Storage',
};

/** HTTP status line of an entry's response, such as `201 Created`. */
export const statusLine = (status: number): string => `${status} ${statusTexts[status] ?? ''}`.trimEnd();

/** Most characters of one entry: a text cannot be longer than about 500 million. */
const mostCharacters = 200_000_000;

/**
 * True for what this server has to say about the entry. A stored OperationOutcome that is read is text, and content.
 * @param isResult the answer of an operation is its result, whatever type it has
 */
const isOwnOutcome = ({ status, body }: FhirResponse, isResult: boolean): boolean =>
  body?.kind === 'resource' && body.resource.resourceType === 'OperationOutcome' && (status >= 400 || !isResult);

/** JSON text of a response entry. */
export async function writeResponseEntry(
  response: FhirResponse,
  options: { isResult?: boolean } = {},
): Promise<string> {
  const { headers, status, body } = response;
  const text = body && (await bodyText(body));
  const isOutcome = isOwnOutcome(response, options.isResult === true);
  const lastModified = exactTime(headers);
  const meta = JSON.stringify({
    status: statusLine(status),
    ...(headers['Location'] && { location: headers['Location'] }),
    ...(headers['ETag'] && { etag: headers['ETag'] }),
    ...(lastModified && { lastModified }),
  });
  const location = headers['Location']?.replace(/\/_history\/.*$/, '');
  const fullUrl = location && !isOutcome && text !== undefined ? `"fullUrl":${JSON.stringify(location)},` : '';
  const resource = text !== undefined && !isOutcome ? `"resource":${text},` : '';
  const outcome = text !== undefined && isOutcome ? `,"outcome":${text}` : '';
  return `{${fullUrl}${resource}"response":${meta.slice(0, -1)}${outcome}}}`;
}

async function bodyText(body: ResponseBody): Promise<string | undefined> {
  if (body.kind === 'text') return body.text;
  if (body.kind === 'resource') return JSON.stringify(body.resource);
  if (body.kind === 'bytes') return undefined;
  if (body.kind === 'stream') {
    await body.stream[Symbol.asyncIterator]().return?.();
    return undefined;
  }
  const chunks: string[] = [];
  let size = 0;
  for await (const chunk of body.chunks) {
    size += chunk.length;
    if (size > mostCharacters) throw tooLarge();
    chunks.push(chunk);
  }
  return chunks.join('');
}

/** The refusal of a read whose answer has no room in the Bundle. */
export function tooLarge(): FhirError {
  return new FhirError('too-long', {
    en: 'The answers of this Bundle are too large; send this entry by itself, or ask for less (_count, _elements, _summary)',
    ja: 'この Bundle の応答が大きすぎます。このエントリーを別に送るか、_count・_elements・_summary で絞ってください',
  });
}

/** Pieces of about this many characters are written at a time. */
const pieceSize = 65_536;
/** Answers up to this size are one text, with Content-Length. */
const smallSize = 1_000_000;

/** A response Bundle of entries that are written already. */
export const responseBundle = (
  type: 'batch-response' | 'transaction-response',
  entries: readonly string[],
): FhirResponse => ({
  status: 200,
  headers: {},
  body: bundleOf(`{"resourceType":"Bundle","type":"${type}"}`, entries),
});

/**
 * A Bundle of entries that are written already: in pieces when it is large, since one text cannot have any length.
 * @param head the Bundle without entries
 */
export function bundleOf(head: string, entries: readonly string[]): ResponseBody {
  if (entries.length === 0) return { kind: 'text', text: head };
  const start = `${head.slice(0, -1)},"entry":[`;
  const size = entries.reduce((sum, entry) => sum + entry.length + 1, 0);
  if (size > smallSize) return { kind: 'chunks', chunks: pieces(start, entries) };
  return { kind: 'text', text: `${start}${entries.join(',')}]}` };
}

async function* pieces(start: string, entries: readonly string[]): AsyncIterable<string> {
  let piece = start;
  for (const [i, entry] of entries.entries()) {
    piece += i === 0 ? entry : `,${entry}`;
    if (piece.length < pieceSize) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}]}`;
}
