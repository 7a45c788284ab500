// The person of the year: all that the seed decides.
import { insurerNumber } from '../shared.mjs';
import { two } from './words.mjs';

/** Random numbers that are the same for the same seed (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const pick = (random, list) => list[Math.floor(random() * list.length)];

const families = [
  ['縁側', 'エンガワ'],
  ['軒先', 'ノキサキ'],
  ['障子', 'ショウジ'],
  ['襖', 'フスマ'],
  ['欄間', 'ランマ'],
  ['格子', 'コウシ'],
  ['土間', 'ドマ'],
  ['簾', 'スダレ'],
];
const givens = [
  ['花子', 'ハナコ', 'female'],
  ['太郎', 'タロウ', 'male'],
  ['良子', 'ヨシコ', 'female'],
  ['隆', 'タカシ', 'male'],
  ['静', 'シズ', 'female'],
  ['守', 'マモル', 'male'],
];

/** The months after the new certificate: plans and services. */
export const months = [
  [2026, 10],
  [2026, 11],
  [2026, 12],
  [2027, 1],
  [2027, 2],
  [2027, 3],
];

const levels = ['21', '22', '23', '24', '25'];

/** A person of the year: all that is decided by the seed. */
export function makePerson(index, seed) {
  const random = randomOf(seed * 100_003 + index);
  const [family, familyKana] = pick(random, families);
  const [given, givenKana, gender] = pick(random, givens);
  const before = pick(random, levels.slice(0, 4));
  const after = levels[levels.indexOf(before) + (random() < 0.5 ? 1 : 0)];
  const insuredNumber = String(1000 + index).padStart(10, '0');
  return {
    index,
    family,
    familyKana,
    given,
    givenKana,
    gender,
    birthDate: `19${two(30 + Math.floor(random() * 28))}-${two(1 + Math.floor(random() * 12))}-${two(1 + Math.floor(random() * 28))}`,
    line: `中央${1 + Math.floor(random() * 9)}丁目${index}番地`,
    insuredNumber,
    key: `${insurerNumber}:${insuredNumber}`,
    application: `${insurerNumber}:2026-${String(index).padStart(6, '0')}`,
    levels: { before, after },
    burdens: [10, pick(random, [10, 20, 30])],
    planned: 4 + Math.floor(random() * 5),
    missed: months.map(() => Math.floor(random() * 3)),
    barthel: [pick(random, [40, 55, 60, 75, 80]), pick(random, [-10, -5, 0, 5, 10, 15])],
    diagnosis: pick(random, ['変形性膝関節症', '脳梗塞後遺症', 'パーキンソン病', 'アルツハイマー型認知症', '骨粗鬆症']),
    independence: [pick(random, ['J1', 'J2', 'A1', 'A2']), pick(random, ['自立', 'Ⅰ', 'Ⅱa', 'Ⅱb'])],
  };
}
