/**
 * Rules of sets: which interfaces belong together, what must be the same in all rows, what contradicts.
 * Source: ケアプランデータ連携標準仕様 4.1 (2024-10), sets of files and notes to the items.
 */
import type { Message } from '../../../fhir/types.ts';
import type { Finding, FindingKind } from '../../finding.ts';
import type { Entry, Group } from './entries.ts';
import { kindsOf } from './week.ts';

/** A finding about an item of a row. */
function about(
  entry: Entry,
  key: string,
  kind: FindingKind,
  rule: Message,
  mend: Message,
  severity: 'error' | 'warning' = 'error',
): Finding {
  const { row, layout } = entry;
  const field = layout.fields.find(one => one.key === key) ?? layout.fields[0]!;
  return {
    kind,
    severity,
    file: entry.file,
    ...row.place(field.no - 1),
    item: field.no,
    name: field.name,
    value: entry.record[key] ?? '',
    rule,
    mend,
  };
}

/** Rows of one interface. */
const rowsOf = ({ entries }: Group, kind: string): Entry[] => entries.filter(one => one.kind === kind);

function onlyOne(group: Group, kind: string): Finding[] {
  const rule = { en: `${kind} has one row for each key`, ja: `${kind} は1つのキーに1行です` };
  const mend = { en: 'Remove the second one', ja: '2行目以降を取り除いてください' };
  return rowsOf(group, kind)
    .slice(1)
    .map(entry => about(entry, 'insured', 'duplicate', rule, mend));
}

/** A set must have rows of its main interface. */
function needs(group: Group, main: string): Finding[] {
  const [first] = group.entries;
  if (!first || rowsOf(group, main).length > 0 || first.kind.startsWith('DLT')) return [];
  const rule = {
    en: `${first.kind} goes with ${main}, and that has no row with the same key`,
    ja: `${first.kind} と同じキーの ${main} の行がありません`,
  };
  const mend = { en: `Send ${main} in the same set`, ja: `${main} を同じ組で送ってください` };
  return [about(first, 'insured', 'set', rule, mend)];
}

/** Items that must be the same in all rows of an interface. */
function same(group: Group, kinds: readonly string[], keys: readonly string[]): Finding[] {
  const entries = group.entries.filter(one => kinds.includes(one.kind));
  const [first] = entries;
  const mend = { en: 'Write the same value in all rows of the person', ja: '同じ利用者の全行に同じ値を書いてください' };
  return entries.flatMap(entry =>
    keys
      .filter(key => entry.record[key] !== first!.record[key])
      .map(key => {
        const value = first!.record[key] ?? '';
        return about(
          entry,
          key,
          'relation',
          { en: `the first row has "${value}"`, ja: `最初の行は「${value}」です` },
          mend,
        );
      }),
  );
}

/** The first day must not be after the last. */
function order(group: Group, from: string, to: string): Finding[] {
  const rule = { en: 'the period ends before it begins', ja: '期間の終わりが始まりより前です' };
  const mend = { en: 'Correct one of the two days', ja: 'どちらかの日を直してください' };
  const isWrong = ({ record }: Entry) =>
    /^[12]/.test(record[from] ?? '') && /^[12]/.test(record[to] ?? '') && record[from]! > record[to]!;
  return group.entries.filter(isWrong).map(entry => about(entry, to, 'relation', rule, mend));
}

function notWithDeletion(group: Group): Finding[] {
  const deletion = group.entries.find(one => one.kind.startsWith('DLT'));
  const other = group.entries.find(one => !one.kind.startsWith('DLT'));
  if (!deletion || !other) return [];
  const rule = { en: 'one set both sends and deletes it', ja: '同じ組で送信と削除の両方があります' };
  return [about(deletion, 'insured', 'set', rule, { en: 'Send one of them', ja: 'どちらか一方を送ってください' })];
}

function weekRows(group: Group): Finding[] {
  const rule = {
    en: 'a row is exactly one of: a weekly service, an activity of the day, a service outside the week',
    ja: '1行には、週間サービス・日常生活上の活動・週単位以外のサービスのどれか1つだけを書きます',
  };
  const mend = { en: 'Write each in a row of its own', ja: 'それぞれ別の行に書いてください' };
  return rowsOf(group, 'UP3KYO')
    .filter(({ record }) => kindsOf(record).length !== 1)
    .map(entry => about(entry, 'service', 'relation', rule, mend));
}

function daysInMonth(group: Group): Finding[] {
  const rule = { en: 'the day is not in the month of the row', ja: 'サービス利用日が対象年月の日ではありません' };
  const mend = { en: 'Correct the day or the month', ja: '日か対象年月を直してください' };
  return group.entries
    .filter(({ record }) => record['day'] !== undefined && record['day'].slice(0, 6) !== record['month'])
    .map(entry => about(entry, 'day', 'relation', rule, mend));
}

/** Rented equipment names its TAIS or its notification code. */
function equipment(group: Group): Finding[] {
  const rule = {
    en: 'rented equipment (17, 67) has a TAIS code or a notification code',
    ja: '福祉用具貸与（17・67）には TAISコードか福祉用具届出コードが必要です',
  };
  const mend = { en: 'Fill in one of the two', ja: 'どちらかを書いてください' };
  const isWrong = ({ record }: Entry) =>
    /^(17|67)[0-9]/.test(record['serviceCode'] ?? '') && record['tais'] === '' && record['equipmentNumber'] === '';
  return group.entries.filter(isWrong).map(entry => about(entry, 'tais', 'required', rule, mend, 'warning'));
}

const monthHeader = ['version', 'created', 'plannerNumber', 'planner'];

/** Rules by family. */
const rules: Readonly<Record<Group['family'], (group: Group) => Finding[]>> = {
  plan: group => [
    ...needs(group, 'UP1KYO'),
    ...onlyOne(group, 'UP1KYO'),
    ...onlyOne(group, 'UPHOSOKU'),
    ...same(group, ['UP1KYO', 'UP2KYO', 'UP3KYO', 'UPHOSOKU'], ['version']),
    ...same(group, ['UP2KYO'], ['created']),
    ...same(group, ['UP3KYO'], ['created']),
    ...weekRows(group),
    ...order(group, 'certifiedFrom', 'certifiedTo'),
  ],
  month: group => [
    ...needs(group, 'UPPLAN'),
    ...onlyOne(group, 'UPHOSOKU'),
    ...same(group, ['UPPLAN'], monthHeader),
    ...same(group, ['UPPLAN', 'UPSIKYU', 'UPHOSOKU'], ['version']),
    ...same(group, ['UPSIKYU'], ['created']),
    ...daysInMonth(group),
    ...equipment(group),
    ...order(group, 'limitFrom', 'limitTo'),
  ],
  given: group => [...same(group, ['UPJSK'], monthHeader), ...daysInMonth(group), ...equipment(group)],
  basic: group => [
    ...needs(group, 'UPKIHON'),
    ...onlyOne(group, 'UPKIHON'),
    ...same(group, ['UPKIHON', 'UPKIHON_SUB1', 'UPKIHON_SUB2'], ['version']),
    ...order(group, 'certifiedFrom', 'certifiedTo'),
  ],
  preventive: group => [
    ...needs(group, 'UPYOBO'),
    ...onlyOne(group, 'UPYOBO'),
    ...same(group, ['UPYOBO', 'UPYOBO_SUB'], ['version']),
    ...order(group, 'certifiedFrom', 'certifiedTo'),
  ],
};

/** What is wrong with a set as a whole. */
export const checkGroup = (group: Group): Finding[] => [...notWithDeletion(group), ...rules[group.family](group)];
