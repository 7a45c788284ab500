/**
 * Backup of an SQLite file while it is written to, and its way back. A backup is one file: the database at one moment, then the imported
 * masters when there are any, then a line with its checksum; a restore looks at every byte before it puts the database in place.
 * @see https://www.sqlite.org/backup.html
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { pipeline } from 'node:stream/promises';
import Database from 'better-sqlite3';
import type { Message } from '../fhir/types.ts';
import { termsFileBeside } from './sqlite-terms-file.ts';

/** What the last line of a backup says. */
export interface BackupNote {
  /** Of all bytes before this line. */
  readonly sha256: string;
  readonly size: number;
  /** How many of the bytes, at the end, are the imported terminology masters; absent = there are none. */
  readonly masters?: number;
  /** Position of the change feed it holds. */
  readonly position: number;
  readonly created: string;
}

/** Thrown for a file that is no backup, or a damaged one. */
export class DamagedBackupError extends Error {
  readonly reason: Message;

  constructor(reason: Message) {
    super(reason.en);
    this.reason = reason;
  }
}

const damaged = (en: string, ja: string): DamagedBackupError => new DamagedBackupError({ en, ja });

const mark = '\nengawa-backup 1 ';
const longestNote = 1024;

const positionOf = (db: Database.Database): number =>
  Number(db.prepare('SELECT coalesce(max(seq), 0) FROM version').pluck().get());

function openToRead(file: string): Database.Database {
  return new Database(file, { readonly: true, fileMustExist: true });
}

function syncFile(file: string): void {
  const handle = fs.openSync(file, 'r+');
  fs.fsyncSync(handle);
  fs.closeSync(handle);
}

/** Hash of the first bytes of a file. */
async function hashOf(file: string, size: number): Promise<string> {
  const hash = createHash('sha256');
  if (size > 0) await pipeline(fs.createReadStream(file, { end: size - 1 }), hash);
  return hash.digest('hex');
}

/** Copies a database that may be written to, as of one moment, into one file; what `look` found in the copy. */
async function copyDatabase<T>(file: string, to: string, look: (copy: Database.Database) => T): Promise<T> {
  fs.rmSync(to, { force: true });
  const db = openToRead(file);
  try {
    // All pages in one step: in several, each commit of another process would make it begin again.
    await db.backup(to, { progress: () => 2 ** 30 });
  } finally {
    db.close();
  }
  const copy = new Database(to);
  try {
    // Without a journal of its own the copy is one file.
    copy.pragma('journal_mode = DELETE');
    return look(copy);
  } finally {
    copy.close();
  }
}

/**
 * Backs a database up, and the masters beside it. Writers go on meanwhile: the copy is one moment, with everything acknowledged
 * before it began.
 * @param file the database @param to the backup; replaced when it is there, once the new one is whole
 */
export async function backupSqlite(file: string, to: string, now: number): Promise<BackupNote> {
  const [half, other] = [`${to}.part`, `${to}.masters`];
  try {
    return await writeBackup(file, { half, other, to }, now);
  } catch (error) {
    // What a full disk has stopped must not go on filling it.
    for (const left of [half, other]) for (const end of ['', '-journal']) fs.rmSync(left + end, { force: true });
    throw error;
  }
}

interface BackupFiles {
  readonly half: string;
  readonly other: string;
  readonly to: string;
}

async function writeBackup(file: string, { half, other, to }: BackupFiles, now: number): Promise<BackupNote> {
  const position = await copyDatabase(file, half, positionOf);
  let masters: number | undefined;
  const terms = termsFileBeside(file);
  if (fs.existsSync(terms)) {
    await copyDatabase(terms, other, () => {});
    masters = fs.statSync(other).size;
    await pipeline(fs.createReadStream(other), fs.createWriteStream(half, { flags: 'a' }));
    fs.rmSync(other);
  }
  const { size } = fs.statSync(half);
  const sha256 = await hashOf(half, size);
  const created = new Date(now).toISOString();
  const note: BackupNote = { sha256, size, ...(masters !== undefined && { masters }), position, created };
  fs.appendFileSync(half, `${mark}${JSON.stringify(note)}\n`);
  syncFile(half);
  fs.renameSync(half, to);
  return note;
}

function readNote(file: string): BackupNote {
  const { size } = fs.statSync(file);
  const handle = fs.openSync(file, 'r');
  const tail = Buffer.alloc(Math.min(size, longestNote));
  fs.readSync(handle, tail, 0, tail.length, size - tail.length);
  fs.closeSync(handle);
  const at = tail.lastIndexOf(mark);
  if (at < 0) throw damaged('its last line is missing', '最後の行がありません');
  try {
    const note = JSON.parse(tail.subarray(at + mark.length).toString()) as BackupNote;
    if (note.size === size - tail.length + at) return note;
  } catch {
    throw damaged('its last line cannot be read', '最後の行を読めません');
  }
  throw damaged('its length is not the one noted', '長さが記録と違います');
}

/**
 * Puts a backup in place of a database, and its masters in place of a file of masters, that are not there.
 * @throws DamagedBackupError when a single byte differs; nothing is put in place then
 */
export async function restoreSqlite(from: string, file: string): Promise<BackupNote> {
  const note = readNote(from);
  if ((await hashOf(from, note.size)) !== note.sha256)
    throw damaged('its checksum is not the one noted', 'チェックサムが記録と違います');
  const end = note.size - (note.masters ?? 0);
  const half = `${file}.part`;
  await pipeline(fs.createReadStream(from, { end: end - 1 }), fs.createWriteStream(half));
  const db = new Database(half);
  const position = positionOf(db);
  db.pragma('journal_mode = DELETE');
  db.close();
  if (position !== note.position) {
    fs.rmSync(half);
    throw damaged('it holds another position than noted', '中のコミット位置が記録と違います');
  }
  if (note.masters !== undefined) {
    const terms = termsFileBeside(file);
    const range = { start: end, end: note.size - 1 };
    await pipeline(fs.createReadStream(from, range), fs.createWriteStream(`${terms}.part`));
    syncFile(`${terms}.part`);
    fs.renameSync(`${terms}.part`, terms);
  }
  syncFile(half);
  fs.renameSync(half, file);
  return note;
}
