/**
 * include: `_include` and `_revinclude` over the resources of a page, with :iterate and `*`.
 * @see https://hl7.org/fhir/R4/search.html#revinclude
 */

import { join, list, raw, type Sql, sql } from '../store/sql.ts';
import type { Row } from '../store/store.ts';
import { followCanonicals, takesCanonicals, urlsOf, wordsOf } from './canonical.ts';
import { hashOf } from './condition.ts';
import type { Match, RunSettings } from './match.ts';
import type { IncludeRequest } from './parse.ts';
import { resourcesOfHashes, versionsOfSeqs } from './readable.ts';
import { refuse, refuseType, shorten } from './refuse.ts';
import type { Registry } from './registry.ts';
import type { SearchParam } from './search-param.ts';
import { kindHash } from './types/reference.ts';

/** Sources whose references are followed; `only` those to one type, where the parameter takes no others. */
interface References {
  readonly params: readonly number[];
  readonly only?: string;
}

/** An include, looked up: which index rows of references it follows. */
interface Followed {
  readonly request: IncludeRequest;
  /** By type of the referring resource. */
  readonly referencesOf: ReadonlyMap<string, readonly References[]>;
  /** Only to resources of this type. */
  readonly target?: string;
  /** Sources of the `url` of types that are referred to by canonical. */
  readonly urls: readonly number[];
  /** Parameters that hold canonicals. */
  readonly canonicals: readonly SearchParam[];
}

/** What looking up depends on. */
export interface IncludeSettings {
  readonly registry: Registry;
  readonly resourceTypes: readonly string[];
  isResourceType(name: string): boolean;
  /** Refuses a parameter whose index is being built. */
  assertIndexed(param: SearchParam): void;
}

function paramsOf(type: string, code: string, { registry, assertIndexed }: IncludeSettings): SearchParam[] {
  const found = [...registry(type).byCode.values()].filter(
    param => param.type === 'reference' && (code === '*' || param.code === code),
  );
  found.forEach(assertIndexed);
  return found;
}

/** The sources of parameters; one that several have is followed as far as the widest of them does. */
function referencesOf(params: readonly SearchParam[]): readonly References[] {
  const sourcesOf = (only: string | undefined) => [
    ...new Set(
      params.filter(param => param.onlyTarget === only).flatMap(param => param.sources.map(source => source.param)),
    ),
  ];
  const free = sourcesOf(undefined);
  const narrow = [...new Set(params.flatMap(param => param.onlyTarget ?? []))].map(only => ({
    only,
    params: sourcesOf(only).filter(param => !free.includes(param)),
  }));
  return [{ params: free }, ...narrow].filter(one => one.params.length > 0);
}

/** The rows of references that are followed, as a condition over `index_reference x`; `column` is its `param`. */
const followedRows = ({ params, only }: References, column = raw('x.param')): Sql =>
  only === undefined
    ? sql`${column} IN ${list(params)}`
    : sql`${column} IN ${list(params)} AND x.kind = ${kindHash(only)}`;

/** Looks an include up. @throws FhirError for a type or parameter that does not exist */
export function planInclude(
  request: IncludeRequest,
  matchTypes: readonly string[],
  settings: IncludeSettings,
): Followed {
  const { name, type, code, target } = request;
  for (const one of [type, target]) {
    if (one !== undefined && one !== '*' && !settings.isResourceType(one))
      throw refuseType(name, one, settings.resourceTypes);
  }
  const types = type === '*' ? (request.reverse || request.iterate ? settings.resourceTypes : matchTypes) : [type];
  const params = types.map(one => [one, paramsOf(one, code, settings)] as const);
  const found = new Map(
    params.map(([one, own]) => [one, referencesOf(own)] as const).filter(([, own]) => own.length > 0),
  );
  // All references of a type that has none are none.
  if (found.size === 0 && code !== '*')
    throw refuse(
      name,
      `${shorten(type)} has no reference parameter "${shorten(code)}"`,
      `${shorten(type)} に参照型のパラメータ「${shorten(code)}」はありません`,
    );
  const canonical = params.flatMap(([, own]) => own.filter(takesCanonicals));
  const named = [
    ...new Set(target === undefined ? canonical.flatMap(param => param.targets) : canonical.length ? [target] : []),
  ];
  const urls = urlsOf(named.filter(settings.isResourceType), settings.registry);
  return {
    request,
    referencesOf: found,
    urls: request.reverse ? [] : urls,
    canonicals: canonical,
    ...(target !== undefined && { target }),
  };
}

/** What a page includes, and whether the limit cut it short. */
export interface Included {
  readonly matches: readonly Match[];
  readonly cut: boolean;
}

/** The resources that includes add to a page. */
export async function findIncluded(
  matches: readonly Match[],
  includes: readonly Followed[],
  limit: number,
  settings: RunSettings,
): Promise<Included> {
  const seen = new Set(matches.map(match => match.seq));
  const added: Match[] = [];
  let from: readonly Match[] = matches;
  for (let round = 0; from.length > 0; round++) {
    const next: Match[] = [];
    for (const include of includes) {
      if (round > 0 && !include.request.iterate) continue;
      for (const match of await follow(from, include, limit - added.length + 1, settings)) {
        if (seen.has(match.seq)) continue;
        if (added.length >= limit) return { matches: added, cut: true };
        seen.add(match.seq);
        added.push(match);
        next.push(match);
      }
    }
    from = next;
  }
  return { matches: added, cut: false };
}

async function follow(
  from: readonly Match[],
  { request, referencesOf, target, urls, canonicals }: Followed,
  limit: number,
  settings: RunSettings,
): Promise<Match[]> {
  const byUrl = urls.length ? await followCanonicals(from, canonicals, urls, limit, settings) : [];
  const found = byUrl.map(toIncluded);
  for (let i = 0; i < from.length; i += 500) {
    const part = from.slice(i, i + 500);
    if (request.reverse) found.push(...(await referringByCanonical(part, canonicals, target, limit, settings)));
    const query = request.reverse
      ? reverseSql(part, referencesOf, target, limit, settings)
      : forwardSql(part, referencesOf, target, limit, settings);
    if (!query) continue;
    found.push(...(await settings.store.select(query, { budgetMs: settings.budgetMs })).map(toIncluded));
  }
  return found;
}

const toIncluded = (row: Row): Match => ({
  seq: Number(row['seq']),
  type: String(row['type']),
  id: String(row['id']),
  versionId: Number(row['version_id']),
  position: [],
});

function forwardSql(
  from: readonly Match[],
  references: Followed['referencesOf'],
  target: string | undefined,
  limit: number,
  settings: RunSettings,
): Sql | undefined {
  const targets = [...references].flatMap(([type, own]) => {
    const sources = from.filter(match => match.type === type).map(match => match.seq);
    if (sources.length === 0) return [];
    return own.map(
      // The plus keeps the planner from reading all rows of the parameter.
      one =>
        sql`SELECT x.target FROM index_reference x WHERE ${followedRows(one, raw('+x.param'))} AND x.seq IN ${list(sources)}`,
    );
  });
  return targets.length ? resourcesOfHashes(join(targets, ' UNION '), target, limit, settings.sight) : undefined;
}

function reverseSql(
  from: readonly Match[],
  references: Followed['referencesOf'],
  target: string | undefined,
  limit: number,
  settings: RunSettings,
): Sql | undefined {
  const targets = from
    .filter(match => target === undefined || match.type === target)
    .map(match => hashOf(match.type, match.id));
  if (targets.length === 0 || references.size === 0) return undefined;
  const all = [...references.values()].flat();
  const kinds = [...new Set(all.map(one => one.only))].map((only): References => {
    const params = all.filter(one => one.only === only).flatMap(one => one.params);
    return { params, ...(only !== undefined && { only }) };
  });
  const selects = kinds.map(
    one => sql`SELECT x.seq FROM index_reference x WHERE ${followedRows(one)} AND x.target IN ${list(targets)}`,
  );
  return versionsOfSeqs(join(selects, ' UNION '), limit, settings.sight);
}

/** Those that refer to resources of a page by their URLs. */
async function referringByCanonical(
  from: readonly Match[],
  canonicals: readonly SearchParam[],
  target: string | undefined,
  limit: number,
  settings: RunSettings,
): Promise<Match[]> {
  const types = new Set(target === undefined ? canonicals.flatMap(param => param.targets) : [target]);
  const named = canonicals.length > 0 ? from.filter(match => types.has(match.type)) : [];
  const words = await wordsOf(
    named.map(match => match.seq),
    settings,
  );
  if (words.length === 0) return [];
  const params = canonicals.flatMap(param => param.sources.map(source => source.param));
  const seqs = sql`SELECT x.seq FROM index_use x WHERE x.param IN ${list(params)} AND x.word IN ${list(words)}`;
  const query = versionsOfSeqs(seqs, limit, settings.sight);
  return (await settings.store.select(query, { budgetMs: settings.budgetMs })).map(toIncluded);
}

export type { Followed };
