#!/usr/bin/env node
// The first flows against a running server: a municipality sends certificates, a hospital sends documents, a care manager
// sends and pulls a plan, a faulty certificate is refused.
//   npm run demo                              (server at http://127.0.0.1:8080/fhir)
//   npm run demo -- --base http://host/fhir --lang ja
// May be run again: the second run finds everything there and changes nothing. Exit code 1 when an answer is not as told.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pullQuery } from './make/care-manager.mjs';
import { mistakes } from './make/refusal.mjs';
import { codes, engawa, ids } from './make/shared.mjs';
import { places } from './make/year/insurer.mjs';
import { makePerson } from './make/year/person.mjs';
import { expectedOf, unitsIn, yearOf } from './make/year.mjs';

const folder = path.dirname(fileURLToPath(import.meta.url));
const usage = 'npm run demo -- [--base http://127.0.0.1:8080/fhir] [--lang ja|en]\n';

function readArguments() {
  try {
    const { values } = parseArgs({
      options: { base: { type: 'string' }, lang: { type: 'string' }, help: { type: 'boolean' } },
    });
    if (values.help) return undefined;
    if (values.base) new URL(values.base);
    return values.lang === undefined || ['ja', 'en'].includes(values.lang) ? values : undefined;
  } catch {
    return undefined;
  }
}
const given = readArguments();
if (!given) {
  process.stderr.write(usage);
  process.exit(process.argv.includes('--help') ? 0 : 2);
}
const base = (given.base ?? 'http://127.0.0.1:8080/fhir').replace(/\/+$/, '');
const locale = process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || '';
const lang = given.lang ?? (locale.startsWith('ja') ? 'ja' : 'en');
/** The text in the language of the demo. */
const say = (ja, en) => (lang === 'ja' ? ja : en);
const print = (text = '') => process.stdout.write(`${text}\n`);
process.stdout.on('error', () => process.exit(1)); // the reader went away

let failures = 0;
/** What the demo promises; a broken promise is told at once and makes the exit code 1. */
function promise(kept, ja, en) {
  if (!kept) failures += 1;
  print(`   ${kept ? '✓' : '✗'} ${say(ja, en)}`);
  return kept;
}

function noServer(error) {
  const { port, hostname } = new URL(base);
  const here = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  const reason = error.cause?.code ?? error.cause?.message ?? error.message;
  print(say(`${base} に応答するサーバーがありません（${reason}）。`, `No server answers at ${base} (${reason}).`));
  print(
    say(
      '別の端末でサーバーを起動してから、もう一度実行してください：',
      'Start one in another terminal, then run the demo again:',
    ),
  );
  print(`   npm start${here && port && port !== '8080' ? ` -- --port ${port}` : ''}`);
  print(say('別の場所で動いているサーバーには：', 'For a server that runs elsewhere:'));
  print('   npm run demo -- --base http://<host>:<port>/fhir');
  process.exit(1);
}

/** Sends a request and prints nothing. */
async function quiet(method, url, body) {
  const headers = { accept: 'application/fhir+json', 'accept-language': lang, 'content-type': 'application/fhir+json' };
  const answer = await fetch(`${base}${url}`, { method, headers, body }).catch(noServer);
  return { status: answer.status, json: await answer.json() };
}

/** Sends a request and prints it with the answer's status. */
async function send(method, url, { body, headers = {}, note = '' } = {}) {
  const [where, query = ''] = decodeURIComponent(url).split('?');
  print(`   ${method} ${where || '/'}${note && `   ${note}`}`);
  for (const [i, parameter] of query.split('&').filter(Boolean).entries()) print(`     ${i ? '&' : '?'}${parameter}`);
  for (const [name, value] of Object.entries(headers)) print(`     ${name}: ${decodeURIComponent(value)}`);
  const started = performance.now();
  const answer = await fetch(`${base}${url}`, {
    method,
    headers: {
      accept: 'application/fhir+json',
      'accept-language': lang,
      ...(body && { 'content-type': 'application/fhir+json' }),
      ...headers,
    },
    body,
  }).catch(noServer);
  const text = await answer.text();
  let json;
  try {
    json = JSON.parse(text);
  } catch {}
  const etag = answer.headers.get('etag');
  const ms = Math.round(performance.now() - started);
  print(`   → ${answer.status} ${answer.statusText}${etag ? `  ETag ${etag}` : ''}  (${ms} ms)`);
  if (answer.status >= 400 && method === 'GET') printIssues(json);
  return { status: answer.status, etag, location: answer.headers.get('location'), json };
}

const readExample = name => fs.readFileSync(path.join(folder, name), 'utf8');

/** Place and text of a finding; the place once, when the text begins with it, too. Long texts are cut. */
function sentence(place, text) {
  const whole = text.startsWith(place) ? text : `${place}: ${text}`;
  return whole.length > 200 ? `${whole.slice(0, 200)} …` : whole;
}

function printIssues(outcome) {
  for (const { severity, code, details, diagnostics, expression } of outcome?.issue ?? [])
    print(`     ${severity} ${code}  ${sentence(expression?.[0] ?? '', details?.text ?? diagnostics ?? '')}`);
}

let step = 0;
const heading = (ja, en) => print(`\n${++step}. ${say(ja, en)}`);

/** What each entry of a transaction became: where it is and in which version. */
const states = answer =>
  (answer.json?.entry ?? []).map(({ response }) => ({
    created: String(response?.status).startsWith('201'),
    ok: /^20[01]/.test(String(response?.status)),
    state: `${response?.location?.replace(/\/_history\/.*$/, '').replace(/^.*\/(?=[A-Za-z]+\/[^/]+$)/, '')} ${response?.etag}`,
  }));

/** Sends a transaction of conditional updates twice; the second time nothing may change. */
async function pushTwice(file, whatJa, whatEn) {
  const body = readExample(file);
  const entries = JSON.parse(body).entry.length;
  const note = `transaction, ${entries} entries  (examples/${file})`;
  const first = await send('POST', '', { body, note });
  if (first.status !== 200) printIssues(first.json);
  const before = states(first);
  const created = before.filter(entry => entry.created).length;
  promise(
    first.status === 200 && before.length === entries && before.every(entry => entry.ok),
    `${whatJa}：新規 ${created} 件、既にあったもの ${before.length - created} 件`,
    `${whatEn}: ${created} created, ${before.length - created} already there`,
  );
  print(say('   同じものをもう一度送ると…', '   The same once more …'));
  const second = await send('POST', '', { body, note });
  const after = states(second);
  const changed = after.filter((entry, i) => entry.state !== before[i]?.state).length;
  promise(
    second.status === 200 && after.length === entries && changed === 0 && !after.some(entry => entry.created),
    `新規 0 件、変更 ${changed} 件、変更なし ${after.length - changed} 件（版番号もそのまま）`,
    `0 created, ${changed} changed, ${after.length - changed} unchanged (the version numbers are the same)`,
  );
}

/** Posts a Bundle that is kept as it is, unless one with its identifier is there. */
async function pushBundle(file, whatJa, whatEn) {
  const body = readExample(file);
  const bundle = JSON.parse(body);
  const { system, value } = bundle.identifier;
  const options = {
    body,
    headers: { 'If-None-Exist': `identifier=${encodeURIComponent(`${system}|${value}`)}` },
    note: `${bundle.type}, ${bundle.entry.length} entries  (examples/${file})`,
  };
  const first = await send('POST', '/Bundle', options);
  if (first.status >= 400) printIssues(first.json);
  promise(
    first.status === 201 || first.status === 200,
    `${whatJa}：${first.status === 201 ? '登録しました' : '既に登録されています'}`,
    `${whatEn}: ${first.status === 201 ? 'stored' : 'was already stored'}`,
  );
  return { bundle, options, first };
}

async function hello() {
  print(say('縁側（Engawa）— はじめの一歩', 'Engawa: the first steps'));
  print(say(`サーバー：${base}`, `Server: ${base}`));
  heading('サーバーに自己紹介を頼みます', 'The server introduces itself');
  const { status, json } = await send('GET', '/metadata');
  const software = `${json?.software?.name ?? '?'} ${json?.software?.version ?? ''}`.trim();
  const types = json?.rest?.[0]?.resource?.length ?? 0;
  promise(
    status === 200 && json?.resourceType === 'CapabilityStatement',
    `${software}、FHIR ${json?.fhirVersion}、リソース ${types} 種類`,
    `${software}, FHIR ${json?.fhirVersion}, ${types} resource types`,
  );
}

async function insurer() {
  heading(
    '保険者（市町村）：20人分の被保険者証と負担割合証を、業務キー（保険者＋被保険者番号＋履歴番号）による条件付き更新で送ります',
    'A municipality sends the care certificates of 20 people: conditional updates by business key',
  );
  await pushTwice('insurer/certificates.json', '保険者、被保険者、証', 'Insurer, people, certificates');
}

async function hospital() {
  heading('病院：診療情報提供書（文書 Bundle）を送ります', 'A hospital sends a referral document (診療情報提供書)');
  const { bundle, options, first } = await pushBundle('hospital/referral.json', '診療情報提供書', 'Referral');
  const again = await send('POST', '/Bundle', options);
  promise(
    again.status === 200,
    '二度送っても増えません（200、既存のもの）',
    'Sent twice, stored once (200, the one that is there)',
  );
  const where = (again.location ?? first.location ?? '').match(/Bundle\/[^/]+/)?.[0];
  const read = await send('GET', `/${where}`);
  const same = JSON.stringify(read.json?.entry) === JSON.stringify(bundle.entry);
  promise(read.status === 200 && same, '送った文書がそのまま返ります', 'The document comes back as it was sent');

  heading(
    '病院：5情報（傷病名、アレルギー、検査）を1種類ずつ collection Bundle で送ります',
    'The hospital sends conditions, allergies and laboratory results, one kind a Bundle',
  );
  await pushBundle('hospital/conditions.json', '傷病名', 'Conditions');
  await pushBundle('hospital/allergies.json', 'アレルギー', 'Allergies');
  await pushBundle('hospital/lab-results.json', '検査', 'Laboratory results');
}

async function careManager() {
  heading(
    'ケアマネジャー：居宅サービス計画（目標、担当チーム、事業所とともに）を送ります',
    'A care manager sends a care plan with its goals, team and service offices',
  );
  await pushTwice('care-manager/care-plan.json', '計画', 'Plan');

  heading(
    'ケアマネジャー：本人、証、計画、目標、チーム、事業所を1回の問い合わせで受け取ります',
    'One request brings the person, certificates, plan, goals, team and offices',
  );
  const query = pullQuery.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  const { status, json } = await send('GET', `/Patient?${query}`);
  const resources = (json?.entry ?? []).map(entry => entry.resource);
  const of = type => resources.filter(resource => resource.resourceType === type);
  printPlan(of);
  const wanted = { Patient: 1, Coverage: 2, CarePlan: 1, Goal: 4, CareTeam: 1, Organization: 6, Practitioner: 1 };
  const found = Object.keys(wanted).map(type => `${type} ${of(type).length}`);
  promise(
    status === 200 && Object.entries(wanted).every(([type, count]) => of(type).length === count),
    `${resources.length} 件：${found.join('、')}`,
    `${resources.length} resources: ${found.join(', ')}`,
  );
}

function printPlan(of) {
  const [person] = of('Patient');
  const [plan] = of('CarePlan');
  const certificate = of('Coverage').find(
    cover => cover.type?.coding?.[0]?.system === codes.certificate && cover.extension?.length > 1,
  );
  const extension = name =>
    certificate?.extension?.find(({ url }) => url === `${engawa}/StructureDefinition/kaigo-${name}`);
  const level = extension('care-level')?.valueCodeableConcept?.coding?.[0]?.display;
  const limit = extension('benefit-limit')?.extension?.find(({ url }) => url === 'units')?.valueQuantity;
  const share = of('Coverage').find(cover => cover.costToBeneficiary)?.costToBeneficiary?.[0]?.valueQuantity?.value;
  const names = new Map(of('Organization').map(office => [`Organization/${office.id}`, office.name]));
  print(`     ${person?.name?.[0]?.text}（${person?.name?.[1]?.text}） ${person?.birthDate}`);
  print(
    `     ${level}  ${limit?.value} ${limit?.unit}  ${certificate?.period?.start} – ${certificate?.period?.end}  ${share}%`,
  );
  print(`     ${plan?.title}  ${plan?.period?.start} – ${plan?.period?.end}`);
  for (const goal of of('Goal')) print(`       ${goal.category?.[0]?.coding?.[0]?.display}  ${goal.description?.text}`);
  for (const { detail } of plan?.activity ?? [])
    print(
      `       ${detail.code?.coding?.[0]?.display ?? detail.code?.text}  ${names.get(detail.performer?.[0]?.reference) ?? ''}  ${detail.description}`,
    );
}

async function refusal() {
  heading(
    '誤りのある証を送ると、どこがどう違うかを添えて断られます',
    'A faulty certificate is refused, with every mistake named',
  );
  const { status, json } = await send('POST', '/Coverage', {
    body: readExample('refusal/certificate.json'),
    note: '(examples/refusal/certificate.json)',
  });
  printIssues(json);
  const places = (json?.issue ?? [])
    .flatMap(issue => issue.expression ?? [])
    .map(place => place.replace(/\[\d+\]/g, ''));
  const named = mistakes.filter(mistake => places.some(place => place === mistake || place.startsWith(`${mistake}.`)));
  promise(
    status === 400 && json?.resourceType === 'OperationOutcome' && named.length === mistakes.length,
    `${mistakes.length} か所の誤りのうち ${named.length} か所が示されました`,
    `${named.length} of the ${mistakes.length} mistakes are named`,
  );
  const token = encodeURIComponent(`${ids.certificate}|492017:9999999999:1`);
  const { json: found } = await send('GET', `/Coverage?identifier=${token}&_total=accurate`);
  promise(found?.total === 0, '断られたものは何も保存されていません', 'Nothing of what was refused is stored');
}

/** A person's year, told month by month; then what the server knows of it. */
async function year() {
  const person = makePerson(1, 7);
  const whole = `${person.family} ${person.given}`;
  heading(
    `ひとりの一年：${whole} さん（2026年4月〜2027年3月）。認定申請から結果、計画、毎月の実績まで`,
    `A year of one person, ${whole}: from the application to the result, the plan, and the services of each month`,
  );
  const post = bundle => quiet('POST', '', JSON.stringify(bundle));
  await post(places());
  let refused = 0;
  for (const { month, ja, en, bundle } of yearOf(person)) {
    const { status, json } = await post(bundle);
    // Told again, the steps of a certification that is over are refused: they do not go back.
    const isStep = bundle.entry[0].resource.meta.profile?.[0]?.endsWith('certification-application');
    if (status !== 200 && !(isStep && status === 422)) {
      refused += 1;
      printIssues(json);
    }
    print(`   ${month}  ${say(ja, en)}`);
  }
  promise(refused === 0, 'すべて受け付けられました', 'Everything was accepted');
  await yearAnswers(person);
}

async function yearAnswers(person) {
  const expected = expectedOf(person);
  const token = encodeURIComponent(`${ids.insured}|${person.key}`);
  const id = (await quiet('GET', `/Patient?identifier=${token}`)).json?.entry?.[0]?.resource.id;
  for (const [day, level] of Object.entries(expected.careLevels)) {
    const { json } = await send('GET', `/Coverage/$as-of?patient=Patient/${id}&date=${day}`);
    const found = json?.parameter?.find(({ name }) => name === 'careLevel')?.valueCoding;
    promise(
      found?.code === level,
      `${day} の要介護度：${found?.display ?? found?.code}`,
      `care level on ${day}: ${found?.display ?? found?.code}`,
    );
  }
  const { json } = await send('GET', `/CarePlan?patient=Patient/${id}&_count=100`);
  const plans = (json?.entry ?? []).map(({ resource }) => resource);
  const [planned, given] = [unitsIn(plans, 'planned'), unitsIn(plans, 'given')];
  promise(
    planned === expected.planned && given === expected.given,
    `半年の予定 ${planned} 単位、実績 ${given} 単位（限度額 ${expected.limit} 単位/月）`,
    `half a year: ${planned} units planned, ${given} given (limit ${expected.limit} a month)`,
  );
  const summary = await send('GET', `/Patient/${id}/$care-summary?date=2026-11-01`);
  const types = new Set((summary.json?.entry ?? []).map(({ resource }) => resource.resourceType));
  promise(
    types.has('Coverage') && types.has('CarePlan'),
    `夜間救急で見る要約：${[...types].join('、')}`,
    `what a hospital sees at night: ${[...types].join(', ')}`,
  );
}

await hello();
await insurer();
await hospital();
await careManager();
await year();
await refusal();
print();
if (failures) {
  print(say(`期待と違う応答が ${failures} 件ありました。`, `${failures} answers were not what the demo says.`));
  process.exitCode = 1;
} else {
  print(
    say(
      'すべて説明どおりでした。もう一度実行しても、何も変わりません。次の一歩は README.ja.md をご覧ください。',
      'Every answer was as told. Run it again: nothing changes. README.md says what to try next.',
    ),
  );
}
