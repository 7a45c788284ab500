/**
 * Organisations with a national number are one resource for all documents: the first document that names one makes it, later ones
 * refer to it and leave it as it is.
 */
import { systemCaller } from '../../access/caller.ts';
import type { Part } from '../../documents/extract.ts';
import { escapeValue } from '../../search/types/search-type.ts';
import type { Change, Precondition } from '../../store/store.ts';
import type { FhirRequest, Services } from '../interaction.ts';
import { findMatches, formatQuery } from '../match.ts';
import { sameVersion, writeChange } from './change.ts';

/** An organisation of a document: where it is, and what has to be written. */
export interface Shared {
  readonly part: Part;
  readonly changes: readonly Change[];
  readonly preconditions: readonly Precondition[];
}

/** Finds or makes the organisation of a part. */
export async function sharedOrganization(services: Services, request: FhirRequest, part: Part): Promise<Shared> {
  const access = services.access.condition(systemCaller);
  const { id, type } = part;
  const own = await services.store.read(type, id, access);
  if (own && !own.deleted) return { part, changes: [], preconditions: [{ kind: 'exists', type, id }] };
  const { system, value } = part.number!;
  const query = formatQuery([['identifier', `${system}|${escapeValue(value)}`]]);
  const { ids, precondition } = await findMatches(services, { ...request, caller: systemCaller }, type, query);
  const [known] = ids;
  if (known !== undefined && ids.length === 1)
    return {
      part: { ...part, id: known },
      changes: [],
      preconditions: [precondition, { kind: 'exists', type, id: known }],
    };
  const change = writeChange(services, request, {
    type,
    id,
    text: part.entry.text,
    members: part.entry.members,
    resource: part.entry.resource,
    preconditions: [precondition, sameVersion(type, id, 0)],
  });
  return { part, changes: [change], preconditions: [] };
}
