/**
 * Damaged files of LIFE, opinions and certificates, from seeds: each row is read rightly or refused at the right place, and of what is
 * refused nothing is stored. Care-plan files have theirs in careplan.test.ts; the long run is test/conformance/files.mjs.
 */
import t from 'tap';
import { systemCaller } from '../src/access/caller.ts';
import { certificateLayout } from '../src/files/certificates/layout.ts';
import { type CertificateMap, ownCsv, ownJsonLines } from '../src/files/certificates/map.ts';
import { type Finding, isRefusal } from '../src/files/finding.ts';
import { allForms } from '../src/files/forms/life/all.ts';
import type { Column } from '../src/files/forms/life/column.ts';
import { life } from '../src/files/forms/life/standard.ts';
import { opinionLayout } from '../src/files/forms/opinion/layout.ts';
import { opinion } from '../src/files/forms/opinion/standard.ts';
import type { SourceFile, Standard, Unit } from '../src/files/forms/standard.ts';
import type { Field, FindCodes } from '../src/files/layout.ts';
import { rowsOf } from '../src/interactions/certificates/file.ts';
import { pushCertificates } from '../src/interactions/certificates/push.ts';
import type { Receipt } from '../src/interactions/certificates/receipt.ts';
import type { FhirRequest } from '../src/interactions/interaction.ts';
import { codesOf } from '../src/operations/files/run.ts';
import { Chance } from './careplan-data.ts';
import { type CertificateRow, rowsOfPerson } from './certificate-rows.ts';
import { type DamagedSheet, damageSheet, type Sheet, writeSheet } from './csv-damage.ts';
import { unitsIn } from './file-units.ts';
import { type DamagedLines, damageLines } from './json-damage.ts';
import { findCodes, recordFor } from './life-data.ts';
import { full } from './opinion-data.ts';
import { startServer, type TestServer } from './support.ts';

/** Damaged files of each kind. */
const damages = Number(process.env['ENGAWA_TEST_DAMAGES'] ?? 150);

/** A value that breaks the rule of an item. */
function brokenField({ type, length, codes }: Field, chance: Chance): string | undefined {
  switch (type) {
    case 'text':
      return length === undefined ? undefined : 'x'.repeat(length + 1);
    case 'kana':
      return chance.pick(['漢字', 'x'.repeat((length ?? 200) + 1)]);
    case 'date8':
      return chance.pick(['20260230', '2026040', '令和8年', '20261301']);
    case 'digits':
    case 'insured':
    case 'office':
      return chance.pick(['123', 'ー', '12345678901']);
    case 'int':
      return chance.pick(['x', '1.5', '1'.repeat((length ?? 15) + 1)]);
    case 'code':
      return codes === undefined ? undefined : 'Q';
    default:
      return 'x';
  }
}

function brokenColumn({ type, length }: Column, chance: Chance): string | undefined {
  switch (type) {
    case 'text':
    case 'id':
      return length === undefined ? undefined : 'x'.repeat(length + 1);
    case 'day':
      return chance.pick(['20260230', '2026040', '令和8年', '00000000']);
    case 'clock':
      return chance.pick(['2500', '930', 'x']);
    case 'int':
      return chance.pick(['x', '1.5', '1'.repeat((length ?? 9) + 1)]);
    case 'dec':
      return chance.pick(['x', '1..5', '1'.repeat((length ?? 9) + 1)]);
    case 'code':
      return 'Q';
    default:
      return chance.pick(['1', 'ー', '12345678901']);
  }
}

const isAt = (one: Pick<Finding, 'line' | 'column' | 'item'>, place: NonNullable<DamagedSheet['place']>): boolean =>
  one.line !== undefined &&
  one.line >= place.line &&
  one.line <= (place.until ?? place.line) &&
  (place.column === undefined || one.column === place.column) &&
  (place.item === undefined || one.item === undefined || one.item === place.item);

const tell = (found: readonly Finding[]): string =>
  found
    .slice(0, 3)
    .map(one => `${one.kind} ${one.line}:${one.column} ${one.item}`)
    .join('; ');

const inPieces = (name: string, bytes: Uint8Array): SourceFile => ({
  name,
  chunks: () => [bytes.subarray(0, 700), bytes.subarray(700)],
});

/** What a unit would store, by its business keys. */
function storedBy(units: readonly Unit[], codes: FindCodes): Map<string, string> {
  const made = units.map(one => one.make?.({ codes, office: () => undefined })).filter(one => one !== undefined);
  // A document holds the row as it came: other bytes may say the same.
  const kept = made.map(one => one.drafts.filter(({ resource }) => resource.resourceType !== 'DocumentReference'));
  return new Map(kept.map(drafts => [drafts.map(({ key }) => key.value).join(' '), JSON.stringify(drafts)]));
}

/** What is wrong with how a damaged file was read; undefined when it is right. */
function problemOf(standard: Standard, name: string, sheet: Sheet, damaged: DamagedSheet, codes: FindCodes) {
  const unitsOf = (bytes: Uint8Array) => unitsIn(standard, [inPieces(name, bytes)], codes);
  const right = storedBy(unitsOf(writeSheet(sheet)), codes);
  if (right.size !== sheet.rows.length - sheet.heads) return 'the right file is not read';
  const units = unitsOf(damaged.bytes);
  const read = storedBy(units, codes);
  const { what, place, hidden, rows } = damaged;
  if (hidden) return undefined;
  for (const [unit, made] of read) if (right.get(unit) !== made) return `${what}: ${unit} was read wrongly`;
  if (right.size - read.size > rows.length) return `${what}: ${right.size - read.size} rows were refused`;
  const found = units.flatMap(one => one.findings.filter(isRefusal));
  if (!place) return found.length === 0 ? undefined : `${what}: refused: ${tell(found)}`;
  return found.some(one => isAt(one, place))
    ? undefined
    : `${what}: expected ${JSON.stringify(place)}, found ${tell(found)}`;
}

/** Runs the seeds; what is wrong by seed. */
async function problemsOf(check: (seed: number) => string | undefined | Promise<string | undefined>) {
  const problems: string[] = [];
  for (let seed = 1; seed <= damages; seed++) {
    const problem = await check(seed);
    if (problem) problems.push(`seed ${seed}: ${problem}`);
  }
  return problems.slice(0, 20);
}

t.test('LIFE', async t => {
  const check = (seed: number) => {
    const form = allForms[seed % allForms.length]!;
    const chance = new Chance(seed, seed % 2 === 0 ? 'full' : 'random');
    const records = [1, 2, 3].map(i => recordFor(form, chance, seed * 3 + i));
    const heads = [[form.id], form.columns.map(({ key }) => key)];
    const sheet: Sheet = {
      rows: [...heads, ...records.map(record => form.columns.map(({ key }) => record[key] ?? ''))],
      heads: 2,
      quoted: false,
      broken: (column, luck) => brokenColumn(form.columns[column]!, luck),
      strict: column => !['text', 'id'].includes(form.columns[column]!.type),
      encodings: ['utf-8', 'ms932'],
    };
    const damaged = damageSheet(sheet, Math.floor(seed / allForms.length) + seed, chance);
    return problemOf(life, `${form.id}_1.csv`, sheet, damaged, findCodes);
  };
  t.same(await problemsOf(check), [], `${damages} damaged files`);
});

t.test('opinions', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const codes = codesOf(server.services);
  const rows = ['0000000001', '0000000002', '0000000003'].map(insured =>
    opinionLayout.fields.map(({ no }) => (no === 6 ? insured : (full[no] ?? ''))),
  );
  const sheet: Sheet = {
    rows,
    heads: 0,
    quoted: true,
    broken: (column, luck) => brokenField(opinionLayout.fields[column]!, luck),
    strict: column => opinionLayout.fields[column]!.type !== 'text',
    encodings: ['ms932'],
  };
  const check = (seed: number) =>
    problemOf(opinion, '意見書.csv', sheet, damageSheet(sheet, seed, new Chance(seed, 'full')), codes);
  t.same(await problemsOf(check), [], `${damages} damaged files`);
});

const request: FhirRequest = {
  method: 'POST',
  path: ['Coverage'],
  params: {},
  query: [],
  headers: {},
  prefer: {},
  caller: systemCaller,
  language: 'en',
  base: '',
};

async function push(server: TestServer, bytes: Uint8Array, map: CertificateMap): Promise<Receipt[]> {
  const chunks = async function* () {
    yield bytes.subarray(0, 700);
    yield bytes.subarray(700);
  };
  const receipts: Receipt[] = [];
  for await (const some of pushCertificates(server.services, request, rowsOf(chunks(), map))) receipts.push(...some);
  return receipts;
}

const sumOf = (receipts: readonly Receipt[], outcome: Receipt['outcome']): number =>
  receipts.filter(one => one.outcome === outcome).length;

/** Pushes a damaged file, then the right one: what was read of the first is what the second has, and no more. */
async function pushProblem(
  server: TestServer,
  damaged: DamagedSheet | DamagedLines,
  right: Uint8Array,
  map: CertificateMap,
): Promise<string | undefined> {
  const { what, place, hidden, rows } = damaged;
  const first = await push(server, damaged.bytes, map);
  const again = await push(server, right, map);
  const stored = sumOf(first, 'created');
  if (hidden) return undefined;
  if (sumOf(first, 'changed') + sumOf(first, 'unchanged') > 0) return `${what}: something was there before`;
  if (sumOf(again, 'unchanged') !== stored) return `${what}: a row was read wrongly`;
  if (sumOf(again, 'created') !== again.length - stored) return `${what}: something was stored of a refused row`;
  if (again.length - stored > rows.length) return `${what}: ${again.length - stored} rows were refused`;
  const found = first.filter(one => one.outcome === 'refused').flatMap(one => one.findings.filter(isRefusal));
  if (!place) return found.length === 0 ? undefined : `${what}: refused: ${tell(found)}`;
  return found.some(one => isAt(one, place))
    ? undefined
    : `${what}: expected ${JSON.stringify(place)}, found ${tell(found)}`;
}

const certificatesOf = (seed: number): CertificateRow[] =>
  [2 * seed, 2 * seed + 1].flatMap(n => rowsOfPerson(n)).map(row => ({ ...row, undisclosed: '0' }));

t.test('certificates, CSV', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const check = async (seed: number) => {
    const rows = certificatesOf(seed).map(row => certificateLayout.fields.map(({ key }) => row[key] ?? ''));
    const sheet: Sheet = {
      rows,
      heads: 0,
      quoted: false,
      broken: (column, luck) => brokenField(certificateLayout.fields[column]!, luck),
      strict: column => !['text', 'kana'].includes(certificateLayout.fields[column]!.type),
      encodings: ['ms932', 'utf-8'],
    };
    const damaged = damageSheet(sheet, seed, new Chance(seed, 'full'));
    return pushProblem(server, damaged, writeSheet(sheet), ownCsv);
  };
  t.same(await problemsOf(check), [], `${damages} damaged files`);
});

t.test('certificates, JSON lines', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const check = async (seed: number) => {
    const rows = certificatesOf(seed);
    const chance = new Chance(seed, 'full');
    const damaged = damageLines(rows, seed, chance, item => brokenField(certificateLayout.fields[item]!, chance));
    return pushProblem(
      server,
      damaged,
      Buffer.from(rows.map(row => `${JSON.stringify(row)}\n`).join('')),
      ownJsonLines,
    );
  };
  t.same(await problemsOf(check), [], `${damages} damaged files`);
});

t.test('a line of 100 MB is passed over in bounded memory', async t => {
  const piece = Buffer.alloc(1_000_000, 'x');
  const long = function* (start: Uint8Array, last: Uint8Array) {
    yield start;
    for (let i = 0; i < 100; i++) yield piece;
    yield last;
  };
  const form = allForms.find(one => one.id === 'FORM_0500_2021')!;
  const heads = `${form.id}\r\n${form.columns.map(({ key }) => key).join(',')}\r\n`;
  const before = process.memoryUsage().rss;
  const read = (standard: Standard, name: string, start: string) => {
    const chunks = () => long(Buffer.from(start), Buffer.from('\r\n'));
    const units = unitsIn(standard, [{ name, chunks }], findCodes);
    return units.flatMap(one => one.findings).map(one => [one.kind, one.line]);
  };
  t.same(read(life, 'FORM_0500_2021_1.csv', heads), [['row-length', 3]]);
  t.same(read(opinion, '意見書.csv', ''), [['row-length', 1]]);
  for (const [map, kind] of [
    [ownCsv, 'row-length'],
    [ownJsonLines, 'character-set'],
  ] as const) {
    const chunks = async function* () {
      yield* long(Buffer.from(''), Buffer.from('\n{}\n'));
    };
    const rows = [];
    for await (const row of rowsOf(chunks(), map)) rows.push(row);
    t.equal(rows.length, 2);
    t.match(rows[0], { line: 1, findings: [{ kind, line: 1 }] });
    t.equal(rows[1]!.line, 2);
  }
  const used = (process.memoryUsage().rss - before) / 1e6;
  t.ok(used < 150, `${Math.round(used)} MB more`);
});
