/** National files: character set, rows, layouts. Cases are in cases/files/. */
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { decodeRows, streamRows } from '../src/files/decode.ts';
import { FindingCounts, findingMessage, toIssue } from '../src/files/finding.ts';
import { fromWareki, toWareki } from '../src/files/japanese-date.ts';
import { isKana, toFullKana, toHalfKana, toKatakana } from '../src/files/kana.ts';
import { type Layout, readRecords, writeRecords } from '../src/files/layout.ts';
import { encodeMs932 } from '../src/files/ms932.ts';
import type { Row } from '../src/files/row.ts';
import { casesFolder } from './support.ts';

const cases = <T>(name: string): T[] =>
  JSON.parse(fs.readFileSync(path.join(casesFolder, 'files', `${name}.json`), 'utf8')) as T[];

interface DecodeCase {
  readonly name: string;
  readonly text?: string;
  readonly repeat?: { text: string; times: number };
  readonly then?: string;
  readonly tail?: string;
  readonly bytes?: string;
  readonly encoding?: 'utf-8';
  readonly options?: { maxRowBytes: number };
  readonly pieces?: number;
  readonly rows: readonly { line: number; cells: string[]; findings?: string[] }[];
}

function bytesOf(one: DecodeCase): Buffer {
  if (one.bytes !== undefined) return Buffer.from(one.bytes, 'hex');
  const text = `${one.text}${one.repeat ? one.repeat.text.repeat(one.repeat.times) : ''}${one.then ?? ''}`;
  const bytes = one.encoding === 'utf-8' ? Buffer.from(text) : encodeMs932(text).bytes;
  return Buffer.concat([bytes, Buffer.from(one.tail ?? '', 'hex')]);
}

/** The rows in pieces of every size from one byte on: where a file is cut must make no difference. */
async function inPieces(bytes: Buffer, size: number, options: object): Promise<Row[]> {
  const chunks = async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
  const rows: Row[] = [];
  for await (const row of streamRows(chunks(), options)) rows.push(row);
  return rows;
}

const view = (rows: Iterable<Row>) =>
  [...rows].map(({ line, cells, findings }) => ({
    line,
    cells,
    ...(findings.length > 0 && {
      findings: findings.map(one => `${one.severity} ${one.kind} ${one.line}:${one.column}`),
    }),
  }));

t.test('rows', async t => {
  for (const one of cases<DecodeCase>('decode')) {
    const bytes = bytesOf(one);
    const options = one.options ?? {};
    if (one.pieces === undefined) t.same(view(decodeRows(bytes, options)), one.rows, one.name);
    const recognizable = one.encoding !== 'utf-8' && !/UTF-16|EUC/.test(one.name);
    for (const size of one.pieces ? [one.pieces] : recognizable ? [1, 2, 3, 7] : [])
      t.same(view(await inPieces(bytes, size, options)), one.rows, `${one.name}, ${size} bytes at a time`);
  }
});

t.test('a row gives its bytes back', async t => {
  const bytes = encodeMs932('a,"b\r\nc"\r\n縁側,1\r\n').bytes;
  const rows = [...decodeRows(bytes)];
  t.same(
    rows.map(({ from, to }) => new TextDecoder('shift_jis').decode(bytes.subarray(from, to))),
    ['a,"b\r\nc"\r\n', '縁側,1\r\n'],
  );
});

t.test('writing MS932', async t => {
  for (const one of cases<{ name: string; text: string; hex: string; unwritable?: [number, string][] }>('encode')) {
    const { bytes, unwritable } = encodeMs932(one.text);
    t.equal(Buffer.from(bytes).toString('hex'), one.hex.replaceAll(' ', ''), one.name);
    t.same(
      unwritable.map(({ index, character }) => [index, character]),
      one.unwritable ?? [],
      one.name,
    );
  }
});

t.test('every character that MS932 has comes back', async t => {
  const decoder = new TextDecoder('shift_jis');
  let lost = 0;
  let count = 0;
  for (let lead = 0x81; lead <= 0xfc; lead++)
    for (let trail = 0x40; trail <= 0xfc; trail++) {
      if ((lead >= 0xa0 && lead <= 0xdf) || trail === 0x7f) continue;
      const text = decoder.decode(Uint8Array.of(lead, trail));
      if (text.length !== 1 || /[\ufffd\ue000-\uf8ff]/.test(text)) continue;
      count++;
      const again = encodeMs932(text);
      if (decoder.decode(again.bytes) !== text || again.unwritable.length > 0) lost++;
    }
  t.equal(lost, 0);
  t.equal(count, 7724);
});

const layouts: readonly Layout[] = [
  {
    id: 'EXAMPLE',
    title: { en: 'Example', ja: '見本' },
    versions: ['202407'],
    fields: [
      { no: 1, key: 'version', name: 'CSVバージョン', type: 'version', required: true },
      { no: 2, key: 'number', name: '番号', type: 'digits', length: 3, required: true },
      { no: 3, key: 'insured', name: '被保険者番号', type: 'insured' },
      { no: 4, key: 'name', name: '氏名', type: 'text', length: 10 },
      { no: 5, key: 'kana', name: 'フリガナ', type: 'kana' },
      { no: 6, key: 'count', name: '数', type: 'int', length: 3 },
      { no: 7, key: 'price', name: '単価', type: 'decimal', length: 6 },
      { no: 8, key: 'date', name: '日', type: 'date8' },
      { no: 9, key: 'month', name: '年月', type: 'ym6' },
      { no: 10, key: 'time', name: '時刻', type: 'hhmm4' },
      { no: 11, key: 'sex', name: '性別', type: 'code', codes: 'sex' },
      { no: 12, key: 'days', name: '日割', type: 'bits', length: 2 },
    ],
  },
  {
    id: 'EXAMPLE',
    title: { en: 'Example', ja: '見本' },
    versions: ['201910'],
    fields: [
      { no: 1, key: 'version', name: 'CSVバージョン', type: 'version', required: true },
      { no: 2, key: 'number', name: '番号', type: 'digits', length: 2, required: true },
      { no: 3, key: 'insured', name: '被保険者番号', type: 'insured' },
    ],
  },
];
const codes = () =>
  new Map([
    ['1', '男性'],
    ['2', '女性'],
  ]);

interface LayoutCase {
  readonly name: string;
  readonly text: string;
  readonly record?: Record<string, string>;
  readonly written?: string;
  readonly findings?: string[];
}

t.test('records', async t => {
  for (const one of cases<LayoutCase>('layout')) {
    const [read] = [...readRecords(layouts, decodeRows(encodeMs932(one.text).bytes), codes)];
    const found = read!.findings.map(({ severity, kind, line, column, item, name }) =>
      [severity, kind, `${line}:${column}`, item, name].filter(part => part !== undefined).join(' '),
    );
    t.same(found, one.findings ?? [], one.name);
    if (!one.record) continue;
    t.same(Object.fromEntries(Object.entries(read!.record!).filter(([, value]) => value !== '')), one.record, one.name);
    if (one.written === undefined) continue;
    const { bytes, findings } = writeRecords(read!.layout, [read!.record!], codes);
    t.same([new TextDecoder('shift_jis').decode(bytes), findings], [one.written, []], one.name);
  }
});

t.test('what cannot be written is named with its place', async t => {
  const record = { version: '202407', number: '1', name: '山,"\r\n𠮷' };
  const { findings } = writeRecords(layouts[0]!, [{ version: '202407', number: '001' }, record], codes);
  t.match(findings, [
    { kind: 'format', line: 2, item: 2, value: '1' },
    { kind: 'unwritable', line: 3, column: 1, item: 4, name: '氏名', value: '𠮷' },
  ]);
  t.match(toIssue({ ...findings[1]!, file: 'EXAMPLE.CSV' }), {
    code: 'invalid',
    location: 'EXAMPLE.CSV, line 3, column 1, item 4 氏名',
    message: { ja: 'EXAMPLE.CSV 3行目 1文字目 項番4「氏名」: 「𠮷」: MS932 にない文字です（U+20BB7）' },
  });
  t.match(findingMessage(findings[0]!).en, /found "1"; exactly 3 digits/);
  const counts = new FindingCounts();
  for (const one of [...findings, findings[1]!]) counts.add(one);
  t.same(
    counts.list().map(({ kind, count }) => [kind, count]),
    [
      ['unwritable', 2],
      ['format', 1],
    ],
  );
});

t.test('和暦', async t => {
  for (const [text, date, back] of cases<[string, string | null, string?]>('dates')) {
    t.equal(fromWareki(text), date ?? undefined, text);
    if (date && back) t.equal(toWareki(date), back, date);
  }
});

t.test('kana', async t => {
  t.equal(toFullKana('ｶﾞｯﾂ ﾊﾟﾝ･ｰ'), 'ガッツ パン・ー');
  t.equal(toKatakana('えんがわ ﾊﾅｺ'), 'エンガワ ハナコ');
  t.equal(toHalfKana('ガッツ　パン・ヴー'), 'ｶﾞｯﾂ ﾊﾟﾝ･ｳﾞｰ');
  t.same([isKana('エンガワ　ハナコ'), isKana('ｴﾝｶﾞﾜ'), isKana('縁側')], [true, true, false]);
});
