/** Whether damage to a file was found where it was done, and nothing else was read otherwise than before. */
import { isRefusal } from '../src/files/finding.ts';
import type { Unit } from '../src/files/forms/standard.ts';

/** Where damage must be found. */
export interface DamagedPlace {
  /** How the name of the file begins; any file when absent. */
  readonly file?: string;
  readonly line: number;
  /** The last line it may be told of. */
  readonly until?: number;
  readonly column?: number;
  readonly item?: number;
}

/** What was read, by name of the unit. */
type Stored = ReadonlyMap<string, string>;

/**
 * What is wrong with how damaged files were read; undefined when nothing is.
 * @param place absent for damage that changes nothing
 * @param right what the files say undamaged
 */
export function judgeDamaged(
  { what, place }: { readonly what: string; readonly place?: DamagedPlace },
  units: readonly Unit[],
  read: Stored,
  right: Stored,
): string | undefined {
  for (const [unit, made] of read) if (right.get(unit) !== made) return `${what}: ${unit} was read wrongly`;
  if (!place) return read.size === right.size ? undefined : `${what}: something was refused`;
  const found = units.flatMap(unit => unit.findings.filter(isRefusal));
  const isThere = found.some(
    one =>
      (place.file === undefined || one.file?.startsWith(place.file)) &&
      one.line !== undefined &&
      one.line >= place.line &&
      one.line <= (place.until ?? place.line) &&
      (place.column === undefined || one.column === place.column) &&
      (place.item === undefined || one.item === undefined || one.item === place.item),
  );
  const told = found
    .slice(0, 3)
    .map(one => `${one.kind} ${one.line}:${one.column} ${one.item}`)
    .join('; ');
  return isThere ? undefined : `${what}: expected ${JSON.stringify(place)}, found ${told}`;
}
