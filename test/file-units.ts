/** What a standard makes of files, without the pauses between its rows, and the files it writes. */
import os from 'node:os';
import type { Found, SourceFile, Standard, Unit, WriteOptions, WrittenFile } from '../src/files/forms/standard.ts';
import type { FindCodes } from '../src/files/layout.ts';
import { Spool } from '../src/files/spool.ts';

/** All units of some files. */
export function unitsIn(standard: Standard, files: readonly SourceFile[], codes: FindCodes): Unit[] {
  const units: Unit[] = [];
  for (const one of standard.units(files, codes)) if (one) units.push(one);
  return units;
}

/** A file with its bytes. */
export interface WholeFile extends Pick<WrittenFile, 'name' | 'findings'> {
  readonly bytes: Uint8Array;
}

/** The files a standard writes. */
export async function filesFrom(
  standard: Standard,
  found: Found,
  options: WriteOptions,
  codes: FindCodes,
): Promise<WholeFile[]> {
  const spool = new Spool(os.tmpdir());
  const files: WholeFile[] = [];
  for await (const { name, findings, pieces } of standard.write!(found, options, codes, spool))
    files.push({ name, findings, bytes: Buffer.concat([...pieces()]) });
  spool.close();
  return files;
}
