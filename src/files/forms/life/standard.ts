/**
 * LIFE (科学的介護情報システム): CSV files of the external interface v1.0 and the known ones of v3.10 ⇄ QuestionnaireResponses.
 * Source: LIFE CSV連携仕様書 and 外部インターフェース項目一覧 (2021-03; 3.10 of 2025-10).
 */
import { type Finding, isRefusal } from '../../finding.ts';
import type { FindCodes } from '../../layout.ts';
import type { SourceFile, Standard, Unit } from '../standard.ts';
import { allForms, users } from './all.ts';
import { type LifeRow, openLifeFile, type PlacedRow, readAgain } from './read.ts';
import { makeSet, readsOf } from './set.ts';
import { keyOf, personKey, recordKey } from './systems.ts';
import { writeLifeFiles } from './write.ts';

/** Data types by the length of their names, so that the longest that fits is found. */
const names = [...new Set(allForms.map(one => one.id))];
const prefix = new RegExp(`^(${names.join('|')}|FORM_\\d{4}_\\d{4}|[A-Z_]+_2024)(_.*)?\\.csv$`, 'i');

const twice = (one: LifeRow, first: LifeRow): Finding => ({
  kind: 'duplicate',
  severity: 'error',
  file: one.file,
  line: one.row.line,
  column: 1,
  value: one.record['external_system_management_number'] ?? '',
  rule: {
    en: `each number once; it is also in ${first.file}, line ${first.row.line}`,
    ja: `管理番号は1回だけです（${first.file} の ${first.row.line}行目にもあります）`,
  },
  mend: { en: 'Leave one of the rows out', ja: 'どちらかの行を除いてください' },
});

const contradiction = (one: LifeRow): Finding => {
  const column = one.form.columns.find(({ key }) => key === 'insured_no')!;
  return {
    kind: 'relation',
    severity: 'error',
    file: one.file,
    line: one.row.line,
    column: 1,
    item: column.no,
    name: column.name,
    value: personKey(one.record).value,
    rule: { en: 'rows with one number are about one person', ja: '同じ管理番号の行は同じ利用者でなければなりません' },
    mend: { en: 'Correct the number or the person', ja: '管理番号か利用者を直してください' },
  };
};

/** Rows of one set contradict each other or repeat a record. */
function checkRows(rows: readonly LifeRow[]): Finding[] {
  const seen = new Map<string, LifeRow>();
  const findings: Finding[] = [];
  for (const one of rows) {
    const key = keyOf(recordKey(one.form.id, one.record)).value;
    const before = seen.get(key);
    if (before) findings.push(twice(one, before));
    seen.set(key, before ?? one);
    if (personKey(one.record).value !== personKey(rows[0]!.record).value) findings.push(contradiction(one));
  }
  return findings;
}

const orderOf = ({ form }: LifeRow): number => allForms.indexOf(form);

/** The unit of rows whose numbers are right. */
function unitOf(placed: readonly PlacedRow[]): Unit {
  const { rows: unsorted, lost } = readAgain(placed);
  const rows = [...unsorted].sort((a, b) => orderOf(a) - orderOf(b));
  const spans = placed.map(({ reader, place, to }) => ({ file: reader.file, from: place.from, to }));
  const [first] = rows;
  if (!first || lost.length > 0) {
    const { file, line } = lost[0]!;
    return { name: file!, findings: lost, spans, place: { file: file!, ...(line !== undefined && { line }) } };
  }
  const findings = [...rows.flatMap(one => one.findings), ...checkRows(rows)];
  const person = personKey(first.record);
  const { dataType, office, service, number } = recordKey(first.form.id, first.record);
  return {
    name: `${dataType} ${person.value}:${office}:${service}:${number}`,
    findings,
    spans,
    place: { file: first.file, line: first.row.line },
    ...(first.form.id !== users && { person }),
    reads: readsOf(rows),
    ...(!findings.some(isRefusal) && { make: making => makeSet(rows, making) }),
  };
}

/** Rows of one number of an office stand together when one form is the other's parent. */
function setOf({ form, record }: LifeRow): string {
  const { detail: _detail, ...own } = recordKey(form.parent ?? form.id, record);
  return keyOf(own).value;
}

/** A row whose number nobody can tell. */
function looseUnit({ file, row, findings }: LifeRow): Unit {
  const spans = [{ file, from: row.from, to: row.to }];
  return { name: file, findings, spans, place: { file, line: row.line } };
}

/** Rows by what they belong to; persons come before what is told about them. */
interface Sets {
  readonly persons: Map<string, PlacedRow[]>;
  readonly others: Map<string, PlacedRow[]>;
}

/** Sorts the rows of a file into sets; what belongs to none is given out at once. */
function* sortRows(source: SourceFile, codes: FindCodes, { persons, others }: Sets): Generator<Unit | undefined> {
  const { name } = source;
  const file = yield* openLifeFile(source, codes);
  if ('refused' in file) {
    const spans = [{ file: name, from: 0, to: Number.MAX_SAFE_INTEGER }];
    yield { name, findings: file.refused, spans, place: { file: name } };
    return;
  }
  for (const one of file.rows) {
    yield undefined;
    if (!one) continue;
    const { read, placed } = one;
    if (!read.hasKey) yield looseUnit(read);
    else {
      const own = setOf(read);
      const sets = read.form.id === users ? persons : others;
      const set = sets.get(own);
      if (set) set.push(placed);
      else sets.set(own, [placed]);
    }
  }
}

function* units(files: readonly SourceFile[], codes: FindCodes): Generator<Unit | undefined> {
  const sets: Sets = { persons: new Map(), others: new Map() };
  for (const source of files) yield* sortRows(source, codes, sets);
  for (const set of sets.persons.values()) yield unitOf(set);
  for (const set of sets.others.values()) yield unitOf(set);
}

/** LIFE. */
export const life: Standard = {
  id: 'life',
  title: { en: 'LIFE, CSV (1.0; 3.10 in part)', ja: 'LIFE CSV（1.0、3.10 は一部）' },
  accepts: name => prefix.test(name),
  units,
  asked: {
    options: ['kind', 'from', 'month'],
    isKind: kind => names.includes(kind),
    kinds: names.join(', '),
    takesBack: {
      en: 'LIFE has no files of deletions: a half-width space deletes a value',
      ja: 'LIFE に削除ファイルはありません（半角スペース1つが値を消します）',
    },
  },
  write: writeLifeFiles,
};
