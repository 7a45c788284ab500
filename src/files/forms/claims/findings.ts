/**
 * Findings about the frame of a claim file and about its records.
 */
import type { Message } from '../../../fhir/types.ts';
import type { Finding, FindingKind } from '../../finding.ts';
import type { Row } from '../../row.ts';
import type { Edition } from './layouts/layout-of.ts';

function found(kind: FindingKind, place: Partial<Finding>, rule: Message, mend: Message): Finding {
  return { kind, severity: 'error', ...place, rule, mend };
}

const whole: Message = { en: 'Send the whole file again', ja: 'ファイル全体を送り直してください' };

/** A file that has the name of a claim file, and rows of something else. */
export const notClaims = (row: Row, value: string): Finding =>
  found(
    'file-name',
    { ...row.place(0), value },
    {
      en: 'a name of at most 8 letters and digits is that of a claim file, and such a file begins with a control record',
      ja: '半角英数字8文字以内の名前は請求ファイルの名前です。請求ファイルはコントロールレコードで始まります',
    },
    { en: 'Name the file as its standard says', ja: '標準仕様のとおりに名前を付けてください' },
  );

/** The first row is no control record. */
export const wrongStart = (row: Row, value: string): Finding =>
  found(
    'set',
    { ...row.place(0), item: 1, name: 'レコード種別', value },
    {
      en: 'the first row is the control record, and begins with 1',
      ja: '1行目はコントロールレコード（レコード種別 1）です',
    },
    whole,
  );

/** A row that is neither data nor the end. */
export const wrongType = (row: Row, value: string): Finding =>
  found(
    'set',
    { ...row.place(0), item: 1, name: 'レコード種別', value },
    {
      en: 'rows after the first begin with 2 (data), the last one with 3 (end)',
      ja: '2行目以降はデータレコード（2）、最後の行はエンドレコード（3）です',
    },
    whole,
  );

/** A row whose number is not the next. */
export const wrongNumber = (row: Row, value: string, expected: number): Finding =>
  found(
    'set',
    { ...row.place(Math.min(1, row.cells.length - 1)), item: 2, name: 'レコード番号', value },
    {
      en: `rows are numbered in order; expected ${expected}`,
      ja: `レコード番号は行の順の連番です（ここは ${expected}）`,
    },
    whole,
  );

/** The number of rows is not what the control record says. */
export const wrongCount = (row: Row, told: number, counted: number): Finding =>
  found(
    'set',
    { ...row.place(3), item: 4, name: 'レコード件数', value: String(told) },
    { en: `the file has ${counted} data records`, ja: `データレコードは ${counted} 件あります` },
    whole,
  );

/** The file has no end record: it may have been cut. */
export const missingEnd = (last: Row | undefined): Finding =>
  found(
    'set',
    { line: last?.line ?? 1, column: 1, item: 1, name: 'レコード種別' },
    { en: 'the last row is the end record, and begins with 3', ja: '最後の行はエンドレコード（レコード種別 3）です' },
    whole,
  );

/** A record whose columns are not known. */
export const unknownRecord = (row: Row, exchange: string, record: string | undefined): Finding =>
  record === undefined
    ? found(
        'code',
        { ...row.place(0), item: 1, name: '交換情報識別番号', value: exchange },
        {
          en: 'a record whose columns are known: 7111, 7112, 71xx (claims), 8124, 8125, 8222',
          ja: '項目の分かっている交換情報識別番号: 7111、7112、71xx（明細書）、8124、8125、8222',
        },
        { en: 'Take these records out of the file', ja: 'このレコードを除いて送ってください' },
      )
    : found(
        'code',
        { ...row.place(1), item: 2, name: 'レコード種別コード', value: record },
        { en: 'one of the records 01, 02, 03, 04, 10, 11, 12, 14', ja: '01、02、03、04、10、11、12、14 のどれか' },
        { en: 'Correct the record kind', ja: 'レコード種別コードを直してください' },
      );

/** A month for which no edition is known. */
export const unknownMonth = (row: Row, at: number, first: Edition, month: string): Finding =>
  found(
    'version',
    { ...row.place(at), item: at + 1, name: 'サービス提供年月', value: month },
    {
      en: `a month from ${first.from} on: earlier layouts are not known`,
      ja: `${first.from} 以降の年月（それ以前の様式は未対応）`,
    },
    { en: 'Send only later months', ja: 'それ以降の分だけ送ってください' },
  );

/** So many rows cannot be read that the rest is not looked at. */
export const tooMany = (row: Row, most: number): Finding =>
  found(
    'set',
    row.place(0),
    {
      en: `more than ${most} rows cannot be read; the rest of the file is not looked at`,
      ja: `読めない行が ${most} を超えたため、残りは読んでいません`,
    },
    { en: 'Look whether this is the right file', ja: '正しいファイルか確かめてください' },
  );
