/**
 * How strict the rules of claims and payments are: the code system claim-rule, which an operator may replace.
 */
import type { Issue } from '../fhir/outcome.ts';
import type { Message } from '../fhir/types.ts';
import type { Library } from '../terminology/library.ts';
import { inForce, master } from './masters.ts';

/** Judges one rule: an issue, as strict as the master says, or none when the rule is not in force. */
export type Tell = (rule: string, at: string, en: string, ja: string) => readonly Issue[];

/** Judges by the rules in force on a day. */
export function teller(masters: Pick<Library, 'resources'>, day: string): Tell {
  const rules = master(masters, 'claim-rule');
  return (rule, expression, en, ja) => {
    const known = rules.get(rule);
    if (!known || !inForce(known, day)) return [];
    const severity = known.properties.get('severity')?.[0] === 'error' ? 'error' : 'warning';
    const message: Message = { en, ja };
    return [{ severity, code: 'business-rule', rule: `claim-${rule}`, message, expression }];
  };
}
