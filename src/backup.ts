/**
 * `engawa backup <file>` and `engawa restore <file>`: the SQLite database of a data folder, while a server may be running.
 * PostgreSQL has tools of its own for this: docs/scaling.md.
 */
import fs from 'node:fs';
import path from 'node:path';
import { type Config, SettingError } from './config.ts';
import type { Message } from './fhir/types.ts';
import { needDatabase } from './start-problem.ts';
import { type BackupNote, backupSqlite, DamagedBackupError, restoreSqlite } from './store/sqlite-backup.ts';

function refusePostgres({ database }: Config, command: string): void {
  if (database === '') return;
  throw new SettingError({
    en: `engawa ${command} is for SQLite; a PostgreSQL database is backed up with pg_basebackup or pg_dump (docs/scaling.md)`,
    ja: `engawa ${command} は SQLite 用です。PostgreSQL は pg_basebackup か pg_dump を使ってください（docs/scaling.md）`,
  });
}

const told = (note: BackupNote, file: string): Message => ({
  en: `${file}: ${note.position} versions, ${note.size} bytes, SHA-256 ${note.sha256}, as of ${note.created}`,
  ja: `${file}: ${note.position} 版、${note.size} バイト、SHA-256 ${note.sha256}、${note.created} 時点`,
});

/** The files of a data folder that hold a database, and the journals SQLite would play into one that has their name. */
const databases = ['engawa.db', 'terms.db'];
const journals = databases.flatMap(name => [`${name}-wal`, `${name}-journal`]);

/** A backup goes into a folder that is there, and never over the database itself. @throws SettingError */
function refuseTarget({ data }: Config, file: string): void {
  const folder = path.dirname(path.resolve(file));
  if (!fs.existsSync(folder))
    throw new SettingError({
      en: `the folder ${folder} does not exist; make it first, or name another file`,
      ja: `フォルダ ${folder} がありません。先に作るか、別のファイルを指定してください`,
    });
  const own = [...databases, ...journals, ...databases.map(name => `${name}-shm`)];
  const isOwn = fs.realpathSync(folder) === fs.realpathSync(data) && own.includes(path.basename(file));
  if (!isOwn && !fs.statSync(file, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new SettingError({
    en: `${file} is ${isOwn ? 'the database itself' : 'a folder'}; name a file for the backup`,
    ja: `${file} は${isOwn ? 'データベースそのもの' : 'フォルダ'}です。バックアップのファイル名を指定してください`,
  });
}

/** Backs the database of the data folder up; what to tell. @throws SettingError when there is none */
export async function backup(config: Config, file: string): Promise<Message> {
  refusePostgres(config, 'backup');
  const from = path.join(config.data, 'engawa.db');
  needDatabase(config.data);
  refuseTarget(config, file);
  return told(await backupSqlite(from, file, Date.now()), file);
}

/**
 * A restore writes over nothing; and a journal that is left of a database that is gone would be played into what is restored.
 * @see https://www.sqlite.org/howtocorrupt.html#_mispairing_database_files_and_hot_journals_
 * @throws SettingError
 */
function refuseUsedFolder({ data }: Config): void {
  const there = (names: readonly string[]) => names.filter(name => fs.existsSync(path.join(data, name)));
  const [kept, left] = [there(databases), there(journals)];
  if (kept.length > 0)
    throw new SettingError({
      en: `${data} has a database already (${kept.join(', ')}); it is not written over. Name another folder: --data <folder>`,
      ja: `${data} には既にデータベース（${kept.join('、')}）があります。上書きはしません。別のフォルダを指定してください: --data <フォルダ>`,
    });
  if (left.length > 0)
    throw new SettingError({
      en: `${data} has ${left.join(', ')}, left of a database that is gone; it would spoil what is restored. Move it away, or name another folder: --data <folder>`,
      ja: `${data} に、なくなったデータベースの ${left.join('、')} が残っています。戻したデータを壊すため中止しました。ほかの場所に移すか、別のフォルダを指定してください: --data <フォルダ>`,
    });
}

/** Restores a backup into a data folder without a database; what to tell. @throws SettingError for a damaged backup */
export async function restore(config: Config, file: string): Promise<Message> {
  refusePostgres(config, 'restore');
  const to = path.join(config.data, 'engawa.db');
  if (!fs.existsSync(file))
    throw new SettingError({ en: `there is no file ${file}`, ja: `ファイル ${file} がありません` });
  refuseUsedFolder(config);
  fs.mkdirSync(config.data, { recursive: true });
  try {
    return told(await restoreSqlite(file, to), to);
  } catch (error) {
    if (!(error instanceof DamagedBackupError)) throw error;
    throw new SettingError({
      en: `${file} is no intact backup (${error.reason.en}); nothing was restored`,
      ja: `${file} は壊れているか、バックアップではありません（${error.reason.ja}）。何も戻していません`,
    });
  }
}
