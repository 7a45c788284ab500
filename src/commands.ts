/**
 * The commands beside `serve`: each takes the settings and its own words and options, and says what it did.
 */
import { type Config, SettingError } from './config.ts';
import { nearest } from './definitions/nearest.ts';
import type { Language, Message } from './fhir/types.ts';

/** A command of the command line. */
export interface Command {
  readonly name: string;
  /** What follows the name in help. */
  readonly shape: string;
  readonly meaning: Message;
  /** Its options that are no settings. */
  readonly flags: readonly string[];
  /** More about it, for its own help. */
  readonly details?: Message;
  /** How many words it takes. */
  readonly words: number;
  /** What it did; `failed` when not all of it could be done; `code` when the process ends with another one than 0 or 1. */
  run(input: CommandInput): Promise<Message & { readonly failed?: boolean; readonly code?: number }>;
}

/** What a command is given. */
export interface CommandInput {
  readonly config: Config;
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
  /** Shows how far it is. */
  tell(line: Message): void;
}

const fileDetails: Message = {
  en: `Files: care plans (UP1KYO_….CSV …, pictures *.jpg), LIFE (FORM_0000_2021_….csv …), opinions (…意見書….csv), claims (S2611001.CSV: at most 8
letters and digits), FHIR resources one a line (*.ndjson); archives (*.zip) of them. A set (one person's plan, month …) is stored as a whole or refused as a whole.
--errors: where refused rows and report.txt go; <folder>/errors without it.
--json: a line of JSON for each set on standard output.
Ctrl-C: the sets in work are finished; run the same command again for the rest.
Exit codes: 0 all stored or unchanged, 1 something was refused or the disk is full, 2 nothing to import, 130 stopped.`,
  ja: `ファイル: ケアプラン（UP1KYO_….CSV など、画像は *.jpg）、LIFE（FORM_0000_2021_….csv など）、主治医意見書（…意見書….csv）、
介護給付費請求（S2611001.CSV など英数字8文字以内）、1行1件の FHIR リソース（*.ndjson）、それらの ZIP。組（1人の計画・月など）ごとに、全部登録するか全部受け付けないかのどちらかです。
--errors: 受け付けなかった行と report.txt を置くフォルダ。なければ <フォルダ>/errors。
--json: 組ごとに1行の JSON を標準出力に書く。
Ctrl-C: 処理中の組を終えて止まる。残りは同じコマンドをもう一度。
終了コード: 0 すべて登録済み、1 受け付けなかった組がある・ディスクがいっぱい、2 取り込むものがない、130 中断。`,
};

const watchDetails: Message = {
  en: `A file is taken when it has not changed between two looks (2 s). Software that writes slowly writes under another name (….part) and renames.
What was refused goes to <errors> with its report; nothing there or in <out> is overwritten. One watch works on a folder.
--json: a line of JSON for each set on standard output. Ctrl-C: the sets in work are finished; what was not done stays in <in> (exit code 0).`,
  ja: `ファイルは、2回続けて（2秒）変わっていなければ取り込みます。ゆっくり書くソフトは別の名前（….part）で書いてから名前を変えてください。
受け付けなかった行は報告と一緒に <errors> へ。<errors> と <out> のファイルは上書きしません。1つのフォルダを見るのは1つの watch だけです。
--json: 組ごとに1行の JSON を標準出力に書く。Ctrl-C: 処理中の組を終えて止まり、残りは <in> に残ります（終了コード 0）。`,
};

const exportDetails: Message = {
  en: `--standard: careplan (without it), life or claims.
--kind: careplan UP1KYO, UPPLAN, UPJSK, UPKIHON, UPYOBO; life FORM_0000_2021 …; claims 7131, 8124, 8222 …; all without it.
--from, --to: office number, with its service type (4970100014_43); --to and --deletion for care plans only. --month: YYYYMM.
--deletion: files that tell the receiver what to delete, DLT1KYO:492017:0000000001:20260401; needs --from and --to.
All files or none: on a full disk, on Ctrl-C or when a value cannot be written, nothing is left.
Exit codes: 0 done (also when nothing fits), 1 the disk is full, 2 an option or a value cannot be used, 130 stopped.`,
  ja: `--standard: careplan（省略時）、life、claims。
--kind: careplan は UP1KYO・UPPLAN・UPJSK・UPKIHON・UPYOBO、life は FORM_0000_2021 など、claims は 7131・8124・8222 など。省略するとすべて。
--from・--to: 事業所番号とサービス種類（4970100014_43）。--to と --deletion はケアプランだけ。--month: YYYYMM。
--deletion: 相手に削除を伝えるファイル（DLT1KYO:492017:0000000001:20260401）。--from と --to も必要。
全部書くか何も書かないかのどちらかです。ディスクがいっぱいのとき・Ctrl-C のとき・書けない値があるときは、何も残しません。
終了コード: 0 完了（該当なしも含む）、1 ディスクがいっぱい、2 オプションや値が使えない、130 中断。`,
};

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
    shape: '<folder|file> [--errors <folder>] [--json]',
    details: fileDetails,
    meaning: {
      en: 'takes national files (care plans …) in; refused rows and their report go to the errors folder',
      ja: '国の標準のファイル（ケアプランなど）を取り込む。受け付けなかった行と報告はエラーのフォルダに置く',
    },
    flags: ['errors', 'json'],
    words: 1,
    run: async ({ config, words, flags, tell }) =>
      (await import('./import-command.ts')).importCommand(config, words[0]!, flags, tell),
  },
  {
    name: 'export-files',
    shape:
      '<folder> [--standard careplan] [--kind UPPLAN,…] [--from <office>] [--to <office>] [--month YYYYMM] [--deletion DLT…:<key>,…]',
    details: exportDetails,
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
    shape: '<in> <out> <errors> [--json]',
    details: watchDetails,
    meaning: {
      en: 'takes files that appear in a folder, until it is stopped; done ones are moved to <out>',
      ja: 'フォルダに置かれたファイルを、止めるまで取り込み続ける。済んだものは <out> へ移す',
    },
    flags: ['json'],
    words: 3,
    run: async ({ config, words, flags, tell }) =>
      (await import('./watch.ts')).watchCommand(config, words, tell, flags.has('json')),
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

/** The help of one command; undefined for a word that is none. */
export function commandHelp(name: string | undefined, language: Language): string | undefined {
  const command = commands.find(one => one.name === name);
  if (!command) return undefined;
  const settings = {
    en: 'Settings such as --data, --database and --language: engawa --help',
    ja: '--data・--database・--language などの設定: engawa --help',
  };
  const parts = [
    `engawa ${command.name} ${command.shape}\n      ${command.meaning[language]}`,
    command.details?.[language],
    settings[language],
  ];
  return parts.filter(one => one !== undefined).join('\n\n');
}
