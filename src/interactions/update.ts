/**
 * update (also as create) and conditional update.
 * @see https://hl7.org/fhir/R4/http.html#update
 */

import { FhirError } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import type { Change, Precondition } from '../store/store.ts';
import { parseIfMatch } from './headers.ts';
import type { FhirRequest, FhirResponse, Interaction, Services } from './interaction.ts';
import { findMatches, formatQuery, type Match, multipleMatches } from './match.ts';
import type { TransactionContext } from './transaction-context.ts';
import { bodyResource, checkId, commitPrepared, prepareWrite, versionMismatch, writeResponse } from './write.ts';

/** Refuses a body whose id is missing or not the URL's. */
export function checkBodyId(resource: Resource, id: string): void {
  if (resource.id === id) return;
  const found =
    resource.id === undefined
      ? { en: 'no id', ja: 'id がありません' }
      : { en: `the id "${String(resource.id)}"`, ja: `id は「${String(resource.id)}」です` };
  throw new FhirError(
    'invalid',
    {
      en: `The body has ${found.en}, expected "${id}" as in the URL`,
      ja: `本文の${found.ja}。URL と同じ「${id}」にしてください`,
    },
    { expression: `${resource.resourceType}.id` },
  );
}

/** The preconditions If-Match and If-None-Match: * put on a write. */
export function versionPreconditions(headers: FhirRequest['headers'], type: string, id: string): Precondition[] {
  const match = parseIfMatch(headers['if-match']);
  const preconditions: Precondition[] = [];
  if (match === '*') preconditions.push({ kind: 'exists', type, id });
  else if (match !== undefined) preconditions.push({ kind: 'version', type, id, versionId: match === 0 ? -1 : match });
  if (headers['if-none-match']?.trim() === '*') preconditions.push({ kind: 'version', type, id, versionId: 0 });
  return preconditions;
}

/** The refusal for a precondition the client demanded by header; undefined for those a search decided. */
export function clientRefusal(
  headers: FhirRequest['headers'],
  precondition: Precondition | { kind: 'new' },
): FhirError | undefined {
  if (precondition.kind !== 'version' && precondition.kind !== 'exists') return undefined;
  const match = parseIfMatch(headers['if-match']);
  if (match !== undefined) return versionMismatch(match, precondition.type, precondition.id);
  if (headers['if-none-match'] === undefined) return undefined;
  return new FhirError(
    'precondition',
    {
      en: `${precondition.type}/${precondition.id} exists already, and If-None-Match: * asks for a new resource`,
      ja: `${precondition.type}/${precondition.id} は既にあります（If-None-Match: * は新規作成だけを許します）`,
    },
    { location: 'If-None-Match' },
  );
}

/** Prepares PUT [type]/[id]. */
export async function prepareUpdate(
  services: Services,
  request: FhirRequest,
  input: { type: string; id: string; text: string; resource: Resource; context?: TransactionContext | undefined },
): Promise<Change> {
  checkId(input.id);
  checkBodyId(input.resource, input.id);
  const preconditions = versionPreconditions(request.headers, input.type, input.id);
  return prepareWrite(services, request, { ...input, method: 'PUT', preconditions });
}

/**
 * Prepares PUT [type]?condition: updates the one match, or creates, with the client's id when the body has one.
 * @param newId id for a new resource without one
 */
export async function prepareConditionalUpdate(
  services: Services,
  request: FhirRequest,
  input: {
    type: string;
    newId: string;
    text: string;
    resource: Resource;
    condition: string;
    /** What the condition found, when it was searched before. */
    match?: Match | undefined;
    context?: TransactionContext | undefined;
  },
): Promise<Change> {
  const { type, text, resource } = input;
  if (input.condition.trim() === '')
    throw new FhirError('invalid', {
      en: `PUT ${type} needs an id (PUT ${type}/123) or a condition (PUT ${type}?identifier=…)`,
      ja: `PUT ${type} には ID（PUT ${type}/123）か条件（PUT ${type}?identifier=…）が必要です`,
    });
  const match = input.match ?? (await findMatches(services, request, type, input.condition));
  if (match.ids.length > 1) throw multipleMatches(type);
  const matched = match.ids[0];
  if (matched !== undefined && resource.id !== undefined && resource.id !== matched)
    throw new FhirError(
      'invalid',
      {
        en: `The body has the id "${resource.id}", but the condition finds ${type}/${matched}; leave the id out or make them the same`,
        ja: `本文の id「${resource.id}」と条件に一致した ${type}/${matched} が違います。id を省くか同じにしてください`,
      },
      { expression: `${type}.id` },
    );
  const asked = parseIfMatch(request.headers['if-match']);
  if (matched === undefined && asked !== undefined) throw versionMismatch(asked, type);
  const id = matched ?? resource.id ?? input.newId;
  checkId(id);
  const preconditions = [match.precondition, ...versionPreconditions(request.headers, type, id)];
  // A client's id that is taken by a resource the condition does not find must not be written over.
  const isNew = matched === undefined && resource.id !== undefined;
  if (isNew) await refuseTakenId(services, request, type, id);
  if (isNew) preconditions.push({ kind: 'version', type, id, versionId: 0 });
  return prepareWrite(services, request, {
    type,
    id,
    text,
    resource,
    context: input.context,
    method: 'PUT',
    preconditions,
  });
}

async function refuseTakenId(services: Services, request: FhirRequest, type: string, id: string): Promise<void> {
  const taken = await services.store.read(type, id, services.access.condition(request.caller));
  if (taken && !taken.deleted)
    throw new FhirError('conflict', {
      en: `The condition finds nothing, but ${type}/${id} of the body exists already; it is not written over`,
      ja: `条件に一致するものはありませんが、本文の ID ${type}/${id} は既に使われています。上書きはしません`,
    });
}

async function handleUpdate(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const type = request.params['type']!;
  const id = request.params['id']!;
  const { text, resource } = bodyResource(request, type);
  const { committed } = await commitPrepared(
    services,
    async () => [await prepareUpdate(services, request, { type, id, text, resource })],
    ({ precondition }) => clientRefusal(request.headers, precondition),
  );
  return writeResponse(request, committed[0]!);
}

async function handleConditional(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const type = request.params['type']!;
  const { text, resource } = bodyResource(request, type);
  const newId = services.newId();
  const condition = conditionOf(request);
  const { committed } = await commitPrepared(
    services,
    async () => [await prepareConditionalUpdate(services, request, { type, newId, text, resource, condition })],
    ({ precondition }) => clientRefusal(request.headers, precondition),
  );
  return writeResponse(request, committed[0]!);
}

/** The search part of a conditional request's query: without `_format`, `_pretty` and the like. */
export function conditionOf(request: FhirRequest): string {
  return formatQuery(request.query.filter(([name]) => !['_format', '_pretty'].includes(name)));
}

/** PUT [base]/[type]/[id]. */
export const update: Interaction = { name: 'update', method: 'PUT', path: '[type]/[id]', handle: handleUpdate };

/** PUT [base]/[type]?condition. */
export const conditionalUpdate: Interaction = {
  name: 'conditional-update',
  method: 'PUT',
  path: '[type]',
  handle: handleConditional,
};
