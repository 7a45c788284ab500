/**
 * transaction: all entries or none, in the order of the specification.
 * Every entry is prepared first (ids given, conditions searched, references replaced, reads tried), then all are
 * committed as one list.
 * @see https://hl7.org/fhir/R4/http.html#trules
 */

import { FhirError } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import type { Change, Committed, Precondition } from '../store/store.ts';
import { responseBundle } from './batch.ts';
import { checkCondition, existingResponse } from './create.ts';
import { deleteResponse, prepareConditionalDelete, prepareInstanceDelete } from './delete.ts';
import { asEntryError, type Entry, entryRequest, readEntries, verbOrder, writeResponseEntry } from './entry.ts';
import type { FhirRequest, FhirResponse, Services } from './interaction.ts';
import { findMatches, multipleMatches } from './match.ts';
import { type Patched, patchBody, patchCurrent, patchMatch, preparePatched } from './patch.ts';
import { notFound } from './read.ts';
import { replaceReferences } from './references.ts';
import { failedResponse } from './refusal.ts';
import type { TransactionContext } from './transaction-context.ts';
import {
  contextOf,
  isDeletion,
  isPatch,
  isRead,
  referenceTargets,
  type Step,
  targetOf,
  writes,
} from './transaction-context.ts';
import { findPersons } from './transaction-persons.ts';
import { addPreconditions, tryRead } from './transaction-reads.ts';
import { refuseOtherMatches, refuseSameCondition, refuseSameTarget } from './transaction-refusals.ts';
import { clientRefusal, prepareConditionalUpdate, prepareUpdate } from './update.ts';
import { checkShape, commitPrepared, prepareWrite, writeResponse } from './write.ts';

/** Entries prepared before others get their turn. */
const turn = 50;

/** A transaction that is stored. */
interface CommittedTransaction {
  /** Entries in the order in which they took effect. */
  readonly steps: readonly Step[];
  readonly changes: readonly Change[];
  /** What became of each change. */
  readonly committed: readonly Committed[];
  readonly position: number;
}

/**
 * Stores a transaction Bundle, all or nothing.
 * @throws FhirError naming the entry that refuses it
 */
export async function commitTransaction(
  services: Services,
  request: FhirRequest,
  text: string,
  bundle: Resource,
): Promise<CommittedTransaction> {
  const entries = readEntries(services, request.base, text, bundle);
  const steps = entries.map(entry => readStep(services, request, entry));
  refuseSameCondition(steps);
  const ordered = verbOrder.flatMap(verbs => steps.filter(step => verbs.includes(step.entry.method)));
  const { committed, position, changes } = await commitPrepared(
    services,
    () => prepareAll(services, ordered),
    ({ change, precondition }) => refusal(ordered, change, precondition),
  );
  return { steps: ordered, changes, committed, position };
}

/** Handles a transaction Bundle. */
export async function handleTransaction(
  services: Services,
  request: FhirRequest,
  text: string,
  bundle: Resource,
): Promise<FhirResponse> {
  const { steps, changes, committed, position } = await commitTransaction(services, request, text, bundle);
  const outcomes = new Map<Change, Committed>(changes.map((change, i) => [change, committed[i]!]));
  const answers: string[] = new Array(steps.length);
  const bugs: unknown[] = [];
  for (const step of steps) {
    const write = async () => writeResponseEntry(await answer(services, step, outcomes, position));
    answers[step.entry.index] = await write().catch(error =>
      writeResponseEntry(failedResponse(error, request.language, bugs)),
    );
  }
  return { ...responseBundle('transaction-response', answers), ...(bugs.length > 0 && { bugs }) };
}

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
  for (const step of steps) step.changes = [];
  await prepareEach(steps.filter(isDeletion), step => prepareDeletion(services, step));
  const deleted = contextOf(steps);
  await prepareEach(
    steps.filter(step => !isDeletion(step)),
    async step => {
      await assignIdentity(services, step, deleted);
      return [];
    },
  );
  const targets = referenceTargets(steps);
  await prepareEach(steps.filter(isPatch), async step => {
    step.patched = await applyPatch(services, step, targets, deleted);
    return [];
  });
  const conditions = await findPersons(services, steps, targets);
  const context = contextOf(steps, { entries: targets, conditions });
  await prepareEach(
    steps.filter(step => !isDeletion(step)),
    step => prepareStep(services, step, targets, context),
  );
  refuseSameTarget(steps);
  refuseOtherMatches(steps, context);
  const changes = steps.flatMap(step => step.changes);
  for (const step of steps.filter(isRead)) await attempt(step, () => tryRead(services, step, changes));
  return addPreconditions(steps, changes);
}

async function prepareEach(steps: readonly Step[], prepare: (step: Step) => Promise<readonly Change[]>): Promise<void> {
  for (const [i, step] of steps.entries()) {
    await attempt(step, async () => {
      step.changes = await prepare(step);
    });
    if (i % turn === turn - 1) await new Promise(resolve => setImmediate(resolve));
  }
}

async function attempt(step: Step, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw asEntryError(error, step.entry);
  }
}

async function prepareDeletion(services: Services, { route, request, entry }: Step): Promise<readonly Change[]> {
  const type = route.params['type']!;
  if (route.name === 'delete') return [await prepareInstanceDelete(services, request, type, route.params['id']!)];
  return prepareConditionalDelete(services, request, type, entry.queryText);
}

/** What a patch makes of what is stored, with its references to entries resolved. */
async function applyPatch(
  services: Services,
  { route, request, entry }: Step,
  targets: ReadonlyMap<string, string>,
  context: TransactionContext,
): Promise<Patched> {
  const type = route.params['type']!;
  const content = replaceReferences(entry.content!, services.definitions, one => targetOf(one, entry, targets));
  const patch = patchBody({ kind: 'resource', ...content });
  const patched =
    route.name === 'patch'
      ? await patchCurrent(services, request, { type, id: route.params['id']!, patch })
      : await patchMatch(services, request, {
          type,
          condition: entry.queryText,
          patch,
          without: context.deleted(type),
        });
  // A JSON Patch is base64 in a Binary: what it refers to is found in the patched resource, whose own base is this server.
  const replace = (one: string) => targetOf(one, { fullUrl: undefined }, targets);
  return { ...patched, ...replaceReferences(patched, services.definitions, replace) };
}

async function assignIdentity(services: Services, step: Step, context: TransactionContext): Promise<void> {
  const { route, request, entry } = step;
  const type = route.params['type']!;
  step.existingId = undefined;
  step.match = undefined;
  step.patched = undefined;
  if (route.name === 'update') step.id = route.params['id']!;
  if (route.name === 'create') {
    step.id = services.newId();
    const condition = request.headers['if-none-exist'];
    if (condition === undefined) return;
    step.match = await findMatches(services, request, type, checkCondition(condition), context.deleted(type));
    if (step.match.ids.length > 1) throw multipleMatches(type);
    step.existingId = step.match.ids[0];
  }
  if (route.name === 'conditional-update') {
    step.match = await findMatches(services, request, type, entry.queryText, context.deleted(type));
    if (step.match.ids.length > 1) throw multipleMatches(type);
    step.id = step.match.ids[0] ?? entry.content?.resource.id ?? services.newId();
  }
}

async function prepareStep(
  services: Services,
  step: Step,
  targets: ReadonlyMap<string, string>,
  context: TransactionContext,
): Promise<readonly Change[]> {
  const { route, request, entry } = step;
  if (isRead(step) || step.existingId !== undefined) return [];
  const type = route.params['type']!;
  const id = route.params['id']!;
  if (step.patched) return [await preparePatched(services, request, type, step.patched, context)];
  const content = replaceReferences(entry.content!, services.definitions, one => targetOf(one, entry, targets));
  checkType(content.resource, type);
  const input = { type, context, ...content };
  if (route.name === 'update') return [await prepareUpdate(services, request, { ...input, id })];
  if (route.name === 'conditional-update')
    return [
      await prepareConditionalUpdate(services, request, {
        ...input,
        newId: step.id!,
        condition: entry.queryText,
        match: step.match,
      }),
    ];
  const preconditions = step.match ? [step.match.precondition] : [];
  return [
    await prepareWrite(services, request, { ...input, id: step.id!, method: 'POST', mustBeNew: true, preconditions }),
  ];
}

function checkType(resource: Resource, type: string): void {
  if (resource.resourceType !== type)
    throw new FhirError(
      'invalid',
      {
        en: `the resource is a ${resource.resourceType}, but the URL says ${type}`,
        ja: `リソースは ${resource.resourceType} ですが、URL は ${type} です`,
      },
      { expression: `${type}.resourceType` },
    );
  checkShape(resource, type);
}

/** The refusal of a precondition a client demanded; conditions that a search decided are tried again. */
function refusal(
  steps: readonly Step[],
  index: number,
  precondition: Precondition | { kind: 'new' },
): FhirError | undefined {
  if (precondition.kind === 'exists') {
    const { type, id } = precondition;
    const reader = steps.find(
      ({ route }) => route.name === 'read' && route.params['type'] === type && route.params['id'] === id,
    );
    if (reader) return asEntryError(notFound(type, id), reader.entry) as FhirError;
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
  const { route, request } = step;
  const committed = step.changes.map(change => outcomes.get(change)!);
  if (step.existingId !== undefined)
    return existingResponse(services, { ...request, asOf: position }, route.params['type']!, step.existingId);
  if (isDeletion(step)) return deleteResponse(request, committed);
  if (!isRead(step)) return writeResponse(request, committed[0]!);
  const response = await route.handle(services, { ...request, asOf: position });
  return request.method === 'HEAD' ? { status: response.status, headers: response.headers } : response;
}
