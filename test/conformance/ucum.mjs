#!/usr/bin/env node
// The UCUM functional tests: units through CodeSystem/$validate-code, names through $lookup, conversions, products and
// quotients through the quantity functions.
//   node test/conformance/ucum.mjs BASE --dir FOLDER [--report FILE]
// A number is right when it is the expected one at the digits the case gives.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  convertQuantity,
  divideQuantities,
  inBaseUnits,
  multiplyQuantities,
  unitName,
} from '../../dist/terminology/ucum/quantities.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { dir: { type: 'string' }, report: { type: 'string' } },
});
const [base] = positionals;
const cases = JSON.parse(fs.readFileSync(path.join(options.dir, 'cases.json'), 'utf8'));

async function ask(operation, code) {
  const query = `system=http://unitsofmeasure.org&code=${encodeURIComponent(code)}`;
  return (await fetch(`${base}/CodeSystem/$${operation}?${query}`)).json();
}
const parameter = (answer, name) => answer.parameter?.find(one => one.name === name);

/** The place of the last digit a decimal gives, as a power of ten. */
function lastPlace(text) {
  const [digits, exponent = '0'] = text.toLowerCase().split('e');
  return Number(exponent) - (digits.split('.')[1]?.length ?? 0);
}

function sameNumber(found, expected) {
  const place = Math.max(lastPlace(expected), Math.floor(Math.log10(Math.abs(Number(expected)) || 1)) - 14);
  return Math.abs(Number(found) - Number(expected)) <= 0.5000001 * 10 ** place;
}

const check = {
  async validation({ unit, valid }) {
    const found = parameter(await ask('validate-code', unit), 'result')?.valueBoolean;
    return found === valid ? undefined : `found ${found}`;
  },
  async displayNameGeneration({ unit, display }) {
    // The unity has no code that could be looked up.
    if (unit === '') return unitName(unit) === display ? undefined : `found ${unitName(unit)}`;
    const names = (await ask('lookup', unit)).parameter.filter(one => one.name === 'designation');
    const found = names.flatMap(one => one.part.filter(({ name }) => name === 'value').map(({ valueString }) => valueString));
    return found.includes(display) ? undefined : `found ${found}`;
  },
  conversion({ value, srcUnit, dstUnit, outcome }) {
    const found = convertQuantity(String(value), srcUnit, dstUnit);
    return sameNumber(found, String(outcome)) ? undefined : `found ${found}`;
  },
  multiplication: one => product(multiplyQuantities, one),
  division: one => product(divideQuantities, one),
};

function product(combine, { v1, u1, v2, u2, vRes, uRes }) {
  const found = combine({ value: String(v1), unit: u1 }, { value: String(v2), unit: u2 });
  const expected = inBaseUnits({ value: String(vRes), unit: uRes });
  return found.unit === expected.unit && sameNumber(found.value, expected.value)
    ? undefined
    : `found ${found.value} ${found.unit}, expected ${expected.value} ${expected.unit}`;
}

const results = [];
for (const one of cases) {
  let why;
  try {
    why = await check[one.kind](one);
  } catch (error) {
    why = String(error);
  }
  results.push({ id: one.id, result: why === undefined ? 'pass' : 'fail', ...(why !== undefined && { why }) });
}
const passed = results.filter(one => one.result === 'pass').length;
const failed = results.length - passed;
process.stdout.write(`ucum: ${passed} passed, ${failed} failed\n`);
if (options.report)
  fs.writeFileSync(options.report, JSON.stringify({ suite: 'ucum', passed, failed, skipped: 0, results }, null, 1));
process.exitCode = failed > 0 ? 1 : 0;
