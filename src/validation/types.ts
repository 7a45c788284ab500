/**
 * Rules of single data types that no definition says: what a canonical, an identifier, a quantity, an attachment must be.
 */
import { DecimalLiteral } from '../fhir/json.ts';
import type { JsonObject } from '../fhir/types.ts';
import { codingSystemRule } from './coding-system.ts';
import type { ItemRule } from './element-rule.ts';
import type { Compiler } from './profile.ts';
import { addFinding, addIssueAt, type Report } from './report.ts';
import { checkName } from './resources/clins.ts';
import { resolve } from './scope.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof DecimalLiteral);

/** `Questionnaire/gcs`: R4's examples have such canonicals. */
const relativeForm = /^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}(?:\||$)/;

/** Canonicals are absolute, or lead to a contained resource. @see https://hl7.org/fhir/R4/references.html#canonical */
const canonical: ItemRule = (value, report) => {
  if (typeof value === 'string' && value.startsWith('#')) {
    if (resolve(value, report.scope) === undefined)
      addFinding(report, report.onWrite ? 'warning' : 'error', 'not-found', {
        en: `no resource "${value.slice(1)}" is contained here`,
        ja: `「${value.slice(1)}」という内包リソースはありません`,
      });
    return;
  }
  if (typeof value !== 'string' || /^[a-z][a-z0-9+.-]*:/i.test(value)) return;
  const mild = report.onWrite && relativeForm.test(value);
  addFinding(report, mild ? 'warning' : 'error', 'invalid', {
    en: `found "${value}", expected an absolute URL or #id of a contained resource`,
    ja: `「${value}」は絶対 URL でも内包リソースの #id でもありません`,
  });
};

const uriSystem = 'urn:ietf:rfc:3986';

function checkIdentifier(value: JsonObject, report: Report): void {
  const { system, value: text } = value;
  if (typeof system === 'string' && !/^[a-z][a-z0-9+.-]*:/i.test(system)) {
    report.segments[report.depth++] = 'system';
    addFinding(report, report.onWrite ? 'warning' : 'error', 'invalid', {
      en: `found "${system}", expected an absolute URI`,
      ja: `system「${system}」は絶対 URI ではありません`,
    });
    report.depth--;
  }
  if (system !== uriSystem || typeof text !== 'string' || /^[a-z][a-z0-9+.-]*:/i.test(text)) return;
  addIssueAt(report, 'value', 'invalid', {
    en: `found "${text}", but with the system ${uriSystem} it must be a full URI such as urn:oid:…`,
    ja: `system が ${uriSystem} のとき、value は urn:oid:… のような完全な URI でなければなりません（「${text}」）`,
  });
}

function checkQuantity(value: JsonObject, report: Report, compiler: Compiler): void {
  const { system, code } = value;
  if (system !== 'http://unitsofmeasure.org' || typeof code !== 'string') return;
  if (compiler.codes.inSystem({ system, code }).result !== 'out') return;
  report.segments[report.depth++] = 'code';
  // Habitual units such as mmHg are frequent in measured data: a write keeps them and says so.
  addFinding(report, report.onWrite ? 'warning' : 'error', 'code-invalid', {
    en: `"${code}" is no unit of UCUM`,
    ja: `「${code}」は UCUM の単位ではありません`,
  });
  report.depth--;
}

function checkAttachment(value: JsonObject, report: Report): void {
  const { data, size } = value;
  if (typeof data !== 'string' || typeof size !== 'number') return;
  const actual = Buffer.byteLength(data.replace(/\s/g, ''), 'base64');
  if (actual !== size)
    addIssueAt(report, 'size', 'invalid', {
      en: `says ${size} bytes, but the data has ${actual}`,
      ja: `size は ${size} バイトですが、data は ${actual} バイトです`,
    });
}

/** What there is to say of a Coding's system, and of the characters in its name. */
function codingRules(compiler: Compiler): ItemRule {
  const bySystem = codingSystemRule(compiler);
  return (value, ...rest) => {
    bySystem(value, ...rest);
    if (isObject(value)) checkName(value['display'], 'display', rest[0]);
  };
}

const onObjects =
  (check: (value: JsonObject, report: Report) => void): ItemRule =>
  (value, report) => {
    if (isObject(value)) check(value, report);
  };

/** The rules by type. */
export function typeSpecials(compiler: Compiler): readonly (readonly [string, ItemRule])[] {
  const quantity = onObjects((value, report) => checkQuantity(value, report, compiler));
  return [
    ['canonical', canonical],
    ['Identifier', onObjects(checkIdentifier)],
    ['Attachment', onObjects(checkAttachment)],
    ...['Quantity', 'Age', 'Count', 'Distance', 'Duration'].map(type => [type, quantity] as const),
    ['Coding+', codingRules(compiler)],
    ['CodeableConcept', onObjects((value, report) => checkName(value['text'], 'text', report))],
  ];
}
