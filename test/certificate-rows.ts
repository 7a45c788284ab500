/** Certificate rows of people who do not exist, for tests and measurements; the same for the same seed. */
import { certificateLayout } from '../src/files/certificates/layout.ts';

/** Rows by the keys of the layout. */
export type CertificateRow = Record<string, string>;

const families = [
  '縁側',
  '軒先',
  '障子',
  '襖',
  '欄間',
  '雨戸',
  '床間',
  '鴨居',
  '敷居',
  '土間',
  '簾',
  '行灯',
  '瓦',
  '格子',
];
const kanas = [
  'エンガワ',
  'ノキサキ',
  'ショウジ',
  'フスマ',
  'ランマ',
  'アマド',
  'トコマ',
  'カモイ',
  'シキイ',
  'ドマ',
  'スダレ',
  'アンドン',
  'カワラ',
  'コウシ',
];
const levels = ['12', '13', '21', '22', '23', '24', '25'];
const limits = ['5032', '10531', '16765', '19705', '27048', '30938', '36217'];

/** A small generator of numbers from 0 to below 1 (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The rows of one person: 被保険者証, 負担割合証 and, for every third, 負担限度額認定証. */
export function rowsOfPerson(n: number): CertificateRow[] {
  const random = numbers(n + 1);
  const pick = (count: number) => Math.floor(random() * count);
  const [family, level] = [pick(families.length), pick(levels.length)];
  const person = {
    insurer: '492017',
    insurerName: '縁側市（見本）',
    insured: n % 50 === 49 ? `H${String(n).padStart(9, '0')}` : String(n).padStart(10, '0'),
    name: `${families[family]} 見本${n}`,
    kana: `${kanas[family]} ミホン`,
    birth: `${1925 + pick(30)}0${1 + pick(9)}1${pick(9)}`,
    sex: String(1 + pick(2)),
    undisclosed: n % 97 === 96 ? '1' : '0',
    postal: '000-0000',
    address: `見本県縁側市中央${1 + pick(9)}丁目${1 + pick(99)}番地`,
  };
  const insured = {
    kind: 'hihokensha',
    ...person,
    history: '1',
    issued: '20260401',
    from: '20260401',
    to: '20290331',
    level: levels[level]!,
    certified: '20260401',
    limit: limits[level]!,
    ...(n % 11 === 0 && {
      restrictions: 'reduction/20260901/20270228/70',
      opinion: '転倒に留意すること。',
      services: '11;13',
    }),
    ...(n % 13 === 0 && { stays: '51/特別養護老人ホーム縁の郷（見本）/20260501/20260630', serviceLimits: '11/8000' }),
    office: '4970100014',
    officeName: 'ひだまり居宅介護支援事業所（見本）',
    author: '1',
    notified: '20260401',
  };
  const year = { ...person, history: '1', issued: '20260720', from: '20260801', to: '20270731' };
  const burden: CertificateRow =
    n % 17 === 0
      ? {
          burden1: '10',
          burden1From: '20260801',
          burden1To: '20261130',
          burden2: '20',
          burden2From: '20261201',
          burden2To: '20270731',
        }
      : { burden1: ['10', '20', '30'][pick(3)]! };
  const rows: CertificateRow[] = [insured, { kind: 'futanwariai', ...year, ...burden }];
  if (n % 3 === 0)
    rows.push({
      kind: 'futangendo',
      ...year,
      stage: '2',
      'limit.unit-private': '880',
      'limit.unit-semi-private': '550',
      'limit.private-welfare': '480',
      'limit.private-health': '550',
      'limit.shared': '430',
      'limit.meal-facility': '390',
      'limit.meal-short-stay': '600',
    });
  return rows;
}

/** A row as a line of our own CSV layout. */
export const csvLine = (row: CertificateRow): string =>
  `${certificateLayout.fields.map(({ key }) => (/[",]/.test(row[key] ?? '') ? `"${row[key]!.replaceAll('"', '""')}"` : (row[key] ?? ''))).join(',')}\r\n`;
