/**
 * Claims as offices hand them to 国保連 (介護給付費請求): 請求書, 明細書, 居宅サービス計画費, 給付管理票 ⇄ ExplanationOfBenefit and Invoice.
 * Source: インタフェース仕様書 サービス事業所編 (2014-11).
 */
import { type Finding, isRefusal } from '../../finding.ts';
import type { FindCodes } from '../../layout.ts';
import type { SourceFile, Span, Standard, Unit } from '../standard.ts';
import type { Delivery } from './claim.ts';
import type { PlacedClaim } from './grouping.ts';
import { familyOf } from './layouts/all.ts';
import { makeClaim } from './making.ts';
import { type ClaimFile, readAgain, readClaimFile } from './read.ts';
import { checkClaim } from './rules.ts';
import { personKey } from './systems.ts';
import { writeClaimFiles } from './write.ts';

/** What a file is refused for: its frame does not hold, so nobody knows what is missing. */
function refusedFile({ source: { name }, rowFindings, findings }: ClaimFile): Unit {
  const all = [...findings, ...rowFindings];
  return { name, findings: all, spans: [{ file: name, from: 0, to: Number.MAX_SAFE_INTEGER }], place: { file: name } };
}

const spansOf = ({ stretches }: PlacedClaim): Span[] =>
  stretches.map(({ file, from, to }) => ({ file: file.name, from, to }));

/** The unit of a claim, whose rows are read again when it is its turn. */
function unitOf(placed: PlacedClaim, more: readonly Finding[], delivery: Delivery, codes: FindCodes): Unit {
  const { rows, lost } = readAgain(placed, codes);
  const [{ file, line }] = placed.stretches as [PlacedClaim['stretches'][number]];
  const place = { file: file.name, line };
  const spans = spansOf(placed);
  const [first] = rows;
  if (!first) return { name: file.name, findings: lost, spans, place };
  const { record } = first;
  const findings = [...rows.flatMap(one => one.findings), ...more, ...checkClaim(rows, delivery.month)];
  const isBill = record['insured'] === undefined;
  const person = isBill ? undefined : personKey(record);
  const rest = [record['month'], record['office'], record['exchange']].join(':');
  return {
    name: `claim ${person ? `${person.value}:${rest}` : first.key}`,
    findings,
    spans,
    place,
    judged: true,
    ...(person && { person, reads: [{ type: 'Patient', key: person }] }),
    ...(!findings.some(isRefusal) && { make: making => makeClaim(rows, delivery, making) }),
  };
}

function* unitsOf(read: ClaimFile, codes: FindCodes): Generator<Unit> {
  const { frame, source } = read;
  if (!frame || read.findings.some(isRefusal)) {
    yield refusedFile(read);
    return;
  }
  const { dataKind = '', medium = '', month = '' } = frame;
  const { claims, loose } = read.grouped;
  for (const { row, findings } of loose) {
    const { name } = source;
    yield {
      name,
      findings,
      spans: [{ file: name, from: row.from, to: row.to }],
      place: { file: name, line: row.line },
    };
  }
  let first = read.findings;
  for (const claim of claims) {
    yield unitOf(claim, [...first, ...claim.findings], { dataKind, medium, month }, codes);
    first = [];
  }
}

function* units(files: readonly SourceFile[], codes: FindCodes): Generator<Unit | undefined> {
  for (const file of files) yield* unitsOf(yield* readClaimFile(file, codes), codes);
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
