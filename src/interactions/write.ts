/**
 * The one door for all writes: check → validate → extract → Change, then commit and answer.
 * A write whose condition was decided by a search is decided again when another commit changed the answer.
 * @see https://hl7.org/fhir/R4/http.html#create
 */
import { informationClassOf } from '../access/information-class.ts';
import { stampable } from '../fhir/json-text.ts';
import { FhirError, type Issue, operationOutcome } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import type { Change, Committed, Precondition, Version } from '../store/store.ts';
import { findingsOf } from '../validation/large.ts';
import { checkCare } from './care-rules.ts';
import { versionHeaders, versionUrl } from './headers.ts';
import type { FhirRequest, FhirResponse, Services } from './interaction.ts';
import { findMatches } from './match.ts';
import { listReferences, replaceReferences } from './references.ts';
import { refuseSubset } from './subset.ts';
import type { TransactionContext } from './transaction-context.ts';

const idPattern = /^[A-Za-z0-9\-.]{1,64}$/;

/** How often a write is prepared again because another one came first; each try sees a newer state. */
const mostTries = 50;

/** Refuses an id that FHIR does not allow. @see https://hl7.org/fhir/R4/datatypes.html#id */
export function checkId(id: string): void {
  if (!idPattern.test(id))
    throw new FhirError('invalid', {
      en: `The id "${id.slice(0, 80)}" is not allowed; expected 1 to 64 letters, digits, "-" or "."`,
      ja: `ID「${id.slice(0, 80)}」は使えません。英数字・「-」・「.」で1〜64文字にしてください`,
    });
}

/** The resource of a request's body; refuses a body that is missing, no resource, or of another type than the URL's. */
export function bodyResource(request: FhirRequest, type: string): { text: string; resource: Resource } {
  const { body } = request;
  if (body?.kind !== 'resource')
    throw new FhirError('invalid', {
      en: `The request has no resource in its body; expected a ${type} as JSON or XML`,
      ja: `本文にリソースがありません。${type} を JSON か XML で送ってください`,
    });
  checkShape(body.resource, type);
  return body;
}

/** Refuses what is not even shaped like a resource of the type: stamping id and meta relies on it. */
export function checkShape(resource: Resource, type: string): void {
  const { id, meta } = resource;
  if (id !== undefined && typeof id !== 'string')
    throw new FhirError(
      'invalid',
      { en: 'The id is not a string', ja: 'id が文字列ではありません' },
      { expression: `${type}.id` },
    );
  if (meta !== undefined && (typeof meta !== 'object' || meta === null || Array.isArray(meta)))
    throw new FhirError(
      'invalid',
      { en: 'meta is not an object', ja: 'meta がオブジェクトではありません' },
      { expression: `${type}.meta` },
    );
  if (resource.resourceType !== type)
    throw new FhirError(
      'invalid',
      {
        en: `The body is of the type ${String(resource.resourceType)}, but the URL says ${type}; they must be the same`,
        ja: `本文は ${String(resource.resourceType)} ですが、URL は ${type} です。同じにしてください`,
      },
      { expression: 'resourceType' },
    );
}

/** Findings of the latest check of a request that was not refused; told when the client asks for an OperationOutcome. */
const notes = new WeakMap<FhirRequest, readonly Issue[]>();

/** Lines and columns are told of what the client sent itself, in JSON. */
const isOwnText = ({ body, contentType }: FhirRequest, text: string): boolean =>
  body?.kind === 'resource' && body.text === text && !contentType?.includes('xml');

const isError = (issue: Issue): boolean => issue.severity === 'error' || issue.severity === 'fatal';

/** Refuses a resource with errors: 400 for structure ("basic FHIR validation"), 422 for the rules of types and profiles. */
export async function checkValid(
  services: Services,
  request: FhirRequest,
  resource: Resource,
  text: string,
): Promise<void> {
  const { validation } = services.config;
  if (validation === 'off') return;
  if (validation !== 'base') await services.storedDefinitions.refresh();
  services.terminology.look();
  const level = validation === 'base' ? 'base' : 'profiles';
  const issues = await findingsOf(services, () => resource, text, { level, onWrite: true }, isOwnText(request, text));
  if (issues.length === 0) return;
  notes.set(request, issues);
  if (validation === 'warn' || !issues.some(isError)) return;
  const basic = issues.some(issue => isError(issue) && issue.basic === true);
  // Many clients show the first issue alone: it must be one that explains the refusal.
  const [reasons, remarks] = [issues.filter(isError), issues.filter(issue => !isError(issue))];
  throw new FhirError(basic ? 'invalid' : 'unprocessable', [...reasons, ...remarks]);
}

/** What a Change is made of. */
export interface WriteInput {
  readonly type: string;
  readonly id: string;
  readonly method: Version['method'];
  readonly text: string;
  readonly resource: Resource;
  readonly preconditions?: readonly Precondition[];
  readonly mustBeNew?: boolean;
  /** The transaction it belongs to. */
  readonly context?: TransactionContext | undefined;
}

/**
 * A checked, validated and indexed write.
 * @throws FhirError 'invalid' with all findings
 */
export async function prepareWrite(services: Services, request: FhirRequest, input: WriteInput): Promise<Change> {
  refuseSubset(input.resource);
  const { text, resource, found } = await resolveConditionalReferences(services, request, input);
  await checkValid(services, request, resource, text);
  const care = await checkCare(services, request, { ...input, resource, text });
  if (care.issues.length > 0) notes.set(request, [...(notes.get(request) ?? []), ...care.issues]);
  return {
    type: input.type,
    id: input.id,
    method: input.method,
    template: stampable(text, input.id),
    rows: services.search.extract(resource),
    access: {
      persons: services.search.persons(resource, input.id),
      authorOrganization: request.caller.organization,
      informationClass: informationClassOf(resource),
      releasedAt: null,
    },
    preconditions: [...(input.preconditions ?? []), ...found, ...care.preconditions],
    ...(request.headers['if-match'] !== undefined && { always: true }),
    ...(input.mustBeNew && { mustBeNew: true }),
  };
}

/** A deletion as a Change. */
export function prepareDelete(
  request: FhirRequest,
  type: string,
  id: string,
  preconditions: readonly Precondition[],
): Change {
  return {
    type,
    id,
    method: 'DELETE',
    rows: [],
    access: { persons: [], authorOrganization: request.caller.organization, informationClass: 0, releasedAt: null },
    preconditions,
  };
}

/** True for a reference that is a search. */
export const isConditional = (reference: string): boolean => /^[A-Z][A-Za-z]*\?/.test(reference);

/** Replaces references such as `Patient?identifier=…` by the one resource they find. @see https://hl7.org/fhir/R4/http.html#trules */
async function resolveConditionalReferences(services: Services, request: FhirRequest, input: WriteInput) {
  const { text, resource } = input;
  if (!text.includes('?')) return { text, resource, found: [] };
  const references = listReferences(resource, services.definitions);
  const conditions = new Set(
    references.filter(([one, kind]) => kind === 'reference' && isConditional(one)).map(([one]) => one),
  );
  if (conditions.size === 0) return { text, resource, found: [] };
  const targets = new Map<string, string>();
  const found: Precondition[] = [];
  for (const condition of conditions) {
    const target = await resolveCondition(services, request, condition, input.context);
    targets.set(condition, target.reference);
    if (target.precondition) found.push(target.precondition);
  }
  const replaced = replaceReferences({ text, resource }, services.definitions, (one, kind) =>
    kind === 'reference' ? targets.get(one) : undefined,
  );
  return { ...replaced, found };
}

/** The one resource a conditional reference finds: one that the same transaction writes, else one that is stored. */
export async function resolveCondition(
  services: Services,
  request: FhirRequest,
  condition: string,
  context: TransactionContext | undefined,
) {
  const [type = '', query = ''] = condition.split(/\?(.*)/s);
  const written = context?.written(type, query);
  // What is written anew is found as it will be, where that can be told.
  const anew = written && context ? context.replaced(type).keys() : [];
  const without = new Set([...(context?.deleted(type) ?? []), ...anew]);
  const match = await findMatches(services, request, type, query, without);
  const ids = [...new Set([...(written ?? []), ...match.ids])];
  if (ids.length !== 1) throw unresolvedReference(condition, ids.length);
  return { reference: `${type}/${ids[0]}`, precondition: match.precondition };
}

function unresolvedReference(condition: string, matches: number): FhirError {
  const type = condition.split('?')[0];
  const count = matches > 1 ? { en: 'more than one', ja: '複数の' } : { en: 'no', ja: '0件の' };
  return new FhirError(matches > 1 ? 'multiple-matches' : 'invalid', {
    en: `The conditional reference to ${type} finds ${count.en} resource; expected exactly one`,
    ja: `条件付き参照（${type}）は${count.ja}リソースに一致しました。ちょうど1件に一致する条件にしてください`,
  });
}

/**
 * Prepares and commits until no other write came between.
 * @param prepare makes the changes from the present state; throws FhirError to refuse
 * @param refuse the refusal for a precondition the client itself demanded, or undefined when trying again is right
 */
export async function commitPrepared(
  services: Services,
  prepare: () => Promise<readonly Change[]>,
  refuse: (conflict: { change: number; precondition: Precondition | { kind: 'new' } }) => FhirError | undefined = () =>
    undefined,
): Promise<{ committed: readonly Committed[]; position: number; changes: readonly Change[] }> {
  const { search, store } = services;
  for (let tries = 0; tries < mostTries; tries++) {
    if (!search.asExtracted()) await search.refresh(store);
    const extracted = search.asExtracted();
    const changes = await prepare();
    if (changes.length === 0) return { committed: [], position: (await store.state()).position, changes };
    const result = await store.commit(demand(changes, extracted));
    if (result.ok) services.storedDefinitions.note(changes.map(change => change.type));
    if (result.ok) return { committed: result.committed, position: result.position, changes };
    // Another process stored a SearchParameter that the index rows were made without.
    if (result.conflict.precondition === extracted) await search.refresh(store);
    const refusal = refuse(result.conflict);
    if (refusal) throw refusal;
  }
  throw new FhirError('conflict', {
    en: 'Other writes to the same resources kept coming first; try again',
    ja: '同じリソースへの書き込みが続いたため完了できませんでした。もう一度送ってください',
  });
}

/** Changes that are applied only while a condition holds. */
function demand(changes: readonly Change[], condition: Precondition | undefined): readonly Change[] {
  const [first, ...others] = changes;
  if (!first || !condition) return changes;
  return [{ ...first, preconditions: [...first.preconditions, condition] }, ...others];
}

/** The refusal when If-Match does not name the current version. @param id absent when a condition finds no resource */
export function versionMismatch(expected: number | '*', type: string, id?: string): FhirError {
  const known =
    expected === '*' ? { en: 'any version', ja: 'いずれかの版' } : { en: `version ${expected}`, ja: `版 ${expected}` };
  const asked = expected === 0 ? { en: 'an unknown version', ja: '不明な版' } : known;
  const absent = {
    en: `If-Match asks for ${asked.en} of ${id === undefined ? `the ${type} that the condition finds` : `${type}/${id}`}, but there is none; leave If-Match out where it may be absent`,
    ja: `If-Match は${asked.ja}を求めていますが、${id === undefined ? `条件に一致する ${type} ` : `${type}/${id} `}はありません。なくてもよい場合は If-Match を省いてください`,
  };
  const other = {
    en: `If-Match asks for ${asked.en} of ${type}/${id}, but that is not the current version; read it again and repeat the change`,
    ja: `If-Match の${asked.ja}は ${type}/${id} の現在の版ではありません。読み直してからやり直してください`,
  };
  return new FhirError('precondition', expected === '*' || id === undefined ? absent : other, { location: 'If-Match' });
}

/** The answer to a write: 201 or 200, with the body Prefer asks for. */
export function writeResponse(request: FhirRequest, committed: Committed): FhirResponse {
  const version = committed.version!;
  const created = committed.outcome === 'created';
  const headers = { ...versionHeaders(version), Location: versionUrl(request.base, version) };
  const response = { status: created ? 201 : 200, headers };
  if (request.prefer.return === 'minimal') return response;
  if (request.prefer.return === 'OperationOutcome')
    return {
      ...response,
      body: { kind: 'resource', resource: outcomeOf(request, committed) },
    };
  return { ...response, body: { kind: 'text', text: version.text } };
}

/** What became of a write, with the findings that did not stop it. */
function outcomeOf(request: FhirRequest, committed: Committed) {
  const done: Issue = { severity: 'information', code: 'informational', message: outcomeMessage(committed) };
  return operationOutcome([done, ...(notes.get(request) ?? [])], request.language);
}

function outcomeMessage({ outcome, version }: Committed) {
  const name = `${version!.type}/${version!.id}`;
  if (outcome === 'created') return { en: `Created ${name}`, ja: `${name} を作成しました` };
  if (outcome === 'unchanged') return { en: `${name} is unchanged`, ja: `${name} に変更はありません` };
  return {
    en: `Updated ${name} to version ${version!.versionId}`,
    ja: `${name} を版 ${version!.versionId} に更新しました`,
  };
}
