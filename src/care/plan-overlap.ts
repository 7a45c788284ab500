/**
 * Supersession of care plans and of notifications of the care management office: findings tell what one that is written supersedes, or
 * what stands in doubt.
 */
import type { Issue } from '../fhir/outcome.ts';
import { overlaps } from './certificate.ts';
import type { Dated } from './plan.ts';
import type { Kind } from './twice.ts';

/** Names of a kind, and what its findings are about. */
export interface Words extends Kind {
  readonly expression: string;
}

const plans: Words = { rule: 'plan', en: 'plan', ja: '計画', expression: 'CarePlan.period', ofOnePerson: true };
const notifications: Words = {
  rule: 'notification',
  en: 'notification',
  ja: '届出',
  expression: 'Task.executionPeriod',
  ofOnePerson: true,
};
/** What a plan or a notification is called. */
export const wordsOf = ({ family }: Dated): Words => (family === 'notification' ? notifications : plans);

const nameOf = ({ resource }: Dated): string => `${resource.resourceType}/${resource.id ?? '?'}`;
const dayOf = ({ days }: Dated): string => days.start ?? '';

function compare(own: Dated, other: Dated): Issue {
  const { rule, en, ja, expression } = wordsOf(own);
  const name = nameOf(other);
  if (own.insurer !== undefined && other.insurer !== undefined && own.insurer !== other.insurer)
    return {
      severity: 'warning',
      code: 'business-rule',
      rule: `${rule}-two-insurers`,
      message: {
        en: `It overlaps with the ${en} ${name} under another insurer; expected one to end before the other begins. End the earlier one`,
        ja: `別の保険者の${ja} ${name} と期間が重なっています。先の${ja}の終わりを確かめてください`,
      },
      expression,
    };
  const [later, earlier] = own.rank >= other.rank ? [own, other] : [other, own];
  const isOwn = later === own;
  return {
    severity: isOwn ? 'information' : 'warning',
    code: isOwn ? 'informational' : 'business-rule',
    rule: isOwn ? `${rule}-supersedes` : `${rule}-superseded`,
    message: {
      en: isOwn
        ? `From ${dayOf(later)} this ${en} holds instead of ${nameOf(earlier)}`
        : `From ${dayOf(later)} the ${en} ${nameOf(later)}, which begins later, holds instead of this one`,
      ja: isOwn
        ? `${dayOf(later)} から、この${ja}が ${nameOf(earlier)} に代わって有効です`
        : `${dayOf(later)} から、始まりの遅い${ja} ${nameOf(later)} がこの${ja}に代わって有効です`,
    },
    expression,
  };
}

/**
 * Findings about a plan or a notification that is to be written, beside the others of its person.
 * @param others of the person; itself, those of its own key and those of another family are read over
 */
export function findPlanOverlaps(own: Dated, others: readonly Dated[]): readonly Issue[] {
  const isSameKey = (one: Dated) => own.key !== undefined && one.kind === own.kind && one.key === own.key;
  if (!own.counts) return [];
  return others
    .filter(one => one.family === own.family && one.resource.id !== own.resource.id && !isSameKey(one))
    .filter(one => one.counts && overlaps(own.days, one.days))
    .map(one => compare(own, one));
}
