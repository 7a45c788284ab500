/**
 * `engawa watch <in> <out> <errors>`: takes files that appear in a folder, one delivery after the other. A file is taken when it
 * has stopped growing; it is moved away only when everything of its delivery is stored, so a crash loses nothing: what was done
 * twice changes nothing.
 */
import fs from 'node:fs';
import path from 'node:path';
import { type Config, SettingError } from './config.ts';
import type { Message } from './fhir/types.ts';
import { fileOnDisk, filesAt, type Tell } from './file-commands.ts';
import type { SourceFile } from './files/forms/standard.ts';
import { FolderLock } from './folder-lock.ts';
import { type ImportRun, resultMessage, runImport, writeErrors } from './import-command.ts';
import type { Services } from './interactions/interaction.ts';
import { createServices } from './services.ts';
import { startProblem } from './start-problem.ts';
import { Stopping } from './stopping.ts';
import { moveBeside, writeBeside } from './whole-files.ts';

/** Where files come from, where they go when they are done, and where what was refused goes with its report. */
export interface WatchFolders {
  readonly incoming: string;
  readonly done: string;
  readonly errors: string;
}

/** Size and time of a file; undefined when it is gone, or is a folder. */
function stateOf(file: string): string | undefined {
  const found = fs.statSync(file, { throwIfNoEntry: false });
  return found?.isFile() ? `${found.size} ${found.mtimeMs}` : undefined;
}

/** Size and time of the files that may be taken; those still being written have other names. */
function look(folder: string): Map<string, string> {
  const names = fs
    .readdirSync(folder)
    .filter(name => !name.startsWith('.') && /\.(csv|jpe?g|zip|ndjson|jsonl)$/i.test(name));
  const states = names.sort().map(name => [name, stateOf(path.join(folder, name))] as const);
  return new Map(states.filter((one): one is readonly [string, string] => one[1] !== undefined));
}

/** The time stamp of a delivery in a file's name; files of one delivery are taken together. */
const stampOf = (name: string): string => /\d{14}/.exec(name)?.[0] ?? name;

/** Looks again and again; each look takes the deliveries that have not changed since the one before. */
export class Watcher {
  private seen = new Map<string, string>();
  /** Why a delivery could not be opened, by its first file. */
  private readonly unreadable = new Map<string, string>();
  private readonly services: Services;
  private readonly config: Config;
  private readonly folders: WatchFolders;

  constructor(services: Services, config: Config, folders: WatchFolders) {
    this.services = services;
    this.config = config;
    this.folders = folders;
  }

  /** One look. What became of each delivery that was taken. */
  async look(tell: Tell, run: Omit<ImportRun, 'tell'> = {}): Promise<Message[]> {
    const { incoming } = this.folders;
    const now = look(incoming);
    const settled = (name: string) => this.seen.get(name) === now.get(name);
    const stamps = [...new Set([...now.keys()].map(stampOf))].sort();
    const taken = stamps
      .map(stamp => [...now.keys()].filter(name => stampOf(name) === stamp))
      .filter(names => names.every(settled));
    this.seen = now;
    const messages: Message[] = [];
    for (const names of taken) if (!run.stopped?.()) messages.push(...(await this.tryToTake(names, { tell, ...run })));
    return messages;
  }

  /** A file that may not be opened is told once and stays; what comes after it does not wait for it. */
  private async tryToTake(names: readonly string[], run: ImportRun): Promise<readonly Message[]> {
    const [name] = names as [string];
    try {
      const message = await this.take(names, run);
      this.unreadable.delete(name);
      return [message];
    } catch (error) {
      const problem = startProblem(error, this.config);
      const { syscall, path: place = '' } = error as NodeJS.ErrnoException;
      if (!problem || syscall !== 'open' || path.dirname(place) !== this.folders.incoming) throw error;
      const isKnown = this.unreadable.get(name) === problem.en;
      this.unreadable.set(name, problem.en);
      return isKnown ? [] : [problem];
    }
  }

  private async take(names: readonly string[], run: ImportRun): Promise<Message> {
    const { incoming, done, errors } = this.folders;
    const files: SourceFile[] = [];
    for (const name of names) {
      const place = path.join(incoming, name);
      // What may not be opened stays, archives as well: as refused it would be moved away unread.
      fs.closeSync(fs.openSync(place, 'r'));
      files.push(...(/\.zip$/i.test(name) ? await filesAt(place, this.config.maxBody * 4) : [fileOnDisk(place)]));
    }
    const result = await runImport(this.services, this.config, files, run);
    const stamp = stampOf(names[0]!);
    const message = resultMessage(result);
    const told = { en: `${stamp}: ${message.en}`, ja: `${stamp}: ${message.ja}` };
    // What could not be done stays where it is, and is taken again.
    if (result.problem || run.stopped?.()) return told;
    const changed = names.filter(name => stateOf(path.join(incoming, name)) !== this.seen.get(name));
    if (changed.length > 0)
      return {
        en: `${told.en}\n${changed.join(', ')} changed while it was read; it stays and is read again`,
        ja: `${told.ja}\n${changed.join('、')} は読んでいる間に書き換えられました。残しておき、もう一度読みます`,
      };
    if (result.receipts.some(one => one.findings.length > 0))
      writeErrors(result, { folder: errors, report: `${stamp}.report.txt`, write: writeBeside }, this.config);
    for (const name of names) {
      moveBeside(path.join(incoming, name), path.join(done, name));
      this.seen.delete(name);
    }
    return told;
  }
}

/** Milliseconds between two looks. */
const pauseMs = 2000;

/** Three folders that are there and differ. @throws SettingError */
function foldersOf(words: readonly string[]): WatchFolders {
  const [incoming = '', done = '', errors = ''] = words.map(one => path.resolve(one));
  if (new Set([incoming, done, errors]).size < 3)
    throw new SettingError({ en: 'the three folders must be different', ja: '3つのフォルダは別々にしてください' });
  for (const folder of [incoming, done, errors]) fs.mkdirSync(folder, { recursive: true });
  return { incoming, done, errors };
}

/** Looks until it is stopped; a full disk or a database that is away is told once, and what it stopped is done when it is over. */
async function lookAgain(watcher: Watcher, config: Config, run: ImportRun, pause: () => Promise<void>) {
  const language = config.language === 'ja' ? 'ja' : 'en';
  let last = '';
  while (!run.stopped?.()) {
    try {
      for (const message of await watcher.look(run.tell, run)) {
        const text = message[language];
        if (text !== last) (run.print ? process.stderr : process.stdout).write(`${text}\n`);
        last = text;
      }
    } catch (error) {
      const problem = startProblem(error, config);
      if (!problem) throw error;
      if (problem[language] !== last) process.stderr.write(`engawa: ${problem[language]}\n`);
      last = problem[language];
    }
    if (!run.stopped?.()) await pause();
  }
}

/** Runs until SIGINT or SIGTERM. */
export async function watchCommand(
  config: Config,
  words: readonly string[],
  tell: Tell,
  asJson = false,
): Promise<Message> {
  const folders = foldersOf(words);
  const lock = new FolderLock(folders.incoming);
  let wake: (() => void) | undefined;
  const stopping = new Stopping(() => wake?.());
  const print = asJson ? (line: string) => void process.stdout.write(line) : undefined;
  const pause = () =>
    new Promise<void>(resolve => {
      wake = resolve;
      setTimeout(resolve, pauseMs);
    });
  const services = createServices(config);
  try {
    await services.store.ready();
    const watcher = new Watcher(services, config, folders);
    const run = { tell, stopped: stopping.isAsked, ...(print && { print }) };
    await lookAgain(watcher, config, run, pause);
    return { en: 'stopped', ja: '終了しました' };
  } finally {
    stopping.end();
    lock.release();
    await services.store.close();
  }
}
