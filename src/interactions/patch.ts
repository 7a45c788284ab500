/**
 * patch and conditional patch: JSON Patch (application/json-patch+json) and FHIRPath Patch (a Parameters resource).
 * @see https://hl7.org/fhir/R4/http.html#patch
 */
import { parseJson, stringifyJson } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import type { Change, Precondition } from '../store/store.ts';
import { refuseChange, refuseMatches } from './bundled/refuse.ts';
import { parseIfMatch } from './headers.ts';
import type { Body, FhirRequest, FhirResponse, Interaction, Services } from './interaction.ts';
import { findMatches, multipleMatches } from './match.ts';
import { applyFhirPathPatch } from './patch/fhirpath-patch.ts';
import { applyJsonPatch } from './patch/json-patch.ts';
import { gone, notFound } from './read.ts';
import type { TransactionContext } from './transaction-context.ts';
import { clientRefusal, conditionOf, versionPreconditions } from './update.ts';
import { commitPrepared, prepareWrite, versionMismatch, writeResponse } from './write.ts';

/** What to do to a resource: the operations of a JSON Patch, or the Parameters of a FHIRPath Patch. */
export type PatchBody =
  | { readonly kind: 'json'; readonly operations: unknown }
  | { readonly kind: 'fhirpath'; readonly parameters: Resource };

/**
 * The patch in a request's body; in a Bundle entry it is a Parameters resource, or a Binary with the JSON Patch as data.
 * @throws FhirError 'invalid' when the body is no patch
 */
export function patchBody(body: Body | undefined): PatchBody {
  if (body?.kind === 'json') return { kind: 'json', operations: parseJson(body.text, { lossless: true }) };
  if (body?.kind === 'resource') {
    const { resource } = body;
    if (resource.resourceType === 'Parameters')
      return { kind: 'fhirpath', parameters: parseJson(body.text, { lossless: true }) as Resource };
    if (resource.resourceType === 'Binary' && typeof resource['data'] === 'string')
      return {
        kind: 'json',
        operations: parseJson(Buffer.from(resource['data'], 'base64').toString('utf8'), { lossless: true }),
      };
  }
  throw new FhirError('invalid', {
    en: 'The body is no patch; expected a JSON Patch (Content-Type application/json-patch+json) or a Parameters resource (application/fhir+json)',
    ja: '本文がパッチではありません。JSON Patch（Content-Type: application/json-patch+json）か Parameters リソース（application/fhir+json）を送ってください',
  });
}

/** What a patch makes of the current version of a resource, and the preconditions of that. */
export interface Patched {
  readonly id: string;
  readonly text: string;
  readonly resource: Resource;
  readonly preconditions: readonly Precondition[];
}

/** Applies PATCH [type]/[id] to the current version; it must still be current inside the commit. */
export async function patchCurrent(
  services: Services,
  request: FhirRequest,
  { type, id, patch }: { type: string; id: string; patch: PatchBody },
): Promise<Patched> {
  const version = await services.store.read(type, id, services.access.condition(request.caller));
  if (!version || version.deleted) await refuseChange(services, request, { method: 'PATCH', type, id });
  if (!version) throw notFound(type, id);
  if (version.deleted) throw gone(version, version);
  if (request.headers['if-none-match']?.trim() === '*')
    throw clientRefusal(request.headers, { kind: 'version', type, id, versionId: 0 })!;
  const match = parseIfMatch(request.headers['if-match']);
  if (typeof match === 'number' && match !== version.versionId) throw versionMismatch(match, type, id);
  const current = parseJson(version.text, { lossless: true }) as Resource;
  const limits = { size: services.config.maxBody, depth: services.config.maxDepth };
  const patched =
    patch.kind === 'json'
      ? applyJsonPatch(current, patch.operations, limits)
      : applyFhirPathPatch(current, patch.parameters, services.definitions, limits);
  const patchedText = stringifyJson(patched);
  // White space is no change.
  const text = patchedText === stringifyJson(parseJson(version.text, { lossless: true })) ? version.text : patchedText;
  const preconditions = [
    ...versionPreconditions(request.headers, type, id),
    { kind: 'version', type, id, versionId: version.versionId } as const,
  ];
  return { id, text, resource: parseJson(text) as Resource, preconditions };
}

/** Applies PATCH [type]?condition. @param without ids that do not count, because the same transaction deletes them */
export async function patchMatch(
  services: Services,
  request: FhirRequest,
  input: { type: string; condition: string; patch: PatchBody; without?: ReadonlySet<string> },
): Promise<Patched> {
  const { type, condition, patch, without } = input;
  if (condition.trim() === '')
    throw new FhirError('precondition', {
      en: `PATCH ${type} needs an id (PATCH ${type}/123) or a condition (PATCH ${type}?identifier=…)`,
      ja: `PATCH ${type} には ID（PATCH ${type}/123）か条件（PATCH ${type}?identifier=…）が必要です`,
    });
  const match = await findMatches(services, request, type, condition, without);
  if (match.ids.length > 1) throw multipleMatches(type);
  if (match.ids[0] === undefined) await refuseMatches(services, request, { method: 'PATCH', type, condition });
  if (match.ids[0] === undefined)
    throw new FhirError('not-found', {
      en: `No ${type} matches the condition`,
      ja: `条件に一致する ${type} はありません`,
    });
  const patched = await patchCurrent(services, request, { type, id: match.ids[0], patch });
  return { ...patched, preconditions: [match.precondition, ...patched.preconditions] };
}

/** The write of what a patch made. */
export const preparePatched = (
  services: Services,
  request: FhirRequest,
  type: string,
  patched: Patched,
  context?: TransactionContext,
): Promise<Change> => prepareWrite(services, request, { type, method: 'PATCH', ...patched, context });

const queues = new WeakMap<Services, Map<string, Promise<unknown>>>();

/** Patches of one resource wait for each other: all read the newest version, so side by side only one could win. */
async function inTurn<T>(services: Services, key: string, work: () => Promise<T>): Promise<T> {
  const queue = queues.get(services) ?? new Map<string, Promise<unknown>>();
  queues.set(services, queue);
  const turn = (queue.get(key) ?? Promise.resolve()).then(work, work);
  queue.set(key, turn);
  try {
    return await turn;
  } finally {
    if (queue.get(key) === turn) queue.delete(key);
  }
}

async function handlePatch(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const { type, id } = request.params;
  const patch = patchBody(request.body);
  const commit = () =>
    commitPrepared(
      services,
      async () => [
        await preparePatched(
          services,
          request,
          type!,
          await patchCurrent(services, request, { type: type!, id: id!, patch }),
        ),
      ],
      ({ precondition }) =>
        request.headers['if-match'] === undefined ? undefined : clientRefusal(request.headers, precondition),
    );
  const { committed } = await inTurn(services, `${type}/${id}`, commit);
  return writeResponse(request, committed[0]!);
}

async function handleConditional(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const patch = patchBody(request.body);
  const type = request.params['type']!;
  const condition = conditionOf(request);
  const { committed } = await commitPrepared(services, async () => [
    await preparePatched(services, request, type, await patchMatch(services, request, { type, condition, patch })),
  ]);
  return writeResponse(request, committed[0]!);
}

/** PATCH [base]/[type]/[id]. */
export const patchInstance: Interaction = { name: 'patch', method: 'PATCH', path: '[type]/[id]', handle: handlePatch };

/** PATCH [base]/[type]?condition. */
export const conditionalPatch: Interaction = {
  name: 'conditional-patch',
  method: 'PATCH',
  path: '[type]',
  handle: handleConditional,
};
