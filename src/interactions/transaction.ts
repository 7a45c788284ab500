/**
 * transaction: all entries or none, in the order of the specification.
 * Every entry is prepared first (ids given, conditions searched, references replaced), then all are committed as one list.
 * @see https://hl7.org/fhir/R4/http.html#trules
 */
import { parseJson, replaceReferences } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import type { Change, Committed, Precondition } from '../store/store.ts';
import { responseBundle } from './batch.ts';
import { checkCondition, existingResponse } from './create.ts';
import { deleteResponse, prepareConditionalDelete, prepareInstanceDelete } from './delete.ts';
import { asEntryError, type Entry, entryRequest, readEntries, verbOrder, writeResponseEntry } from './entry.ts';
import type { FhirRequest, FhirResponse, Services } from './interaction.ts';
import { findMatches, multipleMatches } from './match.ts';
import { patchBody, prepareConditionalPatch, preparePatch } from './patch.ts';
import type { Route } from './router.ts';
import { clientRefusal, prepareConditionalUpdate, prepareUpdate } from './update.ts';
import { commitPrepared, prepareWrite, writeResponse } from './write.ts';

/** An entry with its route, and the identity it was given. */
interface Step {
  readonly entry: Entry;
  readonly route: Route;
  readonly request: FhirRequest;
  /** The id a write ends up with; undefined for deletions and reads. */
  id?: string;
  /** A conditional create found this resource: nothing is written. */
  existingId?: string;
  found?: Precondition;
  changes: readonly Change[];
}

/** Handles a transaction Bundle. */
export async function handleTransaction(
  services: Services,
  request: FhirRequest,
  text: string,
  bundle: Resource,
): Promise<FhirResponse> {
  const entries = readEntries(services, request.base, text, bundle);
  const steps = entries.map(entry => readStep(services, request, entry));
  const ordered = verbOrder.flatMap(verbs => steps.filter(step => verbs.includes(step.entry.method)));
  const { committed, position, changes } = await commitPrepared(
    services,
    () => prepareAll(services, ordered),
    ({ change, precondition }) => refusal(ordered, change, precondition),
  );
  const outcomes = new Map<Change, Committed>(changes.map((change, i) => [change, committed[i]!]));
  const answers: string[] = new Array(entries.length);
  for (const step of ordered)
    answers[step.entry.index] = await writeResponseEntry(await answer(services, step, outcomes, position));
  return responseBundle('transaction-response', answers);
}

const writes = new Set([
  'create',
  'update',
  'conditional-update',
  'patch',
  'conditional-patch',
  'delete',
  'conditional-delete',
]);

function readStep(services: Services, outer: FhirRequest, entry: Entry): Step {
  try {
    const route = services.route(entry.method, entry.path);
    if (entry.method !== 'GET' && entry.method !== 'HEAD' && !writes.has(route.name))
      throw new FhirError('not-supported', {
        en: `${route.name} is not possible inside a transaction; use a batch`,
        ja: `${route.name} は transaction の中では使えません（batch を使ってください）`,
      });
    return { entry, route, request: entryRequest(outer, entry, route.params), changes: [] };
  } catch (error) {
    throw asEntryError(error, entry);
  }
}

/** Prepares all entries against the present state; called again when another commit came between. */
async function prepareAll(services: Services, steps: readonly Step[]): Promise<readonly Change[]> {
  for (const step of steps) await attempt(step, () => assignIdentity(services, step));
  const targets = referenceTargets(steps);
  for (const step of steps)
    await attempt(step, async () => Object.assign(step, { changes: await prepareStep(services, step, targets) }));
  refuseSameTarget(steps);
  const changes = steps.flatMap(step => step.changes);
  return addReadPreconditions(steps, changes);
}

async function attempt(step: Step, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw asEntryError(error, step.entry);
  }
}

async function assignIdentity(services: Services, step: Step): Promise<void> {
  const { route, request } = step;
  const type = route.params['type']!;
  delete step.existingId;
  delete step.found;
  if (route.name === 'update') step.id = route.params['id']!;
  if (route.name === 'create') {
    step.id = services.newId();
    const condition = request.headers['if-none-exist'];
    if (condition === undefined) return;
    const match = await findMatches(services, request, type, checkCondition(condition));
    if (match.ids.length > 1) throw multipleMatches(type);
    step.found = match.precondition;
    if (match.ids[0] !== undefined) step.existingId = match.ids[0];
  }
  if (route.name === 'conditional-update') {
    const match = await findMatches(services, request, type, step.entry.queryText);
    if (match.ids.length > 1) throw multipleMatches(type);
    step.id = match.ids[0] ?? step.entry.content?.resource.id ?? services.newId();
  }
}

/** fullUrl → Type/id of every entry that is written or was found. */
function referenceTargets(steps: readonly Step[]): ReadonlyMap<string, string> {
  const targets = new Map<string, string>();
  for (const { entry, route, id, existingId } of steps) {
    if (entry.fullUrl === undefined || id === undefined) continue;
    if (targets.has(entry.fullUrl))
      throw asEntryError(
        new FhirError('invalid', {
          en: 'two entries have the same fullUrl',
          ja: '同じ fullUrl のエントリーが2つあります',
        }),
        entry,
      );
    targets.set(entry.fullUrl, `${route.params['type']}/${existingId ?? id}`);
  }
  return targets;
}

function replaceTargets(step: Step, targets: ReadonlyMap<string, string>): { text: string; resource: Resource } {
  const { text, resource } = step.entry.content!;
  const replaced = replaceReferences(text, reference => {
    const [url = '', fragment] = reference.split('#');
    const target = targets.get(url);
    return target === undefined ? undefined : target + (fragment === undefined ? '' : `#${fragment}`);
  });
  return replaced === text ? { text, resource } : { text: replaced, resource: parseJson(replaced) as Resource };
}

async function prepareStep(
  services: Services,
  step: Step,
  targets: ReadonlyMap<string, string>,
): Promise<readonly Change[]> {
  const { route, request, entry } = step;
  const type = route.params['type']!;
  const id = route.params['id']!;
  switch (route.name) {
    case 'create': {
      if (step.existingId !== undefined) return [];
      const content = checkedContent(step, targets, type);
      const preconditions = step.found ? [step.found] : [];
      return [
        await prepareWrite(services, request, {
          type,
          id: step.id!,
          method: 'POST',
          mustBeNew: true,
          preconditions,
          ...content,
        }),
      ];
    }
    case 'update':
      return [await prepareUpdate(services, request, { type, id, ...checkedContent(step, targets, type) })];
    case 'conditional-update': {
      const content = checkedContent(step, targets, type);
      return [
        await prepareConditionalUpdate(services, request, {
          type,
          newId: step.id!,
          condition: entry.queryText,
          ...content,
        }),
      ];
    }
    case 'patch':
      return [await preparePatch(services, request, type, id, patchBody(request.body))];
    case 'conditional-patch':
      return [await prepareConditionalPatch(services, request, type, entry.queryText, patchBody(request.body))];
    case 'delete':
      return [prepareInstanceDelete(request, type, id)];
    case 'conditional-delete':
      return prepareConditionalDelete(services, request, type, entry.queryText);
    default:
      return [];
  }
}

function checkedContent(step: Step, targets: ReadonlyMap<string, string>, type: string) {
  const content = replaceTargets(step, targets);
  if (content.resource.resourceType !== type)
    throw new FhirError(
      'invalid',
      {
        en: `the resource is a ${content.resource.resourceType}, but the URL says ${type}`,
        ja: `リソースは ${content.resource.resourceType} ですが、URL は ${type} です`,
      },
      { expression: `${type}.resourceType` },
    );
  return content;
}

function refuseSameTarget(steps: readonly Step[]): void {
  const seen = new Map<string, Step>();
  for (const step of steps) {
    for (const { type, id } of step.changes) {
      const other = seen.get(`${type}/${id}`);
      if (other)
        throw asEntryError(
          new FhirError('invalid', {
            en: `${type}/${id} is changed by entry ${other.entry.index + 1} too; each resource may be there once`,
            ja: `${type}/${id} は${other.entry.index + 1}番目のエントリーでも変更されています（1回だけにしてください）`,
          }),
          step.entry,
        );
      seen.set(`${type}/${id}`, step);
    }
  }
}

/** What a conditional create found must still be so; what is read by id must be there, or the transaction fails as a whole. */
function addReadPreconditions(steps: readonly Step[], changes: readonly Change[]): readonly Change[] {
  const first = changes[0];
  if (!first) return changes;
  const written = new Set(changes.map(({ type, id }) => `${type}/${id}`));
  const more: Precondition[] = [];
  for (const { route, found, existingId } of steps) {
    const { type, id } = route.params;
    if (route.name === 'read' && !written.has(`${type}/${id}`)) more.push({ kind: 'exists', type: type!, id: id! });
    if (existingId !== undefined && found) more.push(found);
  }
  if (more.length === 0) return changes;
  const withReads = { ...first, preconditions: [...first.preconditions, ...more] };
  const owner = steps.find(step => step.changes.includes(first))!;
  owner.changes = owner.changes.map(change => (change === first ? withReads : change));
  return [withReads, ...changes.slice(1)];
}

/** The refusal of a precondition a client demanded; conditions that a search decided are tried again. */
function refusal(
  steps: readonly Step[],
  index: number,
  precondition: Precondition | { kind: 'new' },
): FhirError | undefined {
  if (precondition.kind === 'exists') {
    const reader = steps.find(
      ({ route }) =>
        route.name === 'read' && route.params['type'] === precondition.type && route.params['id'] === precondition.id,
    );
    if (reader)
      return asEntryError(
        new FhirError('not-found', {
          en: `${precondition.type}/${precondition.id} is not known here`,
          ja: `${precondition.type}/${precondition.id} は見つかりません`,
        }),
        reader.entry,
      ) as FhirError;
  }
  const step = steps.find(one => one.changes.includes(steps.flatMap(each => each.changes)[index]!));
  const refused = step && clientRefusal(step.request.headers, precondition);
  return refused && (asEntryError(refused, step.entry) as FhirError);
}

async function answer(
  services: Services,
  step: Step,
  outcomes: ReadonlyMap<Change, Committed>,
  position: number,
): Promise<FhirResponse> {
  const { route, request, entry } = step;
  const committed = step.changes.map(change => outcomes.get(change)!);
  if (step.existingId !== undefined)
    return existingResponse(services, { ...request, asOf: position }, route.params['type']!, step.existingId);
  if (route.name === 'delete' || route.name === 'conditional-delete') return deleteResponse(request, committed);
  if (writes.has(route.name)) return writeResponse(request, committed[0]!);
  try {
    return await route.handle(services, { ...request, asOf: position });
  } catch (error) {
    throw asEntryError(error, entry);
  }
}
