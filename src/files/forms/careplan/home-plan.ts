/**
 * 居宅サービス計画: 第1表 as a CarePlan, the goals of 第2表 as Goals, its rows and those of 第3表 as activities.
 */
import type { JsonObject, Resource } from '../../../fhir/types.ts';
import { type Draft, urnOf } from '../../convert.ts';
import { setAt } from '../../element-path.ts';
import type { FileRecord } from '../../layout.ts';
import { mapping } from '../../mapping.ts';
import { type Carried, carryDown, type FilledRow, liftUp } from './carry.ts';
import { fillEmpty, goalPeriod, serviceItems } from './from-rest.ts';
import { newestVersion } from './layouts/layout-of.ts';
import { up1kyo, up2kyo } from './layouts/plan.ts';
import { againOf, detailsOf, extensionValue, identifierValue, type Making, type Reading } from './parts.ts';
import { concept, key, metaOf, personOf, systems } from './systems.ts';
import { readWeek, writeWeek } from './week.ts';

const person = 'ext(kaigo-person-address).valueAddress';
const office = 'contributor[0]';
const officeAddress = `${office}.ext(kaigo-office-address).valueAddress`;
const certification = 'ext(kaigo-plan-certification)';

/** 第1表 ⇄ CarePlan. */
export const planMapping = mapping(up1kyo, {
  version: 'ext(kaigo-csv-version).valueCode',
  created: 'created',
  postalCode: `${person}.postalCode`,
  address1: `${person}.line[0]`,
  address2: `${person}.line[1]`,
  author: 'author.display',
  office: `${office}.display`,
  officePostalCode: `${officeAddress}.postalCode`,
  officeAddress1: `${officeAddress}.line[0]`,
  officeAddress2: `${officeAddress}.line[1]`,
  officeNumber: `${office}.identifier.value`,
  planDate: 'ext(kaigo-plan-date).valueDate',
  firstPlanDate: 'ext(kaigo-first-plan-date).valueDate',
  planKind: 'category[1].coding[0]',
  certificationState: `${certification}.sub(state).valueCoding`,
  certifiedOn: `${certification}.sub(date).valueDate`,
  certifiedFrom: `${certification}.sub(period).valuePeriod.start`,
  certifiedTo: `${certification}.sub(period).valuePeriod.end`,
  careLevel: `${certification}.sub(careLevel).valueCoding`,
  analysis: 'ext(kaigo-assessment-summary).valueString',
  boardOpinion: 'ext(kaigo-plan-board-opinion).valueString',
  policy: 'description',
  houseworkReason: 'ext(kaigo-housework-reason).valueCodeableConcept',
  houseworkOther: 'ext(kaigo-housework-reason).valueCodeableConcept.text',
  updatedBy: 'ext(kaigo-updated-by).valueIdentifier.value',
  marker: 'ext(kaigo-marker).valueString',
});

/** A row of 第2表 ⇄ an activity's detail. Needs and goals are resources of their own. */
export const rowMapping = mapping(up2kyo, {
  issueNo: 'ext(kaigo-plan-row).sub(issue).valueInteger',
  goalNo: 'ext(kaigo-plan-row).sub(goal).valueInteger',
  contentNo: 'ext(kaigo-plan-row).sub(content).valueInteger',
  content: 'description',
  insuredService: 'ext(kaigo-insurance-covered).valueCoding',
  service: 'code.text',
  officeNumber: 'performer[0].identifier.value',
  office: 'performer[0].display',
  frequency: 'scheduledString',
  period: 'ext(kaigo-period-text).valueString',
  updatedBy: 'ext(kaigo-updated-by).valueIdentifier.value',
  marker: 'ext(kaigo-marker).valueString',
});

const carried: readonly Carried[] = [
  { keys: ['issue'], within: ['issueNo'] },
  { keys: ['longGoal', 'longPeriod'], within: ['issueNo'] },
  { keys: ['shortGoal', 'shortPeriod'], within: ['issueNo', 'goalNo'] },
];

/** The rows of one plan. */
export interface PlanRows {
  readonly plan: FileRecord;
  readonly rows: readonly FileRecord[];
  readonly week: readonly FileRecord[];
}

/** Key of a plan: insurer:insured:YYYYMMDD. */
export const planKey = (record: FileRecord) => key('plan', `${personOf(record)}:${record['planDate']}`);

/** Needs and goals of a plan while its rows are gone through: the same text becomes the same one. */
class PlanParts {
  readonly goals: Draft[] = [];
  readonly needs: JsonObject[] = [];
  private readonly seen = new Map<string, JsonObject>();
  private readonly plan: string;
  private readonly subject: JsonObject;

  constructor(plan: string, subject: JsonObject) {
    this.plan = plan;
    this.subject = subject;
  }

  /** Reference to the need (課題) of a row, contained in the plan. */
  need({ issueNo = '', issue = '' }: FileRecord): JsonObject | undefined {
    if (issue === '') return undefined;
    return this.once(`need ${issueNo} ${issue}`, () => {
      const id = `need-${this.needs.length + 1}`;
      this.needs.push({ resourceType: 'Condition', id, code: { text: issue }, subject: this.subject });
      return { reference: `#${id}` };
    });
  }

  /** Reference to a goal of a row. */
  goal(term: 'long-term' | 'short-term', row: FileRecord, partOf?: JsonObject): JsonObject | undefined {
    const [text, period] =
      term === 'long-term' ? [row['longGoal'], row['longPeriod']] : [row['shortGoal'], row['shortPeriod']];
    if (text === '' && period === '') return undefined;
    const within = term === 'long-term' ? row['issueNo'] : `${row['issueNo']} ${row['goalNo']}`;
    return this.once(`${term} ${within} ${text} ${period} ${partOf?.['reference']}`, () => {
      const number = this.goals.filter(one => one.key.value.includes(`:${term[0]!.toUpperCase()}`)).length + 1;
      const own = key('goal', `${this.plan}:${term[0]!.toUpperCase()}${number}`);
      this.goals.push({ key: own, resource: this.goalResource(term, own, text!, period!, row, partOf) });
      return { reference: urnOf('Goal', own) };
    });
  }

  private goalResource(
    term: 'long-term' | 'short-term',
    own: { system: string; value: string },
    text: string,
    period: string,
    row: FileRecord,
    partOf: JsonObject | undefined,
  ): Resource {
    const goal: Resource = {
      resourceType: 'Goal',
      meta: metaOf('kaigo-care-goal'),
      identifier: [own, key('plan', this.plan)],
      lifecycleStatus: 'active',
      category: [concept('goalTerm', term)],
      description: text === '' ? { extension: [unknown] } : { text },
      subject: this.subject,
      ...(row['issue'] && { addresses: [{ display: row['issue'] }] }),
    };
    if (period !== '') setAt(goal, 'ext(kaigo-period-text).valueString', period);
    if (partOf) goal['extension'] = [...((goal['extension'] as JsonObject[]) ?? []), milestoneOf(partOf)];
    return goal;
  }

  private once(name: string, make: () => JsonObject): JsonObject {
    const found = this.seen.get(name) ?? make();
    this.seen.set(name, found);
    return found;
  }
}

const unknown = { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' };
const relationship = 'http://hl7.org/fhir/StructureDefinition/goal-relationship';

const milestoneOf = (target: JsonObject): JsonObject => ({
  url: relationship,
  extension: [
    {
      url: 'type',
      valueCodeableConcept: {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/goal-relationship-type',
            code: 'milestone',
            display: 'Milestone',
          },
        ],
      },
    },
    { url: 'target', valueReference: target },
  ],
});

function rowActivity({ record, again }: FilledRow, parts: PlanParts, making: Making): JsonObject {
  const detail: JsonObject = {};
  setAt(detail, 'ext(kaigo-activity-kind).valueCode', 'service');
  rowMapping.toFhir(record, detail, making.codes);
  if (again.length > 0) setAt(detail, 'ext(kaigo-plan-row).sub(again).valueString', again.join(' '));
  const need = parts.need(record);
  const long = parts.goal('long-term', record);
  const short = parts.goal('short-term', record, long);
  if (need) detail['reasonReference'] = [need];
  if (long || short) detail['goal'] = [short, long].filter(Boolean);
  detail['status'] = 'scheduled';
  return { detail };
}

/** 第1・2・3表 → CarePlan and Goals. */
export function writePlan(
  { plan, rows, week }: PlanRows,
  subject: JsonObject,
  making: Making,
): { plan: Resource; goals: Draft[] } {
  const own = planKey(plan);
  const parts = new PlanParts(own.value, subject);
  const resource: Resource = {
    resourceType: 'CarePlan',
    meta: metaOf('kaigo-care-plan'),
    identifier: [own],
    status: 'active',
    intent: 'plan',
    category: [concept('planKind', 'kyotaku')],
    title: '居宅サービス計画書',
    subject,
  };
  planMapping.toFhir(plan, resource, making.codes);
  if (rows[0]) setAt(resource, 'ext(kaigo-sheet-dates).sub(table2).valueDate', dateOf(rows[0]));
  if (week[0]) setAt(resource, 'ext(kaigo-sheet-dates).sub(table3).valueDate', dateOf(week[0]));
  const activities = [
    ...carryDown(rows, carried).map(row => rowActivity(row, parts, making)),
    ...writeWeek(week, making.codes),
  ];
  if (parts.needs.length > 0) {
    resource['contained'] = parts.needs;
    resource['addresses'] = parts.needs.map(({ id }) => ({ reference: `#${String(id)}` }));
  }
  if (parts.goals.length > 0) resource['goal'] = parts.goals.map(one => ({ reference: urnOf('Goal', one.key) }));
  if (activities.length > 0) resource['activity'] = activities;
  return { plan: resource, goals: parts.goals };
}

const dateOf = ({ created = '' }: FileRecord): string =>
  `${created.slice(0, 4)}-${created.slice(4, 6)}-${created.slice(6)}`;

function readRow(plan: Resource, detail: JsonObject, reading: Reading): FilledRow {
  const record = rowMapping.toFile(detail);
  fillEmpty(record, serviceItems(detail));
  const need = ((detail['reasonReference'] ?? []) as { reference: string }[])[0]?.reference.slice(1);
  const contained = (plan['contained'] ?? []) as (JsonObject & { code?: { text?: string } })[];
  record['issue'] = contained.find(one => one['id'] === need)?.code?.text ?? '';
  for (const cell of ['longGoal', 'longPeriod', 'shortGoal', 'shortPeriod']) record[cell] = '';
  const add = (cell: string, text: string): void => {
    const texts = record[cell] === '' ? [] : record[cell]!.split('\n');
    if (text !== '' && !texts.includes(text)) record[cell] = [record[cell], text].filter(Boolean).join('\n');
  };
  for (const { reference } of (detail['goal'] ?? []) as { reference: string }[]) {
    const goal = reading.find(reference) as
      | (Resource & { category?: { coding: { code: string }[] }[]; description?: { text?: string } })
      | undefined;
    if (!goal) continue;
    const term = goal.category?.[0]?.coding[0]?.code === 'long-term' ? 'long' : 'short';
    // An activity over REST may serve several goals; the form has one cell for them.
    add(`${term}Goal`, goal.description?.text ?? '');
    add(`${term}Period`, String(extensionValue(goal, 'kaigo-period-text', 'valueString') ?? goalPeriod(goal)));
  }
  return { record, again: againOf(detail) };
}

/** CarePlan and Goals → 第1・2・3表. */
export function readPlan(plan: Resource, reading: Reading): PlanRows {
  const record = planMapping.toFile(plan);
  const [insurer = '', insured = '', day = ''] = (identifierValue(plan, systems.plan) ?? '').split(':');
  const header = { version: record['version'] || newestVersion, insurer, insured, planDate: record['planDate'] || day };
  const created = (table: string): string => {
    const dates = ((plan['extension'] ?? []) as JsonObject[]).find(one =>
      String(one['url']).endsWith('/kaigo-sheet-dates'),
    );
    const found = ((dates?.['extension'] ?? []) as JsonObject[]).find(one => one['url'] === table)?.['valueDate'];
    return String(found ?? plan['created'] ?? '').replaceAll('-', '');
  };
  const filled = detailsOf(plan, 'service', true).map(detail => readRow(plan, detail, reading));
  return {
    plan: { ...record, ...header },
    rows: liftUp(filled, carried).map(row => ({ ...row, ...header, created: created('table2') })),
    week: readWeek(plan).map(row => ({ ...row, ...header, created: created('table3') })),
  };
}
