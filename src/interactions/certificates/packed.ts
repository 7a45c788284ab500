/**
 * Prepared chunks as they go from one thread to another: index rows lie flat in a list by table, because thousands of small arrays take longer
 * to send than to make.
 */
import type { Change, IndexRow } from '../../store/store.ts';
import type { PreparedChunk, PreparedResource } from './prepare.ts';

/** Index rows of many resources. */
interface FlatRows {
  readonly tables: readonly string[];
  /** Values of a row of each table. */
  readonly widths: readonly number[];
  /** For each resource the number of its rows, then the table of each. */
  readonly shape: readonly number[];
  readonly values: readonly IndexRow['values'][number][];
}

/** A chunk without index rows, and the rows of its changes: coverages first, then persons. */
export interface PackedChunk extends PreparedChunk {
  readonly flat: FlatRows;
}

const resourcesOf = ({ coverages, persons }: PreparedChunk): readonly (PreparedResource | undefined)[] => [
  ...coverages,
  ...persons,
];

function flatten(changes: readonly (Change | undefined)[]): FlatRows {
  const tables: string[] = [];
  const widths: number[] = [];
  const shape: number[] = [];
  const values: IndexRow['values'][number][] = [];
  const places = new Map<string, number>();
  for (const change of changes) {
    if (!change) continue;
    shape.push(change.rows.length);
    for (const row of change.rows) {
      const name = `${row.table} ${row.values.length}`;
      let place = places.get(name);
      if (place === undefined) {
        place = tables.length;
        places.set(name, place);
        tables.push(row.table);
        widths.push(row.values.length);
      }
      shape.push(place);
      for (const value of row.values) values.push(value);
    }
  }
  return { tables, widths, shape, values };
}

const withoutRows = <T extends PreparedResource | undefined>(one: T): T =>
  one?.change ? { ...one, template: undefined, change: { ...one.change, rows: [] } } : one;

/** Makes a chunk ready for sending. */
export const packChunk = (chunk: PreparedChunk): PackedChunk => ({
  ...chunk,
  // Without a change the text is made again where it is needed: most are the same as what is stored.
  coverages: chunk.coverages.map(one => withoutRows(one && { ...one, template: undefined })),
  persons: chunk.persons.map(one => withoutRows({ ...one, template: undefined })),
  flat: flatten(resourcesOf(chunk).map(one => one?.change)),
});

/** The chunk as it was packed. */
export function unpackChunk({ flat, ...chunk }: PackedChunk): PreparedChunk {
  const { tables, widths, shape, values } = flat;
  let [at, value] = [0, 0];
  const withRows = <T extends PreparedResource | undefined>(one: T): T => {
    if (!one?.change) return one;
    const count = shape[at++]!;
    const rows = Array.from({ length: count }, (): IndexRow => {
      const place = shape[at++]!;
      const from = value;
      value += widths[place]!;
      return { table: tables[place]!, values: values.slice(from, value) };
    });
    return { ...one, change: { ...one.change, rows } };
  };
  return { ...chunk, coverages: chunk.coverages.map(withRows), persons: chunk.persons.map(withRows) };
}
