/**
 * Formats: which one the client wants, reading bodies as JSON text, writing answers as JSON, XML or a page.
 * @see https://hl7.org/fhir/R4/http.html#mime-type
 */
import { jsonToXml, xmlToJson } from '../definitions/xml.ts';
import { parseJson, stringifyJson } from '../fhir/json.ts';
import { FhirError, type Issue } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import type { Body, Services } from '../interactions/interaction.ts';
import { isBinaryResource } from './binary.ts';

/** What the answer is written as. */
export interface Format {
  readonly kind: 'json' | 'xml' | 'page';
  readonly contentType: string;
  readonly pretty: boolean;
}

type Kind = Format['kind'];

const kinds: ReadonlyMap<string, Kind> = new Map([
  ['json', 'json'],
  ['application/json', 'json'],
  ['application/fhir+json', 'json'],
  ['application/json+fhir', 'json'],
  ['text/json', 'json'],
  ['xml', 'xml'],
  ['application/xml', 'xml'],
  ['application/fhir+xml', 'xml'],
  ['application/xml+fhir', 'xml'],
  ['text/xml', 'xml'],
  ['html', 'page'],
  ['text/html', 'page'],
  ['application/xhtml+xml', 'page'],
]);

const contentTypes: Record<Kind, string> = {
  json: 'application/fhir+json; charset=utf-8',
  xml: 'application/fhir+xml; charset=utf-8',
  page: 'text/html; charset=utf-8',
};

/** Media type and parameters of a Content-Type or one Accept range, lower-case. */
function parseMediaType(text: string): { type: string; parameters: ReadonlyMap<string, string> } {
  const [type = '', ...rest] = text.split(';');
  const parameters = rest.map(part => part.split('=').map(one => one.trim().toLowerCase().replaceAll('"', '')));
  return {
    type: type.trim().toLowerCase(),
    parameters: new Map(parameters.map(([name = '', value = '']) => [name, value])),
  };
}

const isR4 = (parameters: ReadonlyMap<string, string>): boolean =>
  /^4\.0(?:\.\d+)?$/.test(parameters.get('fhirversion') ?? '4.0');

/** The formats an Accept header allows, best first. */
function acceptedKinds(accept: string): { kind: Kind; type: string }[] {
  return accept
    .split(',')
    .map((range, order) => {
      const { type, parameters } = parseMediaType(range);
      const quality = Number(parameters.get('q') ?? 1);
      const kind = type === '*/*' || type === 'application/*' ? 'json' : isR4(parameters) ? kinds.get(type) : undefined;
      return { kind, type, quality, order };
    })
    .filter((one): one is typeof one & { kind: Kind } => one.kind !== undefined && one.quality > 0)
    .sort((a, b) => b.quality - a.quality || a.order - b.order);
}

/**
 * The format of the answer: `_format` wins over Accept; without either it is JSON.
 * @throws FhirError 'not-acceptable' when nothing the client accepts is offered
 */
export function chooseFormat(accept: string | undefined, query: readonly (readonly [string, string])[]): Format {
  if (query.length === 0) return acceptedFormat(accept);
  const asked = query.find(([name]) => name === '_format')?.[1];
  const prettyText = query.find(([name]) => name === '_pretty')?.[1];
  if (prettyText !== undefined && prettyText !== 'true' && prettyText !== 'false')
    throw new FhirError(
      'invalid',
      {
        en: `_pretty: found "${prettyText.slice(0, 40)}", expected true or false`,
        ja: `_pretty には true か false を指定してください`,
      },
      { location: '_pretty' },
    );
  const pretty = prettyText === 'true';
  if (asked !== undefined) {
    const { type, parameters } = parseMediaType(asked.replace(/ (?=fhir\b|json\b|xml\b)/, '+'));
    const kind = isR4(parameters) ? kinds.get(type) : undefined;
    if (!kind) throw notAcceptable('_format', asked);
    return { kind, contentType: contentTypes[kind], pretty: pretty || kind === 'page' };
  }
  const format = acceptedFormat(accept);
  return pretty ? { ...format, pretty } : format;
}

const json: Format = { kind: 'json', contentType: contentTypes.json, pretty: false };
const acceptedFormats = new Map<string, Format>();

/** The format an Accept header asks for; clients send few different ones, so answers are remembered. */
function acceptedFormat(accept: string | undefined): Format {
  if (accept === undefined || accept.trim() === '') return json;
  const known = acceptedFormats.get(accept);
  if (known) return known;
  const best = acceptedKinds(accept)[0];
  if (!best) throw notAcceptable('Accept', accept);
  const plain = best.type === 'application/json' || best.type === 'application/xml';
  const contentType = plain ? `${best.type}; charset=utf-8` : contentTypes[best.kind];
  const format = { kind: best.kind, contentType, pretty: best.kind === 'page' };
  if (acceptedFormats.size < 100 && accept.length < 300) acceptedFormats.set(accept, format);
  return format;
}

function notAcceptable(where: string, found: string): FhirError {
  return new FhirError(
    'not-acceptable',
    {
      en: `${where}: found ${found.slice(0, 100)}, expected application/fhir+json or application/fhir+xml (FHIR version 4.0)`,
      ja: `${where}: 「${found.slice(0, 100)}」には対応していません。application/fhir+json か application/fhir+xml（FHIR 4.0）を指定してください`,
    },
    { location: where },
  );
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decodeText(bytes: Uint8Array, parameters: ReadonlyMap<string, string>): string {
  const charset = parameters.get('charset') ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii')
    throw new FhirError(
      'media-type',
      {
        en: `Content-Type: found the character set ${charset}, expected utf-8`,
        ja: `文字コードは utf-8 にしてください（${charset} には対応していません）`,
      },
      { location: 'Content-Type' },
    );
  try {
    return utf8.decode(bytes);
  } catch {
    throw new FhirError('syntax', { en: 'The body is not valid UTF-8', ja: '本文が正しい UTF-8 ではありません' });
  }
}

/** The text of a form. @throws FhirError 'media-type' or 'syntax' when it is not UTF-8 */
export const readForm = (bytes: Uint8Array, contentType: string): string =>
  decodeText(bytes, parseMediaType(contentType).parameters);

/** What the path says about the body: a Binary and operations on files take any bytes, PATCH a JSON Patch. */
export interface BodyExpectation {
  readonly content: 'binary' | 'files' | undefined;
  readonly patch: boolean;
}

const resourceTypes = ['application/fhir+json', 'application/fhir+xml'];
const patchTypes = ['application/json-patch+json', ...resourceTypes];

/** The types a body may have, in words. */
function takenTypes({ patch }: BodyExpectation): { readonly en: string; readonly ja: string } {
  const types = patch ? patchTypes : resourceTypes;
  return { en: types.join(' or '), ja: types.join(' か ') };
}

/** Where a refused type stands. A patch is told what there is. @see RFC 5789 section 2.2 */
const wrongType = ({ patch }: BodyExpectation) => ({
  location: 'Content-Type',
  ...(patch && { headers: { 'Accept-Patch': patchTypes.join(', ') } }),
});

/**
 * Reads a request's body.
 * @throws FhirError 'media-type' for what is no FHIR format, 'syntax' with line and column
 */
export function readBody(
  services: Services,
  bytes: Uint8Array,
  contentType: string | undefined,
  expectation: BodyExpectation,
): Body {
  if (contentType === undefined || contentType.trim() === '')
    throw new FhirError(
      'media-type',
      {
        en: `The body has no Content-Type; expected ${takenTypes(expectation).en}`,
        ja: `本文に Content-Type がありません。${takenTypes(expectation).ja}を指定してください`,
      },
      wrongType(expectation),
    );
  const { type, parameters } = parseMediaType(contentType);
  if (expectation.patch && type === 'application/json-patch+json')
    return readJson(services, decodeText(bytes, parameters));
  const kind = kinds.get(type);
  if (expectation.content !== undefined) {
    if (kind !== 'json' && kind !== 'xml') return { kind: 'bytes', bytes };
    // FHIR is content of a Binary as well, unless it is a Binary itself. @see https://hl7.org/fhir/R4/binary.html#rest
    const isFhir = expectation.content === 'binary' ? isBinaryResource(bytes, kind) : type.includes('fhir');
    if (!isFhir) return { kind: 'bytes', bytes };
  }
  if (!isR4(parameters))
    throw new FhirError(
      'media-type',
      {
        en: `Content-Type: found fhirVersion=${parameters.get('fhirversion')}, expected 4.0`,
        ja: `fhirVersion=${parameters.get('fhirversion')} には対応していません（4.0 のみ）`,
      },
      { location: 'Content-Type' },
    );
  if (kind !== 'json' && kind !== 'xml')
    throw new FhirError(
      'media-type',
      {
        en: `Content-Type: found ${type.slice(0, 100)}, expected ${takenTypes(expectation).en}`,
        ja: `Content-Type「${type.slice(0, 100)}」には対応していません。${takenTypes(expectation).ja}にしてください`,
      },
      wrongType(expectation),
    );
  const text = decodeText(bytes, parameters);
  if (text.trim() === '')
    throw new FhirError('invalid', {
      en: 'The body is empty; expected a resource',
      ja: '本文が空です。リソースを送ってください',
    });
  if (kind === 'xml') {
    const notes: Issue[] = [];
    const json = xmlToJson(text, services.definitions, { maxDepth: services.config.maxDepth, notes });
    const body = readJson(services, json, !expectation.patch);
    return body.kind === 'resource' && notes.length > 0 ? { ...body, notes } : body;
  }
  return readJson(services, text, !expectation.patch);
}

function readJson(services: Services, text: string, mustBeResource = false): Body {
  const value = parseJson(text, { maxDepth: services.config.maxDepth });
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const type = isObject ? (value as Resource).resourceType : undefined;
  if (typeof type === 'string') return { kind: 'resource', text, resource: value as Resource };
  if (!mustBeResource) return { kind: 'json', text, value };
  throw new FhirError(
    'syntax',
    {
      en: 'The JSON is no FHIR resource; expected an object with "resourceType"',
      ja: 'FHIR のリソースではありません。"resourceType" のあるオブジェクトを送ってください',
    },
    { expression: 'resourceType' },
  );
}

/** JSON text in the format asked for (pages are made in page.ts). */
export function writeText(services: Services, format: Format, text: string): string {
  if (format.kind === 'xml') return jsonToXml(text, services.definitions, { pretty: format.pretty });
  return format.pretty ? stringifyJson(parseJson(text, { lossless: true, maxDepth: 1000 }), { pretty: true }) : text;
}
