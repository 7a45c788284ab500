/**
 * Files while they are made, set by set: the rows of a set are put aside as bytes, and only where they lie is held. Sets stand in a file in the
 * order of their keys, in whatever order they come.
 */
import { type Finding, isRefusal } from './finding.ts';
import type { Spool, SpoolPlace } from './spool.ts';

/** The rows of a set in a file. */
export interface OutPiece extends SpoolPlace {
  /** Order of the set in the file. */
  readonly key: string;
  /** Number of rows. */
  readonly rows: number;
  /** What is wrong with the rows; lines count from the first row of the set. */
  readonly findings: readonly Finding[];
}

/** A file with its sets in order. */
export interface OutFile<About> {
  readonly about: About;
  readonly pieces: readonly OutPiece[];
}

/** Findings that are told; files with one are not given out at all. */
const mostTold = 200;
const lineFeed = 10;

/** Files by name. */
export class OutFiles<About> {
  private readonly spool: Spool;
  private readonly files = new Map<string, { about: About; pieces: OutPiece[] }>();
  private told = 0;

  constructor(spool: Spool) {
    this.spool = spool;
  }

  /** Puts the rows of a set aside; they may go into several files. */
  put(key: string, rows: number, { bytes, findings }: { bytes: Uint8Array; findings: readonly Finding[] }): OutPiece {
    const kept = findings.filter(isRefusal).slice(0, mostTold - this.told);
    this.told += kept.length;
    return { key, rows, findings: kept, ...this.spool.append(bytes) };
  }

  add(name: string, about: About, piece: OutPiece): void {
    const file = this.files.get(name);
    if (file) file.pieces.push(piece);
    else this.files.set(name, { about, pieces: [piece] });
  }

  /** All files, in the order of their names. */
  list(): OutFile<About>[] {
    const sorted = [...this.files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
    for (const { pieces } of sorted) pieces.sort((a, b) => (a.key < b.key ? -1 : 1));
    return sorted;
  }

  /** The bytes of a set. */
  read(piece: SpoolPlace): Iterable<Uint8Array> {
    return this.spool.read(piece);
  }

  /** Number of bytes of all sets of a file. */
  size({ pieces }: OutFile<About>): number {
    return pieces.reduce((sum, one) => sum + one.to - one.from, 0);
  }

  /** The bytes of all sets of a file. */
  *readAll({ pieces }: OutFile<About>): Generator<Uint8Array> {
    for (const one of pieces) yield* this.spool.read(one);
  }

  /**
   * The findings of a file with the lines they have in it.
   * @param firstLine line of the first row of the first set
   */
  findings({ pieces }: OutFile<About>, file: string, firstLine: number): Finding[] {
    const found: Finding[] = [];
    if (pieces.every(one => one.findings.length === 0)) return found;
    let line = firstLine;
    for (const one of pieces) {
      for (const finding of one.findings) found.push({ ...finding, file, line: line + (finding.line ?? 1) - 1 });
      for (const bytes of this.spool.read(one)) for (const byte of bytes) if (byte === lineFeed) line++;
    }
    return found;
  }
}
