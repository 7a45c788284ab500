#!/usr/bin/env node
// Compares the layouts of national files with field lists kept outside the project: node test/conformance/layouts.mjs <folder>
// The folder has careplan-csv.json: interfaces by name, each with fields {no, name, maxLen, type, required, codes}; codeTables; and lists of LIFE.
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

// LIFE: life-csv-2021.json (1.0, all forms) and life-csv-v310-partial.json (3.10), each form with fields {no, id, name, type, len, dec, req, codes}.
const needs = { always: 'required', '◎': 'required', onConfirm: 'on-confirm', '○': 'on-confirm', conditional: 'conditional', '●': 'conditional' };

function lifeCodes(column) {
  return (column.codes ?? []).flatMap(({ system }) => {
    const name = `CodeSystem-${system.split('/').at(-1)}.json`;
    const file = ['engawa-life', 'engawa-kaigo'].map(one => path.join(root, 'terminology', one, name)).find(one => fs.existsSync(one));
    const flatten = list => list.flatMap(one => [one.code, ...flatten(one.concept ?? [])]);
    return flatten(JSON.parse(fs.readFileSync(file, 'utf8')).concept);
  });
}

/** The codes a list tells: pairs, an object, or the name of a shared list. */
function toldCodes(codes, shared) {
  const list = codes?.ref ? shared[codes.ref] : codes;
  if (!list) return [];
  return Array.isArray(list) ? list.filter(Array.isArray).map(([code]) => code) : Object.keys(list);
}

function compareColumn(column, told, shared) {
  const wrong = [];
  const differ = (what, found, expected) => {
    if (found !== expected) wrong.push(`item ${told.no} ${told.name}: ${what} is ${found}, expected ${expected}`);
  };
  differ('number', column?.no, told.no);
  differ('id', column?.key, told.id);
  if (!column) return wrong;
  differ('need', column.need, needs[told.req]);
  const isNumber = told.type === 'number' || told.type === '数字';
  if (['text', 'id', 'int', 'dec'].includes(column.type)) differ('length', column.length, told.len);
  if (column.type === 'dec') differ('decimals', column.decimals, told.dec);
  if (told.format === 'YYYYMMDD') differ('type', column.type, 'day');
  if (isNumber && !toldCodes(told.codes, shared).length) differ('type', column.type, told.dec ? 'dec' : 'int');
  const known = lifeCodes(column);
  for (const code of toldCodes(told.codes, shared)) if (!known.includes(code)) wrong.push(`item ${told.no} ${told.name}: no code ${code}`);
  return wrong;
}

const { allForms } = await import('../../src/files/forms/life/all.ts');

function compareLife(file, isVersioned) {
  const { forms, sharedCodes } = JSON.parse(fs.readFileSync(path.join(process.argv[2] ?? '.', file), 'utf8'));
  const wrong = [];
  let count = 0;
  const unknown = [];
  for (const [id, { fields: told }] of Object.entries(forms)) {
    if (!told) {
      unknown.push(id);
      continue;
    }
    const form = allForms.find(one => one.id === id && one.columns.some(({ key }) => key === 'version') === isVersioned);
    if (form?.columns.length !== told.length) wrong.push(`${id}: ${form?.columns.length} columns, expected ${told.length}`);
    for (const [i, one] of told.entries()) wrong.push(...compareColumn(form?.columns[i], one, sharedCodes).map(text => `${id}, ${text}`));
    count += told.length;
  }
  for (const line of wrong) process.stdout.write(`${line}\n`);
  process.stdout.write(`${file}: ${Object.keys(forms).length - unknown.length} forms, ${count} columns compared, ${wrong.length} differences`);
  process.stdout.write(unknown.length > 0 ? `; without columns in the list: ${unknown.join(', ')}\n` : '\n');
  if (wrong.length > 0) process.exitCode = 1;
}

compareLife('life-csv-2021.json', false);
compareLife('life-csv-v310-partial.json', true);

// Claims: claims-records.json, records by name, each with fields {no, name, len}.
const { claimRecords } = await import('../../src/files/forms/claims/layouts/all.ts');
const claimFrame = await import('../../src/files/forms/claims/layouts/management.ts');

/** Items that are read wider than the list says: one program of the time writes 6 digits. */
const wider = new Set(['11 24']);

function compareClaims(file) {
  const { records } = JSON.parse(fs.readFileSync(path.join(process.argv[2] ?? '.', file), 'utf8'));
  const wrong = [];
  let count = 0;
  for (const [name, told] of Object.entries(records)) {
    const id = /明細書 (\d{2})/.exec(name)?.[1] ?? /^\d{4}/.exec(name)?.[0];
    const layout = id ? claimRecords.get(id)?.[0].layout : name === 'control' ? claimFrame.control : undefined;
    // The first columns of a data row and the end row are the frame.
    if (!layout && (name === 'dataPrefix' || name === 'end')) continue;
    if (layout?.fields.length !== told.length) wrong.push(`${name}: ${layout?.fields.length} items, expected ${told.length}`);
    for (const [i, one] of told.entries()) {
      const field = layout?.fields[i];
      const length = field?.length ?? { insured: 10, office: 10, date8: 8, ym6: 6, serviceCode: 6 }[field?.type];
      if (field?.no !== one.no || field?.name !== one.name) wrong.push(`${name}, item ${one.no} ${one.name}: found ${field?.no} ${field?.name}`);
      else if (one.len !== undefined && length !== one.len && !wider.has(`${id} ${one.no}`)) wrong.push(`${name}, item ${one.no} ${one.name}: length is ${length}, expected ${one.len}`);
      count++;
    }
  }
  for (const line of wrong) process.stdout.write(`${line}\n`);
  process.stdout.write(`${file}: ${claimRecords.size} records, ${count} items compared, ${wrong.length} differences\n`);
  if (wrong.length > 0) process.exitCode = 1;
}

compareClaims('claims-records.json');
