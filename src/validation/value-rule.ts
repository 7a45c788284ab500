/**
 * What a profile says of a value itself: fixed, pattern, bounds, length.
 * @see https://hl7.org/fhir/R4/elementdefinition.html
 */
import type { Message } from '../fhir/types.ts';
import type { ItemRule } from './element-rule.ts';
import type { Compiler } from './profile.ts';
import type { ProfileElement } from './profile-schema.ts';
import { addIssue, isFull } from './report.ts';
import { compareBound, equalsFixed, matchesPattern, shown } from './value.ts';

/** A primitive with extensions alone. */
const needsValue: ItemRule = (value, report) => {
  if (value === undefined)
    addIssue(report, 'required', {
      en: 'the profile requires a value here; an extension cannot stand for it',
      ja: 'プロファイルで値が必須です（拡張だけでは足りません）',
    });
};

const needsOneOf =
  (urls: readonly string[]): ItemRule =>
  (value, report, _type, _parent, sibling) => {
    const extensions = Array.isArray(sibling?.['extension']) ? (sibling['extension'] as { url?: unknown }[]) : [];
    if (value !== undefined || extensions.some(one => urls.includes(String(one?.url)))) return;
    addIssue(report, 'required', {
      en: `without a value, one of these extensions is needed: ${urls.join(', ')}`,
      ja: `値がないときは、次の拡張のどれかが必要です: ${urls.join('、')}`,
    });
  };

/** The rules of an element's value. */
export function valueRules(
  { fixed, pattern, minValue, maxValue, maxLength, minLength, mustHaveValue, valueAlternatives }: ProfileElement,
  compiler: Compiler,
): ItemRule[] {
  const rules: ItemRule[] = [];
  const add = (code: string, holds: (value: unknown) => boolean, message: (value: unknown) => Message): void => {
    rules.push((value, report) => {
      if (value !== undefined && !holds(value))
        addIssue(report, code, isFull(report) ? { en: '', ja: '' } : message(value));
    });
  };
  if (fixed)
    add(
      'value',
      value => equalsFixed(value, fixed.value),
      value => ({
        en: `found ${shown(value)}, expected exactly ${shown(fixed.value)}`,
        ja: `${shown(value)} ではなく ${shown(fixed.value)} でなければなりません`,
      }),
    );
  if (pattern)
    add(
      'value',
      value => matchesPattern(value, pattern.value),
      value => ({
        en: `found ${shown(value)}, expected at least ${shown(pattern.value)}`,
        ja: `${shown(value)} には ${shown(pattern.value)} が含まれている必要があります`,
      }),
    );
  const now = compiler.options.now;
  if (minValue)
    add(
      'value',
      value => (compareBound(value, minValue.value, 'min', now()) ?? 0) >= 0,
      value => ({
        en: `found ${shown(value)}, expected at least ${shown(minValue.value)}`,
        ja: `${shown(value)} は最小値 ${shown(minValue.value)} より小さい値です`,
      }),
    );
  if (maxValue)
    add(
      'value',
      value => (compareBound(value, maxValue.value, 'max', now()) ?? 0) <= 0,
      value => ({
        en: `found ${shown(value)}, expected at most ${shown(maxValue.value)}`,
        ja: `${shown(value)} は最大値 ${shown(maxValue.value)} より大きい値です`,
      }),
    );
  if (minLength !== undefined)
    add(
      'invalid',
      value => typeof value !== 'string' || [...value].length >= minLength,
      value => ({
        en: `found ${[...String(value)].length} characters, expected at least ${minLength}`,
        ja: `${[...String(value)].length}文字しかありません（${minLength}文字以上）`,
      }),
    );
  if (maxLength !== undefined)
    add(
      'too-long',
      value => typeof value !== 'string' || [...value].length <= maxLength,
      value => ({
        en: `found ${[...String(value)].length} characters, expected at most ${maxLength}`,
        ja: `${[...String(value)].length}文字ありますが、${maxLength}文字までです`,
      }),
    );
  if (mustHaveValue) rules.push(needsValue);
  if (valueAlternatives) rules.push(needsOneOf(valueAlternatives));
  return rules;
}
