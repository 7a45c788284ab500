/**
 * buildApp: the Fastify app: limits, body as bytes, one route for FHIR, the log line of a request.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { operationOutcome } from '../fhir/outcome.ts';
import type { Services } from '../interactions/interaction.ts';
import { asFhirError, errorResponse } from './errors.ts';
import { chooseLanguage } from './request.ts';
import { handleRequest, jsonFormat, send } from './routes.ts';

const maxHeaderBytes = 65_536;

/**
 * The app, not listening yet.
 * @param log a pino logger
 */
export function buildApp(services: Services, log: FastifyBaseLogger): FastifyInstance {
  const { config } = services;
  const boot = randomUUID().slice(0, 8);
  let requests = 0;
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    // One logger for all: a child for each request costs more than what it would say.
    childLoggerFactory: logger => logger,
    genReqId: () => `${boot}-${++requests}`,
    bodyLimit: config.maxBody,
    requestTimeout: config.requestTimeout,
    keepAliveTimeout: config.idleTimeout,
    trustProxy: config.trustedProxies === '' ? false : config.trustedProxies.split(',').map(address => address.trim()),
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
    rewriteUrl: originForm,
    routerOptions: { maxParamLength: maxHeaderBytes, ignoreTrailingSlash: true },
    http: {
      maxHeaderSize: maxHeaderBytes,
      requireHostHeader: false,
      connectionsCheckingInterval: 2000,
      headersTimeout: Math.min(config.requestTimeout, 20_000),
    },
    clientErrorHandler: (error, socket) => writeRawError(error, socket, config.maxBody),
    frameworkErrors: (error, request, reply) => {
      const language = chooseLanguage(request.headers['accept-language']);
      const response = errorResponse(error, {
        language,
        maxBody: config.maxBody,
        requestId: request.id,
        log: request.log,
      });
      void send(services, request as FastifyRequest, reply as unknown as FastifyReply, response, jsonFormat, language);
    },
  });
  const stopping = { now: false };
  app.decorate('stopping', stopping);
  app.addHook('preClose', done => {
    stopping.now = true;
    done();
  });
  app.server.on('checkExpectation', (_request, response) => refuseExpectation(response));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.route({
    method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: '/*',
    handler: (request, reply) => handleRequest(services, request, reply),
  });
  app.get('/', (_request, reply) => reply.redirect('/fhir/metadata'));
  app.setNotFoundHandler((request, reply) => handleRequest(services, request, reply));
  app.setErrorHandler((error, request, reply) => {
    const language = chooseLanguage(request.headers['accept-language']);
    const response = errorResponse(error, {
      language,
      maxBody: config.maxBody,
      requestId: request.id,
      log: request.log,
    });
    return send(services, request, reply, response, jsonFormat, language);
  });
  if (log.level !== 'silent')
    app.addHook('onResponse', (request, reply, done) => logRequest(log, request, reply, done));
  return app;
}

/** `GET http://host/fhir/…` as `GET /fhir/…`; the host it names counts, not the header's. @see RFC 9112 section 3.2.2 */
function originForm(request: { url?: string | undefined; headers: IncomingMessage['headers'] }): string {
  const url = request.url ?? '/';
  const absolute = url.startsWith('/') ? null : /^https?:\/\/([^/?#]*)(.*)$/is.exec(url);
  if (!absolute) return url;
  request.headers.host = absolute[1] ?? '';
  const rest = absolute[2] ?? '';
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** An Expect header other than 100-continue. @see RFC 9110 section 10.1.1 */
function refuseExpectation(response: ServerResponse): void {
  const message = {
    en: 'Expect: only 100-continue is known here',
    ja: 'Expect に指定できるのは 100-continue だけです',
  };
  const outcome = operationOutcome([{ severity: 'error', code: 'not-supported', message, location: 'Expect' }], 'en');
  const headers = { 'Content-Type': 'application/fhir+json; charset=utf-8', Connection: 'close' };
  response.writeHead(417, headers).end(JSON.stringify(outcome));
}

function logRequest(log: FastifyBaseLogger, request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const { interaction, type, parameters } = request.note ?? {};
  const ms = Math.round(reply.elapsedTime * 10) / 10;
  const status = reply.raw.statusCode;
  log.info({ id: request.id, method: request.method, interaction, type, parameters, status, ms }, 'request');
  done();
}

/** Errors before a request could be read: the socket is all there is. */
function writeRawError(error: Error & { code?: string }, socket: import('node:net').Socket, maxBody: number): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = asFhirError({ code: error.code ?? 'HPE_INVALID' }, maxBody).error;
  const body = JSON.stringify(operationOutcome(problem.issues, 'en'));
  socket.end(
    `HTTP/1.1 ${problem.status} Error\r\nContent-Type: application/fhir+json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
