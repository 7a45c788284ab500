#!/usr/bin/env node
// Writes the Markdown of each coverage table; with a folder of field lists, says which fields have no row. See README.md.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = path.dirname(fileURLToPath(import.meta.url));

/** Name of a table → its content. */
export const tables = Object.fromEntries(
  fs
    .readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => [name.replace(/\.json$/, ''), JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'))]),
);

const cell = text => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const both = text => (text.en && text.en !== text.ja ? `${text.ja} (${text.en})` : text.ja);

/** The Markdown of a table. */
export function markdown({ title, rows }) {
  const carried = rows.filter(row => row.element?.length > 0).length;
  const lines = rows.map(({ field, element = [], reason }) => {
    const places = element.map(one => `\`${one}\``).join('<br>');
    return `| ${cell(both(field))} | ${cell([places, reason && both(reason)].filter(Boolean).join('<br>'))} |`;
  });
  return [
    `# ${both(title)}`,
    '',
    `${rows.length} fields: ${carried} carried by an element, ${rows.length - carried} not, with the reason. Made by make.mjs.`,
    '',
    '| field | element, or reason |',
    '|---|---|',
    ...lines,
    '',
  ].join('\n');
}

/** All places in a value that a pattern such as `certificates`, `*`, `fields` finds. */
export function expand(value, [step, ...rest], at = '') {
  if (step === undefined) return [at];
  if (typeof value !== 'object' || value === null) return [];
  const keys = step === '*' ? Object.keys(value) : step in value ? [step] : [];
  return keys.flatMap(key => expand(value[key], rest, `${at}/${key}`));
}

function compare(facts) {
  const wrong = Object.entries(tables).flatMap(([name, { facts: patterns = [], rows }]) => {
    const there = patterns.flatMap(pattern => {
      const [file, ...steps] = pattern.split('/');
      return expand(JSON.parse(fs.readFileSync(path.join(facts, file), 'utf8')), steps).map(at => `${file}${at}`);
    });
    const told = rows.flatMap(({ fact }) => fact ?? []);
    const missing = there.filter(one => !told.includes(one)).map(one => `${name}: no row for ${one}`);
    const extra = told.filter(one => !there.includes(one)).map(one => `${name}: nothing is at ${one}`);
    process.stdout.write(`${name}: ${there.length} fields, ${rows.length} rows, ${missing.length} without a row\n`);
    return [...missing, ...extra];
  });
  for (const line of wrong) process.stdout.write(`${line}\n`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  for (const [name, table] of Object.entries(tables))
    fs.writeFileSync(path.join(folder, `${name}.md`), markdown(table));
  if (process.argv[2]) compare(process.argv[2]);
}
