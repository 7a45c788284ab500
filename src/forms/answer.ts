/**
 * Values → answers of the type a question wants.
 * @see https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.type
 */
import { DecimalLiteral } from '../fhir/json.ts';
import type { JsonObject } from '../fhir/types.ts';
import type { Value } from '../fhirpath/fhirpath.ts';
import { choiceIn, type FormItem, isObject, objects, text } from './item.ts';

/** Finds codes of a value set by code or display. */
export type FindCodes = (valueSet: string, wanted: string) => readonly JsonObject[];

type Conversion = (value: unknown, type: string) => JsonObject | undefined;

const isNumber = (value: unknown): boolean => typeof value === 'number' || value instanceof DecimalLiteral;
const numberOf = (value: unknown): number => (value instanceof DecimalLiteral ? Number(value.text) : Number(value));

function integerAnswer(value: unknown): JsonObject | undefined {
  return isNumber(value) && Number.isInteger(numberOf(value)) ? { valueInteger: numberOf(value) } : undefined;
}

/** Text of what can be shown as such. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (isNumber(value) || typeof value === 'boolean')
    return String(value instanceof DecimalLiteral ? value.text : value);
  if (!isObject(value)) return undefined;
  return text(value['display']) ?? text(value['text']);
}

const named = (name: string, value: string | undefined): JsonObject | undefined =>
  value === undefined ? undefined : { [name]: value };

/** A dateTime gives its day; a date stays what it is. */
const dayOf = (value: unknown): string | undefined => {
  const day = typeof value === 'string' ? value.split('T')[0]! : '';
  return /^\d{4}(-\d\d){0,2}$/.test(day) ? day : undefined;
};

function quantityAnswer(value: unknown): JsonObject | undefined {
  if (isNumber(value)) return { valueQuantity: { value } };
  return isObject(value) && value['value'] !== undefined ? { valueQuantity: value } : undefined;
}

function referenceAnswer(value: unknown): JsonObject | undefined {
  if (!isObject(value)) return undefined;
  if (typeof value['resourceType'] !== 'string')
    return text(value['reference']) ? { valueReference: value } : undefined;
  return typeof value['id'] === 'string'
    ? { valueReference: { reference: `${value['resourceType']}/${value['id']}` } }
    : undefined;
}

const conversions: Readonly<Record<string, Conversion>> = {
  boolean: value => (typeof value === 'boolean' ? { valueBoolean: value } : undefined),
  integer: integerAnswer,
  decimal: value => (isNumber(value) ? { valueDecimal: value } : undefined),
  date: value => named('valueDate', dayOf(value)),
  dateTime: value => named('valueDateTime', typeof value === 'string' && /^\d{4}/.test(value) ? value : undefined),
  time: value => named('valueTime', typeof value === 'string' && /^\d\d:\d\d:\d\d/.test(value) ? value : undefined),
  string: value => named('valueString', textOf(value)),
  text: value => named('valueString', textOf(value)),
  url: value => named('valueUri', text(value)),
  attachment: value => (isObject(value) ? { valueAttachment: value } : undefined),
  quantity: quantityAnswer,
  reference: referenceAnswer,
};

/** A Coding without what belongs to the place it came from. */
function bareCoding({ system, version, code, display }: JsonObject): JsonObject {
  return {
    ...(system !== undefined && { system }),
    ...(version !== undefined && { version }),
    ...(code !== undefined && { code }),
    ...(display !== undefined && { display }),
  };
}

const sameCoding = (a: JsonObject, b: JsonObject): boolean =>
  a['code'] === b['code'] && (a['system'] === undefined || b['system'] === undefined || a['system'] === b['system']);

/** The option of a question that a value stands for. */
function optionFor(item: FormItem, value: unknown, codings: readonly JsonObject[]): JsonObject | undefined {
  for (const option of objects(item.json['answerOption'])) {
    const choice = choiceIn(option, 'value');
    if (choice?.type === 'Coding' && isObject(choice.value)) {
      const coding = choice.value;
      if (codings.some(one => sameCoding(one, coding)) || value === coding['code'] || value === coding['display'])
        return { valueCoding: bareCoding(coding) };
    } else if (choice && choice.value === value) return { [`value${choice.type}`]: value };
  }
  return undefined;
}

function codingAnswer(item: FormItem, value: unknown, findCodes: FindCodes): JsonObject | undefined {
  const codings = isObject(value) ? [...objects(value['coding']), ...(value['code'] === undefined ? [] : [value])] : [];
  const option = optionFor(item, value, codings);
  if (option) return option;
  const valueSet = text(item.json['answerValueSet']);
  if (codings[0] && objects(item.json['answerOption']).length === 0) return { valueCoding: bareCoding(codings[0]) };
  const shown = textOf(value);
  const [found] = valueSet !== undefined && shown !== undefined ? findCodes(valueSet, shown) : [];
  if (found) return { valueCoding: found };
  return item.type === 'open-choice' ? named('valueString', shown) : undefined;
}

/** The answer a value makes to a question; undefined when it is of no use for its type. */
export function toAnswer(item: FormItem, { value, type }: Value, findCodes: FindCodes): JsonObject | undefined {
  if (item.type === 'choice' || item.type === 'open-choice') return codingAnswer(item, value, findCodes);
  return conversions[item.type]?.(value, type);
}
