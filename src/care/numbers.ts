/**
 * Check digits of the numbers of long-term care insurance, and of 個人番号.
 * 保険者番号 and 事業所番号: modulus 10, weights 2, 1, 2, 1 … from the right, digits of the products added.
 * 個人番号: modulus 11 by 総務省令第85号 of 2014 (行政手続における特定の個人を識別するための番号 …), article 5.
 */

const sumOfDigits = (value: number): number => Math.floor(value / 10) + (value % 10);

/** The check digit that belongs to the digits before it. */
export function checkDigit(digits: string): number {
  let sum = 0;
  for (let i = digits.length - 1, weight = 2; i >= 0; i--, weight = 3 - weight)
    sum += sumOfDigits(Number(digits[i]) * weight);
  return (10 - (sum % 10)) % 10;
}

const endsRightly = (value: string): boolean => checkDigit(value.slice(0, -1)) === Number(value.slice(-1));

/** What a number is: well-formed, of the wrong form, or with a wrong check digit. */
export type NumberVerdict = 'right' | 'form' | 'check-digit';

/** 保険者番号: 6 digits. */
export function judgeInsurer(value: string): NumberVerdict {
  if (!/^\d{6}$/.test(value)) return 'form';
  return endsRightly(value) ? 'right' : 'check-digit';
}

/** 介護保険事業所番号: 10 characters, the third may be a letter; with a letter the check digit is not known. */
export function judgeOffice(value: string): NumberVerdict {
  if (!/^\d{2}[0-9A-Z]\d{7}$/.test(value)) return 'form';
  return /^\d+$/.test(value) && !endsRightly(value) ? 'check-digit' : 'right';
}

/** 被保険者番号: 10 digits, or H and 9 digits (みなし2号); its check digit is the municipality's own. */
export const isInsuredNumber = (value: string): boolean => /^(?:\d{10}|H\d{9})$/.test(value);

/** True for 12 digits whose last is the check digit of a 個人番号; full width, blanks and hyphens between are read over. */
export function looksLikeMyNumber(value: string): boolean {
  const digits = value.normalize('NFKC').replace(/[\s\-‐‑–—―−ー]/g, '');
  if (!/^\d{12}$/.test(digits)) return false;
  let sum = 0;
  for (let n = 1; n <= 11; n++) sum += Number(digits[11 - n]) * (n <= 6 ? n + 1 : n - 5);
  const rest = sum % 11;
  return Number(digits[11]) === (rest <= 1 ? 0 : 11 - rest);
}
