/**
 * サービス利用票 (第6表), its 別表 (第7表) and 実績 as sheets: a calendar of the month, then what else is said of each service.
 * Source: 介護サービス計画書の様式 (平成11年11月12日 老企第29号), items as in ケアプランデータ連携標準仕様 4.1.
 */
import { type Block, type Column, type Paper, rowsBlock, type Sheet } from '../../documents/narrative/sheet.ts';
import { text } from '../../documents/values.ts';
import type { Resource } from '../../fhir/types.ts';
import { readSheet, sheetKey } from '../../files/forms/careplan/forms.ts';
import { upplan, upsikyu } from '../../files/forms/careplan/layouts/month.ts';
import { readMonth } from '../../files/forms/careplan/month.ts';
import { identifierValue } from '../../files/forms/careplan/parts.ts';
import { systems } from '../../files/forms/careplan/systems.ts';
import type { FileRecord } from '../../files/layout.ts';
import { recordGrid, recordRows, valueText, type Wording } from './records.ts';
import { counted, personBlocks, type Surroundings } from './surroundings.ts';

/** What is the same in all rows of a month. */
const ofTheMonth = ['created', 'month', 'plannerNumber', 'planner'];
/** What differs from day to day. */
const ofTheDay = ['day', 'times', 'units', 'over30'];

const fieldOf = (key: string) => upplan.fields.find(one => one.key === key)!;

/** Rows of the same service, in the order they come. */
function services(rows: readonly FileRecord[]): FileRecord[][] {
  const found = new Map<string, FileRecord[]>();
  for (const row of rows) {
    const name = upplan.fields
      .filter(({ key }) => !ofTheDay.includes(key))
      .map(({ key }) => row[key])
      .join('\u0000');
    const same = found.get(name);
    if (same) same.push(row);
    else found.set(name, [row]);
  }
  return [...found.values()];
}

const weekday = (month: string, day: number): string =>
  '日月火水木金土'[new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(4)) - 1, day)).getUTCDay()]!;

/** A line for each service, a column for each day with how often. */
function calendar(groups: readonly FileRecord[][], month: string, wording: Wording, around: Surroundings): Block[] {
  const days = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(4)), 0)).getUTCDate();
  const show = (row: FileRecord, key: string) => valueText(row[key] ?? '', fieldOf(key), wording);
  const numbers = Array.from({ length: days }, (_, i) => i + 1);
  const columns: Column[] = [
    { name: '提供時間帯', width: 2.6 },
    { name: fieldOf('serviceCode').name, width: 4.2 },
    { name: fieldOf('office').name, width: 4.2 },
    ...numbers.map(day => ({ name: `${day}\n${weekday(month, day)}`, width: 1 })),
    { name: '合計', width: 1.4 },
  ];
  const rows = groups.map(group => {
    const first = group[0]!;
    const code = first['serviceCode'] ?? '';
    const name = around.display('https://w3id.org/engawa/fhir/CodeSystem/service-code', code);
    const times = (day: number) =>
      group
        .filter(one => Number((one['day'] ?? '').slice(6)) === day)
        .reduce((sum, one) => sum + Number(one['times'] ?? 0), 0);
    return [
      `${show(first, 'start')}–${show(first, 'end')}`,
      [code, name].filter(Boolean).join('\n'),
      first['office'] ?? '',
      ...numbers.map(day => (times(day) === 0 ? '' : String(times(day)))),
      String(group.reduce((sum, one) => sum + Number(one['times'] ?? 0), 0)),
    ];
  });
  return [
    { kind: 'heading', level: 3, text: `${fieldOf('day').name}・${fieldOf('times').name}` },
    { kind: 'grid', columns, rows },
  ];
}

const valuesOf = (group: readonly FileRecord[], key: string): string[] => [
  ...new Set(group.map(one => one[key] ?? '')),
];

/** A service's own items once; those of its days together. */
function together(group: readonly FileRecord[]): FileRecord {
  const over = valuesOf(group, 'over30');
  const units = valuesOf(group, 'units').filter(Boolean).join('・');
  return { ...group[0]!, units, over30: over.length === 1 ? over[0]! : '' };
}

function monthSheet(
  around: Surroundings,
  rows: readonly FileRecord[],
  title: string,
  person: Sheet['blocks'],
  wording: Wording,
): Sheet {
  const groups = services(rows);
  const head = recordRows(upplan, rows[0] ?? {}, wording, [
    ...upplan.fields.map(one => one.key).filter(key => !ofTheMonth.includes(key)),
  ]);
  const month = rows[0]?.['month'] ?? '';
  // Where it differs from day to day, each day has a line.
  const over = groups.filter(group => valuesOf(group, 'over30').length > 1).flat();
  return {
    title,
    landscape: true,
    blocks: [
      ...person,
      ...rowsBlock(head),
      ...(/^\d{6}$/.test(month) && groups.length > 0 ? calendar(groups, month, wording, around) : []),
      ...recordGrid(upplan, groups.map(together), wording, [...ofTheMonth, 'day', 'times']),
      ...recordGrid(
        { ...upplan, fields: upplan.fields.filter(one => ['day', 'serviceCode', 'over30'].includes(one.key)) },
        over,
        wording,
      ),
    ],
  };
}

/** The sheet of 第7表 of a month, when it is there. */
async function benefitSheet(
  around: Surroundings,
  key: string,
  person: Sheet['blocks'],
  wording: Wording,
): Promise<readonly Sheet[]> {
  const response = await around.byKey('QuestionnaireResponse', sheetKey('UPSIKYU', key));
  if (!response) return [];
  const { top, repeated } = readSheet('UPSIKYU', counted(response));
  const created = upsikyu.fields.find(one => one.key === 'created')!;
  return [
    {
      title: '第7表　サービス利用票別表',
      landscape: true,
      blocks: [
        ...person,
        ...rowsBlock([[created.name, valueText(top['created'] ?? '', created, wording)]]),
        ...recordGrid(upsikyu, repeated['line'] ?? [], wording, ['created', 'month']),
      ],
    },
  ];
}

/** A CarePlan of a month: planned, or given. */
export async function monthPaper(around: Surroundings, resource: Resource, kind: 'month' | 'given'): Promise<Paper> {
  const rows = readMonth(kind, resource);
  const wording = { codes: around.codes, language: around.request.language };
  const person = await personBlocks(around, resource['subject']);
  const title = kind === 'month' ? 'サービス利用票' : 'サービス実績';
  const key = identifierValue(resource, systems[kind]) ?? '';
  const first = monthSheet(around, rows, kind === 'month' ? `第6表　${title}` : title, person, wording);
  const sheets = [first, ...(kind === 'month' ? await benefitSheet(around, key, person, wording) : [])];
  return { language: wording.language, title, date: text(resource['created']), sheets };
}
