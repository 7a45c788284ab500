/**
 * Extension objects: a value or nested extensions.
 * @see https://hl7.org/fhir/R4/extensibility.html#Extension
 */
import type { Message } from '../fhir/types.ts';
import { addIssue } from './report.ts';
import type { ObjectCheck } from './rule.ts';

const both: Message = {
  en: 'found both a value and nested extensions, expected one of them',
  ja: '値と入れ子の拡張の両方があります。どちらか一方だけにしてください',
};
const neither: Message = {
  en: 'found neither a value nor nested extensions, expected one of them',
  ja: '値も入れ子の拡張もありません。どちらか一方が必要です',
};

/** Adds invariant ext-1 to the check of an Extension's elements. */
export function checkExtension(check: ObjectCheck): ObjectCheck {
  return (value, report) => {
    check(value, report);
    let hasValue = false;
    for (const property in value) if (property.startsWith('value') || property.startsWith('_value')) hasValue = true;
    if (hasValue === (value['extension'] === undefined)) return;
    addIssue(report, 'invariant', hasValue ? both : neither, 'ext-1');
  };
}
