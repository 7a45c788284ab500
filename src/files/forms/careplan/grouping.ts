/**
 * Rows of a delivery's files sorted by what they belong to. The files are gone through once; of a right row only its place is kept.
 */
import { RowDecoder } from '../../decode.ts';
import { type Finding, isRefusal } from '../../finding.ts';
import { type FindCodes, type ReadRow, readRecord } from '../../layout.ts';
import type { Row } from '../../row.ts';
import { addPlace, rowsOf } from '../../source.ts';
import type { Span } from '../standard.ts';
import { type Family, families, familyOf, keyOf, type NamedFile, type PlacedGroup } from './entries.ts';
import type { FileName } from './file-name.ts';
import { careplanLayouts } from './layouts/all.ts';

/** A finding about a row that belongs to nobody, or about a whole file. */
export interface Loose {
  readonly finding: Finding;
  readonly span: Span;
}

/** Sets in the order of their first rows, and what belongs to none. */
export interface Grouped {
  readonly groups: PlacedGroup[];
  readonly loose: readonly Loose[];
}

/** A row that cannot be read: whose it may be has to be told from what is around it. */
interface Orphan {
  readonly finding: Finding;
  readonly owner: string | undefined;
  readonly before: PlacedGroup | undefined;
  after?: PlacedGroup;
  /** Nothing after it was read. */
  readonly isEnd: boolean;
}

/** What a file had: its groups in order, and whether the rows of each stand together. */
interface FileRows {
  readonly kind: string;
  readonly groups: Set<PlacedGroup>;
  together: boolean;
  readonly orphans: Orphan[];
  /** How many of the orphans know what comes after them. */
  followed: number;
}

/** Most rows of a file that are told to be unreadable one by one. */
const mostOrphans = 10_000;

/** Collects rows into groups while the files of a delivery are gone through. */
class Grouping {
  private readonly groups = new Map<string, PlacedGroup>();
  private readonly loose: Loose[] = [];
  private readonly files: FileRows[] = [];
  private readonly codes: FindCodes;

  constructor(codes: FindCodes) {
    this.codes = codes;
  }

  /** Takes the rows of one file, one at a time. */
  *add(from: NamedFile): Generator<undefined, void> {
    const { source, name } = from;
    const layouts = careplanLayouts.get(name.kind)!;
    const file: FileRows = { kind: name.kind, groups: new Set(), together: true, orphans: [], followed: 0 };
    this.files.push(file);
    const decoder = new RowDecoder();
    let previous: PlacedGroup | undefined;
    let isFirst = true;
    const take = (row: Row): void => {
      const read = readRecord(layouts, row, this.codes, isFirst);
      isFirst = false;
      const group = this.groupOf(name, read);
      const findings = read.findings.map(one => ({ ...one, file: source.name }));
      if (group) {
        this.take(file, group, previous, findings, row.unended === true);
        addPlace(group.stretches, from, row, decoder);
        previous = group;
      } else this.setAside(file, previous, read, findings, source.name);
    };
    for (const row of rowsOf(source.chunks(), decoder)) {
      yield undefined;
      if (!row) continue;
      if (file.orphans.length >= mostOrphans) {
        this.giveUp(file, previous, row, source.name);
        return;
      }
      take(row);
    }
  }

  /** A file in which so many rows cannot be read is another file: what is left of it is not looked at. */
  private giveUp(file: FileRows, before: PlacedGroup | undefined, { line, from }: Row, name: string): void {
    const finding: Finding = {
      kind: 'set',
      severity: 'error',
      file: name,
      line,
      rule: {
        en: `more than ${mostOrphans} rows cannot be read; the rest of the file is not looked at`,
        ja: `読めない行が ${mostOrphans} を超えたため、残りは読んでいません`,
      },
      mend: { en: 'Look whether this is the right file', ja: '正しいファイルか確かめてください' },
    };
    // First: it says more than any row, and an answer does not tell them all.
    this.loose.unshift({ finding, span: { file: name, from, to: Number.MAX_SAFE_INTEGER } });
    file.orphans.push({ finding, owner: undefined, before, isEnd: true });
  }

  private take(
    file: FileRows,
    group: PlacedGroup,
    previous: PlacedGroup | undefined,
    findings: readonly Finding[],
    isCut: boolean,
  ): void {
    if (group !== previous && file.groups.has(group)) file.together = false;
    file.groups.add(group);
    group.findings.push(...findings);
    for (; file.followed < file.orphans.length; file.followed++) file.orphans[file.followed]!.after = group;
    const cut = isCut ? findings.find(isRefusal) : undefined;
    if (cut) file.orphans.push({ finding: cut, owner: nameOf(group), before: group, isEnd: true });
  }

  private setAside(
    file: FileRows,
    before: PlacedGroup | undefined,
    read: ReadRow,
    findings: readonly Finding[],
    name: string,
  ): void {
    const { row } = read;
    for (const finding of findings) this.loose.push({ finding, span: { file: name, from: row.from, to: row.to } });
    const finding = findings.find(isRefusal);
    if (!finding) return;
    const isEnd = row.to === Number.MAX_SAFE_INTEGER || row.unended === true;
    file.orphans.push({ finding, owner: ownerOf(file.kind, read), before, isEnd });
  }

  private groupOf({ kind, from }: FileName, read: ReadRow): PlacedGroup | undefined {
    const { record, layout } = read;
    if (!record) return undefined;
    const wrong = new Set(
      read.findings
        .filter(one => isRefusal(one) && one.item !== undefined)
        .map(one => layout.fields[one.item! - 1]!.key),
    );
    const family = familyOf(kind, record);
    const key = family && keyOf(family, record, wrong);
    if (!family || key === undefined) {
      if (!family) (read.findings as Finding[]).push(eitherDateOrMonth(read));
      return undefined;
    }
    const name = `${family} ${key}`;
    const group = this.groups.get(name) ?? { family, key, sender: from.office, stretches: [], findings: [] };
    this.groups.set(name, group);
    return group;
  }

  /** Refuses the groups the rows of a file that cannot be read may belong to. */
  private refuseOwners(file: FileRows): void {
    const absent = [...this.groups.values()].filter(
      group => families[file.kind]!.includes(group.family) && !file.groups.has(group),
    );
    // A group is told of the first such row and no more: a file may have as many as it has rows.
    const told = new Set<PlacedGroup>();
    const refuse = (groups: Iterable<PlacedGroup | undefined>, finding: Finding): void => {
      for (const group of groups) {
        if (group && !told.has(group)) group.findings.push(neighbour(finding));
        if (group) told.add(group);
      }
    };
    const unknown = file.orphans.filter(one => one.owner === undefined || !this.groups.has(one.owner));
    for (const { finding, owner } of file.orphans)
      if (owner !== undefined && this.groups.has(owner)) refuse([this.groups.get(owner)], finding);
    for (const { finding, before, after } of file.together ? unknown : []) refuse([before, after], finding);
    if (unknown[0]) refuse(file.together ? absent : [...file.groups, ...absent], unknown[0].finding);
    const end = file.orphans.find(one => one.isEnd);
    if (end) for (const group of [...absent, end.before]) group?.findings.push(unread(end.finding));
  }

  /** The result, when all files have been added. */
  finish(): Grouped {
    for (const file of this.files) this.refuseOwners(file);
    return { groups: [...this.groups.values()], loose: this.loose };
  }
}

const nameOf = ({ family, key }: { readonly family: Family; readonly key: string }): string => `${family} ${key}`;

/** Whose a row seems to be that has a wrong number of items: the cells of its key, when they have the form of one. */
function ownerOf(kind: string, { row, layout, record }: ReadRow): string | undefined {
  if (record) return undefined;
  const cells = Object.fromEntries(layout.fields.map(({ key }, i) => [key, (row.cells[i] ?? '').trim()]));
  const family = familyOf(kind, cells);
  const key = family && keyOf(family, cells, new Set());
  return key && `${family} ${key}`;
}

const neighbour = ({ file, line }: Finding): Finding => ({
  kind: 'set',
  severity: 'error',
  ...(file !== undefined && { file }),
  ...(line !== undefined && { line }),
  rule: {
    en: 'a row that cannot be read is, or may be, of the same person',
    ja: '読めない行があり、同じ利用者の行（かもしれない行）です',
  },
  mend: { en: 'Mend that row and send the set again', ja: 'その行を直して、組を送り直してください' },
});

const unread = ({ file, line }: Finding): Finding => ({
  kind: 'set',
  severity: 'error',
  ...(file !== undefined && { file }),
  ...(line !== undefined && { line }),
  rule: {
    en: 'a file of the set could not be read to its end',
    ja: '組のファイルを最後まで読めませんでした',
  },
  mend: { en: 'Mend the file and send the set again', ja: 'ファイルを直して、組を送り直してください' },
});

function eitherDateOrMonth({ row, layout }: ReadRow): Finding {
  const field = layout.fields.find(({ key }) => key === 'planDate')!;
  return {
    kind: 'relation',
    severity: 'error',
    ...row.place(field.no - 1),
    item: field.no,
    name: field.name,
    rule: {
      en: 'either the day of the plan or the month is given, the other is all zeros',
      ja: '計画作成（変更）日か対象年月のどちらか一方だけを書き、他方は 0 で埋めます',
    },
    mend: { en: 'Fill the other one with zeros', ja: 'もう一方を 0 で埋めてください' },
  };
}

/** Sorts the rows of the files of one delivery, one at a time. */
export function* groupRows(files: readonly NamedFile[], codes: FindCodes): Generator<undefined, Grouped> {
  const grouping = new Grouping(codes);
  for (const file of files) if (careplanLayouts.has(file.name.kind)) yield* grouping.add(file);
  return grouping.finish();
}
