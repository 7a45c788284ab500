/**
 * `engawa validate`: files against R4, their profiles and installed packages.
 * Exit codes: 0 no error, 1 errors found, 2 the command line cannot be used.
 */
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Config, SettingError } from '../config.ts';
import type { Language } from '../fhir/types.ts';
import type { RuleOptions } from '../validation/profile.ts';
import { type Checked, type CheckSettings, createChecker, findFiles, isCompiled } from './check-files.ts';
import { countIssues, formats } from './report-formats.ts';

/** Options of this command alone. */
export interface ValidateWords {
  readonly profiles: readonly string[];
  readonly packages: readonly string[];
  readonly format: string;
}

const own = new Set(['profile', 'package', 'format']);
const listOf = (text: string | undefined): string[] => (text ?? '').split(',').filter(part => part !== '');

/** The command's own options, and the rest. */
export function takeOptions(flags: ReadonlyMap<string, string>): {
  options: ValidateWords;
  others: ReadonlyMap<string, string>;
} {
  const options = {
    profiles: listOf(flags.get('profile')),
    packages: listOf(flags.get('package')),
    format: flags.get('format') ?? 'text',
  };
  if (!formats.has(options.format)) {
    const known = [...formats.keys()].join(', ');
    throw new SettingError({
      en: `--format: found "${options.format}", expected one of ${known}`,
      ja: `--format: 「${options.format}」ではなく ${known} のどれかを指定してください`,
    });
  }
  return { options, others: new Map([...flags].filter(([name]) => !own.has(name))) };
}

function filesOf(words: readonly string[]): string[] {
  if (words.length === 0)
    throw new SettingError({
      en: 'expected files, folders or - after validate',
      ja: 'validate の後にファイル、フォルダ、または - を指定してください',
    });
  const files = words.flatMap(word => {
    const found = word === '-' ? [word] : findFiles(word);
    if (!found)
      throw new SettingError({
        en: `${word}: there is no such file or folder`,
        ja: `${word}: ファイルもフォルダもありません`,
      });
    return found;
  });
  if (files.length === 0)
    throw new SettingError({
      en: `${words.join(' ')}: there is no .json, .xml or .ndjson file in it`,
      ja: `${words.join(' ')}: .json・.xml・.ndjson のファイルがありません`,
    });
  return [...new Set(files)];
}

/** A bar on a terminal; nothing elsewhere. */
function progress(total: number): (done: number) => void {
  if (!process.stderr.isTTY || total < 2) return () => {};
  const width = 30;
  return done => {
    const full = Math.round((done / total) * width);
    process.stderr.write(
      `\r[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${done}/${total}${done === total ? '\r\x1b[K' : ''}`,
    );
  };
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Files are handed to the threads one by one. */
async function checkInWorkers(
  files: readonly string[],
  settings: CheckSettings,
  count: number,
  tell: (done: number) => void,
): Promise<Checked[]> {
  const results: Checked[][] = [];
  let next = 0;
  let done = 0;
  const run = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./check-worker.js', import.meta.url), { workerData: settings });
      let at = -1;
      const send = (): void => {
        at = next++;
        if (at < files.length) worker.postMessage(files[at]);
        else void worker.terminate().then(() => resolve());
      };
      worker.on('message', (found: Checked[]) => {
        results[at] = found;
        tell(++done);
        send();
      });
      worker.on('error', reject);
      send();
    });
  await Promise.all(Array.from({ length: count }, run));
  return results.flat();
}

/** From this many files on, threads are worth their start. */
const manyFiles = 40;

/** Runs the command; the exit code. @throws SettingError, PackageError */
export async function runValidate(
  words: readonly string[],
  options: ValidateWords,
  config: Config,
  language: Language,
): Promise<number> {
  const files = filesOf(words);
  const settings: CheckSettings = {
    installed: path.join(config.data, 'packages'),
    masters: path.join(config.data, 'terms.db'),
    packages: options.packages,
    profiles: options.profiles,
    rules: {
      displayIssues: config.displayIssues as RuleOptions['displayIssues'],
      bestPractice: config.bestPractice as RuleOptions['bestPractice'],
      embeddedHtml: config.embeddedHtml as RuleOptions['embeddedHtml'],
      unknownExtensions: config.unknownExtensions as RuleOptions['unknownExtensions'],
    },
    maxDepth: config.maxDepth,
  };
  const tell = progress(files.length);
  const threads = Math.min(os.availableParallelism(), Math.ceil(files.length / (manyFiles / 2)));
  let results: Checked[];
  if (isCompiled && threads > 1 && files.length >= manyFiles && !files.includes('-'))
    results = await checkInWorkers(files, settings, threads, tell);
  else {
    const check = createChecker(settings);
    results = [];
    for (const [i, file] of files.entries()) {
      results.push(...(file === '-' ? check('-', await readInput()) : check(file)));
      tell(i + 1);
    }
  }
  process.stdout.write(`${formats.get(options.format)!(results, language)}\n`);
  return countIssues(results).errors > 0 ? 1 : 0;
}
