/**
 * `engawa terminology import | list | remove`: the national masters, imported from the files of their owners. A server on
 * the same data goes on answering meanwhile and takes over the new edition when it is complete.
 */
import fs from 'node:fs';
import { type Config, readConfig, SettingError } from './config.ts';
import type { Language, Message } from './fhir/types.ts';
import type { TermsPlace } from './store/terms-copy.ts';
import { importTerms, openTermsPlace } from './store/terms-place.ts';
import { type ImportResult, importMaster } from './terminology/masters/import.ts';
import { ImportError, type Layout } from './terminology/masters/layout.ts';
import { findLayout, layouts } from './terminology/masters/layouts/all.ts';
import { importRf2 } from './terminology/masters/rf2.ts';

/** Options of the command itself; the others are settings. */
const own: ReadonlySet<string> = new Set(['edition', 'from', 'to', 'map']);

const usage: Message = {
  en: `engawa terminology import <kind> <file> --edition <version> [--from <day>] [--to <day>] [--data <folder>]
engawa terminology import csv <file> --map <layout.json> --edition <version> …
engawa terminology import snomed <folder> --edition <version> …
engawa terminology list
engawa terminology remove <url> <version>

Kinds (* = the layout still needs a check against a real file):
`,
  ja: `engawa terminology import <種類> <ファイル> --edition <版> [--from <開始日>] [--to <終了日>] [--data <フォルダ>]
engawa terminology import csv <ファイル> --map <レイアウト.json> --edition <版> …
engawa terminology import snomed <フォルダ> --edition <版> …
engawa terminology list
engawa terminology remove <URL> <版>

種類（* = 実ファイルでの確認が必要なレイアウト）:
`,
};

/** How the command is used, with the kinds of masters. */
export function terminologyUsage(language: Language): string {
  const rows = layouts.map(
    ({ kind, title, sampled }) => `  ${(kind + (sampled ? '' : ' *')).padEnd(26)}${title[language]}`,
  );
  return usage[language] + [...rows, `  ${'snomed'.padEnd(26)}SNOMED CT (RF2 snapshot)`].join('\n');
}

function refuse(en: string, ja: string): SettingError {
  return new SettingError({ en, ja });
}

function readDayFlag(flags: ReadonlyMap<string, string>, name: string): string | undefined {
  const value = flags.get(name);
  if (value === undefined) return undefined;
  const day = /^\d{4}-\d\d-\d\d$/.test(value) ? new Date(`${value}T00:00:00Z`) : undefined;
  // What the calendar has not (30 February) comes back as another day.
  if (day && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value)) return value;
  throw refuse(
    `--${name}: found "${value}", expected a day such as 2026-04-01`,
    `--${name} には 2026-04-01 のような日付を指定してください`,
  );
}

function parseMap(file: string): Partial<Layout> {
  try {
    const found: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (typeof found === 'object' && found !== null) return found;
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (code !== '') throw refuse(`${file} cannot be read (${code})`, `${file} を読めません（${code}）`);
    throw refuse(`${file} is no JSON: ${message}`, `${file} は JSON ではありません: ${message}`);
  }
  throw refuse(`${file} holds no JSON object`, `${file} に JSON のオブジェクトがありません`);
}

function readMap(file: string | undefined): Layout {
  if (file === undefined) throw refuse('--map <layout.json> is missing', '--map <レイアウト.json> を指定してください');
  const layout = parseMap(file);
  for (const name of ['url', 'name', 'code', 'display', 'title'] as const)
    if (layout[name] === undefined) throw refuse(`${file} has no "${name}"`, `${file} に「${name}」がありません`);
  return { kind: 'csv', separator: 'comma', sampled: true, ...layout } as Layout;
}

interface Command {
  readonly config: Config;
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
  readonly language: Language;
  say(message: Message): void;
}

async function runImport({ config, words, flags, say }: Command): Promise<void> {
  const [kind, file] = words;
  const version = flags.get('edition');
  if (kind === undefined || file === undefined || version === undefined)
    throw refuse(
      'expected: engawa terminology import <kind> <file> --edition <version>',
      '使い方: engawa terminology import <種類> <ファイル> --edition <版>',
    );
  const [validFrom, validTo] = [readDayFlag(flags, 'from'), readDayFlag(flags, 'to')];
  if (validFrom !== undefined && validTo !== undefined && validTo < validFrom)
    throw refuse(`--to ${validTo} is before --from ${validFrom}`, `--to ${validTo} が --from ${validFrom} より前です`);
  const period = { ...(validFrom !== undefined && { validFrom }), ...(validTo !== undefined && { validTo }) };
  const progress = (concepts: number) => say({ en: `${concepts} concepts …`, ja: `${concepts} 件 …` });
  const started = performance.now();
  let result: ImportResult;
  if (kind === 'snomed')
    result = await importTerms(config, tables => importRf2(tables, { folder: file, version, ...period }, progress));
  else {
    const layout = kind === 'csv' ? readMap(flags.get('map')) : findLayout(kind);
    if (!layout)
      throw refuse(
        `there is no kind ${kind}; engawa terminology lists them`,
        `「${kind}」という種類はありません（engawa terminology で一覧）`,
      );
    if (!layout.sampled)
      say({
        en: `the layout of ${kind} has not been checked against a real file: look at the result`,
        ja: `${kind} のレイアウトは実ファイルで未確認です。結果を確かめてください`,
      });
    result = await importTerms(config, tables => importMaster(tables, { layout, file, version, ...period }, progress));
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const { concepts, skipped, repeated, examples } = result;
  say({
    en: `${concepts} concepts imported in ${seconds} s; ${skipped} rows left out; ${repeated} rows repeated a code${repeated > 0 ? ` (${examples.join(', ')} …)` : ''}`,
    ja: `${concepts} 件を ${seconds} 秒で取り込みました。対象外の行 ${skipped}、コードの重複 ${repeated}${repeated > 0 ? `（${examples.join('、')} …）` : ''}`,
  });
}

/** Opens what the settings name. */
const openPlace = ({ database, data }: Config): Promise<TermsPlace> => openTermsPlace(database || data, 'write');

async function list({ config }: Command): Promise<void> {
  const place = await openPlace(config);
  for (const { url, version, concepts, head } of await place.editions()) {
    const { validFrom = '', validTo = '' } = JSON.parse(head) as { validFrom?: string; validTo?: string };
    process.stdout.write(`${url}|${version}\t${concepts}\t${validFrom}..${validTo}\n`);
  }
  await place.close();
}

async function remove({ config, words, say }: Command): Promise<void> {
  const [url, version] = words;
  const place = await openPlace(config);
  try {
    const found = (await place.editions()).find(edition => edition.url === url && edition.version === version);
    if (!found) throw refuse(`there is no edition ${url}|${version}`, `${url}|${version} という版はありません`);
    await place.remove(found);
  } finally {
    await place.close();
  }
  say({ en: `${url}|${version} removed`, ja: `${url}|${version} を削除しました` });
}

/**
 * Runs the command.
 * @param words after `terminology`
 * @returns the exit code
 * @throws SettingError for a command line that cannot be used
 */
export async function terminologyCommand(
  words: readonly string[],
  flags: ReadonlyMap<string, string>,
  language: Language,
): Promise<number> {
  const [action, ...rest] = words;
  if (action === undefined || flags.has('help')) {
    process.stdout.write(`${terminologyUsage(language)}\n`);
    return 0;
  }
  const config: Config = readConfig(new Map([...flags].filter(([name]) => !own.has(name))));
  const say = (message: Message) => void process.stderr.write(`engawa: ${message[language]}\n`);
  const command: Command = { config, words: rest, flags, language, say };
  try {
    if (action === 'import') await runImport(command);
    else if (action === 'list') await list(command);
    else if (action === 'remove') await remove(command);
    else
      throw refuse(
        `found "${action}", expected import, list or remove`,
        `「${action}」ではなく import・list・remove を指定してください`,
      );
    return 0;
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    say(error.text);
    return 1;
  }
}
