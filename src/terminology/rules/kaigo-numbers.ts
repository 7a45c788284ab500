/**
 * Numbers of long-term care insurance as rule-based code systems: 保険者番号, 介護保険事業所番号, 被保険者番号. What a number
 * is made of (prefecture, kind of office, check digit) is told by $lookup.
 */
import type { JsonObject } from '../../fhir/types.ts';
import type { Concept, Explanation, PropertyDefinition } from '../shapes.ts';
import type { Grammar } from './grammar.ts';

const base = 'https://w3id.org/engawa/fhir/CodeSystem/';

/** Letters in office numbers have no place in the sum that is published; they are left out of the check. */
const onlyDigits = /^\d+$/;

/**
 * The check digit of 保険者番号 and 事業所番号: modulus 10, weights 2, 1, 2 … from the right, digits of each product added.
 * (The one of the 6-digit 全国地方公共団体コード is another.)
 */
export function checkDigit(digits: string): number {
  let sum = 0;
  [...digits].reverse().forEach((digit, i) => {
    const product = Number(digit) * (i % 2 === 0 ? 2 : 1);
    sum += Math.floor(product / 10) + (product % 10);
  });
  return (10 - (sum % 10)) % 10;
}

const isPrefecture = (digits: string): boolean => /^(0[1-9]|[1-3]\d|4[0-7])$/.test(digits);

const properties: readonly PropertyDefinition[] = [
  { code: 'prefecture', type: 'code', uri: `${base}prefecture` },
  { code: 'officeKind', type: 'code', uri: `${base}office-kind` },
  { code: 'checkDigit', type: 'code' },
];

function concept(code: string, facts: Readonly<Record<string, string | undefined>>): Concept {
  const property: JsonObject[] = [];
  for (const [name, value] of Object.entries(facts))
    if (value !== undefined) property.push({ code: name, valueCode: value });
  return { code, display: code, property };
}

/** 保険者番号: prefecture 2, municipality 3, check digit 1; claims write it with 00 before. */
function explainInsurer(code: string): Explanation | undefined {
  const digits = /^00\d{6}$/.test(code) ? code.slice(2) : code;
  if (!/^\d{6}$/.test(digits)) return { en: 'expected 6 digits', ja: '6桁の数字ではありません' };
  if (!isPrefecture(digits.slice(0, 2)))
    return { en: `there is no prefecture ${digits.slice(0, 2)}`, ja: `都道府県 ${digits.slice(0, 2)} はありません` };
  const expected = checkDigit(digits.slice(0, 5));
  if (expected === Number(digits[5])) return undefined;
  return {
    en: `the check digit is ${digits[5]}, expected ${expected}`,
    ja: `検証番号が ${digits[5]} ですが、正しくは ${expected} です`,
  };
}

const insurer: Grammar = {
  url: `${base}insurer-number`,
  name: 'InsurerNumber',
  title: '保険者番号（介護保険）',
  language: 'ja',
  properties,
  find: code =>
    explainInsurer(code) ? undefined : concept(code, { prefecture: code.slice(-6, -4), checkDigit: 'right' }),
  explain: explainInsurer,
};

/** 介護保険事業所番号: prefecture 2, kind 1, district 2, serial 4, check digit 1. Published examples fail the check, so it is told, not demanded. */
function explainOffice(code: string): Explanation | undefined {
  if (!/^\d{2}[0-9A-Z]\d{7}$/.test(code))
    return {
      en: 'expected 10 digits, of which the third may be a letter',
      ja: '10桁の数字（3桁目は英大文字も可）ではありません',
    };
  if (!isPrefecture(code.slice(0, 2)))
    return { en: `there is no prefecture ${code.slice(0, 2)}`, ja: `都道府県 ${code.slice(0, 2)} はありません` };
  return undefined;
}

function officeCheck(code: string): string {
  if (!onlyDigits.test(code)) return 'not-checked';
  return checkDigit(code.slice(0, 9)) === Number(code[9]) ? 'right' : 'wrong';
}

const office: Grammar = {
  url: `${base}office-number`,
  name: 'OfficeNumber',
  title: '介護保険事業所番号',
  language: 'ja',
  properties,
  find: code =>
    explainOffice(code)
      ? undefined
      : concept(code, { prefecture: code.slice(0, 2), officeKind: code[2], checkDigit: officeCheck(code) }),
  explain: explainOffice,
};

/** 被保険者番号: 10 digits, or H and 9 digits; check digits differ from municipality to municipality. */
const insured: Grammar = {
  url: `${base}insured-number`,
  name: 'InsuredNumber',
  title: '被保険者番号（介護保険）',
  language: 'ja',
  find: code => (/^(\d{10}|H\d{9})$/.test(code) ? { code, display: code } : undefined),
  explain: code =>
    /^(\d{10}|H\d{9})$/.test(code)
      ? undefined
      : { en: 'expected 10 digits, or H and 9 digits', ja: '10桁の数字、または H と9桁の数字ではありません' },
};

/** See the top of the file. */
export const kaigoNumbers: readonly Grammar[] = [insurer, office, insured];
