/**
 * Cardinality: array or single value, min and max. Called with undefined for a required element that is missing.
 * @see https://hl7.org/fhir/R4/json.html#repeat
 */
import type { Message } from '../../fhir/types.ts';
import { addIssue, describe } from '../report.ts';
import type { Rule } from '../rule.ts';

const missing: Message = { en: 'missing; this element is required', ja: '必須の要素がありません' };
const emptyArray: Message = {
  en: 'found an empty array; leave the element out instead',
  ja: '空の配列は使えません。要素ごと省いてください',
};
const noArray: Message = {
  en: 'found an array, expected a single value',
  ja: '配列が見つかりました。1つの値にしてください',
};

const tooFew = (found: number, min: number): Message => ({
  en: `found ${found}, expected at least ${min}`,
  ja: `${found}個ありますが、${min}個以上必要です`,
});

const tooMany = (found: number, max: number): Message => ({
  en: `found ${found}, expected at most ${max}`,
  ja: `${found}個ありますが、${max}個までです`,
});

const noSingle = (value: unknown): Message => {
  const found = describe(value);
  return { en: `found ${found.en}, expected an array`, ja: `${found.ja}が見つかりました。配列にしてください` };
};

export const cardinality: Rule = ({ array, min, max }) => {
  if (!array)
    return (value, report) => {
      if (value === undefined) addIssue(report, 'required', missing);
      else if (Array.isArray(value)) addIssue(report, 'structure', noArray);
    };
  return (value, report) => {
    if (value === undefined) addIssue(report, 'required', missing);
    else if (!Array.isArray(value)) addIssue(report, 'structure', noSingle(value));
    else if (value.length === 0) addIssue(report, 'structure', emptyArray);
    else if (value.length < min) addIssue(report, 'required', tooFew(value.length, min));
    else if (value.length > max) addIssue(report, 'structure', tooMany(value.length, max));
  };
};
