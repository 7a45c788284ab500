/**
 * The types an item of a national file can have: what is allowed, how it is said, its canonical spelling.
 * Adding one is one entry in `fieldTypes`.
 */
import type { Message } from '../fhir/types.ts';
import { isFileDate, isFileMonth, isFileTime } from './japanese-date.ts';
import { isKana } from './kana.ts';
import type { Field } from './layout.ts';

/** One type. */
export interface FieldType {
  /** True when the value (never empty) is allowed. */
  test(value: string, field: Field): boolean;
  /** What is expected. */
  rule(field: Field): Message;
  readonly mend: Message;
  /** Written within quotation marks. */
  readonly quoted?: boolean;
  /** Blanks around it mean nothing and are taken off. */
  readonly trimmed?: boolean;
  /** The one spelling of a value that has several, such as `007` for 7. */
  canonical?(value: string, field: Field): string;
}

const fix = (en: string, ja: string): Message => ({ en, ja });
const digits = (length: number | undefined): string => (length === undefined ? '' : `${length} `);
const byPattern = (pattern: RegExp, rule: Message, mend: Message): FieldType => ({
  test: value => pattern.test(value),
  rule: () => rule,
  mend,
  trimmed: true,
});

const withoutZeros = (value: string): string => value.replace(/^(-?)0+(?=\d)/, '$1').replace(/^-0$/, '0');

/** All types by name. */
export const fieldTypes = {
  text: {
    test: () => true,
    rule: () => fix('text', '文字列'),
    mend: fix('Write text', '文字列を書いてください'),
    quoted: true,
  },
  kana: {
    test: isKana,
    rule: () => fix('a name in katakana', 'カナ'),
    mend: fix('Write it in katakana', 'カタカナで書いてください'),
    quoted: true,
  },
  digits: {
    test: (value, { length }) => /^\d+$/.test(value) && (length === undefined || value.length === length),
    rule: ({ length }) => fix(`exactly ${digits(length)}digits`, `数字${length ?? ''}桁`),
    mend: fix('Write all digits, zeros at the front too', '先頭の 0 も含めて全桁を書いてください'),
    trimmed: true,
  },
  ordinal: {
    test: value => /^\d+$/.test(value),
    rule: ({ length }) => fix(`a number of at most ${digits(length)}digits`, `数字（${length ?? ''}桁以内）`),
    mend: fix('Write digits only', '数字だけで書いてください'),
    trimmed: true,
  },
  hundredths: {
    test: (value, { length }) => /^\d+$/.test(value) && (length === undefined || value.length === length),
    rule: ({ length }) =>
      fix(
        `${digits(length)}digits, the last two after a decimal point that is not written`,
        `数字${length ?? ''}桁（下2桁が小数、小数点なし）`,
      ),
    mend: fix('Write 10.21 as 1021', '10.21 は 1021 と書いてください'),
    trimmed: true,
  },
  version: byPattern(
    /^\d{6}$/,
    fix('a version of 6 digits', '6桁のバージョン'),
    fix('Write the version of the standard', '標準仕様のバージョンを書いてください'),
  ),
  insured: byPattern(
    /^(\d{10}|H\d{9})$/,
    fix('an insured number: 10 digits, or H and 9 digits', '被保険者番号（数字10桁、または H と数字9桁）'),
    fix('Write all 10 characters, zeros at the front too', '先頭の 0 も含めて10桁を書いてください'),
  ),
  office: byPattern(
    /^[0-9A-Z]{10}$/,
    fix('an office number of 10 characters', '事業所番号10桁'),
    fix('Write all 10 characters, zeros at the front too', '先頭の 0 も含めて10桁を書いてください'),
  ),
  serviceCode: byPattern(
    /^[0-9A-Z]{6}$/,
    fix('a service code: service type of 2 and item of 4 characters', 'サービスコード（種類2桁＋項目4桁）'),
    fix('Write all 6 characters as in the official table', '単位数表のとおり6桁で書いてください'),
  ),
  item: byPattern(
    /^[0-9A-Z]{4}$/,
    fix('an item code of 4 characters', 'サービス項目コード4桁'),
    fix('Write all 4 characters as in the official table', '単位数表のとおり4桁で書いてください'),
  ),
  int: {
    test: value => /^-?\d+$/.test(value),
    rule: ({ length }) =>
      fix(
        `a whole number of at most ${digits(length)}digits`,
        `整数${length === undefined ? '' : `（${length}桁以内）`}`,
      ),
    mend: fix('Write digits only, without commas and units', '数字だけで書いてください（桁区切りや単位は不要です）'),
    trimmed: true,
    canonical: withoutZeros,
  },
  decimal: {
    test: (value, { decimals = 2 }) => new RegExp(`^-?\\d+(\\.\\d{0,${decimals}})?$`).test(value),
    rule: ({ decimals = 2 }) => fix(`a number with at most ${decimals} decimals`, `小数第${decimals}位までの数`),
    mend: fix('Write it like 10.21', '10.21 のように書いてください'),
    trimmed: true,
    canonical: (value, { decimals = 2 }) => {
      const [whole = '0', rest = ''] = withoutZeros(value).split('.');
      return `${whole}.${rest.padEnd(decimals, '0')}`;
    },
  },
  date8: {
    test: isFileDate,
    rule: () => fix('a date YYYYMMDD, or 00000000 when there is none', '日付 YYYYMMDD（該当なしは 00000000）'),
    mend: fix('Write a day that exists, western year, 8 digits', '実在する日を西暦8桁で書いてください'),
    trimmed: true,
  },
  ym6: {
    test: isFileMonth,
    rule: () => fix('a month YYYYMM, or 000000 when there is none', '年月 YYYYMM（該当なしは 000000）'),
    mend: fix('Write western year and month, 6 digits', '西暦年月を6桁で書いてください'),
    trimmed: true,
  },
  hhmm4: {
    test: isFileTime,
    rule: () =>
      fix('a time HHMM from 0000 to 2359, or 9999 when there is none', '時刻 HHMM（0000〜2359、時刻なしは 9999）'),
    mend: fix('Write 4 digits; midnight is 0000', '4桁で書いてください（24時は 0000）'),
    trimmed: true,
  },
  code: {
    test: () => true,
    rule: () => fix('a code of the list', 'コード表のコード'),
    mend: fix('Choose one of the codes', 'コード表から選んでください'),
    trimmed: true,
  },
  bits: {
    test: (value, { length }) => /^[01 ]+$/.test(value) && (length === undefined || value.length === length),
    rule: ({ length }) => fix(`${length ?? ''} characters, each 1 or 0`, `1 か 0 を${length ?? ''}文字`),
    mend: fix('Write one character for each day', '1日を1文字で書いてください'),
  },
  unused: {
    test: () => true,
    rule: () => fix('not used', '未使用'),
    mend: fix('Leave it empty', '空にしてください'),
    trimmed: true,
  },
} as const satisfies Record<string, FieldType>;

/** Name of a type. */
export type FieldTypeName = keyof typeof fieldTypes;
