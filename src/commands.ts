/**
 * The commands beside `serve`: each takes the settings and its own words and options, and says what it did.
 */
import { type Config, SettingError } from './config.ts';
import { nearest } from './definitions/nearest.ts';
import type { Message } from './fhir/types.ts';

/** A command of the command line. */
export interface Command {
  readonly name: string;
  /** What follows the name in help. */
  readonly shape: string;
  readonly meaning: Message;
  /** Its options that are no settings. */
  readonly flags: readonly string[];
  /** How many words it takes. */
  readonly words: number;
  /** What it did; `failed` when not all of it could be done. */
  run(input: CommandInput): Promise<Message & { readonly failed?: boolean }>;
}

/** What a command is given. */
export interface CommandInput {
  readonly config: Config;
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
  /** Shows how far it is. */
  tell(line: Message): void;
}

/** All commands but serve. Their code is loaded when it is needed. */
export const commands: readonly Command[] = [
  {
    name: 'move',
    shape: '[--from <place>] --to <place>',
    meaning: {
      en: 'copies a whole database to another one: a data folder or postgres://…; can be repeated',
      ja: 'データベース全体を別の場所（データのフォルダか postgres://…）に移す。繰り返し実行できる',
    },
    flags: ['from', 'to'],
    words: 0,
    run: async ({ config, flags, tell }) =>
      (await import('./move.ts')).move(config, flags.get('from'), flags.get('to'), tell),
  },
  {
    name: 'backup',
    shape: '<file>',
    meaning: {
      en: 'backs the data folder up, also while a server runs',
      ja: 'データのフォルダをバックアップする（運転中でもよい）',
    },
    flags: [],
    words: 1,
    run: async ({ config, words }) => (await import('./backup.ts')).backup(config, words[0]!),
  },
  {
    name: 'reindex',
    shape: '',
    meaning: {
      en: 'makes the search index anew, also while a server runs (new search parameters are indexed by themselves)',
      ja: '検索の索引を作り直す（運転中でもよい。新しい検索パラメータの索引は自動で作られる）',
    },
    flags: [],
    words: 0,
    run: async ({ config, tell }) => (await import('./reindex.ts')).reindex(config, tell),
  },
  {
    name: 'restore',
    shape: '<file>',
    meaning: { en: 'puts a backup into an empty data folder', ja: 'バックアップを空のデータのフォルダに戻す' },
    flags: [],
    words: 1,
    run: async ({ config, words }) => (await import('./backup.ts')).restore(config, words[0]!),
  },
  {
    name: 'import',
    shape: '<folder|file> [--errors <folder>]',
    meaning: {
      en: 'takes national files (care plans …) in; refused rows and their report go to the errors folder',
      ja: '国の標準のファイル（ケアプランなど）を取り込む。受け付けなかった行と報告はエラーのフォルダに置く',
    },
    flags: ['errors'],
    words: 1,
    run: async ({ config, words, flags, tell }) =>
      (await import('./file-commands.ts')).importCommand(config, words[0]!, flags.get('errors'), tell),
  },
  {
    name: 'export-files',
    shape:
      '<folder> [--standard careplan] [--kind UPPLAN,…] [--from <office>] [--to <office>] [--month YYYYMM] [--deletion DLT…:<key>,…]',
    meaning: {
      en: 'writes what is stored as national files',
      ja: '登録済みの内容を国の標準のファイルに書き出す',
    },
    flags: ['standard', 'kind', 'from', 'to', 'month', 'deletion'],
    words: 1,
    run: async ({ config, words, flags, tell }) =>
      (await import('./file-commands.ts')).exportCommand(config, words[0]!, flags, tell),
  },
  {
    name: 'watch',
    shape: '<in> <out> <errors>',
    meaning: {
      en: 'takes files that appear in a folder, until it is stopped; done ones are moved to <out>',
      ja: 'フォルダに置かれたファイルを、止めるまで取り込み続ける。済んだものは <out> へ移す',
    },
    flags: [],
    words: 3,
    run: async ({ config, words, tell }) => (await import('./watch.ts')).watchCommand(config, words, tell),
  },
  {
    name: 'push-certificates',
    shape: '<file> [--map <map.json>] [--receipts <folder>]',
    meaning: {
      en: "takes an insurer's daily file of certificates in, with a receipt for each row; can be interrupted and repeated",
      ja: '保険者の日次の証情報ファイルを取り込み、行ごとの受領結果を書く。中断しても繰り返しても安全',
    },
    flags: ['map', 'receipts'],
    words: 1,
    run: async input => (await import('./push-command.ts')).pushCertificatesCommand(input),
  },
];

/** The command of a name, undefined for serve. @throws SettingError for another word, or too many or few of them */
export function findCommand(words: readonly string[]): Command | undefined {
  const [name = 'serve', ...rest] = words;
  const command = commands.find(one => one.name === name);
  if (command ? rest.length === command.words : name === 'serve' && rest.length === 0) return command;
  const all = ['serve', 'validate', 'package', 'terminology', ...commands.map(one => one.name)];
  const near = nearest(name, all);
  const shapes = command ? [`${name} ${command.shape}`] : near ? [near] : all;
  throw new SettingError({
    en: `found "${words.join(' ')}", expected ${command || near ? '' : 'one of the commands '}${shapes.join(', ')}; --help shows how`,
    ja: `「${words.join(' ')}」ではなく ${shapes.join('・')} を指定してください（--help で説明）`,
  });
}
