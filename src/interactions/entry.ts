/**
 * Bundle entries as requests: what a batch and a transaction share.
 * @see https://hl7.org/fhir/R4/bundle.html#Bundle.entry.request
 */
import { entryTexts } from '../fhir/json-text.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { JsonObject, Message, Resource } from '../fhir/types.ts';
import type { FhirRequest, FhirResponse, Services } from './interaction.ts';
import { parseQuery } from './match.ts';

/** One entry of a batch or transaction, read and checked. */
export interface Entry {
  readonly index: number;
  readonly fullUrl: string | undefined;
  readonly method: FhirRequest['method'];
  /** The URL as sent, for messages. */
  readonly url: string;
  readonly path: readonly string[];
  /** Text after `?`, as sent. */
  readonly queryText: string;
  readonly headers: FhirRequest['headers'];
  /** JSON text and parsed form of the entry's resource. */
  readonly content: { readonly text: string; readonly resource: Resource } | undefined;
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** The order in which entries take effect. @see https://hl7.org/fhir/R4/http.html#trules */
export const verbOrder: readonly (readonly FhirRequest['method'][])[] = [
  ['DELETE'],
  ['POST'],
  ['PUT', 'PATCH'],
  ['GET', 'HEAD'],
];

function refuseEntry(index: number, message: Message, element = ''): FhirError {
  return new FhirError(
    'invalid',
    { en: `Entry ${index + 1}: ${message.en}`, ja: `${index + 1}番目のエントリー: ${message.ja}` },
    { expression: `Bundle.entry[${index}]${element}` },
  );
}

/**
 * The entries of a batch or transaction.
 * @param text JSON of the Bundle, read before as `bundle`
 * @throws FhirError 'invalid' naming the entry that is no request, 'too-costly' above the configured number
 */
export function readEntries(services: Services, base: string, text: string, bundle: Resource): Entry[] {
  const entries = (bundle['entry'] ?? []) as JsonObject[];
  const { maxEntries } = services.config;
  if (maxEntries > 0 && entries.length > maxEntries)
    throw new FhirError('too-costly', {
      en: `The Bundle has ${entries.length} entries; the limit is ${maxEntries} (setting max-entries)`,
      ja: `Bundle のエントリーが ${entries.length} 件あります（上限 ${maxEntries} 件、設定 max-entries）`,
    });
  const texts = entryTexts(text);
  return entries.map((entry, index) => readEntry(base, entry, index, texts[index]));
}

function readEntry(base: string, entry: JsonObject, index: number, text: string | undefined): Entry {
  const request = entry['request'] as JsonObject | undefined;
  if (!request)
    throw refuseEntry(index, {
      en: 'has no request; expected request.method and request.url',
      ja: 'request がありません（request.method と request.url が必要です）',
    });
  const method = String(request['method']);
  if (!methods.has(method))
    throw refuseEntry(
      index,
      {
        en: `found the method ${method}, expected ${[...methods].join(', ')}`,
        ja: `メソッド ${method} は使えません（${[...methods].join('・')}）`,
      },
      '.request.method',
    );
  const url = String(request['url'] ?? '');
  const relative = (url.startsWith(`${base}/`) || url === base ? url.slice(base.length) : url).replace(/^\//, '');
  const [pathText = '', queryText = ''] = relative.split(/\?(.*)/s);
  const resource = entry['resource'] as Resource | undefined;
  if (
    (method === 'POST' || method === 'PUT' || method === 'PATCH') &&
    !resource &&
    !pathText.includes('$') &&
    !pathText.endsWith('_search')
  )
    throw refuseEntry(
      index,
      { en: `${method} ${pathText} has no resource`, ja: `${method} ${pathText} にリソースがありません` },
      '.resource',
    );
  const header = (name: string) => (request[name] === undefined ? undefined : String(request[name]));
  return {
    index,
    fullUrl: entry['fullUrl'] as string | undefined,
    method: method as Entry['method'],
    url,
    path: pathText
      .split('/')
      .filter(part => part !== '')
      .map(decodePart),
    queryText,
    headers: {
      'if-match': header('ifMatch'),
      'if-none-match': header('ifNoneMatch'),
      'if-modified-since': header('ifModifiedSince'),
      'if-none-exist': header('ifNoneExist'),
    },
    content: resource && text !== undefined ? { text, resource } : undefined,
  };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The entry as a request of its own. */
export function entryRequest(
  outer: FhirRequest,
  entry: Entry,
  params: FhirRequest['params'],
  asOf?: number,
): FhirRequest {
  return {
    method: entry.method,
    path: entry.path,
    params,
    query: parseQuery(entry.queryText),
    headers: entry.headers,
    prefer: outer.prefer,
    ...(entry.content && { body: { kind: 'resource' as const, ...entry.content } }),
    caller: outer.caller,
    language: outer.language,
    base: outer.base,
    ...(asOf !== undefined && { asOf }),
  };
}

/** The error of one entry, told as the Bundle's: which entry, and where in it. */
export function asEntryError(error: unknown, entry: Entry): unknown {
  if (!(error instanceof FhirError)) return error;
  const name = `${entry.method} ${entry.path.join('/')}`;
  const prefix = `Bundle.entry[${entry.index}]`;
  return new FhirError(
    error.problem,
    error.issues.map(issue => ({
      ...issue,
      message: {
        en: `Entry ${entry.index + 1} (${name}): ${issue.message.en}`,
        ja: `${entry.index + 1}番目のエントリー（${name}）: ${issue.message.ja}`,
      },
      expression:
        issue.expression === undefined ? prefix : `${prefix}.resource.${issue.expression.replace(/^[A-Za-z]+\./, '')}`,
    })),
    { headers: { ...error.headers } },
  );
}

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

/** JSON text of a response entry. */
export async function writeResponseEntry(response: FhirResponse): Promise<string> {
  const { headers, status, body } = response;
  const text = body && (await bodyText(body));
  const isOutcome = text !== undefined && /^\s*\{\s*"resourceType"\s*:\s*"OperationOutcome"/.test(text);
  const meta = JSON.stringify({
    status: statusLine(status),
    ...(headers['Location'] && { location: headers['Location'] }),
    ...(headers['ETag'] && { etag: headers['ETag'] }),
    ...(headers['Last-Modified'] && { lastModified: new Date(headers['Last-Modified']).toISOString() }),
  });
  const location = headers['Location']?.replace(/\/_history\/.*$/, '');
  const fullUrl = location && !isOutcome && text !== undefined ? `"fullUrl":${JSON.stringify(location)},` : '';
  const resource = text !== undefined && !isOutcome ? `"resource":${text},` : '';
  const outcome = text !== undefined && isOutcome ? `,"outcome":${text}` : '';
  return `{${fullUrl}${resource}"response":${meta.slice(0, -1)}${outcome}}}`;
}

async function bodyText(body: NonNullable<FhirResponse['body']>): Promise<string | undefined> {
  if (body.kind === 'text') return body.text;
  if (body.kind === 'resource') return JSON.stringify(body.resource);
  if (body.kind === 'bytes') return undefined;
  const chunks: string[] = [];
  for await (const chunk of body.chunks) chunks.push(chunk);
  return chunks.join('');
}
