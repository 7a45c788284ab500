/**
 * Reads of a transaction: they show what it wrote, and one that must fail refuses it.
 * @see https://hl7.org/fhir/R4/http.html#trules
 */
import { FhirError } from '../fhir/outcome.ts';
import type { Change, Precondition } from '../store/store.ts';
import type { Services } from './interaction.ts';
import { gone } from './read.ts';
import type { Step } from './transaction-context.ts';

/**
 * Tries a read before anything is committed, so that one that must fail refuses the whole transaction. What the
 * transaction itself writes need not be there yet.
 */
export async function tryRead(services: Services, { route, request }: Step, changes: readonly Change[]): Promise<void> {
  const { type, id } = route.params;
  const own = changes.find(change => change.type === type && change.id === id);
  try {
    const { body } = await route.handle(services, request);
    if (body?.kind === 'chunks') await body.chunks[Symbol.asyncIterator]().return?.();
    if (body?.kind === 'stream') await body.stream[Symbol.asyncIterator]().return?.();
  } catch (error) {
    const missing = error instanceof FhirError && (error.status === 404 || error.status === 410);
    if (!missing || !own?.template || route.name === 'vread') throw error;
  }
  // Its versions and its history can still be read.
  if (own && !own.template && route.name === 'read') throw gone(own);
}

/** What conditions found must still be so; what is read by id must be there, or the transaction fails as a whole. */
export function addPreconditions(steps: readonly Step[], changes: readonly Change[]): readonly Change[] {
  const first = changes[0];
  if (!first) return changes;
  const written = new Set(changes.map(({ type, id }) => `${type}/${id}`));
  const more: Precondition[] = [];
  for (const { route, match, existingId } of steps) {
    const { type, id } = route.params;
    if (route.name === 'read' && !written.has(`${type}/${id}`)) more.push({ kind: 'exists', type: type!, id: id! });
    if (existingId !== undefined && match) more.push(match.precondition);
  }
  if (more.length === 0) return changes;
  const withReads = { ...first, preconditions: [...first.preconditions, ...more] };
  const owner = steps.find(step => step.changes.includes(first))!;
  owner.changes = owner.changes.map(change => (change === first ? withReads : change));
  return [withReads, ...changes.slice(1)];
}
