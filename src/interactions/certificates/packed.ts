/** Prepared chunks as they go from one thread to another: their index rows lie flat, in buffers that change hands. */
import { type PackedTable, RowBatch, RowsOfVersion } from '../../store/packed-rows.ts';
import type { PreparedChunk, PreparedResource, Preparing } from './prepare.ts';

/** A chunk without index rows, and the rows of its changes: coverages first, then persons. */
export interface PackedChunk extends PreparedChunk {
  readonly flat: readonly PackedTable[];
}

/** Prepares resources as another `Preparing` does, and takes the index rows out of the changes at once. */
export class Packer {
  readonly preparing: Preparing;
  private readonly batch = new RowBatch();

  constructor(preparing: Preparing) {
    this.preparing = {
      ...preparing,
      change: (...input) => {
        const change = preparing.change(...input);
        this.batch.add(change.rows);
        return { ...change, rows: [] };
      },
    };
  }

  /** A chunk made by {@link preparing}, ready for sending. */
  pack(chunk: PreparedChunk): PackedChunk {
    // Without a change the text is made again where it is needed: most are the same as what is stored.
    const withoutText = <T extends PreparedResource | undefined>(one: T): T => one && { ...one, template: undefined };
    const { coverages, persons } = chunk;
    return {
      ...{ ...chunk, coverages: coverages.map(withoutText), persons: persons.map(withoutText) },
      flat: this.batch.pack(),
    };
  }
}

/** The chunk as it was packed. */
export function unpackChunk({ flat, ...chunk }: PackedChunk): PreparedChunk {
  const batch = RowBatch.of(flat);
  let owner = 0;
  const withRows = <T extends PreparedResource | undefined>(one: T): T =>
    one?.change ? { ...one, change: { ...one.change, rows: new RowsOfVersion(batch, owner++) } } : one;
  return { ...chunk, coverages: chunk.coverages.map(withRows), persons: chunk.persons.map(withRows) };
}
