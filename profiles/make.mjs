#!/usr/bin/env node
// Writes the questionnaires that are made from masters: node profiles/make.mjs. The same each time; a test compares.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { opinion, opinionWithConsent } from './make/opinion.mjs';
import { format } from './make/shared.mjs';
import { survey } from './make/survey.mjs';

const fileOf = (folder, resource) => [`${folder}/${resource.resourceType}-${resource.id}.json`, resource];

/** File below profiles/ → what is in it. */
export const files = Object.fromEntries([
  ...[survey, opinion, opinionWithConsent].map(one => fileOf('engawa-kaigo', one)),
]);

/** The text of a file as it is kept in git. */
export const textOf = content => `${format(content)}\n`;

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const folder = path.dirname(fileURLToPath(import.meta.url));
  for (const [name, content] of Object.entries(files)) {
    fs.writeFileSync(path.join(folder, name), textOf(content));
    process.stdout.write(`${name}\n`);
  }
}
