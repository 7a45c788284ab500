#!/usr/bin/env node
// Are the codes of a folder of facts in our masters, and has every code of ours a source?
//   node test/conformance/facts.mjs --dir FOLDER [--report FILE] [--verbose]
// A fact is a list of codes with names, wherever it stands in the folder's JSON: pairs [code, name, …] or an object of
// code → name; and the table of service types in service-codes.md. What is marked other than verified is left out. Users'
// checkouts have no such folder; test/masters.test.ts keeps the numbers of codes that this script found complete.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  allowPositionals: true,
  options: { dir: { type: 'string' }, report: { type: 'string' }, verbose: { type: 'boolean' } },
});
const terminology = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../terminology');
if (!options.dir || !fs.existsSync(options.dir)) {
  process.stdout.write('facts: no folder of facts (--dir); nothing to do.\n');
  process.exit(0);
}

const fold = text =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s()「」、。・,:;/~〜ー−-]/g, '');

/** Code systems of ours: code → its names, folded. */
function readMasters() {
  const systems = [];
  for (const name of fs.readdirSync(terminology)) {
    for (const file of fs.readdirSync(path.join(terminology, name)).filter(one => one.startsWith('CodeSystem-'))) {
      const resource = JSON.parse(fs.readFileSync(path.join(terminology, name, file), 'utf8'));
      const concepts = new Map();
      const collect = list => {
        for (const concept of list ?? []) {
          concepts.set(concept.code, concept);
          collect(concept.concept);
        }
      };
      collect(resource.concept);
      systems.push({ id: resource.id, concepts, sourced: /Source: |出典/.test(resource.description ?? '') });
    }
  }
  return systems;
}

const isVerified = mark => mark === undefined || mark.startsWith('verified') || mark.startsWith('mostly verified');
const isPlain = value => ['string', 'number', 'boolean'].includes(typeof value) || value === null;
const isPairs = value =>
  Array.isArray(value) && value.length > 0 && value.every(one => Array.isArray(one) && one.length > 1 && one.every(isPlain));
const remarks = new Set(['confidence', 'unit', 'note', 'source']);
const codesOf = value => Object.keys(value).filter(key => !remarks.has(key));
const isMap = value =>
  codesOf(value).length > 1 && codesOf(value).every(key => /^[0-9A-Z]{1,4}$/.test(key) && typeof value[key] === 'string');

/** Tables whose code is not in the first column. */
const columns = new Map([
  ['claims-records.json.styles', { code: 2, name: 1, namesDiffer: true }],
  ['life-csv-2021.json.tables.ICFコード', { code: 3, name: 4, heading: true }],
]);

function* listsIn(value, place, mark) {
  if (isPairs(value)) {
    const { code = 0, name = 1, heading = false, namesDiffer = false } = columns.get(place) ?? {};
    const rows = heading ? value.slice(1) : value;
    // A code of which a cell says that it was not read, or only from general knowledge, is not verified.
    const codes = rows.map(row => [String(row[code]), String(row[name])]).filter(([one]) => !one.includes(' '));
    if (isVerified(mark)) yield { place, codes, namesDiffer };
  } else if (Array.isArray(value)) {
    for (const [i, one] of value.entries()) yield* listsIn(one, `${place}[${one?.id ?? one?.no ?? i}]`, mark);
  } else if (typeof value === 'object' && value !== null) {
    const own = typeof value.confidence === 'string' ? value.confidence : mark;
    if (!isMap(value)) for (const [key, one] of Object.entries(value)) yield* listsIn(one, `${place}.${key}`, own);
    else if (isVerified(own)) yield { place, codes: codesOf(value).map(key => [key, value[key]]) };
  }
}

function readFacts(folder) {
  const lists = [];
  for (const file of fs.readdirSync(folder).sort()) {
    const text = fs.readFileSync(path.join(folder, file), 'utf8');
    if (file.endsWith('.json')) lists.push(...listsIn(JSON.parse(text), file));
    const rows = [...text.matchAll(/^\| (\w{2}) \| ([^|]+?) \| ✓[^|]*\|$/gm)];
    if (file.endsWith('.md') && rows.length > 0)
      lists.push({ place: file, codes: rows.map(([, code, name]) => [code, name.replace(/\s*\(.*|（.*/, '')]) });
  }
  return lists;
}

const namesOf = concept => [concept.display ?? '', ...(concept.designation ?? []).map(one => one.value)].map(fold);

function hasCode({ concepts }, [code, name], namesDiffer) {
  const concept = concepts.get(code);
  if (!concept) return false;
  const wanted = fold(name);
  return namesDiffer || namesOf(concept).some(one => one.includes(wanted) || wanted.includes(one));
}

const systems = readMasters();
const results = [];
let codes = 0;
for (const list of readFacts(options.dir)) {
  codes += list.codes.length;
  const found = systems.find(system => list.codes.every(code => hasCode(system, code, list.namesDiffer)));
  const nearest = systems
    .map(system => ({ system, missing: list.codes.filter(code => !hasCode(system, code, list.namesDiffer)) }))
    .reduce((best, one) => (one.missing.length < best.missing.length ? one : best));
  const missing = nearest.missing.map(([code, name]) => `${code} ${name}`).slice(0, 5);
  results.push({
    id: list.place,
    result: found ? 'pass' : 'fail',
    ...(!found && { why: `${nearest.system.id} lacks ${missing.join(', ')}` }),
  });
}
const sources = systems.find(one => one.id === 'source').concepts;
let own = 0;
for (const { id, concepts, sourced } of systems) {
  own += concepts.size;
  const value = (concept, code) => {
    const property = concept.property?.find(one => one.code === code);
    return property?.valueCode ?? property?.valueString;
  };
  // A code names its source and edition itself, or its code system does for all of them.
  const named = one => sources.has(value(one, 'source')) && value(one, 'edition');
  const without = [...concepts.values()].filter(one => !sourced && !named(one));
  results.push({
    id: `source of ${id}`,
    result: without.length === 0 ? 'pass' : 'fail',
    ...(without.length > 0 && { why: `without source: ${without.slice(0, 5).map(one => one.code)}` }),
  });
}

const count = result => results.filter(one => one.result === result).length;
for (const { id, why } of results.filter(one => one.result === 'fail')) process.stdout.write(`x ${id}: ${why}\n`);
process.stdout.write(
  `facts: ${results.length - systems.length} lists with ${codes} codes against ${systems.length} masters with ${own} codes: ${count('pass')} passed, ${count('fail')} failed\n`,
);
if (options.report)
  fs.writeFileSync(
    options.report,
    JSON.stringify({ suite: 'facts', passed: count('pass'), failed: count('fail'), skipped: 0, results }, null, 1),
  );
process.exitCode = count('fail') > 0 ? 1 : 0;
