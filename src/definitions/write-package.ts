/** Writes packages in the form of installed ones: whole or not at all, and past others that do the same. */
import fs from 'node:fs';
import path from 'node:path';
import type { Resource } from '../fhir/types.ts';
import { isAlive } from '../store/alive.ts';
import {
  dataFile,
  format,
  indexFile,
  type Manifest,
  type PackageEntry,
  type PackageSource,
  packageFolderName,
  passing,
} from './package.ts';

/** A name beside another one that is of this process alone; see {@link passing}. */
const beside = (place: string, end: 'new' | 'old' | 'gone'): string => `${place}~${process.pid}.${end}`;

/** Writes text to the disk itself, so that what is renamed later is complete after a power cut too. */
function writeFlushed(file: string, pieces: Iterable<string>): void {
  const handle = fs.openSync(file, 'w');
  try {
    for (const one of pieces) fs.writeFileSync(handle, one);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

/** Writes a file so that nobody sees half of it. */
export function replaceFile(file: string, text: string): void {
  const draft = beside(file, 'new');
  try {
    writeFlushed(draft, [text]);
    fs.renameSync(draft, file);
  } catch (error) {
    fs.rmSync(draft, { force: true });
    throw error;
  }
}

/**
 * Takes away what programs left that were killed while they wrote, also one that had the number of this one; what such a one had
 * moved away, and put nothing in its place, comes back.
 */
function sweep(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    const [end, pid, kind] = passing.exec(name) ?? [];
    if (end === undefined || (Number(pid) !== process.pid && isAlive(Number(pid)))) continue;
    const target = path.join(folder, name.slice(0, -end.length));
    if (kind === 'old' && !fs.existsSync(target)) fs.renameSync(path.join(folder, name), target);
    else fs.rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}

/** Moves a folder; false when it is not there (any more). */
function moveAway(from: string, to: string): boolean {
  try {
    fs.renameSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Others may put theirs in the place at the same moment: it is theirs that is replaced then. */
const mostTries = 20;

/** Puts a folder in the place of another one, which is there or not. */
function putInPlace(draft: string, target: string): void {
  const before = beside(target, 'old');
  for (let attempt = 1; ; attempt++) {
    const replaces = moveAway(target, before);
    try {
      fs.renameSync(draft, target);
      break;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const taken = code === 'ENOTEMPTY' || code === 'EEXIST';
      if (replaces && !fs.existsSync(target)) fs.renameSync(before, target);
      if (!taken || attempt === mostTries) throw error;
      fs.rmSync(before, { recursive: true, force: true });
    }
  }
  fs.rmSync(before, { recursive: true, force: true });
}

function writeDraft(draft: string, source: PackageSource, prepare: (resource: Resource) => Resource): void {
  fs.mkdirSync(draft);
  const entries: PackageEntry[] = [];
  const lines = function* () {
    let offset = 0;
    for (const entry of source.entries) {
      const line = `${JSON.stringify(prepare(source.read(entry)))}\n`;
      const length = Buffer.byteLength(line);
      entries.push({ ...entry, offset, length: length - 1 });
      offset += length;
      yield line;
    }
  };
  writeFlushed(path.join(draft, dataFile), lines());
  writeFlushed(path.join(draft, indexFile), [JSON.stringify({ format, manifest: source.manifest, entries })]);
}

/**
 * Writes a package's definitions below the folder of installed packages; a package of the same name and version is replaced.
 * @param prepare completes a definition before it is written, such as giving a profile its snapshot
 */
export function writePackage(
  folder: string,
  source: PackageSource,
  prepare: (resource: Resource) => Resource = one => one,
): void {
  fs.mkdirSync(folder, { recursive: true });
  sweep(folder);
  const target = path.join(folder, packageFolderName(source.manifest));
  const draft = beside(target, 'new');
  try {
    writeDraft(draft, source, prepare);
    putInPlace(draft, target);
  } finally {
    fs.rmSync(draft, { recursive: true, force: true });
  }
}

/** Removes an installed package; nobody who looks meanwhile finds half of it. */
export function removePackage(folder: string, one: Pick<Manifest, 'name' | 'version'>): void {
  const place = path.join(folder, packageFolderName(one));
  const before = beside(place, 'gone');
  fs.renameSync(place, before);
  fs.rmSync(before, { recursive: true });
}
