/**
 * $closure: keeps a client's closure table up to date. The concepts of a table are kept as a ValueSet, so that its versions
 * are the versions of the table, on either database and for all nodes.
 * @see https://hl7.org/fhir/R4/conceptmap-operation-closure.html
 */
import { createHash } from 'node:crypto';
import { FhirError } from '../../fhir/outcome.ts';
import type { JsonObject, Message, Resource } from '../../fhir/types.ts';
import type { FhirRequest, FhirResponse, Operation, Services } from '../../interactions/interaction.ts';
import { commitPrepared, prepareWrite } from '../../interactions/write.ts';
import {
  addConcepts,
  type ClosureGroup,
  closureGroups,
  isPartOf,
  missingEdition,
  readGroups,
  writeGroups,
} from '../../terminology/closure.ts';
import { type Finding, finding, TerminologyError } from '../../terminology/problems.ts';
import type { Scope } from '../../terminology/scope.ts';
import { type Coding, versioned } from '../../terminology/shapes.ts';
import { readCoding } from '../../terminology/validate.ts';
import { type Input, readInput, required, run, scopeOf } from './input.ts';

/** Most concepts of a table: each addition writes all of them again. */
const mostConcepts = 20_000;

interface Table {
  readonly version: number;
  readonly groups: readonly ClosureGroup[];
}

const idOf = (name: string): string => `closure-${createHash('sha256').update(name).digest('hex').slice(0, 40)}`;

function refuse(kind: 'not-found' | 'unprocessable' | 'invalid', at: string, message: Message): FhirError {
  return new FhirError(kind, message, { location: at });
}

function mustStartAnew(name: string, system: string): FhirError {
  return refuse('unprocessable', 'name', {
    en: `The closure table "${name}" must be initialised again: ${system} is another edition now; send the name alone, then all concepts`,
    ja: `クロージャ表「${name}」は作り直してください（${system} の版が変わりました）。名前だけを送り、続けて全コードを送ってください`,
  });
}

async function readTable(services: Services, request: FhirRequest, name: string, version?: number) {
  const access = services.access.condition(request.caller);
  const found =
    version === undefined
      ? await services.store.read('ValueSet', idOf(name), access)
      : await services.store.readVersion('ValueSet', idOf(name), version, access);
  if (!found || found.deleted) return undefined;
  return { version: found.versionId, groups: readGroups(JSON.parse(found.text) as JsonObject) };
}

async function knownTable(services: Services, request: FhirRequest, name: string): Promise<Table> {
  const table = await readTable(services, request, name);
  if (table) return table;
  throw refuse('not-found', 'name', {
    en: `There is no closure table "${name}"; initialise it by sending the name alone`,
    ja: `クロージャ表「${name}」はありません。名前だけを送って作成してください`,
  });
}

async function writeTable(
  services: Services,
  request: FhirRequest,
  name: string,
  make: () => Promise<{ groups: readonly ClosureGroup[]; over?: number }>,
): Promise<number> {
  const id = idOf(name);
  const { committed } = await commitPrepared(services, async () => {
    const { groups, over } = await make();
    const resource: Resource = {
      resourceType: 'ValueSet',
      id,
      name: 'ClosureTable',
      title: name,
      status: 'active',
      ...writeGroups(groups),
    };
    const preconditions =
      over === undefined ? [] : [{ kind: 'version', type: 'ValueSet', id, versionId: over } as const];
    const text = JSON.stringify(resource);
    return [
      await prepareWrite(services, request, { type: 'ValueSet', id, method: 'PUT', text, resource, preconditions }),
    ];
  });
  return committed[0]!.version!.versionId;
}

/** The concepts a request adds, by the codes their code systems write. @throws TerminologyError for one that is not known */
function conceptsOf(input: Input, scope: Scope): Coding[] {
  return input.objects('concept').map(value => {
    const coding = readCoding(value);
    if (coding.system === undefined) throw required('concept.system');
    const system = scope.system(coding.system);
    const wrong = (problem: Finding) => new TerminologyError(problem, 422);
    if (!system) throw wrong(finding('unknown-system', { system: coding.system }, 'concept'));
    const { head } = system;
    const concept = system.find(coding.code);
    if (!concept)
      throw wrong(finding('unknown-code', { code: coding.code, system: versioned(head.url, head.version) }, 'concept'));
    return { system: head.url, code: concept.code };
  });
}

function answerMap(services: Services, name: string, version: number, group: readonly JsonObject[]): JsonObject {
  return {
    resourceType: 'ConceptMap',
    id: services.newId(),
    version: String(version),
    name: 'ClosureTable',
    title: name,
    status: 'active',
    experimental: true,
    date: new Date(services.now()).toISOString(),
    ...(group.length > 0 && { group }),
  };
}

async function add(services: Services, request: FhirRequest, scope: Scope, name: string, more: readonly Coding[]) {
  let group: JsonObject[] = [];
  const version = await writeTable(services, request, name, async () => {
    const table = await knownTable(services, request, name);
    const stale = missingEdition(scope, table.groups);
    if (stale) throw mustStartAnew(name, stale.system);
    const groups = addConcepts(table.groups, more, scope);
    if (groups.reduce((sum, one) => sum + one.codes.length, 0) > mostConcepts)
      throw refuse('unprocessable', 'concept', {
        en: `A closure table has room for ${mostConcepts} concepts`,
        ja: `クロージャ表のコードは ${mostConcepts} 件までです`,
      });
    group = closureGroups(scope, table.groups, groups);
    return { groups, over: table.version };
  });
  return answerMap(services, name, version, group);
}

/** Everything since a version the client has. */
async function resynchronise(services: Services, request: FhirRequest, scope: Scope, name: string, since: string) {
  const now = await knownTable(services, request, name);
  const before = /^[1-9]\d{0,14}$/.test(since) ? await readTable(services, request, name, Number(since)) : undefined;
  if (!before)
    throw refuse('unprocessable', 'version', {
      en: `The closure table "${name}" has no version "${since.slice(0, 40)}"; the newest is ${now.version}`,
      ja: `クロージャ表「${name}」に版「${since.slice(0, 40)}」はありません（最新は ${now.version}）`,
    });
  const stale =
    missingEdition(scope, now.groups) ?? (isPartOf(before.groups, now.groups) ? undefined : before.groups[0]);
  if (stale) throw mustStartAnew(name, stale.system);
  return answerMap(services, name, now.version, closureGroups(scope, before.groups, now.groups));
}

async function handle(services: Services, request: FhirRequest): Promise<JsonObject> {
  const input = readInput(request);
  const name = input.text('name');
  if (name === undefined) throw required('name');
  if (name.length > 200)
    throw refuse('invalid', 'name', {
      en: 'The name of a closure table may have 200 characters',
      ja: 'クロージャ表の名前は 200 文字までです',
    });
  const scope = scopeOf(services, input);
  const [since, concepts] = [input.text('version'), conceptsOf(input, scope)];
  if (since !== undefined && concepts.length > 0)
    throw refuse('invalid', 'version', {
      en: 'Either add concepts or resynchronise from a version, not both at once',
      ja: 'concept の追加と version からの再同期は別々に送ってください',
    });
  if (since !== undefined) return resynchronise(services, request, scope, name, since);
  if (concepts.length > 0) return add(services, request, scope, name, concepts);
  return answerMap(services, name, await writeTable(services, request, name, async () => ({ groups: [] })), []);
}

/** Keeps a closure table. */
export const closureOperation: Operation = {
  name: 'closure',
  levels: ['system'],
  definition: 'http://hl7.org/fhir/OperationDefinition/ConceptMap-closure',
  readOnly: false,
  handle: (services, request): Promise<FhirResponse> => run(services, request, () => handle(services, request)),
};
