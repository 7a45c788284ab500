/**
 * What codes of large systems look like: a mistyped code is noticed even where the system's list is not installed.
 * LOINC and SNOMED CT identifiers end in a check digit; ICD-10 codes begin with a letter and two digits.
 * @see https://loinc.org/kb/users-guide/loinc-database-structure/ (LOINC_NUM)
 * @see https://confluence.ihtsdotools.org/display/DOCRELFMT/6+SNOMED+CT+Identifiers
 */
import type { Message } from '../fhir/types.ts';

/** Mod 10 (Luhn) over the digits before the dash. */
function luhn(digits: string): number {
  let sum = 0;
  for (let i = digits.length - 1, twice = true; i >= 0; i--, twice = !twice) {
    const digit = (digits.charCodeAt(i) - 48) * (twice ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return (10 - (sum % 10)) % 10;
}

/** Multiplication in the dihedral group D5. */
const turn = (a: number, b: number): number =>
  a < 5 ? (b < 5 ? (a + b) % 5 : 5 + ((a + b - 5) % 5)) : b < 5 ? 5 + ((a - 5 - b + 5) % 5) : (a - b + 5) % 5;
const shuffle = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/** True when the last digit fits the others. */
function verhoeff(digits: string): boolean {
  let check = 0;
  for (let i = 0; i < digits.length; i++) {
    let digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    for (let times = i % 8; times > 0; times--) digit = shuffle[digit]!;
    check = turn(check, digit);
  }
  return check === 0;
}

const checkDigit: Message = { en: 'its check digit is wrong', ja: '検査数字が合いません' };

function loinc(code: string): Message | undefined {
  // Parts and answers (LP…, LA…) count their digits otherwise.
  const [, part, digits, last] = /^(L[APGL])?(\d{1,7})-(\d)$/.exec(code) ?? [];
  if (digits === undefined) return { en: 'LOINC codes look like 1751-7', ja: 'LOINC のコードは 1751-7 のような形です' };
  return part !== undefined || luhn(digits) === Number(last) ? undefined : checkDigit;
}

function snomed(code: string): Message | undefined {
  // Expressions (postcoordination) are a grammar of their own.
  if (/[:+=(]/.test(code)) return undefined;
  const [id = ''] = code.split('|');
  if (!/^[1-9]\d{5,17}$/.test(id.trim()))
    return { en: 'SNOMED CT codes are 6 to 18 digits', ja: 'SNOMED CT のコードは6〜18桁の数字です' };
  return verhoeff(id.trim()) ? undefined : checkDigit;
}

const icd10 = /^(?:[A-Z]\d\d(?:\.?[\dA-Z]{0,4})[*†+]?|[A-Z]\d\d-[A-Z]\d\d|[IVX]{1,5})$/;

function icd(code: string): Message | undefined {
  return icd10.test(code)
    ? undefined
    : { en: 'ICD-10 codes look like E11.9', ja: 'ICD-10 のコードは E11.9 のような形です' };
}

/** What is wrong with a code, by the URI of its system; undefined when nothing can be said against it. */
export const codeForms: ReadonlyMap<string, (code: string) => Message | undefined> = new Map([
  ['http://loinc.org', loinc],
  ['http://snomed.info/sct', snomed],
  ['http://hl7.org/fhir/sid/icd-10', icd],
]);
