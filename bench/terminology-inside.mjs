// Terminology in this process, without HTTP: node bench/terminology-inside.mjs DATA_FOLDER SECONDS → one line of JSON.
// The data folder has the master of terminology-rows.mjs; terminology.mjs makes it and prints everything.
// Codes are taken at random from an imported master, so that most come from its file, not from memory.
import { readConfig } from '../dist/config.js';
import { createServices } from '../dist/services.js';
import { lookup } from '../dist/terminology/lookup.js';
import { validateCode } from '../dist/terminology/validate.js';
import { code, concepts, system } from './master.mjs';

const [, , folder, seconds] = process.argv;
const services = createServices(readConfig(new Map([['data', folder]]), {}));
await services.terminology.refresh();
const scope = services.terminology.scope();
const options = { languages: undefined, activeOnly: false, abstract: true, lenientDisplay: false, membershipOnly: false };

/** How often a second `work` is done, after a warm-up. */
function rate(work) {
  const run = milliseconds => {
    const until = performance.now() + milliseconds;
    let done = 0;
    for (; performance.now() < until; done += 50)
      for (let i = 0; i < 50; i++) work(code(Math.floor(Math.random() * concepts)));
    return done;
  };
  run(500);
  const started = performance.now();
  const cpu = process.cpuUsage();
  const done = run(Number(seconds) * 1000);
  const { user, system: kernel } = process.cpuUsage(cpu);
  return { perSecond: done / ((performance.now() - started) / 1000), serverCpuMicroseconds: (user + kernel) / done };
}

const found = scope.system(system);
if (!found) {
  process.stdout.write(JSON.stringify({ error: `${folder ?? 'no folder'}: the master ${system} is not there; run terminology.mjs` }));
  process.exit(1);
}
const result = {
  lookup: rate(one => JSON.stringify(lookup(found, found.find(one), { properties: [], languages: undefined }))),
  validate: rate(one =>
    JSON.stringify(validateCode(scope, undefined, { kind: 'coding', coding: { system, code: one } }, options, 'ja')),
  ),
};
await services.store.close();
process.stdout.write(JSON.stringify(result));
