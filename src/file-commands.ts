/**
 * National files on disk, and `engawa export-files`, with the rights of whoever may read the database.
 */
import fs from 'node:fs';
import path from 'node:path';
import { systemCaller } from './access/caller.ts';
import { type Config, SettingError } from './config.ts';
import { FhirError } from './fhir/outcome.ts';
import type { Message } from './fhir/types.ts';
import type { SourceFile, WrittenFile } from './files/forms/standard.ts';
import { inMemory } from './files/source.ts';
import { isZip, readZip, ZipError } from './files/zip.ts';
import type { FhirRequest } from './interactions/interaction.ts';
import { writeAll } from './operations/files/export.ts';
import { createServices } from './services.ts';
import { needDatabase, startProblem } from './start-problem.ts';
import { interrupted, Stopping } from './stopping.ts';
import { writeWhole } from './whole-files.ts';

/** Shows how far a command is. */
export type Tell = (line: Message) => void;

/** Bytes read at a time. */
const piece = 262_144;

/** A request of the command line itself. */
export const ownRequest = (config: Config): FhirRequest => ({
  method: 'POST',
  path: [],
  params: {},
  query: [],
  headers: {},
  prefer: {},
  caller: systemCaller,
  language: config.language === 'ja' ? 'ja' : 'en',
  base: config.baseUrl || 'http://localhost/fhir',
});

/** A file on disk, read piece by piece each time. */
export function fileOnDisk(place: string): SourceFile {
  return {
    name: path.basename(place),
    *chunks() {
      const handle = fs.openSync(place, 'r');
      try {
        for (;;) {
          const bytes = Buffer.allocUnsafe(piece);
          const read = fs.readSync(handle, bytes, 0, piece, null);
          if (read === 0) return;
          yield bytes.subarray(0, read);
        }
      } finally {
        fs.closeSync(handle);
      }
    },
    read(from, to) {
      const handle = fs.openSync(place, 'r');
      try {
        const bytes = Buffer.alloc(to - from);
        return bytes.subarray(0, fs.readSync(handle, bytes, 0, bytes.length, from));
      } finally {
        fs.closeSync(handle);
      }
    },
  };
}

/** The national files in a folder (not below it), or one file; archives are unpacked. */
export async function filesAt(place: string, mostBytes: number): Promise<SourceFile[]> {
  const isFolder = fs.statSync(place).isDirectory();
  const names = isFolder ? fs.readdirSync(place).sort() : [path.basename(place)];
  const folder = isFolder ? place : path.dirname(place);
  const files: SourceFile[] = [];
  for (const name of names.filter(one => /\.(csv|jpe?g|zip|ndjson|jsonl)$/i.test(one))) {
    const file = path.join(folder, name);
    if (fs.statSync(file, { throwIfNoEntry: false })?.isFile()) files.push(...(await openFile(file, mostBytes)));
  }
  return files;
}

/** A file, or those of an archive; one that cannot be opened stands for itself, with the reason, and does not hold up the others. */
async function openFile(file: string, mostBytes: number): Promise<SourceFile[]> {
  try {
    fs.closeSync(fs.openSync(file, 'r'));
    const bytes = /\.zip$/i.test(file) ? fs.readFileSync(file) : undefined;
    return bytes && isZip(bytes) ? await unpack(file, bytes, mostBytes) : [fileOnDisk(file)];
  } catch (error) {
    const problem = startProblem(error, undefined);
    if (!problem) throw error;
    return [{ name: path.basename(file), problem, chunks: () => [] }];
  }
}

const emptyArchive: Message = { en: 'the archive has no files', ja: 'ZIP の中にファイルがありません' };

/** An archive's files; one that cannot be read stands for itself, with the reason. */
async function unpack(file: string, bytes: Uint8Array, mostBytes: number): Promise<SourceFile[]> {
  try {
    const files = (await readZip(bytes, mostBytes)).map(one => inMemory(one.name, one.bytes));
    return files.length > 0 ? files : [{ ...fileOnDisk(file), problem: emptyArchive }];
  } catch (error) {
    if (error instanceof ZipError) return [{ ...fileOnDisk(file), problem: error.text }];
    throw error;
  }
}

/** A bar for a share from 0 to 1. */
export const bar = (share: number): string => {
  const filled = Math.round(Math.min(1, share) * 30);
  return `[${'#'.repeat(filled)}${'-'.repeat(30 - filled)}] ${Math.floor(Math.min(1, share) * 100)} %`;
};

/**
 * Writes all files or none: what is half written is no delivery.
 * @returns how many were written; less than all when it was stopped, and then none is left
 */
async function writeInto(
  folder: string,
  files: readonly WrittenFile[],
  tell: Tell,
  stopped: () => boolean,
): Promise<number> {
  const written: string[] = [];
  const takeBack = () => {
    for (const place of written) fs.rmSync(place, { force: true });
  };
  try {
    for (const { name, pieces } of files) {
      // A signal is heard between two files.
      await new Promise(resolve => setImmediate(resolve));
      if (stopped()) {
        takeBack();
        return 0;
      }
      written.push(writeWhole(path.join(folder, name), pieces()));
      const shown = bar(written.length / files.length);
      tell({ en: shown, ja: shown });
    }
  } catch (error) {
    takeBack();
    throw error;
  }
  return written.length;
}

const stoppedExport: Message & { readonly code: number } = {
  en: 'Stopped; no files are left. Run the same command again',
  ja: '中断しました。ファイルは残していません。同じコマンドをもう一度実行してください',
  code: interrupted,
};

const exported = (count: number, folder: string): Message =>
  count > 0
    ? { en: `${count} files written to ${folder}`, ja: `${folder} に ${count} ファイルを書きました` }
    : {
        en: 'Nothing that is stored fits what is asked for; no files were written',
        ja: '条件に合う内容が登録されていないため、ファイルは書いていません',
      };

/** `engawa export-files <folder> [--standard careplan] [--kind …] [--from …] [--to …] [--month …]` */
export async function exportCommand(
  config: Config,
  folder: string,
  flags: ReadonlyMap<string, string>,
  tell: Tell,
): Promise<Message & { readonly code?: number }> {
  needDatabase(config.database || config.data);
  const services = createServices(config);
  const stopping = new Stopping();
  try {
    await services.store.ready();
    fs.mkdirSync(folder, { recursive: true });
    const { files, close } = await writeAll(services, ownRequest(config), name => flags.get(name));
    try {
      const count = await writeInto(folder, files, tell, stopping.isAsked);
      return count < files.length ? stoppedExport : exported(count, folder);
    } finally {
      close();
    }
  } catch (error) {
    if (error instanceof FhirError) {
      const text = (language: 'en' | 'ja') => error.issues.map(one => one.message[language]).join('\n');
      throw new SettingError({ en: text('en'), ja: text('ja') });
    }
    throw error;
  } finally {
    stopping.end();
    await services.store.close();
  }
}
