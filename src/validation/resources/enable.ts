/**
 * enableWhen: whether a question may be answered, given the answers to others.
 * @see https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.enableWhen
 */
import type { JsonObject } from '../../fhir/types.ts';
import { compareBound, equalsFixed } from '../value.ts';
import { type Condition, choiceOf, isObject, objects, type Question } from './questionnaire.ts';

/** Answers to a question below an item, at any depth. */
function answersBelow(holder: JsonObject, linkId: string): readonly JsonObject[] {
  const items = objects(holder['item']);
  return items.flatMap(item => [
    ...(item['linkId'] === linkId ? objects(item['answer']) : []),
    ...answersBelow(item, linkId),
    ...objects(item['answer']).flatMap(answer => answersBelow(answer, linkId)),
  ]);
}

/** Answers to a question, from the nearest item around the place that has some. */
function answersTo(linkId: string, chain: readonly JsonObject[]): readonly JsonObject[] {
  for (const holder of [...chain].reverse()) {
    const found = answersBelow(holder, linkId);
    if (found.length > 0) return found;
  }
  return [];
}

function sameAnswer(value: unknown, wanted: unknown): boolean {
  if (isObject(value) && isObject(wanted) && wanted['code'] !== undefined)
    return (
      value['code'] === wanted['code'] &&
      (wanted['system'] === undefined || value['system'] === wanted['system']) &&
      equalsFixed(value['value'], wanted['value'])
    );
  return equalsFixed(value, wanted);
}

function holds({ question, operator, answer }: Condition, chain: readonly JsonObject[]): boolean {
  const answers = answersTo(question, chain)
    .map(one => choiceOf(one, 'value')?.value)
    .filter(one => one !== undefined);
  if (operator === 'exists') return answers.length > 0 === answer;
  return answers.some(value => {
    if (operator === '=') return sameAnswer(value, answer);
    if (operator === '!=') return !sameAnswer(value, answer);
    const order = compareBound(value, answer, 'min', 0);
    if (order === undefined) return false;
    if (operator === '>') return order > 0;
    if (operator === '<') return order < 0;
    return operator === '>=' ? order >= 0 : order <= 0;
  });
}

/** Whether a question is enabled. @param chain items of the response around the question's place, outermost first */
export function isEnabled(
  { conditions, all }: Question,
  chain: readonly JsonObject[],
  _questions: ReadonlyMap<string, Question>,
): boolean {
  if (conditions.length === 0) return true;
  return all ? conditions.every(one => holds(one, chain)) : conditions.some(one => holds(one, chain));
}
