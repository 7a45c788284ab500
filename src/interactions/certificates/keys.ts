/**
 * Resources found by their business keys, many at a time: those that came in another way and have ids of their own.
 */

import { objects } from '../../care/names.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Resource } from '../../fhir/types.ts';
import type { Precondition } from '../../store/store.ts';
import type { FhirRequest, Services } from '../interaction.ts';

/** What was found: key → id; and the fact that it is all there is, for the commit. */
export interface Keyed {
  readonly ids: ReadonlyMap<string, string>;
  readonly precondition?: Precondition;
}

/** @throws FhirError 'multiple-matches' when two resources have the same key */
export async function findByKeys(
  { services, request }: { readonly services: Services; readonly request: FhirRequest },
  type: string,
  system: string,
  keys: readonly string[],
): Promise<Keyed> {
  if (keys.length === 0) return { ids: new Map() };
  const access = services.access.condition(request.caller);
  const value = keys.map(key => `${system}|${key}`).join(',');
  const query = services.search.matchQuery(type, [['identifier', value]], access, services.store, { all: true });
  const rows = await services.store.select(query, { newest: true });
  const ids = rows.map(row => String(row['id']));
  const found = new Map<string, string>();
  for (const id of ids) {
    const version = await services.store.read(type, id, access);
    if (!version || version.deleted) continue;
    for (const one of objects((JSON.parse(version.text) as Resource)['identifier'])) {
      if (one['system'] !== system || !keys.includes(String(one['value']))) continue;
      if (found.has(String(one['value']))) throw twice(type);
      found.set(String(one['value']), id);
    }
  }
  return {
    ids: found,
    precondition: {
      kind: 'matches',
      key: `${type}?identifier=${value}`,
      query,
      ids,
      ...(query.begins && { begins: query.begins }),
    },
  };
}

const twice = (type: string): FhirError =>
  new FhirError('multiple-matches', {
    en: `Two ${type} resources have the same business key; expected one. Merge them, then push again`,
    ja: `同じ番号の ${type} が2件あります。統合してから、もう一度送ってください`,
  });
