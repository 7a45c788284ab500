/**
 * The packages (.tgz) of a folder: those that are new or changed since the last time are installed at start, in a process of its
 * own that ends with it. What reading them takes, hundreds of megabytes with the server's settings, is given back so.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Message } from '../fhir/types.ts';
import { install } from './install.ts';
import { manifestOf } from './package.ts';
import { PackageError } from './tar.ts';
import { replaceFile } from './write-package.ts';

/** Says which state of which file was installed. */
const ledger = 'sources.json';

/** File name → time of its last change, in milliseconds. */
type Times = Record<string, number>;

function readLedger(folder: string): Times {
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, ledger), 'utf8')) as Times;
  } catch (error) {
    // One that is not there, or not whole, says nothing: the packages are installed again.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return {};
    throw error;
  }
}

/** The files that are new or changed, sorted by name. */
function freshIn(sources: string, folder: string): Times {
  if (!fs.existsSync(sources)) return {};
  const done = readLedger(folder);
  const times = fs
    .readdirSync(sources)
    .filter(name => name.endsWith('.tgz'))
    .sort()
    .map(name => [name, fs.statSync(path.join(sources, name)).mtimeMs] as const);
  return Object.fromEntries(times.filter(([name, time]) => done[name] !== time));
}

/**
 * Installs the fresh files of a folder in this process, dependencies first as far as names tell.
 * @param before as of {@link install}
 */
export function installFresh(sources: string, folder: string, before?: () => void): void {
  const fresh = freshIn(sources, folder);
  const order = Object.keys(fresh).map(name => {
    const needs = Object.keys(manifestOf(path.join(sources, name)).dependencies).length;
    return { name, needs };
  });
  for (const { name } of order.sort((a, b) => a.needs - b.needs)) {
    // Archives are large and seem small to the collector; it is there in the process of its own only.
    globalThis.gc?.();
    install(path.join(sources, name), folder, before);
    replaceFile(path.join(folder, ledger), JSON.stringify({ ...readLedger(folder), [name]: fresh[name] }));
  }
}

/** What the process that installs says at its end: nothing more when it has succeeded. */
export interface InstallAnswer {
  readonly failed?: {
    readonly message: string;
    readonly stack?: string | undefined;
    /** Of a PackageError. */
    readonly text?: Message | undefined;
    /** Of an error of the file system. */
    readonly fields: Readonly<Pick<NodeJS.ErrnoException, 'code' | 'syscall' | 'path'> & { dest?: string }>;
  };
}

/** Little memory for what lives short; and the collector can be called. */
const flags = ['--max-semi-space-size=1', '--expose-gc'];

/** Runs the process and waits for it; undefined when it could not be started, or was ended before it had an answer. */
function installApart(sources: string, folder: string): InstallAnswer | undefined {
  const own = fileURLToPath(import.meta.url);
  const program = path.join(path.dirname(own), `install-program${path.extname(own)}`);
  const loader = own.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [];
  const { stdout } = spawnSync(process.execPath, [...loader, ...flags, program, sources, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    windowsHide: true,
  });
  try {
    return JSON.parse(stdout) as InstallAnswer;
  } catch {
    return undefined;
  }
}

/**
 * Installs the .tgz files of a folder that are new or changed since the last time.
 * @returns the files that were installed
 * @throws PackageError, and errors of the file system
 */
export function installFolder(sources: string, folder: string): readonly string[] {
  const fresh = Object.keys(freshIn(sources, folder));
  if (fresh.length === 0) return [];
  const answer = installApart(sources, folder);
  // Where no process can be started, or the system ended it, it takes more memory, but still comes about.
  if (!answer) installFresh(sources, folder);
  else if (answer.failed) {
    const { text, message, stack, fields } = answer.failed;
    throw text ? new PackageError(text) : Object.assign(new Error(message), { stack, ...fields });
  }
  return fresh;
}
