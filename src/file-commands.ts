/**
 * National files on disk, and `engawa export-files`, with the rights of whoever may read the database.
 */
import fs from 'node:fs';
import path from 'node:path';
import { systemCaller } from './access/caller.ts';
import { type Config, SettingError } from './config.ts';
import { FhirError } from './fhir/outcome.ts';
import type { Message } from './fhir/types.ts';
import type { SourceFile } from './files/forms/standard.ts';
import { inMemory } from './files/source.ts';
import { isZip, readZip, ZipError } from './files/zip.ts';
import type { FhirRequest } from './interactions/interaction.ts';
import { writeAll } from './operations/files/export.ts';
import { createServices } from './services.ts';
import { needDatabase } from './start-problem.ts';
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
    const bytes = /\.zip$/i.test(file) ? fs.readFileSync(file) : undefined;
    if (bytes && isZip(bytes)) files.push(...(await unpack(file, bytes, mostBytes)));
    else files.push(fileOnDisk(file));
  }
  return files;
}

/** An archive's files; one that cannot be read stands for itself, with the reason. */
async function unpack(file: string, bytes: Uint8Array, mostBytes: number): Promise<SourceFile[]> {
  try {
    return (await readZip(bytes, mostBytes)).map(one => inMemory(one.name, one.bytes));
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

/** `engawa export-files <folder> [--standard careplan] [--kind …] [--from …] [--to …] [--month …]` */
export async function exportCommand(
  config: Config,
  folder: string,
  flags: ReadonlyMap<string, string>,
  tell: Tell,
): Promise<Message> {
  needDatabase(config.database || config.data);
  const services = createServices(config);
  try {
    await services.store.ready();
    fs.mkdirSync(folder, { recursive: true });
    const { files, close } = await writeAll(services, ownRequest(config), name => flags.get(name));
    try {
      for (const [i, { name, pieces }] of files.entries()) {
        writeWhole(path.join(folder, name), pieces());
        tell({ en: bar((i + 1) / files.length), ja: bar((i + 1) / files.length) });
      }
    } finally {
      close();
    }
    return {
      en: `${files.length} files written to ${folder}`,
      ja: `${folder} に ${files.length} ファイルを書きました`,
    };
  } catch (error) {
    if (error instanceof FhirError) {
      const text = (language: 'en' | 'ja') => error.issues.map(one => one.message[language]).join('\n');
      throw new SettingError({ en: text('en'), ja: text('ja') });
    }
    throw error;
  } finally {
    await services.store.close();
  }
}
