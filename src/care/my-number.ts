/**
 * 個人番号 is never stored: an identifier that says it is one, or looks like one, is refused.
 * Patient numbers that an institution gives (urn:oid:1.2.392.100495.20.3.51.…) say what they are and are let through.
 */
import type { Issue } from '../fhir/outcome.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import { object, text } from './names.ts';
import { looksLikeMyNumber } from './numbers.ts';

/** A first look at the text: 12 digits in a row or in groups, or the name of the number. */
const suspicious = /["\s](?:[0-9０-９][-‐‑–—―−ー\s]?){12}["\s]|個人番号|マイナンバー|my.?number|社会保障・税番号/i;
const named = /個人番号|マイナンバー|(?:^|[^a-z])my.?number|社会保障・税番号/i;
const institutionPatient = 'urn:oid:1.2.392.100495.20.3.51.';

/** Where a number stands as the number of somebody: an Identifier, or a plain property that is one. */
const plainNumbers: ReadonlySet<string> = new Set(['subscriberId', 'dependent', 'documentNumber']);

/** Resources about a person, and elements that name one: a number here is somebody's number. Elsewhere digits prove nothing. */
const persons: ReadonlySet<string> = new Set(['Patient', 'Person', 'RelatedPerson', 'Practitioner', 'Coverage']);
const personElements: ReadonlySet<string> = new Set([
  'subject',
  'patient',
  'beneficiary',
  'subscriber',
  'policyHolder',
  'for',
]);

function isRefused(identifier: JsonObject, exempt: ReadonlySet<string>, ofPerson: boolean): boolean {
  const system = text(identifier['system']) ?? '';
  const type = object(identifier['type']);
  if (named.test(system) || (type && named.test(JSON.stringify(type)))) return true;
  if (!ofPerson || system.startsWith(institutionPatient) || exempt.has(system)) return false;
  return looksLikeMyNumber(text(identifier['value']) ?? '');
}

const refusal = (expression: string): Issue => ({
  severity: 'error',
  code: 'business-rule',
  rule: 'my-number',
  message: {
    en: 'This looks like an individual number (個人番号, My Number), which is never stored here: found 12 digits with its check digit, or its name; expected another identifier. Remove it; if it is no individual number, give the identifier a system that --my-number-exempt names',
    ja: '個人番号（マイナンバー）と思われる値は保存しません（検証番号の合う12桁、または個人番号という名前）。この項目を削除してください。個人番号でない場合は、その identifier の system を --my-number-exempt に指定してください',
  },
  expression,
});

/**
 * Findings about 個人番号 in a resource and in all it holds; the value is never repeated.
 * @param json the resource as text, for a first look
 * @param exempt identifier systems whose values are known not to be 個人番号
 */
export function findMyNumbers(resource: Resource, json: string, exempt: ReadonlySet<string>): readonly Issue[] {
  if (!suspicious.test(json)) return [];
  const issues: Issue[] = [];
  const visit = (value: unknown, at: string, name: string, around: boolean): void => {
    if (Array.isArray(value)) {
      for (const [i, one] of value.entries()) visit(one, `${at}[${i}]`, name, around);
    } else if (typeof value === 'object' && value !== null) {
      const own = value as JsonObject;
      const type = text(own['resourceType']);
      const ofPerson = type === undefined ? around || personElements.has(name) : persons.has(type);
      if (isIdentifier(name, own) && isRefused(own, exempt, ofPerson)) issues.push(refusal(at));
      for (const [key, inner] of Object.entries(own)) visit(inner, `${at}.${key}`, key, ofPerson);
    } else if (plainNumbers.has(name) && looksLikeMyNumber(String(value))) issues.push(refusal(at));
  };
  visit(resource, resource.resourceType, '', false);
  return issues;
}

/** Identifiers have a value beside a system, a type or a use; codes and contact points do not. */
const isIdentifier = (name: string, value: JsonObject): boolean =>
  /identifier$/i.test(name) && ('value' in value || 'system' in value || 'type' in value);
