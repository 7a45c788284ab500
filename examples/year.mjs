#!/usr/bin/env node
// A year of insured persons against a running server: everything is sent month by month, sent again (nothing may change), and
// what the server then says is compared with what was decided by the seed.
//   node examples/year.mjs [--base http://127.0.0.1:8080/fhir] [--persons 10] [--seed 1] [--clients 8] [--files]
// --files: what national files can carry goes as files (certificates, care plans, services given, LIFE), the rest over REST.
// Exit code 1 when something is not as it must be.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { careOffices, ids } from './make/shared.mjs';
import { places } from './make/year/insurer.mjs';
import { makePerson } from './make/year/person.mjs';
import { expectedOf, unitsIn, yearOf } from './make/year.mjs';
import { filesOf } from './make/year-files.mjs';

/** Persons whose requests wait at a time. */
async function inParallel(list, width, work) {
  const left = [...list];
  const worker = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: Math.max(1, width) }, worker));
}

const stateOf = answer =>
  (answer.json.entry ?? [])
    .map(({ response }) => `${response.location?.replace(/\/_history\/.*/, '')} ${response.etag}`)
    .join('\n');

/** Sends a bundle. @returns what went wrong, and the state that a second time must leave as it is */
async function sendBundle(send, bundle) {
  const answer = await send('POST', '', bundle);
  const problem = answer.status === 200 ? undefined : `${answer.status} ${JSON.stringify(answer.json.issue?.[0])}`;
  return { problem, state: stateOf(answer), count: bundle.entry.length };
}

/** Sends a file. Receipts of certificates are lines; the answer to an import is a Parameters resource. */
async function sendFile(send, sendText, { way, name, text, extract }) {
  if (way === 'push') {
    const answer = await sendText('/Coverage/$push-certificates', 'application/x-ndjson', text);
    const lines = answer.text
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    const wrong = answer.status === 200 ? lines.find(one => one.outcome === 'refused') : answer.text;
    return {
      problem: wrong && JSON.stringify(wrong),
      isSame: lines.every(one => one.outcome === 'unchanged'),
      count: lines.length,
    };
  }
  const answer = await sendText(`/$import?file=${encodeURIComponent(name)}`, 'text/csv', text);
  const { parameter = [] } = JSON.parse(answer.text);
  const number = key => parameter.find(one => one.name === key)?.valueInteger;
  const problem = answer.status === 200 && number('refused') === 0 ? undefined : answer.text.slice(0, 600);
  const own = { problem, isSame: number('stored') === 0, count: 1 };
  if (problem || !extract) return own;
  // A form's total becomes an Observation when its office asks for that.
  const found = await send('GET', `/QuestionnaireResponse?identifier=${token(extract.system, extract.value)}`);
  const made = await send('POST', `/QuestionnaireResponse/${found.json.entry?.[0]?.resource.id}/$extract`, {
    resourceType: 'Parameters',
  });
  const bundle = made.json.parameter?.find(one => one.name === 'return')?.resource;
  if (!bundle) return { ...own, problem: `nothing extracted: ${JSON.stringify(made.json).slice(0, 300)}` };
  const stored = await sendBundle(send, bundle);
  return { problem: stored.problem, isSame: own.isSame, state: stored.state, count: 1 };
}

/** Sends an event, as a bundle or as files with what no file carries. */
async function sendEvent(send, sendText, person, event) {
  const { files, carried } = sendText ? filesOf(person, event) : { files: [], carried: [] };
  const entry = event.bundle.entry.filter(({ resource }) => !carried.includes(resource.resourceType));
  const results = entry.length > 0 ? [await sendBundle(send, { ...event.bundle, entry })] : [];
  for (const file of files) results.push(await sendFile(send, sendText, file));
  return {
    problem: results.find(one => one.problem)?.problem,
    state: results.map(one => one.state ?? '').join('\n'),
    isSame: results.every(one => one.isSame !== false),
    count: results.reduce((sum, one) => sum + one.count, 0),
  };
}

/**
 * Plays the year.
 * @param {(method: string, url: string, body?: object) => Promise<{ status: number, json: any }>} send urls below the base
 * @param {{ persons: number, seed?: number, clients?: number, sendText?: Function }} options `sendText(url, contentType, text)`: what national
 *   files can carry goes as files
 * @returns what was found wrong (empty when all is well) and how much was sent
 */
export async function playYear(send, { persons, seed = 1, clients = 8, sendText }) {
  const wrong = [];
  let sent = 0;
  let unchanged = 0;
  const people = Array.from({ length: persons }, (_, i) => makePerson(i + 1, seed));
  const note = (person, text) => wrong.push(`person ${person.index}: ${text}`);
  await send('POST', '', places());
  const states = new Map();
  await inParallel(people, clients, async person => {
    const own = [];
    for (const event of yearOf(person)) {
      const { problem, state, count } = await sendEvent(send, sendText, person, event);
      if (problem) note(person, `${event.month} ${event.en}: ${problem}`);
      own.push(state);
      sent += count;
    }
    states.set(person.index, own);
  });
  // Once more, as a municipality does every night. The steps of the certification may not go back: only its last state is sent.
  await inParallel(people, clients, async person => {
    const events = yearOf(person);
    const isStep = ({ bundle }) => bundle.entry[0].resource.meta.profile?.[0]?.endsWith('certification-application');
    const last = events.findLastIndex(isStep);
    for (const [i, event] of events.entries()) {
      if (isStep(event) && i !== last) continue;
      const { problem, state, isSame, count } = await sendEvent(send, sendText, person, event);
      if (problem || !isSame || state !== states.get(person.index)[i])
        note(person, `${event.month} ${event.en}: sent again, and something changed`);
      else unchanged += count;
    }
  });
  await inParallel(people, clients, person => checkPerson(send, person, text => note(person, text)));
  await checkOffice(send, people, text => wrong.push(text));
  return { wrong, sent, unchanged };
}

const token = (system, value) => encodeURIComponent(`${system}|${value}`);

async function checkPerson(send, person, note) {
  const expected = expectedOf(person);
  const found = await send('GET', `/Patient?identifier=${token(ids.insured, person.key)}`);
  const id = found.json.entry?.[0]?.resource.id;
  if (!id) return note('the person is not there');
  for (const [type, count] of Object.entries(expected.counts)) {
    const by = type === 'Patient' ? `_id=${id}` : `${type === 'Coverage' ? 'beneficiary' : 'patient'}=Patient/${id}`;
    const { json } = await send('GET', `/${type}?${by}&_summary=count`);
    if (json.total !== count) note(`${json.total} ${type}, expected ${count}`);
  }
  for (const [day, level] of Object.entries(expected.careLevels)) {
    const { json } = await send('GET', `/Coverage/$as-of?patient=Patient/${id}&date=${day}`);
    const part = name => (json.parameter ?? []).find(one => one.name === name);
    if (part('careLevel')?.valueCoding?.code !== level)
      note(`care level on ${day}: ${part('careLevel')?.valueCoding?.code}, expected ${level}`);
    if (!JSON.stringify(part('burden') ?? {}).includes(String(expected.burdens[day])))
      note(`burden on ${day}: ${JSON.stringify(part('burden'))}, expected ${expected.burdens[day]}`);
  }
  const { json: plans } = await send('GET', `/CarePlan?patient=Patient/${id}&_count=100`);
  const resources = (plans.entry ?? []).map(({ resource }) => resource);
  const sums = [unitsIn(resources, 'planned'), unitsIn(resources, 'given')];
  if (sums[0] !== expected.planned || sums[1] !== expected.given)
    note(`units planned and given: ${sums}, expected ${expected.planned},${expected.given}`);
  const { json: opinions } = await send('GET', `/DocumentReference?patient=Patient/${id}&type=physician-opinion`);
  const opinion = opinions.entry?.[0]?.resource;
  const { json: answers } = await send('GET', `/${opinion?.context?.related?.[0]?.reference}`);
  if (!JSON.stringify(answers).includes(`"${person.diagnosis}"`)) note('the opinion does not lead to its answers');
  if (opinion?.content?.[0]?.attachment?.url !== `DocumentReference/${opinion?.id}/$render?_format=pdf`)
    note('the opinion does not say where its paper is');
  const { json: tasks } = await send('GET', `/Task?patient=Patient/${id}&status=completed`);
  const { json: progress } = await send('GET', `/Task/${tasks.entry?.[0]?.resource.id}/$progress`);
  if (!JSON.stringify(progress).includes('"certified"')) note('the certification is not told as certified');
  const { json: summary } = await send('GET', `/Patient/${id}/$care-summary?date=2026-11-01`);
  const types = new Set((summary.entry ?? []).map(({ resource }) => resource.resourceType));
  for (const type of ['Patient', 'Coverage', 'CarePlan', 'Observation'])
    if (!types.has(type)) note(`the care summary has no ${type}`);
}

/** The gain of the office is the one of its persons' figures. */
async function checkOffice(send, people, note) {
  const found = await send('GET', `/Organization?identifier=${token(ids.office, careOffices.visit.number)}`);
  const { json } = await send(
    'GET',
    `/Organization/${found.json.entry?.[0]?.resource.id}/$adl-gain?start=2026-04&end=2027-03`,
  );
  const part = name => (json.parameter ?? []).find(one => one.name === name);
  if (part('users')?.valueInteger !== people.length)
    note(`ADL gain of ${part('users')?.valueInteger} persons, expected ${people.length}`);
  const rows = (json.parameter ?? []).filter(one => one.name === 'person');
  const gains = rows.map(({ part: own }) => own.find(one => one.name === 'gain').valueInteger);
  const points = total =>
    [
      [80, 3],
      [55, 2],
      [0, 1],
    ].find(([from]) => total >= from)[1];
  const expected = people.map(person => expectedOf(person)).map(({ gain, first }) => gain + points(first));
  const sorted = list => [...list].sort((a, b) => b - a);
  if (String(sorted(gains)) !== String(sorted(expected))) note(`gains ${sorted(gains)}, expected ${sorted(expected)}`);
  const out = Math.floor(people.length / 10);
  const kept = sorted(expected).slice(out, people.length - out);
  const mean = Math.round((kept.reduce((sum, one) => sum + one, 0) / kept.length) * 100) / 100;
  if (part('mean')?.valueDecimal !== mean) note(`mean gain ${part('mean')?.valueDecimal}, expected ${mean}`);
}

/** Sends a file to a running server. */
const textSenderTo = base => async (url, contentType, text) => {
  const answer = await fetch(`${base}${url}`, { method: 'POST', headers: { 'content-type': contentType }, body: text });
  return { status: answer.status, text: await answer.text() };
};

async function main() {
  const { values } = parseArgs({
    options: {
      base: { type: 'string', default: 'http://127.0.0.1:8080/fhir' },
      persons: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      clients: { type: 'string', default: '8' },
      files: { type: 'boolean', default: false },
    },
  });
  const base = values.base.replace(/\/+$/, '');
  const send = async (method, url, body) => {
    const answer = await fetch(`${base}${url}`, {
      method,
      headers: { 'content-type': 'application/fhir+json', accept: 'application/fhir+json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, json: await answer.json() };
  };
  const started = performance.now();
  const options = {
    persons: Number(values.persons),
    seed: Number(values.seed),
    clients: Number(values.clients),
    ...(values.files && { sendText: textSenderTo(base) }),
  };
  const { wrong, sent, unchanged } = await playYear(send, options);
  const seconds = (performance.now() - started) / 1000;
  for (const line of wrong.slice(0, 20)) process.stderr.write(`${line}\n`);
  process.stdout.write(
    `${options.persons} persons, ${sent} resources sent, ${unchanged} sent again and unchanged, ${wrong.length} wrong, ${seconds.toFixed(1)} s\n`,
  );
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
