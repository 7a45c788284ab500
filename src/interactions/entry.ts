/**
 * Bundle entries as requests: reading them, what a batch and a transaction share.
 * @see https://hl7.org/fhir/R4/bundle.html#Bundle.entry.request
 */
import { nearest } from '../definitions/nearest.ts';
import { bundleText } from '../fhir/json-text.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { JsonObject, Message, Resource } from '../fhir/types.ts';
import type { FhirRequest, Services } from './interaction.ts';
import { parseQuery } from './match.ts';
import { pathParts } from './path.ts';

export { writeResponseEntry } from './entry-response.ts';

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

/** Refuses the Bundle because of one entry. */
function refuseEntry(index: number, message: Message, element = ''): FhirError {
  return new FhirError(
    'invalid',
    { en: `Entry ${index + 1}: ${message.en}`, ja: `${index + 1}番目のエントリー: ${message.ja}` },
    { expression: `Bundle.entry[${index}]${element}` },
  );
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The entries of a batch or transaction.
 * @param text JSON of the Bundle, read before as `bundle`
 * @throws FhirError 'invalid' naming the entry that is no request, 'too-costly' above the configured number
 */
export function readEntries(services: Services, base: string, text: string, bundle: Resource): Entry[] {
  const entries: unknown = bundle['entry'] ?? [];
  if (!Array.isArray(entries))
    throw new FhirError(
      'invalid',
      { en: 'Bundle.entry is no array; expected a list of entries', ja: 'Bundle.entry は配列にしてください' },
      { expression: 'Bundle.entry' },
    );
  const { maxEntries } = services.config;
  if (maxEntries > 0 && entries.length > maxEntries)
    throw new FhirError('too-costly', {
      en: `The Bundle has ${entries.length} entries; the limit is ${maxEntries} (setting max-entries)`,
      ja: `Bundle のエントリーが ${entries.length} 件あります（上限 ${maxEntries} 件、設定 max-entries）`,
    });
  const { entries: texts } = bundleText(text);
  return entries.map((entry, index) => readEntry(base, entry, index, texts[index]?.text));
}

const everyMember = ['id', 'extension', 'modifierExtension'];
const entryMembers = [...everyMember, 'link', 'fullUrl', '_fullUrl', 'resource', 'search', 'request', 'response'];
const requestTexts = ['method', 'url', 'ifNoneMatch', 'ifModifiedSince', 'ifMatch', 'ifNoneExist'];
const requestMembers = [...everyMember, ...requestTexts, ...requestTexts.map(name => `_${name}`)];

/** A condition under a misspelt name would not be looked at, so unknown members are refused. */
function checkMembers(value: JsonObject, known: readonly string[], index: number, element: string): void {
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    throw refuseEntry(
      index,
      {
        en: `the member "${name.slice(0, 60)}" is not known${near ? `; did you mean "${near}"?` : ''}`,
        ja: `「${name.slice(0, 60)}」という項目はありません${near ? `（「${near}」ではありませんか）` : ''}`,
      },
      element,
    );
  }
}

/** A member that is a text when it is there. */
function textMember(value: JsonObject, name: string, index: number, element: string): string | undefined {
  const found = value[name];
  if (found === undefined || typeof found === 'string') return found;
  throw refuseEntry(
    index,
    { en: `${name} must be a text`, ja: `${name} は文字列にしてください` },
    `${element}.${name}`,
  );
}

/** The entry and its request as objects with the members they may have. */
function readShape(entry: unknown, index: number): { entry: JsonObject; request: JsonObject } {
  if (!isObject(entry))
    throw refuseEntry(index, {
      en: 'is no object; expected an object with request and, for a write, resource',
      ja: 'オブジェクトではありません（request と、書き込みなら resource が必要です）',
    });
  checkMembers(entry, entryMembers, index, '');
  const { request, resource } = entry;
  if (!isObject(request))
    throw refuseEntry(index, {
      en: 'has no request; expected request.method and request.url',
      ja: 'request がありません（request.method と request.url が必要です）',
    });
  checkMembers(request, requestMembers, index, '.request');
  if (resource !== undefined && !(isObject(resource) && typeof resource['resourceType'] === 'string'))
    throw refuseEntry(
      index,
      { en: 'the resource has no resourceType', ja: 'resource に resourceType がありません' },
      '.resource',
    );
  return { entry, request };
}

function readMethod(request: JsonObject, index: number): Entry['method'] {
  const method = String(request['method']);
  if (methods.has(method)) return method as Entry['method'];
  throw refuseEntry(
    index,
    {
      en: `found the method ${method.slice(0, 40)}, expected ${[...methods].join(', ')}`,
      ja: `メソッド ${method.slice(0, 40)} は使えません（${[...methods].join('・')}）`,
    },
    '.request.method',
  );
}

function readPath(pathText: string, index: number): string[] {
  try {
    return pathParts(pathText);
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    throw refuseEntry(index, error.issues[0]!.message, '.request.url');
  }
}

function readEntry(base: string, given: unknown, index: number, text: string | undefined): Entry {
  const { entry, request } = readShape(given, index);
  const method = readMethod(request, index);
  const header = (name: string) => textMember(request, name, index, '.request');
  const url = header('url');
  if (!url)
    throw refuseEntry(
      index,
      {
        en: 'the request has no url, such as Patient/1 or Patient?name=…',
        ja: 'request に url がありません（例: Patient/1、Patient?name=…）',
      },
      '.request.url',
    );
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
  return {
    index,
    fullUrl: textMember(entry, 'fullUrl', index, ''),
    method,
    url,
    path: readPath(pathText, index),
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
