/**
 * The project's own definitions: the FHIR packages in profiles/, one resource a file, kept as differentials. They are
 * there at every start, and give way to an installed package that defines the same canonical.
 */
import { hash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './cache.ts';
import { atHand, type InstalledPackage, openPackages, openSource } from './package.ts';
import { writePackage } from './write-package.ts';

/** Where the packages are: the same from src/ and from dist/. */
export const profilesFolder = fileURLToPath(new URL('../../profiles/', import.meta.url));

/** Names of the packages of a folder, sorted. */
const namesIn = (folder: string): readonly string[] =>
  fs
    .readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && fs.existsSync(path.join(folder, entry.name, 'package.json')))
    .map(entry => entry.name)
    .sort();

/** Where the build puts the packages in the form of installed ones, which are read entry by entry. */
const compiledFolder = path.join(cacheFolder, 'profiles');
const markFile = path.join(compiledFolder, 'mark');

/** Changes with every file of the packages. */
function markOf(folder: string): string {
  const files = namesIn(folder).flatMap(name =>
    fs.readdirSync(path.join(folder, name)).map(file => {
      const { size, mtimeMs } = fs.statSync(path.join(folder, name, file));
      return `${name}/${file} ${size} ${mtimeMs}`;
    }),
  );
  return hash('sha1', files.join('\n'));
}

const isCompiled = (): boolean =>
  fs.existsSync(markFile) && fs.readFileSync(markFile, 'utf8') === markOf(profilesFolder);

/** Build step: writes the project's packages in the form of installed ones, or does nothing when they are up to date. */
export function compileBundled(): void {
  if (!fs.existsSync(profilesFolder) || isCompiled()) return;
  fs.rmSync(compiledFolder, { recursive: true, force: true });
  for (const name of namesIn(profilesFolder)) writePackage(compiledFolder, openSource(path.join(profilesFolder, name)));
  fs.writeFileSync(markFile, markOf(profilesFolder));
}

/**
 * Opens the packages of a folder, sorted by name; what the build made of them where it is up to date.
 * @throws PackageError when a folder in it is no FHIR package
 */
export function bundledPackages(folder: string = profilesFolder): readonly InstalledPackage[] {
  if (!fs.existsSync(folder)) return [];
  const packages =
    folder === profilesFolder && isCompiled()
      ? openPackages(compiledFolder)
      : namesIn(folder).map(name => atHand(openSource(path.join(folder, name))));
  return packages.map(one => ({ ...one, bundled: true }));
}
