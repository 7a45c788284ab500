// Races over HTTP: parallel conditional creates of one identifier, and writers with If-Match on one resource.
//   node test/conformance/race.mjs http://127.0.0.1:8080/fhir [--rounds 200] [--report out.json]
// Expects one winner each time, no lost update, no 5xx.
import fs from 'node:fs';

const [base, ...rest] = process.argv.slice(2);
const option = (name, initial) => (rest.includes(`--${name}`) ? rest[rest.indexOf(`--${name}`) + 1] : initial);
const rounds = Number(option('rounds', '200'));
const run = Date.now().toString(36);
const results = [];
const add = (id, why) => results.push({ id, result: why ? 'fail' : 'pass', why });

const send = async (method, path, body, headers = {}) => {
  const answer = await fetch(`${base}/${path}`, {
    method,
    headers: { 'content-type': 'application/fhir+json', ...headers },
    body: body && JSON.stringify(body),
  });
  return { status: answer.status, json: await answer.json().catch(() => undefined) };
};

for (let round = 0; round < rounds; round++) {
  const value = `${run}-${round}`;
  const resource = { resourceType: 'Patient', identifier: [{ system: 'urn:race', value }] };
  const answers = await Promise.all(
    Array.from({ length: 64 }, () =>
      send('POST', 'Patient', resource, { 'if-none-exist': `identifier=urn:race|${value}` }),
    ),
  );
  const created = answers.filter(({ status }) => status === 201).length;
  const other = answers.find(({ status }) => status !== 201 && status !== 200);
  const found = (await send('GET', `Patient?identifier=urn:race|${value}&_summary=count`)).json?.total;
  add(
    `create-${round}`,
    created !== 1
      ? `${created} were created`
      : other
        ? `HTTP ${other.status}`
        : found !== 1
          ? `${found} are there`
          : undefined,
  );
}

const id = `race-${run}`;
await send('PUT', `Patient/${id}`, { resourceType: 'Patient', id });
let written = 0;
let bad;
const writer = async name => {
  for (let done = 0; done < 10 && !bad; ) {
    const current = (await send('GET', `Patient/${id}`)).json;
    const next = { ...current, name: [...(current.name ?? []), { text: `${name}-${done}` }] };
    const { status } = await send('PUT', `Patient/${id}`, next, { 'if-match': `W/"${current.meta.versionId}"` });
    if (status === 200) {
      done++;
      written++;
    } else if (status !== 412) bad = status;
  }
};
await Promise.all(Array.from({ length: 32 }, (_, name) => writer(name)));
const last = (await send('GET', `Patient/${id}`)).json;
const names = new Set(last.name?.map(name => name.text));
add(
  'if-match',
  bad
    ? `HTTP ${bad}`
    : names.size !== written || Number(last.meta.versionId) !== written + 1
      ? `${written} written, ${names.size} there, version ${last.meta.versionId}`
      : undefined,
);

const failed = results.filter(({ result }) => result === 'fail');
for (const { id: name, why } of failed.slice(0, 10)) console.log(`x ${name}: ${why}`);
const report = { suite: 'race', passed: results.length - failed.length, failed: failed.length, skipped: 0, results };
if (option('report')) fs.writeFileSync(option('report'), JSON.stringify(report));
console.log(`race: ${report.passed} passed, ${report.failed} failed`);
process.exit(failed.length > 0 ? 1 : 0);
