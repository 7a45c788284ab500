/**
 * Sorting by codes, references and URIs, which the index keeps as hashes: the values are read from the resources, and only
 * the page's worth of rows is kept at a time.
 */
import type { JsonObject, Resource } from '../fhir/types.ts';
import { sql } from '../store/sql.ts';
import { fromWhere } from './compile.ts';
import { type Begun, type Match, passing, type RunSettings, type TypeSearch, timeLeft, toMatch } from './match.ts';
import { compareRows, keyColumns, type Position } from './order.ts';
import { textsOf, versionColumns } from './readable.ts';
import type { SearchParam } from './search-param.ts';
import type { SortKey } from './sort.ts';

/** Texts read at a time. */
const chunk = 50;

/** True when a key cannot be sorted by the database. */
export const needsBodies = (search: TypeSearch): boolean => search.sort.some(key => key.by === 'body');

/** The rows after a position, at most `limit`, sorted by values read from the resources. */
export async function findByBody(
  search: TypeSearch,
  { begin, keys, tests }: Begun,
  position: Position | undefined,
  limit: number,
  settings: RunSettings,
): Promise<Match[]> {
  let best: Match[] = [];
  const seen = new Set<number>();
  const left = timeLeft(settings.budgetMs);
  const tested = search.parts.filter(part => part.op === 'body');
  for (const branch of begin.branches) {
    const query = sql`SELECT ${versionColumns}, ${keyColumns(keys)} ${fromWhere(branch, begin, search.scope, settings)}${tests}`;
    for await (const rows of settings.store.stream(query, { budgetMs: left(), chunk })) {
      const once = rows
        .map(row => toMatch(row, keys.length))
        .filter(match => !seen.has(match.seq) && seen.add(match.seq));
      const fresh = await passing(once, tested, settings);
      const valued = (await withValues(fresh, search.sort, settings)).filter(
        match => !position || compareRows(keys, match.position, position) > 0,
      );
      best = [...best, ...valued].sort((a, b) => compareRows(keys, a.position, b.position)).slice(0, limit);
    }
  }
  return best;
}

async function withValues(
  matches: readonly Match[],
  sort: readonly SortKey[],
  { store, budgetMs }: RunSettings,
): Promise<Match[]> {
  const valued: Match[] = [];
  for (let i = 0; i < matches.length; i += chunk) {
    const part = matches.slice(i, i + chunk);
    const rows = await store.select(textsOf(part.map(match => match.seq)), { budgetMs });
    const resources = new Map(rows.map(row => [Number(row['seq']), JSON.parse(String(row['text'])) as Resource]));
    for (const match of part) {
      const resource = resources.get(match.seq);
      if (!resource) continue;
      const own = sort.map((key, k) =>
        key.by === 'body' ? bodyValue(resource, key.param, key.descending) : match.position[k]!,
      );
      valued.push({ ...match, position: [...own, match.position.at(-1)!] });
    }
  }
  return valued;
}

/** The least or greatest value of a parameter in a resource; what has none comes last. */
function bodyValue(resource: Resource, param: SearchParam, descending: boolean): string {
  const values: string[] = [];
  for (const source of param.sources) {
    for (const expression of source.expressions)
      expression.evaluate(resource, value => addText(value, values), resource);
  }
  if (values.length === 0) return descending ? '' : '\u{10ffff}';
  return values.reduce((best, value) => (value < best === descending ? best : value));
}

function addText(value: unknown, values: string[]): void {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') values.push(String(value));
  else if (Array.isArray(value)) for (const item of value) addText(item, values);
  else if (typeof value === 'object' && value !== null) {
    const { code, reference, value: inner, coding, text } = value as JsonObject;
    addText(reference ?? code ?? inner ?? coding ?? text, values);
  }
}
