/**
 * 介護予防サービス・支援計画書: the plan as a CarePlan with its goals, its sub-table as activities. The assessment of the sheet is a
 * form of its own (forms.ts).
 */
import type { JsonObject, Resource } from '../../../fhir/types.ts';
import { type Draft, urnOf } from '../../convert.ts';
import { getAt, setAt } from '../../element-path.ts';
import type { FileRecord } from '../../layout.ts';
import { mapping } from '../../mapping.ts';
import { type Carried, carryDown, type FilledRow, liftUp } from './carry.ts';
import { newestVersion } from './layouts/layout-of.ts';
import { upyobo, upyoboSub } from './layouts/preventive.ts';
import { againOf, detailsOf, identifierValue, type Making, type Reading } from './parts.ts';
import { concept, key, metaOf, personOf, systems } from './systems.ts';

const certification = 'ext(kaigo-plan-certification)';

/** The plan ⇄ CarePlan. */
export const preventiveMapping = mapping(upyobo, {
  version: 'ext(kaigo-csv-version).valueCode',
  planDate: 'ext(kaigo-plan-date).valueDate',
  preventiveKind: 'category[1].coding[0]',
  name: 'subject.display',
  certifiedOn: `${certification}.sub(date).valueDate`,
  certifiedFrom: `${certification}.sub(period).valuePeriod.start`,
  certifiedTo: `${certification}.sub(period).valuePeriod.end`,
  planKind: 'ext(kaigo-plan-kind).valueCoding',
  certificationState: `${certification}.sub(state).valueCoding`,
  supportKind: `${certification}.sub(careLevel).valueCoding`,
  author: 'author.display',
  firstPlanDate: 'ext(kaigo-first-plan-date).valueDate',
  policy: 'description',
});

/** A row of the sub-table ⇄ an activity's detail. */
export const supportMapping = mapping(upyoboSub, {
  issueNo: 'ext(kaigo-plan-row).sub(issue).valueInteger',
  supportNo: 'ext(kaigo-plan-row).sub(support).valueInteger',
  serviceNo: 'ext(kaigo-plan-row).sub(service).valueInteger',
  support: 'description',
  selfCare: 'ext(kaigo-support).sub(selfCare).valueString',
  insuredService: 'ext(kaigo-support).sub(insuredService).valueString',
  proposal: 'ext(kaigo-support).sub(proposal).valueString',
  wish: 'ext(kaigo-support).sub(wish).valueString',
  issue: 'ext(kaigo-support).sub(issue).valueString',
  service: 'code.text',
  office: 'performer[0].display',
  period: 'scheduledString',
});

const carried: readonly Carried[] = [
  { keys: ['issue', 'proposal', 'wish', 'goal'], within: ['issueNo'] },
  { keys: ['support', 'selfCare', 'insuredService'], within: ['issueNo', 'supportNo'] },
];

/** The rows of one preventive plan. */
export interface PreventiveRows {
  readonly plan: FileRecord;
  readonly rows: readonly FileRecord[];
  /** 事業所番号 of the office that sends it: the sheet has its name only. */
  readonly sender: string;
}

/** Key of a preventive plan: insurer:insured:YYYYMMDD. */
export const preventiveKey = (record: FileRecord) => key('preventive', `${personOf(record)}:${record['planDate']}`);

type Term = 'day' | 'year' | 'support';

function goalDraft(plan: string, id: string, term: Term, text: string, subject: JsonObject): Draft {
  const own = key('goal', `${plan}:${id}`);
  const resource = {
    resourceType: 'Goal',
    meta: metaOf('kaigo-care-goal'),
    identifier: [own, key('preventive', plan)],
    lifecycleStatus: 'active',
    category: [concept('goalTerm', term)],
    description: { text },
    subject,
  };
  return { key: own, resource };
}

function supportActivity({ record, again }: FilledRow, goal: Draft | undefined, making: Making): JsonObject {
  const detail: JsonObject = {};
  setAt(detail, 'ext(kaigo-activity-kind).valueCode', 'support');
  supportMapping.toFhir(record, detail, making.codes);
  if (again.length > 0) setAt(detail, 'ext(kaigo-plan-row).sub(again).valueString', again.join(' '));
  if (goal) detail['goal'] = [{ reference: urnOf('Goal', goal.key) }];
  detail['status'] = 'scheduled';
  return { detail };
}

/** The plan and its sub-table → CarePlan and Goals. */
export function writePreventive(
  { plan, rows, sender }: PreventiveRows,
  subject: JsonObject,
  making: Making,
): { plan: Resource; goals: Draft[] } {
  const own = preventiveKey(plan);
  const resource: Resource = {
    resourceType: 'CarePlan',
    meta: metaOf('kaigo-preventive-plan'),
    identifier: [own],
    status: 'active',
    intent: 'plan',
    category: [concept('planKind', 'yobo')],
    title: '介護予防サービス・支援計画書',
    subject: { ...subject },
    contributor: [{ identifier: key('office', sender) }],
  };
  preventiveMapping.toFhir(plan, resource, making.codes);
  const goals: Draft[] = [];
  const make = (id: string, term: Term, text: string): Draft => {
    const draft = goalDraft(own.value, id, term, text, subject);
    goals.push(draft);
    return draft;
  };
  if (plan['goalDay']) make('D', 'day', plan['goalDay']);
  if (plan['goalYear']) make('Y', 'year', plan['goalYear']);
  const seen = new Map<string, Draft>();
  const activities = carryDown(rows, carried).map(row => {
    const { goal = '', issueNo = '' } = row.record;
    const name = `${issueNo} ${goal}`;
    if (goal !== '' && !seen.has(name)) seen.set(name, make(`P${seen.size + 1}`, 'support', goal));
    return supportActivity(row, goal === '' ? undefined : seen.get(name), making);
  });
  if (goals.length > 0) resource['goal'] = goals.map(one => ({ reference: urnOf('Goal', one.key) }));
  if (activities.length > 0) resource['activity'] = activities;
  return { plan: resource, goals };
}

type GoalView = Resource & { category?: { coding: { code: string }[] }[]; description?: { text?: string } };

/** CarePlan and Goals → the plan and its sub-table. */
export function readPreventive(plan: Resource, reading: Reading): PreventiveRows {
  const [insurer = '', insured = '', day = ''] = (identifierValue(plan, systems.preventive) ?? '').split(':');
  const record = preventiveMapping.toFile(plan);
  const header = { version: record['version'] || newestVersion, insurer, insured, planDate: record['planDate'] || day };
  const goals = ((plan['goal'] ?? []) as { reference: string }[]).map(
    one => reading.find(one.reference) as GoalView | undefined,
  );
  const goalText = (term: Term) =>
    goals.find(one => one?.category?.[0]?.coding[0]?.code === term)?.description?.text ?? '';
  const filled = detailsOf(plan, 'support', true).map((detail): FilledRow => {
    const reference = ((detail['goal'] ?? []) as { reference: string }[])[0]?.reference;
    const goal = reference === undefined ? undefined : (reading.find(reference) as GoalView | undefined);
    return {
      record: { ...supportMapping.toFile(detail), goal: goal?.description?.text ?? '' },
      again: againOf(detail),
    };
  });
  return {
    plan: { ...record, ...header, goalDay: goalText('day'), goalYear: goalText('year') },
    rows: liftUp(filled, carried).map(row => ({ ...row, ...header })),
    sender: String(getAt(plan, 'contributor[0].identifier.value') ?? ''),
  };
}
