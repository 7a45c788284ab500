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

/** Longest interval of a date that begins and ends on one day, milliseconds. */
export const dayLength = 86_400_000;

/**
 * Dates: half-open intervals in UTC milliseconds. What is longer than a day may reach from long before a date beyond it, which the key
 * does not find.
 */
export const dateTable: IndexTable = {
  name: 'index_date',
  columns: [column('param'), column('lo'), column('hi'), column('moment')],
  key: 3,
  bySeq: true,
  some: { columns: ['param', 'hi'], where: `hi - lo > ${dayLength}` },
};

/** `exact` of a row that is only a part of a string: found by how it begins, but neither compared as a whole nor sorted by. */
export const notWhole = 0;

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

/**
 * Texts that many resources share, each once: folded texts of codes and references (`:text`), and URIs. What begins with or
 * contains something is looked up here, among the few, and leads to the many by its hash.
 */
export const wordTable: IndexTable = {
  name: 'index_word',
  columns: [column('param'), column('text', 'TEXT'), column('word')],
  key: 2,
  shared: true,
};

/** Which versions have a text of {@link wordTable}; `inside` is the place of a contained resource, else 0. */
export const useTable: IndexTable = {
  name: 'index_use',
  columns: [column('param'), column('word'), column('inside')],
  key: 3,
  afterSeq: 1,
};

/** Rows that are more than a point: few. Where none of them is concerned, what is asked of the upper end is found by the lower one. */
const wide = 'hi > lo';

/** Numbers, as closed intervals (a number is an interval of one point). */
export const numberTable: IndexTable = {
  name: 'index_number',
  columns: [column('param'), column('lo', 'REAL'), column('hi', 'REAL'), column('moment')],
  key: 3,
  bySeq: true,
  some: { columns: ['param', 'hi'], where: wide },
};

/** Quantities: hash of the unit (odd: canonical or with system, even: as it was written), then the value. */
export const quantityTable: IndexTable = {
  name: 'index_quantity',
  columns: [column('param'), column('unit'), column('lo', 'REAL'), column('hi', 'REAL'), column('moment')],
  key: 4,
  bySeq: true,
  some: { columns: ['param', 'unit', 'hi'], where: wide },
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

/**
 * What is known of a version as a whole: its moment, and its shape (`params`), the key of a row of {@link shapeTable}. One row a
 * version, and one for each contained resource (`inside` is its place, else 0).
 */
export const factsTable: IndexTable = {
  name: 'index_facts',
  columns: [column('inside'), column('params', 'TEXT'), column('moment')],
  key: 2,
  afterSeq: 2,
  some: { columns: ['params', 'seq'] },
};

/**
 * Shapes: which parameters a resource has a value for, each set of them once for its type (`param`). There are few, however many
 * resources there are; `params` has six characters for each parameter (shapes.ts).
 */
export const shapeTable: IndexTable = {
  name: 'index_shape',
  columns: [column('param'), column('shape', 'TEXT'), column('params', 'TEXT')],
  key: 2,
  shared: true,
};

/** All index tables. */
export const indexTables: readonly IndexTable[] = [
  tokenTable,
  referenceTable,
  dateTable,
  stringTable,
  pairTable,
  wordTable,
  useTable,
  numberTable,
  quantityTable,
  compositeTable,
  positionTable,
  factsTable,
  shapeTable,
];
