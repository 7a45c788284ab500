#!/usr/bin/env node
// Compares the layouts of national files with field lists kept outside the project: node test/conformance/layouts.mjs <folder>
// The folder has careplan-csv.json: interfaces by name, each with fields {no, name, maxLen, type, required, codes}; codeTables.
import fs from 'node:fs';
import path from 'node:path';
import { register } from 'tsx/esm/api';

register();
const root = path.join(import.meta.dirname, '../..');
const { careplanLayouts } = await import('../../src/files/forms/careplan/layouts/all.ts');

const types = { ver6: 'version', dec: 'decimal', bits31: 'bits' };
const fixed = new Set(['version', 'insured', 'date8', 'ym6', 'hhmm4', 'serviceCode', 'office']);

/** Codes that an independent reading of the same list must have too. */
function codesOf(canonical) {
  const id = canonical.split('/').at(-1);
  const file = path.join(root, 'terminology/engawa-kaigo', `CodeSystem-${id}.json`);
  return JSON.parse(fs.readFileSync(file, 'utf8')).concept.map(one => one.code);
}

function compareField(field, told, tables) {
  const wrong = [];
  const differ = (what, found, expected) => {
    if (found !== expected) wrong.push(`item ${told.no} ${told.name}: ${what} is ${found}, expected ${expected}`);
  };
  differ('number', field?.no, told.no);
  differ('name', field?.name, told.name);
  if (!field) return wrong;
  if (!(told.type === 'text' && field.type === 'kana')) differ('type', field.type, types[told.type] ?? told.type);
  // Read up to 5 digits where the list says 2: older senders.
  if (!fixed.has(field.type) && field.key !== 'daysBefore') differ('length', field.length ?? null, told.maxLen ?? null);
  differ('required', field.required === true, told.required === 'yes');
  const expected = tables[told.codes];
  if (told.codes && typeof expected === 'object') {
    const found = codesOf(field.codes);
    for (const code of Object.keys(expected)) if (!found.includes(code)) wrong.push(`item ${told.no}: no code ${code}`);
  }
  return wrong;
}

const { interfaces, codeTables } = JSON.parse(fs.readFileSync(path.join(process.argv[2] ?? '.', 'careplan-csv.json'), 'utf8'));
let fields = 0;
const problems = [];
for (const [name, { fields: told }] of Object.entries(interfaces)) {
  if (told.length === 0) continue;
  const layout = careplanLayouts.get(name)?.[0];
  if (!layout || layout.fields.length !== told.length) problems.push(`${name}: ${layout?.fields.length} items, expected ${told.length}`);
  for (const [i, one] of told.entries()) {
    fields++;
    problems.push(...compareField(layout?.fields[i], one, codeTables).map(text => `${name}, ${text}`));
  }
}
for (const line of problems) process.stdout.write(`${line}\n`);
process.stdout.write(`${careplanLayouts.size} interfaces, ${fields} fields compared, ${problems.length} differences\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
