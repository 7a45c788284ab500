/** Version of this program, from package.json. */
import fs from 'node:fs';

const packageJson = JSON.parse(fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Such as `0.1.0`. */
export const version = packageJson.version;

/** The day this version was released; changed together with the version. */
export const releaseDate = '2026-11-21';
