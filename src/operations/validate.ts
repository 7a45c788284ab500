/**
 * $validate: findings about a resource, nothing stored. The answer is 200 with an OperationOutcome, valid or not.
 * @see https://hl7.org/fhir/R4/resource-operation-validate.html
 */
import { FhirError, type Issue, operationOutcome } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import { careFindings, storedId } from '../interactions/care-rules.ts';
import type { FhirRequest, FhirResponse, Operation, Services } from '../interactions/interaction.ts';
import { parameterList } from '../interactions/parameters.ts';
import { readText } from '../interactions/read.ts';
import { findingsOf } from '../validation/large.ts';

const modes = ['create', 'update', 'delete', 'profile'];

/** What is to be validated: a resource and, on an instance, what the mode demands of it. */
interface Asked {
  readonly resource: Resource | undefined;
  readonly mode: string | undefined;
  readonly profile: string | undefined;
}

function fromParameters(parameters: Resource): Asked {
  const list = parameterList(parameters);
  const find = (name: string) => list.find(one => one['name'] === name);
  const text = (name: string, ...keys: string[]) => {
    const found = find(name);
    const value = found && keys.map(key => found[key]).find(one => typeof one === 'string');
    return value as string | undefined;
  };
  return {
    resource: find('resource')?.['resource'] as Resource | undefined,
    mode: text('mode', 'valueCode', 'valueString'),
    profile: text('profile', 'valueUri', 'valueCanonical', 'valueUrl', 'valueString'),
  };
}

/** Parameters around the Parameters that are to be validated. */
function holdsParameters(parameters: Resource): boolean {
  const list = parameterList(parameters);
  const inner = list.find(one => one['name'] === 'resource')?.['resource'] as Resource | undefined;
  return inner?.resourceType === 'Parameters';
}

function readAsked(request: FhirRequest): Asked {
  const fromQuery = (name: string) => request.query.find(([key]) => key === name)?.[1];
  const resource = request.body?.kind === 'resource' ? request.body.resource : undefined;
  const inBody: Asked =
    resource?.resourceType === 'Parameters' && (request.params['type'] !== 'Parameters' || holdsParameters(resource))
      ? fromParameters(resource)
      : { resource, mode: undefined, profile: undefined };
  return {
    resource: inBody.resource,
    mode: inBody.mode ?? fromQuery('mode'),
    profile: inBody.profile ?? fromQuery('profile'),
  };
}

/** The stored resource when $validate is called on an instance without a body. */
async function storedResource(services: Services, request: FhirRequest): Promise<Resource> {
  const { type, id } = request.params;
  return JSON.parse(await readText(services, request, type!, id!)) as Resource;
}

function checkRequest(request: FhirRequest, { resource, mode }: Asked): void {
  if (mode !== undefined && !modes.includes(mode))
    throw new FhirError(
      'invalid',
      {
        en: `mode: found ${mode.slice(0, 40)}, expected one of ${modes.join(', ')}`,
        ja: `mode に「${mode.slice(0, 40)}」は使えません（${modes.join('・')}）`,
      },
      { location: 'mode' },
    );
  const { type } = request.params;
  if (resource && type !== undefined && resource.resourceType !== type)
    throw new FhirError(
      'invalid',
      {
        en: `The resource is a ${String(resource.resourceType)}, but the URL says ${type}`,
        ja: `リソースは ${String(resource.resourceType)} ですが、URL は ${type} です`,
      },
      { expression: 'resourceType' },
    );
}

/** A profile that is not installed is reported, never skipped in silence. */
function profileIssues(services: Services, profile: string | undefined): Issue[] {
  if (profile === undefined || services.validator.knowsProfile(profile)) return [];
  return [
    {
      severity: 'error',
      code: 'not-found',
      message: {
        en: `The profile ${profile} is not installed here, so it was not checked`,
        ja: `プロファイル ${profile} は登録されていないため、検証していません`,
      },
    },
  ];
}

function modeIssues(request: FhirRequest, { resource, mode }: Asked): Issue[] {
  const id = request.params['id'];
  if (mode === 'create' && resource?.id !== undefined)
    return [
      {
        severity: 'information',
        code: 'informational',
        message: {
          en: 'On create the server chooses the id; the one in the resource would be ignored',
          ja: '新規作成では ID はサーバーが決めます。リソースの id は使われません',
        },
        expression: `${resource.resourceType}.id`,
      },
    ];
  if (mode === 'update' && resource && id !== undefined && resource.id !== id)
    return [
      {
        severity: 'error',
        code: 'value',
        message: {
          en: `An update needs the id "${id}" in the resource`,
          ja: `更新ではリソースの id が「${id}」である必要があります`,
        },
        expression: `${resource.resourceType}.id`,
      },
    ];
  return [];
}

/** The findings; with line and column when what was sent is the resource itself in JSON. */
async function findings(
  services: Services,
  { body, contentType }: FhirRequest,
  resource: Resource,
  profiles: readonly string[],
): Promise<readonly Issue[]> {
  const sent = body?.kind === 'resource' ? body : undefined;
  const own = sent?.resource === resource;
  // Only the length of the text counts here, unless it is large: then the thread reads it.
  const text = sent === undefined || own || sent.text.length < 1000 ? (sent?.text ?? '') : JSON.stringify(resource);
  return findingsOf(services, () => resource, text, { profiles }, own && !contentType?.includes('xml'));
}

/** What the care rules would say of the write. */
async function careIssues(
  services: Services,
  request: FhirRequest,
  resource: Resource,
  mode: string | undefined,
): Promise<readonly Issue[]> {
  const type = String(resource.resourceType);
  if (!services.definitions.isResourceType(type)) return [];
  const id = mode === 'create' ? '' : (request.params['id'] ?? (await storedId(services, request, resource)));
  const own = request.body?.kind === 'resource' && request.body.resource === resource ? request.body.text : undefined;
  return (await careFindings(services, request, { type, id, resource, text: own ?? JSON.stringify(resource) })).issues;
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  await services.storedDefinitions.refresh();
  const asked = readAsked(request);
  checkRequest(request, asked);
  const onInstance = request.params['id'] !== undefined;
  if (asked.mode === 'delete' && onInstance) {
    await storedResource(services, request);
    return outcomeResponse(request, []);
  }
  const resource = asked.resource ?? (onInstance ? await storedResource(services, request) : undefined);
  if (!resource)
    throw new FhirError('invalid', {
      en: 'There is no resource to validate; expected it as the body, or in Parameters as the parameter "resource"',
      ja: '検証するリソースがありません。本文か、Parameters の parameter「resource」に入れてください',
    });
  const known = asked.profile !== undefined && services.validator.knowsProfile(asked.profile);
  const profiles = known ? [asked.profile!] : [];
  return outcomeResponse(request, [
    ...modeIssues(request, { ...asked, resource }),
    ...profileIssues(services, asked.profile),
    ...(request.body?.kind === 'resource' ? (request.body.notes ?? []) : []),
    ...(await findings(services, request, resource, profiles)),
    ...(await careIssues(services, request, resource, asked.mode)),
  ]);
}

function outcomeResponse(request: FhirRequest, issues: readonly Issue[]): FhirResponse {
  const ok: Issue = {
    severity: 'information',
    code: 'informational',
    message: { en: 'No issues were found', ja: '問題は見つかりませんでした' },
  };
  const resource = operationOutcome(issues.length > 0 ? issues : [ok], request.language);
  return { status: 200, headers: {}, body: { kind: 'resource', resource } };
}

/** POST [base]/$validate, [base]/[type]/$validate, [base]/[type]/[id]/$validate. */
export const validate: Operation = {
  name: 'validate',
  levels: ['system', 'type', 'instance'],
  definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
  readOnly: true,
  handle,
};
