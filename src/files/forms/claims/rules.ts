/**
 * Rules between the rows of one claim: what must be there once, and be the same everywhere.
 */
import type { Message } from '../../../fhir/types.ts';
import { checkDigit } from '../../../terminology/rules/kaigo-numbers.ts';
import type { Finding, FindingKind } from '../../finding.ts';
import type { ClaimRow } from './read.ts';
import { keyItems } from './systems.ts';

const hasCheckDigit = (number: string): boolean => checkDigit(number.slice(0, -1)) === Number(number.slice(-1));

/** A finding about an item of a row. */
export function about(
  { row, layout, file, record }: ClaimRow,
  key: string,
  kind: FindingKind,
  rule: Message,
  mend: Message,
  severity: Finding['severity'] = 'error',
): Finding {
  const field = layout.fields.find(one => one.key === key) ?? layout.fields[0]!;
  return {
    kind,
    severity,
    file,
    ...row.place(field.no - 1),
    item: field.no,
    name: field.name,
    value: record[key] ?? '',
    rule,
    mend,
  };
}

function onlyOne(rows: readonly ClaimRow[], name: string): Finding[] {
  const rule = { en: `a claim has one record ${name}`, ja: `レコード ${name} は1件だけです` };
  const mend = { en: 'Remove the second one', ja: '2件目以降を除いてください' };
  return rows
    .filter(one => one.name === name)
    .slice(1)
    .map(one => about(one, 'record', 'duplicate', rule, mend));
}

function needsBasics(rows: readonly ClaimRow[]): Finding[] {
  const [first] = rows;
  if (!first || first.name.length > 2 || rows.some(one => one.name === '01')) return [];
  const rule = { en: 'a claim has its basics, record 01', ja: '基本情報レコード（01）が必要です' };
  return [about(first, 'record', 'set', rule, { en: 'Send it too', ja: '基本情報レコードも送ってください' })];
}

/** Items that rows of a fee or a slip repeat. */
const shared: Readonly<Record<string, readonly string[]>> = {
  8124: [
    'officeClass',
    'unit-price',
    'public1-payer',
    'public1-recipient',
    'birthDate',
    'sex',
    'careLevel',
    'certifiedFrom',
    'certifiedTo',
    'notified',
  ],
  8222: ['action', 'made', 'birthDate', 'sex', 'careLevel', 'limitFrom', 'limitTo', 'limit-units', 'planAuthor'],
};

function same(rows: readonly ClaimRow[]): Finding[] {
  const [first] = rows;
  const keys = shared[first!.name] ?? [];
  const mend = { en: 'Write the same value in all rows', ja: '全行に同じ値を書いてください' };
  return rows.flatMap(one =>
    keys
      .filter(key => one.record[key] !== first!.record[key])
      .map(key => {
        const value = first!.record[key] ?? '';
        const rule = { en: `the first row has "${value}"`, ja: `最初の行は「${value}」です` };
        return about(one, key, 'relation', rule, mend);
      }),
  );
}

/** A service code is both of its items, or none of them. */
function wholeCode(rows: readonly ClaimRow[]): Finding[] {
  const rule = {
    en: 'a service code is a type and an item, or neither',
    ja: 'サービス種類コードと項目コードは両方書くか、両方空にします',
  };
  const mend = { en: 'Fill in the other one', ja: 'もう一方も書いてください' };
  return rows
    .filter(
      ({ record }) =>
        record['serviceItem'] !== undefined && (record['serviceType'] === '') !== (record['serviceItem'] === ''),
    )
    .map(one => about(one, one.record['serviceItem'] === '' ? 'serviceItem' : 'serviceType', 'relation', rule, mend));
}

function order(rows: readonly ClaimRow[], from: string, to: string): Finding[] {
  const rule = { en: 'the period ends before it begins', ja: '期間の終わりが始まりより前です' };
  const mend = { en: 'Correct one of the two', ja: 'どちらかを直してください' };
  const isWrong = ({ record }: ClaimRow) =>
    /^[12]/.test(record[from] ?? '') && /^[12]/.test(record[to] ?? '') && record[from]! > record[to]!;
  return rows.filter(isWrong).map(one => about(one, to, 'relation', rule, mend));
}

function numbers(first: ClaimRow): Finding[] {
  const { insurer = '', office = '' } = first.record;
  const findings: Finding[] = [];
  if (insurer !== '' && !insurer.startsWith('00'))
    findings.push(
      about(
        first,
        'insurer',
        'format',
        { en: 'two zeros, then the 6 digits of the insurer', ja: '00 と保険者番号6桁' },
        { en: 'Write 00492017 for 492017', ja: '492017 は 00492017 と書いてください' },
      ),
    );
  else if (insurer !== '' && !hasCheckDigit(insurer.slice(2)))
    findings.push(
      about(
        first,
        'insurer',
        'format',
        { en: 'the check digit of 保険者番号 does not fit', ja: '保険者番号の検証番号が合いません' },
        { en: 'Correct the number', ja: '番号を確かめてください' },
      ),
    );
  if (/^\d{10}$/.test(office) && !hasCheckDigit(office))
    findings.push(
      about(
        first,
        'office',
        'format',
        { en: 'the check digit of 事業所番号 does not fit', ja: '事業所番号の検証番号が合いません' },
        { en: 'Check the number', ja: '番号を確かめてください' },
        'warning',
      ),
    );
  return findings;
}

/** A claim is for a month that is over, or just going, when it is handed in. */
function afterwards(first: ClaimRow, processed: string): Finding[] {
  if ((first.record['month'] ?? '') <= processed) return [];
  const rule = {
    en: `the month of service is not after 処理対象年月 ${processed}`,
    ja: `サービス提供年月は処理対象年月（${processed}）より後になりません`,
  };
  return [about(first, 'month', 'relation', rule, { en: 'Correct the month', ja: '年月を直してください' })];
}

function twiceABill(rows: readonly ClaimRow[]): Finding[] {
  const rule = {
    en: 'a bill has one row for each payer and kind',
    ja: '請求書は保険・公費等区分と請求情報区分ごとに1行です',
  };
  const mend = { en: 'Remove the second one', ja: '2行目以降を除いてください' };
  return rows.slice(1).map(one => about(one, keyItems[0]!, 'duplicate', rule, mend));
}

/**
 * What is wrong with the rows of a claim.
 * @param processed 処理対象年月 of the file
 */
export function checkClaim(rows: readonly ClaimRow[], processed: string): Finding[] {
  const first = rows[0]!;
  return [
    ...numbers(first),
    ...afterwards(first, processed),
    ...(first.name.startsWith('711') ? twiceABill(rows) : []),
    ...needsBasics(rows),
    ...onlyOne(rows, '01'),
    ...same(rows),
    ...wholeCode(rows),
    ...order(rows, 'certifiedFrom', 'certifiedTo'),
    ...order(rows, 'serviceFrom', 'serviceTo'),
    ...order(rows, 'stayFrom', 'stayTo'),
    ...order(rows, 'limitFrom', 'limitTo'),
  ];
}
