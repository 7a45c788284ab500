/**
 * Resources found by their business keys, many at a time: those that came in another way and have ids of their own.
 */

import { objects } from '../../care/names.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Resource } from '../../fhir/types.ts';
import type { Precondition } from '../../store/store.ts';
import type { FhirRequest, Services } from '../interaction.ts';

/** What was found: key → id; and the facts that it is all there is, for the commit. */
export interface Keyed {
  readonly ids: ReadonlyMap<string, string>;
  readonly preconditions: readonly Precondition[];
}

/** Keys asked for at a time. */
const mostAsked = 512;

interface Asking {
  readonly services: Services;
  readonly request: FhirRequest;
}

/** @throws FhirError 'multiple-matches' when two resources have the same key */
export async function findByKeys(
  asking: Asking,
  type: string,
  system: string,
  keys: readonly string[],
): Promise<Keyed> {
  const ids = new Map<string, string>();
  const preconditions: Precondition[] = [];
  const most = Math.min(mostAsked, asking.services.config.maxParameterValues);
  for (let i = 0; i < keys.length; i += most)
    preconditions.push(await findSome(asking, { type, system, keys: keys.slice(i, i + most), found: ids }));
  return { ids, preconditions };
}

async function findSome(
  { services, request }: Asking,
  { type, system, keys, found }: { type: string; system: string; keys: readonly string[]; found: Map<string, string> },
): Promise<Precondition> {
  const access = services.access.condition(request.caller);
  const value = keys.map(key => `${system}|${key}`).join(',');
  const query = services.search.matchQuery(type, [['identifier', value]], access, services.store, { all: true });
  const rows = await services.store.select(query, { newest: true });
  const ids = rows.map(row => String(row['id']));
  const asked = new Set(ids.length > 0 ? keys : []);
  for (const id of ids) {
    const version = await services.store.read(type, id, access);
    if (!version || version.deleted) continue;
    for (const one of objects((JSON.parse(version.text) as Resource)['identifier'])) {
      const key = String(one['value']);
      if (one['system'] !== system || !asked.has(key)) continue;
      if (found.has(key)) throw twice(type);
      found.set(key, id);
    }
  }
  return {
    kind: 'matches',
    key: `${type}?identifier=${value}`,
    query,
    ids,
    ...(query.begins && { begins: query.begins }),
  };
}

const twice = (type: string): FhirError =>
  new FhirError('multiple-matches', {
    en: `Two ${type} resources have the same business key; expected one. Merge them, then push again`,
    ja: `同じ番号の ${type} が2件あります。統合してから、もう一度送ってください`,
  });
