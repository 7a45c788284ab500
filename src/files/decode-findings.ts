/**
 * What can be wrong with a file before its items are looked at: characters, quotation marks, the length of a row.
 */
import type { Message } from '../fhir/types.ts';
import type { Finding, Place } from './finding.ts';
import { isGaiji } from './ms932.ts';

const resave: Message = {
  en: 'Save the file as MS932 (Shift_JIS) and send it again',
  ja: 'MS932（Shift_JIS）で保存して送り直してください',
};

/** A character set that is not read. */
export const refusedSet = (line: number, rule: Message): Finding => ({
  kind: 'character-set',
  severity: 'error',
  line,
  column: 1,
  rule,
  mend: resave,
});

/** UTF-8 by mistake: nothing is lost, so it is read. */
export const readAsUtf8 = (line: number): Finding => ({
  kind: 'character-set',
  severity: 'information',
  line,
  column: 1,
  rule: { en: 'read as UTF-8; the standard asks for MS932', ja: 'UTF-8 として読みました（標準は MS932 です）' },
  mend: resave,
});

/** Characters that are never right: controls, what could not be decoded, user-defined ones. */
export const wrongCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd\ue000-\uf8ff]/g;

/** A character that is never right. */
export function wrongCharacter(
  code: number,
  gaiji: 'error' | 'warning',
): Pick<Finding, 'kind' | 'severity' | 'rule' | 'mend'> {
  const hex = code.toString(16).toUpperCase().padStart(4, '0');
  if (code === 0xfffd)
    return {
      kind: 'character-set',
      severity: 'error',
      rule: { en: 'these bytes are no character of MS932', ja: 'MS932 の文字ではないバイトがあります' },
      mend: resave,
    };
  if (isGaiji(code))
    return {
      kind: 'gaiji',
      severity: gaiji,
      rule: { en: `user-defined characters are not allowed (U+${hex})`, ja: `外字は使えません（U+${hex}）` },
      mend: { en: 'Replace it by a standard character or kana', ja: '標準の文字かカナに置き換えてください' },
    };
  return {
    kind: 'control',
    severity: 'error',
    rule: { en: `control characters are not allowed (U+${hex})`, ja: `制御文字は使えません（U+${hex}）` },
    mend: { en: 'Remove it', ja: '取り除いてください' },
  };
}

/** A quote that ends before its cell does. */
export const strayQuote = (place: Place): Finding => ({
  kind: 'quote',
  severity: 'error',
  ...place,
  rule: {
    en: 'after a closing quotation mark there must be a comma or the end of the row',
    ja: '閉じる引用符の後はカンマか行末でなければなりません',
  },
  mend: { en: 'Write a quotation mark in a text twice', ja: '文中の引用符は二重にしてください' },
});

/** A row that is passed over. */
export function tooLongRow(line: number, maxRowBytes: number): Finding {
  const kilobytes = Math.floor(maxRowBytes / 1024);
  return {
    kind: 'row-length',
    severity: 'error',
    line,
    column: 1,
    rule: { en: `the row is longer than ${kilobytes} KiB`, ja: `1行が ${kilobytes} KiB を超えています` },
    mend: { en: 'Check that the file has line feeds (CRLF)', ja: '改行（CRLF）があるか確認してください' },
  };
}

/** A quote without its end: where the next row begins cannot be known. */
export const openQuote = (place: Place): Finding => ({
  kind: 'quote',
  severity: 'error',
  ...place,
  rule: { en: 'a quotation mark opens here and none closes it', ja: 'ここで始まる引用符が閉じられていません' },
  mend: {
    en: 'Close it, or write a quotation mark in a text twice; what follows was not read',
    ja: '閉じるか、文中の引用符は二重にしてください（これより後は読んでいません）',
  },
});
