/**
 * Folding of texts for the filter of $expand: width, case, kana and accents do not matter.
 * (Search has its own folding, made for names of persons.)
 */

const plain = /^[\x20-\x7e]*$/;

/** The folded text; only for comparing. Katakana become hiragana, half-width becomes full, ヴ stays apart from う. */
export function foldText(text: string): string {
  if (plain.test(text)) return text.toLowerCase();
  let folded = '';
  for (const character of text.normalize('NFKC').toLowerCase().normalize('NFD')) {
    const code = character.codePointAt(0)!;
    if (code >= 0x300 && code <= 0x36f) continue;
    folded += code >= 0x30a1 && code <= 0x30f6 ? String.fromCodePoint(code - 0x60) : character;
  }
  return folded.normalize('NFC');
}

/** The words of a filter, folded; every one has to be found. */
export function filterWords(filter: string): string[] {
  return foldText(filter)
    .split(/[\s\u3000]+/)
    .filter(word => word !== '');
}
