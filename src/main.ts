#!/usr/bin/env node
/**
 * The command line: `engawa serve`, help, signals and exit codes.
 * Exit codes: 0 done, 1 failed, 2 the command line or a setting cannot be used.
 */
import fs from 'node:fs';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { commands as allCommands, type Command, commandHelp, findCommand } from './commands.ts';
import { type Config, readConfig, SettingError, settings } from './config.ts';
import type { Language, Message } from './fhir/types.ts';
import { dataPlace, startProblem } from './start-problem.ts';
import { version } from './version.ts';
import { isFirst, shareWork } from './workers.ts';

/** Commands with their own options, in files of their own. */
const tools = ['validate', 'package', 'terminology'] as const;
type Tool = (typeof tools)[number];

/** Words and `--name value` options of a command line. */
export interface CommandLine {
  /** Undefined for serve, and when help is asked for. */
  readonly command: Command | Tool | undefined;
  /** Name of the command, when there is one. */
  readonly name: string | undefined;
  /** Words after the command. */
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
}

/** Options that may be given several times. */
const lists: ReadonlySet<string> = new Set(['package', 'profile']);
/** Options without a value. */
const switches: ReadonlySet<string> = new Set(['help', 'version', 'json']);

/** The last of an option counts; lists grow. */
function add(flags: Map<string, string>, name: string, value: string): void {
  const before = lists.has(name) ? flags.get(name) : undefined;
  flags.set(name, before === undefined ? value : `${before},${value}`);
}

/**
 * Takes a command line apart; `--name value`, `--name=value`; a flag at the end or before another one means `true`.
 * @throws SettingError for a word that is no command and no option
 */
export function parseCommandLine(words: readonly string[]): CommandLine {
  const flags = new Map<string, string>();
  const commands: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === '-h' || word === '-v') flags.set(word === '-h' ? 'help' : 'version', 'true');
    else if (word.startsWith('--')) {
      const [name = '', value] = word.slice(2).split(/=(.*)/s);
      const next = words[i + 1];
      if (value !== undefined) add(flags, name, value);
      else if (switches.has(name) || next === undefined || next.startsWith('--')) flags.set(name, 'true');
      else add(flags, name, words[++i]!);
    } else commands.push(word);
  }
  const tool = tools.find(one => one === commands[0]);
  const command = tool ?? (flags.has('help') ? undefined : findCommand(commands));
  return { command, name: commands[0], words: commands.slice(1), flags };
}

/** Language of the command line: the setting, else the locale. */
function cliLanguage(chosen: string | undefined, env: NodeJS.ProcessEnv = process.env): Language {
  const locale = chosen || env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return locale.toLowerCase().startsWith('ja') ? 'ja' : 'en';
}

/** The commands beside serve, for help. */
const shapes = (language: Language): string =>
  allCommands.map(one => `engawa ${one.name} ${one.shape}\n      ${one.meaning[language]}`).join('\n');

function help(language: Language): string {
  const rows = Object.values(settings).map(
    row =>
      `  --${row.flag.padEnd(22)}${row.env.padEnd(32)}${String(row.initial) || '-'}\n      ${row.meaning[language]}`,
  );
  const texts = {
    en: `Engawa ${version}: FHIR R4 server for Japanese medicine and long-term care

engawa [serve] [--option value …]
engawa validate <file|folder|glob|-> … [--profile url,…] [--package file,…] [--format text|json|sarif|junit]
engawa package add <file.tgz|folder> | list | remove <name>[#version]
engawa terminology …        (masters: import, list, remove)
${shapes(language)}

Examples
  engawa serve
  engawa validate 'examples/**/*.json' --format junit
  engawa package add jp-core.r4-1.2.0.tgz
  engawa serve --port 8090 --data /var/lib/engawa

Options (flag, environment variable, default)
`,
    ja: `Engawa ${version}: 日本の医療と介護のための FHIR R4 サーバー

engawa [serve] [--オプション 値 …]
engawa validate <ファイル|フォルダ|glob|-> … [--profile url,…] [--package ファイル,…] [--format text|json|sarif|junit]
engawa package add <file.tgz|フォルダ> | list | remove <名前>[#版]
engawa terminology …        （マスターの取り込み・一覧・削除）
${shapes(language)}

例
  engawa serve
  engawa validate 'examples/**/*.json' --format junit
  engawa package add jp-core.r4-1.2.0.tgz
  engawa serve --port 8090 --data /var/lib/engawa

オプション（フラグ、環境変数、既定値）
`,
  };
  return texts[language] + rows.join('\n');
}

const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

/** An open server must not be reachable from elsewhere. */
function refuseOpenToAll(config: Config): void {
  if (loopback.has(config.host)) return;
  throw new SettingError({
    en: `--host ${config.host}: access is open to everybody, so the server listens on loopback only (127.0.0.1, ::1, localhost). Put a proxy with a login in front of it, on this machine`,
    ja: `--host ${config.host}: アクセス制限がないため、ループバック（127.0.0.1・::1・localhost）でだけ待ち受けます。認証のあるプロキシを同じマシンの前段に置いてください`,
  });
}

function welcome(base: string, config: Config, language: Language): string {
  const lines: Message = {
    en: `Engawa ${version} is ready: ${base}   (data in ${dataPlace(config)})

Try next, in another terminal:
  curl ${base}/metadata?_summary=true
  curl -H 'Content-Type: application/fhir+json' -d '{"resourceType":"Patient","name":[{"text":"縁側 花子"}]}' ${base}/Patient
  npm run demo -- --base ${base}
Ctrl-C stops the server.`,
    ja: `Engawa ${version} を開始しました: ${base}   （データ: ${dataPlace(config)}）

次に、別の端末で:
  curl ${base}/metadata?_summary=true
  curl -H 'Content-Type: application/fhir+json' -d '{"resourceType":"Patient","name":[{"text":"縁側 花子"}]}' ${base}/Patient
  npm run demo -- --base ${base}
Ctrl-C で終了します。`,
  };
  return lines[language];
}

/** Requests that were accepted get this long to be answered after SIGTERM. */
const graceMs = 8000;

async function serve(config: Config, language: Language): Promise<void> {
  refuseOpenToAll(config);
  const [{ pino }, { buildApp }, { createServices }, { startPurging }] = await Promise.all([
    import('pino'),
    import('./http/app.ts'),
    import('./services.ts'),
    import('./purge.ts'),
  ]);
  const destination = pino.destination({ dest: 1, sync: false, minLength: 16_000 });
  setInterval(() => destination.flush(), 250).unref();
  const log = pino({ level: config.logLevel, base: null }, destination);
  const services = createServices(config);
  const app = buildApp(services, log);
  const stopPurging = startPurging(services, error =>
    log.warn({ code: (error as { code?: string }).code }, 'purge will be tried again'),
  );
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    stopPurging();
    setTimeout(() => app.server.closeAllConnections(), graceMs).unref();
    await app.close();
    await services.store.close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));
  await services.store.ready();
  await services.store.terms.refresh();
  await app.listen({ port: config.port, host: config.host });
  const { address, port } = app.server.address() as AddressInfo;
  const host = address.includes(':') ? `[${address}]` : address;
  if (isFirst())
    process.stderr.write(`${welcome(config.baseUrl || `http://${host}:${port}/fhir`, config, language)}\n`);
}

/** Shows how far a command is: in place on a terminal, else a line every five seconds. */
function showProgress(language: Language): (line: Message) => void {
  let last = 0;
  return line => {
    const now = performance.now();
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line[language]}`);
    else if (now - last > 5000) process.stderr.write(`${line[language]}\n`);
    else return;
    last = now;
  };
}

/** Runs a command line; the exit code, or undefined while a server runs. */
export async function main(words: readonly string[]): Promise<number | undefined> {
  // What is wrong with the other words is told in the language that was asked for.
  const at = words.findIndex(word => /^--language(=|$)/.test(word));
  const asked = words[at]?.split('=')[1] ?? (at < 0 ? undefined : words[at + 1]);
  let language = cliLanguage(asked ?? process.env['ENGAWA_LANGUAGE']);
  let config: Config | undefined;
  try {
    const { command, name, words: rest, flags } = parseCommandLine(words);
    language = cliLanguage(flags.get('language') ?? process.env['ENGAWA_LANGUAGE']);
    if (command === 'terminology') {
      const { terminologyCommand } = await import('./terminology-command.ts');
      return await terminologyCommand(rest, flags, language);
    }
    if (flags.has('help')) process.stdout.write(`${commandHelp(name, language) ?? help(language)}\n`);
    else if (flags.has('version')) process.stdout.write(`${version}\n`);
    else if (command === 'package') {
      config = readConfig(flags);
      const { runPackage } = await import('./commands/package.ts');
      return runPackage(rest, config, language);
    } else if (command === 'validate') {
      const { runValidate, takeOptions } = await import('./commands/validate.ts');
      const { options, others } = takeOptions(flags);
      config = readConfig(others);
      return await runValidate(rest, options, config, language);
    } else {
      // What commands write for people is in the language the command line speaks.
      const own = command?.flags ?? [];
      const settings = new Map([...flags].filter(([name]) => !own.includes(name)));
      config = { ...readConfig(settings, process.env, own), language };
      if (!command) {
        if ((await shareWork(config)) === 'worker') await serve(config, language);
        return undefined;
      }
      const done = await command.run({ config, words: rest, flags, tell: showProgress(language) });
      process.stderr.write(`${done[language]}\n`);
      if (done.code !== undefined || done.failed) return done.code ?? 1;
    }
    return 0;
  } catch (error) {
    const problem = startProblem(error, config);
    process.stderr.write(`engawa: ${problem ? problem[language] : (error as Error).stack}\n`);
    return error instanceof SettingError ? 2 : 1;
  }
}

const isProgram =
  process.argv[1] !== undefined && import.meta.url === pathToFileURL(fs.realpathSync(process.argv[1])).href;
if (isProgram) {
  // Databases, backups and logs hold people's data: what this process writes is for its own user alone.
  process.umask(0o077);
  const code = await main(process.argv.slice(2));
  if (code !== undefined) process.exitCode = code;
}
