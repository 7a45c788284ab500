/**
 * Imports of masters: each case in test/cases/imports is a file as its owner publishes it (the content is invented), and
 * the concepts that must come out of it.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import t from 'tap';
import type { JsonObject } from '../src/fhir/types.ts';
import { openTermsFile } from '../src/store/sqlite-terms-file.ts';
import type { TermTables } from '../src/store/terms.ts';
import { filterWords, foldText } from '../src/terminology/folding.ts';
import { type ImportResult, importMaster } from '../src/terminology/masters/import.ts';
import { ImportError, type Layout } from '../src/terminology/masters/layout.ts';
import { findLayout, layouts } from '../src/terminology/masters/layouts/all.ts';
import { openMasters } from '../src/terminology/masters/master-system.ts';
import { importRf2 } from '../src/terminology/masters/rf2.ts';
import { difference, readCases } from './support.ts';

type Encoding = 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'shift_jis';

interface ImportCase {
  readonly name: string;
  /** A kind of layout, `snomed`, or a layout as it is given with --map. */
  readonly kind: string | Layout;
  readonly edition?: string;
  readonly encoding?: Encoding;
  readonly lines?: readonly string[];
  /** A line that comes many times before them, `#` standing for its number. */
  readonly before?: { readonly line: string; readonly times: number };
  /** Lines by file name, for kinds that are a folder. */
  readonly files?: Readonly<Record<string, readonly string[]>>;
  readonly result?: Partial<ImportResult>;
  /** Concepts that must be there, by code. */
  readonly concepts?: Readonly<Record<string, unknown>>;
  readonly absent?: readonly string[];
  /** Codes below a code, and codes with a property value. */
  readonly children?: Readonly<Record<string, readonly string[]>>;
  readonly withProperty?: Readonly<Record<string, readonly string[]>>;
  /** Why it is refused. */
  readonly refused?: unknown;
}

/** Characters of MS932, from what the platform reads it as. */
const shiftJis = new Map<string, readonly number[]>();
const decoder = new TextDecoder('shift_jis');
for (let first = 0; first < 256; first++) {
  const single = decoder.decode(new Uint8Array([first]));
  if (single.length === 1 && single !== '\ufffd') shiftJis.set(single, [first]);
  if (first < 0x81 || (first > 0x9f && first < 0xe0) || first > 0xfc) continue;
  for (let second = 0x40; second < 0xfd; second++) {
    const character = decoder.decode(new Uint8Array([first, second]));
    if ([...character].length === 1 && character !== '\ufffd' && !shiftJis.has(character))
      shiftJis.set(character, [first, second]);
  }
}

function encode(text: string, encoding: Encoding): Uint8Array {
  if (encoding === 'utf-8-bom') return Buffer.from(`\ufeff${text}`);
  if (encoding === 'utf-16le') return Buffer.from(`\ufeff${text}`, 'utf16le');
  return encoding === 'utf-8' ? Buffer.from(text) : Uint8Array.from([...text].flatMap(one => shiftJis.get(one)!));
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-imports-'));
t.teardown(() => fs.rmSync(folder, { recursive: true, force: true }));

function writeFile(name: string, lines: readonly string[], encoding: Encoding = 'utf-8'): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, encode(lines.map(line => `${line}\r\n`).join(''), encoding));
  return file;
}

async function runImport(tables: TermTables, one: ImportCase, no: number): Promise<ImportResult> {
  const version = one.edition ?? '2026-04';
  if (one.kind === 'snomed') {
    fs.mkdirSync(path.join(folder, `rf2-${no}`, 'Snapshot'), { recursive: true });
    for (const [name, lines] of Object.entries(one.files ?? {})) writeFile(`rf2-${no}/Snapshot/${name}`, lines);
    return importRf2(tables, { folder: path.join(folder, `rf2-${no}`), version });
  }
  const layout = typeof one.kind === 'string' ? findLayout(one.kind)! : one.kind;
  const before = Array.from({ length: one.before?.times ?? 0 }, (_, i) => one.before!.line.replace('#', String(i)));
  const lines = [...before, ...(one.lines ?? [])];
  return importMaster(tables, { layout, version, file: writeFile(`file-${no}.csv`, lines, one.encoding) });
}

function compare(tables: TermTables, one: ImportCase, result: ImportResult): string | undefined {
  const [edition] = tables.editions();
  const [entry] = openMasters(tables).systems(edition!.url);
  const system = entry!.open();
  const found = Object.fromEntries(
    Object.keys(one.concepts ?? {}).map(code => [code, system.find(code) as unknown as JsonObject]),
  );
  const codes = (list: Iterable<{ code: string }> | undefined) => [...(list ?? [])].map(concept => concept.code).sort();
  const below = Object.fromEntries(
    Object.keys(one.children ?? {}).map(code => [code, [...system.children(code)].sort()]),
  );
  const having = Object.fromEntries(
    Object.keys(one.withProperty ?? {}).map(key => {
      const [name, value] = key.split('=') as [string, string];
      return [key, codes(system.withProperty?.(name, value))];
    }),
  );
  return (
    difference(one.result ?? {}, result, 'result') ??
    difference(one.concepts ?? {}, found, 'concepts') ??
    difference(one.children ?? {}, below, 'children') ??
    difference(one.withProperty ?? {}, having, 'withProperty') ??
    one.absent?.filter(code => system.find(code)).map(code => `${code} is there`)[0]
  );
}

let number = 0;
const imported = new Set<string>();
for (const { file, cases } of readCases<ImportCase>('imports'))
  t.test(`imports/${file}`, async t => {
    for (const one of cases) {
      if (typeof one.kind === 'string') imported.add(one.kind);
      const { terms, close } = openTermsFile(':memory:', () => 0);
      try {
        const result = await runImport(terms, one, ++number);
        t.equal(one.refused, undefined, one.name);
        t.equal(compare(terms, one, result), undefined, one.name);
      } catch (error) {
        if (!(error instanceof ImportError)) throw error;
        t.equal(difference(one.refused ?? 'no refusal', error.text), undefined, `${one.name}: ${error.text.en}`);
        t.strictSame(terms.editions(), [], `${one.name}: nothing is seen`);
      }
      close();
    }
  });

t.test('every kind of layout has a case', async t => {
  for (const { kind } of layouts) t.ok(imported.has(kind), kind);
});

t.test('an edition is replaced in one step, also while it is read and while another import runs', async t => {
  const file = path.join(folder, 'terms.db');
  const [server, writer, other] = ['serve', 'import', 'import'].map(use =>
    openTermsFile(file, () => 0, use as 'serve' | 'import'),
  );
  const layout = { ...findLayout('icd10')!, skipLines: 0, header: false };
  const lines = (count: number, word: string) =>
    Array.from({ length: count }, (_, i) => `A${String(i).padStart(5, '0')},${word}${i}`);
  const masters = openMasters(server!.terms);
  const look = () => {
    masters.refresh();
    const system = masters.systems(layout.url)[0]?.open();
    return system && `${system.size} ${system.find('A00000')?.display} ${system.find('A02999')?.display}`;
  };
  await importMaster(writer!.terms, { layout, version: '1', file: writeFile('first.csv', lines(3000, 'old')) });
  t.equal(look(), '3000 old0 old2999');
  const seen = new Set<string | undefined>();
  const both = Promise.all([
    importMaster(writer!.terms, { layout, version: '1', file: writeFile('second.csv', lines(3000, 'new')) }),
    importMaster(other!.terms, { layout, version: '2', file: writeFile('third.csv', lines(3000, 'next')) }),
  ]);
  let done = false;
  const finished = both.finally(() => {
    done = true;
  });
  while (!done) {
    seen.add(look());
    await new Promise(resolve => setImmediate(resolve));
  }
  await finished;
  t.ok(['3000 old0 old2999', '3000 new0 new2999'].includes([...seen][0]!));
  for (const one of seen) t.match(one, /^3000 (old|new|next)0 \1\d+$/);
  masters.refresh();
  const versions = masters.systems(layout.url).map(one => one.head.version);
  t.strictSame([...versions].sort(), ['1', '2']);
  t.strictSame(server!.terms.leftovers(), []);
  for (const one of [server, writer, other]) one!.close();
});

t.test('words find what going through all names would find', async t => {
  const { terms, close } = openTermsFile(':memory:', () => 0);
  const parts = '糖尿病 性 腎症 慢性 ﾘﾊﾋﾞﾘ 高血圧 Disease ＡＢＣ 右 神経'.split(' ');
  const names = Array.from(
    { length: 3000 },
    (_, i) => `${parts[i % 10]}${parts[(i * 7) % 9]}${parts[(i * 3) % 8]} ${i % 60}`,
  );
  const layout = { ...findLayout('icd10')!, skipLines: 0, header: false, codePattern: '.+' };
  const lines = names.map((name, i) => `X${i},${name}`);
  await importMaster(terms, { layout, version: '1', file: writeFile('words.csv', lines) });
  const system = openMasters(terms).systems(layout.url)[0]!.open();
  for (const filter of [
    '糖尿病',
    '性',
    '尿病性',
    'りはびり',
    'abc',
    'ＤＩＳＥＡＳＥ 5',
    '腎症 慢性 右',
    '神経神経',
    '高血圧 59',
    'x12',
    '無い',
  ]) {
    const words = filterWords(filter);
    const expected = names.flatMap((name, i) =>
      words.every(word => foldText(`X${i}\n${name}`).includes(word)) ? [`X${i}`] : [],
    );
    const wish = { words, offset: 0, count: 3000, activeOnly: false, day: '2026-04-01', onlyInForce: false };
    const page = system.page!(wish)!;
    t.strictSame(page.concepts.map(one => one.code).sort(), [...expected].sort(), filter);
    t.equal(page.total, expected.length, filter);
    const second = system.page!({ ...wish, offset: 5, count: 7 })!;
    t.strictSame(second.concepts, page.concepts.slice(5, 12), filter);
  }
  close();
});

t.test('a quote that is never closed is told with its line, before it has swallowed the file', async t => {
  const { terms, close } = openTermsFile(':memory:', () => 0);
  const layout = { ...findLayout('icd10')!, skipLines: 0, header: false };
  const lines = ['A00,x', 'A01,"never closed', ...Array.from({ length: 400_000 }, (_, i) => `B${i},y`)];
  const told = await importMaster(terms, { layout, version: '1', file: writeFile('open.csv', lines) }).catch(
    (error: ImportError) => error.text,
  );
  t.match(told, { en: /^line 2: .*1000000 characters/, ja: /^2 行目: .*閉じ忘れ/ });
  t.strictSame(terms.editions(), []);
  close();
});
