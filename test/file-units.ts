/** What a standard makes of files, without the pauses between its rows. */
import type { SourceFile, Standard, Unit } from '../src/files/forms/standard.ts';
import type { FindCodes } from '../src/files/layout.ts';

/** All units of some files. */
export function unitsIn(standard: Standard, files: readonly SourceFile[], codes: FindCodes): Unit[] {
  const units: Unit[] = [];
  for (const one of standard.units(files, codes)) if (one) units.push(one);
  return units;
}
