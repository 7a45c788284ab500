/**
 * Rows of a delivery's files sorted by what they belong to: one person's plan, month, services given, interview.
 */
import { RowDecoder } from '../../decode.ts';
import { type Finding, isRefusal } from '../../finding.ts';
import { type FileRecord, type FindCodes, type ReadRow, readRecord } from '../../layout.ts';
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
  readonly read: ReadRow;
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
  readonly groups: readonly Group[];
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

/** Collects rows into groups while the files of a delivery are gone through. */
class Grouping {
  readonly groups = new Map<string, Group>();
  readonly loose: { finding: Finding; file: string; row: Row }[] = [];
  private readonly codes: FindCodes;

  constructor(codes: FindCodes) {
    this.codes = codes;
  }

  /** Takes the rows of one file. */
  add({ source, name }: NamedFile): void {
    const layouts = careplanLayouts.get(name.kind)!;
    let previous: Group | undefined;
    let orphan: Finding | undefined;
    let isFirst = true;
    const here = new Set<Group>();
    for (const row of rowsOf(source)) {
      const read = readRecord(layouts, row, this.codes, isFirst);
      isFirst = false;
      const findings = read.findings.map(one => ({ ...one, file: source.name }));
      const group = this.groupOf(name, read);
      if (!group) {
        const refused = findings.find(isRefusal);
        for (const finding of findings) this.loose.push({ finding, file: source.name, row });
        if (!refused) continue;
        orphan = refused;
        previous?.findings.push(neighbour(refused));
        if (row.to === Number.MAX_SAFE_INTEGER) this.stop(name.kind, here, previous, refused);
        continue;
      }
      here.add(group);
      group.entries.push({ kind: name.kind, file: source.name, read, record: read.record! });
      group.findings.push(...findings);
      if (orphan) group.findings.push(neighbour(orphan));
      orphan = undefined;
      previous = group;
    }
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

  /** A file that could not be read to its end: who had no row before may have one after. */
  private stop(kind: string, here: ReadonlySet<Group>, last: Group | undefined, reason: Finding): void {
    this.stopped.push({ kind, here, last, reason });
  }

  private readonly stopped: { kind: string; here: ReadonlySet<Group>; last: Group | undefined; reason: Finding }[] = [];

  /** The result, when all files have been added. */
  finish(): Grouped {
    for (const { kind, here, last, reason } of this.stopped)
      for (const group of this.groups.values())
        if (families[kind]!.includes(group.family) && (!here.has(group) || group === last))
          group.findings.push(unread(reason));
    return { groups: [...this.groups.values()], loose: this.loose };
  }
}

const neighbour = ({ file, line }: Finding): Finding => ({
  kind: 'set',
  severity: 'error',
  ...(file !== undefined && { file }),
  ...(line !== undefined && { line }),
  rule: {
    en: 'the row beside it cannot be read and may be of the same person',
    ja: '隣の行が読めず、同じ利用者の行かもしれません',
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
