/**
 * Anything thrown → OperationOutcome. The only place besides Bundle entries, jobs and main that catches.
 * What is not a FhirError is a bug or the machine's trouble: the client gets no internals, the log an id to find it by.
 */
import type { FastifyBaseLogger, FastifyError } from 'fastify';
import { FhirError, operationOutcome } from '../fhir/outcome.ts';
import type { Language } from '../fhir/types.ts';
import type { FhirResponse } from '../interactions/interaction.ts';
import { bug, storeRefusal } from '../interactions/refusal.ts';

/** The refusals of the HTTP layer itself, by Fastify's and Node's error codes. */
function httpProblem(error: Partial<FastifyError>, maxBody: number): FhirError | undefined {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new FhirError('too-long', {
        en: `The body is larger than ${maxBody} bytes (setting max-body)`,
        ja: `本文が上限の ${maxBody} バイトを超えています（設定 max-body）`,
      });
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new FhirError('invalid', {
        en: 'The body is shorter or longer than Content-Length says',
        ja: '本文の長さが Content-Length と一致しません',
      });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_TYPE':
      return new FhirError(
        'media-type',
        {
          en: 'Content-Type is no media type; expected application/fhir+json or application/fhir+xml',
          ja: 'Content-Type が正しくありません。application/fhir+json か application/fhir+xml にしてください',
        },
        { location: 'Content-Type' },
      );
    case 'FST_ERR_BAD_URL':
      return new FhirError('invalid', {
        en: 'The URL has a "%" that is not followed by two hexadecimal digits of valid UTF-8',
        ja: 'URL の「%」の後が、正しい UTF-8 の16進数2桁ではありません',
      });
    case 'HPE_INVALID_URL':
      return new FhirError('invalid', {
        en: 'The URL has a character that HTTP/1.1 does not allow there; Japanese and other letters have to be percent-encoded, for example 山 as %E5%B1%B1 (curl -G --data-urlencode does it), or sent by POST [type]/_search',
        ja: 'URL に HTTP/1.1 で使えない文字があります。日本語などの文字はパーセントエンコード（例: 山 → %E5%B1%B1。curl なら -G --data-urlencode）するか、POST [type]/_search で送ってください',
      });
    case 'HPE_HEADER_OVERFLOW':
      return new FhirError('headers-too-large', {
        en: 'The URL and headers are larger than 64 kB; long searches can be sent by POST [type]/_search',
        ja: 'URL とヘッダーが 64 kB を超えています。長い検索は POST [type]/_search で送れます',
      });
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new FhirError('request-timeout', {
        en: 'The request did not arrive in time (setting request-timeout)',
        ja: '時間内にリクエストが届きませんでした（設定 request-timeout）',
      });
    default:
      return error.code?.startsWith('HPE_') || error.statusCode === 400
        ? new FhirError('invalid', {
            en: 'This is not a request HTTP/1.1 allows',
            ja: 'HTTP/1.1 のリクエストとして読めません',
          })
        : undefined;
  }
}

/** What was thrown as a FhirError; `unexpected` when it was a bug. */
export function asFhirError(error: unknown, maxBody: number): { error: FhirError; unexpected: boolean } {
  if (error instanceof FhirError) return { error, unexpected: false };
  const refused = storeRefusal(error);
  if (refused) return { error: refused, unexpected: false };
  const known = httpProblem(error as Partial<FastifyError>, maxBody);
  if (known) return { error: known, unexpected: false };
  return { error: bug(), unexpected: true };
}

/** The answer to a request that failed. */
export function errorResponse(
  thrown: unknown,
  options: { language: Language; maxBody: number; requestId: string; log: FastifyBaseLogger },
): FhirResponse {
  const { error, unexpected } = asFhirError(thrown, options.maxBody);
  const issues = unexpected
    ? error.issues.map(issue => ({
        ...issue,
        message: {
          en: `${issue.message.en} (log id ${options.requestId})`,
          ja: `${issue.message.ja}（ログ番号 ${options.requestId}）`,
        },
      }))
    : error.issues;
  if (unexpected) logBug(options.log, options.requestId, thrown);
  return {
    status: error.status,
    headers: { ...error.headers },
    body: { kind: 'resource', resource: operationOutcome(issues, options.language) },
  };
}

/** Logs a bug under the id of its request. */
export function logBug(log: FastifyBaseLogger, requestId: string, thrown: unknown): void {
  log.error({ requestId, ...describe(thrown) }, 'unexpected error');
}

/** An error's class, code and stack for the log; its message may quote data, so it stays out. */
function describe(thrown: unknown): { kind: string; code: string | undefined; stack: string | undefined } {
  const error = thrown as { name?: string; code?: string; stack?: string };
  const stack = error.stack
    ?.split('\n')
    .filter(line => /^\s+at /.test(line))
    .join('\n');
  return { kind: error.name ?? typeof thrown, code: error.code, stack };
}
