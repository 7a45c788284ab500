/**
 * sort: `_sort` → order keys. A resource is sorted by its least value, descending by its greatest; without a value it is
 * the least of all.
 * @see https://hl7.org/fhir/R4/search.html#sort
 */
import { list, raw, type Sql, sql } from '../store/sql.ts';
import type { OrderKey } from './order.ts';
import type { SortRequest } from './parse.ts';
import { refuse } from './refuse.ts';
import type { SearchParam, SearchParamType, TypeParams } from './search-param.ts';

/** A key of `_sort`, looked up. */
export type SortKey =
  | { readonly by: 'id' | 'lastUpdated' | 'moment'; readonly descending: boolean }
  /** By a column of an index table. */
  | { readonly by: 'column'; readonly param: SearchParam; readonly descending: boolean }
  /** By a value that the index does not keep in order: read from the resource. */
  | { readonly by: 'body'; readonly param: SearchParam; readonly descending: boolean };

const columns: ReadonlyMap<SearchParamType, readonly [table: string, column: string, least: number | string]> = new Map([
  ['date', ['index_date', 'lo', -9e15]],
  ['string', ['index_string', 'text', '']],
  ['number', ['index_number', 'lo', -1e308]],
  ['quantity', ['index_quantity', 'lo', -1e308]],
  ['uri', ['index_uri', 'value', '']],
]);

/** Looks the keys up; undefined when the type has no such parameter. */
export function planSort(sort: readonly SortRequest[], params: TypeParams): readonly (SortKey | undefined)[] {
  return sort.map(({ code, descending }): SortKey | undefined => {
    if (code === '_id') return { by: 'id', descending };
    if (code === '_lastUpdated') return { by: 'lastUpdated', descending };
    const param = params.byCode.get(code);
    if (!param) return undefined;
    if (param.isMoment) return { by: 'moment', descending };
    if (columns.has(param.type)) return { by: 'column', param, descending };
    if (param.type === 'token' || param.type === 'reference') return { by: 'body', param, descending };
    throw refuse('_sort', `"${code}" is of type ${param.type} and has no order`, `「${code}」は ${param.type} 型で、順序がありません`);
  });
}

/** The value to sort by, for the version `d.seq`. */
export function sortValue(key: SortKey, moment: Sql): Sql {
  switch (key.by) {
    case 'id':
      return raw('v.id');
    case 'lastUpdated':
      return raw('v.last_updated');
    case 'moment':
      return moment;
    case 'body':
      return raw("''");
    case 'column':
      return columnValue(key.param, key.descending);
  }
}

function columnValue(param: SearchParam, descending: boolean): Sql {
  const [table, column, least] = columns.get(param.type)!;
  const params = list(param.sources.map(source => source.param));
  const extra = param.type === 'quantity' ? raw(' AND (x.unit & 1) = 1') : raw('');
  return sql`coalesce((SELECT ${raw(descending ? 'max' : 'min')}(x.${raw(column)}) FROM ${raw(table)} x WHERE x.param IN ${params}${extra} AND x.seq = d.seq), ${least})`;
}

/** Order of a result: the keys asked for, then the position in the change feed so that no two are equal. */
export function orderKeys(keys: readonly SortKey[], moment: Sql): readonly OrderKey[] {
  const own = keys.map(key => ({ value: sortValue(key, moment), descending: key.descending }));
  return [...own, { value: raw('d.seq'), descending: keys[0]?.descending ?? true }];
}
