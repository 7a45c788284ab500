/**
 * The project's own definitions: the FHIR packages in profiles/, one resource a file, kept as differentials. They are
 * there at every start, and give way to an installed package that defines the same canonical.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type InstalledPackage, packageInMemory, readPackage } from './package.ts';

/** Where the packages are: the same from src/ and from dist/. */
export const profilesFolder = fileURLToPath(new URL('../../profiles/', import.meta.url));

/**
 * Opens the packages of a folder, sorted by name.
 * @throws PackageError when a folder in it is no FHIR package
 */
export function bundledPackages(folder: string = profilesFolder): readonly InstalledPackage[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && fs.existsSync(path.join(folder, entry.name, 'package.json')))
    .map(entry => entry.name)
    .sort()
    .map(name => ({ ...packageInMemory(readPackage(path.join(folder, name))), bundled: true }));
}
