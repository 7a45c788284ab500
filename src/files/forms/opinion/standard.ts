/**
 * 主治医意見書 CSV (医見書 v1.2): each row becomes a DocumentReference with the row as it came, a QuestionnaireResponse with its answers, and
 * the person when nobody with the number is there. Reading only: the row is given back from the document.
 */
import type { CharacterSet } from '../../character-set.ts';
import { RowDecoder } from '../../decode.ts';
import { type Finding, isRefusal } from '../../finding.ts';
import { type FileRecord, type FindCodes, type ReadRow, readRecord } from '../../layout.ts';
import type { Row } from '../../row.ts';
import { bytesBetween } from '../../source.ts';
import type { SourceFile, Standard, Unit } from '../standard.ts';
import { opinionLayout } from './layout.ts';
import { makeOpinion, opinionKey, personOf } from './making.ts';

function* rowsOf(source: SourceFile): Generator<{ row: Row; set: CharacterSet }> {
  const decoder = new RowDecoder({ verticalTab: true });
  const withSet = (row: Row) => ({ row, set: decoder.characterSet ?? 'ms932' });
  for (const chunk of source.chunks()) yield* decoder.push(chunk).map(withSet);
  yield* decoder.end().map(withSet);
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

function unitOf(source: SourceFile, read: ReadRow, set: CharacterSet, codes: FindCodes): Unit {
  const { name: file } = source;
  const { row, record } = read;
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

function* units(files: readonly SourceFile[], codes: FindCodes): Generator<Unit> {
  for (const source of files) {
    let isFirst = true;
    for (const { row, set } of rowsOf(source)) {
      const read = readRecord([opinionLayout], row, codes, isFirst);
      isFirst = false;
      if (read.record || read.findings.some(isRefusal)) yield unitOf(source, read, set, codes);
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
