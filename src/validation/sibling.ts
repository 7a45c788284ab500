/**
 * The `_name` sibling of a primitive: id and extensions of its value, item by item where the element repeats.
 * @see https://hl7.org/fhir/R4/json.html#primitive
 */
import type { Field } from '../definitions/element-schema.ts';
import { DecimalLiteral } from '../fhir/json.ts';
import type { JsonObject, Message } from '../fhir/types.ts';
import { addIssue, mismatch, type Report } from './report.ts';
import type { Check, ObjectCheck } from './rule.ts';

const nullAlone: Message = {
  en: 'found null where neither a value nor its id or extension is',
  ja: 'この位置には値も id も拡張もないため、null は使えません',
};
const idAlone: Message = {
  en: 'found an id alone; an element must have a value or an extension',
  ja: 'id だけの要素は使えません。値か拡張が必要です',
};

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof DecimalLiteral);

const notObject = (item: unknown, property: string): Message =>
  mismatch(item, { en: `an object in "_${property}"`, ja: `「_${property}」はオブジェクト` });
const notArray = (items: unknown, property: string): Message =>
  mismatch(items, { en: `an array in "_${property}"`, ja: `「_${property}」は配列` });
const nothing = (property: string): Message => ({
  en: `"_${property}" holds nothing; leave it out instead`,
  ja: `「_${property}」に中身がありません。省いてください`,
});
const notAsMany = (property: string, values: number, items: number): Message => ({
  en: `"${property}" has ${values} items and "_${property}" ${items}; expected as many`,
  ja: `「${property}」は${values}個、「_${property}」は${items}個です。同じ数が必要です`,
});

const isValue = (value: unknown): boolean => value !== undefined && value !== null;

function checkOne(item: unknown, hasValue: boolean, property: string, check: ObjectCheck, report: Report): void {
  if (!isObject(item)) addIssue(report, 'structure', notObject(item, property));
  else {
    check(item, report);
    const names = Object.keys(item);
    if (names.length === 0) addIssue(report, 'structure', nothing(property));
    else if (!hasValue && names.length === 1 && names[0] === 'id') addIssue(report, 'invariant', idAlone, 'ele-1');
  }
}

function checkItems(items: unknown[], values: unknown, property: string, check: ObjectCheck, report: Report): void {
  const own = Array.isArray(values) ? values : undefined;
  items.forEach((item, i) => {
    report.segments[report.depth++] = i;
    if (item !== null) checkOne(item, isValue(own?.[i]), property, check, report);
    else if (!own) addIssue(report, 'structure', nullAlone);
    report.depth--;
  });
}

function checkMany(items: unknown[], values: unknown, property: string, check: ObjectCheck, report: Report): void {
  if (Array.isArray(values) && values.length !== items.length)
    addIssue(report, 'structure', notAsMany(property, values.length, items.length));
  else if (!items.some(isValue)) addIssue(report, 'structure', nothing(property));
  else checkItems(items, values, property, check, report);
}

/**
 * The check of a primitive's `_name`.
 * @param check of objects of type Element (id and extension)
 */
export function checkSibling({ name, element }: Field, check: ObjectCheck): Check {
  return (items, report, parent) => {
    const value = parent[name];
    if (!element.array) checkOne(items, isValue(value), name, check, report);
    else if (Array.isArray(items)) checkMany(items, value, name, check, report);
    else addIssue(report, 'structure', notArray(items, name));
  };
}
