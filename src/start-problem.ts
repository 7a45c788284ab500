/** Sentences for the ways a start fails that a user can mend. */
import fs from 'node:fs';
import path from 'node:path';
import { type Config, SettingError } from './config.ts';
import type { Message } from './fhir/types.ts';
import { DiskFullError, UnavailableError } from './store/store.ts';

/** Where the data is, without a password. */
export function dataPlace({ database, data }: Config): string {
  if (database === '') return data;
  const { host, pathname } = new URL(database);
  return `PostgreSQL ${host}${pathname}`;
}

const unwritable = new Set([
  'EACCES',
  'EEXIST',
  'ENOENT',
  'ENOTDIR',
  'EPERM',
  'EROFS',
  'SQLITE_CANTOPEN',
  'SQLITE_READONLY',
]);

/** What is wrong with a file or folder, by the code of the system's error. */
const fileFaults: Readonly<Record<string, Message>> = {
  EACCES: { en: 'no permission', ja: '権限がありません' },
  EEXIST: { en: 'there is a file of that name', ja: '同じ名前のファイルがあります' },
  EISDIR: { en: 'found a folder, expected a file', ja: 'ファイルではなくフォルダです' },
  ENOENT: { en: 'there is no such file or folder', ja: 'ファイルやフォルダがありません' },
  ENOTDIR: { en: 'found a file, expected a folder', ja: 'フォルダではなくファイルです' },
  EPERM: { en: 'no permission', ja: '権限がありません' },
  EROFS: { en: 'it can only be read', ja: '読み取り専用です' },
};

const full = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL']);

const isInside = (folder: string, place: string): boolean =>
  !path.relative(path.resolve(folder), path.resolve(place)).startsWith('..');

/** A file or folder that was named on the command line, outside the data folder. */
function fileProblem(error: unknown, config: Config | undefined): Message | undefined {
  const { code = '', path: from, dest = from } = error as NodeJS.ErrnoException & { dest?: string };
  const fault = fileFaults[code];
  if (!fault || (dest !== undefined && config && isInside(config.data, dest))) return undefined;
  if (dest === undefined)
    return code === 'EISDIR' ? { en: `${fault.en} (${code})`, ja: `${fault.ja}（${code}）` } : undefined;
  return { en: `${dest}: ${fault.en} (${code})`, ja: `${dest}: ${fault.ja}（${code}）` };
}

/**
 * Refuses a place without a database: a command that only reads has nothing to do in a folder that was misspelt.
 * @param place a data folder or a PostgreSQL URL
 * @throws SettingError
 */
export function needDatabase(place: string): void {
  if (/^postgres(?:ql)?:/.test(place) || fs.existsSync(path.join(place, 'engawa.db'))) return;
  throw new SettingError({
    en: `there is no database in ${place}; name its folder: --data <folder>`,
    ja: `${place} にデータベースがありません。フォルダを指定してください: --data <フォルダ>`,
  });
}

/** The address or port cannot be listened on. */
function listenProblem(code: string | undefined, config: Config | undefined): Message {
  if (code === 'EADDRINUSE')
    return {
      en: `port ${config?.port} is in use; choose another one: --port ${Number(config?.port) + 1}`,
      ja: `ポート ${config?.port} は使われています。別のポートを指定してください: --port ${Number(config?.port) + 1}`,
    };
  return {
    en: `--host ${config?.host} --port ${config?.port} cannot be listened on (${code}); choose an address of this machine and a port above 1023`,
    ja: `--host ${config?.host} --port ${config?.port} では待ち受けできません（${code}）。このマシンのアドレスと 1024 以上のポートを指定してください`,
  };
}

/** What passes: a full disk, a database that is away or that another process keeps to itself. */
function passingProblem(error: unknown): Message | undefined {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (error instanceof DiskFullError || full.has(code))
    return {
      en: 'the disk is full; free space, then run the same command again: what is stored does not change',
      ja: 'ディスクがいっぱいです。空きを作ってから同じコマンドをもう一度実行してください。登録済みの内容は変わりません',
    };
  if (error instanceof UnavailableError || code.startsWith('SQLITE_BUSY'))
    return {
      en: 'the database cannot be reached, or another process keeps it to itself; when it is back, run the same command again: what is stored does not change',
      ja: 'データベースに接続できないか、ほかの処理が使用中です。しばらくしてから同じコマンドをもう一度実行してください。登録済みの内容は変わりません',
    };
  return undefined;
}

/** What to tell the user; undefined when it is a bug. */
export function startProblem(error: unknown, config: Config | undefined): Message | undefined {
  if (error instanceof SettingError) return error.text;
  if (error instanceof Error && error.name === 'PackageError') return (error as Error & { text: Message }).text;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'listen') return listenProblem(code, config);
  const problem = passingProblem(error) ?? fileProblem(error, config);
  if (problem) return problem;
  if (error instanceof Error && error.message.startsWith('the database has layout '))
    return {
      en: error.message,
      ja: `${config?.data} のデータベースは新しい版の Engawa のものです。新しい版で開始してください`,
    };
  if (code !== undefined && /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|28|3D|42501|57|53|08)/.test(code)) {
    // A move names a database that is not the one of the settings.
    const place = config && config.database !== '' ? dataPlace(config) : 'PostgreSQL';
    return {
      en: `the database ${place} cannot be used (${code}); see --database, or --from and --to of a move: is it running, are name, user and password right, may the user make tables?`,
      ja: `データベース ${place} を使えません（${code}）。起動しているか、データベース名・ユーザー・パスワード、テーブル作成の権限を確認してください（--database。move では --from・--to）`,
    };
  }
  if (code !== undefined && unwritable.has(code.replace(/^(SQLITE_READONLY)_.*/, '$1')))
    return {
      en: `the data folder ${config?.data} cannot be written (${code}); choose another one: --data <folder>`,
      ja: `データのフォルダ ${config?.data} に書き込めません（${code}）。別のフォルダを指定してください: --data <フォルダ>`,
    };
  if (code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT')
    return {
      en: `the file engawa.db in ${config?.data} is no intact database (${code}); restore a backup or choose another folder: --data <folder>`,
      ja: `${config?.data} の engawa.db は壊れているか、データベースではありません（${code}）。バックアップから戻すか、別のフォルダを指定してください`,
    };
  return undefined;
}
