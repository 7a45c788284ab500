/**
 * delete and conditional delete.
 * @see https://hl7.org/fhir/R4/http.html#delete
 */
import { FhirError, information } from '../fhir/outcome.ts';
import type { Change, Committed } from '../store/store.ts';
import { refuseChange, refuseMatches } from './bundled/refuse.ts';
import { etag } from './headers.ts';
import type { FhirRequest, FhirResponse, Interaction, Services } from './interaction.ts';
import { findAllMatches, findMatches, multipleMatches } from './match.ts';
import { clientRefusal, conditionOf, versionPreconditions } from './update.ts';
import { commitPrepared, prepareDelete } from './write.ts';

const deletionOf = (request: FhirRequest, type: string, id: string): Change =>
  prepareDelete(request, type, id, versionPreconditions(request.headers, type, id));

/** Prepares DELETE [type]/[id]. @throws FhirError 'method-not-allowed' for what comes with the program */
export async function prepareInstanceDelete(
  services: Services,
  request: FhirRequest,
  type: string,
  id: string,
): Promise<Change> {
  await refuseChange(services, request, { method: 'DELETE', type, id });
  return deletionOf(request, type, id);
}

/** Prepares DELETE [type]?condition: none, one, or as many deletions as match when that is configured. */
export async function prepareConditionalDelete(
  services: Services,
  request: FhirRequest,
  type: string,
  condition: string,
): Promise<readonly Change[]> {
  if (condition.trim() === '')
    throw new FhirError('precondition', {
      en: `DELETE ${type} needs an id (DELETE ${type}/123) or a condition (DELETE ${type}?identifier=…)`,
      ja: `DELETE ${type} には ID（DELETE ${type}/123）か条件（DELETE ${type}?identifier=…）が必要です`,
    });
  if (services.config.conditionalDelete === 'multiple') {
    const ids = await findAllMatches(services, request, type, condition);
    if (ids.length === 0) await refuseMatches(services, request, { method: 'DELETE', type, condition });
    return ids.map(id => deletionOf(request, type, id));
  }
  const match = await findMatches(services, request, type, condition);
  if (match.ids.length > 1) throw multipleMatches(type);
  if (match.ids.length === 0) await refuseMatches(services, request, { method: 'DELETE', type, condition });
  return match.ids.map(id =>
    prepareDelete(request, type, id, [match.precondition, ...versionPreconditions(request.headers, type, id)]),
  );
}

async function handleDelete(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const type = request.params['type']!;
  const id = request.params['id']!;
  await refuseChange(services, request, { method: 'DELETE', type, id });
  const visible = await services.store.read(type, id, services.access.condition(request.caller));
  if (!visible && request.headers['if-match'] === undefined) return deleteResponse(request, []);
  const { committed } = await commitPrepared(
    services,
    async () => [deletionOf(request, type, id)],
    ({ precondition }) => clientRefusal(request.headers, precondition),
  );
  return deleteResponse(request, committed);
}

async function handleConditional(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const type = request.params['type']!;
  const { committed } = await commitPrepared(
    services,
    () => prepareConditionalDelete(services, request, type, conditionOf(request)),
    ({ precondition }) => clientRefusal(request.headers, precondition),
  );
  return deleteResponse(request, committed);
}

/** 200 with an OperationOutcome that says what happened, or 204 for Prefer: return=minimal. Deleting what is not there is a success too. */
export function deleteResponse(request: FhirRequest, committed: readonly Committed[]): FhirResponse {
  const deleted = committed.filter(one => one.outcome === 'deleted');
  const version = committed[0]?.version;
  const headers: Record<string, string> = version && committed.length === 1 ? { ETag: etag(version.versionId) } : {};
  if (request.prefer.return === 'minimal') return { status: 204, headers };
  const message =
    deleted.length === 0
      ? { en: 'There was nothing to delete', ja: '削除するものはありませんでした' }
      : {
          en: `Deleted ${deleted.map(one => `${one.version!.type}/${one.version!.id}`).join(', ')}`,
          ja: `${deleted.map(one => `${one.version!.type}/${one.version!.id}`).join('、')} を削除しました`,
        };
  return { status: 200, headers, body: { kind: 'resource', resource: information(message, request.language) } };
}

/** DELETE [base]/[type]/[id]. */
export const deleteInstance: Interaction = {
  name: 'delete',
  method: 'DELETE',
  path: '[type]/[id]',
  handle: handleDelete,
};

/** DELETE [base]/[type]?condition. */
export const conditionalDelete: Interaction = {
  name: 'conditional-delete',
  method: 'DELETE',
  path: '[type]',
  handle: handleConditional,
};
