/**
 * Kana items: half-width, full-width and hiragana written as the one a file or a screen asks for.
 */

/** Half-width katakana → full-width; a sound mark joins the kana before it. Other characters stay. */
export const toFullKana = (text: string): string =>
  text.replace(/[\uff61-\uff9f]+/g, run =>
    run.normalize('NFKC').normalize('NFC').replaceAll('\u3099', '゛').replaceAll('\u309a', '゜'),
  );

/** Hiragana → katakana, full-width. */
export const toKatakana = (text: string): string =>
  toFullKana(text).replace(/[\u3041-\u3096]/g, one => String.fromCharCode(one.charCodeAt(0) + 0x60));

const voiced = new Map<string, string>();
for (let code = 0xff66; code <= 0xff9d; code++) {
  const half = String.fromCharCode(code);
  voiced.set(half.normalize('NFKC'), half);
  for (const [mark, sound] of [
    ['\uff9e', '\u3099'],
    ['\uff9f', '\u309a'],
  ] as const) {
    const joined = (half.normalize('NFKC') + sound).normalize('NFC');
    if (joined.length === 1) voiced.set(joined, half + mark);
  }
}
for (const [full, half] of [
  ['。', '｡'],
  ['「', '｢'],
  ['」', '｣'],
  ['、', '､'],
  ['・', '･'],
  ['ー', 'ｰ'],
  ['゛', 'ﾞ'],
  ['゜', 'ﾟ'],
  ['\u3000', ' '],
] as const)
  voiced.set(full, half);

/** Katakana, hiragana and the marks among them → half-width katakana, as older files write names. */
export const toHalfKana = (text: string): string => [...toKatakana(text)].map(one => voiced.get(one) ?? one).join('');

/** True for text a kana item may hold: kana of any width, marks, blanks, Latin letters and digits. */
export const isKana = (text: string): boolean =>
  /^[\u3041-\u3096\u30a1-\u30fe\uff61-\uff9f\u3001\u3002\u300c\u300d\u3000 \-\u2010\u2015\uff0d().,'・A-Za-z0-9Ａ-Ｚａ-ｚ０-９（）．，]+$/.test(
    text,
  );
