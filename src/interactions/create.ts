/**
 * create and conditional create.
 * @see https://hl7.org/fhir/R4/http.html#create
 */
import { FhirError, information } from '../fhir/outcome.ts';
import type { Message } from '../fhir/types.ts';
import type { Change } from '../store/store.ts';
import { versionHeaders, versionUrl } from './headers.ts';
import { createdResponse, isTakenIn, takeIn } from './intake.ts';
import type { FhirRequest, FhirResponse, Interaction, Services } from './interaction.ts';
import { findMatches, multipleMatches } from './match.ts';
import { bodyResource, commitPrepared, prepareWrite, writeResponse } from './write.ts';

/** What a create comes to: a Change, or the id of the one resource that matches already. */
export type PreparedCreate = { readonly change: Change } | { readonly existingId: string };

/**
 * Prepares a create; the server chooses the id, whatever the body says.
 * @param condition query of If-None-Exist, if any
 */
export async function prepareCreate(
  services: Services,
  request: FhirRequest,
  input: {
    type: string;
    id: string;
    text: string;
    resource: Parameters<typeof prepareWrite>[2]['resource'];
    condition?: string | undefined;
  },
): Promise<PreparedCreate> {
  if (input.condition === undefined)
    return { change: await prepareWrite(services, request, { ...input, method: 'POST', mustBeNew: true }) };
  const match = await findMatches(services, request, input.type, checkCondition(input.condition));
  if (match.ids.length > 1) throw multipleMatches(input.type);
  if (match.ids[0] !== undefined) return { existingId: match.ids[0] };
  const preconditions = [match.precondition];
  return {
    change: await prepareWrite(services, request, { ...input, method: 'POST', mustBeNew: true, preconditions }),
  };
}

/** If-None-Exist may be the query alone, or begin with `?` or `Type?`. */
export function checkCondition(condition: string): string {
  const query = condition.replace(/^(?:[^?=]*\/)?[A-Za-z]*\?/, '');
  if (query.trim() === '')
    throw new FhirError(
      'invalid',
      {
        en: 'If-None-Exist is empty; expected search parameters such as identifier=http://example.jp/id|1',
        ja: 'If-None-Exist が空です。identifier=http://example.jp/id|1 のように条件を書いてください',
      },
      { location: 'If-None-Exist' },
    );
  return query;
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const type = request.params['type']!;
  const { text, resource } = bodyResource(request, type);
  const condition = request.headers['if-none-exist'];
  if (type === 'Bundle' && isTakenIn(services, resource))
    return createdResponse(request, await takeIn(services, request, resource, text));
  let existing: string | undefined;
  const { committed } = await commitPrepared(services, async () => {
    const prepared = await prepareCreate(services, request, { type, id: services.newId(), text, resource, condition });
    existing = 'existingId' in prepared ? prepared.existingId : undefined;
    return 'change' in prepared ? [prepared.change] : [];
  });
  return existing === undefined
    ? writeResponse(request, committed[0]!)
    : existingResponse(services, request, type, existing);
}

/** 200 with the resource that was there already. */
export async function existingResponse(
  services: Services,
  request: FhirRequest,
  type: string,
  id: string,
): Promise<FhirResponse> {
  const version = await services.store.read(type, id, services.access.condition(request.caller), request.asOf);
  if (!version || version.deleted) return { status: 200, headers: {} };
  const headers = { ...versionHeaders(version), Location: versionUrl(request.base, version) };
  if (request.prefer.return === 'minimal') return { status: 200, headers };
  if (request.prefer.return === 'OperationOutcome')
    return {
      status: 200,
      headers,
      body: { kind: 'resource', resource: information(already(type, id), request.language) },
    };
  return { status: 200, headers, body: { kind: 'text', text: version.text } };
}

const already = (type: string, id: string): Message => ({
  en: `${type}/${id} matches the condition already; nothing was created`,
  ja: `条件に一致する ${type}/${id} があるため、作成していません`,
});

/** POST [base]/[type]. */
export const create: Interaction = { name: 'create', method: 'POST', path: '[type]', handle };
