/**
 * 5情報: what is not sent or not used, told as warnings: conditions that ended more than five years ago, states that the
 * exchange does not use, suspected diagnoses.
 * Source: JP-CLINS 1.10.0 (Condition) and the technical guide of the exchange.
 */
import type { Issue } from '../../fhir/outcome.ts';
import { codings, text } from '../values.ts';
import { type DocumentRule, finding, resourceAt } from './rule.ts';

const unusedStates = ['recurrence', 'relapse', 'inactive'];
const years = 5;

/** The same day five years before, as a text that compares by order. */
const before = (today: string): string => `${Number(today.slice(0, 4)) - years}${today.slice(4)}`;

export const sendingLimits: DocumentRule = ({ entries, kind }, { today }) => {
  if (kind.name !== 'five-information') return [];
  const issues: Issue[] = [];
  for (const { index, resource } of entries) {
    if (resource.resourceType !== 'Condition') continue;
    const warn = (element: string, en: string, ja: string) =>
      issues.push(finding('intake-sending-limit', `${resourceAt(index)}.${element}`, { en, ja }, 'warning'));
    const end = text(resource['abatementDateTime']);
    if (end !== undefined && end < before(today).slice(0, end.length))
      warn(
        'abatementDateTime',
        `ended on ${end}, more than ${years} years ago; such conditions are not sent`,
        `${end} に終了しており、${years}年を過ぎています。送る対象ではありません`,
      );
    const state = codings(resource['clinicalStatus']).find(one => unusedStates.includes(String(one['code'])));
    if (state)
      warn(
        'clinicalStatus',
        `the state ${String(state['code'])} is not used; expected active, remission or resolved`,
        `${String(state['code'])} は使いません（active・remission・resolved）`,
      );
    if (codings(resource['verificationStatus']).some(one => one['code'] === 'unconfirmed'))
      warn(
        'verificationStatus',
        'a suspected diagnosis (unconfirmed) is not shown to others by the national exchange',
        '疑い（unconfirmed）の傷病名は、全国の仕組みでは他に示されません',
      );
  }
  return issues;
};
