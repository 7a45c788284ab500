/** Sentences for the ways a start fails that a user can mend. */
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

/** What to tell the user; undefined when it is a bug. */
export function startProblem(error: unknown, config: Config | undefined): Message | undefined {
  if (error instanceof SettingError) return error.text;
  if (error instanceof Error && error.name === 'PackageError') return (error as Error & { text: Message }).text;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof DiskFullError || code === 'ENOSPC')
    return {
      en: 'the disk is full; free space, then run the same command again: what is stored does not change',
      ja: 'ディスクがいっぱいです。空きを作ってから同じコマンドをもう一度実行してください。登録済みの内容は変わりません',
    };
  if (error instanceof UnavailableError)
    return {
      en: 'the database cannot be reached; when it is back, run the same command again: what is stored does not change',
      ja: 'データベースに接続できません。復旧したら同じコマンドをもう一度実行してください。登録済みの内容は変わりません',
    };
  if (syscall === 'listen') return listenProblem(code, config);
  if (error instanceof Error && error.message.startsWith('the database has layout '))
    return {
      en: error.message,
      ja: `${config?.data} のデータベースは新しい版の Engawa のものです。新しい版で開始してください`,
    };
  if (
    config &&
    config.database !== '' &&
    code !== undefined &&
    /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|28|3D|42501|57|53|08)/.test(code)
  )
    return {
      en: `the database ${dataPlace(config)} cannot be used (${code}); see --database: is it running, are name, user and password right, may the user make tables?`,
      ja: `データベース ${dataPlace(config)} を使えません（${code}）。起動しているか、データベース名・ユーザー・パスワード、テーブル作成の権限を確認してください（--database）`,
    };
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
