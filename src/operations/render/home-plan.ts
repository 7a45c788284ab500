/**
 * 居宅サービス計画書: 第1表・第2表・第3表 as sheets.
 * Source: 介護サービス計画書の様式 (平成11年11月12日 老企第29号, as amended 2021-03), items as in ケアプランデータ連携標準仕様 4.1.
 */
import { type Column, type Paper, rowsBlock, type Sheet } from '../../documents/narrative/sheet.ts';
import { objects, text } from '../../documents/values.ts';
import type { Resource } from '../../fhir/types.ts';
import { type PlanRows, readPlan } from '../../files/forms/careplan/home-plan.ts';
import { up1kyo, up2kyo, up3kyo } from '../../files/forms/careplan/layouts/plan.ts';
import type { FileRecord } from '../../files/layout.ts';
import { recordGrid, recordRows, valueText, type Wording } from './records.ts';
import { personBlocks, type Surroundings } from './surroundings.ts';

const nameOf = (key: string): string => up3kyo.fields.find(one => one.key === key)!.name;
const weekdays = ['1', '2', '3', '4', '5', '6', '7'];

/** `HH:MM–HH:MM` of a row of 第3表. */
function timeOf(row: FileRecord, kind: 'service' | 'activity', wording: Wording): string {
  const [start, end] = ['Start', 'End'].map(part => {
    const field = up3kyo.fields.find(one => one.key === `${kind}${part}`)!;
    return valueText(row[field.key] ?? '', field, wording);
  });
  return start || end ? `${start}–${end}` : '';
}

/** The week: a row for each time of day, a column for each weekday, then the activities of the day. */
function weekGrid(week: readonly FileRecord[], wording: Wording) {
  const weekday = up3kyo.fields.find(one => one.key === 'weekday')!;
  const columns: Column[] = [
    { name: `${nameOf('serviceStart')}\n${nameOf('serviceEnd')}`, width: 1.1 },
    ...weekdays.map(code => ({ name: valueText(code, weekday, wording), width: 1.3 })),
    { name: nameOf('activity'), width: 2 },
  ];
  const lines = new Map<string, string[]>();
  const put = (time: string, column: number, content: string) => {
    const line = lines.get(time) ?? columns.map((_, i) => (i === 0 ? time : ''));
    line[column] = [line[column], content].filter(Boolean).join('\n');
    lines.set(time, line);
  };
  for (const row of week) {
    const day = weekdays.indexOf(row['weekday'] ?? '');
    // A service whose weekday is not said stands in the first column, with its time: it must not be lost.
    if (row['service']) put(timeOf(row, 'service', wording), day < 0 ? 1 : day + 1, row['service']);
    if (row['activity']) put(timeOf(row, 'activity', wording), columns.length - 1, row['activity']);
  }
  const rows = [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
  if (rows.length === 0) return [];
  const heading = `${nameOf('service')}（${nameOf('weekday')}）・${nameOf('activity')}`;
  return [
    { kind: 'heading' as const, level: 3, text: heading },
    { kind: 'grid' as const, columns, rows },
  ];
}

function weekSheet({ plan, week }: PlanRows, person: Sheet['blocks'], wording: Wording): Sheet {
  const created = up3kyo.fields.find(one => one.key === 'created')!;
  const others = week.flatMap(row => (row['other'] ? [row['other']] : []));
  return {
    title: '第3表　週間サービス計画表',
    landscape: true,
    blocks: [
      ...person,
      ...rowsBlock([[created.name, valueText(week[0]?.['created'] ?? plan['created'] ?? '', created, wording)]]),
      ...weekGrid(week, wording),
      ...rowsBlock([[nameOf('other'), others.join('\n')]]),
    ],
  };
}

/** The goals of a plan, read before its rows are. */
async function goalsOf({ find }: Surroundings, plan: Resource): Promise<ReadonlyMap<string, Resource>> {
  const details = objects(plan['activity']).flatMap(one => objects(one['detail']));
  const references = [...objects(plan['goal']), ...details.flatMap(one => objects(one['goal']))];
  const goals = new Map<string, Resource>();
  for (const one of references) {
    const reference = text(one['reference']);
    const goal = reference === undefined || goals.has(reference) ? undefined : await find(reference);
    if (goal) goals.set(reference!, goal);
  }
  return goals;
}

/** What reading a plan needs: its goals. */
export async function readingOf(around: Surroundings, plan: Resource) {
  const goals = await goalsOf(around, plan);
  return { find: (reference: string) => goals.get(reference), form: () => undefined };
}

/** A CarePlan of 居宅サービス計画. */
export async function homePlanPaper(around: Surroundings, resource: Resource): Promise<Paper> {
  const rows = readPlan(resource, await readingOf(around, resource));
  const wording = { codes: around.codes, language: around.request.language };
  const person = await personBlocks(around, resource['subject']);
  const created = up2kyo.fields.find(one => one.key === 'created')!;
  const made = rows.rows[0]?.['created'] ?? rows.plan['created'] ?? '';
  const sheets: Sheet[] = [
    {
      title: '第1表　居宅サービス計画書（1）',
      blocks: [...person, ...rowsBlock(recordRows(up1kyo, rows.plan, wording))],
    },
    {
      title: '第2表　居宅サービス計画書（2）',
      landscape: true,
      blocks: [
        ...person,
        ...rowsBlock([[created.name, valueText(made, created, wording)]]),
        ...recordGrid(up2kyo, rows.rows, wording, ['created', 'planDate']),
      ],
    },
    weekSheet(rows, person, wording),
  ];
  return { language: wording.language, title: '居宅サービス計画書', date: text(resource['created']), sheets };
}
