// How fast resources are validated: profiles, bindings, slices and invariants, warm, on one core, without HTTP or a database.
//   node bench/validate.mjs [--windows 20] [--packages FOLDER --resources FOLDER] [--json]
// By default on synthetic resources with profiles of R4 and of this project. With --packages (FHIR packages, .tgz) and --resources
// (JSON files, looked for below it) on those. A Bundle counts as the resources in it, contained ones too. The yardstick is
// JSON.parse of the same texts. Each figure is that of the best of many short windows: a busy machine only ever makes it slower.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bundledPackages } from '../dist/definitions/bundled.js';
import { loadDefinitions } from '../dist/definitions/definitions.js';
import { openDefinitions } from '../dist/definitions/overlay.js';
import { atHand, openSource } from '../dist/definitions/package.js';
import { createValidator } from '../dist/validation/validator.js';
import { documents, singles } from './validation-data.mjs';

const { values: options } = parseArgs({
  options: {
    windows: { type: 'string', default: '20' },
    packages: { type: 'string' },
    resources: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const windowMs = 250;

const definitions = openDefinitions(loadDefinitions());
for (const one of bundledPackages()) definitions.addPackage(one);
if (options.packages)
  for (const name of fs.readdirSync(options.packages).filter(file => file.endsWith('.tgz')))
    definitions.addPackage(atHand(openSource(path.join(options.packages, name))));
const validator = createValidator(definitions);

const filesBelow = folder =>
  fs.readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(file) : file.endsWith('.json') ? [file] : [];
  });
const countOf = ({ entry = [], contained = [] }) =>
  1 + contained.length + entry.reduce((sum, one) => sum + (one.resource ? countOf(one.resource) : 0), 0);

/** Rate of a piece of work over texts, in resources a second, and its time for one text, in microseconds. */
function measure(texts, count, work) {
  let best = 0;
  const fastest = texts.map(() => Number.POSITIVE_INFINITY);
  let times = [];
  for (let window = 0; window < Number(options.windows); window++) {
    const own = [];
    let [done, spent] = [0, 0];
    while (spent < windowMs) {
      const inputs = texts.map(work.prepare);
      for (let i = 0; i < inputs.length; i++) {
        const from = performance.now();
        work.run(inputs[i]);
        const took = performance.now() - from;
        own.push(took);
        spent += took;
        if (took < fastest[i]) fastest[i] = took;
      }
      done += count;
    }
    const rate = (done / spent) * 1000;
    if (rate > best) [best, times] = [rate, own];
  }
  times.sort((a, b) => a - b);
  const at = share => times[Math.min(times.length - 1, Math.floor(times.length * share))] * 1000;
  const undisturbed = (count / fastest.reduce((sum, one) => sum + one, 0)) * 1000;
  return { perSecond: best, undisturbed, p50: at(0.5), p99: at(0.99) };
}

function row(what, resources) {
  const texts = resources.map(one => JSON.stringify(one));
  const count = resources.reduce((sum, one) => sum + countOf(one), 0);
  const findings = resources.flatMap(one => validator.validateResource(structuredClone(one)));
  const validate = measure(texts, count, {
    prepare: text => JSON.parse(text),
    run: resource => validator.validateResource(resource),
  });
  const parse = measure(texts, count, { prepare: text => text, run: text => JSON.parse(text) });
  const errors = findings.filter(one => one.severity === 'error');
  return { what, resources: count, errors: errors.length, validate, parse, ratio: validate.perSecond / parse.perSecond };
}

function sets() {
  if (!options.resources)
    return [
      ['single resources', singles],
      ['documents', documents],
    ];
  const all = filesBelow(options.resources)
    .map(file => JSON.parse(fs.readFileSync(file, 'utf8')))
    .filter(one => typeof one.resourceType === 'string');
  return [
    ['single resources', all.filter(one => one.resourceType !== 'Bundle')],
    ['Bundles', all.filter(one => one.resourceType === 'Bundle')],
  ].filter(([, list]) => list.length > 0);
}

const rows = sets().map(([what, resources]) => row(what, resources));
if (options.json) process.stdout.write(`${JSON.stringify(rows)}\n`);
else
  for (const { what, resources, errors, validate, parse, ratio } of rows)
    process.stdout.write(
      `${what}: ${validate.perSecond.toFixed(0)} resources/s (undisturbed ${validate.undisturbed.toFixed(0)}), ` +
        `one input p50 ${validate.p50.toFixed(0)} µs, p99 ${validate.p99.toFixed(0)} µs; ` +
        `JSON.parse ${parse.perSecond.toFixed(0)}/s, ratio ${ratio.toFixed(3)}; ${resources} resources, ${errors} errors\n`,
    );
