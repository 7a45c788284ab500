/**
 * 主治医意見書 CSV (医見書 v1.2): each row becomes a DocumentReference with the row as it came, a QuestionnaireResponse with its answers, and
 * the person when nobody with the number is there. Reading only: the row is given back from the document.
 */
import type { CharacterSet } from '../../character-set.ts';
import { RowDecoder } from '../../decode.ts';
import { type Finding, isRefusal } from '../../finding.ts';
import { type FileRecord, type FindCodes, type ReadRow, readRecord } from '../../layout.ts';
import { bytesBetween, rowsOf } from '../../source.ts';
import type { SourceFile, Standard, Unit } from '../standard.ts';
import { opinionLayout } from './layout.ts';
import { makeOpinion, opinionKey, personOf } from './making.ts';

/** A row that was read, and its character set. */
interface OpinionRow extends ReadRow {
  readonly set: CharacterSet;
}

/** The rows of a file but a heading; undefined for a pause. */
function* readRows(source: SourceFile, codes: FindCodes): Generator<OpinionRow | undefined> {
  const decoder = new RowDecoder({ verticalTab: true });
  let isFirst = true;
  for (const row of rowsOf(source.chunks(), decoder)) {
    const read = row && readRecord([opinionLayout], row, codes, isFirst);
    isFirst &&= row === undefined;
    if (read && (read.record || read.findings.some(isRefusal))) yield { ...read, set: decoder.characterSet ?? 'ms932' };
    else yield undefined;
  }
}

/** Items of the key: insurer, insured number, day of application. */
const keyItems = [4, 6, 8];

/** The key of a row; undefined when an item of it cannot be read. */
function keyOf({ record, findings }: ReadRow): string | undefined {
  const isUnknown = findings.some(one => isRefusal(one) && keyItems.includes(one.item ?? 0));
  return record && !isUnknown ? opinionKey(record) : undefined;
}

/** Lines of rows of one key that are kept and told. */
const mostLines = 6;

/** Keys that several rows of a file have, with the first lines of these rows. */
function* repeatedIn(source: SourceFile, codes: FindCodes): Generator<undefined, ReadonlyMap<string, number[]>> {
  const lines = new Map<string, number[]>();
  for (const read of readRows(source, codes)) {
    yield undefined;
    const key = read && keyOf(read);
    const known = key === undefined ? undefined : lines.get(key);
    if (known && known.length < mostLines) known.push(read!.row.line);
    else if (key !== undefined && !known) lines.set(key, [read!.row.line]);
  }
  for (const [key, { length }] of lines) if (length === 1) lines.delete(key);
  return lines;
}

/** Rows of one application: nobody knows which of them is right. */
function repeated({ row, record }: OpinionRow, lines: readonly number[]): Finding {
  const others = lines.filter(one => one !== row.line).join(', ');
  const told = lines.length < mostLines ? others : `${others} …`;
  return {
    kind: 'duplicate',
    severity: 'error',
    line: row.line,
    column: 1,
    value: opinionKey(record!),
    rule: {
      en: `one opinion for each insured number and day of application (申請日) in a file; line ${told} has the same`,
      ja: `1つのファイルに、被保険者番号と申請日が同じ意見書は1件だけです（${told}行目にもあります）`,
    },
    mend: {
      en: 'Leave out the rows that are not the right one',
      ja: '正しい1行だけを残してください',
    },
  };
}

const relation = (read: ReadRow, column: number, rule: Finding['rule'], mend: Finding['mend']): Finding => ({
  kind: 'relation',
  severity: 'error',
  ...read.row.place(column - 1),
  item: column,
  name: opinionLayout.fields[column - 1]!.name,
  value: read.record?.[`c${column}`] ?? '',
  rule,
  mend,
});

/** Days that are needed may not be 00000000, and come in the order of things. */
function checkDays(read: ReadRow, record: FileRecord): Finding[] {
  const found = [8, 14, 17]
    .filter(column => record[`c${column}`] === '00000000')
    .map(column =>
      relation(read, column, { en: 'a day', ja: '日付' }, { en: 'Write the day', ja: '日付を書いてください' }),
    );
  if (found.length === 0 && record['c14']! < record['c17']!)
    found.push(
      relation(
        read,
        14,
        { en: 'a day after the date of birth', ja: '生年月日より後の日' },
        { en: 'Check both days', ja: '両方の日付を確かめてください' },
      ),
    );
  return found;
}

function unitOf(source: SourceFile, read: OpinionRow, codes: FindCodes): Unit {
  const { name: file } = source;
  const { row, record, set } = read;
  const common = { spans: [{ file, from: row.from, to: row.to }], place: { file, line: row.line } };
  const findings = read.findings.map(one => ({ ...one, file }));
  if (!record || findings.some(isRefusal)) return { name: file, findings, ...common };
  const more = checkDays(read, record).map(one => ({ ...one, file }));
  const name = `opinion ${opinionKey(record)}`;
  if (more.length > 0) return { name, findings: [...findings, ...more], ...common };
  const made = makeOpinion(record, { bytes: bytesBetween(source, row.from, row.to), set }, codes);
  const left = made.left.map(
    (column): Finding => ({
      ...relation(
        read,
        column,
        { en: 'the answer this text belongs to was not given', ja: 'この記載の前提となる選択がありません' },
        {
          en: 'It is kept in the document only; tick the answer and send it again',
          ja: '文書にのみ残しました。選択を付けて送り直してください',
        },
      ),
      severity: 'warning',
      file,
    }),
  );
  return {
    name,
    findings: [...findings, ...left],
    ...common,
    ...(!made.hasPerson && { person: personOf(record) }),
    make: () => ({ drafts: made.drafts, removals: [] }),
  };
}

function* units(files: readonly SourceFile[], codes: FindCodes): Generator<Unit | undefined> {
  for (const source of files) {
    const all = yield* repeatedIn(source, codes);
    for (const read of readRows(source, codes)) {
      const lines = read && all.get(keyOf(read) ?? '');
      const told = lines ? { ...read, findings: [...read.findings, repeated(read, lines)] } : read;
      yield told && unitOf(source, told, codes);
    }
  }
}

/** The physician opinion. */
export const opinion: Standard = {
  id: 'opinion',
  title: { en: 'Physician opinion, CSV (医見書 1.2)', ja: '主治医意見書 CSV（医見書 1.2）' },
  accepts: name => /^(?:.*意見書.*|iken.*)\.csv$/i.test(name.normalize('NFKC')),
  units,
};
