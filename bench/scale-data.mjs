// The data of the scale benchmark: synthetic patients with 40 resources each (20 of them observations), about 2 kB a resource.
// Everything follows from the seed and a number, so that any part can be made again. No person is real.

export const identifierSystem = 'https://w3id.org/engawa/fhir/IdSystem/bench';
export const loinc = 'http://loinc.org';
export const ucum = 'http://unitsofmeasure.org';
export const profile = 'https://w3id.org/engawa/fhir/StructureDefinition/bench-observation';

/** Resources of one patient, by type. */
const perPatient = [
  ['Patient', 1],
  ['Encounter', 5],
  ['Condition', 3],
  ['MedicationRequest', 4],
  ['Procedure', 3],
  ['DiagnosticReport', 2],
  ['DocumentReference', 2],
  ['Observation', 20],
];
export const resourcesOfPatient = perPatient.reduce((sum, [, count]) => sum + count, 0);

const families = '佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 斎藤 清水 山崎 森 池田 橋本 阿部 石川 山下 中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤 村上 遠藤 青木 坂本'.split(' ');
const kana = 'サトウ スズキ タカハシ タナカ イトウ ワタナベ ヤマモト ナカムラ コバヤシ カトウ ヨシダ ヤマダ ササキ ヤマグチ マツモト イノウエ キムラ ハヤシ サイトウ シミズ ヤマザキ モリ イケダ ハシモト アベ イシカワ ヤマシタ ナカジマ イシイ オガワ マエダ オカダ ハセガワ フジタ ゴトウ コンドウ ムラカミ エンドウ アオキ サカモト'.split(' ');
const givens = '太郎 花子 一郎 幸子 健一 久美子 誠 美咲 勇 節子 清 和子 進 恵子 実 洋子 茂 直美 正 由美 弘 陽子 学 千代 博 文子 修 静江 隆 光'.split(' ');
const cities = '千代田区 中央区 港区 新宿区 文京区 台東区 墨田区 江東区 品川区 目黒区 大田区 世田谷区'.split(' ');
const filler =
  '採血は空腹時。前回の値と比べて大きな変化はありません。次回の受診時にもう一度確認し、変化があれば計画を見直します。食事と睡眠は普段どおりで、本人から新しい訴えはありませんでした。' +
  'No marked change since the last visit; to be looked at again at the next visit together with the findings of the examination. ';

/** Sixty codes, the first far more frequent than the last. */
export const codes = Array.from({ length: 60 }, (_, i) => `${1000 + i * 37}-${i % 10}`);
const units = ['mg/dL', 'g/L', 'mmol/L', '%', 'kg', 'mm[Hg]'];
export const conditions = Array.from({ length: 200 }, (_, i) => ({ code: `E${10 + i}`, display: `見本病名 ${i}` }));

/** Random numbers from 0 to 1 that follow from two whole numbers. */
export function randomOf(seed, number) {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const pick = (random, list) => list[Math.floor(random() * list.length)];
/** Small numbers are far more frequent than large ones. */
export const frequent = (random, list) => list[Math.floor(list.length * random() ** 2.5)];
const dayOf = random => new Date(Date.UTC(2021, 0, 1) + Math.floor(random() * 1825) * 86_400_000).toISOString().slice(0, 10);
const uuid = random => {
  const hex = Array.from({ length: 4 }, () => Math.floor(random() * 2 ** 32).toString(16).padStart(8, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
};
const concept = (system, code, display) => ({ coding: [{ system, code, display }], text: display });

const makers = {
  Patient: ({ n, random }) => {
    const f = Math.floor(families.length * random() ** 1.5);
    return {
      identifier: [{ system: identifierSystem, value: `P${n}` }],
      active: true,
      name: [
        { use: 'official', family: families[f], given: [pick(random, givens)] },
        { use: 'official', family: kana[f], given: ['ミホン'] },
      ],
      telecom: [{ system: 'phone', value: `03-${1000 + (n % 9000)}-${1000 + ((n * 7) % 9000)}` }],
      gender: random() < 0.5 ? 'male' : 'female',
      birthDate: `${1930 + Math.floor(random() * 90)}-0${1 + Math.floor(random() * 9)}-1${Math.floor(random() * 10)}`,
      address: [{ text: `東京都${cities[n % cities.length]}見本町${1 + (n % 30)}-${1 + (n % 12)}`, city: cities[n % cities.length], state: '東京都', postalCode: `1${String(n % 1000000).padStart(6, '0')}` }],
    };
  },
  Encounter: ({ subject, random }) => {
    const day = dayOf(random);
    return {
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: random() < 0.2 ? 'IMP' : 'AMB' },
      subject,
      period: { start: `${day}T09:00:00+09:00`, end: `${day}T10:30:00+09:00` },
      reasonCode: [{ text: filler.repeat(2) }],
      serviceProvider: { reference: `Organization/ward-${Math.floor(random() * 40)}` },
    };
  },
  Condition: ({ subject, encounter, random }) => {
    const { code, display } = frequent(random, conditions);
    return {
      clinicalStatus: concept('http://terminology.hl7.org/CodeSystem/condition-clinical', random() < 0.6 ? 'active' : 'resolved'),
      code: concept('http://hl7.org/fhir/sid/icd-10', code, display),
      subject,
      encounter,
      onsetDateTime: dayOf(random),
      recordedDate: dayOf(random),
      note: [{ text: filler.repeat(4) }],
    };
  },
  MedicationRequest: ({ subject, encounter, random }) => {
    const drug = Math.floor(300 * random() ** 2);
    return {
      status: 'active',
      intent: 'order',
      medicationCodeableConcept: concept('urn:oid:1.2.392.200119.4.403.1', `${100000000 + drug}`, `見本錠 ${drug} mg`),
      subject,
      encounter,
      authoredOn: dayOf(random),
      dosageInstruction: [{ text: '１日３回毎食後　見本' }],
      note: [{ text: filler.repeat(4) }],
    };
  },
  Procedure: ({ subject, encounter, random }) => {
    const number = Math.floor(150 * random() ** 2);
    return {
      status: 'completed',
      code: concept('https://w3id.org/engawa/fhir/CodeSystem/bench', `K${number}`, `見本処置 ${number}`),
      subject,
      encounter,
      performedDateTime: dayOf(random),
      note: [{ text: filler.repeat(4) }],
    };
  },
  DiagnosticReport: ({ subject, encounter, results, random }) => ({
    status: 'final',
    code: concept(loinc, '58410-2', '血液検査'),
    subject,
    encounter,
    effectiveDateTime: dayOf(random),
    result: results,
    conclusion: filler.repeat(4),
  }),
  DocumentReference: ({ subject, random }) => ({
    status: 'current',
    type: concept(loinc, '18842-5', '退院時サマリー'),
    subject,
    date: `${dayOf(random)}T12:00:00+09:00`,
    content: [{ attachment: { contentType: 'text/plain', title: filler.repeat(5) } }],
  }),
  Observation: ({ n, i, subject, encounter, random }) => {
    const code = frequent(random, codes);
    const day = dayOf(random);
    const unit = units[codes.indexOf(code) % units.length];
    const quantity = value => ({ value, unit, system: ucum, code: unit });
    return {
      meta: { profile: [profile] },
      identifier: [{ system: identifierSystem, value: `O${n}-${i}` }],
      status: 'final',
      category: [concept('http://terminology.hl7.org/CodeSystem/observation-category', 'laboratory', 'Laboratory')],
      code: concept(loinc, code, `検査 ${code}`),
      subject,
      encounter,
      effectiveDateTime: `${day}T${String(8 + Math.floor(random() * 10)).padStart(2, '0')}:40:00+09:00`,
      issued: `${day}T19:20:00.000+09:00`,
      performer: [{ reference: `Practitioner/lab-${Math.floor(random() * 30)}` }],
      valueQuantity: quantity(Math.round(random() * 2000) / 10),
      note: [{ text: filler.repeat(3) }],
      referenceRange: [{ low: quantity(0.5), high: quantity(120) }],
    };
  },
};

/** All resources of the nth patient. */
export function patientRecord(seed, n) {
  const random = randomOf(seed, n);
  const subject = { reference: `Patient/p-${n}` };
  const ids = new Map();
  for (const [type, count] of perPatient)
    ids.set(
      type,
      Array.from({ length: count }, () => (type === 'Patient' ? `p-${n}` : uuid(random))),
    );
  return perPatient.flatMap(([type, count]) =>
    Array.from({ length: count }, (_, i) => {
      const encounter = { reference: `Encounter/${pick(random, ids.get('Encounter'))}` };
      const results = ids.get('Observation').slice(i * 5, i * 5 + 5).map(id => ({ reference: `Observation/${id}` }));
      return { resourceType: type, id: ids.get(type)[i], ...makers[type]({ n, i, subject, encounter, results, random }) };
    }),
  );
}

/** The searches that are measured: a name and what is asked, which follows from a random number. */
export function searches(patients, now) {
  const person = random => Math.floor(random() * patients);
  const code = random => frequent(random, codes);
  return [
    ['token: identifier', r => ['Patient', [['identifier', `${identifierSystem}|P${person(r)}`]]]],
    ['token: code', r => ['Observation', [['code', `${loinc}|${code(r)}`]]]],
    ['token: code, newest first', r => ['Observation', [['code', code(r)], ['_sort', '-date']]]],
    ['patient, code, date, sorted', r => ['Observation', [['patient', `p-${person(r)}`], ['code', `${loinc}|${code(r)}`], ['date', 'ge2022-01-01'], ['_sort', '-date'], ['_count', '10']]]],
    ['string: prefix', r => ['Patient', [['family', pick(r, families)], ['_count', '20']]]],
    ['string: kana prefix', r => ['Patient', [['name', pick(r, kana).slice(0, 3)]]]],
    ['string: contains', r => ['Patient', [['address:contains', `${pick(r, cities)}見本`]]]],
    ['date: a month', r => ['Patient', [['birthdate', `${1930 + Math.floor(r() * 90)}-05`]]]],
    ['date: from a day on', r => ['Observation', [['date', `ge${dayOf(r)}`]]]],
    ['quantity: with unit', r => ['Observation', [['value-quantity', `gt${Math.floor(r() * 190)}|${ucum}|mg/dL`]]]],
    ['quantity: value without unit', r => ['Observation', [['value-quantity', `gt${Math.floor(r() * 190)}`]]]],
    ['composite: code and value', r => ['Observation', [['code-value-quantity', `${code(r)}$gt${100 + Math.floor(r() * 90)}`]]]],
    ['code, newest first, value', r => ['Observation', [['code', code(r)], ['value-quantity', `gt${100 + Math.floor(r() * 90)}`], ['_sort', '-date']]]],
    ['chain: patient.family', r => ['Observation', [['patient.family', pick(r, families)]]]],
    ['chain: patient.identifier', r => ['Observation', [['patient.identifier', `${identifierSystem}|P${person(r)}`]]]],
    ['_has', r => ['Patient', [['_has:Observation:patient:code', code(r)]]]],
    ['_include', r => ['Observation', [['code', code(r)], ['_include', 'Observation:patient'], ['_include', 'Observation:encounter'], ['_count', '20']]]],
    ['_revinclude', r => ['Patient', [['_id', `p-${person(r)}`], ['_revinclude', 'Observation:patient']]]],
    ['_lastUpdated, oldest first', r => ['Condition', [['_lastUpdated', `ge${new Date(now - 3_000 - r() * 30_000).toISOString()}`], ['_sort', '_lastUpdated']]]],
    ['uri: _profile', () => ['Observation', [['_profile', profile]]]],
    ['token: :text', r => ['Condition', [['code:text', frequent(r, conditions).display]]]],
    ['token: :not', r => ['Observation', [['code:not', code(r)]]]],
    ['everything of a type', () => ['Encounter', []]],
  ];
}

/** The counts that are measured. */
export function counts() {
  return [
    ['count: code and date', r => ['Observation', [['code', frequent(r, codes)], ['date', 'ge2024-01-01'], ['_summary', 'count']]]],
    ['count: code and value', r => ['Observation', [['code', frequent(r, codes)], ['value-quantity', `gt${100 + Math.floor(r() * 90)}`], ['_summary', 'count']]]],
    ['count: code and value with unit', r => {
      const code = frequent(r, codes);
      return ['Observation', [['code', code], ['value-quantity', `gt${100 + Math.floor(r() * 90)}|${ucum}|${units[codes.indexOf(code) % units.length]}`], ['_summary', 'count']]];
    }],
    ['count: most frequent code and value', r => ['Observation', [['code', codes[0]], ['value-quantity', `gt${100 + Math.floor(r() * 90)}|${ucum}|mg/dL`], ['_summary', 'count']]]],
    ['count: most frequent code and date', () => ['Observation', [['code', codes[0]], ['date', 'ge2023-01-01'], ['_summary', 'count']]]],
  ];
}
