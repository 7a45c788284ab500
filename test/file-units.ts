/** What a standard makes of files, without the pauses between its rows, and the files it writes. */
import os from 'node:os';
import type { Test } from 'tap';
import type { Resource } from '../src/fhir/types.ts';
import { type Draft, urnOf } from '../src/files/convert.ts';
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

/** Resources of drafts by their URNs. */
export const byUrn = (drafts: readonly Draft[]): Map<string, Resource> =>
  new Map(drafts.map(one => [urnOf(one.resource.resourceType, one.key), one.resource]));

/** Drafts as what is stored, to write files from. */
export function foundIn(drafts: readonly Draft[]): Found {
  const all = byUrn(drafts);
  return {
    all: async function* (type, system) {
      yield* drafts
        .filter(one => one.resource.resourceType === type && one.key.system === system)
        .map(one => one.resource);
    },
    read: async reference => all.get(reference),
    byKey: async (type, key) => all.get(urnOf(type, key)),
  };
}

const fills = ['full', 'least', 'random'] as const;

/** Runs rounds there and back, of every filling as many seeds; the first that comes back otherwise fails. */
export async function runRounds(
  t: Test,
  variants: number,
  round: (seed: number, fill: (typeof fills)[number]) => Promise<unknown>,
): Promise<void> {
  for (const fill of fills)
    for (let seed = 1; seed <= variants; seed++) {
      const found = await round(seed, fill);
      if (found !== undefined) return void t.same(found, undefined, `${fill}, seed ${seed}`);
    }
  t.pass(`${variants * fills.length} variants`);
}
