/**
 * `engawa watch <in> <out> <errors>`: takes files that appear in a folder, one delivery after the other. A file is taken when it
 * has stopped growing; it is moved away only when everything of its delivery is stored, so a crash loses nothing: what was done
 * twice changes nothing.
 */
import fs from 'node:fs';
import path from 'node:path';
import { type Config, SettingError } from './config.ts';
import type { Message } from './fhir/types.ts';
import { fileOnDisk, filesAt, resultMessage, runImport, type Tell, writeErrors } from './file-commands.ts';
import type { Services } from './interactions/interaction.ts';
import { createServices } from './services.ts';

/** Where files come from, where they go when they are done, and where what was refused goes with its report. */
export interface WatchFolders {
  readonly incoming: string;
  readonly done: string;
  readonly errors: string;
}

/** Moves a file; between two disks it is copied whole before the old one goes. */
function move(from: string, to: string): void {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    fs.copyFileSync(from, `${to}.part`);
    fs.renameSync(`${to}.part`, to);
    fs.unlinkSync(from);
  }
}

/** Size and time of the files that may be taken; those still being written have other names. */
function look(folder: string): Map<string, string> {
  const names = fs
    .readdirSync(folder)
    .filter(name => !name.startsWith('.') && /\.(csv|jpe?g|zip|ndjson|jsonl)$/i.test(name));
  return new Map(
    names.sort().map(name => {
      const { size, mtimeMs } = fs.statSync(path.join(folder, name));
      return [name, `${size} ${mtimeMs}`];
    }),
  );
}

/** The time stamp of a delivery in a file's name; files of one delivery are taken together. */
const stampOf = (name: string): string => /\d{14}/.exec(name)?.[0] ?? name;

/** Looks again and again; each look takes the deliveries that have not changed since the one before. */
export class Watcher {
  private seen = new Map<string, string>();
  private readonly services: Services;
  private readonly config: Config;
  private readonly folders: WatchFolders;

  constructor(services: Services, config: Config, folders: WatchFolders) {
    this.services = services;
    this.config = config;
    this.folders = folders;
  }

  /** One look. What became of each delivery that was taken. */
  async look(tell: Tell): Promise<Message[]> {
    const { incoming } = this.folders;
    const now = look(incoming);
    const settled = (name: string) => this.seen.get(name) === now.get(name);
    const stamps = [...new Set([...now.keys()].map(stampOf))].sort();
    const taken = stamps
      .map(stamp => [...now.keys()].filter(name => stampOf(name) === stamp))
      .filter(names => names.every(settled));
    this.seen = now;
    const messages: Message[] = [];
    for (const names of taken) messages.push(await this.take(names, tell));
    return messages;
  }

  private async take(names: readonly string[], tell: Tell): Promise<Message> {
    const { incoming, done, errors } = this.folders;
    const files = names.flatMap(name => {
      const place = path.join(incoming, name);
      return /\.zip$/i.test(name) ? filesAt(place, this.config.maxBody * 4) : [fileOnDisk(place)];
    });
    const result = await runImport(this.services, this.config, files, tell);
    if (result.receipts.some(one => one.findings.length > 0))
      writeErrors(result, errors, `${stampOf(names[0]!)}.report.txt`, this.config);
    for (const name of names) {
      move(path.join(incoming, name), path.join(done, name));
      this.seen.delete(name);
    }
    const message = resultMessage(result);
    return { en: `${stampOf(names[0]!)}: ${message.en}`, ja: `${stampOf(names[0]!)}: ${message.ja}` };
  }
}

/** Milliseconds between two looks. */
const pauseMs = 2000;

/** Runs until SIGINT or SIGTERM. */
export async function watchCommand(config: Config, words: readonly string[], tell: Tell): Promise<Message> {
  const [incoming = '', done = '', errors = ''] = words;
  const places = [incoming, done, errors].map(one => path.resolve(one));
  if (new Set(places).size < 3)
    throw new SettingError({ en: 'the three folders must be different', ja: '3つのフォルダは別々にしてください' });
  for (const folder of places) fs.mkdirSync(folder, { recursive: true });
  const services = createServices(config);
  let wake: (() => void) | undefined;
  let stopped = false;
  const stop = () => {
    stopped = true;
    wake?.();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    await services.store.ready();
    const watcher = new Watcher(services, config, { incoming: places[0]!, done: places[1]!, errors: places[2]! });
    while (!stopped) {
      for (const message of await watcher.look(tell))
        process.stdout.write(`${message[config.language === 'ja' ? 'ja' : 'en']}\n`);
      if (stopped) break;
      await new Promise<void>(resolve => {
        wake = resolve;
        setTimeout(resolve, pauseMs);
      });
    }
    return { en: 'stopped', ja: '終了しました' };
  } finally {
    await services.store.close();
  }
}
