/** Writes packages in the form of installed ones: whole or not at all, and past others that do the same. */
import fs from 'node:fs';
import path from 'node:path';
import type { Resource } from '../fhir/types.ts';
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
  const draft = `${file}.${process.pid}.new`;
  try {
    writeFlushed(draft, [text]);
    fs.renameSync(draft, file);
  } catch (error) {
    fs.rmSync(draft, { force: true });
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Takes away what programs left that were killed while they wrote; also one that had the number of this one. */
function sweep(folder: string): void {
  for (const name of fs.readdirSync(folder).filter(one => passing.test(one))) {
    const pid = Number(/\.(\d+)\.\w+$/.exec(name)?.[1] ?? process.pid);
    if (pid === process.pid || !isAlive(pid)) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}

/** Puts a folder in the place of another one, which is there or not. */
function putInPlace(draft: string, target: string): void {
  const before = `${target}.${process.pid}.old`;
  const replaces = fs.existsSync(target);
  if (replaces) fs.renameSync(target, before);
  try {
    fs.renameSync(draft, target);
  } catch (error) {
    if (replaces) fs.renameSync(before, target);
    throw error;
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
  const draft = `${target}.${process.pid}.new`;
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
  const before = `${place}.${process.pid}.old`;
  fs.renameSync(place, before);
  fs.rmSync(before, { recursive: true });
}
