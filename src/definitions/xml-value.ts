/**
 * `value` attributes → JSON values.
 * @see https://hl7.org/fhir/R4/datatypes.html#primitive
 */
import { DecimalLiteral } from '../fhir/json.ts';
import type { Message } from '../fhir/types.ts';

const decimal = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const integer = /^-?(?:0|[1-9][0-9]*)$/;
const numbers: ReadonlyMap<string, RegExp> = new Map([
  ['decimal', decimal],
  ['integer', integer],
  ['unsignedInt', integer],
  ['positiveInt', integer],
]);

/** The JSON value of an attribute's text: a boolean, a number (or DecimalLiteral) or the text; undefined when it is none. */
export function parseValue(type: string, text: string): unknown {
  const word = text.trim();
  if (type === 'boolean') return word === 'true' || word === 'false' ? word === 'true' : undefined;
  const pattern = numbers.get(type);
  if (!pattern) return text;
  if (!pattern.test(word)) return undefined;
  const value = Number(word);
  return String(value) === word ? value : new DecimalLiteral(word);
}

/** What a boolean or number looks like. */
export function expectedValue(type: string): Message {
  if (type === 'boolean') return { en: 'true or false', ja: 'true か false ' };
  return type === 'decimal' ? { en: 'a number', ja: '数値' } : { en: 'a whole number', ja: '整数' };
}
