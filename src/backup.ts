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

/** Backs the database of the data folder up; what to tell. @throws SettingError when there is none */
export async function backup(config: Config, file: string): Promise<Message> {
  refusePostgres(config, 'backup');
  const from = path.join(config.data, 'engawa.db');
  needDatabase(config.data);
  return told(await backupSqlite(from, file, Date.now()), file);
}

/** Restores a backup into a data folder without a database; what to tell. @throws SettingError for a damaged backup */
export async function restore(config: Config, file: string): Promise<Message> {
  refusePostgres(config, 'restore');
  const to = path.join(config.data, 'engawa.db');
  if (!fs.existsSync(file))
    throw new SettingError({ en: `there is no file ${file}`, ja: `ファイル ${file} がありません` });
  if (fs.existsSync(to) || fs.existsSync(path.join(config.data, 'terms.db')))
    throw new SettingError({
      en: `${config.data} has a database already; it is not written over. Name another folder: --data <folder>`,
      ja: `${config.data} には既にデータベースがあります。上書きはしません。別のフォルダを指定してください: --data <フォルダ>`,
    });
  fs.mkdirSync(config.data, { recursive: true });
  try {
    return told(await restoreSqlite(file, to), to);
  } catch (error) {
    if (!(error instanceof DamagedBackupError)) throw error;
    throw new SettingError({
      en: `${file} is no intact backup (${error.message}); nothing was restored`,
      ja: `${file} は壊れているか、バックアップではありません（${error.message}）。何も戻していません`,
    });
  }
}
