/**
 * `engawa import`: national files from a folder. It can be stopped: the sets in work are finished, and the same command again goes over what
 * is stored without changing it.
 */
import fs from 'node:fs';
import path from 'node:path';
import { type Config, SettingError } from './config.ts';
import type { Message } from './fhir/types.ts';
import { bar, filesAt, ownRequest, type Tell } from './file-commands.ts';
import type { SourceFile } from './files/forms/standard.ts';
import { countsOf, firstRefusals, refusedFiles, reportText, setLine } from './files/report.ts';
import type { Services } from './interactions/interaction.ts';
import { importFiles, type Receipt } from './operations/files/run.ts';
import { createServices } from './services.ts';
import { startProblem } from './start-problem.ts';
import { interrupted, Stopping } from './stopping.ts';
import { writeWhole } from './whole-files.ts';

/** Refusals told on the terminal; the report has all of them. */
const shownRefusals = 3;

/** What came of an import. */
export interface ImportResult {
  readonly receipts: readonly Receipt[];
  readonly files: readonly SourceFile[];
  /** Why it ended before its time. */
  readonly problem?: Message;
}

/** How an import is run. */
export interface ImportRun {
  readonly tell: Tell;
  /** True when it is to end. */
  readonly stopped?: () => boolean;
  /** Takes a line of JSON for each set. */
  readonly print?: (line: string) => void;
}

/** Imports files, telling how far it is; a problem such as a full disk ends it with what was done until then. */
export async function runImport(
  services: Services,
  config: Config,
  files: readonly SourceFile[],
  { tell, stopped, print }: ImportRun,
): Promise<ImportResult> {
  let total = 0;
  for (const file of files) for (const chunk of file.chunks()) total += chunk.length;
  const receipts: Receipt[] = [];
  const request = ownRequest(config);
  let done = 0;
  try {
    for await (const receipt of importFiles(services, request, files, stopped)) {
      receipts.push(receipt);
      print?.(setLine(receipt, request.language));
      for (const { from, to } of receipt.spans) done += Math.max(0, Math.min(to, total) - from);
      const shown = bar(total === 0 ? 1 : done / total);
      tell({ en: `${shown}  ${receipts.length} sets`, ja: `${shown}  ${receipts.length} 組` });
    }
  } catch (error) {
    const problem = startProblem(error, config);
    if (!problem) throw error;
    return { receipts, files, problem };
  }
  return { receipts, files };
}

/** Where the refused rows of an import and its report go. */
export interface ErrorPlaces {
  readonly folder: string;
  /** Name of the report. */
  readonly report: string;
  /** Writes a file and gives its place: over an older one, or beside it. */
  readonly write: (file: string, pieces: Iterable<Uint8Array | string>) => string;
}

/**
 * Writes the refused rows as they came, and the report beside them.
 * @returns place of the report
 */
export function writeErrors({ receipts, files }: ImportResult, places: ErrorPlaces, config: Config): string {
  const { folder, report: name, write } = places;
  fs.mkdirSync(folder, { recursive: true });
  const { language } = ownRequest(config);
  const renamed: string[] = [];
  for (const { name: file, pieces } of refusedFiles(receipts, files)) {
    // Of a file that could not be opened there is nothing to give back.
    if (pieces()[Symbol.iterator]().next().done) continue;
    const own = path.basename(write(path.join(folder, file), pieces()));
    if (own !== file) renamed.push(language === 'ja' ? `${file} の行は ${own}` : `rows of ${file} are in ${own}`);
  }
  const notes = renamed.length > 0 ? `\n${renamed.join('\n')}\n` : '';
  return write(path.join(folder, name), [reportText(receipts, language), notes]);
}

const noRows: Message = {
  en: 'There is nothing in the files: they have no rows',
  ja: 'ファイルに行がありません。何も登録していません',
};

/** Counts of an import and its first refusals in words. */
export function resultMessage({ receipts, problem }: ImportResult): Message & { failed: boolean } {
  const counts = receipts.length > 0 || problem ? countsOf(receipts) : noRows;
  const failed = problem !== undefined || receipts.some(one => one.outcome === 'refused');
  const stop = problem && { en: `\nengawa: ${problem.en}`, ja: `\nengawa: ${problem.ja}` };
  return {
    en: counts.en + firstRefusals(receipts, shownRefusals, 'en') + (stop?.en ?? ''),
    ja: counts.ja + firstRefusals(receipts, shownRefusals, 'ja') + (stop?.ja ?? ''),
    failed,
  };
}

/** The files a command line names. @throws SettingError when there is nothing to import */
async function filesNamed(config: Config, place: string): Promise<SourceFile[]> {
  if (!fs.existsSync(place)) throw new SettingError({ en: `${place} does not exist`, ja: `${place} がありません` });
  const files = await filesAt(place, config.maxBody * 4);
  if (files.length > 0) return files;
  const kinds = '*.csv, *.jpg, *.zip, *.ndjson';
  throw new SettingError(
    fs.statSync(place).isDirectory()
      ? {
          en: `${place} has no file to import (${kinds}); folders in it are not looked into`,
          ja: `${place} に取り込むファイル（${kinds}）がありません（中のフォルダは見ません）`,
        }
      : {
          en: `${place} cannot be imported: its name does not end as one of ${kinds}`,
          ja: `${place} は取り込めません。名前の末尾が ${kinds} のどれでもありません`,
        },
  );
}

/** Writes the report of an import; what is told of it. */
function report(result: ImportResult, folder: string, config: Config): Message {
  try {
    // The files themselves stay where they are: what an earlier import of them said is out of date.
    const place = writeErrors(result, { folder, report: 'report.txt', write: writeWhole }, config);
    return { en: `\nReport: ${place}`, ja: `\n報告: ${place}` };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return {
      en: `\nThe report cannot be written to ${folder} (${code})`,
      ja: `\n報告を ${folder} に書けません（${code}）`,
    };
  }
}

const stoppedMessage: Message = {
  en: '\nStopped. Run the same command again: what is stored does not change, the rest follows',
  ja: '\n中断しました。同じコマンドをもう一度実行してください。登録済みの内容は変わらず、残りが取り込まれます',
};

/** `engawa import <folder|file> [--errors <folder>] [--json]` */
export async function importCommand(config: Config, place: string, flags: ReadonlyMap<string, string>, tell: Tell) {
  const files = await filesNamed(config, place);
  const services = createServices(config);
  const stopping = new Stopping();
  const print = flags.has('json') ? (line: string) => void process.stdout.write(line) : undefined;
  try {
    await services.store.ready();
    const run = { tell, stopped: stopping.isAsked, ...(print && { print }) };
    const result = await runImport(services, config, files, run);
    const message = resultMessage(result);
    const parent = fs.statSync(place).isDirectory() ? place : path.dirname(place);
    const folder = flags.get('errors') ?? path.join(parent, 'errors');
    const told = result.receipts.some(one => one.findings.length > 0) ? report(result, folder, config) : undefined;
    const stop = stopping.isAsked() ? stoppedMessage : undefined;
    return {
      en: message.en + (told?.en ?? '') + (stop?.en ?? ''),
      ja: message.ja + (told?.ja ?? '') + (stop?.ja ?? ''),
      failed: message.failed,
      ...(stop && { code: interrupted }),
    };
  } finally {
    stopping.end();
    await services.store.close();
  }
}
