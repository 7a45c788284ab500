/**
 * Claims as offices hand them to 国保連 (介護給付費請求): 請求書, 明細書, 居宅サービス計画費, 給付管理票 ⇄ ExplanationOfBenefit and Invoice.
 * Source: インタフェース仕様書 サービス事業所編 (2014-11).
 */
import { type Finding, isRefusal } from '../../finding.ts';
import type { FindCodes } from '../../layout.ts';
import type { SourceFile, Standard, Unit } from '../standard.ts';
import type { Delivery } from './claim.ts';
import { makeClaim } from './making.ts';
import { familyOf } from './layouts/all.ts';
import { type ClaimFile, type ClaimRow, readClaimFile } from './read.ts';
import { checkClaim } from './rules.ts';
import { personKey } from './systems.ts';
import { writeClaimFiles } from './write.ts';

/** What a file is refused for: its frame does not hold, so nobody knows what is missing. */
function refusedFile({ name, rows, findings }: ClaimFile): Unit {
  const all = [...findings, ...rows.flatMap(one => one.findings)];
  return { name, findings: all, spans: [{ file: name, from: 0, to: Number.MAX_SAFE_INTEGER }], place: { file: name } };
}

function unitOf(rows: readonly ClaimRow[], more: readonly Finding[], delivery: Delivery): Unit {
  const first = rows[0]!;
  const { record, row, file } = first;
  const findings = [...rows.flatMap(one => one.findings), ...more, ...checkClaim(rows, delivery.month)];
  const isBill = record['insured'] === undefined;
  const person = isBill ? undefined : personKey(record);
  const rest = [record['month'], record['office'], record['exchange']].join(':');
  return {
    name: `claim ${person ? `${person.value}:${rest}` : first.key}`,
    findings,
    spans: rows.map(one => ({ file: one.file, from: one.row.from, to: one.row.to })),
    place: { file, line: row.line },
    judged: true,
    ...(person && { person, reads: [{ type: 'Patient', key: person }] }),
    ...(!findings.some(isRefusal) && { make: making => makeClaim(rows, delivery, making) }),
  };
}

const neighbour = ({ file, row }: ClaimRow): Finding => ({
  kind: 'set',
  severity: 'error',
  file,
  line: row.line,
  column: 1,
  rule: {
    en: 'a row whose key cannot be read is, or may be, of the same claim',
    ja: 'キーの読めない行があり、同じ請求の行（かもしれない行）です',
  },
  mend: { en: 'Mend that row and send the claim again', ja: 'その行を直して、送り直してください' },
});

interface Grouped {
  readonly groups: Map<string, { rows: ClaimRow[]; more: Finding[] }>;
  readonly loose: ClaimRow[];
  /** False when rows of other claims stand between those of one. */
  readonly together: boolean;
}

/**
 * Refuses the claims that rows without a key may belong to: those beside them, or any where claims are mixed. One such row is told for
 * each claim and gap: told of all, findings would be as many as rows times claims.
 */
function refuseNeighbours(rows: readonly ClaimRow[], { groups, loose, together }: Grouped): void {
  if (!together) {
    for (const { more } of loose.length > 0 ? groups.values() : []) more.push(neighbour(loose[0]!));
    return;
  }
  let before: string | undefined;
  let gap: ClaimRow | undefined;
  for (const one of rows) {
    if (one.key === undefined) {
      if (!gap && before !== undefined) groups.get(before)!.more.push(neighbour(one));
      gap ??= one;
    } else {
      if (gap && one.key !== before) groups.get(one.key)!.more.push(neighbour(gap));
      gap = undefined;
      before = one.key;
    }
  }
}

/** Rows by key, in the order in which the keys come; rows without one belong to what is beside them. */
function groupRows(rows: readonly ClaimRow[]): Grouped {
  const groups: Grouped['groups'] = new Map();
  const loose: ClaimRow[] = [];
  let together = true;
  let previous: string | undefined;
  for (const one of rows) {
    if (one.key === undefined) loose.push(one);
    else {
      const group = groups.get(one.key);
      if (group && previous !== one.key) together = false;
      if (group) group.rows.push(one);
      else groups.set(one.key, { rows: [one], more: [] });
      previous = one.key;
    }
  }
  const grouped = { groups, loose, together };
  refuseNeighbours(rows, grouped);
  return grouped;
}

function* unitsOf(read: ClaimFile): Generator<Unit> {
  const { frame } = read;
  if (!frame || read.findings.some(isRefusal)) {
    yield refusedFile(read);
    return;
  }
  const { dataKind = '', medium = '', month = '' } = frame;
  const { groups, loose } = groupRows(read.rows);
  for (const { file, row, findings } of loose) {
    const spans = [{ file, from: row.from, to: row.to }];
    yield { name: file, findings, spans, place: { file, line: row.line } };
  }
  let first = read.findings;
  for (const { rows, more } of groups.values()) {
    yield unitOf(rows, [...first, ...more], { dataKind, medium, month });
    first = [];
  }
}

function* units(files: readonly SourceFile[], codes: FindCodes): Generator<Unit> {
  for (const file of files) yield* unitsOf(readClaimFile(file, codes));
}

/** Claims to 国保連. */
export const claims: Standard = {
  id: 'claims',
  title: { en: 'Claims to 国保連 (8 letters or digits and .csv)', ja: '介護給付費請求（半角英数字8文字以内の .csv）' },
  accepts: name => /^[0-9A-Z]{1,8}\.csv$/i.test(name),
  units,
  asked: {
    options: ['kind', 'from', 'month'],
    isKind: kind => familyOf(kind) !== undefined,
    kinds: '7111, 7131, 8124, 8222 …',
    takesBack: {
      en: 'claims have no files of deletions: a 給付管理票 is taken back by a record of its own (作成区分 3), here by the status cancelled',
      ja: '請求に削除ファイルはありません。給付管理票は作成区分 3（取消）の行で取り消します（status を cancelled にしてください）',
    },
  },
  write: writeClaimFiles,
};
