/**
 * The index tables of search. Each row belongs to one version (`seq`, added by the store) and carries the moment of its
 * resource, so that "newest first" is a walk and a row of another table is found by its whole key.
 */
import type { IndexTable } from '../store/store.ts';

const column = (name: string, type: 'INTEGER' | 'REAL' | 'TEXT' = 'INTEGER') => ({ name, type });

/** Codes and identifiers: hash of the code, then the moment; the system tells apart what shares a code. */
export const tokenTable: IndexTable = {
  name: 'index_token',
  columns: [column('param'), column('code'), column('moment'), column('system')],
  key: 4,
  afterSeq: 1,
};

/** References: hash of `Type/id`, of a URL or a urn; `kind` is a hash of the target's type. */
export const referenceTable: IndexTable = {
  name: 'index_reference',
  columns: [column('param'), column('target'), column('moment'), column('kind')],
  key: 3,
  bySeq: true,
};

/** Dates: half-open intervals in UTC milliseconds. */
export const dateTable: IndexTable = {
  name: 'index_date',
  columns: [column('param'), column('lo'), column('hi'), column('moment')],
  key: 3,
  bySeq: true,
};

/** Strings, folded; `exact` is a hash of the string as it was. */
export const stringTable: IndexTable = {
  name: 'index_string',
  columns: [column('param'), column('text', 'TEXT'), column('exact'), column('moment')],
  key: 3,
  bySeq: true,
};

/** Pairs of neighbouring characters of strings, for `:contains`. */
export const pairTable: IndexTable = {
  name: 'index_pair',
  columns: [column('param'), column('pair'), column('moment')],
  key: 3,
};

/** Texts of codes and references (`:text`), folded. */
export const textTable: IndexTable = {
  name: 'index_text',
  columns: [column('param'), column('text', 'TEXT'), column('moment')],
  key: 2,
};

/** Numbers, as closed intervals (a number is an interval of one point). */
export const numberTable: IndexTable = {
  name: 'index_number',
  columns: [column('param'), column('lo', 'REAL'), column('hi', 'REAL'), column('moment')],
  key: 3,
  bySeq: true,
};

/** Quantities: hash of the unit (odd: canonical or with system, even: as it was written), then the value. */
export const quantityTable: IndexTable = {
  name: 'index_quantity',
  columns: [column('param'), column('unit'), column('lo', 'REAL'), column('hi', 'REAL'), column('moment')],
  key: 4,
  bySeq: true,
};

/** URIs as they are. */
export const uriTable: IndexTable = {
  name: 'index_uri',
  columns: [column('param'), column('value', 'TEXT'), column('moment')],
  key: 2,
};

/**
 * Composites: one row for each tuple of component values. First component: `code`, `system`; second: `other` (hash, unit),
 * `lo`, `hi` or `text`, `more` (system, exact hash); third: `lo2`, `hi2`. What a component does not need is 0 or empty.
 */
export const compositeTable: IndexTable = {
  name: 'index_composite',
  columns: [
    column('param'),
    column('code'),
    column('other'),
    column('lo', 'REAL'),
    column('hi', 'REAL'),
    column('text', 'TEXT'),
    column('system'),
    column('more'),
    column('lo2', 'REAL'),
    column('hi2', 'REAL'),
    column('moment'),
  ],
  key: 10,
};

/** Positions in degrees. */
export const positionTable: IndexTable = {
  name: 'index_position',
  columns: [column('param'), column('lat', 'REAL'), column('lon', 'REAL'), column('moment')],
  key: 3,
};

/** Which token parameters a version has at all (`:missing`). */
export const presentTable: IndexTable = { name: 'index_present', columns: [column('param')], key: 1 };

/** The moment of a version, for plans that do not begin at an index row. */
export const momentTable: IndexTable = { name: 'index_moment', columns: [column('moment')], key: 0 };

/** All index tables. */
export const indexTables: readonly IndexTable[] = [
  tokenTable,
  referenceTable,
  dateTable,
  stringTable,
  pairTable,
  textTable,
  numberTable,
  quantityTable,
  uriTable,
  compositeTable,
  positionTable,
  presentTable,
  momentTable,
];
