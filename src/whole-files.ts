/** Files that appear whole, and never over another one: what was written or moved there before stays. */
import fs from 'node:fs';
import path from 'node:path';

/** Bytes compared at a time. */
const piece = 262_144;

function writePart(file: string, pieces: Iterable<Uint8Array | string>): string {
  // Two programs may write into one folder.
  const part = `${file}.${process.pid}.part`;
  const handle = fs.openSync(part, 'w', 0o600);
  try {
    for (const one of pieces) fs.writeFileSync(handle, one);
    fs.fsyncSync(handle);
  } catch (error) {
    fs.rmSync(part, { force: true });
    throw error;
  } finally {
    fs.closeSync(handle);
  }
  return part;
}

/** Writes a file so that nobody sees half of it; one that is there is replaced. @returns its place */
export function writeWhole(file: string, pieces: Iterable<Uint8Array | string>): string {
  const part = writePart(file, pieces);
  try {
    fs.renameSync(part, file);
  } catch (error) {
    fs.rmSync(part, { force: true });
    throw error;
  }
  return file;
}

/** Gives a file a name that nothing has; false when something has it. */
function takeName(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    // A disk without links: between looking and renaming another program may take the name, but no other way is left.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EOPNOTSUPP') throw error;
    if (fs.existsSync(to)) return false;
    fs.renameSync(from, to);
    return true;
  }
  fs.unlinkSync(from);
  return true;
}

/** The name itself, then with a number: `a.csv`, `a.2.csv`, `a.3.csv` … */
function* namesLike(wanted: string): Generator<string> {
  const { dir, name, ext } = path.parse(wanted);
  yield wanted;
  for (let i = 2; ; i++) yield path.join(dir, `${name}.${i}${ext}`);
}

function isSame(one: string, other: string): boolean {
  const [size, otherSize] = [one, other].map(place => fs.statSync(place, { throwIfNoEntry: false })?.size);
  if (size === undefined || size !== otherSize) return false;
  const handles = [one, other].map(place => fs.openSync(place, 'r')) as [number, number];
  const [a, b] = [Buffer.alloc(piece), Buffer.alloc(piece)];
  try {
    for (let at = 0; at < size; at += piece) {
      const read = fs.readSync(handles[0], a, 0, piece, at);
      if (fs.readSync(handles[1], b, 0, piece, at) !== read || a.compare(b, 0, read, 0, read) !== 0) return false;
    }
    return true;
  } finally {
    for (const handle of handles) fs.closeSync(handle);
  }
}

/**
 * Writes a file that nothing may be lost for: beside one of its name with other content it gets a number, one with the same content is it.
 * @returns its place
 */
export function writeBeside(wanted: string, pieces: Iterable<Uint8Array | string>): string {
  const part = writePart(wanted, pieces);
  for (const place of namesLike(wanted)) {
    if (takeName(part, place)) return place;
    if (isSame(part, place)) {
      fs.unlinkSync(part);
      return place;
    }
  }
  throw new Error('unreachable');
}

/** Moves a file, never over another one; between two disks it is copied whole before the old one goes. */
export function moveBeside(from: string, wanted: string): void {
  for (const place of namesLike(wanted))
    try {
      if (takeName(from, place)) return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Somebody took it away meanwhile: there is nothing left to move.
      if (code === 'ENOENT' && !fs.existsSync(from)) return;
      if (code !== 'EXDEV') throw error;
      const part = `${wanted}.${process.pid}.part`;
      fs.copyFileSync(from, part);
      moveBeside(part, wanted);
      fs.unlinkSync(from);
      return;
    }
}
