/**
 * One handler for everything below the base: request → interaction or operation → answer.
 */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FhirError } from '../fhir/outcome.ts';
import type { Language } from '../fhir/types.ts';
import type { FhirRequest, FhirResponse, ResponseBody, Services } from '../interactions/interaction.ts';
import { binaryRequest, binaryResponse, wantsBinary } from './binary.ts';
import { checkDoor } from './door.ts';
import { errorResponse, logBug } from './errors.ts';
import { chooseFormat, type Format, writeText } from './format.ts';
import { loggedNames } from './log-names.ts';
import { writePage } from './page.ts';
import { baseOf, basePath, chooseLanguage, splitPath, toFhirRequest } from './request.ts';

/** What the log says of a request: never values, never content. */
export interface RequestNote {
  interaction?: string;
  type?: string | undefined;
  parameters?: readonly string[];
}

/** The format when the client's wish cannot be told. */
export const jsonFormat: Format = { kind: 'json', contentType: 'application/fhir+json; charset=utf-8', pretty: false };

/** Requests have a line of their own from level info on. */
const isLogged = ({ log }: FastifyRequest): boolean =>
  log.level === 'info' || log.level === 'debug' || log.level === 'trace';

async function answer(
  services: Services,
  request: FastifyRequest,
  language: Language,
  note: RequestNote,
): Promise<{ response: FhirResponse; format: Format }> {
  checkDoor(services, request.headers);
  const split = splitPath(request.raw.url!);
  if (!split)
    throw new FhirError('not-found', {
      en: `FHIR begins at ${basePath}; try GET ${basePath}/metadata`,
      ja: `FHIR のベースは ${basePath} です（例: GET ${basePath}/metadata）`,
    });
  const route = services.route(request.method as FhirRequest['method'], split.path);
  note.interaction = route.name;
  note.type = route.params['type'];
  const fhirRequest = binaryRequest(toFhirRequest(services, request, split, route.params, language));
  if (isLogged(request)) note.parameters = loggedNames(services, note.type, fhirRequest.query);
  const asBytes = wantsBinary(route, fhirRequest);
  const format = asBytes ? jsonFormat : chooseFormat(fhirRequest.headers['accept'], fhirRequest.query);
  const response = await route.handle(services, fhirRequest);
  if (response.plan !== undefined) noteSlow(request, note, response.plan);
  for (const bug of response.bugs ?? []) logBug(request.log, request.id, bug);
  return { response: asBytes ? binaryResponse(response) : response, format };
}

/** A slow search: its plan in words, which holds no values. */
function noteSlow(request: FastifyRequest, { interaction, type }: RequestNote, plan: string): void {
  request.log.warn({ id: request.id, interaction, type, plan }, 'slow search');
}

/** The format for an error: what the client accepts if that can be told, else JSON. */
function errorFormat(request: FastifyRequest): Format {
  try {
    const url = request.raw.url!;
    return chooseFormat(request.headers.accept, [...new URLSearchParams(url.slice(url.indexOf('?') + 1))]);
  } catch {
    return jsonFormat;
  }
}

/** Handles one request; never throws. */
export async function handleRequest(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const language = chooseLanguage(request.headers['accept-language']);
  const note: RequestNote = {};
  request.note = note;
  try {
    const { response, format } = await answer(services, request, language, note);
    return await send(services, request, reply, response, format, language);
  } catch (error) {
    if (error instanceof FhirError && error.plan !== undefined) noteSlow(request, note, error.plan);
    const options = { language, maxBody: services.config.maxBody, requestId: request.id, log: request.log };
    return send(services, request, reply, errorResponse(error, options), errorFormat(request), language);
  }
}

/** Most characters of an answer that has to be held as a whole: XML and pages are made of all of it. */
const mostWhole = 50_000_000;

/**
 * The whole text of a body; empty for bytes.
 * @param most characters that are collected from a stream
 * @throws FhirError 'too-long' beyond them
 */
export async function bodyText(body: ResponseBody, most = Number.POSITIVE_INFINITY): Promise<string> {
  if (body.kind === 'text') return body.text;
  if (body.kind === 'resource') return JSON.stringify(body.resource);
  if (body.kind === 'bytes' || body.kind === 'stream') return '';
  const chunks: string[] = [];
  let size = 0;
  for await (const chunk of body.chunks) {
    size += chunk.length;
    if (size > most) throw tooLargeToConvert();
    chunks.push(chunk);
  }
  return chunks.join('');
}

function tooLargeToConvert(): FhirError {
  return new FhirError('too-long', {
    en: `The answer has more than ${mostWhole} characters, which is too much to be given as XML, as a page or indented; ask for it as application/fhir+json, or in pages (_count)`,
    ja: `応答が ${mostWhole} 文字を超えるため、XML・ページ・字下げした形では返せません。application/fhir+json で取得するか、_count でページに分けてください`,
  });
}

// Answers hold records of persons: no cache may keep them.
const everyAnswer = ['Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff'];

/** A text goes to the socket as it is: Fastify would look at each header and at the payload again. */
function sendText(
  reply: FastifyReply,
  status: number,
  headers: FhirResponse['headers'],
  contentType: string,
  text: string,
): FastifyReply {
  const { raw } = reply.hijack();
  const all = [...everyAnswer, 'Content-Type', contentType, 'Content-Length', String(Buffer.byteLength(text))];
  for (const name in headers) all.push(name, headers[name]!);
  raw.writeHead(status, all);
  raw.end(text);
  return reply;
}

/** Writes status, headers and body. */
export async function send(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  response: FhirResponse,
  format: Format,
  language: Language,
): Promise<FastifyReply> {
  const { status, headers, body } = response;
  // Nobody may send another request on this connection: the server is about to end.
  if (request.server.stopping.now) reply.raw.setHeader('Connection', 'close');
  const isPlain = format.kind === 'json' && !format.pretty && status !== 204 && status !== 304;
  if (isPlain && (body?.kind === 'text' || body?.kind === 'resource'))
    return sendText(reply, status, headers, format.contentType, await bodyText(body));
  reply.code(status).headers({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', ...headers });
  if (!body || status === 204 || status === 304) return reply.send();
  if (body.kind === 'bytes') return reply.type(body.contentType).send(Buffer.from(body.bytes));
  if (body.kind === 'stream')
    return reply.type(body.contentType).send(Readable.from(body.stream, { objectMode: false }));
  if (format.kind === 'json' && !format.pretty) {
    reply.type(format.contentType);
    if (body.kind === 'chunks') return reply.send(Readable.from(body.chunks));
    return reply.send(await bodyText(body));
  }
  const text = writeText(services, format, await bodyText(body, mostWhole));
  if (format.kind !== 'page') return reply.type(format.contentType).send(text);
  const page = writePage(text, {
    title: request.note?.interaction ?? '',
    base: baseOf(services, request),
    url: request.raw.url!,
    language,
  });
  return reply
    .type(format.contentType)
    .header('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
    .send(page);
}

declare module 'fastify' {
  interface FastifyInstance {
    /** `now` is true once the server is being closed. */
    stopping: { now: boolean };
  }
  interface FastifyRequest {
    /** What the log says of this request. */
    note?: RequestNote;
  }
}
