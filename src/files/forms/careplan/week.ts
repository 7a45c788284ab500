/**
 * 第3表 (週間サービス計画表): weekly services, the activities of the day, services outside the week, as activities of the plan.
 */
import type { JsonObject, Resource } from '../../../fhir/types.ts';
import { setAt } from '../../element-path.ts';
import type { FileRecord, FindCodes } from '../../layout.ts';
import { type Mapping, mapping } from '../../mapping.ts';
import { up3kyo } from './layouts/plan.ts';
import { detailsOf } from './parts.ts';

const startTime = 'ext(kaigo-time-range).sub(start).valueTime';
const endTime = 'ext(kaigo-time-range).sub(end).valueTime';

/** The three kinds of rows ⇄ an activity's detail. A row is exactly one of them. */
export const weekMappings = {
  weekly: mapping(up3kyo, {
    service: 'description',
    weekday: 'ext(kaigo-weekday).valueCoding',
    serviceStart: startTime,
    serviceEnd: endTime,
  }),
  daily: mapping(up3kyo, { activity: 'description', activityStart: startTime, activityEnd: endTime }),
  other: mapping(up3kyo, { other: 'description' }),
} as const satisfies Record<string, Mapping>;

type Kind = keyof typeof weekMappings;

/** FHIR's days in the order of the codes 1 to 7. @see https://hl7.org/fhir/R4/valueset-days-of-week.html */
const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** The kinds a row has cells of; right is exactly one. */
export const kindsOf = (row: FileRecord): Kind[] =>
  (Object.keys(weekMappings) as Kind[]).filter(kind =>
    Object.keys(weekMappings[kind].places).some(key => (row[key] ?? '') !== ''),
  );

/** Rows → activities. */
export function writeWeek(rows: readonly FileRecord[], codes: FindCodes): JsonObject[] {
  return rows.map(row => {
    const kind = kindsOf(row)[0] ?? 'other';
    const detail: JsonObject = {};
    setAt(detail, 'ext(kaigo-activity-kind).valueCode', kind);
    weekMappings[kind].toFhir(row, detail, codes);
    const day = days[Number(row['weekday']) - 1];
    if (kind === 'weekly' && day)
      detail['scheduledTiming'] = { repeat: { frequency: 1, period: 1, periodUnit: 'wk', dayOfWeek: [day] } };
    detail['status'] = 'scheduled';
    return { detail };
  });
}

/** Activities → rows, the kinds in the order they were written. */
export function readWeek(plan: Resource): FileRecord[] {
  const activities = (plan['activity'] ?? []) as JsonObject[];
  return activities.flatMap(activity => {
    const one = { resourceType: 'CarePlan', activity: [activity] };
    return (Object.keys(weekMappings) as Kind[]).flatMap(kind =>
      detailsOf(one, kind).map(detail => weekMappings[kind].toFile(detail)),
    );
  });
}
