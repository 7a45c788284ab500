/**
 * Resources found by their business keys, many at a time: those that came in another way and have ids of their own.
 */

import { objects } from '../../care/names.ts';
import type { Resource } from '../../fhir/types.ts';
import type { Precondition } from '../../store/store.ts';
import type { FhirRequest, Services } from '../interaction.ts';

/** What was found: key → id; and the facts that it is all there is, for the commit. */
export interface Keyed {
  readonly ids: ReadonlyMap<string, string>;
  /** Keys that several resources have: which of them is meant cannot be told. */
  readonly doubled: ReadonlySet<string>;
  readonly preconditions: readonly Precondition[];
}

/** Keys asked for at a time. */
const mostAsked = 512;

interface Asking {
  readonly services: Services;
  readonly request: FhirRequest;
}

/** Resources of a type by the values of their identifiers of one system. */
export async function findByKeys(
  asking: Asking,
  type: string,
  system: string,
  keys: readonly string[],
): Promise<Keyed> {
  const found = { ids: new Map<string, string>(), doubled: new Set<string>() };
  const preconditions: Precondition[] = [];
  const most = Math.min(mostAsked, asking.services.config.maxParameterValues);
  for (let i = 0; i < keys.length; i += most)
    preconditions.push(await findSome(asking, { type, system, keys: keys.slice(i, i + most), found }));
  return { ...found, preconditions };
}

interface Found {
  readonly ids: Map<string, string>;
  readonly doubled: Set<string>;
}

async function findSome(
  { services, request }: Asking,
  { type, system, keys, found }: { type: string; system: string; keys: readonly string[]; found: Found },
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
      if (found.ids.has(key) && found.ids.get(key) !== id) found.doubled.add(key);
      found.ids.set(key, id);
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
