/**
 * Folding of strings for search: what differs only in width, case, accent, kana, long-vowel mark or variant character
 * becomes equal; voiced marks stay apart (カ is not ガ). A folded beginning is the beginning of the folded whole.
 * @see https://hl7.org/fhir/R4/search.html#string
 */

import { remember } from '../fhir/remember.ts';

/** Replaces variant characters by their standard form (髙 → 高); the table is a ConceptMap in terminology/. */
export type Variants = ReadonlyMap<string, string>;

const plain = /^[\x20-\x7e]*$/;
const smallKana = 'ぁぃぅぇぉっゃゅょゎゕゖ';
const largeKana = 'あいうえおつやゆよわかけ';
const rows: readonly (readonly [vowel: string, kana: string])[] = [
  ['あ', 'あかがさざただなはばぱまやらわ'],
  ['い', 'いきぎしじちぢにひびぴみりゐ'],
  ['う', 'うくぐすずつづぬふぶぷむゆるゔ'],
  ['え', 'えけげせぜてでねへべぺめれゑ'],
  ['お', 'おこごそぞとどのほぼぽもよろを'],
];
const vowelOf = new Map(rows.flatMap(([vowel, kana]) => [...kana].map(letter => [letter, vowel] as const)));
const dashes = /[‐‑‒–—―−－﹣─━ｰ]/;
const cjk = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}々〆ヶー]/u;

/** A folded text, with what its index rows have of it once they were made. */
export interface Folded {
  readonly text: string;
  /** Hash of the text as it was. */
  exact: number | undefined;
  /** Hash of the folded text. */
  word: number | undefined;
  /** Its pairs of characters. */
  pairs: readonly number[] | undefined;
}

const newFolded = (text: string): Folded => ({ text, exact: undefined, word: undefined, pairs: undefined });

/** Folds one string; the result is only for comparing. */
export const fold = (text: string, variants: Variants): string => folded(text, variants).text;

/** As {@link fold}; the same for the same text while it is remembered. */
export function folded(text: string, variants: Variants): Folded {
  if (text.length > 100) return newFolded(compute(text, variants));
  let memory = memories.get(variants);
  if (!memory) {
    memory = remember(one => newFolded(compute(one, variants)));
    memories.set(variants, memory);
  }
  return memory(text);
}

/** Texts of codes come again and again. */
const memories = new WeakMap<Variants, (text: string) => Folded>();

function compute(text: string, variants: Variants): string {
  if (plain.test(text)) return punctuated.test(text) ? foldPlain(text) : text.toLowerCase();
  let folded = '';
  let before = '';
  let gap = false;
  for (const character of accentless(text.normalize('NFKC').toLowerCase())) {
    if (/[\s\u3000]/.test(character)) {
      gap = before !== '';
      continue;
    }
    const letter = foldCharacter(variants.get(character) ?? character, before);
    if (letter === '' || isIgnored(letter, before)) continue;
    if (letter === '-' && !cjk.test(before) && !/\d/.test(before)) {
      gap = before !== '';
      continue;
    }
    if (gap && !(cjk.test(before) && cjk.test(letter))) folded += ' ';
    gap = false;
    folded += letter;
    before = letter;
  }
  return folded;
}

const punctuated = /[^A-Za-z0-9 ]| {2}|^ | $/;

/** ASCII: without punctuation; a hyphen between words is a space, one behind a digit stays (1-2-3 is not 123). */
function foldPlain(text: string): string {
  return text
    .toLowerCase()
    .replace(/(?<!\d)-/g, ' ')
    .replace(/(?<!\d)[.,]|[!"'();:?[\]\\{}]/g, '')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** Punctuation that is not looked at, such as the middle dot between Japanese words; within a number it counts. */
const isIgnored = (character: string, before: string): boolean =>
  character !== '-' &&
  punctuation.test(character) &&
  !meaningful.has(character) &&
  !(/[.,]/.test(character) && /\d/.test(before));
const punctuation = /[\p{P}´｀]/u;

/** Signs that are no punctuation of words. */
const meaningful = new Set('%#*&@/_');

/** Latin, Greek and Cyrillic letters without their accents; kana keep their voiced marks. */
function accentless(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]/gu, '')
    .normalize('NFC');
}

function foldCharacter(character: string, before: string): string {
  if (character === 'ー' || dashes.test(character)) return longVowel(character, before);
  if (character === 'ゝ' || character === 'ヽ' || character === '々')
    return before && (character === '々' || vowelOf.has(before)) ? before : character;
  let code = character.codePointAt(0)!;
  if (code >= 0x30a1 && code <= 0x30f6) code -= 0x60;
  else if (code < 0x3041 || code > 0x3096) return character;
  let letter = String.fromCodePoint(code);
  const small = smallKana.indexOf(letter);
  if (small >= 0) letter = largeKana[small]!;
  return sameVowel(letter, before);
}

/** A long-vowel mark is the vowel it lengthens (long o is written う, long e い); elsewhere it is a dash. */
function longVowel(mark: string, before: string): string {
  const vowel = vowelOf.get(before);
  if (vowel === undefined) return cjk.test(before) && mark === 'ー' ? 'ー' : '-';
  return vowel === 'お' ? 'う' : vowel === 'え' ? 'い' : vowel;
}

/** おお and ええ are spelt like おう and えい. */
function sameVowel(letter: string, before: string): string {
  if (letter === 'お' && vowelOf.get(before) === 'お') return 'う';
  if (letter === 'え' && vowelOf.get(before) === 'え') return 'い';
  return letter;
}
