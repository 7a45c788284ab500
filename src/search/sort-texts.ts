/**
 * sort-texts: what a resource is sorted by where the index keeps hashes (codes, references, URIs): the texts, read from the
 * resource, and which text stands behind a hash.
 */
import { detached } from '../fhir/detached.ts';
import type { Resource } from '../fhir/types.ts';
import { join, list, raw, type Sql, sql } from '../store/sql.ts';
import { type RunSettings, timeLeft } from './match.ts';
import { resourcesOf } from './pieces.ts';
import type { SearchParam } from './search-param.ts';
import { searchTypes } from './types/all.ts';
import type { AddSorted, SortedByText } from './types/search-type.ts';

/** What stands for a missing text, so that it comes last. Texts are compared here, not in the database: by UTF-16 units. */
export const missingText = (descending: boolean): string => (descending ? '' : '\uffff');

/** How the values of a parameter lie in the index. @throws Error for a type that is not sorted by texts */
export function sortedBy({ type }: SearchParam): SortedByText {
  const { sorted } = searchTypes.get(type) ?? {};
  if (!sorted) throw new Error(`${type} is not sorted by texts`);
  return sorted;
}

/** True when a resource can be sorted by a text of the parameter's rows: `patient` shares those of `subject`. */
export function isSortedBy(param: SearchParam, text: string): boolean {
  const type = sortedBy(param).target?.of(text);
  return type === undefined || param.onlyTarget === undefined || type === param.onlyTarget;
}

/** Condition, behind others, that rows `x` of a parameter's sources are its own. */
export function ownRows(param: SearchParam): Sql {
  const { target } = sortedBy(param);
  return target && param.onlyTarget !== undefined ? sql` AND ${target.rows(param.onlyTarget)}` : raw('');
}

/** The texts of a parameter's rows in a resource, with their hash and source, and whether it is sorted by them. */
export function eachText(
  resource: Resource,
  param: SearchParam,
  base: string,
  add: (text: string, hash: bigint, isValue: boolean, source: number) => void,
): void {
  const { texts } = sortedBy(param);
  for (const source of param.sources) {
    const addOwn: AddSorted = (text, hash, isValue = true, target?: string) =>
      add(text, hash, isValue && (param.onlyTarget === undefined || target === param.onlyTarget), source.param);
    for (const expression of source.expressions)
      expression.evaluate(resource, (value, type) => texts(value, type, source, base, addOwn), resource);
  }
}

/** The least or greatest text of a parameter in a resource. */
export function sortText(resource: Resource, param: SearchParam, descending: boolean, base: string): string {
  let best: string | undefined;
  eachText(resource, param, base, (text, _hash, isValue) => {
    if (isValue && (best === undefined || text < best !== descending)) best = text;
  });
  return best ?? missingText(descending);
}

/** Texts by table and hash: two generations, the older is dropped when the newer is full. A hash always has the same text. */
const memory = { recent: new Map<string, string>(), older: new Map<string, string>() };
const remembered = 20_000;

function recall(key: string): string | undefined {
  const text = memory.recent.get(key);
  if (text !== undefined) return text;
  const old = memory.older.get(key);
  if (old !== undefined) note(key, old);
  return old;
}

function note(key: string, text: string): void {
  if (memory.recent.size >= remembered) {
    memory.older = memory.recent;
    memory.recent = new Map();
  }
  memory.recent.set(detached(key), detached(text));
}

/** Most values that are walked one after the other; a sort by more reads the resources. */
export const mostValues = 5000;
/** Hashes whose texts are read at a time. */
const chunk = 50;

/** A text and the index rows that stand for it: their sources and hashes. */
export interface SortedText {
  readonly text: string;
  readonly rows: readonly (readonly [source: number, hash: bigint])[];
}

/** Texts in ascending order. */
export const byText = (a: SortedText, b: SortedText): number => (a.text < b.text ? -1 : 1);

/** The hashes of a source, hopped to from one to the next. */
function hashesOf({ table, column }: SortedByText, param: number): Sql {
  const [from, hash] = [raw(table.name), raw(`x.${column}`)];
  return sql`WITH RECURSIVE t(hash) AS (
    SELECT min(${hash}) FROM ${from} x WHERE x.param = ${param}
    UNION ALL SELECT (SELECT min(${hash}) FROM ${from} x WHERE x.param = ${param} AND ${hash} > t.hash) FROM t WHERE t.hash IS NOT NULL)
    SELECT CAST(hash AS TEXT) AS hash FROM t WHERE hash IS NOT NULL LIMIT ${raw(String(mostValues + 1))}`;
}

/** The next hashes that have no text yet: each is tried once, as the resource may not tell it. */
function nextUnknown(waiting: Iterator<string>, known: ReadonlyMap<string, string | undefined>): readonly string[] {
  const some: string[] = [];
  while (some.length < chunk) {
    const next = waiting.next();
    if (next.done) break;
    if (known.get(next.value) === undefined) some.push(next.value);
  }
  return some;
}

/** Reads the texts of those not known from one resource each; returns the hashes of which there is no row any more. */
async function learn(
  param: SearchParam,
  source: number,
  settings: RunSettings,
  known: Map<string, string | undefined>,
): Promise<ReadonlySet<string>> {
  const { table, column } = sortedBy(param);
  const left = timeLeft(settings.budgetMs);
  const gone = new Set<string>();
  const waiting = [...known.keys()].values();
  for (let hashes = nextUnknown(waiting, known); hashes.length > 0; hashes = nextUnknown(waiting, known)) {
    const some = hashes.map(hash => sql`(CAST(${BigInt(hash)} AS BIGINT))`);
    const first = sql`SELECT x.seq FROM ${raw(table.name)} x WHERE x.param = ${source} AND x.${raw(column)} = h.column1 LIMIT 1`;
    const query = sql`SELECT CAST(h.column1 AS TEXT) AS hash, (${first}) AS seq FROM (VALUES ${join(some, ', ')}) h`;
    const seqs = new Set<number>();
    for (const { hash, seq } of await settings.store.select(query, { budgetMs: left() })) {
      if (seq === null) gone.add(String(hash));
      else seqs.add(Number(seq));
    }
    for await (const [, resource] of resourcesOf([...seqs], { ...settings, budgetMs: left() }))
      eachText(resource, param, settings.base, (text, hash) => {
        note(`${table.name} ${hash}`, text);
        if (known.has(String(hash))) known.set(String(hash), text);
      });
  }
  return gone;
}

/**
 * The texts of some hashes of a source, with these.
 * @returns undefined when no resource tells one of them
 */
export async function textsOfHashes(
  param: SearchParam,
  source: number,
  hashes: readonly string[],
  settings: RunSettings,
): Promise<readonly (readonly [text: string, hash: string])[] | undefined> {
  const { table } = sortedBy(param);
  const known = new Map(hashes.map(hash => [hash, recall(`${table.name} ${hash}`)]));
  const gone = await learn(param, source, settings, known);
  const left = hashes.filter(hash => !gone.has(hash));
  if (left.some(hash => known.get(hash) === undefined)) return undefined;
  return left.map(hash => [known.get(hash)!, hash]);
}

/**
 * The texts of a parameter in ascending order, each with its rows.
 * @returns undefined when there are more than {@link mostValues}, or some that no resource tells
 */
export async function textsOfParam(
  param: SearchParam,
  settings: RunSettings,
): Promise<readonly SortedText[] | undefined> {
  const rows = new Map<string, [number, bigint][]>();
  const left = timeLeft(settings.budgetMs);
  for (const { param: source } of param.sources) {
    const found = await settings.store.select(hashesOf(sortedBy(param), source), { budgetMs: left() });
    if (rows.size + found.length > mostValues) return undefined;
    const hashes = found.map(row => String(row['hash']));
    const texts = await textsOfHashes(param, source, hashes, { ...settings, budgetMs: left() });
    if (!texts) return undefined;
    for (const [text, hash] of texts)
      if (isSortedBy(param, text)) rows.set(text, [...(rows.get(text) ?? []), [source, BigInt(hash)]]);
  }
  return [...rows].map(([text, of]) => ({ text, rows: of })).sort(byText);
}

/** Condition that the version `d.seq` has no value of a parameter. */
export function withoutText(param: SearchParam): Sql {
  const { table } = sortedBy(param);
  const params = list(param.sources.map(source => source.param));
  if (table.bySeq)
    return sql`NOT EXISTS (SELECT 1 FROM ${raw(table.name)} x WHERE +x.param IN ${params} AND x.seq = d.seq${ownRows(param)})`;
  return sql`d.seq NOT IN (SELECT x.seq FROM ${raw(table.name)} x WHERE x.param IN ${params}${ownRows(param)})`;
}

/** True when each resource has at most one row of a parameter, but for texts that are told to stand beside others. */
export function hasOneText(param: SearchParam): boolean {
  const { manyRows } = sortedBy(param);
  return (
    param.sources.length === 1 &&
    param.sources.every(({ single, expressions }) => {
      const types = expressions.flatMap(expression => expression.types.map(type => type.code));
      return single && types.length > 0 && !types.some(type => type === 'Extension' || manyRows(type));
    })
  );
}
