#!/usr/bin/env node
// The first page of many kinds of searches, of what is found and of what is not, on a database that scale.mjs made with --keep:
// milliseconds of the processor of the first search in the process and of the best of the next three. Prints those that take longer.
//   node --max-semi-space-size=64 bench/first-pages.mjs --folder FOLDER [--over 5] [--only TEXT]
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../dist/config.js';
import { createServices } from '../dist/services.js';
import { codes, conditions } from './scale-data.mjs';

const { values: options } = parseArgs({
  options: { folder: { type: 'string' }, over: { type: 'string', default: '5' }, only: { type: 'string', default: '' } },
});
const [code, rare] = [codes[0], codes.at(-1)];
const condition = conditions[0].code;

/** Searches as after the base of the server; `_count=20` where none is said. */
const searches = `
Observation?code=${code}
Observation?code=${code}&_sort=-date
Observation?code=${rare}&_sort=date
Observation?code=${code}&_sort=value-quantity
Observation?code=${code}&_sort=-value-quantity
Observation?code=${code}&_sort=value-quantity,-date
Observation?code=${codes[10]}&_sort=value-quantity
Observation?date=2024-01&_sort=value-quantity
Observation?code=${code},${rare}&_sort=-date
Observation?code:not=${code}
Observation?code:not=${code}&_sort=-date
Observation?code:not=${code}&_sort=code
Observation?code=${codes[1]}&_sort=code
Observation?_sort=code
Observation?_sort=-code
Observation?_sort=code,-date
Observation?_sort=code,_id
Observation?_sort=code,value-quantity
Observation?_sort=status,-value-quantity
Observation?_sort=status
Observation?_sort=subject
Observation?_sort=-value-quantity
Observation?_sort=value-quantity
Observation?_sort=date
Observation?_sort=-date,_id
Observation?_sort=_id
Observation?_sort=-_lastUpdated
Observation?status:not=final
Observation?status=final&category=laboratory&_sort=_id
Observation?status=final&category=laboratory&date=ge2024-01-01&_sort=-date
Observation?category=none&status=final
Observation?subject:missing=true
Observation?subject:missing=false
Observation?encounter:missing=true
Observation?encounter:missing=true&_sort=-date
Observation?value-quantity:missing=true
Observation?performer:missing=false
Observation?date=ge2024-01-01&date=lt2024-02-01
Observation?date=2024-01&code=${code}
Observation?date=ne2024-01-01
Observation?date=sa2024-06-01&_sort=date
Observation?date=ap2024-06-01
Observation?_lastUpdated=ge2100-01-01
Observation?_lastUpdated=ge2020-01-01&_sort=_lastUpdated&code=${code}
Observation?value-quantity=5
Observation?value-quantity=gt9000000
Observation?value-quantity=lt50&_sort=-date
Observation?value-quantity=ap7
Observation?value-quantity=ne5
Observation?code-value-quantity=${code}$gt100&_sort=-date
Observation?combo-code=${code}&_sort=-date
Observation?encounter.class=AMB
Observation?encounter.date=ge2024-01-01
Observation?patient.name=佐藤
Observation?patient.birthdate=lt1950-01-01&code=${code}
Observation?patient.identifier=none
Observation?patient.gender=male&code=${code}&_sort=-date
Observation?subject:Patient.name=山田&value-quantity=gt100
Observation?patient.organization:missing=false
Observation?subject:identifier=x|y
Observation?_has:Provenance:target:agent=x
Observation?_filter=code eq ${code} and date ge 2024-01-01
Observation?_filter=value-quantity gt 100 and not (code eq ${code})
Observation?_filter=not (status eq final)
Observation?_filter=not (value-quantity gt -1)
Observation?_total=estimate&code=${code}
Observation?_include=Observation:patient&_include=Observation:encounter&code=${code}
Patient?_has:Observation:patient:code=${code}&gender=male
Patient?_has:Observation:patient:code=${rare}
Patient?_has:Observation:patient:value-quantity=gt200
Patient?_has:Observation:patient:status:not=final
Patient?_has:Condition:patient:code=none
Patient?_has:Encounter:patient:date=ge2024-06-01&_sort=birthdate
Patient?name:contains=山田
Patient?name:exact=山田
Patient?name=や&_sort=name
Patient?name=や&_sort=birthdate
Patient?address=東京&_sort=family
Patient?address-city:contains=区
Patient?birthdate=ge1940&birthdate=le1941&_sort=-birthdate
Patient?birthdate=1940-05&gender=female
Patient?_sort=family,given
Patient?_sort=identifier
Patient?_sort=gender
Patient?_sort=gender,-birthdate
Patient?gender:not=male
Patient?gender:not=male,female
Patient?general-practitioner:missing=true
Patient?organization:missing=false
Patient?link:missing=false
Patient?organization.name=x
Patient?_id=nothing
Patient?_profile=http://example.org/none
Patient?_tag=none
Patient?_revinclude=Observation:patient
Condition?code=${condition}&_sort=-onset-date
Condition?code:text=病名
Condition?_sort=code
Condition?patient.name=佐藤&clinical-status=active
Condition?clinical-status=active&verification-status=confirmed&_sort=-recorded-date
Condition?asserter:missing=false
Condition?encounter.class=AMB
Encounter?class=AMB&_sort=-date
Encounter?class:not=AMB
Encounter?status:not=finished
Encounter?date=2024-03-01
Encounter?_sort=patient
Encounter?subject.name=佐藤&_include=Encounter:subject
Encounter?_has:Observation:encounter:code=${code}
Encounter?participant:missing=true
Encounter?_revinclude=Observation:encounter
MedicationRequest?status=active&_sort=-authoredon
MedicationRequest?_sort=status,-authoredon
MedicationRequest?patient.gender=male&_sort=authoredon
Procedure?date=ge2024-01-01&_sort=-date
Procedure?status:not=completed
DiagnosticReport?result.code=${code}
DiagnosticReport?patient.name=佐藤&_include=*
?_lastUpdated=ge2100-01-01&_type=Patient,Observation
?_type=Patient,Encounter&_sort=-_lastUpdated
?_type=Patient,Encounter&_sort=_id
?_tag=none&_type=Patient,Observation,Condition`
  .trim()
  .split('\n')
  .filter(one => one.includes(options.only));

const settings = new Map([['data', options.folder], ['packages', path.join(options.folder, 'none')], ['search-budget', '60000']]);
const services = createServices(readConfig(settings, {}));
await services.store.ready();
await services.search.refresh(services.store);
const access = services.access.condition({ kind: 'anonymous' });

async function timed(line) {
  const [type, rest = ''] = line.split('?');
  const query = rest.split('&').map(one => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]);
  if (!query.some(([name]) => name === '_count')) query.push(['_count', '20']);
  const types = type ? [type] : services.definitions.resourceTypes;
  const times = [];
  let found = 0;
  for (let i = 0; i < 4; i++) {
    const before = process.cpuUsage();
    const page = await services.search.find({ types, path: type, query, lenient: false, access, base: 'http://localhost/fhir' }, services.store);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
    found = page.matches.length;
  }
  const [first, ...next] = times;
  return { first, best: Math.min(...next), found };
}

let over = 0;
for (const line of searches) {
  const { first, best, found } = await timed(line).catch(error => ({ first: Number.NaN, best: Number.NaN, found: error.message }));
  if (best <= Number(options.over)) continue;
  over++;
  process.stdout.write(`${best.toFixed(1).padStart(9)} ms   first ${first.toFixed(1).padStart(9)} ms   ${String(found).padStart(3)} found   ${line}\n`);
}
process.stdout.write(`${searches.length - over} of ${searches.length} searches within ${options.over} ms\n`);
await services.store.close();
