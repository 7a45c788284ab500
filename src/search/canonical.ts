/**
 * canonical: references by URL, which lead to whatever resource has that URL: followed by includes, chains and `_has`. One with a
 * version leads to that version only, one without to any.
 * @see https://hl7.org/fhir/R4/references.html#canonical
 */
import { parseCanonical } from '../fhir/reference.ts';
import type { Resource } from '../fhir/types.ts';
import { hash47 } from '../store/hash.ts';
import { list, raw, sql } from '../store/sql.ts';
import type { Row } from '../store/store.ts';
import { innerSelect } from './compile.ts';
import { anyOf, type Condition, hashOf, never } from './condition.ts';
import type { Match, RunSettings } from './match.ts';
import { atMost } from './order.ts';
import { resourcesOfWords, textsOf } from './readable.ts';
import { refuse } from './refuse.ts';
import type { Registry } from './registry.ts';
import type { SearchParam } from './search-param.ts';
import { usesOf } from './types/text.ts';

/** Texts read at a time. */
const textChunk = 100;
/** Most definitions a chain or `_has` may lead over. */
const maxDefinitions = 500;

/** True when a parameter's values can be canonicals. */
export const takesCanonicals = (param: SearchParam): boolean =>
  param.sources.some(source =>
    source.expressions.some(expression => expression.types.some(type => type.code === 'canonical')),
  );

/** The sources of the `url` of types that are referred to by canonical. */
export const urlsOf = (types: readonly string[], registry: Registry): readonly number[] =>
  types.flatMap(
    type =>
      registry(type)
        .byCode.get('url')
        ?.sources.map(source => source.param) ?? [],
  );

/** Canonicals: a URL with the versions asked for, none for any. */
type Wanted = ReadonlyMap<string, ReadonlySet<string>>;

function addCanonical(value: unknown, found: Map<string, Set<string>>): void {
  if (typeof value !== 'string') return;
  const { uri, version = '' } = parseCanonical(value);
  found.set(uri, (found.get(uri) ?? new Set()).add(version));
}

async function* resourcesOf(seqs: readonly number[], { store }: RunSettings): AsyncIterable<Resource> {
  for (let i = 0; i < seqs.length; i += textChunk)
    for (const row of await store.select(textsOf(seqs.slice(i, i + textChunk))))
      yield JSON.parse(String(row['text'])) as Resource;
}

/** Canonicals that resources hold in some parameters. */
async function canonicalsIn(
  from: readonly Match[],
  params: readonly SearchParam[],
  settings: RunSettings,
): Promise<Wanted> {
  const found = new Map<string, Set<string>>();
  const types = new Set(params.map(param => param.resourceType));
  const holders = from.filter(match => types.has(match.type)).map(match => match.seq);
  for await (const resource of resourcesOf(holders, settings))
    for (const param of params.filter(one => one.resourceType === resource.resourceType))
      for (const expression of param.sources.flatMap(source => source.expressions))
        expression.evaluate(resource, value => addCanonical(value, found), resource);
  return found;
}

/** The resources that canonicals lead to; of one with a version only that version. */
async function resourcesAt(
  wanted: Wanted,
  urls: readonly number[],
  limit: number,
  { store, sight, budgetMs }: RunSettings,
): Promise<readonly Row[]> {
  if (wanted.size === 0 || urls.length === 0) return [];
  const rows = await store.select(resourcesOfWords(urls, [...wanted.keys()].map(hash47), limit, sight), { budgetMs });
  return rows.filter(row => {
    const { url, version } = JSON.parse(String(row['text'])) as { url?: string; version?: string };
    const versions = wanted.get(url ?? '');
    return versions?.has('') || versions?.has(version ?? '');
  });
}

/** What resources refer to by canonical in some parameters, as rows of {@link resourcesOfWords}. */
export async function followCanonicals(
  from: readonly Match[],
  params: readonly SearchParam[],
  urls: readonly number[],
  limit: number,
  settings: RunSettings,
): Promise<readonly Row[]> {
  return resourcesAt(await canonicalsIn(from, params, settings), urls, limit, settings);
}

/** The words by which resources are referred to: their URLs, alone and with their versions. */
export async function wordsOf(seqs: readonly number[], settings: RunSettings): Promise<readonly number[]> {
  const words = new Set<number>();
  for await (const { url, version } of resourcesOf(seqs, settings)) {
    if (typeof url !== 'string') continue;
    words.add(hash47(url));
    if (typeof version === 'string') words.add(hash47(`${url}|${version}`));
  }
  return [...words];
}

type Linked = Condition & { op: 'canonical' };

async function innerSeqs({ name, inner, innerType }: Linked, settings: RunSettings): Promise<readonly number[]> {
  const found = innerSelect(inner, innerType, raw('v.seq AS seq'), settings);
  const query = sql`SELECT DISTINCT q.seq AS seq FROM (${found}) q ${atMost(maxDefinitions + 1)}`;
  const rows = await settings.store.select(query, { budgetMs: settings.budgetMs });
  if (rows.length > maxDefinitions) throw refuseMany(name);
  return rows.map(row => Number(row['seq']));
}

const refuseMany = (name: string) =>
  refuse(
    name,
    `this leads over more than ${maxDefinitions} resources that are referred to by URL; narrow it down`,
    `URL で参照されるリソースが ${maxDefinitions} 件を超えます。条件を絞ってください`,
  );

/** A chain or `_has` over canonicals as a condition on known words or resources. */
export async function measureCanonical(part: Linked, settings: RunSettings): Promise<Condition> {
  const { params, name } = part;
  if (part.direction === 'to') {
    const words = await wordsOf(await innerSeqs(part, settings), settings);
    return words.length === 0 ? never : anyOf(params.map(param => usesOf(param, words, 35)));
  }
  const referring = innerSelect(part.inner, part.innerType, raw('v.seq'), settings);
  const texts = sql`SELECT DISTINCT y.text AS text FROM index_word y WHERE y.param IN ${list(params)} AND y.word IN (SELECT x.word FROM index_use x WHERE x.param IN ${list(params)} AND x.seq IN (${referring})) ${atMost(maxDefinitions + 1)}`;
  const rows = await settings.store.select(texts, { budgetMs: settings.budgetMs });
  if (rows.length > maxDefinitions) throw refuseMany(name);
  const wanted = new Map<string, Set<string>>();
  for (const row of rows) addCanonical(String(row['text']), wanted);
  const found = await resourcesAt(wanted, part.urls, maxDefinitions + 1, settings);
  if (found.length > maxDefinitions) throw refuseMany(name);
  return { op: 'ids', hashes: found.map(row => hashOf(String(row['type']), String(row['id']))) };
}
