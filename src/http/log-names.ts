/** Parameter names as the log may show them: those that definitions know. What else a client wrote may be about a person. */
import type { FhirRequest, Services } from '../interactions/interaction.ts';

const common: ReadonlySet<string> = new Set(
  (
    '_after _at _before _contained _containedType _content _count _elements _explain _filter _format _has _id _include ' +
    '_lastUpdated _list _page _pretty _profile _query _revinclude _security _since _sort _source _summary _tag _text _total _type'
  ).split(' '),
);

const none: readonly string[] = [];
/** Names are looked up again after this time: search parameters can be added while the server runs. */
const lifetimeMs = 60_000;
const remembered = new WeakMap<Services['search'], Map<string, { names: ReadonlySet<string>; until: number }>>();

function codesOf({ search }: Services, type: string): ReadonlySet<string> {
  const types = remembered.get(search) ?? new Map<string, { names: ReadonlySet<string>; until: number }>();
  remembered.set(search, types);
  const known = types.get(type);
  const now = performance.now();
  if (known && known.until > now) return known.names;
  const names = new Set(search.capabilities(type).search.map(one => String(one['name'])));
  types.set(type, { names, until: now + lifetimeMs });
  return names;
}

/**
 * The names of a query for the log, without modifiers and chains; `?` for what is not known.
 * @param type a resource type of the definitions
 */
export function loggedNames(
  services: Services,
  type: string | undefined,
  query: FhirRequest['query'],
): readonly string[] {
  if (query.length === 0) return none;
  const codes = type !== undefined && services.definitions.isResourceType(type) ? codesOf(services, type) : undefined;
  const names = query.map(([name]) => {
    const code = name.split(/[:.]/)[0]!;
    return common.has(code) || codes?.has(code) ? code : '?';
  });
  return [...new Set(names)].slice(0, 20);
}
