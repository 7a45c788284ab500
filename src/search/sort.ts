/**
 * sort: `_sort` → order keys. A resource is sorted by its least value, descending by its greatest; resources without a
 * value come last.
 * @see https://hl7.org/fhir/R4/search.html#sort
 */
import { list, raw, type Sql, sql } from '../store/sql.ts';
import { noBeginning, type OrderKey } from './order.ts';
import type { SortRequest } from './parse.ts';
import { refuse } from './refuse.ts';
import { noMoment } from './rows.ts';
import type { SearchParam, SearchParamType, TypeParams } from './search-param.ts';
import { missingText } from './sort-texts.ts';
import { notWhole } from './tables.ts';

/** A key of `_sort`, looked up. */
export type SortKey = SortRequest &
  (
    | { readonly by: 'id' | 'lastUpdated' | 'moment' }
    /** By a column of an index table. */
    | { readonly by: 'column'; readonly param: SearchParam }
    /** By a text of which the index keeps the hash; `byMoment`: its rows lie by moment, and the search is of one type. */
    | { readonly by: 'body'; readonly param: SearchParam; readonly byMoment: boolean }
  );

/** Where a type's values lie in order, and what stands for "no value" at either end. */
interface SortColumn {
  readonly table: string;
  readonly column: string;
  readonly least: number | string;
  readonly greatest: number | string;
  readonly bySeq: boolean;
}

const timeEnds = { least: -9e15, greatest: 9e15 };
const numberEnds = { least: -1e308, greatest: 1e308 };
const textEnds = { least: '', greatest: '\u{10ffff}' };

const columns: ReadonlyMap<SearchParamType, SortColumn> = new Map([
  ['date', { table: 'index_date', column: 'lo', ...timeEnds, bySeq: true }],
  ['string', { table: 'index_string', column: 'text', ...textEnds, bySeq: true }],
  ['number', { table: 'index_number', column: 'lo', ...numberEnds, bySeq: true }],
  ['quantity', { table: 'index_quantity', column: 'lo', ...numberEnds, bySeq: true }],
]);

/** True for a parameter that is sorted by texts. */
function isOfTexts(params: TypeParams, code: string): boolean {
  const type = params.byCode.get(code)?.type;
  return type === 'token' || type === 'reference' || type === 'uri';
}

/** Looks the keys up; undefined when the type has no such parameter. */
export function planSort(
  sort: readonly SortRequest[],
  params: TypeParams,
  alone: boolean,
): readonly (SortKey | undefined)[] {
  return sort.map((asked, i): SortKey | undefined => {
    const { code } = asked;
    if (code === '_id') return { ...asked, by: 'id' };
    if (code === '_lastUpdated') return { ...asked, by: 'lastUpdated' };
    const param = params.byCode.get(code);
    if (!param) return undefined;
    // Of several types each has a moment of its own kind; dates compare among all. Behind a key that lies by other values in one plan, and is
    // gathered in another, only the date itself is the same in both.
    const isMoment = param.isMoment && alone && (i === 0 || (i === 1 && isOfTexts(params, sort[0]!.code)));
    if (isMoment) return { ...asked, by: 'moment' };
    if (columns.has(param.type)) return { ...asked, by: 'column', param };
    if (isOfTexts(params, code)) return { ...asked, by: 'body', param, byMoment: alone && param.type !== 'uri' };
    throw refuse(
      '_sort',
      `"${code}" is of type ${param.type} and has no order`,
      `「${code}」は ${param.type} 型で、順序がありません`,
    );
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
      return key.descending
        ? moment
        : sql`CASE WHEN ${moment} = ${raw(String(noMoment))} THEN ${raw(String(timeEnds.greatest))} ELSE ${moment} END`;
    case 'body':
      return raw("''");
    case 'column':
      return columnValue(key.param, key.descending);
  }
}

function columnValue(param: SearchParam, descending: boolean): Sql {
  const { table, column, least } = columns.get(param.type)!;
  const params = sql`IN ${list(param.sources.map(source => source.param))}`;
  const isNumber = least === numberEnds.least;
  const value = isNumber ? `CASE WHEN x.lo < ${noBeginning} THEN ${noBeginning} ELSE x.lo END` : `+x.${column}`;
  const own = { table, column, value, which: wholeOnly(param.type) };
  const values = param.type === 'quantity' ? quantityValues(own, params, descending) : best(own, params, descending);
  return sql`coalesce(${values}, ${missingValue(param, descending)})`;
}

/** Rows, and what is taken of a row `x`. */
type Rows = Pick<SortWalk, 'table' | 'which'> & { readonly value: string };

/** The value of the version `d.seq` that it is sorted by, of the rows of some parameters; null where it has none. */
function best({ table, value, which }: Rows, params: Sql, descending: boolean): Sql {
  const most = raw(descending ? 'max' : 'min');
  return sql`(SELECT ${most}(${raw(value)}) FROM ${raw(table)} x WHERE x.seq = d.seq AND x.param ${params}${which})`;
}

/** Quantities in comparable units go by these; those that have none by the number as it is. */
function quantityValues(rows: Rows, params: Sql, descending: boolean): Sql {
  const comparable = { ...rows, which: raw(' AND (x.unit & 1) = 1') };
  return sql`${best(comparable, params, descending)}, ${best(rows, params, descending)}`;
}

/** The value of the version `d.seq` where rows lie in order, as it lies there; null where it has none. */
export function walkedValue({ table, column, param, which }: SortWalk, descending: boolean): Sql {
  const rows = { table, value: `+x.${column}`, which };
  const params = sql`= ${param}`;
  if (table === 'index_quantity') return sql`coalesce(${quantityValues(rows, params, descending)})`;
  return best(rows, params, descending);
}

/** Rows that are only part of a string are not sorted by. */
export const wholeOnly = (type: SearchParamType): Sql => raw(type === 'string' ? ` AND x.exact <> ${notWhole}` : '');

/** What stands for a missing value, so that it comes last. */
export const missingValue = (param: SearchParam, descending: boolean): number | string =>
  missingIn(columns.get(param.type)!, descending);

const missingIn = ({ least, greatest }: Pick<SortColumn, 'least' | 'greatest'>, descending: boolean) =>
  descending ? least : greatest;

/** What stands for no value of a key, so that it comes last, in a row that this key was not asked of. */
export function noValue(key: SortKey): number | string {
  if (key.by === 'column') return missingValue(key.param, key.descending);
  if (key.by === 'body') return missingText(key.descending);
  return missingIn(key.by === 'id' ? textEnds : timeEnds, key.descending);
}

/** A table whose rows lie in the order of a column. */
export interface SortWalk {
  readonly table: string;
  readonly column: string;
  readonly param: number;
  /** Further condition on its rows `x`. */
  readonly which: Sql;
}

/** The table and column whose key lists all values of a parameter in order; undefined when it has several sources or units. */
export function sortWalk(param: SearchParam): SortWalk | undefined {
  const found = columns.get(param.type);
  if (!found || param.type === 'quantity' || param.sources.length !== 1) return undefined;
  return { table: found.table, column: found.column, param: param.sources[0]!.param, which: wholeOnly(param.type) };
}

/**
 * Order of a result: the keys asked for, then the position in the change feed so that no two are equal. What shares a text lies
 * in the index by moment, so that comes before the position where nothing else was asked for.
 */
export function orderKeys(keys: readonly SortKey[], moment: Sql): readonly OrderKey[] {
  const own = keys.map(key => ({ value: sortValue(key, moment), descending: key.descending }));
  const { descending } = keys.at(-1) ?? { descending: true };
  return [
    ...own,
    ...(byTextAndMoment(keys) ? [{ value: moment, descending }] : []),
    { value: raw('d.seq'), descending },
  ];
}

/** True when what shares a text follows one another by moment. */
export const byTextAndMoment = ([key, ...rest]: readonly SortKey[]): boolean =>
  key?.by === 'body' && key.byMoment && rest.length === 0;
