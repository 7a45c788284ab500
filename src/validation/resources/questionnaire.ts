/**
 * Questionnaires: their items as plain data, and what an enableWhen may ask about.
 * @see https://hl7.org/fhir/R4/questionnaire.html
 */
import type { JsonObject } from '../../fhir/types.ts';
import type { Compiler } from '../profile.ts';
import { addFinding, addIssue, type Report } from '../report.ts';

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const objects = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** One condition of enableWhen. */
export interface Condition {
  readonly question: string;
  readonly operator: string;
  readonly answer: unknown;
}

/** An item of a Questionnaire. */
export interface Question {
  readonly linkId: string;
  readonly type: string;
  readonly required: boolean;
  readonly repeats: boolean;
  readonly json: JsonObject;
  readonly conditions: readonly Condition[];
  readonly all: boolean;
  readonly items: readonly Question[];
}

/** The value of a `name[x]` property, with the type in its name. */
export function choiceOf(object: JsonObject, name: string): { type: string; value: unknown } | undefined {
  for (const property in object) {
    const rest = property.startsWith(name) ? property.slice(name.length) : '';
    if (/^[A-Z]/.test(rest)) return { type: rest.charAt(0).toLowerCase() + rest.slice(1), value: object[property] };
  }
  return undefined;
}

function readItem(json: JsonObject): Question {
  return {
    linkId: String(json['linkId']),
    type: String(json['type']),
    required: json['required'] === true,
    repeats: json['repeats'] === true,
    json,
    conditions: objects(json['enableWhen']).map(one => ({
      question: String(one['question']),
      operator: String(one['operator']),
      answer: choiceOf(one, 'answer')?.value,
    })),
    all: json['enableBehavior'] === 'all',
    items: objects(json['item']).map(readItem),
  };
}

/** The items of a Questionnaire. */
export const questionsOf = (questionnaire: JsonObject): readonly Question[] =>
  objects(questionnaire['item']).map(readItem);

/** Items by linkId, at any depth. */
export function byLinkId(
  items: readonly Question[],
  found = new Map<string, Question>(),
): ReadonlyMap<string, Question> {
  for (const item of items) {
    found.set(item.linkId, item);
    byLinkId(item.items, found);
  }
  return found;
}

/** The rule of Questionnaire resources. */
export function checkQuestionnaire(questionnaire: JsonObject, report: Report, _compiler: Compiler): void {
  const items = questionsOf(questionnaire);
  const all = byLinkId(items);
  const visit = (list: readonly Question[]): void =>
    list.forEach((item, i) => {
      report.segments[report.depth++] = 'item';
      report.segments[report.depth++] = i;
      checkConditions(item, all, report);
      visit(item.items);
      report.depth -= 2;
    });
  visit(items);
}

function checkConditions(item: Question, all: ReadonlyMap<string, Question>, report: Report): void {
  const own = byLinkId(item.items);
  for (const { question } of item.conditions) {
    if (question === item.linkId || own.has(question))
      addIssue(report, 'business-rule', {
        en: `enableWhen asks about "${question}", which is the item itself or lies in it`,
        ja: `enableWhen の「${question}」は、この項目自身かその中にあります`,
      });
    else if (!all.has(question))
      addIssue(report, 'business-rule', {
        en: `enableWhen asks about "${question}", but there is no such item`,
        ja: `enableWhen の「${question}」という項目はありません`,
      });
  }
  const count = item.conditions.length;
  if (count > 1 && item.json['enableBehavior'] === undefined)
    addIssue(
      report,
      'invariant',
      {
        en: `has ${count} conditions, so enableBehavior must say whether all or any count`,
        ja: `条件が${count}個あるため、enableBehavior（all・any）が必要です`,
      },
      'que-12',
    );
  if (count > 0 && item.required && item.type === 'display')
    addFinding(report, 'warning', 'business-rule', {
      en: 'a display item cannot be required',
      ja: '表示項目は必須にできません',
    });
}
