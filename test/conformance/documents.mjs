// Japanese documents through intake: what their authors call valid is accepted, taken apart and kept byte for byte, and sent again
// it changes nothing; what they call wrong is refused by its rule.
//   node test/conformance/documents.mjs http://127.0.0.1:8080/fhir --dir <folder of instances> [--negative <folder>] [--report out.json]
// A resource that is no Bundle goes into a collection about an invented person. An instance may be refused only with a reason:
// it names a version of its profile that is not the installed one.
import fs from 'node:fs';
import path from 'node:path';

const [base, ...rest] = process.argv.slice(2);
const option = name => (rest.includes(`--${name}`) ? rest[rest.indexOf(`--${name}`) + 1] : undefined);
const results = [];
const add = (id, result, why) => results.push({ id, result, why });
const walk = at =>
  fs
    .readdirSync(at, { withFileTypes: true })
    .flatMap(entry => (entry.isDirectory() ? walk(path.join(at, entry.name)) : [path.join(at, entry.name)]));
const jp = 'http://jpfhir.jp/fhir';
const headers = { 'content-type': 'application/fhir+json' };

/** What the authors' wrong examples break. A code can be judged only where its master is: the one code meant stands for it. */
const wrong = {
  'ErrorExample-ObsLabo-eGFR': { rule: 'R6021' },
  'ErrorExample-JP-MedReq-PO-SID-28days': {
    rule: 'code-invalid',
    master: { url: `${jp}/core/mhlw/CodeSystem/MedicationGeneralOrderCode`, code: '1124030F2ZZZ' },
  },
};

const take = async text => {
  const answer = await fetch(`${base}/$intake`, { method: 'POST', headers, body: text });
  return { status: answer.status, body: await answer.json() };
};
const problems = outcome =>
  (outcome.issue ?? [])
    .filter(({ severity }) => severity === 'error' || severity === 'fatal')
    .map(({ code, details, expression }) => ({
      rule: details?.coding?.[0]?.code ?? code,
      text: `${expression?.[0]}: ${details?.text?.slice(0, 160)}`,
    }));

const person = {
  resourceType: 'Patient',
  meta: { lastUpdated: '2026-04-01T00:00:00+09:00', profile: [`${jp}/eCS/StructureDefinition/JP_Patient_eCS`] },
  identifier: [{ system: `${jp}/clins/Idsystem/JP_Insurance_memberID`, value: '39490016::49990001:' }],
  name: [{ text: '見本 太郎', family: '見本', given: ['太郎'] }],
  gender: 'male',
  birthDate: '1940-01-01',
  address: [{ text: '見本県縁側市' }],
};
const uuid = n => `urn:uuid:00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** A resource in a Bundle: as 5情報 where it can be sent so and should break its rules, else as a plain collection. */
function wrap(resource, number, asFive) {
  const five = asFive && ['Observation', 'Condition', 'AllergyIntolerance'].includes(resource.resourceType);
  const entries = resource.resourceType === 'Patient' ? [resource] : [person, resource];
  return JSON.stringify({
    resourceType: 'Bundle',
    meta: {
      lastUpdated: '2026-04-01T00:00:00+09:00',
      ...(five && {
        profile: [`${jp}/clins/StructureDefinition/JP_Bundle_CLINS`],
        tag: [{ system: `${jp}/clins/CodeSystem/BundleResourceType_CS`, code: resource.resourceType }],
      }),
    },
    identifier: { system: `${jp}/clins/bundle-identifier`, value: `4910100016^2026^WRAP-${number}` },
    type: 'collection',
    timestamp: '2026-04-01T00:00:00+09:00',
    entry: entries.map((one, i) => ({ fullUrl: uuid(number * 10 + i), resource: one })),
  });
}

/** Editions whose rules the server has, as far as the instances are of them. */
const editions = ['1.10.0', '1.10', '1.5.0'];

/** The reason for which an instance may be refused. */
function reasonOf(file, text, found) {
  if (found.every(({ rule }) => rule === 'intake-person'))
    return 'another instance gives the same number to a person of another birth date';
  const named = [...text.matchAll(/StructureDefinition\/JP_[A-Za-z_]+\|([\d.]+)"/g)].map(match => match[1]);
  // Folders are called after guide and edition, such as clins-1.5.
  const written = /(?:clins|ereferral)-(\d[\d.]*)/.exec(file)?.[1];
  const older = [written, ...named].find(edition => edition !== undefined && !editions.includes(edition));
  const isNew = found.every(({ rule }) => rule === 'required' || rule === 'structure');
  return older !== undefined && isNew ? `written for edition ${older}, which is not installed` : undefined;
}

async function checkKept(id, text, { body }) {
  const parameter = name => body.parameter.find(one => one.name === name);
  const document = parameter('document').valueReference.reference.split('/')[1];
  const bytes = await fetch(`${base}/Binary/${document}`, { headers: { accept: '*/*' } });
  if ((await bytes.text()) !== text) return add(id, 'fail', 'the bytes that were kept are others');
  const entries = body.parameter.filter(one => one.name === 'entry' && one.part.some(({ name }) => name === 'index'));
  const bundle = JSON.parse(text);
  if (entries.length !== bundle.entry.length)
    return add(id, 'fail', `${bundle.entry.length} entries sent, ${entries.length} told`);
  for (const { part } of entries) {
    const reference = part.find(one => one.name === 'resource')?.valueReference.reference;
    const read = reference && (await fetch(`${base}/${reference}`));
    if (!read?.ok) return add(id, 'fail', `${reference} cannot be read`);
    await read.arrayBuffer();
  }
  const again = await take(text);
  const changed = again.body.parameter?.find(one => one.name === 'changed')?.valueInteger;
  if (again.status !== 200 || changed !== 0)
    return add(id, 'fail', `sent again: HTTP ${again.status}, ${changed} changed`);
  return add(id, 'pass');
}

let number = 0;
for (const file of walk(path.resolve(option('dir'))).filter(name => name.endsWith('.json'))) {
  const id = path.relative(path.resolve(option('dir')), file);
  const own = fs.readFileSync(file, 'utf8');
  const resource = JSON.parse(own);
  const isBundle = resource.resourceType === 'Bundle';
  if (isBundle && resource.type !== 'document' && resource.type !== 'collection') continue;
  const text = isBundle ? own : wrap(resource, ++number, false);
  const answer = await take(text);
  if (answer.status === 200 || answer.status === 201) {
    await checkKept(id, text, answer);
    continue;
  }
  const found = problems(answer.body);
  const reason = reasonOf(id, own, found);
  add(id, reason ? 'explained' : 'fail', `${reason ? `${reason}; ` : ''}${found.map(({ rule, text }) => `${rule} ${text}`).join(' | ')}`);
}

if (option('negative'))
  for (const file of walk(path.resolve(option('negative'))).filter(name => name.endsWith('.json'))) {
    const resource = JSON.parse(fs.readFileSync(file, 'utf8'));
    const expected = wrong[resource.id];
    if (expected?.master) {
      const { url, code } = expected.master;
      const system = { resourceType: 'CodeSystem', id: 'conformance-master', url, status: 'active', content: 'complete', concept: [{ code }] };
      await fetch(`${base}/CodeSystem/conformance-master`, { method: 'PUT', headers, body: JSON.stringify(system) });
    }
    const { status, body } = await take(resource.resourceType === 'Bundle' ? JSON.stringify(resource) : wrap(resource, ++number, true));
    if (expected?.master) await fetch(`${base}/CodeSystem/conformance-master`, { method: 'DELETE' });
    const rules = problems(body).map(({ rule }) => rule);
    const refused = status >= 400 && status < 500 && (expected === undefined || rules.includes(expected.rule));
    add(`negative/${path.basename(file)}`, refused ? 'pass' : 'fail', `HTTP ${status}: ${[...new Set(rules)].join(', ')}`);
  }

const count = result => results.filter(one => one.result === result).length;
for (const { id, result, why } of results) if (result !== 'pass' || id.startsWith('negative/')) console.log(`${result} ${id}: ${why}`);
const report = { suite: 'jp-documents', passed: count('pass'), failed: count('fail'), skipped: count('explained'), results };
if (option('report')) fs.writeFileSync(option('report'), JSON.stringify(report));
console.log(`jp-documents: ${report.passed} passed, ${report.failed} failed, ${report.skipped} refused with a reason`);
process.exit(report.failed > 0 ? 1 : 0);
