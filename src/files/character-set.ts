/**
 * Which character set a file has: MS932 as the standards ask, UTF-8 that was sent by mistake, or one that is refused.
 */
import type { Message } from '../fhir/types.ts';

/** A character set that is read. */
export type CharacterSet = 'ms932' | 'utf-8';

/** What was recognised: a character set, or the name of one that is refused. */
export type Recognized = { readonly set: CharacterSet; readonly bom: boolean } | { readonly refused: Message };

const utf16: Message = { en: 'the file is UTF-16', ja: 'UTF-16 のファイルです' };
const eucJp: Message = { en: 'the file looks like EUC-JP', ja: 'EUC-JP のファイルのようです' };

/**
 * Kana, kanji, full-width forms and the signs of a Japanese keyboard (① ㈱ … ○): what a Japanese text in UTF-8 has, and a short MS932
 * text read as UTF-8 has not.
 */
const japanese =
  /[\u2010-\u203b\u2160-\u217f\u2190-\u2193\u2460-\u2473\u25a0-\u25ef\u3001-\u30ff\u3231\u3232\u3239\u32a4-\u32a8\u3303-\u33cd\u3400-\u9fff\uf900-\ufaff\uff01-\uff9f]/u;

const japaneseAll = new RegExp(japanese.source, 'gu');

function decodes(set: string, bytes: Uint8Array): string | undefined {
  try {
    // A character may be cut at the end: streaming leaves it open.
    return new TextDecoder(set, { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}

/** UTF-8 with a byte here and there that is no character: MS932 read as UTF-8 has hardly anything else. */
function isDamagedUtf8(bytes: Uint8Array): boolean {
  const text = new TextDecoder('utf-8').decode(bytes, { stream: true });
  return (text.match(japaneseAll)?.length ?? 0) > (text.match(/\ufffd/g)?.length ?? 0);
}

/** EUC-JP read as MS932 is mostly half-width katakana, which no text is; and it decodes as EUC-JP. */
function looksLikeEucJp(bytes: Uint8Array): boolean {
  const asMs932 = new TextDecoder('shift_jis').decode(bytes, { stream: true }).replace(/[\0-\x7f]/g, '');
  const strange = asMs932.match(/[\uff61-\uff9f\ufffd]/g)?.length ?? 0;
  if (asMs932.length < 4 || strange < asMs932.length * 0.6) return false;
  const asEuc = decodes('euc-jp', bytes);
  return asEuc !== undefined && /[\u3041-\u3096]|[\u30a1-\u30fa]{2}|[\u4e00-\u9fff]{2}/.test(asEuc);
}

/**
 * Recognises the character set of a file's beginning.
 * @param bytes the whole file, or its first part with at least one byte that is not ASCII
 */
export function recognizeCharacterSet(bytes: Uint8Array): Recognized {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { set: 'utf-8', bom: true };
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return { refused: utf16 };
  const asUtf8 = decodes('utf-8', bytes);
  if (asUtf8 === undefined ? isDamagedUtf8(bytes) : japanese.test(asUtf8) || decodes('shift_jis', bytes) === undefined)
    return { set: 'utf-8', bom: false };
  return looksLikeEucJp(bytes) ? { refused: eucJp } : { set: 'ms932', bom: false };
}
