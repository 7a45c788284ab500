/**
 * MS932 (windows-31j), the character set of the national file standards: text → bytes, and what cannot be written.
 * The table is turned round from the platform's own decoder, so reading and writing always agree.
 * @see https://encoding.spec.whatwg.org/#shift_jis-encoder
 */

/** Characters that look the same in MS932 but have another code point there: JIS X 0208 names → Microsoft's. */
const samePairs: ReadonlyMap<string, string> = new Map([
  ['\u301c', '\uff5e'], // 〜 ～
  ['\u2014', '\u2015'], // — ―
  ['\u2016', '\u2225'], // ‖ ∥
  ['\u2212', '\uff0d'], // − －
  ['\u00a2', '\uffe0'], // ¢ ￠
  ['\u00a3', '\uffe1'], // £ ￡
  ['\u00ac', '\uffe2'], // ¬ ￢
  ['\u00a5', '\uffe5'], // ¥ ￥
  ['\u203e', '\uffe3'], // ‾ ￣
  ['\u00a6', '\uffe4'], // ¦ ￤
]);
const samePattern = new RegExp(`[${[...samePairs.keys()].join('')}]`, 'g');

/** Two bytes for each character of two bytes; 0 for those that have none. */
let table: Uint16Array | undefined;

/** A character in both places of the IBM extensions is written in the later one (0xFA40–), as Windows does. */
const isNecCopy = (pair: number): boolean => pair >= 0xed40 && pair <= 0xeefc;

function buildTable(): Uint16Array {
  const built = new Uint16Array(65_536);
  const decoder = new TextDecoder('shift_jis');
  const copies: [number, number][] = [];
  for (let lead = 0x81; lead <= 0xfc; lead++) {
    if (lead >= 0xa0 && lead <= 0xdf) continue;
    for (let trail = 0x40; trail <= 0xfc; trail++) {
      if (trail === 0x7f) continue;
      const text = decoder.decode(Uint8Array.of(lead, trail));
      const code = text.charCodeAt(0);
      if (text.length !== 1 || code === 0xfffd) continue;
      const pair = (lead << 8) | trail;
      if (isNecCopy(pair)) copies.push([code, pair]);
      else if (built[code] === 0) built[code] = pair;
    }
  }
  for (const [code, pair] of copies) if (built[code] === 0) built[code] = pair;
  return built;
}

/** Half-width katakana: one byte each. */
const halfKana = (code: number): number => (code >= 0xff61 && code <= 0xff9f ? code - 0xff61 + 0xa1 : 0);

/** True for characters of the user-defined area (外字): they mean something on the sender's machine only. */
export const isGaiji = (code: number): boolean => code >= 0xe000 && code <= 0xf8ff;

/**
 * The text with the code points MS932 knows: 〜 — ‖ − and the like; a kana and its sound mark as one.
 * No other normal form: it would change 塚, 晴 and other characters that MS932 has of its own.
 */
export const normalizeForMs932 = (text: string): string =>
  text.replace(samePattern, one => samePairs.get(one)!).replace(/.[\u3099\u309a]/g, one => one.normalize('NFC'));

/** A character that MS932 has no place for, and where it stands in the text. */
export interface Unwritable {
  /** UTF-16 position. */
  readonly index: number;
  /** The character, such as `𠮷`. */
  readonly character: string;
}

/**
 * Writes text as MS932.
 * @param text normalised first, see {@link normalizeForMs932}; positions are those of the normalised text
 * @returns the bytes, and every character that cannot be written (it is left out of the bytes; nothing becomes `?`)
 */
export function encodeMs932(text: string): { bytes: Uint8Array; unwritable: readonly Unwritable[] } {
  table ??= buildTable();
  const given = normalizeForMs932(text);
  const bytes = Buffer.allocUnsafe(given.length * 2);
  const unwritable: Unwritable[] = [];
  let at = 0;
  for (let i = 0; i < given.length; i++) {
    const code = given.charCodeAt(i);
    if (code < 0x80) bytes[at++] = code;
    else if (table[code] !== 0 && !isGaiji(code)) at = bytes.writeUInt16BE(table[code]!, at);
    else if (halfKana(code) !== 0) bytes[at++] = halfKana(code);
    else {
      const character = String.fromCodePoint(given.codePointAt(i)!);
      unwritable.push({ index: i, character });
      i += character.length - 1;
    }
  }
  return { bytes: bytes.subarray(0, at), unwritable };
}
