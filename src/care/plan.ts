/**
 * Care plans and notifications of the care management office (ケアマネ届出) as plain data with the days they hold.
 * Of several the one that begins last holds; what it supersedes stays as it was sent. Days are Japanese days as text.
 */
import type { JsonObject, Resource } from '../fhir/types.ts';
import { covers, type Days, dayIn, daysOf } from './certificate.ts';
import { codeIn, extensionsOf, identifierSystem, object, objects, partOf, text, valueIn } from './names.ts';

/** Something that holds from a day until another begins. */
export interface Dated {
  /** `plan` for 居宅サービス計画 and 介護予防 plans, `month`, `given`, `notification`. */
  readonly family: 'plan' | 'month' | 'given' | 'notification';
  /** Code of kaigo-care-plan-kind, or of care-notification-variant. */
  readonly kind: string;
  readonly insurer?: string;
  /** Its business key, when it has one. */
  readonly key?: string;
  readonly days: Days;
  /** Orders those that cover a day: the last holds. */
  readonly rank: string;
  /** False for what was never in force, or was taken back. */
  readonly counts: boolean;
  /** `Type/id` of the person. */
  readonly person?: string;
  /** The office: who plans, or whom the notification names. */
  readonly office?: JsonObject;
  readonly resource: Resource;
}

const families: Readonly<Record<string, Dated['family']>> = {
  kyotaku: 'plan',
  yobo: 'plan',
  month: 'month',
  given: 'given',
};
const keySystems: Readonly<Record<string, string>> = {
  kyotaku: identifierSystem('kaigo-care-plan'),
  yobo: identifierSystem('kaigo-preventive-plan'),
  month: identifierSystem('kaigo-monthly-plan'),
  given: identifierSystem('kaigo-services-given'),
  notification: identifierSystem('kaigo-care-manager-notification'),
};

const keyIn = (resource: Resource, name: string): string | undefined =>
  text(objects(resource['identifier']).find(one => one['system'] === keySystems[name])?.['value']);

const inForce = new Set(['active', 'completed', 'on-hold']);

/** A plan that has no end ends with the certification it was made for. */
function planDays(plan: Resource, made: string | undefined): Days {
  const { start = made, end } = daysOf(plan['period']);
  const certified = daysOf(partOf(extensionsOf(plan, 'kaigo-plan-certification')[0], 'period'));
  const last = end ?? certified.end;
  return { ...(start && { start }), ...(last && { end: last }) };
}

/** Reads a CarePlan; undefined when it is none of long-term care insurance. */
export function readPlan(plan: Resource): Dated | undefined {
  if (plan.resourceType !== 'CarePlan') return undefined;
  const kind = objects(plan['category'])
    .map(one => codeIn(one, 'kaigo-care-plan-kind'))
    .find(one => one !== undefined && one in families);
  if (kind === undefined) return undefined;
  const key = keyIn(plan, kind);
  const made = text(valueIn(extensionsOf(plan, 'kaigo-plan-date')[0])) ?? dayIn(plan['created']);
  const days = planDays(plan, made);
  const person = text(object(plan['subject'])?.['reference']);
  const office = objects(plan['contributor'])[0];
  const insurer = key?.split(':')[0];
  return {
    family: families[kind]!,
    kind,
    ...(insurer && { insurer }),
    ...(key && { key }),
    days,
    rank: `${days.start ?? ''} ${made ?? ''}`,
    counts: inForce.has(text(plan['status']) ?? ''),
    ...(person && { person }),
    ...(office && { office }),
    resource: plan,
  };
}

/** The value of an input of a Task. */
const inputOf = (task: Resource, field: string): unknown =>
  valueIn(objects(task['input']).find(one => codeIn(one['type'], 'care-task-field') === field));

/** True for a Task that is a notification of the care management office. */
export const isNotification = (resource: Resource): boolean =>
  resource.resourceType === 'Task' && codeIn(resource['code'], 'care-task') === 'care-manager-notification';

const accepted = new Set(['accepted', 'in-progress', 'completed']);

/** Reads a notification; undefined for other Tasks. */
export function readNotification(task: Resource): Dated | undefined {
  if (!isNotification(task)) return undefined;
  const key = keyIn(task, 'notification');
  const told = dayIn(task['authoredOn']);
  const period = daysOf(task['executionPeriod']);
  const start = period.start ?? text(inputOf(task, 'change-date')) ?? text(inputOf(task, 'service-start')) ?? told;
  const person = text(object(task['for'])?.['reference']);
  const office = object(task['owner']);
  const insurer = key?.split(':')[0];
  return {
    family: 'notification',
    kind: codeIn(inputOf(task, 'notification-variant'), 'care-notification-variant') ?? '',
    ...(insurer && { insurer }),
    ...(key && { key }),
    days: { ...(start && { start }), ...(period.end && { end: period.end }) },
    rank: `${start ?? ''} ${told ?? ''}`,
    counts: accepted.has(text(task['status']) ?? ''),
    ...(person && { person }),
    ...(office && { office }),
    resource: task,
  };
}

/** What of some holds on a day: the last that began; the others that cover it; and whether two insurers do. */
export interface OnDay {
  readonly held?: Dated;
  readonly superseded: readonly Dated[];
  readonly twoInsurers: boolean;
}

/** @param day YYYY-MM-DD, a day in Japan */
export function heldOn(all: readonly Dated[], day: string): OnDay {
  const covering = all
    .filter(one => one.counts && covers(one.days, day))
    .sort((a, b) => (a.rank < b.rank ? 1 : a.rank > b.rank ? -1 : 0));
  const [held, ...superseded] = covering;
  const insurers = new Set(covering.flatMap(one => one.insurer ?? []));
  return { ...(held && { held }), superseded, twoInsurers: insurers.size > 1 };
}

/** The number of an office that a reference names by identifier. */
export const officeNumber = (reference: JsonObject | undefined): string | undefined => {
  const identifier = object(reference?.['identifier']);
  return identifier?.['system'] === identifierSystem('kaigo-office-number') ? text(identifier['value']) : undefined;
};

/** True unless two references surely name different offices. */
export function mayBeSame(a: JsonObject | undefined, b: JsonObject | undefined): boolean {
  const [first, second] = [officeNumber(a), officeNumber(b)];
  if (first !== undefined && second !== undefined) return first === second;
  const [one, other] = [text(a?.['reference']), text(b?.['reference'])];
  return one === undefined || other === undefined || one === other;
}
