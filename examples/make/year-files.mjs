// The year of a person as national files: what the insurer's daily file, the care-plan exchange and LIFE can carry of it. What no file
// carries (the application and its steps, its result, the notification) is sent over REST in either way of playing the year.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { careLevels } from './people.mjs';
import { careOffices, engawa, insurerName, insurerNumber } from './shared.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const read = file => JSON.parse(fs.readFileSync(path.join(root, file), 'utf8'));
const plain = day => day.replaceAll('-', '');
const { management, visit } = careOffices;

/** A certificate as a line of the insurer's file (docs/certificates-push.md), in JSON. */
export function certificateLine(person, kind, history, rest) {
  const { familyKana, givenKana, family, given, gender, birthDate, line, insuredNumber } = person;
  const row = {
    kind,
    insurer: insurerNumber,
    insurerName,
    insured: insuredNumber,
    history: String(history),
    name: `${family} ${given}`,
    kana: `${familyKana} ${givenKana}`,
    birth: plain(birthDate),
    sex: gender === 'male' ? '1' : '2',
    postal: '000-0000',
    address: `見本県縁側市${line}`,
    ...rest,
  };
  return `${JSON.stringify(row)}\n`;
}

/** 被保険者証. */
export const insuredLine = (person, history, level, { start, end }) =>
  certificateLine(person, 'hihokensha', history, {
    issued: plain(start),
    from: plain(start),
    to: plain(end),
    level,
    certified: plain(start),
    limit: String(careLevels[level].limit),
  });

/** 負担割合証 of a year. */
export const burdenLine = (person, history, percent, year) =>
  certificateLine(person, 'futanwariai', history, {
    issued: `${year}0720`,
    from: `${year}0801`,
    to: `${year + 1}0731`,
    burden1: String(percent),
  });

const csv = rows =>
  rows.map(cells => `${cells.map(one => `"${String(one).replaceAll('"', '""')}"`).join(',')}\r\n`).join('');
const version = '202407';
const stamp = day => `${plain(day)}093000`;
const planner = `${management.number}_43`;
const server = `${visit.number}_11`;

/** UP1KYO: 28 items, those of the certification empty. */
export function planFile(person, { day, author, policy }) {
  const date = plain(day);
  const cells = [
    ...[version, insurerNumber, person.insuredNumber, date, '', '', '', author, management.name, '', '', ''],
    ...[management.number, date, date, '', '', '', '', '', '', '', '', policy, '', '', '', ''],
  ];
  return { name: `UP1KYO_${planner}_${server}_${stamp(day)}.CSV`, text: csv([cells]) };
}

/** UPPLAN or UPJSK of a month: 25 items, a row for each day. */
export function monthFile(person, kind, { month, created, days, units, code }) {
  const rows = days.map(day => [
    ...[version, insurerNumber, person.insuredNumber, plain(created), month, management.number, '計画 立子', units, ''],
    ...[plain(day), '', '1000', '1100', 1, code, '', '', '', '', visit.number, visit.name, '', 0, '', ''],
  ]);
  const [from, to] = kind === 'UPPLAN' ? [planner, server] : [server, planner];
  return { name: `${kind}_${month}_${from}_${to}_${stamp(created)}.CSV`, text: csv(rows) };
}

const form = read('profiles/engawa-kaigo/Questionnaire-life-form-0000-2021.json');
const questions = form.item.flatMap(one => one.item ?? [one]).filter(one => one.linkId !== 'barthel_total');
const most = Object.fromEntries(
  questions
    .filter(({ linkId }) => linkId.startsWith('barthel_'))
    .map(({ linkId, answerOption, answerValueSet }) => {
      const system = answerValueSet ?? answerOption[0].valueCoding.system;
      const { concept } = read(`terminology/engawa-life/CodeSystem-${system.split('/').at(-1)}.json`);
      const points = one => one.property.find(each => each.code === 'points').valueDecimal;
      return [linkId, concept.map(one => [points(one), one.code])];
    }),
);

/** The first code of a question's list. */
function firstCode({ answerOption, answerValueSet }) {
  if (answerOption) return answerOption[0].valueCoding.code;
  const file = `CodeSystem-${answerValueSet.split('/').at(-1)}.json`;
  const folder = ['engawa-life', 'engawa-kaigo'].find(one => fs.existsSync(path.join(root, 'terminology', one, file)));
  const [concept] = read(`terminology/${folder}/${file}`).concept;
  return (concept.concept?.[0] ?? concept).code;
}

/** A value for each question that LIFE needs before a record is complete. */
const needed = questions.filter(one =>
  one.extension?.some(({ url, valueCode }) => url.endsWith('/life-required') && valueCode === 'on-confirm'),
);
const complete = day =>
  Object.fromEntries(
    needed.map(one => {
      const numbers = { height: '150', weight: '50' };
      const value =
        one.type === 'choice' ? firstCode(one) : one.type === 'date' ? plain(day) : (numbers[one.linkId] ?? '0');
      return [one.linkId, value];
    }),
  );

/** Codes of the ten items that make a total: LIFE carries codes, not points. */
function barthelCodes(total) {
  let left = total;
  return Object.fromEntries(
    Object.entries(most).map(([linkId, options]) => {
      const [points, code] = options.filter(([own]) => own <= left).sort(([a], [b]) => b - a)[0];
      left -= points;
      return [linkId, code];
    }),
  );
}

/** Number of the record of a day, and the identifier it gets. */
const lifeNumber = day => `Y${plain(day)}`;
export const lifeKey = (person, day) => ({
  system: `${engawa}/IdSystem/life-record`,
  value: `FORM_0000_2021:${visit.number}:11:${lifeNumber(day)}${person.index}`,
});

/** FORM_0000_2021 with the Barthel index of a day. */
export function lifeFile(person, day, total) {
  const cells = {
    care_facility_id: visit.number,
    service_code: '11',
    insurer_no: insurerNumber,
    insured_no: person.insuredNumber,
    external_system_management_number: `${lifeNumber(day)}${person.index}`,
    facility_outpatient_category: '2',
    evaluate_date: plain(day),
    ...complete(day),
    ...barthelCodes(total),
  };
  const keys = ['care_facility_id', 'service_code', 'insurer_no', 'insured_no', 'external_system_management_number'];
  const columns = [...keys, ...questions.map(one => one.linkId)];
  const text = `FORM_0000_2021\r\n${columns.join(',')}\r\n${columns.map(one => cells[one] ?? '').join(',')}\r\n`;
  return { name: `FORM_0000_2021_${person.index}_${plain(day)}.csv`, text };
}

const first = { start: '2025-10-01', end: '2026-09-30' };
const second = { start: '2026-10-01', end: '2027-09-30' };
const push = (...lines) => ({ way: 'push', name: 'certificates.ndjson', text: lines.join('') });
const life = (person, day, total) => ({
  way: 'import',
  ...lifeFile(person, day, total),
  extract: lifeKey(person, day),
});

/**
 * What of an event goes as files; the rest of its bundle goes over REST.
 * @returns {{ files: object[], carried: string[] }} carried: types of resources the files bring
 */
export function filesOf(person, { month, en, made }) {
  const stamped = month.replace('-', '');
  const code = '112222';
  const sheet = kind => monthFile(person, kind, { ...made, month: stamped, units: made.units, code });
  const events = {
    'The insurer: person and certificates': () => [
      ['Patient', 'Coverage'],
      push(insuredLine(person, 1, person.levels.before, first), burdenLine(person, 1, person.burdens[0], 2025)),
    ],
    'The insurer: the new burden': () => [['Coverage'], push(burdenLine(person, 2, person.burdens[1], 2026))],
    'The insurer: result and new certificate': () => [
      ['Coverage'],
      push(insuredLine(person, 2, person.levels.after, second)),
    ],
    'The office: first Barthel index': () => [['Observation'], life(person, '2026-04-15', made.total)],
    'The office: second Barthel index': () => [['Observation'], life(person, '2026-10-15', made.total)],
    'The care manager: notification and plan': () => [
      ['CarePlan'],
      {
        way: 'import',
        ...planFile(person, { day: '2026-09-25', author: '計画 立子', policy: '住み慣れた家での暮らしを続ける。' }),
      },
    ],
    'The care manager: plan of the month': () => [['CarePlan'], { way: 'import', ...sheet('UPPLAN') }],
    'The office: services given': () => [['CarePlan'], { way: 'import', ...sheet('UPJSK') }],
  };
  const [carried = [], ...files] = events[en]?.() ?? [];
  return { files, carried };
}
