/**
 * Rows of a delivery's files sorted by what they belong to: one person's plan, month, services given, interview.
 */
import { RowDecoder } from '../../decode.ts';
import { type Finding, isRefusal } from '../../finding.ts';
import { type FileRecord, type FindCodes, type Layout, type ReadRow, readRecord } from '../../layout.ts';
import type { Row } from '../../row.ts';
import type { SourceFile } from '../standard.ts';
import type { FileName } from './file-name.ts';
import { careplanLayouts } from './layouts/all.ts';

/** What rows belong to. */
export type Family = 'plan' | 'month' | 'given' | 'basic' | 'preventive';

/** Families of each interface; UPHOSOKU goes with a plan or with a month. */
const families: Readonly<Record<string, readonly Family[]>> = {
  UPHOSOKU: ['plan', 'month'],
  UP1KYO: ['plan'],
  UP2KYO: ['plan'],
  UP3KYO: ['plan'],
  DLT1KYO: ['plan'],
  UPPLAN: ['month'],
  UPSIKYU: ['month'],
  DLTPLAN: ['month'],
  UPJSK: ['given'],
  DLTJSK: ['given'],
  UPKIHON: ['basic'],
  UPKIHON_SUB1: ['basic'],
  UPKIHON_SUB2: ['basic'],
  DLTKIHON: ['basic'],
  UPYOBO: ['preventive'],
  UPYOBO_SUB: ['preventive'],
  DLTYOBO: ['preventive'],
};

/** Items that make the key of a family, after insurer and insured number. */
const keyItems: Readonly<Record<Family, readonly string[]>> = {
  plan: ['planDate'],
  month: ['month'],
  given: ['month', 'officeNumber', 'serviceType'],
  basic: ['consultedOn'],
  preventive: ['planDate'],
};

/** A row with what it belongs to. */
export interface Entry {
  readonly kind: string;
  readonly file: string;
  readonly layout: Layout;
  /** The row without its cells: they are in the record. */
  readonly row: Pick<Row, 'line' | 'from' | 'to' | 'place'>;
  readonly record: FileRecord;
}

/** The rows of one set by interface, and what was found about them. */
export interface Group {
  readonly family: Family;
  /** insurer:insured:… as in the business key. */
  readonly key: string;
  /** 事業所番号 of the office whose files they are. */
  readonly sender: string;
  readonly entries: Entry[];
  readonly findings: Finding[];
}

/** A file of a delivery with its name taken apart. */
export interface NamedFile {
  readonly source: SourceFile;
  readonly name: FileName;
}

/** Groups, and findings about rows that belong to nobody or to a whole file. */
export interface Grouped {
  readonly groups: Group[];
  readonly loose: readonly { readonly finding: Finding; readonly file: string; readonly row: Row }[];
}

function familyOf(kind: string, record: FileRecord): Family | undefined {
  if (kind !== 'UPHOSOKU') return families[kind]?.[0];
  const [plan, month] = [record['planDate'] !== '00000000', record['month'] !== '000000'];
  return plan === month ? undefined : plan ? 'plan' : 'month';
}

/** The key of a row; undefined when an item of it is wrong: then nobody knows whose it is. */
function keyOf(family: Family, record: FileRecord, wrong: ReadonlySet<string>): string | undefined {
  const full: FileRecord = {
    ...record,
    serviceType: record['serviceType'] ?? record['serviceCode']?.slice(0, 2) ?? '',
  };
  const items = ['insurer', 'insured', ...keyItems[family]];
  const needed = family === 'given' && record['serviceType'] === undefined ? [...items, 'serviceCode'] : items;
  return needed.some(item => wrong.has(item)) ? undefined : items.map(item => full[item]).join(':');
}

function* rowsOf(source: SourceFile): Generator<Row> {
  const decoder = new RowDecoder();
  for (const chunk of source.chunks()) yield* decoder.push(chunk);
  yield* decoder.end();
}

/** A row that cannot be read: whose it may be has to be told from what is around it. */
interface Orphan {
  readonly finding: Finding;
  readonly owner: string | undefined;
  readonly before: Group | undefined;
  after?: Group;
  /** Nothing after it was read. */
  readonly isEnd: boolean;
}

/** What a file had: its groups in order, and whether the rows of each stand together. */
interface FileRows {
  readonly kind: string;
  readonly groups: Set<Group>;
  together: boolean;
  readonly orphans: Orphan[];
}

/** Collects rows into groups while the files of a delivery are gone through. */
class Grouping {
  private readonly groups = new Map<string, Group>();
  private readonly loose: { finding: Finding; file: string; row: Row }[] = [];
  private readonly files: FileRows[] = [];
  private readonly codes: FindCodes;

  constructor(codes: FindCodes) {
    this.codes = codes;
  }

  /** Takes the rows of one file. */
  add({ source, name }: NamedFile): void {
    const layouts = careplanLayouts.get(name.kind)!;
    const file: FileRows = { kind: name.kind, groups: new Set(), together: true, orphans: [] };
    this.files.push(file);
    let previous: Group | undefined;
    let isFirst = true;
    for (const row of rowsOf(source)) {
      const read = readRecord(layouts, row, this.codes, isFirst);
      isFirst = false;
      const group = this.groupOf(name, read);
      const findings = read.findings.map(one => ({ ...one, file: source.name }));
      if (group) {
        this.take(file, group, previous, entryOf(name.kind, source.name, read), findings, row.unended === true);
        previous = group;
      } else this.setAside(file, previous, read, findings);
    }
  }

  private take(
    file: FileRows,
    group: Group,
    previous: Group | undefined,
    entry: Entry,
    findings: Finding[],
    isCut: boolean,
  ): void {
    if (group !== previous && file.groups.has(group)) file.together = false;
    file.groups.add(group);
    group.entries.push(entry);
    group.findings.push(...findings);
    for (const orphan of file.orphans) orphan.after ??= group;
    const cut = isCut ? findings.find(isRefusal) : undefined;
    if (cut) file.orphans.push({ finding: cut, owner: nameOf(group), before: group, isEnd: true });
  }

  private setAside(file: FileRows, before: Group | undefined, read: ReadRow, findings: readonly Finding[]): void {
    const { row } = read;
    for (const finding of findings) this.loose.push({ finding, file: finding.file!, row });
    const finding = findings.find(isRefusal);
    if (!finding) return;
    const isEnd = row.to === Number.MAX_SAFE_INTEGER || row.unended === true;
    file.orphans.push({ finding, owner: ownerOf(file.kind, read), before, isEnd });
  }

  private groupOf({ kind, from }: FileName, read: ReadRow): Group | undefined {
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
    const group = this.groups.get(name) ?? { family, key, sender: from.office, entries: [], findings: [] };
    this.groups.set(name, group);
    return group;
  }

  /** Refuses the groups a row that cannot be read may belong to. */
  private refuseOwners(file: FileRows, { finding, owner, before, after, isEnd }: Orphan): void {
    const own = owner === undefined ? undefined : this.groups.get(owner);
    const absent = [...this.groups.values()].filter(
      group => families[file.kind]!.includes(group.family) && !file.groups.has(group),
    );
    if (own) own.findings.push(neighbour(finding));
    else {
      const beside = file.together ? [before, after] : [...file.groups];
      for (const group of new Set([...beside, ...absent])) group?.findings.push(neighbour(finding));
    }
    if (isEnd) for (const group of [...absent, before]) group?.findings.push(unread(finding));
  }

  /** The result, when all files have been added. */
  finish(): Grouped {
    for (const file of this.files) for (const orphan of file.orphans) this.refuseOwners(file, orphan);
    return { groups: [...this.groups.values()], loose: this.loose };
  }
}

function entryOf(kind: string, file: string, { row, layout, record }: ReadRow): Entry {
  const { line, from, to, place } = row;
  return { kind, file, layout, row: { line, from, to, place }, record: record! };
}

const nameOf = ({ family, key }: Group): string => `${family} ${key}`;

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

/** Sorts the rows of the files of one delivery. */
export function groupRows(files: readonly NamedFile[], codes: FindCodes): Grouped {
  const grouping = new Grouping(codes);
  for (const file of files) if (careplanLayouts.has(file.name.kind)) grouping.add(file);
  return grouping.finish();
}
