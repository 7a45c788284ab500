/** `engawa package add|list|remove`: the installed FHIR packages. */
import path from 'node:path';
import { type Config, SettingError } from '../config.ts';
import { install } from '../definitions/install.ts';
import { openPackages, packageFolderName } from '../definitions/package.ts';
import { removePackage } from '../definitions/write-package.ts';
import type { Language } from '../fhir/types.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function add(sources: readonly string[], folder: string, language: Language): number {
  for (const source of sources) {
    const { manifest, count, problems, missing } = install(source, folder);
    const { name, version } = manifest;
    say(
      language === 'ja'
        ? `${name}#${version} を登録しました（定義 ${count} 件）`
        : `Installed ${name}#${version}, ${count} definitions`,
    );
    for (const one of missing)
      say(language === 'ja' ? `  依存先 ${one} は登録されていません` : `  needs ${one}, which is not installed`);
    for (const one of problems.slice(0, 10)) say(`  ${one}`);
    if (problems.length > 10) say(`  … ${problems.length - 10}`);
  }
  return 0;
}

function list(folder: string): number {
  for (const one of openPackages(folder)) say(`${one.name}#${one.version}\t${one.entries.length}\t${one.title ?? ''}`);
  return 0;
}

function remove(names: readonly string[], folder: string, language: Language): number {
  let missing = 0;
  for (const name of names) {
    const found = openPackages(folder).filter(one => name === one.name || name === packageFolderName(one));
    if (found.length === 0) {
      missing++;
      process.stderr.write(language === 'ja' ? `${name} は登録されていません\n` : `${name} is not installed\n`);
    }
    for (const one of found) {
      removePackage(folder, one);
      say(language === 'ja' ? `${packageFolderName(one)} を削除しました` : `Removed ${packageFolderName(one)}`);
    }
  }
  return missing > 0 ? 1 : 0;
}

/** Runs the command; the exit code. @throws SettingError, PackageError */
export function runPackage(words: readonly string[], config: Config, language: Language): number {
  const [action, ...rest] = words;
  const folder = path.join(config.data, 'packages');
  if (action === 'list' && rest.length === 0) return list(folder);
  if (action === 'add' && rest.length > 0) return add(rest, folder, language);
  if (action === 'remove' && rest.length > 0) return remove(rest, folder, language);
  throw new SettingError({
    en: 'expected: engawa package add <file.tgz|folder> …, list, or remove <name>[#version] …',
    ja: 'engawa package add <file.tgz|フォルダ>、list、remove <名前>[#版] のどれかを指定してください',
  });
}
